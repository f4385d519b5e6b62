import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ChartColumn } from 'lucide-react';
import { Select } from '../../components/field.tsx';
import { Card, Section } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { formatCount, formatMoney, formatTokens } from '../../lib/format.ts';
import { DayBars } from './day-bars.tsx';
import { usageQuery } from './queries.ts';

const route = getRouteApi('/shell/settings/usage');
const periods = [7, 30, 90, 365];

export function UsageTab() {
  const { days = 30 } = route.useSearch();
  const navigate = useNavigate({ from: '/settings/usage' });
  const usage = useQuery(usageQuery(days));
  if (usage.isPending) return <SkeletonList rows={3} height="h-32" />;
  if (usage.isError) return <ErrorState error={usage.error} onRetry={() => usage.refetch()} />;
  const { total, by_day, by_model } = usage.data;
  const figures = [
    ['Calls', formatCount(total.calls)],
    ['Tokens in', formatTokens(total.input_tokens)],
    ['Tokens out', formatTokens(total.output_tokens)],
    ['Cost', formatMoney(total.cost_usd)],
  ];
  return (
    <div className="space-y-6">
      <div className="w-44">
        <Select
          label="Period"
          quiet
          value={days}
          onChange={(event) => void navigate({ search: { days: Number(event.target.value) }, replace: true })}
        >
          {periods.map((item) => (
            <option key={item} value={item}>
              Last {item} days
            </option>
          ))}
        </Select>
      </div>
      {total.calls === 0 ? (
        <EmptyState icon={ChartColumn} title="No model was called in this time">
          Run a project or a chat, and its tokens and cost are counted here.
        </EmptyState>
      ) : (
        <>
          <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
            {figures.map(([label, value]) => (
              <Card key={label} className="p-4">
                <dt className="text-[13px] text-muted">{label}</dt>
                <dd className="text-xl font-semibold">{value}</dd>
              </Card>
            ))}
          </dl>
          <div className="grid gap-6 lg:grid-cols-2">
            <Section title="Tokens by day">
              <DayBars days={days} rows={by_day} value={(row) => row.tokens} format={formatTokens} />
            </Section>
            <Section title="Cost by day">
              <DayBars days={days} rows={by_day} value={(row) => row.cost_usd} format={formatMoney} />
            </Section>
          </div>
          <Section title="By model">
            <Table
              label="Usage by model"
              head={['Model', 'Connection', 'Calls', 'Tokens', 'Cost']}
              numbers={[2, 3, 4]}
              rows={by_model.map((row) => ({
                key: `${row.provider}/${row.model}`,
                cells: [
                  row.model,
                  row.provider,
                  formatCount(row.calls),
                  formatTokens(row.tokens),
                  formatMoney(row.cost_usd),
                ],
              }))}
            />
          </Section>
        </>
      )}
    </div>
  );
}
