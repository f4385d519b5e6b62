import { useState } from 'react';
import { Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
import type { Task } from './types.ts';

/** Queues a task again, with a remark for the agent. */
export function RetryDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const { project } = useProject();
  const [remark, setRemark] = useState('');
  const retry = useAction(api.projects.retryTask, {
    refresh: [projectKeys.one(project.id)],
    announceError: false,
    done: 'Queued again.',
    onSuccess: onClose,
  });
  function submit(): void {
    retry.mutate({ id: task.id, ...(remark.trim() && { remark }) });
  }
  return (
    <FormDialog
      title="Retry this task"
      onClose={onClose}
      submit="Retry"
      busy={retry.isPending}
      error={retry.error}
      onSubmit={submit}
    >
      <Textarea
        label="Remark for the agent (optional)"
        hint="What should it do differently this time?"
        value={remark}
        onChange={(event) => setRemark(event.target.value)}
      />
    </FormDialog>
  );
}
