import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ChartColumn, Download } from 'lucide-react';
import { buttonClass } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { Card, Section } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { formatCount, formatMoney, formatTokens } from '../../lib/format.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import { DayBars } from './day-bars.tsx';
import { LimitsSection } from './limits-section.tsx';
import { PricesSection } from './prices-section.tsx';
import { type UsageSummary, usageQuery } from './queries.ts';

const route = getRouteApi('/shell/settings/usage');
const periods = [7, 30, 90, 365];

/** What was used and what it cost, the limits in force, and the prices. */
export function UsageTab() {
  const { days = 30, project } = route.useSearch();
  const navigate = useNavigate({ from: '/settings/usage' });
  const usage = useQuery(usageQuery(days, project));
  const csv = new URLSearchParams({ days: String(days), ...(project && { project_id: project }) });
  return (
    <div className="space-y-8">
      <div className="space-y-4">
        <div className="flex flex-wrap items-end justify-between gap-3">
          <div className="flex flex-wrap gap-3">
            <div className="w-40">
              <Select
                label="Period"
                quiet
                value={days}
                onChange={(event) =>
                  void navigate({
                    search: (now) => ({ ...now, days: Number(event.target.value) }),
                    replace: true,
                  })
                }
              >
                {periods.map((item) => (
                  <option key={item} value={item}>
                    Last {item} days
                  </option>
                ))}
              </Select>
            </div>
            <div className="w-48">
              <ProjectSelect
                label="Whose usage"
                quiet
                none="All of mine"
                value={project ?? ''}
                onChange={(id) =>
                  void navigate({ search: (now) => ({ ...now, project: id || undefined }), replace: true })
                }
              />
            </div>
          </div>
          <a href={`/api/usage.csv?${csv}`} download className={buttonClass()}>
            <Download aria-hidden className="size-4" /> Every call as CSV
          </a>
        </div>
        {usage.isPending ? (
          <SkeletonList rows={3} height="h-32" />
        ) : usage.isError ? (
          <ErrorState error={usage.error} onRetry={() => usage.refetch()} />
        ) : (
          <Summary days={days} usage={usage.data} />
        )}
      </div>
      <LimitsSection />
      <PricesSection />
    </div>
  );
}

function Summary({ days, usage }: { days: number; usage: UsageSummary }) {
  const { total, by_day, by_model, by_project, by_conversation } = usage;
  if (total.calls === 0)
    return (
      <EmptyState icon={ChartColumn} title="No model was called in this time">
        Run a project or a chat, and its tokens and cost are counted here.
      </EmptyState>
    );
  const figures = [
    ['Calls', formatCount(total.calls)],
    ['Tokens in', formatTokens(total.input_tokens)],
    ['Tokens out', formatTokens(total.output_tokens)],
    ['Cost', formatMoney(total.cost_usd)],
  ];
  return (
    <div className="space-y-6">
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
            cells: [row.model, row.provider, ...sumsOf(row)],
          }))}
        />
      </Section>
      <Section title="By project">
        <Table
          label="Usage by project"
          head={['Project', 'Calls', 'Tokens', 'Cost']}
          numbers={[1, 2, 3]}
          rows={by_project.map((row) => ({
            key: row.project_id ?? 'none',
            cells: [
              row.project_id && row.name ? (
                <Link
                  key="project"
                  to="/projects/$projectId"
                  params={{ projectId: row.project_id }}
                  className={link}
                >
                  {row.name}
                </Link>
              ) : (
                'Outside of projects'
              ),
              ...sumsOf(row),
            ],
          }))}
        />
      </Section>
      {by_conversation.length > 0 && (
        <Section title="By chat">
          <Table
            label="Usage by chat"
            head={['Chat', 'Calls', 'Tokens', 'Cost']}
            numbers={[1, 2, 3]}
            rows={by_conversation.map((row) => ({
              key: row.conversation_id,
              cells: [
                <Link
                  key="chat"
                  to="/chat/$conversationId"
                  params={{ conversationId: row.conversation_id }}
                  className={link}
                >
                  {row.title || 'Untitled'}
                </Link>,
                ...sumsOf(row),
              ],
            }))}
          />
        </Section>
      )}
    </div>
  );
}

const link = 'text-accent hover:underline';

const sumsOf = ({ calls, tokens, cost_usd }: { calls: number; tokens: number; cost_usd: number }) => [
  formatCount(calls),
  formatTokens(tokens),
  formatMoney(cost_usd),
];
