import { hubspot } from '@hubspot/ui-extensions';
import { SettingsPage } from './SettingsPage';

hubspot.extend<'settings'>(({ context, actions }) => <SettingsPage context={context} actions={actions} />);
