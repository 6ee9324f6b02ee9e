import {
  Accordion,
  Alert,
  Button,
  Checkbox,
  DateInput,
  DescriptionListItem,
  Divider,
  EmptyState,
  Heading,
  Image,
  Input,
  List,
  NumberInput,
  ProgressBar,
  Select,
  StatusTag,
  StepIndicator,
  TableCell,
  TableHeader,
  Tag,
  Text,
  TextArea,
  ToggleGroup,
  Tooltip,
} from '@hubspot/ui-extensions';
import { expect, test } from 'vitest';
import type { Block, FormField } from '../src/app/cards/types';
import { showing } from './backend';
import { action, card, field, form, item, message, step } from './documents';
import { enter, showBlocks, wordsOf } from './room';

test('a heading has its badge beside it and its detail beneath', async () => {
  const { renderer } = await showBlocks({
    kind: 'heading',
    text: 'Northwind',
    level: 2,
    detail: 'Reseller · Gold',
    badge: '2 new',
    tone: 'info',
  });

  expect(renderer.find(Heading).text).toBe('Northwind');
  expect(renderer.find(Tag).text).toBe('2 new');
  expect(renderer.find(Text).text).toBe('Reseller · Gold');
});

test('a deeper heading is bold text', async () => {
  const { renderer } = await showBlocks({
    kind: 'heading',
    text: 'People',
    level: 3,
    detail: '',
    badge: '2 new',
    tone: 'info',
  });

  expect(renderer.maybeFind(Heading)).toBeNull();
  expect(renderer.find(Text).text).toBe('People');
});

test('a text keeps its line breaks', async () => {
  const { renderer } = await showBlocks({ kind: 'text', text: 'One\n\nThree', muted: true });

  expect(
    renderer
      .findAll(Text, { variant: 'microcopy' })
      .slice(0, 3)
      .map((line) => line.text),
  ).toEqual(['One', '\u00a0', 'Three']);
});

test('a field shows its full form on hover', async () => {
  const stage = { label: 'Closes', value: 'in 3 weeks', title: '12 December 2026', name: 'close_date' };
  const { renderer } = await showBlocks({ kind: 'fields', items: [stage] });

  const shown = renderer.find(DescriptionListItem, { label: 'Closes' });
  expect(wordsOf(shown)).toBe('in 3 weeks');
  expect(shown.find(Text).props.truncate).toEqual({ tooltipText: '12 December 2026' });
});

test('a list row has its tone, badge, detail and buttons', async () => {
  const row = item({
    tone: 'danger',
    badge: '2 new',
    detail: 'until 28 Nov',
    actions: [action({ label: 'Copy', copy: 'x' })],
  });
  const { renderer } = await showBlocks({ kind: 'list', label: 'Links', items: [row], folded: false });

  const list = renderer.find(List);
  expect(list.find(StatusTag).props.variant).toBe('danger');
  expect(list.find(Tag).text).toBe('2 new');
  expect(list.find(Text).text).toBe('until 28 Nov');
  expect(list.find(Button).text).toBe('Copy');
});

test('a folded list hides behind its label', async () => {
  const { renderer } = await showBlocks({
    kind: 'list',
    label: 'Ended links (1)',
    items: [item({})],
    folded: true,
  });

  expect(renderer.find(Accordion).props.title).toBe('Ended links (1)');
  expect(wordsOf(renderer.find(Accordion).find(List))).toContain('Link for Nora');
});

test('a thread names sides, days and what the CRM refused', async () => {
  const refused = message({
    id: 'm2',
    delivery: 'refused',
    refusal: 'Note body is too long.',
    retry: action({ label: 'Retry' }),
  });
  const { renderer } = await showBlocks({
    kind: 'thread',
    label: 'Messages',
    messages: [message({ day: 'Friday', audience: 'team', body: 'One\nTwo' }), refused],
    older: action({ label: 'Earlier messages', card: 'thread', fields: { before: 'm1' } }),
  });

  expect(renderer.findAll(Tag).map((tag) => tag.text)).toEqual(['Partner', 'Only your team', 'Partner']);
  expect(wordsOf(renderer.getRootNode())).toContain('Friday');
  expect(wordsOf(renderer.find(Alert))).toContain('Note body is too long.');
  expect(renderer.findAll(Button).map((button) => button.text)).toContain('Earlier messages');
});

test('steps stand under their milestone with state, owner and due date', async () => {
  const { renderer } = await showBlocks({
    kind: 'steps',
    label: 'Plan',
    milestones: [
      {
        title: 'Security',
        state: 'current',
        steps: [step({ state: 'late' }), step({ id: 's2', state: 'done' })],
      },
    ],
  });

  expect(renderer.findAll(StatusTag).map((tag) => tag.props.variant)).toEqual(['danger', 'success']);
  expect(wordsOf(renderer.getRootNode())).toContain('1 of 2 done');
  expect(wordsOf(renderer.getRootNode())).toContain('Nora · Tue (Tuesday, 24 November 2026)');
});

test('a step tells why the CRM refused it and opens its edit form', async () => {
  const edit = form({ id: 'edit-s1', title: 'Edit', folded: true });
  const refused = step({ refusal: 'Due date is required.', edit });
  const { renderer } = await showBlocks({
    kind: 'steps',
    label: 'Plan',
    milestones: [{ title: 'Security', state: 'current', steps: [refused] }],
  });

  expect(wordsOf(renderer.find(Alert))).toBe('Due date is required.');
  renderer.findByTestId(Button, 'overview-open-edit-s1').trigger('onClick');
  await renderer.waitFor(() => renderer.find(TextArea));
});

test('a table has its columns and cells', async () => {
  const { renderer } = await showBlocks({
    kind: 'table',
    caption: 'People',
    columns: ['Name', 'Level'],
    rows: [['Nora', 'Gold']],
  });

  expect(renderer.findAll(TableHeader).map((cell) => cell.text)).toEqual(['Name', 'Level']);
  expect(renderer.findAll(TableCell).map((cell) => cell.text)).toEqual(['Nora', 'Gold']);
});

test('progress without stages is a bar', async () => {
  const { renderer } = await showBlocks({
    kind: 'progress',
    label: 'Covered',
    percent: 40,
    detail: '2 of 5',
    stages: [],
  });

  expect(renderer.find(ProgressBar).props).toMatchObject({
    title: 'Covered',
    value: 40,
    valueDescription: '2 of 5',
  });
});

test('progress with stages is a track that stands at the first one not done', async () => {
  const { renderer } = await showBlocks({
    kind: 'progress',
    label: 'Registration',
    percent: 0,
    detail: '',
    stages: [
      ['Submitted', 'done'],
      ['Review', 'current'],
      ['Approved', 'ahead'],
    ],
  });

  expect(renderer.find(StepIndicator).props).toMatchObject({
    stepNames: ['Submitted', 'Review', 'Approved'],
    currentStep: 1,
  });
});

test('a status has its tone and detail', async () => {
  const { renderer } = await showBlocks({
    kind: 'status',
    text: 'On track',
    tone: 'success',
    detail: 'Nothing is late',
    title: '',
    actions: [],
  });

  expect(renderer.find(StatusTag).props.variant).toBe('success');
  expect(wordsOf(renderer.getRootNode())).toContain('Nothing is late');
});

test('an alert has a title, a text and buttons', async () => {
  const { renderer } = await showBlocks({
    kind: 'alert',
    title: 'Protection ends',
    text: 'On 28 Nov',
    tone: 'warning',
    actions: [action({ label: 'Extend' })],
  });

  expect(renderer.find(Alert).props).toMatchObject({ title: 'Protection ends', variant: 'warning' });
  expect(renderer.find(Alert).find(Button).text).toBe('Extend');
});

const chart: Block = {
  kind: 'chart',
  title: 'Timeline',
  alternative: 'One milestone.',
  bars: [{ label: 'A & <B>', start: 10, length: 30, tone: 'info', detail: '3 weeks' }],
  scale: ['1 Nov', '12 Dec'],
  today: 40,
};

test('a chart is a picture with a text alternative where there is room', async () => {
  const { renderer } = await showBlocks(chart);

  const { src, alt } = renderer.find(Image).props;
  expect(alt).toBe('One milestone.');
  expect(decodeURIComponent(src)).toContain('A &#38; &#60;B&#62;');
});

test('a chart is a list in the sidebar', async () => {
  const { backend, renderer, show } = enter('crm.record.sidebar');
  backend.cards.overview = () => showing(card([chart]));
  show();

  await renderer.waitFor(() => expect(renderer.find(StatusTag).text).toBe('A & <B>'));
  expect(renderer.maybeFind(Image)).toBeNull();
});

test('empty says what to do and offers it', async () => {
  const { renderer } = await showBlocks({
    kind: 'empty',
    title: 'No partner yet',
    text: 'Attach one.',
    action: action({ label: 'Attach' }),
  });

  expect(renderer.find(EmptyState).props.title).toBe('No partner yet');
  expect(renderer.find(EmptyState).find(Button).text).toBe('Attach');
});

test('a divider divides', async () => {
  const { renderer } = await showBlocks({ kind: 'divider' });

  expect(renderer.maybeFind(Divider)).not.toBeNull();
});

test('a kind that this app does not know yet is said, not thrown', async () => {
  const { renderer } = await showBlocks({ kind: 'hologram' } as unknown as Block);

  expect(wordsOf(renderer.getRootNode())).toContain('hologram');
});

test('a link opens beside the page and says what it is about', async () => {
  const { renderer } = await showBlocks({
    kind: 'actions',
    items: [action({ href: 'https://x.example', hint: 'The room' })],
  });

  const button = renderer.find(Button);
  expect(button.props.href).toEqual({ url: 'https://x.example', external: true });
  expect(button.props.overlay?.find(Tooltip).text).toBe('The room');
});

const INPUTS: [FormField['type'], unknown, object][] = [
  ['text', Input, { value: 'x' }],
  ['email', Input, { value: 'x' }],
  ['textarea', TextArea, { value: 'x' }],
  ['select', Select, { value: 'x', options: [{ value: 'x', label: 'An X' }] }],
  ['choice', ToggleGroup, { value: 'x', toggleType: 'radioButtonList' }],
];

test.each(INPUTS)('a field of type %s has the component that fits', async (type, component, props) => {
  const { renderer } = await showBlocks(
    form({ fields: [field({ type, value: 'x', options: [['x', 'An X']] })] }),
  );

  expect(renderer.find(component as typeof Input).props).toMatchObject({
    label: 'Message',
    name: 'body',
    ...props,
  });
});

test('a date field speaks ISO to us and counts months from 0 to HubSpot', async () => {
  const { renderer } = await showBlocks(
    form({ fields: [field({ type: 'date', value: '2026-12-01', min: '2026-11-22' })] }),
  );

  expect(renderer.find(DateInput).props).toMatchObject({
    value: { year: 2026, month: 11, date: 1 },
    min: { year: 2026, month: 10, date: 22 },
  });
});

test('a number field holds a number', async () => {
  const { renderer } = await showBlocks(form({ fields: [field({ type: 'number', value: '12.5' })] }));

  expect(renderer.find(NumberInput).props.value).toBe(12.5);
});

test('a checkbox is ticked by the word true', async () => {
  const { renderer } = await showBlocks(form({ fields: [field({ type: 'checkbox', value: 'true' })] }));

  expect(renderer.find(Checkbox).props.checked).toBe(true);
});
