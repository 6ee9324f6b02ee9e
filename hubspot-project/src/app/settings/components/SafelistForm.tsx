import {
  Accordion,
  Alert,
  AutoGrid,
  Flex,
  Form,
  Heading,
  Input,
  List,
  LoadingButton,
  Select,
  Text,
} from '@hubspot/ui-extensions';
import { useEffect, useMemo, useState } from 'react';
import type { Api, Done } from '../api';
import type { Edits } from '../edits';
import { cellOf, edited, listed } from '../edits';
import { useCommand } from '../hooks/useCommand';
import { useNewest } from '../hooks/useNewest';
import type { Field, Safelist } from '../types';
import { Fault } from './Fault';

interface Props {
  api: Api;
  safelist: Safelist;
  done: (done: Done) => void;
  reload: () => Promise<void>;
}

/** One type's safelist, to be changed field by field and saved with a reason. */
export function SafelistForm({ api, safelist, done, reload }: Props) {
  const { shown: edits, newest: newestEdits, set: setEdits } = useNewest<Edits>({});
  const [query, setQuery] = useState('');
  const { shown: reason, newest: newestReason, set } = useNewest('');
  const setReason = (text: string) => set(() => text);
  const { state, run } = useCommand(api, done);
  const policy = useMemo(() => edited(safelist, edits), [safelist, edits]);
  const changed = Object.keys(edits).length;
  const sentences = useReach(api, policy, changed > 0);
  const save = () => {
    const body = edited(safelist, newestEdits());
    void run({ command: 'policy.save', fields: { body, version: safelist.version, reason: newestReason() } });
  };
  const choose = (object: string, field: Field, treatment: string) =>
    setEdits((before) => {
      const cell = cellOf(object, field.name);
      const others = Object.entries(before).filter(([name]) => name !== cell);
      return Object.fromEntries(treatment === field.treatment ? others : [...others, [cell, treatment]]);
    });
  const stale = state.status === 'refused' && state.reason === 'edit_conflict';
  return (
    <Form onSubmit={save}>
      <Flex direction="column" gap="md">
        <Input label="Search fields" name="search" value={query} onInput={setQuery} onChange={setQuery} />
        {safelist.objects.map(({ name, label, fields }) => (
          <Fields
            key={name}
            object={name}
            label={label}
            fields={fields}
            shown={listed(name, fields, edits, query)}
            edits={edits}
            choose={choose}
          />
        ))}
        <NeverShared safelist={safelist} />
        {sentences.length > 0 ? (
          <Alert title="How far this reaches" variant="info">
            {sentences.join(' ')}
          </Alert>
        ) : null}
        <Fault state={state} />
        <Input
          label="Reason"
          name="reason"
          required
          description="For those who come after you; it stands in the history."
          value={reason}
          error={state.status === 'refused' && state.field === 'reason'}
          onInput={setReason}
          onChange={setReason}
        />
        <Flex direction="row" gap="sm">
          <LoadingButton
            variant="primary"
            type="submit"
            loading={state.status === 'sending'}
            testId="save-safelist"
          >
            {changed === 0 ? 'Keep as it is' : changed === 1 ? 'Save 1 change' : `Save ${changed} changes`}
          </LoadingButton>
          {stale ? <LoadingButton onClick={() => void reload()}>Load what was saved</LoadingButton> : null}
        </Flex>
      </Flex>
    </Form>
  );
}

/** How far the edits reach, by the server's count. A late answer never stands beside newer edits. */
function useReach(api: Api, policy: Safelist['body'], any: boolean): string[] {
  const [found, setFound] = useState<{ of: unknown; sentences: string[] }>({ of: null, sentences: [] });
  useEffect(() => {
    if (!any) return;
    let current = true;
    void api.reach(policy).then((outcome) => {
      const sentences = outcome.kind === 'ok' ? outcome.value.sentences : [outcome.message];
      if (current) setFound({ of: policy, sentences });
    });
    return () => {
      current = false;
    };
  }, [api, policy, any]);
  return any && found.of === policy ? found.sentences : [];
}

interface FieldsProps {
  object: string;
  label: string;
  fields: Field[];
  shown: Field[];
  edits: Edits;
  choose: (object: string, field: Field, treatment: string) => void;
}

function Fields({ object, label, fields, shown, edits, choose }: FieldsProps) {
  const more = fields.filter(({ never }) => !never).length - shown.length;
  return (
    <Flex direction="column" gap="sm">
      <Heading>{label}</Heading>
      <AutoGrid columnWidth={240} flexible gap="sm">
        {shown.map((field) => (
          <Cell key={field.name} object={object} of={label} field={field} edits={edits} choose={choose} />
        ))}
      </AutoGrid>
      {more > 0 ? (
        <Text variant="microcopy">
          {more === 1 ? 'One more field is' : `${more} more fields are`} absent: search to find
          {more === 1 ? ' it' : ' them'}.
        </Text>
      ) : null}
    </Flex>
  );
}

interface CellProps {
  object: string;
  of: string;
  field: Field;
  edits: Edits;
  choose: FieldsProps['choose'];
}

function Cell({ object, of, field, edits, choose }: CellProps) {
  const next = edits[cellOf(object, field.name)];
  const before = field.options.find(([value]) => value === field.treatment)?.[1] ?? field.treatment;
  const about = [field.api_name, field.sample && `e.g. ${field.sample}`].filter(Boolean).join(' · ');
  return (
    <Select
      label={`${of}: ${field.label}`}
      name={cellOf(object, field.name)}
      description={about || undefined}
      value={next ?? field.treatment}
      options={field.options.map(([value, label]) => ({ value, label }))}
      validationMessage={next ? `Changed, was: ${before}` : undefined}
      onChange={(value) => choose(object, field, String(value))}
      testId={`cell-${object}-${field.name}`}
    />
  );
}

/** What no safelist can open, and why. */
function NeverShared({ safelist }: { safelist: Safelist }) {
  const never = safelist.objects.flatMap(({ fields }) => fields.filter((field) => field.never));
  if (never.length === 0) return null;
  return (
    <Accordion title={`Never shared (${never.length})`}>
      <List>
        {never.map((field) => (
          <Text key={field.api_name} testId={`never-${field.name}`}>
            {field.label}: {field.never}
          </Text>
        ))}
      </List>
    </Accordion>
  );
}
