import { useInfiniteQuery } from '@tanstack/react-query';
import { History, Undo2 } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { preferenceKeys, settingsHistoryQuery } from './queries.ts';

const things: Record<string, string> = {
  user_settings: 'Settings',
  parameter_presets: 'Preset',
  user_rules: 'Rule',
  custom_agents: 'Agent',
  skills: 'Skill',
  mcp_configs: 'MCP server',
  custom_functions: 'Function',
};
const verbs = { create: 'added', update: 'changed', delete: 'deleted' } as const;

type Values = Record<string, unknown> | null;

/** `temperature: 0.7 → 0.2` for each value inside that differs. */
function differences(before: Values, after: Values, path = ''): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].flatMap((name) => {
    const [was, is] = [before?.[name], after?.[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    const inner = (value: unknown): value is Record<string, unknown> =>
      typeof value === 'object' && value !== null && !Array.isArray(value);
    if (inner(was) && inner(is)) return differences(was, is, `${path}${name}.`);
    return [`${path}${name}: ${short(was)} → ${short(is)}`];
  });
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? `“${value}”` : (JSON.stringify(value) ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** What was changed, with what it was, each to be undone. */
export function SettingsHistoryTab() {
  const history = useInfiniteQuery(settingsHistoryQuery);
  const undo = useAction(api.preferences.undo, { refresh: [preferenceKeys.all], done: 'Undone.' });
  if (history.isPending) return <SkeletonList rows={5} />;
  if (history.isError) return <ErrorState error={history.error} onRetry={() => history.refetch()} />;
  const items = history.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <EmptyState icon={History} title="Nothing was changed yet">
        Every change of settings, presets, rules, skills, servers and functions is kept here for a year.
      </EmptyState>
    );
  return (
    <div className="space-y-4">
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
        {items.map((change) => {
          const values = change.after ?? change.before;
          return (
            <li key={change.id} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <p className="flex flex-wrap items-center gap-2 font-medium">
                  {things[change.table_name] ?? change.table_name} {verbs[change.action]}
                  {change.changed_by_agent && <Badge tone="violet">by {change.changed_by_agent}</Badge>}
                  <span className="text-[13px] font-normal text-muted">
                    <Ago at={change.changed_at} />
                  </span>
                </p>
                {change.action === 'update' ? (
                  <ul className="text-[13px] break-words text-muted">
                    {differences(change.before, change.after).map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                ) : (
                  <p className="text-[13px] text-muted">
                    {String(values?.name ?? values?.server_name ?? '')}
                  </p>
                )}
              </div>
              <Button
                size="sm"
                icon={Undo2}
                busy={undo.isPending && undo.variables.id === change.id}
                onClick={() => undo.mutate({ id: change.id })}
              >
                Undo
              </Button>
            </li>
          );
        })}
      </ul>
      <LoadMore query={history} />
    </div>
  );
}
