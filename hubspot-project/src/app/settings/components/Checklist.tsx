import { Divider, Flex, StatusTag, Text } from '@hubspot/ui-extensions';
import { Fragment } from 'react';
import type { Item } from '../types';

const TAGS = {
  done: { variant: 'success', words: 'Done' },
  todo: { variant: 'warning', words: 'To do' },
  unknown: { variant: 'default', words: 'Not known yet' },
} as const;

/** Every step of the set-up, what was found, and what to do where something is left. */
export function Checklist({ items }: { items: Item[] }) {
  return (
    <Flex direction="column" gap="sm" testId="checklist">
      {items.map((item, index) => (
        <Fragment key={item.id}>
          {index > 0 ? <Divider /> : null}
          <Line item={item} />
        </Fragment>
      ))}
    </Flex>
  );
}

function Line({ item }: { item: Item }) {
  const { variant, words } = TAGS[item.state];
  return (
    <Flex direction="column" gap="xs" testId={`setup-${item.id}`}>
      <Flex direction="row" gap="sm" align="center" wrap>
        <Text format={{ fontWeight: 'demibold' }}>{item.title}</Text>
        <StatusTag variant={variant} hollow={item.state === 'unknown'}>
          {words}
        </StatusTag>
      </Flex>
      <Text>{item.sentence}</Text>
      {item.advice ? <Text variant="microcopy">{item.advice}</Text> : null}
    </Flex>
  );
}
