import { useQuery } from '@tanstack/react-query';
import { CircleHelp, ListTodo } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { cx } from '../../components/cx.ts';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatMoney, humanize } from '../../lib/format.ts';
import { PlanActions } from './plan-actions.tsx';
import { useProject } from './project-context.ts';
import { graphQuery } from './queries.ts';
import { needOf, taskLooks, taskStatuses } from './status.tsx';
import type { Task } from './types.ts';

/** Tasks in columns by status; columns without tasks are left out. */
export function BoardTab() {
  const { project } = useProject();
  const graph = useQuery(graphQuery(project.id));
  if (graph.isPending) return <SkeletonList rows={3} height="h-24" />;
  if (graph.isError) return <ErrorState error={graph.error} onRetry={() => graph.refetch()} />;
  const { tasks, workstreams } = graph.data;
  if (tasks.length === 0)
    return (
      <EmptyState
        icon={ListTodo}
        title="No tasks yet"
        action={<PlanActions workstreams={workstreams} tasks={tasks} />}
      >
        Have the goal planned on the Overview, or add tasks by hand.
      </EmptyState>
    );
  const names = new Map(workstreams.map((item) => [item.id, item.name]));
  const columns = taskStatuses.flatMap((status) => {
    const cards = tasks
      .filter((task) => task.status === status)
      .sort((one, other) => other.priority - one.priority);
    return cards.length > 0 ? [{ status, cards }] : [];
  });
  return (
    <div className="space-y-4">
      <div className="flex justify-end">
        <PlanActions workstreams={workstreams} tasks={tasks} />
      </div>
      <div className="grid gap-4 sm:grid-cols-[repeat(auto-fill,minmax(15rem,1fr))]">
        {columns.map(({ status, cards }) => {
          const look = taskLooks[status];
          return (
            <section key={status} aria-label={look.label}>
              <h2 className="mb-2 flex items-center gap-2 text-[13px] font-semibold">
                <look.icon
                  aria-hidden
                  className={cx('size-4 text-muted', status === 'running' && 'animate-spin')}
                />
                {look.label}
                <span className="font-normal text-muted">{cards.length}</span>
              </h2>
              <ul className="space-y-2">
                {cards.map((task) => (
                  <TaskCard key={task.id} task={task} workstream={names.get(task.workstream_id)} />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </div>
  );
}

function TaskCard({ task, workstream }: { task: Task; workstream: string | undefined }) {
  const { openTask } = useProject();
  return (
    <li>
      <button
        type="button"
        onClick={() => openTask(task.id)}
        className="block w-full space-y-1.5 rounded-lg border border-line bg-surface p-3 text-left hover:border-accent"
      >
        <span className="block leading-5 font-medium">{task.title}</span>
        {workstream && <span className="block text-[13px] text-muted">{workstream}</span>}
        <span className="flex flex-wrap items-center gap-1.5 text-xs text-muted">
          {task.assigned_agent && <Badge>{humanize(task.assigned_agent)}</Badge>}
          {needOf(task) && (
            <Badge tone="violet" icon={CircleHelp}>
              Needs you
            </Badge>
          )}
          {task.cost_usd > 0 && formatMoney(task.cost_usd)}
        </span>
      </button>
    </li>
  );
}
