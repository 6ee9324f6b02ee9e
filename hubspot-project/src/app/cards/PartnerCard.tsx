import { hubspot } from '@hubspot/ui-extensions';
import { PartnerWork } from './components/PartnerWork';

hubspot.extend<'crm.record.tab'>(({ context, actions }) => (
  <PartnerWork context={context} actions={actions} />
));
