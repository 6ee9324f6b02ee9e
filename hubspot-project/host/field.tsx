// The frame of a form control: label, help, error, and how they belong together for a screen reader.
import type { ReactNode } from 'react';
import { useId, useState } from 'react';

export interface FieldProps {
  label?: string;
  required?: boolean;
  description?: string;
  tooltip?: string;
  error?: boolean;
  validationMessage?: string;
}

export interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
  required: boolean | undefined;
}

export function Field({ field, children }: { field: FieldProps; children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const { label, required, description, tooltip, error, validationMessage } = field;
  const help = [description, tooltip].filter(Boolean).join(' ');
  const describedBy = [help && `${id}-help`, validationMessage && `${id}-note`].filter(Boolean).join(' ');
  const wiring = {
    id,
    'aria-describedby': describedBy || undefined,
    'aria-invalid': error ? (true as const) : undefined,
    required,
  };
  return (
    <div className="hs-field">
      <label htmlFor={id}>
        {label}
        {required ? <span aria-hidden="true"> *</span> : null}
      </label>
      {help ? (
        <div id={`${id}-help`} className="hs-help">
          {help}
        </div>
      ) : null}
      {children(wiring)}
      {validationMessage ? (
        <div id={`${id}-note`} className={error ? 'hs-invalid' : 'hs-valid'}>
          {validationMessage}
        </div>
      ) : null}
    </div>
  );
}

/** Text being typed, while the card hears of it late.
 *
 * The card's own `value` comes back after each of our messages. A value that we sent earlier is an echo: taking it
 * would overwrite newer typing. Any other value is the card's wish.
 */
export function useTypedText(value: string | undefined) {
  const [text, setText] = useState(value ?? '');
  const [seen, setSeen] = useState(value);
  const [sent, setSent] = useState<string[]>([]);

  if (value !== seen) {
    setSeen(value);
    const echo = sent.indexOf(value ?? '');
    if (echo === -1) setText(value ?? '');
    else setSent(sent.slice(echo + 1));
  }

  const send = (next: string, tell: ((value: string) => void) | undefined) => {
    if (!tell) return;
    setSent((before) => [...before, next]);
    void tell(next);
  };
  return { text, setText, send };
}

/** A choice shows at once what was chosen; the card's own value, which comes later, is what counts. */
export function useChosen<T>(value: T): [T, (next: T) => void] {
  const [chosen, setChosen] = useState(value);
  const [seen, setSeen] = useState(value);
  if (JSON.stringify(value) !== JSON.stringify(seen)) {
    setSeen(value);
    setChosen(value);
  }
  return [chosen, setChosen];
}
