import { useState } from 'react';
import { Input, Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { preferenceKeys, type Rule } from './queries.ts';

const kinds = [
  { value: 'global', label: 'General' },
  { value: 'format', label: 'Format of answers' },
  { value: 'behavior', label: 'Behaviour' },
] as const;

interface Props {
  rule?: Rule;
  /** Where a new rule holds. */
  place: { project_id?: string; conversation_id?: string };
  onClose: () => void;
}

/** Adds a rule, or edits one. */
export function RuleDialog({ rule, place, onClose }: Props) {
  const [name, setName] = useState(rule?.name ?? '');
  const [content, setContent] = useState(rule?.content ?? '');
  const [kind, setKind] = useState<(typeof kinds)[number]['value']>('global');
  const [priority, setPriority] = useState(String(rule?.priority ?? 0));
  const fixed = place.conversation_id ? 'conversation' : place.project_id ? 'project' : null;
  const save = useAction(
    (values: { name: string; content: string; priority: number }) =>
      rule
        ? api.preferences.updateRule({ id: rule.id, ...values })
        : api.preferences.createRule({ ...values, ...place, rule_type: fixed ?? kind }),
    { refresh: [preferenceKeys.all], announceError: false, onSuccess: onClose },
  );
  const fields = troubleOf(save.error).fields;
  function submit(): void {
    save.mutate({ name, content, priority: Number(priority) });
  }
  return (
    <FormDialog
      title={rule ? 'Edit rule' : 'Add a rule'}
      onClose={onClose}
      submit={rule ? 'Save' : 'Add rule'}
      busy={save.isPending}
      error={save.error}
      onSubmit={submit}
    >
      <Input
        label="Name"
        required
        maxLength={200}
        value={name}
        error={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <Textarea
        label="What is to be observed"
        required
        rows={6}
        maxLength={20_000}
        value={content}
        error={fields.content}
        onChange={(event) => setContent(event.target.value)}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        {!rule && !fixed && (
          <Select
            label="Kind"
            value={kind}
            onChange={(event) =>
              setKind(kinds.find(({ value }) => value === event.target.value)?.value ?? 'global')
            }
          >
            {kinds.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
        <Input
          label="Priority"
          type="number"
          min={-1000}
          max={1000}
          hint="The highest stands first."
          value={priority}
          error={fields.priority}
          onChange={(event) => setPriority(event.target.value)}
        />
      </div>
    </FormDialog>
  );
}
