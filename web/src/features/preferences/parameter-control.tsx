import { useEffect, useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Input, Select, Switch, Textarea } from '../../components/field.tsx';
import type { ParameterField } from './fields.ts';

interface Props {
  field: ParameterField;
  value: unknown;
  /** What the value means beside it: unsupported by the model, or where it is from. */
  supported: boolean;
  source?: string | undefined;
  model: string;
  error?: string | undefined;
  onChange: (value: unknown) => void;
}

/** One parameter: its control, whether the model has it, and what it does. Saved when the control is left. */
export function ParameterControl({ field, value, supported, source, model, error, onChange }: Props) {
  const notes = (
    <>
      {field.hint}
      {!supported && (
        <>
          {' '}
          <Badge tone="warn">Not supported by {model}: not sent</Badge>
        </>
      )}
      {source && (
        <>
          {' '}
          <Badge>{source}</Badge>
        </>
      )}
    </>
  );
  if (field.kind === 'switch')
    return (
      <div className="flex items-start justify-between gap-4">
        <div>
          <p className="text-[13px] font-medium">{field.label}</p>
          <p className="text-[13px] text-muted">{notes}</p>
        </div>
        <Switch label={field.label} checked={value === true} onChange={onChange} />
      </div>
    );
  if (field.kind === 'choice')
    return (
      <Select
        label={field.label}
        hint={notes}
        error={error}
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      >
        {field.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </Select>
    );
  return <TypedControl field={field} value={value} notes={notes} error={error} onChange={onChange} />;
}

type Typed = Extract<ParameterField, { kind: 'number' | 'words' }>;

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join('\n') : value === null || value === undefined ? '' : String(value);

/** A control that is typed into: the text is the person's until they leave it. */
function TypedControl({
  field,
  value,
  notes,
  error,
  onChange,
}: {
  field: Typed;
  value: unknown;
  notes: React.ReactNode;
  error: string | undefined;
  onChange: (value: unknown) => void;
}) {
  const stored = textOf(value);
  const [text, setText] = useState(stored);
  const [fault, setFault] = useState<string>();
  useEffect(() => setText(stored), [stored]);
  function leave(): void {
    setFault(undefined);
    if (text === stored) return;
    if (field.kind === 'words') {
      onChange(text.split('\n').filter((line) => line !== ''));
      return;
    }
    if (text.trim() === '' && field.optional) {
      onChange(null);
      return;
    }
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number) || number < field.min || number > field.max) {
      setFault(
        `Give a number from ${field.min} to ${field.max}${field.optional ? ', or leave it empty' : ''}.`,
      );
      return;
    }
    onChange(number);
  }
  const shared = {
    label: field.label,
    hint: notes,
    error: fault ?? error,
    value: text,
    onBlur: leave,
  };
  if (field.kind === 'words')
    return <Textarea {...shared} rows={2} onChange={(event) => setText(event.target.value)} />;
  return (
    <Input
      {...shared}
      type="number"
      inputMode="decimal"
      min={field.min}
      max={field.max}
      step={field.step}
      placeholder={field.optional ? 'Left to the vendor' : undefined}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && leave()}
    />
  );
}
