import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { Backend, Outcome, Params } from '../backend';
import type { Card } from '../types';

/** What is on screen. A card once read stays while a newer one is fetched; `stale` says that fetching failed. */
export type CardState =
  | { status: 'loading' }
  | { status: 'ready'; card: Card; refreshing: boolean; stale: boolean }
  | { status: 'refused'; reason: string; message: string }
  | { status: 'unreachable'; message: string };

type Event = { type: 'asked' } | { type: 'answered'; outcome: Outcome<Card> };

export function reduce(state: CardState, event: Event): CardState {
  if (event.type === 'asked')
    return state.status === 'ready' ? { ...state, refreshing: true } : { status: 'loading' };
  const { outcome } = event;
  switch (outcome.kind) {
    case 'ok':
      return { status: 'ready', card: outcome.value, refreshing: false, stale: false };
    case 'refused':
      return { status: 'refused', reason: outcome.reason, message: outcome.message };
    case 'unreachable':
      if (state.status === 'ready') return { ...state, refreshing: false, stale: true };
      return { status: 'unreachable', message: outcome.message };
  }
}

/** Loads a card, again whenever name, params or `revision` change, and on `reload`. A late answer never wins. */
export function useCard(backend: Backend, name: string, params: Params, revision: number) {
  const [state, dispatch] = useReducer(reduce, { status: 'loading' });
  const latest = useRef(0);
  const query = JSON.stringify(params);

  const reload = useCallback(async () => {
    const mine = ++latest.current;
    dispatch({ type: 'asked' });
    const outcome = await backend.card(name, JSON.parse(query) as Params);
    if (mine === latest.current) dispatch({ type: 'answered', outcome });
  }, [backend, name, query]);

  useEffect(() => {
    void reload();
  }, [reload, revision]);

  return { state, reload };
}
