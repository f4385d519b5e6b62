import { Input, Select } from '../../components/field.tsx';
import { humanize } from '../../lib/format.ts';
import type { PromptVariable } from './queries.ts';

const variableKinds: readonly PromptVariable['kind'][] = ['text', 'paragraph', 'number', 'choice'];

interface VariableEditorProps {
  variable: PromptVariable;
  onChange: (variable: PromptVariable) => void;
}

/** What is asked for one name of a prompt. */
export function VariableEditor({ variable, onChange }: VariableEditorProps) {
  const { name, kind, choices, description } = variable;
  return (
    <fieldset className="grid gap-3 rounded-lg border border-line p-3 sm:grid-cols-2">
      <legend className="px-1 font-mono text-[13px] font-medium">{name}</legend>
      <Select
        label={`Kind of ${name}`}
        value={kind}
        onChange={(event) => onChange({ ...variable, kind: event.target.value as PromptVariable['kind'] })}
      >
        {variableKinds.map((value) => (
          <option key={value} value={value}>
            {humanize(value)}
          </option>
        ))}
      </Select>
      <Input
        label={`Default of ${name} (optional)`}
        value={variable.default}
        onChange={(event) => onChange({ ...variable, default: event.target.value })}
      />
      <Input
        label={`Hint for ${name} (optional)`}
        value={description}
        maxLength={300}
        onChange={(event) => onChange({ ...variable, description: event.target.value })}
      />
      {kind === 'choice' && (
        <Input
          label={`Choices of ${name}`}
          hint="Separated by commas."
          defaultValue={choices.join(', ')}
          required
          onChange={(event) =>
            onChange({
              ...variable,
              choices: event.target.value
                .split(',')
                .map((choice) => choice.trim())
                .filter(Boolean),
            })
          }
        />
      )}
    </fieldset>
  );
}
