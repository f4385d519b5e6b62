import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bot, Cog, History, UserRound } from 'lucide-react';
import { task } from '../../../../src/domains/projects/shapes/contract.ts';
import { Ago } from '../../components/ago.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { humanize } from '../../lib/format.ts';
import { useProject } from './project-context.ts';
import { activityQuery } from './queries.ts';
import type { Activity, Task } from './types.ts';

/** Who changed what, newest first. */
export function HistoryTab() {
  const { project } = useProject();
  const activity = useQuery(activityQuery(project.id));
  if (activity.isPending) return <SkeletonList rows={6} height="h-10" />;
  if (activity.isError) return <ErrorState error={activity.error} onRetry={() => activity.refetch()} />;
  if (activity.data.items.length === 0) return <EmptyState icon={History} title="Nothing has happened yet" />;
  return (
    <ol className="divide-y divide-line rounded-xl border border-line bg-surface">
      {activity.data.items.map((item) => {
        const { actor } = item;
        const Icon = actor.agent ? Bot : actor.user_id ? UserRound : Cog;
        return (
          <li key={item.id} className="flex items-start gap-3 px-4 py-2.5">
            <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
            <p className="min-w-0 flex-1">
              <span className="font-medium">{actorName(actor)}</span> {verb(item)}{' '}
              {item.activity_type === 'task' && item.change_type !== 'deleted' ? (
                <Link
                  to="."
                  search={(now) => ({ ...now, task: item.entity_id })}
                  resetScroll={false}
                  className="font-medium text-accent hover:underline"
                >
                  {item.title ?? 'a task'}
                </Link>
              ) : (
                <span className="font-medium">
                  {item.title ?? (item.activity_type === 'task' ? 'a task' : 'the project')}
                </span>
              )}
              <Change item={item} />
            </p>
            <span className="text-[13px] text-muted">
              <Ago at={item.created_at} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function actorName(actor: Activity['actor']): string {
  if (actor.agent) return actor.name ? `${humanize(actor.agent)} (for ${actor.name})` : humanize(actor.agent);
  return actor.name ?? (actor.user_id ? 'Someone' : 'The system');
}

/** The verifier's verdict, where the change is one. */
function verdictOf(item: Activity): Task['verification'] {
  if (item.field_name !== 'verification') return null;
  return task.shape.verification.safeParse(item.new_value).data ?? null;
}

function verb(item: Activity): string {
  const verdict = verdictOf(item);
  if (verdict) return verdict.passed ? 'accepted' : 'did not accept';
  if (item.field_name) return `changed ${humanize(item.field_name).toLowerCase()} of`;
  return humanize(item.change_type).toLowerCase();
}

const show = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)} …` : text;
};

function Change({ item }: { item: Activity }) {
  const verdict = verdictOf(item);
  if (verdict) return <span className="text-muted">: {verdict.reasons.join(' ')}</span>;
  if (!item.field_name) return null;
  const named = item.field_name === 'status' || item.field_name === 'model_tier';
  const from = show(item.old_value);
  const to = show(item.new_value);
  return (
    <span className="text-muted">
      {' '}
      from {named ? humanize(from).toLowerCase() : `“${from}”`} to{' '}
      <span className="text-text">{named ? humanize(to).toLowerCase() : `“${to}”`}</span>
    </span>
  );
}
