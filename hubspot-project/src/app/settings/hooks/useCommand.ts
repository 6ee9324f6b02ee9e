import { useCallback, useRef, useState } from 'react';
import type { Api, Command, Done } from '../api';
import { newKey } from '../keys';

export type CommandState =
  | { status: 'idle' }
  | { status: 'sending' }
  | { status: 'refused'; reason: string; message: string; field: string }
  | { status: 'unreachable'; message: string };

/** Sends commands one at a time. While an outcome is unknown, the same command keeps its idempotency key, so that
 * trying again can never do the thing twice. */
export function useCommand(api: Api, onDone: (done: Done) => void) {
  const [state, setState] = useState<CommandState>({ status: 'idle' });
  const pending = useRef<{ content: string; key: string } | null>(null);
  const busy = useRef(false);

  const run = useCallback(
    async (command: Command) => {
      if (busy.current) return;
      busy.current = true;
      setState({ status: 'sending' });
      const content = JSON.stringify(command);
      if (pending.current?.content !== content) pending.current = { content, key: newKey() };
      const outcome = await api.run(command, pending.current.key);
      busy.current = false;
      if (outcome.kind === 'unreachable') {
        setState({ status: 'unreachable', message: outcome.message });
        return;
      }
      pending.current = null;
      if (outcome.kind === 'refused') {
        const { reason, message, field } = outcome;
        setState({ status: 'refused', reason, message, field });
        return;
      }
      setState({ status: 'idle' });
      onDone(outcome.value);
    },
    [api, onDone],
  );

  return { state, run };
}
