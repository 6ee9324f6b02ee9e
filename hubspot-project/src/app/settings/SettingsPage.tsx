import type { ExtensionPointApiActions, ExtensionPointApiContext } from '@hubspot/ui-extensions';
import {
  Button,
  ErrorState,
  Flex,
  Link,
  List,
  LoadingSpinner,
  Tab,
  Tabs,
  Text,
} from '@hubspot/ui-extensions';
import { useCallback, useMemo, useState } from 'react';
import type { Api, Done } from './api';
import { createApi } from './api';
import { AdminPages } from './components/AdminPages';
import { Checklist } from './components/Checklist';
import { Connection } from './components/Connection';
import { Partners } from './components/Partners';
import { Safelist } from './components/Safelist';
import { Templates } from './components/Templates';
import { useAnswer } from './hooks/useAnswer';
import type { Overview } from './types';

interface Props {
  context: ExtensionPointApiContext<'settings'>;
  actions: Pick<ExtensionPointApiActions<'settings'>, 'addAlert'>;
}

/** The admin's place in HubSpot: what is left to set up, what partners may see, who they are, how it runs. */
export function SettingsPage({ context, actions }: Props) {
  const origin = context.variables?.backend_origin;
  if (typeof origin !== 'string' || origin === '')
    return (
      <ErrorState title="Alongside is not set up yet" type="support">
        <Text>The app has no backend address. Ask whoever uploaded it to set backend_origin.</Text>
      </ErrorState>
    );
  return <Loaded origin={origin} actions={actions} />;
}

function Loaded({ origin, actions }: { origin: string; actions: Props['actions'] }) {
  const api = useMemo(() => createApi(origin), [origin]);
  const { state, reload } = useAnswer(api.overview);
  const done = useCallback(
    ({ message }: Done) => {
      actions.addAlert({ type: 'success', message });
      void reload();
    },
    [actions, reload],
  );
  switch (state.status) {
    case 'loading':
      return <LoadingSpinner label="Loading the settings" layout="centered" showLabel />;
    case 'refused':
      return <Refused origin={origin} reason={state.reason} message={state.message} reload={reload} />;
    case 'unreachable':
      return <Unreachable origin={origin} reload={reload} />;
    case 'ready':
      return (
        <Pages
          api={api}
          overview={state.value}
          refreshing={state.refreshing}
          stale={state.stale}
          reload={reload}
          done={done}
        />
      );
  }
}

interface PagesProps {
  api: Api;
  overview: Overview;
  refreshing: boolean;
  stale: boolean;
  reload: () => Promise<void>;
  done: (done: Done) => void;
}

function Pages({ api, overview, refreshing, stale, reload, done }: PagesProps) {
  const left = overview.checklist.filter(({ state }) => state === 'todo').length;
  const [selected, setSelected] = useState(left > 0 ? 'setup' : 'safelist');
  const refused = overview.health.refused.length;
  return (
    <Flex direction="column" gap="md">
      <Tabs selected={selected} onSelectedChange={(tab: string | number) => setSelected(String(tab))}>
        <Tab tabId="setup" title={left > 0 ? `Set-up (${left} left)` : 'Set-up'}>
          <Checklist items={overview.checklist} />
        </Tab>
        <Tab tabId="safelist" title="What partners see">
          <Safelist api={api} types={overview.types} previews={overview.previews} done={done} />
        </Tab>
        <Tab tabId="partners" title="Partners">
          <Partners api={api} partners={overview.partners} types={overview.types} done={done} />
        </Tab>
        <Tab tabId="templates" title="Templates">
          <Templates api={api} templates={overview.templates} motions={overview.motions} done={done} />
        </Tab>
        <Tab tabId="connection" title={refused > 0 ? `Connection (${refused} refused)` : 'Connection'}>
          <Connection
            api={api}
            overview={overview}
            refreshing={refreshing}
            stale={stale}
            reload={reload}
            done={done}
          />
        </Tab>
      </Tabs>
      <AdminPages api={api} />
    </Flex>
  );
}

interface RefusedProps {
  origin: string;
  reason: string;
  message: string;
  reload: () => Promise<void>;
}

function Refused({ origin, reason, message, reload }: RefusedProps) {
  const connect = reason === 'unknown_tenant';
  return (
    <ErrorState
      title={connect ? 'This account is not connected yet' : 'Not available to you'}
      type={connect ? 'support' : 'lock'}
    >
      <Text>{message}</Text>
      {connect ? (
        <Link href={{ url: `${origin}/hubspot/oauth/start`, external: true }}>Connect this account</Link>
      ) : null}
      <Button onClick={() => void reload()}>Try again</Button>
    </ErrorState>
  );
}

/** HubSpot hides why a call failed, so the page names what it can be, the likeliest first. */
function Unreachable({ origin, reload }: { origin: string; reload: () => Promise<void> }) {
  return (
    <ErrorState title="Alongside did not answer">
      <Text>HubSpot called {origin}. Check, in this order:</Text>
      <List variant="ordered">
        <Text>The server runs, and this address leads to it.</Text>
        <Text>Its PUBLIC_ORIGIN is exactly this address.</Text>
        <Text>Its HUBSPOT_CLIENT_SECRET is the secret of this app.</Text>
        <Text>Its clock is right: alongside doctor tells.</Text>
      </List>
      <Button onClick={() => void reload()} testId="again">
        Try again
      </Button>
    </ErrorState>
  );
}
