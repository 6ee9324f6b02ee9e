import { createContext, useContext } from 'react';
import type { Backend, CommandResult, Params } from './backend';
import type { Command } from './hooks/useCommand';

/** What a block needs to know of the card it stands in. */
export interface CardScope {
  /** The card's name, which keeps test ids apart when several cards are open. */
  name: string;
  backend: Backend;
  /** Room enough for pictures and wide tables: the record tab. */
  wide: boolean;
  /** Opens a card; `params` are query parameters such as partner_id. */
  open: (card: string, params: Params) => void;
  copy: (text: string) => Promise<void>;
  /** To be called after a command was carried out. */
  done: (done: CommandResult, command: Command) => void;
}

export const CardContext = createContext<CardScope | null>(null);

export function useCardScope(): CardScope {
  const scope = useContext(CardContext);
  if (!scope) throw new Error('Blocks are drawn inside a card.');
  return scope;
}
