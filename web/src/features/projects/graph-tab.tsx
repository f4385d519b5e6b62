import { useQuery } from '@tanstack/react-query';
import { Network } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { EmptyState, ErrorState, Skeleton } from '../../components/states.tsx';
import { whenReachable } from '../../lib/connection.ts';
import { PlanActions } from './plan-actions.tsx';
import { useProject } from './project-context.ts';
import { graphQuery } from './queries.ts';

const TaskGraph = lazy(async () => ({
  default: (await whenReachable(() => import('./task-graph.tsx'))).TaskGraph,
}));

/** The plan as a picture: tasks in their workstreams, arrows to what waits for them. */
export function GraphTab() {
  const { project, canEdit } = useProject();
  const graph = useQuery(graphQuery(project.id));
  if (graph.isPending) return <Skeleton className="h-[60dvh] w-full" />;
  if (graph.isError) return <ErrorState error={graph.error} onRetry={() => graph.refetch()} />;
  const { tasks, workstreams } = graph.data;
  if (tasks.length === 0)
    return (
      <EmptyState
        icon={Network}
        title="No plan yet"
        action={<PlanActions workstreams={workstreams} tasks={tasks} />}
      >
        Have the goal planned on the Overview, or add tasks by hand.
      </EmptyState>
    );
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-[13px] text-muted">
          Open a task by click or Enter.
          {canEdit &&
            ' Draw from one task’s right edge to another to make that one wait; or open it and add what it waits for.'}
        </p>
        <PlanActions workstreams={workstreams} tasks={tasks} />
      </div>
      <Suspense fallback={<Skeleton className="h-[60dvh] w-full" />}>
        <TaskGraph tasks={tasks} workstreams={workstreams} />
      </Suspense>
    </div>
  );
}
