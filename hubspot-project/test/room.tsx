// The card on a record, in HubSpot's own test renderer.
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { Button, useExtensionActions, useExtensionContext } from '@hubspot/ui-extensions';
import { PartnerWork } from '../src/app/cards/components/PartnerWork';
import type { Block } from '../src/app/cards/types';
import { TestBackend, VARIABLES, showing } from './backend';
import { card } from './documents';

function OnRecord() {
  const context = useExtensionContext<'crm.record.tab'>();
  const actions = useExtensionActions<'crm.record.tab'>();
  return <PartnerWork context={context} actions={actions} />;
}

/** A card shown on deal 42, in the record tab unless said otherwise. */
export function enter(
  location: 'crm.record.tab' | 'crm.record.sidebar' = 'crm.record.tab',
  objectTypeId = '0-3',
) {
  const backend = new TestBackend();
  const renderer = createRenderer(location as 'crm.record.tab');
  renderer.mocks.context.crm = { objectId: 42, objectTypeId };
  renderer.mocks.context.variables = VARIABLES;
  renderer.mocks.context.location = location;
  renderer.mocks.context.user.locale = 'en-us';
  renderer.mocks.actions.copyTextToClipboard.willCall(() => Promise.resolve());
  return { backend, renderer, show: () => renderer.render(<OnRecord />) };
}

/** A record whose overview consists of `blocks`. */
export async function showBlocks(...blocks: Block[]) {
  const room = enter();
  room.backend.cards.overview = () => showing(card(blocks));
  room.show();
  await room.renderer.waitFor(() => room.renderer.findByTestId(Button, 'overview-refresh'));
  return room;
}

interface Node {
  text?: string | null;
  childNodes?: readonly unknown[];
}

/** All the words in a node and beneath it, overlays left out. */
export function wordsOf(node: Node): string {
  const children = (node.childNodes ?? []) as readonly Node[];
  return children.length > 0 ? children.map(wordsOf).join('\n') : (node.text ?? '');
}
