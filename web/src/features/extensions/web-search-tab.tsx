import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { WebSearchConnection } from '../../../../src/domains/extensions/contract.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Input, Select, Switch } from '../../components/field.tsx';
import { Card } from '../../components/page.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { webSearchQuery } from './queries.ts';

type Kind = WebSearchConnection['kind'];
const engines: Record<Kind, { name: string; hint: string }> = {
  searxng: {
    name: 'SearXNG',
    hint: 'An engine you run yourself; it needs no key. Allow the format json in its settings.',
  },
  brave: { name: 'Brave Search', hint: 'With a key from Brave’s page for developers.' },
  tavily: { name: 'Tavily', hint: 'With a key from Tavily’s page.' },
};
const refresh = [webSearchQuery.queryKey];

/** The engine with which models search the web for this person. */
export function WebSearchTab() {
  const query = useQuery(webSearchQuery);
  if (query.isPending) return <SkeletonList rows={1} height="h-60" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { connection } = query.data;
  return (
    <div className="max-w-2xl space-y-4">
      <p className="text-muted">
        {connection
          ? 'Models may search the web and read pages. Each chat asks you first, unless you choose otherwise in its Tools.'
          : 'Models cannot search the web for you: no engine is connected. Connect one below.'}
      </p>
      {connection && <InUse connection={connection} />}
      <ConnectionForm key={connection?.kind} connection={connection} />
    </div>
  );
}

function InUse({ connection }: { connection: WebSearchConnection }) {
  const { kind, base_url, price_usd, enabled, last_test_ok, last_test_message } = connection;
  const set = useAction(api.extensions.setWebSearch, { refresh });
  const remove = useAction(() => api.extensions.deleteWebSearch({}), {
    refresh,
    done: 'Connection removed.',
  });
  const test = useAction(() => api.extensions.testWebSearch({}), { refresh });
  return (
    <Card className="space-y-3 p-4">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="min-w-0 flex-1 font-semibold">
          {engines[kind].name}{' '}
          {last_test_ok !== null && (
            <Badge tone={last_test_ok ? 'ok' : 'danger'}>{last_test_ok ? 'Works' : 'Fails'}</Badge>
          )}
        </h2>
        <Switch
          label="Use web search"
          checked={enabled}
          onChange={(on) => set.mutate({ kind, base_url, price_usd, enabled: on })}
        />
      </div>
      {last_test_message && <p className="text-muted">{last_test_message}</p>}
      {last_test_ok && test.data && test.data.results.length > 0 && (
        <ul aria-label="Results of the test" className="space-y-1 text-[13px]">
          {test.data.results.map((result) => (
            <li key={result.url} className="truncate">
              {result.title} <span className="text-muted">{result.url}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="flex gap-2">
        <Button size="sm" busy={test.isPending} onClick={() => test.mutate()}>
          Test
        </Button>
        <Button size="sm" tone="ghost" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </div>
    </Card>
  );
}

function ConnectionForm({ connection }: { connection: WebSearchConnection | null }) {
  const [kind, setKind] = useState<Kind>(connection?.kind ?? 'searxng');
  const [address, setAddress] = useState(connection?.base_url ?? '');
  const [key, setKey] = useState('');
  const [price, setPrice] = useState(connection?.price_usd?.toString() ?? '');
  const save = useAction(api.extensions.setWebSearch, {
    refresh,
    announceError: false,
    done: 'Web search connected. Test it.',
    onSuccess: () => setKey(''),
  });
  const fields = troubleOf(save.error).fields;
  const stored = connection?.kind === kind && connection.has_key;
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({
      kind,
      base_url: kind === 'searxng' ? address.trim() : null,
      ...(key.trim() && { api_key: key.trim() }),
      price_usd: price.trim() === '' ? null : Number(price),
    });
  }
  return (
    <Card className="p-4">
      <form onSubmit={submit} aria-label="Connect web search" className="space-y-4">
        <Select
          label="Engine"
          value={kind}
          hint={engines[kind].hint}
          onChange={(event) => setKind(event.target.value as Kind)}
        >
          {Object.entries(engines).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Select>
        {kind === 'searxng' ? (
          <Input
            label="Address"
            type="url"
            required
            placeholder="https://searx.example.org"
            value={address}
            error={fields.base_url}
            onChange={(event) => setAddress(event.target.value)}
          />
        ) : (
          <Input
            label="Key"
            type="password"
            autoComplete="off"
            required={!stored}
            placeholder={stored ? 'Stored; leave empty to keep it' : undefined}
            hint="Stored encrypted and never shown again."
            value={key}
            error={fields.api_key}
            onChange={(event) => setKey(event.target.value)}
          />
        )}
        <Input
          label="Price of a search in US dollars"
          type="number"
          min={0}
          step="any"
          placeholder="Not counted"
          value={price}
          error={fields.price_usd}
          onChange={(event) => setPrice(event.target.value)}
        />
        <FormError error={save.error} />
        <Button type="submit" tone="primary" busy={save.isPending}>
          {connection ? 'Save' : 'Connect'}
        </Button>
      </form>
    </Card>
  );
}
