import {
  Alert,
  Button,
  EmptyState,
  ErrorState,
  LoadingSpinner,
  Tab,
  Tabs,
  TextArea,
} from '@hubspot/ui-extensions';
import { afterEach, expect, test, vi } from 'vitest';
import { held, refusing, showing } from './backend';
import { action, card, form } from './documents';
import { enter, showBlocks, wordsOf } from './room';

type Room = ReturnType<typeof enter>;

afterEach(() => vi.useRealTimers());

const write = ({ renderer }: Room, text: string) =>
  renderer.find(TextArea).trigger('onChange', text as never);
const typed = ({ renderer }: Room) => renderer.find(TextArea).props.value;
const says = ({ renderer }: Room, text: string) =>
  renderer.waitFor(() => expect(wordsOf(renderer.getRootNode())).toContain(text));

test('the overview is asked for first, for this record and without headers', async () => {
  const { backend } = await showBlocks({ kind: 'text', text: 'Quiet', muted: false });

  const [first] = backend.calls;
  expect(first?.url.pathname).toBe('/hubspot/cards/overview');
  expect(Object.fromEntries(first?.url.searchParams ?? [])).toEqual({
    locale: 'en-us',
    place: 'tab',
    objectType: '0-3',
    objectId: '42',
  });
  expect(first?.headers).toBeUndefined();
  expect(backend.calls).toHaveLength(1);
});

test('the record tab has seven cards, the sidebar two', () => {
  const tab = enter();
  tab.show();
  const sidebar = enter('crm.record.sidebar');
  sidebar.show();

  expect(tab.renderer.findAll(Tab).map((one) => one.props.tabId)).toEqual([
    'overview',
    'thread',
    'plan',
    'registration',
    'certifications',
    'conflicts',
    'sharing',
  ]);
  expect(sidebar.renderer.findAll(Tab).map((one) => one.props.tabId)).toEqual(['overview', 'thread']);
});

test.each(['crm.record.tab', 'crm.record.sidebar'] as const)(
  'a contact has its one card and no tabs in the %s',
  async (location) => {
    const room = enter(location, '0-1');
    const blocks = [{ kind: 'text' as const, text: 'Works for no partner', muted: false }];
    room.backend.cards.certifications = () => showing(card(blocks, { name: 'certifications' }));

    room.show();

    await says(room, 'Works for no partner');
    expect(room.renderer.findAll(Tab)).toEqual([]);
    expect(room.backend.calls.map(({ url }) => url.pathname)).toEqual(['/hubspot/cards/certifications']);
    expect(room.backend.calls[0]?.url.searchParams.get('objectType')).toBe('0-1');
  },
);

test('a late answer never overwrites a newer one', async () => {
  const room = await showBlocks({ kind: 'text', text: 'First', muted: false });
  const late = held<object>();
  room.backend.cards.overview = () => late.promise;
  const [asked] = [room.renderer.findByTestId(Button, 'overview-refresh')];
  asked.trigger('onClick');
  room.backend.cards.overview = () => showing(card([{ kind: 'text', text: 'Newest', muted: false }]));
  asked.trigger('onClick');
  await says(room, 'Newest');

  late.release(showing(card([{ kind: 'text', text: 'Stale', muted: false }])));
  await new Promise((resolve) => setTimeout(resolve, 20));

  expect(wordsOf(room.renderer.getRootNode())).toContain('Newest');
  expect(wordsOf(room.renderer.getRootNode())).not.toContain('Stale');
});

test('a typed text survives a fresh card', async () => {
  const room = await showBlocks(form({}));
  write(room, 'Half a sentence');
  room.backend.cards.overview = () => showing(card([{ kind: 'text', text: 'News', muted: false }, form({})]));

  room.renderer.findByTestId(Button, 'overview-refresh').trigger('onClick');

  await says(room, 'News');
  expect(typed(room)).toBe('Half a sentence');
});

test('while the first answer is awaited the card says so', () => {
  const room = enter();
  room.backend.cards.overview = () => new Promise(() => undefined);

  room.show();

  expect(room.renderer.find(LoadingSpinner).props.label).toBe('Loading partner work');
});

test('without an answer the card offers to try again', async () => {
  const room = enter();
  room.backend.cards.overview = () => new Error('offline');
  room.show();
  await room.renderer.waitFor(() => room.renderer.find(ErrorState));

  room.backend.cards.overview = () => showing(card([{ kind: 'text', text: 'Back', muted: false }]));
  room.renderer.find(ErrorState).find(Button).trigger('onClick');

  await says(room, 'Back');
});

test("an error of HubSpot's proxy counts as no answer", async () => {
  const room = enter();
  room.backend.cards.overview = () => ({ status: 'error', category: 'BAD_GATEWAY' });

  room.show();

  await room.renderer.waitFor(() =>
    expect(room.renderer.find(ErrorState).props.title).toContain('could not be reached'),
  );
});

test('a card that was read stays when a refresh fails, and says that it is old', async () => {
  const room = await showBlocks({ kind: 'text', text: 'Still here', muted: false });
  room.backend.cards.overview = () => new Error('offline');

  room.renderer.findByTestId(Button, 'overview-refresh').trigger('onClick');

  await room.renderer.waitFor(() =>
    expect(room.renderer.find(Alert).props.title).toBe('You see an older state'),
  );
  expect(wordsOf(room.renderer.getRootNode())).toContain('Still here');
});

test('a card one may not see tells why, with a lock', async () => {
  const room = enter();
  room.backend.cards.overview = () =>
    refusing('This account is not connected. Ask your admin.', 'unknown_tenant');

  room.show();

  await room.renderer.waitFor(() => expect(room.renderer.find(ErrorState).props.type).toBe('lock'));
  expect(wordsOf(room.renderer.find(ErrorState))).toContain('Ask your admin.');
});

test('a card without blocks is an empty state', async () => {
  const { renderer } = await showBlocks();

  expect(renderer.find(EmptyState).props.title).toBe('Nothing here yet');
});

test('without a backend address the card says who can help', () => {
  const room = enter();
  room.renderer.mocks.context.variables = {};

  room.show();

  expect(room.renderer.find(ErrorState).props.title).toBe('Alongside is not set up yet');
});

test('an open card asks again by itself', async () => {
  vi.useFakeTimers();
  const room = enter();
  room.backend.cards.overview = () => showing(card([]));
  room.show();
  await vi.advanceTimersByTimeAsync(100);

  await vi.advanceTimersByTimeAsync(31_000);

  expect(room.backend.calls).toHaveLength(3);
});

test('a button opens another card with its parameters', async () => {
  const earlier = action({ card: 'thread', fields: { partner_id: 'p1', before: 'm9' } });
  const { renderer, backend } = await showBlocks({ kind: 'actions', items: [earlier] });
  backend.cards.thread = () => showing(card([], { name: 'thread' }));

  renderer.find(Button).trigger('onClick');

  await renderer.waitFor(() => expect(renderer.find(Tabs).props.selected).toBe('thread'));
  await renderer.waitFor(() =>
    expect(backend.calls.at(-1)?.url.search).toBe(
      '?partner_id=p1&before=m9&locale=en-us&place=tab&objectType=0-3&objectId=42',
    ),
  );
});

test('the sidebar opens any card in place and leads back', async () => {
  const room = enter('crm.record.sidebar');
  room.backend.cards.overview = () =>
    showing(card([{ kind: 'actions', items: [action({ label: 'Plan', card: 'plan' })] }]));
  room.backend.cards.plan = () => showing(card([{ kind: 'text', text: 'Steps', muted: false }]));
  room.show();
  await room.renderer.waitFor(() => room.renderer.find(Button));

  room.renderer.find(Button).trigger('onClick');
  await says(room, 'Steps');
  room.renderer.findByTestId(Button, 'back').trigger('onClick');

  await room.renderer.waitFor(() => expect(room.renderer.find(Tabs).props.selected).toBe('overview'));
});
