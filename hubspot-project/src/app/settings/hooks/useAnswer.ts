import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { Outcome } from '../api';

/** What is on screen. An answer once read stays while a newer one is fetched; `stale` says that fetching failed. */
export type Answer<T> =
  | { status: 'loading' }
  | { status: 'ready'; value: T; refreshing: boolean; stale: boolean }
  | { status: 'refused'; reason: string; message: string }
  | { status: 'unreachable'; message: string };

type Event<T> = { type: 'asked'; afresh: boolean } | { type: 'answered'; outcome: Outcome<T> };

function reduce<T>(state: Answer<T>, event: Event<T>): Answer<T> {
  if (event.type === 'asked')
    return state.status === 'ready' && !event.afresh ? { ...state, refreshing: true } : { status: 'loading' };
  const { outcome } = event;
  switch (outcome.kind) {
    case 'ok':
      return { status: 'ready', value: outcome.value, refreshing: false, stale: false };
    case 'refused':
      return { status: 'refused', reason: outcome.reason, message: outcome.message };
    case 'unreachable':
      if (state.status === 'ready') return { ...state, refreshing: false, stale: true };
      return { status: 'unreachable', message: outcome.message };
  }
}

/** The answer to a question, asked anew whenever `ask` changes and on `reload`. A late answer never wins. */
export function useAnswer<T>(ask: () => Promise<Outcome<T>>) {
  const [state, dispatch] = useReducer(reduce<T>, { status: 'loading' });
  const latest = useRef(0);

  const load = useCallback(
    async (afresh: boolean) => {
      const mine = ++latest.current;
      dispatch({ type: 'asked', afresh });
      const outcome = await ask();
      if (mine === latest.current) dispatch({ type: 'answered', outcome });
    },
    [ask],
  );
  const reload = useCallback(() => load(false), [load]);

  useEffect(() => {
    void load(true);
  }, [load]);

  return { state, reload };
}
