// What the server says to the settings page; see app/reading/settings.py.

export interface Item {
  id: string;
  title: string;
  state: 'done' | 'todo' | 'unknown';
  sentence: string;
  advice: string;
}

export interface RefusedWrite {
  id: string;
  what: string;
  reason: string;
  record: string;
  url: string;
}

export interface Health {
  trouble: string;
  last_read: string;
  last_read_at: string;
  partners: number;
  links: number;
  waiting: number;
  refused: RefusedWrite[];
}

export interface PartnerType {
  value: string;
  label: string;
  partners: number;
  links: number;
}

export interface Partner {
  id: string;
  name: string;
  type: string;
  type_label: string;
  tier: string;
  domain: string;
  records: number;
  links: number;
  people: string[];
}

export interface Template {
  id: string;
  version: number;
  state: 'draft' | 'published' | 'retired';
  state_label: string;
  name: string;
  motion_label: string;
  steps: { key: string; title: string; milestone: string; who: string; due: string; note: string }[];
}

export interface Motion {
  value: string;
  label: string;
}

export interface Overview {
  account: { id: string; name: string; origin: string };
  checklist: Item[];
  health: Health;
  types: PartnerType[];
  partners: Partner[];
  templates: Template[];
  motions: Motion[];
  previews: { label: string; url: string }[];
}

export interface Field {
  name: string;
  label: string;
  api_name: string;
  sample: string;
  never: string;
  treatment: string;
  options: [string, string][];
}

/** Partner type, object, field: what is not in it is absent. */
export type Policy = Record<string, Record<string, Record<string, string>>>;

export interface Safelist {
  version: number;
  type: string;
  body: Policy;
  objects: { name: string; label: string; fields: Field[] }[];
}

export interface Reach {
  sentences: string[];
}
