import { Alert, Flex, Tag, Text, Tile } from '@hubspot/ui-extensions';
import { useCardScope } from '../../CardContext';
import type { Thread, ThreadMessage } from '../../types';
import { ActionRow } from '../ActionRow';
import { Lines } from '../Lines';

/** Messages, newest at the bottom, with a line where a day begins. */
export function ThreadBlock({ block }: { block: Thread }) {
  return (
    <Flex direction="column" gap="sm">
      <Text format={{ fontWeight: 'demibold' }}>{block.label}</Text>
      {block.older ? <ActionRow actions={[block.older]} size="xs" /> : null}
      {block.messages.map((message) => (
        <Message key={message.id} message={message} />
      ))}
    </Flex>
  );
}

function Message({ message }: { message: ThreadMessage }) {
  const { name } = useCardScope();
  return (
    <Flex direction="column" gap="xs">
      {message.day ? (
        <Flex direction="row" justify="center">
          <Text variant="microcopy" format={{ fontWeight: 'demibold' }}>
            {message.day}
          </Text>
        </Flex>
      ) : null}
      <Tile compact testId={`${name}-message-${message.id}`}>
        <Flex direction="column" gap="xs">
          <Flex direction="row" gap="xs" align="center" wrap="wrap">
            <Text format={{ fontWeight: 'bold' }}>{message.author}</Text>
            {message.side === 'partner' ? (
              <Tag inline variant="info">
                Partner
              </Tag>
            ) : null}
            {message.audience === 'team' ? <Tag inline>Only your team</Tag> : null}
            <Text variant="microcopy" truncate={{ tooltipText: message.title || message.when }}>
              {footing(message)}
            </Text>
          </Flex>
          <Lines text={message.body} />
          {message.delivery === 'refused' ? <Refused message={message} /> : null}
        </Flex>
      </Tile>
    </Flex>
  );
}

const DELIVERY: Record<string, string> = { sent: 'Sent', in_crm: 'In HubSpot' };

const footing = ({ when, channel, delivery }: ThreadMessage) =>
  [when, channel, DELIVERY[delivery]].filter(Boolean).join(' · ');

function Refused({ message }: { message: ThreadMessage }) {
  return (
    <Alert title="HubSpot did not take this message" variant="danger">
      <Flex direction="column" gap="xs">
        <Text>{message.refusal}</Text>
        {message.retry ? <ActionRow actions={[message.retry]} size="xs" /> : null}
      </Flex>
    </Alert>
  );
}
