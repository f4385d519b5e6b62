import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input, Textarea } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from './queries.ts';

export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const [name, setName] = useState('');
  const [goal, setGoal] = useState('');
  const navigate = useNavigate();
  const create = useAction(api.projects.create, {
    refresh: [projectKeys.all],
    announceError: false,
    onSuccess: (project) => void navigate({ to: '/projects/$projectId', params: { projectId: project.id } }),
  });
  const fields = troubleOf(create.error).fields;
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ name, ...(goal.trim() && { goal }) });
  }
  return (
    <Dialog
      title="New project"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={create.isPending}>
            Create project
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
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
        <FormError error={create.error} />
      </form>
    </Dialog>
  );
}
