import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Checkbox, Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type MemorySettings, memoryKeys, settingsQuery } from './queries.ts';

const choices: { value: MemorySettings['extraction']; label: string }[] = [
  { value: 'ask', label: 'Ask me about each' },
  { value: 'automatic', label: 'Remember at once, ask when it contradicts' },
  { value: 'off', label: 'Do not look for facts' },
];

/** How memory learns from chats. */
export function LearningDialog({ onClose }: { onClose: () => void }) {
  const settings = useQuery(settingsQuery);
  const [changed, setChanged] = useState<Partial<MemorySettings>>({});
  const save = useAction(api.memory.updateSettings, {
    refresh: [memoryKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  const now = settings.data && { ...settings.data, ...changed };
  function submit(): void {
    save.mutate(changed);
  }
  return (
    <FormDialog
      title="How memory learns"
      subtitle="Private chats are never read, and passwords, keys and card numbers are never kept."
      onClose={onClose}
      submit="Save"
      busy={save.isPending}
      error={save.error}
      instead={
        settings.isError ? (
          <ErrorState error={settings.error} onRetry={() => settings.refetch()} />
        ) : now === undefined ? (
          <SkeletonList rows={3} />
        ) : null
      }
      onSubmit={submit}
    >
      {now && (
        <>
          <Select
            label="Facts found in chats"
            value={now.extraction}
            onChange={(event) =>
              setChanged({
                ...changed,
                extraction: choices.find(({ value }) => value === event.target.value)?.value ?? 'ask',
              })
            }
          >
            {choices.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
          <Checkbox
            label="Let the connected model look too"
            hint="It finds more than fixed forms of sentences do. One more call for each answer."
            checked={now.use_model}
            disabled={now.extraction === 'off'}
            onChange={(event) => setChanged({ ...changed, use_model: event.target.checked })}
          />
          <Input
            label="Most facts to keep"
            type="number"
            min={100}
            max={100_000}
            required
            hint="Past that, what matters least and was not used for longest is forgotten."
            value={Number.isNaN(now.max_facts) ? '' : now.max_facts}
            error={troubleOf(save.error).fields.max_facts}
            onChange={(event) => setChanged({ ...changed, max_facts: event.target.valueAsNumber })}
          />
        </>
      )}
    </FormDialog>
  );
}
