import type { CheckboxProps, ToggleGroupProps, ToggleProps } from '@hubspot/ui-extensions';
import { useId } from 'react';
import { useChosen } from '../field';
import { classes } from './shared';

export function Checkbox({
  name,
  value = '',
  checked,
  readOnly,
  description,
  onChange,
  children,
  testId,
}: CheckboxProps) {
  const id = useId();
  const [ticked, setTicked] = useChosen(checked ?? false);
  return (
    <div className="hs-choice">
      <input
        id={id}
        type="checkbox"
        name={name}
        value={value}
        checked={ticked}
        disabled={readOnly}
        aria-describedby={description ? `${id}-help` : undefined}
        onChange={(event) => {
          setTicked(event.target.checked);
          void onChange?.(event.target.checked, value);
        }}
        data-testid={testId}
      />
      <label htmlFor={id}>{children}</label>
      {description ? (
        <div id={`${id}-help`} className="hs-help">
          {description}
        </div>
      ) : null}
    </div>
  );
}

export function Toggle({ name, label, checked, readOnly, onChange, testId }: ToggleProps) {
  return (
    <Checkbox
      name={name}
      checked={checked}
      readOnly={readOnly}
      onChange={(next) => onChange?.(next)}
      testId={testId}
    >
      {label}
    </Checkbox>
  );
}

export function ToggleGroup(props: ToggleGroupProps) {
  const { name, label, options, inline, required, error, tooltip, validationMessage, testId } = props;
  const base = useId();
  const radio = props.toggleType === 'radioButtonList';
  const [chosen, setChosen] = useChosen<string[]>([props.value ?? []].flat());
  const choose = (value: string, on: boolean) => {
    const others = radio ? [] : chosen.filter((other) => other !== value);
    const next = on ? [...others, value] : others;
    setChosen(next);
    if (props.toggleType === 'radioButtonList') void props.onChange?.(value);
    else void props.onChange?.(next);
  };
  return (
    <fieldset
      className={classes('hs-field', inline && 'hs-inline')}
      // Only a group of radios may say that it is required.
      role={radio ? 'radiogroup' : undefined}
      aria-required={radio ? required : undefined}
      data-testid={testId}
    >
      <legend>
        {label}
        {required ? <span aria-hidden="true"> *</span> : null}
      </legend>
      {tooltip ? <div className="hs-help">{tooltip}</div> : null}
      <div className="hs-options">
        {options.map(({ value, label: text, readOnly }) => (
          <div key={value} className="hs-choice">
            <input
              id={`${base}-${value}`}
              type={radio ? 'radio' : 'checkbox'}
              name={`${base}-${name}`}
              value={value}
              checked={chosen.includes(value)}
              disabled={readOnly}
              onChange={(event) => choose(value, event.target.checked)}
            />
            <label htmlFor={`${base}-${value}`}>{text}</label>
          </div>
        ))}
      </div>
      {validationMessage ? (
        <div className={error ? 'hs-invalid' : 'hs-valid'}>{validationMessage}</div>
      ) : null}
    </fieldset>
  );
}
