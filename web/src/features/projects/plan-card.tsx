import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, Loader2, Network, Play } from 'lucide-react';
import { Button, buttonClass } from '../../components/button.tsx';
import { Card, Section } from '../../components/page.tsx';
import { formatDuration, humanize, plural } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { type PlanState, usePlan, useStart } from './plan-state.ts';
import { useProject } from './project-context.ts';
import { stepsQuery } from './queries.ts';
import { stepWords, tellingSteps } from './step-words.ts';
import type { Task } from './types.ts';

/** The plan while it is made, and what was proposed until it is started. */
export function PlanCard() {
  const { project } = useProject();
  const plan = usePlan();
  if (plan.planning)
    return (
      <Section title="Plan">
        <Planning task={plan.planning} />
      </Section>
    );
  if (project.status !== 'planning' || !plan.unfinished) return null;
  return (
    <Section title="Plan">
      <Proposal plan={plan} />
    </Section>
  );
}

function Planning({ task }: { task: Task }) {
  const { project, openTask } = useProject();
  const steps = useQuery(stepsQuery(project.id, task.id));
  useNow(1000);
  return (
    <Card className="space-y-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p role="status" className="flex items-center gap-2.5 font-medium">
          <Loader2 aria-hidden className="size-4 animate-spin text-accent" />
          {task.status === 'running' ? 'The supervisor is planning' : 'The plan waits for a worker'}
        </p>
        <span className="text-[13px] text-muted">
          {formatDuration(task.started_at ?? task.created_at, null)}
        </span>
      </div>
      <ol className="space-y-1.5">
        {tellingSteps(steps.data ?? []).map((step) => (
          <li key={step.id} className="flex gap-2.5">
            <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
            <span className="min-w-0 break-words">{stepWords(step)}</span>
          </li>
        ))}
      </ol>
      {task.last_error && (
        <p className="text-danger">The last attempt failed: {task.last_error} It is tried again by itself.</p>
      )}
      <Button size="sm" tone="ghost" className="-ml-2.5" onClick={() => openTask(task.id)}>
        Details
      </Button>
    </Card>
  );
}

function Proposal({ plan: { tasks, workstreams } }: { plan: PlanState }) {
  const { project, canEdit, openTask } = useProject();
  const { start, isPending } = useStart();
  return (
    <Card>
      <p role="status" className="px-4 pt-4 font-medium">
        {plural(tasks.length, 'task')} in {plural(workstreams.length, 'workstream')}, ready for your review
      </p>
      <ul className="space-y-3 p-4">
        {workstreams.map((workstream) => (
          <li key={workstream.id}>
            <h3 className="text-[13px] font-semibold text-muted">{workstream.name}</h3>
            <ul>
              {tasks
                .filter((task) => task.workstream_id === workstream.id)
                .map((task) => (
                  <li key={task.id}>
                    <button
                      type="button"
                      onClick={() => openTask(task.id)}
                      className="-mx-2 flex w-[calc(100%+1rem)] items-baseline gap-3 rounded-lg px-2 py-1.5 text-left hover:bg-sunken"
                    >
                      <span className="min-w-0 flex-1">{task.title}</span>
                      <span className="shrink-0 text-[13px] text-muted">
                        {task.assigned_agent && humanize(task.assigned_agent)}
                      </span>
                    </button>
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2 border-t border-line p-4">
        {canEdit && (
          <Button tone="primary" icon={Play} busy={isPending} onClick={start}>
            Start work
          </Button>
        )}
        <Link
          to="/projects/$projectId/graph"
          params={{ projectId: project.id }}
          className={buttonClass('secondary')}
        >
          <Network aria-hidden className="size-4" />
          Review in Graph
        </Link>
      </div>
    </Card>
  );
}
