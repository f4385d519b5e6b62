import { useQuery } from '@tanstack/react-query';
import { Gauge, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Meter } from '../../components/meter.tsx';
import { Card, Section } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatDateTime, formatMoney, formatTokens } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { LimitDialog } from './limit-dialog.tsx';
import { limitsQuery, shareOf, type UsageLimit } from './queries.ts';

const periods = { day: 'a day', month: 'a month', total: 'in total' };
const keepers = {
  user: 'an administrator',
  project: 'an owner of the project',
  organization: 'an owner or admin of the organization',
};

interface LimitsSectionProps {
  /** Shows those of this organization alone. */
  organization?: { id: string; name: string; may_limit: boolean };
}

/** Caps that hold for the reader or that they keep, each with how much of it is used. */
export function LimitsSection({ organization }: LimitsSectionProps) {
  const limits = useQuery(limitsQuery);
  const [editing, setEditing] = useState<UsageLimit | 'new' | null>(null);
  const items = limits.data?.items.filter(
    (limit) => !organization || limit.organization_id === organization.id,
  );
  return (
    <Section
      title="Limits"
      actions={
        organization?.may_limit !== false && (
          <Button size="sm" icon={Plus} onClick={() => setEditing('new')}>
            Add a limit
          </Button>
        )
      }
    >
      {limits.isPending ? (
        <SkeletonList rows={2} height="h-24" />
      ) : limits.isError ? (
        <ErrorState error={limits.error} onRetry={() => limits.refetch()} />
      ) : !items?.length ? (
        <EmptyState icon={Gauge} title="No limits">
          {organization
            ? 'A limit stops model calls in its projects, whoever makes them, before they would use more tokens or money.'
            : 'A limit stops a model call before it would use more tokens or money than you want.'}
        </EmptyState>
      ) : (
        <ul className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          {items.map((limit) => (
            <li key={limit.id}>
              <LimitCard limit={limit} onEdit={() => setEditing(limit)} />
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <LimitDialog
          limit={editing === 'new' ? undefined : editing}
          organization={organization}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}

function LimitCard({ limit, onEdit }: { limit: UsageLimit; onEdit: () => void }) {
  const [removing, setRemoving] = useState(false);
  const remove = useAction(api.usage.deleteLimit, {
    refresh: [limitsQuery.queryKey],
    done: 'Limit removed.',
    onSuccess: () => setRemoving(false),
  });
  const what = `${limit.name}, ${periods[limit.period]}`;
  return (
    <Card className="space-y-3 p-4">
      <div className="flex min-h-8 items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 className="truncate font-medium">{limit.name}</h3>
          <p className="flex flex-wrap items-center gap-x-2 text-[13px] text-muted">
            {limit.scope === 'user' ? 'Person' : limit.scope === 'project' ? 'Project' : 'Organization'},{' '}
            {periods[limit.period]}
            {limit.is_own && <Badge>set by yourself</Badge>}
          </p>
        </div>
        {limit.may_change && (
          <div className="flex">
            <IconButton icon={Pencil} label={`Change the limit of ${what}`} onClick={onEdit} />
            <IconButton
              icon={Trash2}
              label={`Remove the limit of ${what}`}
              onClick={() => setRemoving(true)}
            />
          </div>
        )}
      </div>
      {limit.max_tokens !== null && (
        <Used
          label="Tokens"
          limit={limit.max_tokens}
          used={limit.used_tokens}
          reserved={limit.reserved_tokens}
          warnAt={limit.warn_at}
          format={formatTokens}
        />
      )}
      {limit.max_cost_usd !== null && (
        <Used
          label="Money"
          limit={limit.max_cost_usd}
          used={limit.used_cost_usd}
          reserved={limit.reserved_cost_usd}
          warnAt={limit.warn_at}
          format={formatMoney}
        />
      )}
      <p className="text-[13px] text-muted">
        {limit.resets_at && `Begins anew ${formatDateTime(limit.resets_at)}. `}
        {!limit.may_change && `Set by ${keepers[limit.scope]}.`}
      </p>
      {removing && (
        <ConfirmDialog
          title="Remove this limit?"
          confirm="Remove"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ id: limit.id })}
          onClose={() => setRemoving(false)}
        >
          Calls of {limit.name} are then held back by the other limits alone.
        </ConfirmDialog>
      )}
    </Card>
  );
}

interface UsedProps {
  label: string;
  limit: number;
  used: number;
  reserved: number;
  warnAt: number;
  format: (value: number) => string;
}

function Used({ label, limit, used, reserved, warnAt, format }: UsedProps) {
  const share = shareOf(used, limit);
  return (
    <div className="space-y-1.5">
      <p className="flex flex-wrap justify-between gap-x-2 text-[13px]">
        <span className="font-medium">{label}</span>
        <span className="text-muted">
          {format(used)} of {format(limit)}
          {reserved > 0 && `, ${format(reserved)} set aside`}
        </span>
      </p>
      <Meter
        label={`${label} used`}
        value={share}
        held={limit === 0 ? 0 : reserved / limit}
        tone={share >= 1 ? 'danger' : share >= warnAt ? 'warn' : 'accent'}
      />
    </div>
  );
}
