import {
  Button,
  Checkbox,
  DateInput,
  Form,
  Image,
  LoadingButton,
  Modal,
  NumberInput,
  TextArea,
  Tile,
} from '@hubspot/ui-extensions';
import { afterEach, expect, test, vi } from 'vitest';
import { doing, held, refusing } from './backend';
import { action, field, form } from './documents';
import type { enter } from './room';
import { showBlocks, wordsOf } from './room';

type Room = ReturnType<typeof enter>;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

afterEach(() => vi.useRealTimers());

const write = ({ renderer }: Room, text: string) =>
  renderer.find(TextArea).trigger('onChange', text as never);
const submit = ({ renderer }: Room) => renderer.find(Form).trigger('onSubmit');
const button = (renderer: Room['renderer'], label: string) =>
  renderer.find(Button, (one) => one.text === label);
const typed = ({ renderer }: Room) => renderer.find(TextArea).props.value;
const says = ({ renderer }: Room, text: string) =>
  renderer.waitFor(() => expect(wordsOf(renderer.getRootNode())).toContain(text));

test('a posted message carries its fixed fields, its text and a key', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => doing({}, 'Sent.');

  write(room, 'Hello Nora');
  submit(room);

  await room.renderer.waitFor(() => expect(room.renderer.mocks.actions.addAlert.calls).toHaveLength(1));
  const [sent] = room.backend.sent('thread.post');
  expect(sent?.body).toMatchObject({
    objectType: '0-3',
    objectId: '42',
    fields: { partner_id: 'p1', audience: 'partner', body: 'Hello Nora' },
  });
  expect(sent?.body.idempotencyKey).toMatch(UUID);
  expect(room.renderer.mocks.actions.addAlert.calls[0]?.[0]).toMatchObject({
    type: 'success',
    message: 'Sent.',
  });
});

test('a text that is left by the very click that sends it is sent', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => doing();
  const leave = room.renderer.find(TextArea).props.onChange;
  const send = room.renderer.find(Form).props.onSubmit;

  // Two messages of the host, before anything is drawn between them.
  leave?.('Hello Nora');
  send?.({} as never, {} as never);

  await room.renderer.waitFor(() => expect(room.backend.sent('thread.post')).toHaveLength(1));
  expect(room.backend.sent('thread.post')[0]?.body.fields).toMatchObject({ body: 'Hello Nora' });
});

test('after a message was sent the form is empty and the card is read again', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => doing();

  write(room, 'Hello');
  submit(room);

  await room.renderer.waitFor(() => expect(typed(room)).toBe(''));
  await room.renderer.waitFor(() =>
    expect(room.backend.calls.filter(({ method }) => method === 'GET')).toHaveLength(2),
  );
});

test('a refusal says why and keeps the text', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => refusing('A message needs fewer than 10,000 characters.');

  write(room, 'Much too long');
  submit(room);

  await says(room, 'A message needs fewer than 10,000 characters.');
  expect(typed(room)).toBe('Much too long');
});

test('a refusal that names a field stands at that field', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => refusing('Say it shorter.', 'too_large', 'body');

  write(room, 'Long');
  submit(room);

  await room.renderer.waitFor(() =>
    expect(room.renderer.find(TextArea).props).toMatchObject({
      error: true,
      validationMessage: 'Say it shorter.',
    }),
  );
});

test('a required field that is empty is not sent', async () => {
  const room = await showBlocks(form({}));

  write(room, '   ');
  submit(room);

  await room.renderer.waitFor(() => expect(room.renderer.find(TextArea).props.error).toBe(true));
  expect(room.backend.sent('thread.post')).toHaveLength(0);
});

test('trying again after no answer uses the same key', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => new Error('timeout');
  write(room, 'Hello');
  submit(room);
  await room.renderer.waitFor(() => button(room.renderer, 'Try again'));

  room.backend.commands['thread.post'] = () => doing();
  button(room.renderer, 'Try again').trigger('onClick');

  await room.renderer.waitFor(() => expect(typed(room)).toBe(''));
  const keys = room.backend.sent('thread.post').map(({ body }) => body.idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('a changed text after no answer is another submission', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => new Error('timeout');
  write(room, 'Hello');
  submit(room);
  await room.renderer.waitFor(() => button(room.renderer, 'Try again'));

  write(room, 'Hello again');
  submit(room);

  await room.renderer.waitFor(() => expect(room.backend.sent('thread.post')).toHaveLength(2));
  const keys = room.backend.sent('thread.post').map(({ body }) => body.idempotencyKey);
  expect(keys[0]).not.toBe(keys[1]);
});

test('the same text sent after a refusal is another submission', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () => refusing('Not now.');
  write(room, 'Hello');
  submit(room);
  await says(room, 'Not now.');

  submit(room);

  await room.renderer.waitFor(() => expect(room.backend.sent('thread.post')).toHaveLength(2));
  const keys = room.backend.sent('thread.post').map(({ body }) => body.idempotencyKey);
  expect(keys[0]).not.toBe(keys[1]);
});

test('a second press while the first is under way sends nothing', async () => {
  const room = await showBlocks(form({}));
  const answer = held<object>();
  room.backend.commands['thread.post'] = () => answer.promise;
  write(room, 'Hello');

  submit(room);
  submit(room);

  expect(room.renderer.find(LoadingButton).props.loading).toBe(true);
  expect(room.backend.sent('thread.post')).toHaveLength(1);
  answer.release(doing());
});

test('a danger is confirmed in its own words before it is sent', async () => {
  const revoke = action({
    label: 'Revoke',
    command: 'sharing.revoke_link',
    fields: { link_id: 'l1' },
    style: 'danger',
    confirm: 'Nora can no longer open the room.',
  });
  const { renderer, backend } = await showBlocks({ kind: 'actions', items: [revoke] });
  backend.commands['sharing.revoke_link'] = () => doing();

  const modal = renderer.find(Button, { variant: 'destructive' }).props.overlay?.find(Modal);
  expect(wordsOf(modal ?? {})).toContain('Nora can no longer open the room.');
  expect(backend.sent('sharing.revoke_link')).toHaveLength(0);
  modal?.find(LoadingButton).trigger('onClick');

  await renderer.waitFor(() =>
    expect(backend.sent('sharing.revoke_link')[0]?.body.fields).toEqual({ link_id: 'l1' }),
  );
  expect(renderer.mocks.actions.closeOverlay.calls[0]?.[0]).toBe(modal?.props.id);
});

test('a refused button says why beneath it', async () => {
  const room = await showBlocks({ kind: 'actions', items: [action({ command: 'outbox.retry' })] });
  room.backend.commands['outbox.retry'] = () => refusing('HubSpot still refuses the task.', 'crm_refused');

  room.renderer.find(Button).trigger('onClick');

  await says(room, 'HubSpot still refuses the task.');
});

test('copying puts the text on the clipboard and says so', async () => {
  const { renderer } = await showBlocks({
    kind: 'actions',
    items: [action({ copy: 'https://x.example/s/1' })],
  });

  renderer.find(Button).trigger('onClick');

  await vi.waitFor(() => expect(renderer.mocks.actions.addAlert.calls[0]?.[0].message).toBe('Copied.'));
  expect(renderer.mocks.actions.copyTextToClipboard.calls[0]?.[0]).toBe('https://x.example/s/1');
});

test('a new share link is shown with a button to copy it', async () => {
  const room = await showBlocks(form({ command: 'sharing.create_link' }));
  room.backend.commands['sharing.create_link'] = () => doing({ url: 'https://share.example/s/abc' });
  write(room, 'x');

  submit(room);

  await says(room, 'https://share.example/s/abc');
  button(room.renderer, 'Copy link').trigger('onClick');
  expect(room.renderer.mocks.actions.copyTextToClipboard.calls[0]?.[0]).toBe('https://share.example/s/abc');
});

test('a new share link is drawn as a QR code when asked for, and put away again', async () => {
  const qr = 'data:image/png;base64,iVBORw0KGgo=';
  const room = await showBlocks(form({ command: 'sharing.create_link' }));
  room.backend.commands['sharing.create_link'] = () =>
    doing({ url: 'https://share.example/s/abc', qr }, 'Passcode: ABCD-EFGH.');
  write(room, 'x');
  submit(room);
  await says(room, 'https://share.example/s/abc');
  await says(room, 'Passcode: ABCD-EFGH.');
  expect(room.renderer.maybeFind(Image)).toBeNull();

  button(room.renderer, 'Show QR code').trigger('onClick');

  expect(room.renderer.find(Image).props).toMatchObject({ src: qr, alt: 'QR code that opens this link' });
  button(room.renderer, 'Hide QR code').trigger('onClick');
  expect(room.renderer.maybeFind(Image)).toBeNull();
});

const complete = action({
  label: 'Complete',
  command: 'plan.complete_step',
  fields: { step_id: 's1' },
  undo: 'plan.reopen_step',
});

test('what can be undone is undone with the same fields', async () => {
  const { renderer, backend } = await showBlocks({ kind: 'actions', items: [complete] });
  backend.commands['plan.complete_step'] = () => doing({}, 'Step completed.');
  backend.commands['plan.reopen_step'] = () => doing({}, 'Step reopened.');
  renderer.find(Button).trigger('onClick');
  await renderer.waitFor(() => button(renderer, 'Undo'));

  button(renderer, 'Undo').trigger('onClick');

  await renderer.waitFor(() =>
    expect(backend.sent('plan.reopen_step')[0]?.body.fields).toEqual({ step_id: 's1' }),
  );
  await renderer.waitFor(() => expect(renderer.maybeFind(Button, (one) => one.text === 'Undo')).toBeNull());
});

test('undo is offered for ten seconds', async () => {
  const { renderer, backend } = await showBlocks({ kind: 'actions', items: [complete] });
  backend.commands['plan.complete_step'] = () => doing();
  vi.useFakeTimers();
  renderer.find(Button).trigger('onClick');
  await vi.advanceTimersByTimeAsync(9_000);
  expect(renderer.maybeFind(Button, (one) => one.text === 'Undo')).not.toBeNull();

  await vi.advanceTimersByTimeAsync(1_500);

  expect(renderer.maybeFind(Button, (one) => one.text === 'Undo')).toBeNull();
});

test('a folded form opens on its title and folds again', async () => {
  const { renderer } = await showBlocks(form({ folded: true }));
  expect(renderer.maybeFind(Tile)).toBeNull();

  renderer.findByTestId(Button, 'overview-open-composer').trigger('onClick');
  await renderer.waitFor(() => renderer.find(Tile));
  renderer.find(Tile).find(Button, { variant: 'transparent' }).trigger('onClick');

  await renderer.waitFor(() => expect(renderer.maybeFind(Tile)).toBeNull());
});

test('dates, numbers and boxes are sent as text, an unticked box not at all', async () => {
  const fields = [
    field({ name: 'due', type: 'date' }),
    field({ name: 'amount', type: 'number' }),
    field({ name: 'sure', type: 'checkbox' }),
    field({ name: 'unsure', type: 'checkbox' }),
  ];
  const { renderer, backend } = await showBlocks(form({ fields, fixed: {} }));
  renderer.find(DateInput).trigger('onChange', { year: 2026, month: 11, date: 1 } as never);
  renderer.find(NumberInput).trigger('onChange', 12.5 as never);
  renderer.find(Checkbox).trigger('onChange', true as never);

  renderer.find(Form).trigger('onSubmit');

  await renderer.waitFor(() => expect(backend.sent('thread.post')).toHaveLength(1));
  expect(backend.sent('thread.post')[0]?.body.fields).toEqual({
    due: '2026-12-01',
    amount: '12.5',
    sure: 'true',
  });
});

test('a text to look at again is sent only when the seller says so', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () =>
    refusing('Look again before you send this: it names Contoso.', 'needs_confirm', 'confirm');
  write(room, 'Contoso is cheaper');
  submit(room);
  await says(room, 'it names Contoso');
  expect(typed(room)).toBe('Contoso is cheaper');

  room.backend.commands['thread.post'] = () => doing({}, 'Sent.');
  button(room.renderer, 'Send it anyway').trigger('onClick');

  await room.renderer.waitFor(() => expect(room.backend.sent('thread.post')).toHaveLength(2));
  expect(room.backend.sent('thread.post')[1]?.body.fields).toMatchObject({
    body: 'Contoso is cheaper',
    confirm: 'true',
  });
});

test('changing the text takes the question away', async () => {
  const room = await showBlocks(form({}));
  room.backend.commands['thread.post'] = () =>
    refusing('Look again: it names Contoso.', 'needs_confirm', 'confirm');
  write(room, 'Contoso is cheaper');
  submit(room);
  await says(room, 'it names Contoso');

  write(room, 'Somebody is cheaper');

  await room.renderer.waitFor(() =>
    expect(wordsOf(room.renderer.getRootNode())).not.toContain('it names Contoso'),
  );
});
