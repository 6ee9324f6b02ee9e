import type {
  DateInputProps,
  FormProps,
  InputProps,
  NumberInputProps,
  SelectProps,
  TextAreaProps,
} from '@hubspot/ui-extensions';
import type { FormEvent, KeyboardEvent } from 'react';
import { useState } from 'react';
import { Field, useChosen, useTypedText } from '../field';
import { REACTIONS, plainEvent } from './shared';

export function Form({ onSubmit, autoComplete, children, testId }: FormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]);
    void onSubmit?.({ ...plainEvent('submit'), targetValue: Object.fromEntries(entries) }, REACTIONS);
  };
  return (
    <form noValidate autoComplete={autoComplete} onSubmit={submit} data-testid={testId}>
      {children}
    </form>
  );
}

/** A text is committed when the field is left or the form submitted, and only if it has changed. */
function useCommit(value: string | undefined, onChange: ((value: string) => void) | undefined) {
  const typed = useTypedText(value);
  const [committed, setCommitted] = useState(value ?? '');
  const commit = () => {
    if (typed.text === committed) return;
    setCommitted(typed.text);
    typed.send(typed.text, onChange);
  };
  return { ...typed, commit };
}

export function Input(props: InputProps) {
  const {
    name,
    type = 'text',
    value,
    defaultValue,
    placeholder,
    readOnly,
    onChange,
    onInput,
    testId,
  } = props;
  const { text, setText, send, commit } = useCommit(value ?? defaultValue, onChange);
  return (
    <Field field={props}>
      {(wiring) => (
        <input
          {...wiring}
          name={name}
          type={type}
          value={text}
          placeholder={placeholder}
          readOnly={readOnly}
          onChange={(event) => {
            setText(event.target.value);
            send(event.target.value, onInput);
          }}
          onBlur={commit}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === 'Enter') commit();
          }}
          data-testid={testId}
        />
      )}
    </Field>
  );
}

export function TextArea(props: TextAreaProps) {
  const {
    name,
    value,
    defaultValue,
    placeholder,
    readOnly,
    rows = 3,
    maxLength,
    onChange,
    onInput,
    testId,
  } = props;
  const { text, setText, send, commit } = useCommit(value ?? defaultValue, onChange);
  return (
    <Field field={props}>
      {(wiring) => (
        <textarea
          {...wiring}
          name={name}
          value={text}
          rows={rows}
          maxLength={maxLength}
          placeholder={placeholder}
          readOnly={readOnly}
          onChange={(event) => {
            setText(event.target.value);
            send(event.target.value, onInput);
          }}
          onBlur={commit}
          data-testid={testId}
        />
      )}
    </Field>
  );
}

export function NumberInput(props: NumberInputProps) {
  const { name, value, defaultValue, placeholder, readOnly, min, max, onChange, testId } = props;
  const given = value ?? defaultValue;
  const tell = onChange && ((text: string) => onChange(text === '' ? (undefined as never) : Number(text)));
  const { text, setText, commit } = useCommit(given === undefined ? '' : String(given), tell);
  return (
    <Field field={props}>
      {(wiring) => (
        <input
          {...wiring}
          name={name}
          type="number"
          step="any"
          value={text}
          min={min}
          max={max}
          placeholder={placeholder}
          readOnly={readOnly}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === 'Enter') commit();
          }}
          data-testid={testId}
        />
      )}
    </Field>
  );
}

type Day = NonNullable<DateInputProps['value']>;

const pad = (part: number, length = 2) => String(part).padStart(length, '0');
const isoOf = (day: Day | null | undefined) =>
  day ? `${pad(day.year, 4)}-${pad(day.month + 1)}-${pad(day.date)}` : '';

function dayOf(iso: string): Day | null {
  const [year, month, date] = iso.split('-').map(Number);
  return year && month && date ? { year, month: month - 1, date } : null;
}

export function DateInput(props: DateInputProps) {
  const { name, value, defaultValue, readOnly, min, max, onChange, testId } = props;
  const { text, setText, send } = useTypedText(isoOf(value ?? defaultValue));
  const tell = onChange && ((iso: string) => onChange(dayOf(iso) as never));
  return (
    <Field field={props}>
      {(wiring) => (
        <input
          {...wiring}
          name={name}
          type="date"
          value={text}
          min={isoOf(min) || undefined}
          max={isoOf(max) || undefined}
          readOnly={readOnly}
          onChange={(event) => {
            setText(event.target.value);
            send(event.target.value, tell);
          }}
          data-testid={testId}
        />
      )}
    </Field>
  );
}

export function Select(props: SelectProps) {
  const { name, value, options, placeholder = 'Choose', readOnly, onChange, testId } = props;
  // The DOM knows only strings, so the position stands for the value and its type is kept.
  const [index, setIndex] = useChosen(options.findIndex((option) => option.value === value));
  return (
    <Field field={props}>
      {(wiring) => (
        <select
          {...wiring}
          name={name}
          value={index}
          disabled={readOnly}
          onChange={(event) => {
            const position = Number(event.target.value);
            const chosen = options[position];
            setIndex(position);
            if (chosen) void onChange?.(chosen.value);
          }}
          data-testid={testId}
        >
          {index === -1 ? <option value={-1}>{placeholder}</option> : null}
          {options.map((option, position) => (
            <option key={position} value={position}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
