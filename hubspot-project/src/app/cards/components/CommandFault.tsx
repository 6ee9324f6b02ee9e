import { Alert, Button, Flex } from '@hubspot/ui-extensions';
import type { Command, CommandState } from '../hooks/useCommand';

interface Props {
  state: CommandState;
  retry: (command: Command) => Promise<boolean>;
  dismiss: () => void;
}

/** Why the last command was not carried out, in the server's own sentence, and what one can do about it. */
export function CommandFault({ state, retry, dismiss }: Props) {
  switch (state.status) {
    case 'idle':
    case 'sending':
      return null;
    case 'refused':
      return (
        <Alert title="That was not done" variant="danger">
          <Flex direction="column" gap="xs" align="start">
            {state.message}
            <Button size="xs" variant="transparent" onClick={dismiss}>
              Dismiss
            </Button>
          </Flex>
        </Alert>
      );
    case 'unreachable':
      return (
        <Alert title="No answer from Alongside" variant="warning">
          <Flex direction="column" gap="xs" align="start">
            {state.message}
            <Button size="xs" onClick={() => void retry(state.last)}>
              Try again
            </Button>
          </Flex>
        </Alert>
      );
  }
}
