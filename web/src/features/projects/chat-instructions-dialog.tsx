import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys, projectQuery } from './queries.ts';
import type { Project } from './types.ts';

/** What every chat of a project is told, and which model answers there. */
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
  const update = useAction(api.projects.update, {
    refresh: [projectKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(): void {
    update.mutate({
      project_id: project.id,
      instructions: instructions.trim() || null,
      chat_defaults: tier ? { model_tier: tier as 'haiku' | 'sonnet' | 'opus' } : {},
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
    </FormDialog>
  );
}
