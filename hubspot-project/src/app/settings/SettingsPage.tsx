import type { ExtensionPointApiContext } from '@hubspot/ui-extensions';
import {
  Alert,
  Button,
  DescriptionList,
  DescriptionListItem,
  Flex,
  Heading,
  LoadingButton,
  StatusTag,
  Text,
} from '@hubspot/ui-extensions';
import { useState } from 'react';
import type { AdminAnswer } from './admin';
import { enterAdmin } from './admin';

type State = { status: 'idle' } | { status: 'asking' } | AdminAnswer;

/** Shows what this account is connected to, and lets an admin into Alongside's own pages. */
export function SettingsPage({ context }: { context: ExtensionPointApiContext<'settings'> }) {
  const origin = String(context.variables?.backend_origin ?? '');
  const [state, setState] = useState<State>({ status: 'idle' });
  const enter = async () => {
    setState({ status: 'asking' });
    setState(await enterAdmin(origin));
  };
  return (
    <Flex direction="column" gap="md">
      <Heading>Connection</Heading>
      <DescriptionList direction="row">
        <DescriptionListItem label="HubSpot account">
          <Text>{context.portal.id}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="Signed in as">
          <Text>{context.user.email}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="Alongside runs at">
          <Text>{origin || 'not set: ask whoever installed the app to set backend_origin'}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="State">
          <Connection state={state} />
        </DescriptionListItem>
      </DescriptionList>
      <Heading>What partners may see</Heading>
      <Text>
        Which fields each type of partner sees is decided in Alongside’s admin pages. You need the right to
        manage integrations in HubSpot.
      </Text>
      <Outcome state={state} />
      <Flex direction="row" gap="sm">
        <LoadingButton
          variant={state.status === 'open' ? 'secondary' : 'primary'}
          loading={state.status === 'asking'}
          onClick={() => void enter()}
          testId="enter"
        >
          {state.status === 'open' ? 'Renew the way in' : 'Check connection and sign in'}
        </LoadingButton>
        {state.status === 'open' ? (
          <Button variant="primary" href={{ url: state.url, external: true }} testId="admin">
            Open admin pages
          </Button>
        ) : null}
      </Flex>
    </Flex>
  );
}

function Connection({ state }: { state: State }) {
  switch (state.status) {
    case 'idle':
      return <StatusTag hollow>Not checked yet</StatusTag>;
    case 'asking':
      return <StatusTag variant="info">Checking</StatusTag>;
    case 'open':
      return <StatusTag variant="success">Connected</StatusTag>;
    case 'refused':
      return <StatusTag variant="warning">Answered, and refused</StatusTag>;
    case 'unreachable':
      return <StatusTag variant="danger">No answer</StatusTag>;
  }
}

function Outcome({ state }: { state: State }) {
  if (state.status === 'refused')
    return (
      <Alert title="You cannot enter the admin pages" variant="warning">
        {state.message}
      </Alert>
    );
  if (state.status === 'unreachable')
    return (
      <Alert title="Alongside could not be reached" variant="danger">
        {state.message}
      </Alert>
    );
  return null;
}
