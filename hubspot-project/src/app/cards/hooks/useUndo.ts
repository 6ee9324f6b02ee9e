import { useCallback, useEffect, useState } from 'react';
import type { Command } from './useCommand';

/** Long enough to notice a slip, short enough that nobody relies on it. */
const UNDO_MS = 10_000;

export interface Undo extends Command {
  message: string;
}

/** Holds what can be taken back, for ten seconds. */
export function useUndo() {
  const [undo, setUndo] = useState<Undo | null>(null);

  useEffect(() => {
    if (!undo) return;
    const timer = setTimeout(() => setUndo(null), UNDO_MS);
    return () => clearTimeout(timer);
  }, [undo]);

  const clear = useCallback(() => setUndo(null), []);
  return { undo, offer: setUndo, clear };
}
