import { Divider, Flex, Text } from '@hubspot/ui-extensions';
import { Fragment } from 'react';
import type { Block } from '../types';
import { ActionRow } from './ActionRow';
import { FormBlock } from './FormBlock';
import { AlertBlock, EmptyBlock, ProgressBlock, StatusBlock } from './blocks/signals';
import { FieldsBlock, HeadingBlock, ListView, TableBlock, TextView } from './blocks/texts';
import { ChartBlock } from './blocks/ChartBlock';
import { StepsBlock } from './blocks/StepsBlock';
import { ThreadBlock } from './blocks/ThreadBlock';

/** The blocks of a card from top to bottom. */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <Flex direction="column" gap="sm">
      {blocks.map((block, index) => (
        <Fragment key={keyOf(block, index)}>
          <BlockView block={block} />
        </Fragment>
      ))}
    </Flex>
  );
}

/** A form keeps what is typed in it wherever a fresh card puts it. */
const keyOf = (block: Block, index: number) =>
  block.kind === 'form' ? `form ${block.id}` : `${block.kind} ${index}`;

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <HeadingBlock block={block} />;
    case 'text':
      return <TextView block={block} />;
    case 'fields':
      return <FieldsBlock block={block} />;
    case 'list':
      return <ListView block={block} />;
    case 'thread':
      return <ThreadBlock block={block} />;
    case 'steps':
      return <StepsBlock block={block} />;
    case 'table':
      return <TableBlock block={block} />;
    case 'progress':
      return <ProgressBlock block={block} />;
    case 'status':
      return <StatusBlock block={block} />;
    case 'alert':
      return <AlertBlock block={block} />;
    case 'chart':
      return <ChartBlock block={block} />;
    case 'form':
      return <FormBlock form={block} />;
    case 'actions':
      return <ActionRow actions={block.items} />;
    case 'empty':
      return <EmptyBlock block={block} />;
    case 'divider':
      return <Divider />;
    default:
      // A newer server may know more kinds than the app that HubSpot has loaded.
      return <Unknown block={block} />;
  }
}

function Unknown({ block }: { block: never }) {
  const { kind } = block as { kind: string };
  return <Text variant="microcopy">Reload the page to see this part ({kind}).</Text>;
}
