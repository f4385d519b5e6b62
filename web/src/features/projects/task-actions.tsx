import { CircleStop, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
import { RetryDialog } from './retry-dialog.tsx';
import type { Task } from './types.ts';

/** Retry, cancel, delete: what a task's state allows. */
export function TaskActions({ task, onDeleted }: { task: Task; onDeleted: () => void }) {
  const { project, canEdit } = useProject();
  const [open, setOpen] = useState<'retry' | 'cancel' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const refresh = [projectKeys.one(project.id)];
  const cancel = useAction(api.projects.cancelTask, { refresh, done: 'Task cancelled.', onSuccess: close });
  const remove = useAction(api.projects.deleteTask, {
    refresh,
    done: 'Task deleted.',
    onSuccess: onDeleted,
  });
  if (!canEdit) return null;
  const over = task.status === 'done' || task.status === 'cancelled';
  const retryable = over || task.status === 'needs_review' || (task.status === 'blocked' && task.last_error);
  const items: MenuItem[] = [
    ...(retryable ? [{ label: 'Retry', icon: RotateCw, run: () => setOpen('retry') }] : []),
    ...(over ? [] : [{ label: 'Cancel task', icon: CircleStop, run: () => setOpen('cancel') }]),
    {
      label: 'Delete task',
      icon: Trash2,
      danger: true,
      disabled: task.status === 'running',
      run: () => setOpen('delete'),
    },
  ];
  return (
    <>
      <Menu label="Task actions" items={items} />
      {open === 'retry' && <RetryDialog task={task} onClose={close} />}
      {open === 'cancel' && (
        <ConfirmDialog
          title="Cancel this task?"
          confirm="Cancel task"
          busy={cancel.isPending}
          onConfirm={() => cancel.mutate({ id: task.id })}
          onClose={close}
        >
          {task.status === 'running' ? 'The agent stops within a second. ' : ''}Tasks that depend on it will
          not run until you retry it.
        </ConfirmDialog>
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title="Delete this task?"
          confirm="Delete task"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ id: task.id })}
          onClose={close}
        >
          Its runs and artifacts are deleted with it. This cannot be undone.
        </ConfirmDialog>
      )}
    </>
  );
}
