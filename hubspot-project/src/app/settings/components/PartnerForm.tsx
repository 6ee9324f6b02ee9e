import { Alert, AutoGrid, Button, Flex, Form, Input, LoadingButton, Select } from '@hubspot/ui-extensions';
import type { Api, Done } from '../api';
import { useCommand } from '../hooks/useCommand';
import { useNewest } from '../hooks/useNewest';
import type { Partner, PartnerType } from '../types';
import { Fault } from './Fault';

interface Props {
  api: Api;
  types: PartnerType[];
  partner?: Partner;
  done: (done: Done) => void;
  cancel?: () => void;
}

type Values = Record<'name' | 'type' | 'tier' | 'domain', string>;

/** Adds a partner, or changes the given one. Another type changes what its people see, so the form says so. */
export function PartnerForm({ api, types, partner, done, cancel }: Props) {
  const {
    shown: values,
    newest,
    set: setValues,
  } = useNewest<Values>({
    name: partner?.name ?? '',
    type: partner?.type ?? '',
    tier: partner?.tier ?? '',
    domain: partner?.domain ?? '',
  });
  const { state, run } = useCommand(api, done);
  const set = (name: keyof Values) => (value: unknown) =>
    setValues((before) => ({ ...before, [name]: String(value ?? '') }));
  const wrong = (name: keyof Values) => state.status === 'refused' && state.field === name;
  const submit = () =>
    void run(
      partner
        ? { command: 'partner.update', fields: { ...newest(), partner_id: partner.id } }
        : { command: 'partner.create', fields: newest() },
    );
  const moved = partner && values.type !== partner.type && partner.links > 0;
  return (
    <Form onSubmit={submit}>
      <Flex direction="column" gap="sm">
        <AutoGrid columnWidth={220} flexible gap="sm">
          <Input
            label="Name"
            name="name"
            required
            value={values.name}
            error={wrong('name')}
            onChange={set('name')}
          />
          <Select
            label="Type"
            name="type"
            required
            value={values.type || undefined}
            error={wrong('type')}
            options={types.map(({ value, label }) => ({ value, label }))}
            onChange={set('type')}
          />
          <Input label="Tier" name="tier" value={values.tier} onChange={set('tier')} />
          <Input
            label="Domain"
            name="domain"
            placeholder="partner.example"
            value={values.domain}
            onChange={set('domain')}
          />
        </AutoGrid>
        {moved ? (
          <Alert title="Its people will see what the new type sees" variant="info">
            {partner.links === 1 ? 'One open link follows' : `${partner.links} open links follow`} the new
            type from the next request on.
          </Alert>
        ) : null}
        <Fault state={state} />
        <Flex direction="row" gap="sm">
          <LoadingButton
            variant="primary"
            type="submit"
            loading={state.status === 'sending'}
            testId="save-partner"
          >
            {partner ? 'Save' : 'Add partner'}
          </LoadingButton>
          {cancel ? <Button onClick={cancel}>Cancel</Button> : null}
        </Flex>
      </Flex>
    </Form>
  );
}
