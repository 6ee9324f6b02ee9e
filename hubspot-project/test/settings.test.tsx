import {
  Accordion,
  Alert,
  Button,
  ErrorState,
  Form,
  Link,
  LoadingButton,
  Select,
  StatusTag,
  Tab,
} from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { expect, test } from 'vitest';
import type { Policy } from '../src/app/settings/types';
import { VARIABLES, doing, held, refusing } from './backend';
import { DUE, Page, cell, input, open, opened, overview, words } from './settings';

test('the page asks with its own address and sends no identity', async () => {
  const { backend } = await opened();

  const [first] = backend.calls;
  expect(first?.url.pathname).toBe('/hubspot/settings');
  expect(Object.fromEntries(first?.url.searchParams ?? [])).toEqual({ origin: VARIABLES.backend_origin });
  expect(first?.headers).toBeUndefined();
});

test('what is left to do is counted, named and advised on', async () => {
  const room = await opened();

  expect(room.renderer.find(Tab).props.title).toBe('Set-up (1 left)');
  expect(room.renderer.findAll(StatusTag).map((tag) => tag.text)).toEqual([
    'Done',
    'To do',
    'Not known yet',
    'Draft',
  ]);
  expect(words(room)).toContain('Place it.');
});

test('a template shows how its dates are found and is published by its button', async () => {
  const room = await opened();
  room.backend.commands['template.publish'] = () => doing({ version: 1 }, 'Published “Joint selling”.');

  expect(words(room)).toContain(DUE);
  room.renderer.findByTestId(LoadingButton, 'template.publish-w1').trigger('onClick');
  await room.renderer.waitFor(() => expect(room.backend.sent('template.publish')).toHaveLength(1));

  expect(room.backend.sent('template.publish')[0]?.body.fields).toEqual({ template_id: 'w1', version: 1 });
});

test('without anything left the safelist comes first', async () => {
  const { renderer } = await opened(overview({ checklist: [] }));

  expect(renderer.find(Tab).props.title).toBe('Set-up');
});

test('the safelist opens on a type that has partners', async () => {
  const room = await opened();

  expect(room.renderer.findByTestId(Select, 'type').props.value).toBe('reseller');
  expect(room.backend.calls.find(({ url }) => url.pathname.endsWith('/safelist'))?.url.search).toBe(
    '?type=reseller',
  );
  expect(words(room)).toContain('1 partner with 2 open links.');
});

test('a field that is never shared is locked, with the reason', async () => {
  const room = await opened();

  expect(room.renderer.find(Accordion).props.title).toBe('Never shared (1)');
  expect(words(room)).toContain('Your margin is never shared with a partner.');
  expect(room.renderer.maybeFindByTestId(Select, 'cell-deal-margin')).toBeNull();
});

test('an absent field that we have no name for is found by search', async () => {
  const room = await opened();
  expect(room.renderer.maybeFindByTestId(Select, 'cell-deal-crm:region')).toBeNull();
  expect(words(room)).toContain('One more field is absent');

  input(room, 'search').trigger('onInput', 'regi' as never);

  await room.renderer.waitFor(() => cell(room, 'crm:region'));
});

test('a change is marked, says its reach, and is saved whole with its reason', async () => {
  const room = await opened();
  room.backend.commands['policy.save'] = () => doing({ version: 4 }, 'Saved as version 4.');

  cell(room, 'amount').trigger('onChange', 'show' as never);
  await room.renderer.waitFor(() => expect(words(room)).toContain('1 partner would newly see Amount.'));
  expect(cell(room, 'amount').props.validationMessage).toBe('Changed, was: Band');
  input(room, 'reason').trigger('onChange', 'Agreed in spring' as never);
  room.renderer.find(Form).trigger('onSubmit');

  await room.renderer.waitFor(() => expect(room.backend.sent('policy.save')).toHaveLength(1));
  const body: Policy = { reseller: { deal: { amount: 'show' } }, referral: { room: { plan: 'show' } } };
  expect(room.backend.sent('policy.save')[0]?.body.fields).toEqual({
    body,
    version: 3,
    reason: 'Agreed in spring',
  });
  await room.renderer.waitFor(() =>
    expect(room.renderer.mocks.actions.addAlert.calls.at(-1)?.[0].message).toBe('Saved as version 4.'),
  );
});

test('a change that is taken back reaches nobody', async () => {
  const room = await opened();

  cell(room, 'amount').trigger('onChange', 'show' as never);
  await room.renderer.waitFor(() => expect(words(room)).toContain('would newly see'));
  cell(room, 'amount').trigger('onChange', 'band' as never);

  await room.renderer.waitFor(() => expect(words(room)).not.toContain('would newly see'));
  expect(room.renderer.findByTestId(LoadingButton, 'save-safelist').text).toBe('Keep as it is');
});

test('a late count of reach never stands beside newer edits', async () => {
  const room = await opened();
  const late = held<object>();
  room.backend.settings.reach = () => late.promise;
  cell(room, 'amount').trigger('onChange', 'show' as never);
  await room.renderer.waitFor(() =>
    expect(room.backend.calls.at(-1)?.url.pathname).toBe('/hubspot/settings/reach'),
  );
  room.backend.settings.reach = () => ({ ok: true, reach: { sentences: ['The newer count.'] } });
  cell(room, 'amount').trigger('onChange', 'absent' as never);
  await room.renderer.waitFor(() => expect(words(room)).toContain('The newer count.'));

  late.release({ ok: true, reach: { sentences: ['The late count.'] } });
  await new Promise((resolve) => setTimeout(resolve, 20));

  expect(words(room)).not.toContain('The late count.');
});

test('somebody else’s save meanwhile is said and can be loaded', async () => {
  const room = await opened();
  room.backend.commands['policy.save'] = () => refusing('Somebody else saved meanwhile.', 'edit_conflict');

  room.renderer.find(Form).trigger('onSubmit');

  await room.renderer.waitFor(() => expect(words(room)).toContain('Somebody else saved meanwhile.'));
  expect(words(room)).toContain('Load what was saved');
});

test('a room can be looked at as its partner sees it', async () => {
  const { renderer } = await opened();

  expect(renderer.findByTestId(Button, 'preview').props.href).toEqual({
    url: 'https://alongside.example.com/preview/t',
    external: true,
  });
});

test('a partner is edited in place, and a new type says what follows', async () => {
  const room = await opened();
  room.backend.commands['partner.update'] = () => doing({ partner_id: 'p1' }, 'Saved.');

  room.renderer.findByTestId(Button, 'edit-p1').trigger('onClick');
  await room.renderer.waitFor(() => expect(input(room, 'name').props.value).toBe('Northwind'));
  const type = room.renderer.find(Select, (node) => node.props.label === 'Type');
  type.trigger('onChange', 'referral' as never);
  await room.renderer.waitFor(() => expect(words(room)).toContain('2 open links follow'));
  room.renderer.findAll(Form)[1]?.trigger('onSubmit');

  await room.renderer.waitFor(() => expect(room.backend.sent('partner.update')).toHaveLength(1));
  expect(room.backend.sent('partner.update')[0]?.body.fields).toEqual({
    partner_id: 'p1',
    name: 'Northwind',
    type: 'referral',
    tier: 'Gold',
    domain: 'northwind.example',
  });
});

test('a type that is chosen by the last move before the save is the one that is saved', async () => {
  const room = await opened();
  room.renderer.findByTestId(Button, 'edit-p1').trigger('onClick');
  await room.renderer.waitFor(() => expect(input(room, 'name').props.value).toBe('Northwind'));
  room.backend.commands['partner.update'] = () => doing();
  const choose = room.renderer.find(Select, (node) => node.props.label === 'Type').props.onChange;
  const submit = room.renderer.findAll(Form)[1]?.props.onSubmit;

  // Two messages of the host, before anything is drawn between them.
  choose?.('referral' as never);
  submit?.({} as never, {} as never);

  await room.renderer.waitFor(() => expect(room.backend.sent('partner.update')).toHaveLength(1));
  expect(room.backend.sent('partner.update')[0]?.body.fields).toMatchObject({ type: 'referral' });
});

test('a name that is taken stays in the form with the reason', async () => {
  const room = await opened();
  room.backend.commands['partner.create'] = () =>
    refusing('There is a partner called Northwind already.', 'state_conflict', 'name');

  input(room, 'name').trigger('onChange', 'Northwind' as never);
  room.renderer.findAll(Form)[1]?.trigger('onSubmit');

  await room.renderer.waitFor(() => expect(words(room)).toContain('called Northwind already'));
  expect(input(room, 'name').props).toMatchObject({ value: 'Northwind', error: true });
});

test('an admin gets a way into the admin pages', async () => {
  const { backend, renderer } = await opened();
  backend.commands['admin.enter'] = () =>
    doing({ url: 'https://alongside.example.com/admin/enter?ticket=t' });

  renderer.findByTestId(LoadingButton, 'enter').trigger('onClick');

  await renderer.waitFor(() => renderer.findByTestId(Button, 'admin'));
  expect(renderer.findByTestId(Button, 'admin').props.href).toEqual({
    url: 'https://alongside.example.com/admin/enter?ticket=t',
    external: true,
  });
});

test('a save whose fate is unknown is repeated under the same key', async () => {
  const room = await opened();
  room.backend.commands['policy.save'] = () => new Error('offline');

  room.renderer.find(Form).trigger('onSubmit');
  await room.renderer.waitFor(() => expect(room.renderer.find(Alert).props.variant).toBe('warning'));
  room.renderer.find(Form).trigger('onSubmit');
  await room.renderer.waitFor(() => expect(room.backend.sent('policy.save')).toHaveLength(2));

  const keys = room.backend.sent('policy.save').map(({ body }) => body.idempotencyKey);
  expect(new Set(keys).size).toBe(1);
});

test('someone who is no admin is told whom to ask', async () => {
  const room = open(refusing('Only an admin can open these settings. Ask ada@vendor.example.', 'forbidden'));

  await room.renderer.waitFor(() => expect(room.renderer.find(ErrorState).props.type).toBe('lock'));
  expect(words(room)).toContain('Ask ada@vendor.example.');
});

test('an account that is not connected is led to connecting', async () => {
  const room = open(refusing('This HubSpot account is not connected.', 'unknown_tenant'));

  await room.renderer.waitFor(() =>
    expect(room.renderer.find(Link).props.href).toEqual({
      url: 'https://alongside.example.com/hubspot/oauth/start',
      external: true,
    }),
  );
});

test('a server that does not answer is named with what to check, and asked again', async () => {
  const room = open({ status: 'error' });
  await room.renderer.waitFor(() => expect(words(room)).toContain('PUBLIC_ORIGIN'));
  room.backend.settings.overview = () => ({ ok: true, settings: overview() });

  room.renderer.findByTestId(Button, 'again').trigger('onClick');

  await room.renderer.waitFor(() => expect(room.renderer.findAll(Tab)).toHaveLength(5));
});

test('a project without a backend address says so', () => {
  const renderer = createRenderer('settings');
  renderer.mocks.context.variables = {};
  renderer.render(<Page />);

  expect(renderer.find(ErrorState).props.title).toBe('Alongside is not set up yet');
});
