import type { ExtensionPointApiActions, ExtensionPointApiContext } from '@hubspot/ui-extensions';
import { Button, ErrorState, Flex, Heading, Tab, Tabs, Text } from '@hubspot/ui-extensions';
import { useCallback, useMemo, useState } from 'react';
import type { Params } from '../backend';
import { createBackend } from '../backend';
import { CARD_TITLES, CONTACT, CONTACT_CARD, SIDEBAR_CARDS, TAB_CARDS } from '../words';
import { CardView } from './CardView';

interface Props {
  context: ExtensionPointApiContext<'crm.record.tab'>;
  actions: ExtensionPointApiActions<'crm.record.tab'>;
}

/** All partner work on one record: seven cards as tabs, or the two that fit a sidebar; a contact has one card. */
export function PartnerWork({ context, actions }: Props) {
  const origin = context.variables?.backend_origin;
  if (typeof origin !== 'string' || origin === '')
    return (
      <ErrorState title="Alongside is not set up yet" type="support">
        <Text>The app has no backend address. Ask the admin who installed it to set backend_origin.</Text>
      </ErrorState>
    );
  return <Cards origin={origin} context={context} actions={actions} />;
}

function Cards({ origin, context, actions }: Props & { origin: string }) {
  const { objectId, objectTypeId } = context.crm;
  const locale = context.user.locale ?? '';
  const wide = context.location === 'crm.record.tab';
  const backend = useMemo(() => {
    const record = { objectType: objectTypeId, objectId: String(objectId) };
    return createBackend(origin, record, { locale, place: wide ? 'tab' : 'sidebar' });
  }, [origin, objectTypeId, objectId, locale, wide]);
  const shown = wide ? TAB_CARDS : SIDEBAR_CARDS;
  const first = objectTypeId === CONTACT ? CONTACT_CARD : 'overview';
  const [selected, setSelected] = useState(first);
  const [params, setParams] = useState<Record<string, Params>>({});
  const [visited, setVisited] = useState<string[]>([first]);
  const [revision, setRevision] = useState(0);

  const open = useCallback((card: string, next?: Params) => {
    if (next) setParams((before) => ({ ...before, [card]: next }));
    setVisited((before) => (before.includes(card) ? before : [...before, card]));
    setSelected(card);
  }, []);
  const changed = useCallback(() => {
    setRevision((before) => before + 1);
    actions.refreshObjectProperties();
  }, [actions]);

  const view = (name: string) => (
    <CardView
      backend={backend}
      actions={actions}
      name={name}
      params={params[name] ?? NO_PARAMS}
      active={name === selected}
      wide={wide}
      revision={revision}
      open={open}
      changed={changed}
    />
  );

  if (objectTypeId === CONTACT) return view(CONTACT_CARD);
  if (!shown.includes(selected))
    return (
      <Flex direction="column" gap="sm">
        <Flex direction="row" justify="between" align="center">
          <Heading>{CARD_TITLES[selected] ?? selected}</Heading>
          <Button variant="transparent" size="xs" onClick={() => open('overview')} testId="back">
            Back to overview
          </Button>
        </Flex>
        {view(selected)}
      </Flex>
    );
  return (
    <Tabs selected={selected} onSelectedChange={(card: string | number) => open(String(card))}>
      {shown.map((name) => (
        <Tab key={name} tabId={name} title={CARD_TITLES[name] ?? name}>
          {visited.includes(name) ? view(name) : null}
        </Tab>
      ))}
    </Tabs>
  );
}

const NO_PARAMS: Params = {};
