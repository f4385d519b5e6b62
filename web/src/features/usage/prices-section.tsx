import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { statusQuery } from '../auth/queries.ts';
import { pricesQuery } from './queries.ts';

/** Prices that override the built-in ones; administrators keep them. */
export function PricesSection() {
  const prices = useQuery(pricesQuery);
  const isAdmin = useQuery(statusQuery).data?.user?.role !== 'user';
  const [adding, setAdding] = useState(false);
  const remove = useAction(api.usage.deletePrice, {
    refresh: [pricesQuery.queryKey],
    done: 'Price removed. The built-in one holds again.',
  });
  return (
    <Section
      title="Prices"
      actions={
        isAdmin && (
          <Button size="sm" icon={Plus} onClick={() => setAdding(true)}>
            Set a price
          </Button>
        )
      }
    >
      {prices.isPending ? (
        <SkeletonList rows={1} />
      ) : prices.isError ? (
        <ErrorState error={prices.error} onRetry={() => prices.refetch()} />
      ) : prices.data.items.length === 0 ? (
        <p className="text-muted">The prices that the program brings along hold for every model.</p>
      ) : (
        <Table
          label="Prices in US dollars per million tokens"
          head={[
            'Model',
            'Connection',
            'From',
            'In',
            'Cached',
            'Out',
            'Reasoning',
            ...(isAdmin ? [' '] : []),
          ]}
          numbers={[3, 4, 5, 6]}
          rows={prices.data.items.map((price) => ({
            key: price.id,
            cells: [
              price.model,
              price.provider,
              <span key="from" className="whitespace-nowrap">
                {price.valid_to ? `${price.valid_from}, before ${price.valid_to}` : price.valid_from}
              </span>,
              perMillion(price.input_per_million),
              perMillion(price.cached_per_million ?? price.input_per_million),
              perMillion(price.output_per_million),
              perMillion(price.reasoning_per_million ?? price.output_per_million),
              <IconButton
                key="remove"
                icon={Trash2}
                label={`Remove the price of ${price.model} from ${price.valid_from}`}
                onClick={() => remove.mutate({ id: price.id })}
              />,
            ],
          }))}
        />
      )}
      {adding && <PriceDialog onClose={() => setAdding(false)} />}
    </Section>
  );
}

/** Every digit counts: they are multiplied by millions. */
const perMillion = (price: number): string => `$${price}`;

const kinds = ['openai', 'anthropic', 'google', 'openai-compatible', 'ollama'];
const amounts = [
  ['input_per_million', 'Input', true],
  ['output_per_million', 'Output', true],
  ['cached_per_million', 'Input read from the cache', false],
  ['reasoning_per_million', 'Reasoning', false],
] as const;

function PriceDialog({ onClose }: { onClose: () => void }) {
  const [provider, setProvider] = useState('openai');
  const [model, setModel] = useState('');
  const [from, setFrom] = useState('');
  const [values, setValues] = useState<Record<string, string>>({});
  const numberOf = (name: string): number | null => (values[name] ? Number(values[name]) : null);
  const save = useAction(
    () =>
      api.usage.setPrice({
        provider,
        model,
        ...(from && { valid_from: from }),
        input_per_million: numberOf('input_per_million') ?? 0,
        output_per_million: numberOf('output_per_million') ?? 0,
        cached_per_million: numberOf('cached_per_million'),
        reasoning_per_million: numberOf('reasoning_per_million'),
      }),
    { refresh: [pricesQuery.queryKey], announceError: false, onSuccess: onClose },
  );
  const fields = troubleOf(save.error).fields;
  function submit(): void {
    save.mutate();
  }
  return (
    <FormDialog
      title="Set a price"
      onClose={onClose}
      submit="Save"
      busy={save.isPending}
      error={save.error}
      onSubmit={submit}
    >
      <Select
        label="Kind of connection"
        value={provider}
        onChange={(event) => setProvider(event.target.value)}
      >
        {kinds.map((kind) => (
          <option key={kind}>{kind}</option>
        ))}
      </Select>
      <Input
        label="Model"
        required
        maxLength={200}
        hint="A * at the end matches any ending."
        value={model}
        error={fields.model}
        onChange={(event) => setModel(event.target.value)}
      />
      <Input
        label="Holds from"
        type="date"
        hint="Empty: from today on."
        value={from}
        error={fields.valid_from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <fieldset className="grid gap-3 sm:grid-cols-2">
        <legend className="mb-2 text-[13px] text-muted">US dollars per million tokens</legend>
        {amounts.map(([name, label, required]) => (
          <Input
            key={name}
            label={label}
            type="number"
            min={0}
            step="any"
            required={required}
            placeholder={required ? undefined : 'As the others'}
            value={values[name] ?? ''}
            error={fields[name]}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        ))}
      </fieldset>
    </FormDialog>
  );
}
