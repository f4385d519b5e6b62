import { useQuery } from '@tanstack/react-query';
import { Check, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { Skeleton } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { preferenceKeys, presetsQuery } from './queries.ts';

/** The presets, the one in use marked; one's own can be kept and deleted. Any of it can be undone in History. */
export function PresetBar({ active }: { active: string }) {
  const presets = useQuery(presetsQuery);
  const [naming, setNaming] = useState(false);
  const refresh = { refresh: [preferenceKeys.all] };
  const apply = useAction(api.preferences.applyPreset, {
    ...refresh,
    done: 'Preset applied. Undo it in History.',
  });
  const remove = useAction(api.preferences.deletePreset, {
    ...refresh,
    done: 'Preset deleted. Undo it in History.',
  });
  if (!presets.data) return <Skeleton className="h-9 w-full max-w-xl" />;
  return (
    <fieldset className="flex flex-wrap items-center gap-2" aria-label="Presets">
      {presets.data.items.map((preset) => {
        const current = preset.name.toLowerCase() === active;
        return (
          <span key={preset.id} className="inline-flex">
            <Button
              {...(current ? { icon: Check } : {})}
              aria-pressed={current}
              title={preset.description ?? undefined}
              onClick={() => apply.mutate({ id: preset.id })}
            >
              {preset.name}
            </Button>
            {!preset.is_system && (
              <IconButton
                icon={Trash2}
                label={`Delete the preset ${preset.name}`}
                onClick={() => remove.mutate({ id: preset.id })}
              />
            )}
          </span>
        );
      })}
      <Button size="sm" tone="ghost" icon={Plus} onClick={() => setNaming(true)}>
        Keep as preset
      </Button>
      {naming && <NameDialog onClose={() => setNaming(false)} />}
    </fieldset>
  );
}

function NameDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const create = useAction(api.preferences.createPreset, {
    refresh: [preferenceKeys.all],
    announceError: false,
    done: 'Preset kept.',
    onSuccess: onClose,
  });
  function submit(): void {
    create.mutate({ name });
  }
  return (
    <FormDialog
      title="Keep these parameters as a preset"
      onClose={onClose}
      submit="Keep"
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
    >
      <Input
        label="Name"
        required
        maxLength={100}
        value={name}
        error={troubleOf(create.error).fields.name}
        onChange={(event) => setName(event.target.value)}
      />
    </FormDialog>
  );
}
