// Which overlay is open. HubSpot closes them by id, from anywhere.
import type { ReactNode } from 'react';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';

interface Scope {
  open: boolean;
  close: () => void;
}

const OverlayContext = createContext<Scope>({ open: false, close: () => undefined });

const closers = new Map<string, () => void>();

export function closeOverlay(id: string): void {
  closers.get(id)?.();
}

/** For an overlay: whether it is to be shown, and how to close it. Listens to `closeOverlay(id)`. */
export function useOverlay(id: string): Scope {
  const scope = useContext(OverlayContext);
  useEffect(() => {
    if (!scope.open) return;
    closers.set(id, scope.close);
    return () => void closers.delete(id);
  }, [id, scope]);
  return scope;
}

/** For what opens an overlay: `show` opens it, `layer` is to be drawn beside the trigger. */
export function useOverlayTrigger(overlay: ReactNode) {
  const [open, setOpen] = useState(false);
  const scope = useMemo(() => ({ open, close: () => setOpen(false) }), [open]);
  const layer = overlay ? <OverlayContext.Provider value={scope}>{overlay}</OverlayContext.Provider> : null;
  return { show: () => setOpen(true), layer };
}
