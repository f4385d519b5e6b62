import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Activity, ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatDuration, formatMoney, formatTokens, humanize } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { useProject } from './project-context.ts';
import { graphQuery, runsQuery } from './queries.ts';
import { runTones } from './status.tsx';
import { Steps, Working } from './steps.tsx';
import type { Run } from './types.ts';

/** What agents are doing now, with each step, and every run before. */
export function RunsTab() {
  const { project } = useProject();
  const runs = useInfiniteQuery(runsQuery(project.id));
  const graph = useQuery(graphQuery(project.id));
  if (runs.isPending) return <SkeletonList rows={3} height="h-20" />;
  if (runs.isError) return <ErrorState error={runs.error} onRetry={() => runs.refetch()} />;
  const items = runs.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <EmptyState icon={Activity} title="Nothing has run yet">
        Plan the goal, then press Start. What each agent does appears here while it happens.
      </EmptyState>
    );
  const titles = new Map(graph.data?.tasks.map((task) => [task.id, task.title]));
  return (
    <div className="space-y-3">
      <ul className="space-y-3">
        {items.map((run) => (
          <RunRow key={run.id} run={run} title={titles.get(run.task_id) ?? 'Task'} />
        ))}
      </ul>
      <LoadMore query={runs} />
    </div>
  );
}

function RunRow({ run, title }: { run: Run; title: string }) {
  const { openTask } = useProject();
  const running = run.status === 'running';
  const [open, setOpen] = useState(false);
  useNow(1000, running);
  return (
    <li className="rounded-xl border border-line bg-surface">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 p-4">
        <div className="min-w-0">
          <button
            type="button"
            onClick={() => openTask(run.task_id)}
            className="text-left font-medium hover:text-accent hover:underline"
          >
            {title}
          </button>
          <p className="text-[13px] text-muted">
            {humanize(run.agent_id)} with {run.model_used}
            {run.attempt > 1 && `, attempt ${run.attempt}`}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
          <span>{formatTokens(run.tokens_used)} tokens</span>
          <span>{formatMoney(run.cost)}</span>
          <span>{formatDuration(run.started_at, run.ended_at)}</span>
          <Badge tone={runTones[run.status]}>{humanize(run.status)}</Badge>
        </div>
      </div>
      {run.error_message && <p className="px-4 pb-3 text-danger">{run.error_message}</p>}
      {running ? (
        <div className="space-y-3 border-t border-line p-4">
          <Steps taskId={run.task_id} last={6} />
          <Working />
        </div>
      ) : (
        <div className="border-t border-line px-4 py-2">
          <Button
            size="sm"
            tone="ghost"
            className="-ml-2.5"
            aria-expanded={open}
            icon={open ? ChevronDown : ChevronRight}
            onClick={() => setOpen(!open)}
          >
            Steps of its task
          </Button>
          {open && (
            <div className="pt-2 pb-2">
              <Steps taskId={run.task_id} />
            </div>
          )}
        </div>
      )}
    </li>
  );
}
