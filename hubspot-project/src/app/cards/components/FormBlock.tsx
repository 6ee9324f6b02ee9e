import { Button, Flex, Form, LoadingButton, StatusTag, Text, Tile } from '@hubspot/ui-extensions';
import { useCallback, useState } from 'react';
import type { CommandResult } from '../backend';
import { useCardScope } from '../CardContext';
import type { Command } from '../hooks/useCommand';
import { useCommand } from '../hooks/useCommand';
import { useNewest } from '../hooks/useNewest';
import type { Form as FormDocument, FormField } from '../types';
import { CommandFault } from './CommandFault';
import { FormInput } from './FormInput';

type Values = Record<string, string>;

const initial = (fields: readonly FormField[]): Values =>
  Object.fromEntries(fields.map((field) => [field.name, field.value]));

/** A form, behind a button of its title if it is folded; a quiet one hides behind mere words. */
export function FormBlock({ form, quiet = false }: { form: FormDocument; quiet?: boolean }) {
  const { name } = useCardScope();
  const [unfolded, setUnfolded] = useState(false);
  if (form.folded && !unfolded)
    return (
      <Flex direction="row">
        <Button
          size={quiet ? 'xs' : 'sm'}
          variant={quiet ? 'transparent' : 'secondary'}
          onClick={() => setUnfolded(true)}
          testId={`${name}-open-${form.id}`}
        >
          {form.title}
        </Button>
      </Flex>
    );
  return <OpenForm form={form} fold={form.folded ? () => setUnfolded(false) : undefined} />;
}

/** What was typed stays until the server has taken it: a refusal or a lost connection clears nothing. */
function OpenForm({ form, fold }: { form: FormDocument; fold: (() => void) | undefined }) {
  const { name, backend, done } = useCardScope();
  const { shown: typed, newest: newestTyped, set: setTyped } = useNewest<Values>({});
  const [round, setRound] = useState(0);
  const [checked, setChecked] = useState(false);
  const values = { ...initial(form.fields), ...typed };

  const taken = useCallback(
    (result: CommandResult, command: Command) => {
      setTyped(() => ({}));
      setChecked(false);
      setRound((before) => before + 1);
      fold?.();
      done(result, command);
    },
    [done, fold, setTyped],
  );
  const { state, run, dismiss } = useCommand(backend, taken);

  const submit = () => {
    const values = { ...initial(form.fields), ...newestTyped() };
    setChecked(true);
    if (form.fields.some((field) => isMissing(field, values))) return;
    void run({ command: form.command, fields: { ...form.fixed, ...given(form.fields, values) } });
  };

  const errorOf = (field: FormField) => {
    if (checked && isMissing(field, values)) return `Please fill in: ${field.label}.`;
    return state.status === 'refused' && state.field === field.name ? state.message : '';
  };

  return (
    <Tile compact testId={`${name}-form-${form.id}`}>
      <Form onSubmit={submit} autoComplete="off">
        <Flex direction="column" gap="sm">
          <Text format={{ fontWeight: 'demibold' }}>{form.title}</Text>
          <Audience audience={form.audience} note={form.note} />
          {form.fields.map((field) => (
            <FormInput
              key={`${field.name} ${round}`}
              field={field}
              value={values[field.name] ?? ''}
              error={errorOf(field)}
              onChange={(value) => {
                setTyped((before) => ({ ...before, [field.name]: value }));
                // What was asked about is no longer what would be sent.
                if (state.status === 'refused' && state.reason === 'needs_confirm') dismiss();
              }}
            />
          ))}
          <CommandFault state={state} retry={run} dismiss={dismiss} />
          <Flex direction="row" gap="xs">
            <LoadingButton type="submit" variant="primary" size="sm" loading={state.status === 'sending'}>
              {form.submit}
            </LoadingButton>
            {fold ? (
              <Button variant="transparent" size="sm" onClick={fold}>
                Cancel
              </Button>
            ) : null}
          </Flex>
        </Flex>
      </Form>
    </Tile>
  );
}

/** Who will read what is written here: said before writing, in words and in colour. */
function Audience({ audience, note }: { audience: string; note: string }) {
  if (!note) return null;
  if (!audience) return <Text variant="microcopy">{note}</Text>;
  return <StatusTag variant={audience === 'partner' ? 'warning' : 'info'}>{note}</StatusTag>;
}

const isMissing = (field: FormField, values: Values) => field.required && !values[field.name]?.trim();

/** An unticked box says nothing, as in any HTML form; every other field says what it holds. */
const given = (fields: readonly FormField[], values: Values): Values =>
  Object.fromEntries(
    fields
      .filter((field) => field.type !== 'checkbox' || values[field.name])
      .map((field) => [field.name, values[field.name] ?? '']),
  );
