import { useQuery } from '@tanstack/react-query';
import { CheckCircle2, CircleAlert } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { Checkbox, Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { statusQuery } from '../auth/queries.ts';
import { kindNames, kinds, tiers } from './kinds.ts';
import { providersQuery } from './queries.ts';
import type { Provider, ProviderKind, TestResult, TierModels } from './types.ts';

export interface ProviderDraft {
  /** The connection to edit; none makes a new one. */
  provider?: Provider;
  kind?: ProviderKind;
  name?: string;
  base_url?: string;
  /** Model names to offer. */
  suggestions?: string[];
}

/** Connects a provider or changes a connection, and tests it on the spot. */
export function ProviderDialog({ draft, onClose }: { draft: ProviderDraft; onClose: () => void }) {
  const offered = useId();
  const status = useQuery(statusQuery);
  const [provider, setProvider] = useState(draft.provider);
  const [kind, setKind] = useState<ProviderKind>(
    kindNames.find((item) => item === (draft.provider?.kind ?? draft.kind)) ?? 'openai',
  );
  const [name, setName] = useState(draft.provider?.name ?? draft.name ?? kinds[kind].label);
  const [baseUrl, setBaseUrl] = useState(draft.provider?.base_url ?? draft.base_url ?? '');
  const [key, setKey] = useState('');
  const [models, setModels] = useState<TierModels>(draft.provider?.models ?? {});
  const [isDefault, setIsDefault] = useState(draft.provider?.is_default ?? true);
  const [shared, setShared] = useState(draft.provider?.shared ?? false);
  const [result, setResult] = useState<TestResult | null>(null);
  const suggestions = result?.models.length ? result.models : (draft.suggestions ?? []);

  async function store(): Promise<Provider> {
    const common = {
      name,
      models: withoutEmpty(models),
      is_default: isDefault,
      ...(baseUrl && { base_url: baseUrl }),
      ...(key && { api_key: key }),
    };
    const stored = provider
      ? await api.settings.updateProvider({ id: provider.id, ...common })
      : await api.settings.createProvider({ kind, shared, ...common });
    setProvider(stored);
    setKey('');
    return stored;
  }
  const options = { refresh: [providersQuery.queryKey], announceError: false };
  const save = useAction(store, { ...options, done: 'Connection saved.', onSuccess: onClose });
  const test = useAction(async () => api.settings.testProvider({ id: (await store()).id }), {
    ...options,
    onSuccess: setResult,
  });
  const error = save.error ?? test.error;
  const fields = troubleOf(error).fields;

  function choose(next: ProviderKind): void {
    if (name === kinds[kind].label) setName(kinds[next].label);
    setKind(next);
  }
  const { keyNeeded, urlNeeded, url } = kinds[kind];
  return (
    <FormDialog
      title={provider ? `Change ${provider.name}` : 'Connect a model'}
      onClose={onClose}
      submit="Save"
      busy={save.isPending}
      disabled={test.isPending}
      error={error}
      onSubmit={() => save.mutate(undefined)}
      beside={
        <Button
          busy={test.isPending}
          disabled={save.isPending || name.trim() === ''}
          onClick={() => test.mutate(undefined)}
        >
          Save and test
        </Button>
      }
    >
      {!provider && (
        <Select
          label="Provider"
          value={kind}
          onChange={(event) => choose(kindNames.find((item) => item === event.target.value) ?? 'openai')}
        >
          {kindNames.map((item) => (
            <option key={item} value={item}>
              {kinds[item].label}
            </option>
          ))}
        </Select>
      )}
      <Input
        label="Name"
        required
        value={name}
        error={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <Input
        label={urlNeeded ? 'Base URL' : 'Base URL (optional)'}
        type="url"
        required={urlNeeded}
        placeholder={url ?? (urlNeeded ? 'http://localhost:8000/v1' : 'The provider’s own')}
        value={baseUrl}
        error={fields.base_url}
        onChange={(event) => setBaseUrl(event.target.value)}
      />
      <Input
        label={keyNeeded ? 'API key' : 'API key (optional)'}
        type="password"
        autoComplete="off"
        required={keyNeeded && !provider?.has_key}
        placeholder={provider?.has_key ? 'Stored. Type to replace it' : ''}
        value={key}
        error={fields.api_key}
        onChange={(event) => setKey(event.target.value)}
      />
      <fieldset className="space-y-3">
        <legend className="mb-1 text-[13px] font-medium">Models</legend>
        <p className="text-[13px] text-muted">
          Which model answers for each tier. “Save and test” asks the provider for its models and offers them
          here.
        </p>
        {tiers.map(({ tier, label, hint }) => (
          <Input
            key={tier}
            label={label}
            hint={hint}
            list={offered}
            value={models[tier] ?? ''}
            error={fields[`models.${tier}`]}
            onChange={(event) => setModels({ ...models, [tier]: event.target.value })}
          />
        ))}
        <datalist id={offered}>
          {suggestions.map((item) => (
            <option key={item} value={item} />
          ))}
        </datalist>
      </fieldset>
      <Checkbox
        label="Use it by default"
        checked={isDefault}
        onChange={(event) => setIsDefault(event.target.checked)}
      />
      {!provider && status.data?.user && status.data.user.role !== 'user' && (
        <Checkbox
          label="For everyone on this server"
          hint="Others can use it; they cannot see its key."
          checked={shared}
          onChange={(event) => setShared(event.target.checked)}
        />
      )}
      {result && <TestNotice result={result} />}
    </FormDialog>
  );
}

/** Tiers that were left empty are left out. */
function withoutEmpty(models: TierModels): TierModels {
  return Object.fromEntries(Object.entries(models).filter(([, model]) => model.trim() !== ''));
}

function TestNotice({ result }: { result: TestResult }) {
  const Icon = result.ok ? CheckCircle2 : CircleAlert;
  return (
    <p
      role="status"
      className={cx(
        'flex gap-2 rounded-lg px-3 py-2',
        result.ok ? 'bg-ok-soft text-ok' : 'bg-danger-soft text-danger',
      )}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        {result.message} {Math.round(result.latency_ms)} ms.
        {result.models.length > 0 && ` ${plural(result.models.length, 'model')} to choose from.`}
      </span>
    </p>
  );
}
