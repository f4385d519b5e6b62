import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FileText } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatDuration, formatMoney, formatTokens, humanize, plural } from '../../lib/format.ts';
import { artifactLooks, artifactTitle } from './artifact-looks.ts';
import { useProject } from './project-context.ts';
import { artifactsQuery, graphQuery, runsQuery } from './queries.ts';
import { runTones, TaskBadge } from './status.tsx';
import { Steps, Working } from './steps.tsx';
import { TaskActions } from './task-actions.tsx';
import { TaskDependencies } from './task-dependencies.tsx';
import { TaskForm } from './task-form.tsx';
import { TaskNotices } from './task-notices.tsx';
import type { Task } from './types.ts';

/** Everything about one task, beside the page it was opened from. */
export function TaskSheet({ taskId, onClose }: { taskId: string; onClose: () => void }) {
  const { project } = useProject();
  const graph = useQuery(graphQuery(project.id));
  const task = graph.data?.tasks.find((item) => item.id === taskId);
  return (
    <Dialog
      kind="sheet"
      title={task?.title ?? 'Task'}
      onClose={onClose}
      actions={task && <TaskActions key={task.status} task={task} onDeleted={onClose} />}
    >
      {graph.isPending ? (
        <SkeletonList rows={4} />
      ) : graph.isError ? (
        <ErrorState error={graph.error} onRetry={() => graph.refetch()} />
      ) : task ? (
        <TaskDetail task={task} />
      ) : graph.isFetching ? (
        <SkeletonList rows={4} />
      ) : (
        <p className="text-muted">
          This task is not here any more. It was deleted or replaced by a new plan.
        </p>
      )}
    </Dialog>
  );
}

function TaskDetail({ task }: { task: Task }) {
  return (
    <div className="space-y-6">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
        <TaskBadge status={task.status} />
        {task.assigned_agent && <span>{humanize(task.assigned_agent)}</span>}
        <span>{formatTokens(task.tokens_used)} tokens</span>
        <span>{formatMoney(task.cost_usd)}</span>
        {task.started_at && <span>{formatDuration(task.started_at, task.completed_at)}</span>}
        {task.retry_count > 0 && (
          <span>
            {plural(task.retry_count, 'retry', 'retries')} of {task.max_retries}
          </span>
        )}
      </p>
      <TaskNotices task={task} />
      {task.status === 'running' && <Working />}
      <TaskArtifacts task={task} />
      <TaskForm key={task.updated_at} task={task} />
      <TaskDependencies task={task} />
      <Section title="Steps">
        <Steps taskId={task.id} />
      </Section>
      <TaskRuns task={task} />
    </div>
  );
}

function TaskArtifacts({ task }: { task: Task }) {
  const { project } = useProject();
  const artifacts = useInfiniteQuery(artifactsQuery(project.id, task.id));
  const items = artifacts.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Artifacts">
      <ul className="space-y-1">
        {items.map((item) => (
          <li key={item.id}>
            <Link
              to="/projects/$projectId/artifacts"
              params={{ projectId: project.id }}
              search={{ artifact: item.id }}
              className="flex items-center gap-2.5 rounded-lg border border-line px-3 py-2 hover:border-accent"
            >
              <FileText aria-hidden className="size-4 shrink-0 text-muted" />
              <span className="min-w-0 flex-1">{artifactTitle(item.name)}</span>
              <Badge tone={artifactLooks[item.status].tone}>{artifactLooks[item.status].label}</Badge>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function TaskRuns({ task }: { task: Task }) {
  const { project } = useProject();
  const runs = useInfiniteQuery(runsQuery(project.id, task.id));
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Runs">
      <ul className="divide-y divide-line rounded-lg border border-line">
        {items.map((run) => (
          <li key={run.id} className="px-3 py-2 text-[13px]">
            <p className="flex flex-wrap items-center gap-x-3">
              <Badge tone={runTones[run.status]}>{humanize(run.status)}</Badge>
              <span>Attempt {run.attempt}</span>
              <span className="text-muted">{run.model_used}</span>
              <span className="text-muted">
                {formatTokens(run.tokens_used)} tokens, {formatMoney(run.cost)},{' '}
                {formatDuration(run.started_at, run.ended_at)}
              </span>
            </p>
            {run.error_message && <p className="mt-1 text-danger">{run.error_message}</p>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
