import { Alert } from '@hubspot/ui-extensions';
import type { CommandState } from '../hooks/useCommand';

/** What went wrong with the last command; nothing while nothing did. */
export function Fault({ state }: { state: CommandState }) {
  if (state.status === 'refused')
    return (
      <Alert title="This was not done" variant="danger">
        {state.message}
      </Alert>
    );
  if (state.status === 'unreachable')
    return (
      <Alert title="Nobody knows whether this was done" variant="warning">
        {state.message} Trying again is safe.
      </Alert>
    );
  return null;
}
