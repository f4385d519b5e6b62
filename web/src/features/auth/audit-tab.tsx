import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ScrollText, X } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatDateTime, humanize } from '../../lib/format.ts';
import { auditQuery } from './queries.ts';

const route = getRouteApi('/shell/admin/audit');

/** Sign-ins, failures and changes of access, newest first. */
export function AuditTab() {
  const { event = '', user } = route.useSearch();
  const navigate = useNavigate({ from: '/admin/audit' });
  const audit = useInfiniteQuery(
    auditQuery({ ...(event && { event_type: event }), ...(user && { user_id: user }) }),
  );
  const items = audit.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap gap-2">
        <SearchInput
          label="Filter by event type"
          value={event}
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, event: value || undefined }), replace: true })
          }
        />
        {user && (
          <Button
            icon={X}
            onClick={() => void navigate({ search: (now) => ({ ...now, user: undefined }), replace: true })}
          >
            {items[0]?.email ?? 'One user'} only
          </Button>
        )}
      </div>
      {audit.isPending ? (
        <SkeletonList rows={6} height="h-12" />
      ) : audit.isError ? (
        <ErrorState error={audit.error} onRetry={() => audit.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon={ScrollText} title="No event matches">
          Event types are exact, such as the ones shown on each row.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {items.map((item) => {
            const { user_id } = item;
            return (
              <li key={item.id} className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2.5">
                <div className="min-w-0 flex-1 basis-64">
                  <p className="flex flex-wrap items-center gap-2">
                    <button
                      type="button"
                      onClick={() =>
                        void navigate({
                          search: (now) => ({ ...now, event: item.event_type }),
                          replace: true,
                        })
                      }
                      className="font-medium hover:text-accent hover:underline"
                    >
                      {humanize(item.event_type)}
                    </button>
                    <Badge tone={item.success ? 'ok' : 'danger'}>{item.success ? 'Done' : 'Refused'}</Badge>
                    {item.failure_reason && <span className="text-muted">{item.failure_reason}</span>}
                  </p>
                  <p className="text-[13px] text-muted">
                    {Object.entries(item.event_data)
                      .map(
                        ([field, value]) =>
                          `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
                      )
                      .join(', ')}
                  </p>
                </div>
                <p className="flex flex-wrap gap-x-3 text-[13px] text-muted">
                  {user_id && item.email && (
                    <button
                      type="button"
                      onClick={() =>
                        void navigate({ search: (now) => ({ ...now, user: user_id }), replace: true })
                      }
                      className="hover:text-accent hover:underline"
                    >
                      {item.email}
                    </button>
                  )}
                  {item.ip_address && <span>{item.ip_address}</span>}
                  <time dateTime={item.created_at}>{formatDateTime(item.created_at)}</time>
                </p>
              </li>
            );
          })}
        </ul>
      )}
      <LoadMore query={audit} />
    </div>
  );
}
