import { CheckCircle2, CircleAlert, PencilLine, PlugZap, Star, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Switch } from '../../components/field.tsx';
import { Menu } from '../../components/menu.tsx';
import { Card } from '../../components/page.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { kinds, tiers } from './kinds.ts';
import { providersQuery } from './queries.ts';
import type { Provider, TestResult } from './types.ts';

interface ProviderCardProps {
  provider: Provider;
  /** Opens the form, with the models the last test found. */
  onEdit: (suggestions: string[]) => void;
}

export function ProviderCard({ provider, onEdit }: ProviderCardProps) {
  const [deleting, setDeleting] = useState(false);
  const refresh = [providersQuery.queryKey];
  const test = useAction(api.settings.testProvider, { refresh });
  const update = useAction(api.settings.updateProvider, { refresh });
  const remove = useAction(api.settings.deleteProvider, { refresh, done: 'Connection removed.' });
  const builtin = provider.kind === 'builtin';
  const models = tiers.flatMap(({ tier, label }) => {
    const model = provider.models[tier];
    return model ? [{ label, model }] : [];
  });
  return (
    <Card className="p-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="flex flex-wrap items-center gap-2 font-semibold">
            {provider.name}
            {provider.is_default && (
              <Badge tone="accent" icon={Star}>
                Default
              </Badge>
            )}
            {provider.shared && !builtin && <Badge>For everyone</Badge>}
            {!provider.enabled && <Badge tone="warn">Off</Badge>}
          </h2>
          <p className="text-[13px] text-muted">
            {builtin ? provider.label : kinds[provider.kind as keyof typeof kinds].label}
            {provider.base_url && `, ${provider.base_url}`}
            {!builtin && (provider.has_key ? ', key stored' : ', no key')}
          </p>
        </div>
        <div className="flex items-center gap-1">
          {!builtin && (
            <Switch
              label={`Use ${provider.name}`}
              checked={provider.enabled}
              disabled={update.isPending}
              onChange={(enabled) => update.mutate({ id: provider.id, enabled })}
            />
          )}
          {!builtin && (
            <Menu
              label={`Actions for ${provider.name}`}
              items={[
                { label: 'Edit', icon: PencilLine, run: () => onEdit(test.data?.models ?? []) },
                {
                  label: 'Make default',
                  icon: Star,
                  disabled: provider.is_default,
                  run: () => update.mutate({ id: provider.id, is_default: true }),
                },
                { label: 'Remove', icon: Trash2, danger: true, run: () => setDeleting(true) },
              ]}
            />
          )}
        </div>
      </div>
      {models.length > 0 && (
        <dl className="mt-3 grid gap-x-6 gap-y-1 text-[13px] sm:grid-cols-3">
          {models.map(({ label, model }) => (
            <div key={label}>
              <dt className="text-muted">{label}</dt>
              <dd className="font-medium">{model}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line pt-3">
        <Button
          size="sm"
          icon={PlugZap}
          busy={test.isPending}
          onClick={() => test.mutate({ id: provider.id })}
        >
          Test
        </Button>
        <TestLine provider={provider} result={test.data} />
      </div>
      {deleting && (
        <ConfirmDialog
          title={`Remove “${provider.name}”?`}
          confirm="Remove connection"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ id: provider.id })}
          onClose={() => setDeleting(false)}
        >
          Its key is deleted. Work goes on with the next connection, or the built-in model.
        </ConfirmDialog>
      )}
    </Card>
  );
}

/** What the last test said: the one just made, else the stored one. */
function TestLine({ provider, result }: { provider: Provider; result: TestResult | undefined }) {
  const ok = result?.ok ?? provider.last_test_ok;
  if (ok === null) return <p className="text-[13px] text-muted">Not tested yet</p>;
  const Icon = ok ? CheckCircle2 : CircleAlert;
  return (
    <p role="status" className="flex min-w-0 flex-1 items-start gap-1.5 text-[13px] text-muted">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${ok ? 'text-ok' : 'text-danger'}`} />
      <span>
        {result?.message ?? provider.last_test_message ?? (ok ? 'It works.' : 'It does not work.')}
        {result && ` ${Math.round(result.latency_ms)} ms.`}
        {result && result.models.length > 0 && ` ${plural(result.models.length, 'model')}.`}{' '}
        {!result && provider.last_tested_at && (
          <>
            Tested <Ago at={provider.last_tested_at} />
          </>
        )}
      </span>
    </p>
  );
}
