import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loader2 } from 'lucide-react';
import { Section } from '../../components/page.tsx';
import { formatDuration, humanize } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { usePlan } from './plan-state.ts';
import { useProject } from './project-context.ts';
import { stepsQuery } from './queries.ts';
import { stepWords, tellingSteps } from './step-words.ts';
import type { Task } from './types.ts';

/** Which agents work on what right now, and what each did last. */
export function WorkingNow() {
  const { project } = useProject();
  const running = usePlan().tasks.filter((task) => task.status === 'running');
  useNow(1000, running.length > 0);
  if (running.length === 0) return null;
  return (
    <Section
      title="Working now"
      actions={
        <Link
          to="/projects/$projectId/runs"
          params={{ projectId: project.id }}
          className="text-accent underline underline-offset-2"
        >
          Every step
        </Link>
      }
    >
      <ul className="space-y-2">
        {running.map((task) => (
          <RunningTask key={task.id} task={task} />
        ))}
      </ul>
    </Section>
  );
}

function RunningTask({ task }: { task: Task }) {
  const { project, openTask } = useProject();
  const steps = useQuery(stepsQuery(project.id, task.id));
  const last = tellingSteps(steps.data ?? []).at(-1);
  return (
    <li>
      <button
        type="button"
        onClick={() => openTask(task.id)}
        className="flex w-full items-start gap-3 rounded-xl border border-line bg-surface p-3.5 text-left hover:border-accent"
      >
        <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-info-soft text-info">
          <Loader2 aria-hidden className="size-5 animate-spin" />
        </span>
        <span className="min-w-0 flex-1">
          <span className="block font-medium">{task.title}</span>
          <span className="line-clamp-2 text-muted">{last ? stepWords(last) : 'Begins'}</span>
        </span>
        <span className="shrink-0 text-right text-[13px] text-muted">
          <span className="block">{task.assigned_agent && humanize(task.assigned_agent)}</span>
          {task.started_at && formatDuration(task.started_at, null)}
        </span>
      </button>
    </li>
  );
}
