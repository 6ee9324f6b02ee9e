import {
  Accordion,
  DescriptionList,
  DescriptionListItem,
  Flex,
  Heading,
  List,
  StatusTag,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  Tag,
  Text,
} from '@hubspot/ui-extensions';
import { useCardScope } from '../../CardContext';
import { DOT, TAG } from '../../tones';
import type {
  FieldItem,
  Fields,
  Heading as HeadingDocument,
  ListBlock,
  ListItem,
  Table as TableDocument,
  TextBlock,
} from '../../types';
import { ActionRow } from '../ActionRow';
import { Lines } from '../Lines';

export function HeadingBlock({ block }: { block: HeadingDocument }) {
  return (
    <Flex direction="column" gap="flush">
      <Flex direction="row" gap="xs" align="center" wrap="wrap">
        {block.level <= 2 ? (
          <Heading>{block.text}</Heading>
        ) : (
          <Text format={{ fontWeight: 'demibold' }}>{block.text}</Text>
        )}
        {block.badge ? (
          <Tag variant={TAG[block.tone]} inline>
            {block.badge}
          </Tag>
        ) : null}
      </Flex>
      {block.detail ? <Text variant="microcopy">{block.detail}</Text> : null}
    </Flex>
  );
}

export function TextView({ block }: { block: TextBlock }) {
  return <Lines text={block.text} muted={block.muted} />;
}

export function FieldsBlock({ block }: { block: Fields }) {
  const { wide } = useCardScope();
  return (
    <DescriptionList direction={wide ? 'row' : 'column'}>
      {block.items.map((item) => (
        <DescriptionListItem key={item.name || item.label} label={item.label}>
          <FieldValue item={item} />
        </DescriptionListItem>
      ))}
    </DescriptionList>
  );
}

/** The full form on hover, as HubSpot does it: only a truncated text has a tooltip. */
function FieldValue({ item }: { item: FieldItem }) {
  const full = item.title && item.title !== item.value ? { tooltipText: item.title } : false;
  return <Text truncate={full}>{item.value || '–'}</Text>;
}

export function ListView({ block }: { block: ListBlock }) {
  if (block.folded)
    return (
      <Accordion title={block.label} size="small">
        <Rows items={block.items} />
      </Accordion>
    );
  return (
    <Flex direction="column" gap="xs">
      {block.label ? <Text format={{ fontWeight: 'demibold' }}>{block.label}</Text> : null}
      <Rows items={block.items} />
    </Flex>
  );
}

function Rows({ items }: { items: readonly ListItem[] }) {
  return (
    <List variant="unordered">
      {items.map((item, index) => (
        <ListRow key={`${index} ${item.text}`} item={item} />
      ))}
    </List>
  );
}

function ListRow({ item }: { item: ListItem }) {
  return (
    <Flex direction="column" gap="xs">
      <Flex direction="row" gap="xs" align="center" wrap="wrap">
        {item.tone === 'neutral' ? (
          <Text>{item.text}</Text>
        ) : (
          <StatusTag variant={DOT[item.tone]}>{item.text}</StatusTag>
        )}
        {item.badge ? (
          <Tag variant={TAG[item.tone]} inline>
            {item.badge}
          </Tag>
        ) : null}
      </Flex>
      {item.detail ? <Text variant="microcopy">{withTitle(item.detail, item.title)}</Text> : null}
      <ActionRow actions={item.actions} size="xs" />
    </Flex>
  );
}

const withTitle = (detail: string, title: string) =>
  title && title !== detail ? `${detail} (${title})` : detail;

export function TableBlock({ block }: { block: TableDocument }) {
  return (
    <Flex direction="column" gap="xs">
      <Text format={{ fontWeight: 'demibold' }}>{block.caption}</Text>
      <Table bordered density="condensed" flush>
        <TableHead>
          <TableRow>
            {block.columns.map((column) => (
              <TableHeader key={column}>{column}</TableHeader>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {block.rows.map((row, index) => (
            <TableRow key={index}>
              {row.map((cell, column) => (
                <TableCell key={column}>{cell}</TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Flex>
  );
}
