// The page's own short messages, where HubSpot shows what `addAlert` says.
import { useEffect, useState } from 'react';

export interface Toast {
  type?: string;
  title?: string;
  message: string;
}

type Shown = Toast & { key: number };

const SHOWN_MS = 6_000;
const subscribers = new Set<(toast: Shown) => void>();
let count = 0;

export function showToast(toast: Toast): void {
  const shown = { ...toast, key: ++count };
  subscribers.forEach((tell) => tell(shown));
}

export function Toasts() {
  const [toasts, setToasts] = useState<Shown[]>([]);
  const remove = (key: number) => setToasts((before) => before.filter((toast) => toast.key !== key));

  useEffect(() => {
    const add = (toast: Shown) => {
      setToasts((before) => [...before, toast]);
      setTimeout(() => remove(toast.key), SHOWN_MS);
    };
    subscribers.add(add);
    return () => void subscribers.delete(add);
  }, []);

  return (
    <div className="hs-toasts" role="status" aria-live="polite">
      {toasts.map(({ key, type = 'info', title, message }) => (
        <div key={key} className={`hs-toast hs-toast--${type}`} data-testid="toast">
          <div>
            {title ? <strong>{title}</strong> : null}
            {message}
          </div>
          <button type="button" aria-label="Close message" onClick={() => remove(key)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
