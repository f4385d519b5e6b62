import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { statusQuery } from '../auth/queries.ts';
import { organizationChoicesQuery } from '../organizations/queries.ts';
import { keeps } from '../organizations/roles.ts';
import { projectChoicesQuery } from '../projects/queries.ts';
import { limitsQuery, type UsageLimit } from './queries.ts';

const periods = [
  ['day', 'Each day'],
  ['month', 'Each month'],
  ['total', 'For good'],
] as const;

interface LimitDialogProps {
  /** The one that is changed. */
  limit: UsageLimit | undefined;
  /** Whom a new one is for; without it that is asked. */
  organization: { id: string; name: string } | undefined;
  onClose: () => void;
}

/** Sets a limit for oneself, a project one owns, an organization one keeps or, as an administrator, for a person. */
export function LimitDialog({ limit, organization, onClose }: LimitDialogProps) {
  const isAdmin = useQuery(statusQuery).data?.user?.role !== 'user';
  const projects = useQuery(projectChoicesQuery);
  const organizations = useQuery(organizationChoicesQuery);
  const [whom, setWhom] = useState(organization ? `organization:${organization.id}` : 'me');
  const [email, setEmail] = useState('');
  const [period, setPeriod] = useState<UsageLimit['period']>(limit?.period ?? 'month');
  const [tokens, setTokens] = useState(limit?.max_tokens?.toString() ?? '');
  const [cost, setCost] = useState(limit?.max_cost_usd?.toString() ?? '');
  const save = useAction(
    async () =>
      api.usage.setLimit({
        ...(limit ? placeOf(limit) : await choice(whom, email)),
        period,
        max_tokens: numberOf(tokens),
        max_cost_usd: numberOf(cost),
        ...(limit && { warn_at: limit.warn_at }),
      }),
    { refresh: [limitsQuery.queryKey], announceError: false, onSuccess: onClose },
  );
  const fields = troubleOf(save.error).fields;
  function submit(): void {
    save.mutate();
  }
  return (
    <FormDialog
      title={limit ? `Limit of ${limit.name}` : 'Add a limit'}
      subtitle={!limit && organization ? `For ${organization.name}` : undefined}
      onClose={onClose}
      submit="Save"
      busy={save.isPending}
      error={save.error}
      onSubmit={submit}
    >
      {!limit && (
        <>
          {!organization && (
            <Select label="For" value={whom} onChange={(event) => setWhom(event.target.value)}>
              <option value="me">Myself</option>
              {isAdmin && <option value="person">Another person</option>}
              {projects.data?.items.map((item) => (
                <option key={item.id} value={`project:${item.id}`}>
                  Project {item.name}
                </option>
              ))}
              {organizations.data?.items
                .filter((item) => isAdmin || keeps(item))
                .map((item) => (
                  <option key={item.id} value={`organization:${item.id}`}>
                    Organization {item.name}
                  </option>
                ))}
            </Select>
          )}
          {whom === 'person' && (
            <Input
              label="E-mail address"
              type="email"
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
          <Select
            label="Holds"
            value={period}
            hint="Days and months begin at midnight UTC."
            onChange={(event) =>
              setPeriod(periods.find(([value]) => value === event.target.value)?.[0] ?? 'month')
            }
          >
            {periods.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        </>
      )}
      <Input
        label="Tokens"
        type="number"
        min={0}
        step={1}
        placeholder="No limit"
        value={tokens}
        error={fields.max_tokens}
        onChange={(event) => setTokens(event.target.value)}
      />
      <Input
        label="Money in US dollars"
        type="number"
        min={0}
        step="any"
        placeholder="No limit"
        value={cost}
        error={fields.max_cost_usd}
        onChange={(event) => setCost(event.target.value)}
      />
      <p className="text-[13px] text-muted">
        A call is made only when the most it may use fits. A limit you set for yourself holds beside one that
        an administrator set.
      </p>
    </FormDialog>
  );
}

const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

const placeOf = ({ is_own, user_id, project_id, organization_id }: UsageLimit) =>
  is_own
    ? {}
    : {
        user_id: user_id ?? undefined,
        project_id: project_id ?? undefined,
        organization_id: organization_id ?? undefined,
      };

async function choice(whom: string, email: string) {
  if (whom === 'me') return {};
  const [scope, id] = whom.split(':');
  if (scope === 'project') return { project_id: id };
  if (scope === 'organization') return { organization_id: id };
  const { items } = await api.auth.listUsers({ search: email });
  const user = items.find((item) => item.email.toLowerCase() === email.trim().toLowerCase());
  if (!user) throw new Error('Nobody here has this e-mail address. Check it in Admin, Users.');
  return { user_id: user.id };
}
