import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleHelp, Eye, type LucideIcon, ShieldCheck } from 'lucide-react';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { useProject } from './project-context.ts';
import { graphQuery } from './queries.ts';
import { needOf } from './status.tsx';
import type { Task } from './types.ts';

const looks: Record<
  NonNullable<ReturnType<typeof needOf>>,
  { icon: LucideIcon; text: (task: Task) => string }
> = {
  answer: { icon: CircleHelp, text: (task) => `Asks: ${task.question}` },
  approval: { icon: ShieldCheck, text: () => 'Waits for your approval before it runs.' },
  review: {
    icon: Eye,
    text: (task) => task.verification?.reasons[0] ?? 'The result needs your review.',
  },
  error: { icon: CircleAlert, text: (task) => `Stopped: ${task.last_error}` },
};

/** Questions, approvals and reviews that hold work up. */
export function NeedsYou() {
  const { project, openTask } = useProject();
  const graph = useQuery(graphQuery(project.id));
  if (graph.isPending) return <SkeletonList rows={1} />;
  if (graph.isError) return <ErrorState error={graph.error} onRetry={() => graph.refetch()} />;
  const waiting = graph.data.tasks.flatMap((task) => {
    const need = needOf(task);
    return need ? [{ task, look: looks[need] }] : [];
  });
  if (waiting.length === 0) return null;
  return (
    <Section title="Needs you">
      <ul className="space-y-2">
        {waiting.map(({ task, look }) => (
          <li key={task.id}>
            <button
              type="button"
              onClick={() => openTask(task.id)}
              className="flex w-full items-start gap-3 rounded-xl border border-line bg-surface p-3.5 text-left hover:border-accent"
            >
              <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-violet-soft text-violet">
                <look.icon aria-hidden className="size-5" />
              </span>
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{task.title}</span>
                <span className="line-clamp-2 text-muted">{look.text(task)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
