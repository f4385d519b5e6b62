import { Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
import type { Task, Workstream } from './types.ts';

interface WorkstreamsDialogProps {
  workstreams: Workstream[];
  tasks: Task[];
  onClose: () => void;
}

/** Names, priorities, additions and removals of a project's workstreams. */
export function WorkstreamsDialog({ workstreams, tasks, onClose }: WorkstreamsDialogProps) {
  const { project } = useProject();
  const [name, setName] = useState('');
  const create = useAction(api.projects.createWorkstream, {
    refresh: [projectKeys.list(project.id, 'graph')],
    announceError: false,
    onSuccess: () => setName(''),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ project_id: project.id, name });
  }
  return (
    <Dialog title="Workstreams" onClose={onClose}>
      <div className="space-y-4">
        <ul className="space-y-4">
          {workstreams.map((item) => (
            <WorkstreamRow
              key={item.id}
              workstream={item}
              taskCount={tasks.filter((task) => task.workstream_id === item.id).length}
            />
          ))}
        </ul>
        <form onSubmit={submit} className="flex items-end gap-2 border-t border-line pt-4">
          <div className="min-w-0 flex-1">
            <Input
              label="New workstream"
              required
              maxLength={200}
              value={name}
              error={troubleOf(create.error).fields.name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <Button type="submit" icon={Plus} busy={create.isPending}>
            Add
          </Button>
        </form>
        <FormError error={create.error} />
      </div>
    </Dialog>
  );
}

function WorkstreamRow({ workstream, taskCount }: { workstream: Workstream; taskCount: number }) {
  const { project } = useProject();
  const [name, setName] = useState(workstream.name);
  const [priority, setPriority] = useState(String(workstream.priority));
  const [deleting, setDeleting] = useState(false);
  const refresh = [projectKeys.one(project.id)];
  const save = useAction(api.projects.updateWorkstream, { refresh, announceError: false });
  const remove = useAction(api.projects.deleteWorkstream, { refresh, done: 'Workstream deleted.' });
  const fields = troubleOf(save.error).fields;
  const changed = name !== workstream.name || priority !== String(workstream.priority);
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({ id: workstream.id, name, priority: Number(priority) });
  }
  return (
    <li>
      <form onSubmit={submit} className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Input
            label={`Name (${plural(taskCount, 'task')})`}
            required
            value={name}
            error={fields.name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="w-18">
          <Input
            label="Priority"
            type="number"
            min={1}
            max={10}
            required
            value={priority}
            error={fields.priority}
            onChange={(event) => setPriority(event.target.value)}
          />
        </div>
        {changed ? (
          <Button type="submit" tone="primary" busy={save.isPending}>
            Save
          </Button>
        ) : (
          <IconButton label={`Delete ${workstream.name}`} icon={Trash2} onClick={() => setDeleting(true)} />
        )}
      </form>
      <FormError error={save.error} />
      {deleting && (
        <ConfirmDialog
          title={`Delete “${workstream.name}”?`}
          confirm="Delete workstream"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ id: workstream.id })}
          onClose={() => setDeleting(false)}
        >
          {taskCount > 0 ? `Its ${plural(taskCount, 'task')} are deleted with it, and their artifacts. ` : ''}
          This cannot be undone.
        </ConfirmDialog>
      )}
    </li>
  );
}
