import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { SearchX, ShieldAlert, ShieldCheck } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { plural } from '../../lib/format.ts';
import { accessQuery } from './queries.ts';

const route = getRouteApi('/shell/admin/access');

/** Who may do what with every table, as the database itself says it. */
export function AccessTab() {
  const { search = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/admin/access' });
  const access = useQuery(accessQuery);
  if (access.isPending) return <SkeletonList rows={8} height="h-12" />;
  if (access.isError) return <ErrorState error={access.error} onRetry={() => access.refetch()} />;
  const words = search.toLowerCase();
  const rows = access.data.items.filter((row) =>
    [row.table, row.kind, row.sentence, ...row.policies.map((policy) => policy.name)].some((text) =>
      text.toLowerCase().includes(words),
    ),
  );
  const open = access.data.items.filter((row) => !row.forced);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <SearchInput
          label="Search tables and rules"
          value={search}
          onChange={(value) => void navigate({ search: { search: value || undefined }, replace: true })}
        />
        <p className="flex items-center gap-2 text-muted">
          {open.length === 0 ? (
            <ShieldCheck aria-hidden className="size-4 text-ok" />
          ) : (
            <ShieldAlert aria-hidden className="size-4 text-danger" />
          )}
          {open.length === 0
            ? `Row-level security is forced on all ${plural(access.data.items.length, 'table')}.`
            : `Not forced on: ${open.map((row) => row.table).join(', ')}.`}
        </p>
      </div>
      {rows.length === 0 ? (
        <EmptyState icon={SearchX} title="No table matches" />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {rows.map((row) => (
            <li key={row.table}>
              <details className="group">
                <summary className="flex list-none flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-sunken">
                  <code className="font-semibold">{row.table}</code>
                  <Badge>{row.kind}</Badge>
                  {!row.forced && <Badge tone="danger">Not forced</Badge>}
                  <span className="min-w-0 flex-1 basis-72 text-muted">{row.sentence}</span>
                </summary>
                <ul className="space-y-1 border-t border-line bg-sunken px-4 py-2.5 text-[13px]">
                  {row.policies.map((policy) => (
                    <li key={policy.name} className="flex flex-wrap gap-x-3">
                      <span className="font-medium">{policy.action}</span>
                      <span className="min-w-0 flex-1">{policy.name}</span>
                      <span className="text-muted">{policy.roles.join(', ')}</span>
                    </li>
                  ))}
                  {row.policies.length === 0 && (
                    <li className="text-muted">No policy: only the service reaches it.</li>
                  )}
                </ul>
              </details>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
