import {
  Checkbox,
  DateInput,
  Input,
  NumberInput,
  Select,
  TextArea,
  ToggleGroup,
} from '@hubspot/ui-extensions';
import type { FormField } from '../types';

interface Props {
  field: FormField;
  value: string;
  /** What is wrong with the value; empty if nothing is. */
  error: string;
  onChange: (value: string) => void;
}

interface Day {
  year: number;
  month: number;
  date: number;
}

/** HubSpot counts months from 0; we write ISO dates. */
export function toDay(iso: string): Day | undefined {
  const [year, month, date] = iso.split('-').map(Number);
  return year && month && date ? { year, month: month - 1, date } : undefined;
}

export function toIso(day: Day | null): string {
  if (!day) return '';
  const pad = (part: number, length: number) => String(part).padStart(length, '0');
  return [pad(day.year, 4), pad(day.month + 1, 2), pad(day.date, 2)].join('-');
}

/** The one component of HubSpot's that fits a field's type. */
export function FormInput({ field, value, error, onChange }: Props) {
  const options = field.options.map(([option, label]) => ({ value: option, label }));
  const common = {
    label: field.label,
    name: field.name,
    required: field.required,
    error: error !== '',
    validationMessage: error || undefined,
  };
  const described = { ...common, description: field.help || undefined };
  const typed = { ...described, placeholder: field.placeholder || undefined };
  switch (field.type) {
    case 'textarea':
      return (
        <TextArea
          {...typed}
          value={value}
          onChange={onChange}
          rows={3}
          resize="vertical"
          maxLength={field.max_length || undefined}
        />
      );
    case 'date':
      return (
        <DateInput
          {...described}
          value={toDay(value)}
          min={toDay(field.min)}
          format="medium"
          onChange={(day) => onChange(toIso(day))}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...typed}
          value={value === '' ? undefined : Number(value)}
          min={field.min === '' ? undefined : Number(field.min)}
          onChange={(number) => onChange(isNumber(number) ? String(number) : '')}
        />
      );
    case 'select':
      return (
        <Select {...typed} value={value} options={options} onChange={(chosen) => onChange(String(chosen))} />
      );
    case 'choice':
      return (
        <ToggleGroup
          {...common}
          tooltip={field.help || undefined}
          toggleType="radioButtonList"
          inline
          options={options}
          value={value}
          onChange={onChange}
        />
      );
    case 'checkbox':
      return (
        <Checkbox
          name={field.name}
          description={field.help || undefined}
          checked={value === 'true'}
          onChange={(ticked) => onChange(ticked ? 'true' : '')}
        >
          {field.label}
        </Checkbox>
      );
    case 'text':
    case 'email':
      return <Input {...typed} value={value} onChange={onChange} />;
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
