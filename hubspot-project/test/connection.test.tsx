import { Button, Link, LoadingButton, Tab } from '@hubspot/ui-extensions';
import { expect, test } from 'vitest';
import { doing } from './backend';
import { input, opened, overview, words } from './settings';

const refused = () => {
  const write = { id: 'o1', what: 'the task', reason: 'Due date is required.', record: 'Initech', url: '' };
  return overview({ health: { ...overview().health, refused: [write] } });
};

test('a write that HubSpot refused is named, counted and tried again', async () => {
  const room = await opened(refused());
  room.backend.commands['outbox.retry'] = () => doing({}, 'Sent to the CRM again.');
  expect(room.renderer.findAll(Tab)[4]?.props.title).toBe('Connection (1 refused)');
  expect(words(room)).toContain('Due date is required.');

  room.renderer.findByTestId(LoadingButton, 'retry-o1').trigger('onClick');

  await room.renderer.waitFor(() => expect(room.backend.sent('outbox.retry')).toHaveLength(1));
  expect(room.backend.sent('outbox.retry')[0]?.body.fields).toEqual({ outbox_id: 'o1' });
});

test('a write that HubSpot refused is left out with a reason, and not without one', async () => {
  const room = await opened(refused());
  room.backend.commands['outbox.drop'] = () => doing({}, 'Left out of the CRM. It stays here.');
  room.renderer.findByTestId(Button, 'leave-o1').trigger('onClick');

  room.renderer.findByTestId(LoadingButton, 'leave-out-o1').trigger('onClick');
  expect(input(room, 'reason-o1').props).toMatchObject({ error: true });
  expect(room.backend.sent('outbox.drop')).toHaveLength(0);

  input(room, 'reason-o1').trigger('onInput', ' Not for HubSpot ' as never);
  room.renderer.findByTestId(LoadingButton, 'leave-out-o1').trigger('onClick');

  await room.renderer.waitFor(() => expect(room.backend.sent('outbox.drop')).toHaveLength(1));
  expect(room.backend.sent('outbox.drop')[0]?.body.fields).toEqual({
    outbox_id: 'o1',
    reason: 'Not for HubSpot',
  });
});

test('a lost access leads to connecting again', async () => {
  const room = await opened(overview({ health: { ...overview().health, trouble: 'The app was removed.' } }));

  expect(words(room)).toContain('The app was removed.');
  expect(room.renderer.findAll(Link)[0]?.props.href).toEqual({
    url: 'https://alongside.example.com/hubspot/oauth/start',
    external: true,
  });
});
