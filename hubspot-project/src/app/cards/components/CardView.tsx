import type { ExtensionPointApiActions } from '@hubspot/ui-extensions';
import { Alert, Button, EmptyState, ErrorState, Flex, LoadingSpinner, Text } from '@hubspot/ui-extensions';
import { useCallback, useMemo, useState } from 'react';
import type { Backend, CommandResult, Params } from '../backend';
import { CardContext } from '../CardContext';
import type { CardState } from '../hooks/useCard';
import { useCard } from '../hooks/useCard';
import type { Command } from '../hooks/useCommand';
import { useNow, usePolling } from '../hooks/useFreshness';
import { useUndo } from '../hooks/useUndo';
import { updatedWords } from '../words';
import { Blocks } from './Blocks';
import type { MadeLink } from './NewLink';
import { NewLink } from './NewLink';
import { UndoOffer } from './UndoOffer';

interface Props {
  backend: Backend;
  actions: ExtensionPointApiActions<'crm.record.tab'>;
  name: string;
  params: Params;
  active: boolean;
  wide: boolean;
  revision: number;
  open: (card: string, params?: Params) => void;
  changed: () => void;
}

/** One card: what it says, what became of the last action, and how old it is. */
export function CardView({ backend, actions, name, params, active, wide, revision, open, changed }: Props) {
  const { state, reload } = useCard(backend, name, params, revision);
  usePolling(reload, active, revision);
  const { undo, offer, clear } = useUndo();
  const [link, setLink] = useState<MadeLink | null>(null);

  const copy = useCallback(
    async (text: string) => {
      try {
        await actions.copyTextToClipboard(text);
        actions.addAlert({ type: 'success', message: 'Copied.' });
      } catch {
        const message = 'Your browser did not allow copying. Select the text instead.';
        actions.addAlert({ type: 'danger', message });
      }
    },
    [actions],
  );
  const done = useCallback(
    ({ result, message }: CommandResult, command: Command) => {
      const { url, qr } = result;
      if (typeof url === 'string') setLink({ url, qr: typeof qr === 'string' ? qr : '', said: message });
      if (command.undo) offer({ command: command.undo, fields: command.fields, message });
      else {
        clear();
        actions.addAlert({ type: 'success', message });
      }
      changed();
    },
    [actions, changed, offer, clear],
  );
  const scope = useMemo(
    () => ({ name, backend, wide, open, copy, done }),
    [name, backend, wide, open, copy, done],
  );

  return (
    <CardContext.Provider value={scope}>
      <Flex direction="column" gap="sm" testId={`card-${name}`}>
        {undo ? <UndoOffer undo={undo} /> : null}
        {link ? <NewLink key={link.url} {...link} onClose={() => setLink(null)} /> : null}
        <CardBody state={state} reload={reload} />
      </Flex>
    </CardContext.Provider>
  );
}

function CardBody({ state, reload }: { state: CardState; reload: () => Promise<void> }) {
  switch (state.status) {
    case 'loading':
      return <LoadingSpinner label="Loading partner work" layout="centered" showLabel />;
    case 'refused':
      return <Refused message={state.message} reason={state.reason} reload={reload} />;
    case 'unreachable':
      return (
        <ErrorState title="Alongside could not be reached">
          <Text>{state.message}</Text>
          <Button onClick={() => void reload()}>Try again</Button>
        </ErrorState>
      );
    case 'ready':
      return (
        <>
          {state.card.blocks.length > 0 ? (
            <Blocks blocks={state.card.blocks} />
          ) : (
            <EmptyState title="Nothing here yet" flush layout="vertical" imageWidth={120}>
              <Text>As soon as there is something to see, it stands here.</Text>
            </EmptyState>
          )}
          <Freshness
            name={state.card.name}
            asOf={state.card.as_of}
            refreshing={state.refreshing}
            stale={state.stale}
            reload={reload}
          />
        </>
      );
  }
}

/** Trying again helps against none of these: someone has to be given a right or to connect the account. */
const LOCKED = ['unauthenticated', 'forbidden', 'unknown_tenant', 'crm_disconnected', 'bad_signature'];

function Refused({
  message,
  reason,
  reload,
}: {
  message: string;
  reason: string;
  reload: () => Promise<void>;
}) {
  const locked = LOCKED.includes(reason);
  return (
    <ErrorState
      title={locked ? 'Not available to you' : 'This card cannot be shown'}
      type={locked ? 'lock' : 'error'}
    >
      <Text>{message}</Text>
      <Button onClick={() => void reload()}>Try again</Button>
    </ErrorState>
  );
}

interface FreshnessProps {
  name: string;
  asOf: string;
  refreshing: boolean;
  stale: boolean;
  reload: () => Promise<void>;
}

function Freshness({ name, asOf, refreshing, stale, reload }: FreshnessProps) {
  const words = updatedWords(asOf, useNow());
  return (
    <Flex direction="column" gap="xs">
      {stale ? (
        <Alert title="You see an older state" variant="warning">
          Alongside could not be reached just now. What you write is kept until it is sent.
        </Alert>
      ) : null}
      <Flex direction="row" justify="between" align="center">
        <Text variant="microcopy">{words}</Text>
        <Button
          variant="transparent"
          size="xs"
          disabled={refreshing}
          onClick={() => void reload()}
          testId={`${name}-refresh`}
        >
          Refresh
        </Button>
      </Flex>
    </Flex>
  );
}
