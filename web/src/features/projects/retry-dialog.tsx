import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Textarea } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
import type { Task } from './types.ts';

/** Queues a task again, with a remark for the agent. */
export function RetryDialog({ task, onClose }: { task: Task; onClose: () => void }) {
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
