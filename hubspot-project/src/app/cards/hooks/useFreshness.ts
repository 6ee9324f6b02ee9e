import { useEffect, useState } from 'react';

/** Partners answer while one looks at the record, and HubSpot pushes nothing to a card: so it asks. */
const POLL_MS = 15_000;
/** After this many polls in a row nobody is likely to be reading, and we ask less often. */
const EAGER_POLLS = 20;
const SLOW_POLL_MS = 120_000;

/** Calls `reload` from time to time while `active`; eagerly at first and again after `revision` changes. */
export function usePolling(reload: () => Promise<void>, active: boolean, revision: number): void {
  useEffect(() => {
    if (!active) return;
    let polls = 0;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      timer = setTimeout(
        () => {
          polls++;
          void reload().then(wait);
        },
        polls < EAGER_POLLS ? POLL_MS : SLOW_POLL_MS,
      );
    };
    wait();
    return () => clearTimeout(timer);
  }, [reload, active, revision]);
}

const TICK_MS = 30_000;

/** The current time in milliseconds, moving on often enough for "3 min ago". */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
