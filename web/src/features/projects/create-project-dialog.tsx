import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Input, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from './queries.ts';

export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [goal, setGoal] = useState('');
  const navigate = useNavigate();
  const create = useAction(api.projects.create, {
    refresh: [projectKeys.all],
    announceError: false,
    onSuccess: (project) => void navigate({ to: '/projects/$projectId', params: { projectId: project.id } }),
  });
  const fields = troubleOf(create.error).fields;
  function submit(): void {
    create.mutate({ name, ...(goal.trim() && { goal }) });
  }
  return (
    <FormDialog
      title="New project"
      onClose={onClose}
      submit="Create project"
      busy={create.isPending}
      error={create.error}
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
        label="Goal (optional)"
        rows={5}
        hint="What should be found out or made? You can refine it and add documents before planning."
        value={goal}
        error={fields.goal}
        onChange={(event) => setGoal(event.target.value)}
      />
    </FormDialog>
  );
}
