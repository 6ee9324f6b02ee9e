import { useCallback, useRef, useState } from 'react';
import type { Backend, CommandResult, Params } from '../backend';
import { newKey } from '../keys';

export interface Command {
  command: string;
  fields: Params;
  /** The command that takes this one back, with the same fields. */
  undo?: string;
}

export type CommandState =
  | { status: 'idle' }
  | { status: 'sending'; command: string }
  | { status: 'refused'; reason: string; message: string; field: string; last: Command }
  | { status: 'unreachable'; message: string; last: Command };

/** Sends commands one at a time.
 *
 * A submission has one idempotency key. Only while its outcome is unknown is the key kept for the very same
 * command, so that trying again can never do the thing twice.
 */
export function useCommand(backend: Backend, onDone: (done: CommandResult, command: Command) => void) {
  const [state, setState] = useState<CommandState>({ status: 'idle' });
  const pending = useRef<{ content: string; key: string } | null>(null);
  const busy = useRef(false);

  const run = useCallback(
    async (command: Command): Promise<boolean> => {
      if (busy.current) return false;
      busy.current = true;
      setState({ status: 'sending', command: command.command });
      const content = JSON.stringify(command);
      if (pending.current?.content !== content) pending.current = { content, key: newKey() };
      const { key } = pending.current;
      const { fields } = command;
      const outcome = await backend.command({ command: command.command, fields, idempotencyKey: key });
      busy.current = false;
      if (outcome.kind === 'unreachable') {
        setState({ status: 'unreachable', message: outcome.message, last: command });
        return false;
      }
      pending.current = null;
      if (outcome.kind === 'refused') {
        const { reason, message, field } = outcome;
        setState({ status: 'refused', reason, message, field, last: command });
        return false;
      }
      setState({ status: 'idle' });
      onDone(outcome.value, command);
      return true;
    },
    [backend, onDone],
  );

  const dismiss = useCallback(() => setState({ status: 'idle' }), []);
  return { state, run, dismiss };
}
