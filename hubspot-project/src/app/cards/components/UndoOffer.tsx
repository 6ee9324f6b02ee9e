import { Alert, Button, Flex } from '@hubspot/ui-extensions';
import { useCardScope } from '../CardContext';
import { useCommand } from '../hooks/useCommand';
import type { Undo } from '../hooks/useUndo';
import { CommandFault } from './CommandFault';

/** What has just been done, and the way back. */
export function UndoOffer({ undo }: { undo: Undo }) {
  const { backend, done } = useCardScope();
  const { state, run, dismiss } = useCommand(backend, done);
  const takeBack = () => void run({ command: undo.command, fields: undo.fields });
  return (
    <Flex direction="column" gap="xs">
      <Alert title={undo.message} variant="success">
        <Button size="xs" disabled={state.status === 'sending'} onClick={takeBack}>
          Undo
        </Button>
      </Alert>
      <CommandFault state={state} retry={run} dismiss={dismiss} />
    </Flex>
  );
}
