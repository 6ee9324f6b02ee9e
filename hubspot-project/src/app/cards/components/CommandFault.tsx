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
      if (state.reason === 'needs_confirm')
        return <LookAgain state={state} retry={retry} dismiss={dismiss} />;
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

/** Something slipped into a text for a partner. Sending it all the same is the seller's decision. */
function LookAgain({
  state,
  retry,
  dismiss,
}: Props & { state: Extract<CommandState, { status: 'refused' }> }) {
  const { last } = state;
  return (
    <Alert title="Not sent yet" variant="warning">
      <Flex direction="column" gap="xs" align="start">
        {state.message}
        <Flex direction="row" gap="xs">
          <Button size="xs" onClick={dismiss}>
            Change it
          </Button>
          <Button
            size="xs"
            variant="transparent"
            onClick={() => void retry({ ...last, fields: { ...last.fields, confirm: 'true' } })}
            testId="send-anyway"
          >
            Send it anyway
          </Button>
        </Flex>
      </Flex>
    </Alert>
  );
}
