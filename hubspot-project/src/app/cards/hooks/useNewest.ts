import { useCallback, useRef, useState } from 'react';

/** State that whatever is called next can read at once, drawn or not.
 *
 * HubSpot leaves a field and submits its form in two messages, one right behind the other: the second may arrive
 * before React has drawn the first, and the form's `onSubmit` would still close over the value before it. `shown`
 * is for drawing; handlers ask `newest()`. */
export function useNewest<T>(start: T) {
  const [shown, setShown] = useState(start);
  const held = useRef(start);

  const set = useCallback((change: (before: T) => T) => {
    held.current = change(held.current);
    setShown(held.current);
  }, []);
  const newest = useCallback(() => held.current, []);

  return { shown, newest, set };
}
