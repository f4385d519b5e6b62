import { useState } from 'react';
import { Input, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from './queries.ts';
import type { Project } from './types.ts';

export function RenameProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description ?? '');
  const update = useAction(api.projects.update, {
    refresh: [projectKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  const fields = troubleOf(update.error).fields;
  function submit(): void {
    update.mutate({ project_id: project.id, name, description: description.trim() || null });
  }
  return (
    <FormDialog
      title="Name and description"
      onClose={onClose}
      submit="Save"
      busy={update.isPending}
      error={update.error}
      onSubmit={submit}
    >
      <Input
        label="Name"
        required
        value={name}
        error={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <Textarea
        label="Description (optional)"
        value={description}
        error={fields.description}
        onChange={(event) => setDescription(event.target.value)}
      />
    </FormDialog>
  );
}
