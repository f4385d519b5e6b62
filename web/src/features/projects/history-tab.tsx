import { useQuery } from '@tanstack/react-query';
import { Bot, Cog, History, UserRound } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { humanize } from '../../lib/format.ts';
import { useProject } from './project-context.ts';
import { activityQuery } from './queries.ts';
import type { Activity } from './types.ts';

/** Who changed what, newest first. */
export function HistoryTab() {
  const { project, openTask } = useProject();
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
                <button
                  type="button"
                  onClick={() => openTask(item.entity_id)}
                  className="text-left font-medium text-accent hover:underline"
                >
                  {item.title ?? 'a task'}
                </button>
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

function verb(item: Activity): string {
  if (item.field_name) return `changed ${humanize(item.field_name).toLowerCase()} of`;
  return humanize(item.change_type).toLowerCase();
}

const show = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)} …` : text;
};

function Change({ item }: { item: Activity }) {
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
