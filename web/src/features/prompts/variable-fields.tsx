import { Input, Select, Textarea } from '../../components/field.tsx';
import type { PromptVariable } from './queries.ts';

interface VariableFieldsProps {
  variables: readonly PromptVariable[];
  values: Readonly<Record<string, string>>;
  onChange: (name: string, value: string) => void;
}

/** A control for each variable of a prompt, as its kind says. */
export function VariableFields({ variables, values, onChange }: VariableFieldsProps) {
  return variables.map(({ name, kind, description, choices }) => {
    const shared = {
      label: name,
      hint: description || undefined,
      value: values[name] ?? '',
      required: true,
    };
    if (kind === 'choice' && choices.length > 0)
      return (
        <Select key={name} {...shared} onChange={(event) => onChange(name, event.target.value)}>
          {!choices.includes(shared.value) && <option value="">Choose …</option>}
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </Select>
      );
    if (kind === 'paragraph')
      return (
        <Textarea key={name} {...shared} rows={4} onChange={(event) => onChange(name, event.target.value)} />
      );
    return (
      <Input
        key={name}
        {...shared}
        type={kind === 'number' ? 'number' : 'text'}
        step="any"
        onChange={(event) => onChange(name, event.target.value)}
      />
    );
  });
}
