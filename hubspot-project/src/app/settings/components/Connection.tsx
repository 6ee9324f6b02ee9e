import {
  Alert,
  Button,
  DescriptionList,
  DescriptionListItem,
  Flex,
  Heading,
  Input,
  Link,
  LoadingButton,
  Text,
} from '@hubspot/ui-extensions';
import { useState } from 'react';
import type { Api, Done } from '../api';
import { useCommand } from '../hooks/useCommand';
import { useNewest } from '../hooks/useNewest';
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
  const leaveOut = (id: string, reason: string) =>
    void run({ command: 'outbox.drop', fields: { outbox_id: id, reason } });
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
        <Refusal
          key={write.id}
          write={write}
          busy={state.status === 'sending'}
          retry={retry}
          leaveOut={leaveOut}
        />
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
  leaveOut: (id: string, reason: string) => void;
}

/** What HubSpot refused and why, and the two things an admin can do about it. */
function Refusal({ write, busy, retry, leaveOut }: RefusalProps) {
  const [asking, setAsking] = useState(false);
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
      {asking ? (
        <LeaveOut write={write} busy={busy} leaveOut={leaveOut} cancel={() => setAsking(false)} />
      ) : (
        <Flex direction="row" gap="xs">
          <LoadingButton
            size="xs"
            loading={busy}
            onClick={() => retry(write.id)}
            testId={`retry-${write.id}`}
          >
            Retry {write.what} on {name}
          </LoadingButton>
          <Button size="xs" disabled={busy} onClick={() => setAsking(true)} testId={`leave-${write.id}`}>
            Leave {write.what} out of HubSpot
          </Button>
        </Flex>
      )}
    </Flex>
  );
}

interface LeaveOutProps {
  write: RefusedWrite;
  busy: boolean;
  leaveOut: (id: string, reason: string) => void;
  cancel: () => void;
}

/** Asks why, because the reason is all that the audit log can tell later. */
function LeaveOut({ write, busy, leaveOut, cancel }: LeaveOutProps) {
  const { shown: reason, newest, set } = useNewest('');
  const setReason = (text: string) => set(() => text);
  const [missing, setMissing] = useState(false);
  const done = () => {
    const said = newest().trim();
    setMissing(said === '');
    if (said !== '') leaveOut(write.id, said);
  };
  return (
    <Flex direction="column" gap="xs">
      <Input
        label={`Why is ${write.what} left out of HubSpot?`}
        name={`reason-${write.id}`}
        description="It stays in Alongside. The reason is kept in the audit log."
        required
        value={reason}
        error={missing}
        {...(missing && { validationMessage: 'Say why it is left out.' })}
        onInput={setReason}
        onChange={setReason}
      />
      <Flex direction="row" gap="xs">
        <LoadingButton
          size="xs"
          variant="destructive"
          loading={busy}
          onClick={done}
          testId={`leave-out-${write.id}`}
        >
          Leave it out
        </LoadingButton>
        <Button size="xs" disabled={busy} onClick={cancel}>
          Cancel
        </Button>
      </Flex>
    </Flex>
  );
}
