import { Button, ErrorState, Flex, LoadingSpinner, Select, Text, Heading } from '@hubspot/ui-extensions';
import { useCallback, useState } from 'react';
import type { Api, Done } from '../api';
import { useAnswer } from '../hooks/useAnswer';
import type { PartnerType } from '../types';
import { SafelistForm } from './SafelistForm';

interface Props {
  api: Api;
  types: PartnerType[];
  previews: { label: string; url: string }[];
  done: (done: Done) => void;
}

const counted = (amount: number, one: string) => `${amount} ${amount === 1 ? one : `${one}s`}`;

/** What one type of partner sees, field by field, and a look at a room as they have it. */
export function Safelist({ api, types, previews, done }: Props) {
  const used = types.find(({ partners }) => partners > 0) ?? types[0];
  const [type, setType] = useState(used?.value ?? '');
  const chosen = types.find(({ value }) => value === type);
  return (
    <Flex direction="column" gap="md">
      <Select
        label="Type of partner"
        name="type"
        value={type}
        options={types.map(({ value, label, partners }) => ({
          value,
          label: partners > 0 ? `${label} (${counted(partners, 'partner')})` : label,
        }))}
        onChange={(value) => setType(String(value))}
        testId="type"
      />
      {chosen ? (
        <Text variant="microcopy">
          {chosen.partners === 0
            ? 'You have no partner of this type yet.'
            : `${counted(chosen.partners, 'partner')} with ${counted(chosen.links, 'open link')}.`}{' '}
          A field that is not listed here stays absent.
        </Text>
      ) : null}
      <OfType key={type} api={api} type={type} done={done} />
      <Preview previews={previews} />
    </Flex>
  );
}

function OfType({ api, type, done }: { api: Api; type: string; done: (done: Done) => void }) {
  const ask = useCallback(() => api.safelist(type), [api, type]);
  const { state, reload } = useAnswer(ask);
  const saved = useCallback(
    (result: Done) => {
      void reload();
      done(result);
    },
    [done, reload],
  );
  switch (state.status) {
    case 'loading':
      return <LoadingSpinner label="Loading the safelist" showLabel />;
    case 'refused':
    case 'unreachable':
      return (
        <ErrorState title="The safelist could not be loaded">
          <Text>{state.message}</Text>
          <Button onClick={() => void reload()}>Try again</Button>
        </ErrorState>
      );
    case 'ready':
      return (
        <SafelistForm
          key={state.value.version}
          api={api}
          safelist={state.value}
          done={saved}
          reload={reload}
        />
      );
  }
}

/** Opens a real room as its partner sees it, with every form switched off. */
function Preview({ previews }: { previews: Props['previews'] }) {
  const [url, setUrl] = useState(previews[0]?.url ?? '');
  const current = previews.some((one) => one.url === url) ? url : (previews[0]?.url ?? '');
  return (
    <Flex direction="column" gap="sm">
      <Heading>See what they see</Heading>
      {previews.length === 0 ? (
        <Text>As soon as a partner works on a deal, you can look at its page from here.</Text>
      ) : (
        <Flex direction="row" gap="sm" align="end" wrap>
          <Select
            label="Record and partner"
            name="preview"
            value={current}
            options={previews.map(({ label, url: value }) => ({ label, value }))}
            onChange={(value) => setUrl(String(value))}
          />
          <Button href={{ url: current, external: true }} testId="preview">
            Open the preview
          </Button>
        </Flex>
      )}
    </Flex>
  );
}
