// Every golden document of the cards, drawn: no text of a document may be lost on the way to HubSpot.
import { readFileSync, readdirSync } from 'node:fs';
import { Button } from '@hubspot/ui-extensions';
import { expect, test } from 'vitest';
import type { Block, Card } from '../src/app/cards/types';
import { TAB_CARDS } from '../src/app/cards/words';
import { showing } from './backend';
import { enter } from './room';

const GOLDEN = new URL('../../tests/cards/golden/', import.meta.url);
const documents = readdirSync(GOLDEN).filter(
  (name) => name.endsWith('.json') && TAB_CARDS.includes(name.split('.')[0] ?? ''),
);

/** What a person reads in a block, whatever component shows it. */
const READ = new Set([
  'text',
  'title',
  'detail',
  'label',
  'badge',
  'value',
  'author',
  'body',
  'day',
  'when',
  'refusal',
  'caption',
  'note',
  'owner',
  'alternative',
  'submit',
  'confirm',
]);
/** Seen only where the picture is not, in the sidebar's list. */
const NOT_IN_THE_TAB = 'bars';

function textsOf(value: unknown, inForm = false): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => textsOf(one, inForm));
  if (typeof value !== 'object' || value === null) return [];
  const form = inForm || (value as { kind?: string }).kind === 'form' || 'submit' in value;
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === NOT_IN_THE_TAB || (form && key === 'value') || key === 'fixed') return [];
    if (typeof inner === 'string') return READ.has(key) ? inner.split('\n').filter(Boolean) : [];
    return key === 'fields' && !Array.isArray(inner) ? [] : textsOf(inner, form);
  });
}

async function draw(document: Card) {
  const { backend, renderer, show } = enter();
  backend.cards.overview = () => showing({ ...document, name: 'overview' });
  show();
  await renderer.waitFor(() => renderer.findByTestId(Button, 'overview-refresh'));
  const folded = formsOf(document.blocks);
  for (const id of folded) renderer.findByTestId(Button, `overview-open-${id}`).trigger('onClick');
  return renderer;
}

const formsOf = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => {
    if (block.kind === 'form') return block.folded ? [block.id] : [];
    if (block.kind !== 'steps') return [];
    const edits = block.milestones.flatMap(({ steps }) => steps.map(({ edit }) => edit));
    return edits.flatMap((edit) => (edit?.folded ? [edit.id] : []));
  });

test('there are golden documents to draw', () => {
  expect(documents.length).toBeGreaterThan(20);
});

test.each(documents)('%s keeps all its texts', async (name) => {
  const document = JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')) as Card;

  const renderer = await draw(document);

  const shown = renderer.getRootNode().toString().replaceAll('\\"', '"');
  const lost = textsOf(document.blocks).filter((text) => !shown.includes(text));
  expect(lost).toEqual([]);
});
