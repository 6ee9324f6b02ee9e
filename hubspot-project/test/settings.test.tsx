import { Alert, Button, LoadingButton, StatusTag, Text, useExtensionContext } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { expect, test } from 'vitest';
import { SettingsPage } from '../src/app/settings/SettingsPage';
import { TestBackend, VARIABLES, doing, refusing } from './backend';

function Page() {
  return <SettingsPage context={useExtensionContext<'settings'>()} />;
}

function open() {
  const backend = new TestBackend();
  const renderer = createRenderer('settings');
  renderer.mocks.context.portal = { id: 62515, timezone: 'UTC' };
  renderer.mocks.context.variables = VARIABLES;
  renderer.render(<Page />);
  const enter = () => renderer.findByTestId(LoadingButton, 'enter').trigger('onClick');
  return { backend, renderer, enter };
}

test('the page names the account and where the backend is', () => {
  const { renderer } = open();

  expect(renderer.findAll(Text).map((one) => one.text)).toEqual(
    expect.arrayContaining(['62515', 'https://alongside.example.com']),
  );
});

test('an admin gets a way into the admin pages', async () => {
  const { backend, renderer, enter } = open();
  backend.commands['admin.enter'] = () =>
    doing({ url: 'https://alongside.example.com/admin/enter?ticket=t' });

  enter();

  await renderer.waitFor(() => renderer.findByTestId(Button, 'admin'));
  expect(renderer.findByTestId(Button, 'admin').props.href).toEqual({
    url: 'https://alongside.example.com/admin/enter?ticket=t',
    external: true,
  });
  expect(renderer.find(StatusTag).text).toBe('Connected');
});

test('someone who is no admin is told so', async () => {
  const { backend, renderer, enter } = open();
  backend.commands['admin.enter'] = () =>
    refusing('Only an admin can open the Alongside settings.', 'forbidden');

  enter();

  await renderer.waitFor(() =>
    expect(renderer.find(Alert).text).toBe('Only an admin can open the Alongside settings.'),
  );
});

test('a backend that does not answer is named', async () => {
  const { backend, renderer, enter } = open();
  backend.commands['admin.enter'] = () => new Error('offline');

  enter();

  await renderer.waitFor(() => expect(renderer.find(StatusTag).props.variant).toBe('danger'));
});
