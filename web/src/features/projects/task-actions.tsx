import { CircleStop, RotateCw, Trash2 } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Textarea } from '../../components/field.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { FormError } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
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

function RetryDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const { project } = useProject();
  const form = useId();
  const [remark, setRemark] = useState('');
  const retry = useAction(api.projects.retryTask, {
    refresh: [projectKeys.one(project.id)],
    announceError: false,
    done: 'Queued again.',
    onSuccess: onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    retry.mutate({ id: task.id, ...(remark.trim() && { remark }) });
  }
  return (
    <Dialog
      title="Retry this task"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={retry.isPending}>
            Retry
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <Textarea
          label="Remark for the agent (optional)"
          hint="What should it do differently this time?"
          value={remark}
          onChange={(event) => setRemark(event.target.value)}
        />
        <FormError error={retry.error} />
      </form>
    </Dialog>
  );
}
