import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input, Textarea } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from './queries.ts';
import type { Project } from './types.ts';

export function RenameProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const form = useId();
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description ?? '');
  const update = useAction(api.projects.update, {
    refresh: [projectKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  const fields = troubleOf(update.error).fields;
  function submit(event: FormEvent): void {
    event.preventDefault();
    update.mutate({ project_id: project.id, name, description: description.trim() || null });
  }
  return (
    <Dialog
      title="Name and description"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
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
        <FormError error={update.error} />
      </form>
    </Dialog>
  );
}
