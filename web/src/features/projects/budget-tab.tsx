import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { Meter } from '../../components/meter.tsx';
import { Card } from '../../components/page.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { formatMoney, formatTokens } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { budgetsQuery, projectKeys } from './queries.ts';
import { tierLabels } from './status.tsx';
import type { Budget, ModelTier } from './types.ts';

const tiers = Object.keys(tierLabels) as ModelTier[];

/** Limits by model tier. A call is reserved before it is made, so a limit is never run over by a crowd. */
export function BudgetTab() {
  const { project } = useProject();
  const budgets = useQuery(budgetsQuery(project.id));
  if (budgets.isPending) return <SkeletonList rows={3} height="h-40" />;
  if (budgets.isError) return <ErrorState error={budgets.error} onRetry={() => budgets.refetch()} />;
  return (
    <div className="space-y-4">
      <p className="max-w-2xl text-muted">
        Work stops before a call that would go over a limit. Lighter bars are reserved for calls being made
        now.
      </p>
      <ul className="grid gap-4 lg:grid-cols-3">
        {tiers.map((tier) => (
          <li key={tier}>
            <BudgetCard
              tier={tier}
              projectId={project.id}
              budget={budgets.data.items.find((item) => item.model_tier === tier)}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface BudgetCardProps {
  tier: ModelTier;
  projectId: string;
  budget: Budget | undefined;
}

function BudgetCard({ tier, projectId, budget }: BudgetCardProps) {
  const { canEdit } = useProject();
  const [editing, setEditing] = useState(false);
  return (
    <Card className="space-y-4 p-4">
      <div className="flex items-center justify-between gap-2">
        <h2 className="font-semibold">{tierLabels[tier]}</h2>
        {canEdit && !editing && (
          <Button size="sm" tone="ghost" onClick={() => setEditing(true)}>
            Set limits
          </Button>
        )}
      </div>
      <Limit
        label="Tokens"
        used={budget?.used_tokens ?? 0}
        reserved={budget?.reserved_tokens ?? 0}
        limit={budget?.allocated_tokens ?? null}
        format={formatTokens}
      />
      <Limit
        label="Money"
        used={budget?.used_cost ?? 0}
        reserved={budget?.reserved_cost ?? 0}
        limit={budget?.allocated_cost ?? null}
        format={formatMoney}
      />
      {editing && (
        <LimitForm tier={tier} projectId={projectId} budget={budget} onClose={() => setEditing(false)} />
      )}
    </Card>
  );
}

interface LimitProps {
  label: string;
  used: number;
  reserved: number;
  limit: number | null;
  format: (value: number) => string;
}

function Limit({ label, used, reserved, limit, format }: LimitProps) {
  const share = limit ? used / limit : 0;
  return (
    <div className="space-y-1.5">
      <p className="flex justify-between gap-2 text-[13px]">
        <span className="font-medium">{label}</span>
        <span className="text-muted">
          {format(used)} {limit === null ? 'used, no limit' : `of ${format(limit)}`}
          {reserved > 0 && `, ${format(reserved)} reserved`}
        </span>
      </p>
      {limit !== null && (
        <Meter
          label={`${label} used`}
          value={limit === 0 ? 1 : share}
          held={limit ? reserved / limit : 0}
          tone={share >= 1 || limit === 0 ? 'danger' : share >= 0.8 ? 'warn' : 'accent'}
        />
      )}
    </div>
  );
}

interface LimitFormProps extends BudgetCardProps {
  onClose: () => void;
}

function LimitForm({ tier, projectId, budget, onClose }: LimitFormProps) {
  const [tokens, setTokens] = useState(budget?.allocated_tokens?.toString() ?? '');
  const [cost, setCost] = useState(budget?.allocated_cost?.toString() ?? '');
  const save = useAction(api.projects.setBudget, {
    refresh: [projectKeys.list(projectId, 'budgets')],
    announceError: false,
    onSuccess: onClose,
  });
  const fields = troubleOf(save.error).fields;
  const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({
      project_id: projectId,
      model_tier: tier,
      allocated_tokens: numberOf(tokens),
      allocated_cost: numberOf(cost),
    });
  }
  return (
    <form onSubmit={submit} className="space-y-3 border-t border-line pt-4">
      <Input
        label="Token limit"
        type="number"
        min={0}
        step={1}
        placeholder="No limit"
        value={tokens}
        error={fields.allocated_tokens}
        onChange={(event) => setTokens(event.target.value)}
      />
      <Input
        label="Money limit in US dollars"
        type="number"
        min={0}
        step="any"
        placeholder="No limit"
        value={cost}
        error={fields.allocated_cost}
        onChange={(event) => setCost(event.target.value)}
      />
      <FormError error={save.error} />
      <div className="flex gap-2">
        <Button type="submit" tone="primary" size="sm" busy={save.isPending}>
          Save
        </Button>
        <Button size="sm" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
