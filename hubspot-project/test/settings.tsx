// The settings page over a backend in memory: how it is opened, and how a test reads it.

import {
  Input,
  LoadingButton,
  Select,
  Tab,
  useExtensionActions,
  useExtensionContext,
} from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { expect } from 'vitest';
import { SettingsPage } from '../src/app/settings/SettingsPage';
import type { Overview, Safelist } from '../src/app/settings/types';
import { TestBackend, VARIABLES } from './backend';
import { wordsOf } from './room';

export function Page() {
  return (
    <SettingsPage context={useExtensionContext<'settings'>()} actions={useExtensionActions<'settings'>()} />
  );
}

export const DUE = '3 business days after the start of the plan';

export function overview(more: Partial<Overview> = {}): Overview {
  return {
    account: { id: '62515', name: 'Vendor Inc.', origin: VARIABLES.backend_origin },
    checklist: [
      { id: 'connection', title: 'Connected', state: 'done', sentence: 'Last read just now.', advice: '' },
      { id: 'cards-deal', title: 'Card', state: 'todo', sentence: 'Nobody opened it.', advice: 'Place it.' },
      { id: 'webhooks', title: 'Webhooks', state: 'unknown', sentence: 'Nothing changed.', advice: '' },
    ],
    health: {
      trouble: '',
      last_read: '3 minutes ago',
      last_read_at: '22 Nov 2026, 10:00 UTC',
      partners: 1,
      links: 2,
      waiting: 0,
      refused: [],
    },
    types: [
      { value: 'referral', label: 'Referral partner', partners: 0, links: 0 },
      { value: 'reseller', label: 'Reseller', partners: 1, links: 2 },
    ],
    partners: [
      {
        id: 'p1',
        name: 'Northwind',
        type: 'reseller',
        type_label: 'Reseller',
        tier: 'Gold',
        domain: 'northwind.example',
        records: 1,
        links: 2,
        people: ['Kim <kim@northwind.example>'],
      },
    ],
    templates: [
      {
        id: 'w1',
        version: 1,
        state: 'draft',
        state_label: 'Draft',
        name: 'Joint selling',
        motion_label: 'Co-sell',
        steps: [{ key: 'brief', title: 'Briefing', milestone: 'Align', who: 'Us', due: DUE, note: '' }],
      },
    ],
    motions: [{ value: 'renewal', label: 'Renewal' }],
    previews: [{ label: 'Initech rollout – Northwind', url: 'https://alongside.example.com/preview/t' }],
    ...more,
  };
}

export function safelist(): Safelist {
  const options: [string, string][] = [
    ['show', 'Show'],
    ['band', 'Band'],
    ['absent', 'Absent'],
  ];
  const field = (name: string, treatment: string, never = '') => ({
    name,
    label: name.replace('crm:', ''),
    api_name: name.replace('crm:', ''),
    sample: never ? '' : '12000',
    never,
    treatment,
    options: never ? [] : options,
  });
  return {
    version: 3,
    type: 'reseller',
    body: { reseller: { deal: { amount: 'band' } }, referral: { room: { plan: 'show' } } },
    objects: [
      {
        name: 'deal',
        label: 'Deal',
        fields: [
          field('amount', 'band'),
          field('crm:region', 'absent'),
          field('margin', 'absent', 'Your margin is never shared with a partner.'),
        ],
      },
    ],
  };
}

export function open(found: Overview | object = overview()) {
  const backend = new TestBackend();
  backend.settings.overview = () => ('account' in found ? { ok: true, settings: found } : found);
  backend.settings.safelist = () => ({ ok: true, safelist: safelist() });
  backend.settings.reach = () => ({ ok: true, reach: { sentences: ['1 partner would newly see Amount.'] } });
  const renderer = createRenderer('settings');
  renderer.mocks.context.portal = { id: 62515, timezone: 'UTC' };
  renderer.mocks.context.variables = VARIABLES;
  renderer.render(<Page />);
  return { backend, renderer };
}

export async function opened(found?: Overview | object) {
  const room = open(found);
  await room.renderer.waitFor(() => expect(room.renderer.findAll(Tab)).toHaveLength(5));
  await room.renderer.waitFor(() => room.renderer.findByTestId(LoadingButton, 'save-safelist'));
  return room;
}

export type Room = Awaited<ReturnType<typeof opened>>;

export const words = ({ renderer }: Room) => wordsOf(renderer.getRootNode());
export const cell = ({ renderer }: Room, name: string) => renderer.findByTestId(Select, `cell-deal-${name}`);
export const input = ({ renderer }: Room, name: string) =>
  renderer.find(Input, (node) => node.props.name === name);
