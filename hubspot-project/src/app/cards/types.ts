// Written by scripts/types.mjs from cards/blocks.schema.json. Do not edit: change cards/blocks.py,
// run `python -m cards.schema`, then `npm run types`.

export interface Action {
  label: string;
  command: string;
  fields: Record<string, string>;
  card: string;
  copy: string;
  href: string;
  style: Style;
  hint: string;
  confirm: string;
  undo: string;
}

export interface Actions {
  kind: 'actions';
  items: Action[];
}

export interface Alert {
  kind: 'alert';
  title: string;
  text: string;
  tone: Tone;
  actions: Action[];
}

export interface Bar {
  label: string;
  start: number;
  length: number;
  tone: Tone;
  detail: string;
}

export type Block =
  | Heading
  | TextBlock
  | Fields
  | ListBlock
  | Thread
  | Steps
  | Table
  | Progress
  | Status
  | Alert
  | Chart
  | Form
  | Actions
  | Empty
  | Divider;

export interface Card {
  name: string;
  title: string;
  blocks: Block[];
  version: string;
  as_of: string;
}

export interface Chart {
  kind: 'chart';
  title: string;
  alternative: string;
  bars: Bar[];
  scale: string[];
  today: number | null;
}

export interface Divider {
  kind: 'divider';
}

export interface Empty {
  kind: 'empty';
  title: string;
  text: string;
  action: Action | null;
}

export interface FieldItem {
  label: string;
  value: string;
  title: string;
  name: string;
}

export type FieldType = 'text' | 'textarea' | 'date' | 'email' | 'number' | 'select' | 'choice' | 'checkbox';

export interface Fields {
  kind: 'fields';
  items: FieldItem[];
}

export interface Form {
  kind: 'form';
  id: string;
  title: string;
  command: string;
  submit: string;
  fields: FormField[];
  fixed: Record<string, string>;
  audience: '' | 'partner' | 'team';
  folded: boolean;
  note: string;
}

export interface FormField {
  name: string;
  label: string;
  type: FieldType;
  value: string;
  required: boolean;
  help: string;
  options: [string, string][];
  max_length: number;
  placeholder: string;
  min: string;
}

export interface Heading {
  kind: 'heading';
  text: string;
  level: 2 | 3;
  detail: string;
  badge: string;
  tone: Tone;
}

export interface ListBlock {
  kind: 'list';
  items: ListItem[];
  label: string;
  folded: boolean;
}

export interface ListItem {
  text: string;
  detail: string;
  badge: string;
  tone: Tone;
  title: string;
  actions: Action[];
}

export interface Milestone {
  title: string;
  state: 'done' | 'current' | 'ahead';
  steps: StepItem[];
}

export interface Progress {
  kind: 'progress';
  label: string;
  percent: number;
  detail: string;
  stages: [string, 'done' | 'current' | 'ahead'][];
}

export interface Status {
  kind: 'status';
  text: string;
  tone: Tone;
  detail: string;
  title: string;
  actions: Action[];
}

export interface StepItem {
  id: string;
  title: string;
  state: 'open' | 'done' | 'late';
  owner: string;
  side: 'us' | 'partner';
  due: string;
  when: string;
  full: string;
  note: string;
  audience: '' | 'partner' | 'team';
  refusal: string;
  actions: Action[];
  edit: Form | null;
}

export interface Steps {
  kind: 'steps';
  milestones: Milestone[];
  label: string;
}

export type Style = 'primary' | 'secondary' | 'danger' | 'link';

export interface Table {
  kind: 'table';
  caption: string;
  columns: string[];
  rows: string[][];
}

export interface TextBlock {
  kind: 'text';
  text: string;
  muted: boolean;
}

export interface Thread {
  kind: 'thread';
  messages: ThreadMessage[];
  label: string;
  older: Action | null;
}

export interface ThreadMessage {
  id: string;
  author: string;
  side: 'us' | 'partner';
  audience: '' | 'partner' | 'team';
  body: string;
  at: string;
  when: string;
  title: string;
  day: string;
  channel: string;
  delivery: '' | 'sent' | 'in_crm' | 'refused';
  refusal: string;
  retry: Action | null;
}

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';
