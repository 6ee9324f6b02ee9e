import { Button, Flex, LoadingButton, Text } from '@hubspot/ui-extensions';
import { useCallback, useState } from 'react';
import type { Api, Done } from '../api';
import { useCommand } from '../hooks/useCommand';
import { Fault } from './Fault';

/** The way into the full admin pages: the grid of all types, history, audit log. The way in lives a minute. */
export function AdminPages({ api }: { api: Api }) {
  const [url, setUrl] = useState('');
  const opened = useCallback(({ result }: Done) => {
    setUrl(typeof result.url === 'string' ? result.url : '');
  }, []);
  const { state, run } = useCommand(api, opened);
  return (
    <Flex direction="column" gap="sm">
      <Text variant="microcopy">
        The admin pages hold the whole safelist as a grid, its history, the audit log and form links.
      </Text>
      <Fault state={state} />
      <Flex direction="row" gap="sm" wrap>
        <LoadingButton
          variant="secondary"
          loading={state.status === 'sending'}
          onClick={() => void run({ command: 'admin.enter', fields: {} })}
          testId="enter"
        >
          {url ? 'Renew the way in' : 'Open the full safelist'}
        </LoadingButton>
        {url ? (
          <Button variant="primary" href={{ url, external: true }} testId="admin">
            Go to the admin pages
          </Button>
        ) : null}
      </Flex>
    </Flex>
  );
}
