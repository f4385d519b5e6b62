import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { personaChoicesQuery } from '../personas/queries.ts';
import { presetsQuery } from '../preferences/queries.ts';
import { projectKeys, projectQuery } from './queries.ts';
import type { Project } from './types.ts';

/** What every chat of a project is told, and with which model, persona and preset a new one begins. */
export function ChatInstructionsDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const project = useQuery(projectQuery(projectId));
  if (project.data) return <Form project={project.data} onClose={onClose} />;
  return (
    <Dialog title="Chats of the project" onClose={onClose}>
      {project.isError ? (
        <ErrorState error={project.error} onRetry={() => project.refetch()} />
      ) : (
        <SkeletonList rows={3} />
      )}
    </Dialog>
  );
}

function Form({ project, onClose }: { project: Project; onClose: () => void }) {
  const [instructions, setInstructions] = useState(project.instructions ?? '');
  const [tier, setTier] = useState<string>(project.chat_defaults.model_tier ?? '');
  const [persona, setPersona] = useState(project.chat_defaults.persona_id ?? '');
  const [preset, setPreset] = useState(project.chat_defaults.preset_id ?? '');
  const personas = useQuery(personaChoicesQuery).data?.items ?? [];
  const presets = useQuery(presetsQuery).data?.items ?? [];
  const update = useAction(api.projects.update, {
    refresh: [projectKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(): void {
    update.mutate({
      project_id: project.id,
      instructions: instructions.trim() || null,
      chat_defaults: {
        ...(tier && { model_tier: tier as 'haiku' | 'sonnet' | 'opus' }),
        ...(persona && { persona_id: persona }),
        ...(preset && { preset_id: preset }),
      },
    });
  }
  return (
    <FormDialog
      title="Chats of the project"
      subtitle={project.name}
      onClose={onClose}
      submit="Save"
      busy={update.isPending}
      error={update.error}
      onSubmit={submit}
    >
      <Textarea
        label="Instructions (optional)"
        hint="Every chat of the project is told this."
        rows={8}
        maxLength={20_000}
        value={instructions}
        error={troubleOf(update.error).fields.instructions}
        onChange={(event) => setInstructions(event.target.value)}
      />
      <Select label="Model" value={tier} onChange={(event) => setTier(event.target.value)}>
        <option value="">Middle model, as everywhere</option>
        <option value="haiku">Fast model</option>
        <option value="sonnet">Middle model</option>
        <option value="opus">Strong model</option>
      </Select>
      <ChoiceSelect
        label="Persona"
        none="No persona"
        items={personas}
        value={persona}
        onChange={setPersona}
      />
      <ChoiceSelect
        label="Preset"
        none="Everybody’s own settings"
        hint="New chats begin with the persona and the preset. One that a member cannot see is left out for them."
        items={presets}
        value={preset}
        onChange={setPreset}
      />
    </FormDialog>
  );
}

/** One of several things, or none. What another member chose may not be among them, and stays. */
function ChoiceSelect({
  label,
  none,
  hint,
  items,
  value,
  onChange,
}: {
  label: string;
  none: string;
  hint?: string | undefined;
  items: { id: string; name: string }[];
  value: string;
  onChange: (id: string) => void;
}) {
  return (
    <Select label={label} hint={hint} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{none}</option>
      {value && !items.some(({ id }) => id === value) && (
        <option value={value}>Chosen by another member</option>
      )}
      {items.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  );
}
