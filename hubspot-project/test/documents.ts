// Card documents with every key, as the server writes them.
import type {
  Action,
  Block,
  Card,
  Form,
  FormField,
  ListItem,
  StepItem,
  ThreadMessage,
} from '../src/app/cards/types';

export const card = (blocks: Block[], more: Partial<Card> = {}): Card => ({
  name: 'overview',
  title: 'Overview',
  version: '1',
  as_of: new Date().toISOString(),
  blocks,
  ...more,
});

export const action = (more: Partial<Action>): Action => ({
  label: 'Do it',
  command: '',
  fields: {},
  card: '',
  copy: '',
  href: '',
  style: 'secondary',
  hint: '',
  confirm: '',
  undo: '',
  ...more,
});

export const field = (more: Partial<FormField>): FormField => ({
  name: 'body',
  label: 'Message',
  type: 'text',
  value: '',
  required: false,
  help: '',
  options: [],
  max_length: 0,
  placeholder: '',
  min: '',
  ...more,
});

export const form = (more: Partial<Form>): Form => ({
  kind: 'form',
  id: 'composer',
  title: 'Write to Northwind',
  command: 'thread.post',
  submit: 'Send',
  fields: [field({ type: 'textarea', required: true })],
  fixed: { partner_id: 'p1', audience: 'partner' },
  audience: 'partner',
  folded: false,
  note: 'Northwind will see this',
  ...more,
});

export const item = (more: Partial<ListItem>): ListItem => ({
  text: 'Link for Nora',
  detail: '',
  badge: '',
  tone: 'neutral',
  title: '',
  actions: [],
  ...more,
});

export const step = (more: Partial<StepItem>): StepItem => ({
  id: 's1',
  title: 'Send questionnaire',
  state: 'open',
  owner: 'Nora',
  side: 'partner',
  due: '2026-11-24',
  when: 'Tue',
  full: 'Tuesday, 24 November 2026',
  note: '',
  audience: 'partner',
  refusal: '',
  actions: [],
  edit: null,
  ...more,
});

export const message = (more: Partial<ThreadMessage>): ThreadMessage => ({
  id: 'm1',
  author: 'Nora Ek',
  side: 'partner',
  audience: 'partner',
  body: 'Hello',
  at: '2026-11-20T10:00:00Z',
  when: '10:00',
  title: '20 November 2026, 10:00',
  day: '',
  channel: '',
  delivery: 'in_crm',
  refusal: '',
  retry: null,
  ...more,
});
