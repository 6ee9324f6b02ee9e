import {
  Alert,
  Button,
  DescriptionList,
  DescriptionListItem,
  Flex,
  Heading,
  Link,
  LoadingButton,
  Text,
} from '@hubspot/ui-extensions';
import type { Api, Done } from '../api';
import { useCommand } from '../hooks/useCommand';
import type { Overview, RefusedWrite } from '../types';
import { Fault } from './Fault';

interface Props {
  api: Api;
  overview: Overview;
  refreshing: boolean;
  stale: boolean;
  reload: () => Promise<void>;
  done: (done: Done) => void;
}

/** How the connection is doing, and what HubSpot refused to take. */
export function Connection({ api, overview, refreshing, stale, reload, done }: Props) {
  const { account, health } = overview;
  const { state, run } = useCommand(api, done);
  const retry = (id: string) => void run({ command: 'outbox.retry', fields: { outbox_id: id } });
  return (
    <Flex direction="column" gap="md">
      {health.trouble ? (
        <Alert title="Access to HubSpot is lost" variant="danger">
          {health.trouble} Nothing is lost meanwhile: what is written waits.{' '}
          <Link href={{ url: `${account.origin}/hubspot/oauth/start`, external: true }}>Connect again</Link>
        </Alert>
      ) : null}
      {stale ? (
        <Alert title="You see an older state" variant="warning">
          Alongside could not be reached just now.
        </Alert>
      ) : null}
      <DescriptionList direction="row">
        <DescriptionListItem label="HubSpot account">
          <Text>
            {account.name} ({account.id})
          </Text>
        </DescriptionListItem>
        <DescriptionListItem label="Alongside runs at">
          <Text>{account.origin}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="Last read from HubSpot">
          <Text>{health.last_read ? `${health.last_read} (${health.last_read_at})` : 'not yet'}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="Waiting to be written">
          <Text>{health.waiting}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="Open share links">
          <Text>{health.links}</Text>
        </DescriptionListItem>
      </DescriptionList>
      <Heading>Refused by HubSpot</Heading>
      <Fault state={state} />
      {health.refused.length === 0 ? <Text>HubSpot took everything that was written.</Text> : null}
      {health.refused.map((write) => (
        <Refusal key={write.id} write={write} busy={state.status === 'sending'} retry={retry} />
      ))}
      <Flex direction="row">
        <Button size="xs" disabled={refreshing} onClick={() => void reload()} testId="refresh">
          Refresh
        </Button>
      </Flex>
    </Flex>
  );
}

interface RefusalProps {
  write: RefusedWrite;
  busy: boolean;
  retry: (id: string) => void;
}

function Refusal({ write, busy, retry }: RefusalProps) {
  const name = write.record || 'a record';
  return (
    <Flex direction="column" gap="xs" testId={`refused-${write.id}`}>
      <Text>
        HubSpot refused {write.what}
        {write.url ? (
          <>
            {' '}
            on <Link href={{ url: write.url, external: true }}>{name}</Link>
          </>
        ) : null}
        : “{write.reason}”
      </Text>
      <Flex direction="row">
        <LoadingButton size="xs" loading={busy} onClick={() => retry(write.id)} testId={`retry-${write.id}`}>
          Retry {write.what} on {name}
        </LoadingButton>
      </Flex>
    </Flex>
  );
}
