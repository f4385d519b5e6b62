import { sql } from 'kysely';
import { json, type Session } from '../../database/index.ts';

const providerFields = [
  'id',
  'user_id',
  'kind',
  'name',
  'base_url',
  'models',
  'enabled',
  'is_default',
  'last_tested_at',
  'last_test_ok',
  'last_test_message',
  'created_at',
] as const;

/** Connections the caller can use: the own ones first, then the shared ones. Keys are not among the columns. */
export const listProviders = (session: Session) =>
  session
    .selectFrom('model_providers')
    .select([...providerFields, 'has_secret'])
    .orderBy(sql`user_id is null`)
    .orderBy('created_at')
    .execute();
export type ProviderRow = Awaited<ReturnType<typeof listProviders>>[number];

export const findProvider = (session: Session, id: string) =>
  session
    .selectFrom('model_providers')
    .select([...providerFields, 'has_secret'])
    .where('id', '=', id)
    .executeTakeFirst();

/** The encrypted key; only the service may read it, after the caller was seen to may use the connection. */
export const findSecret = (session: Session, id: string) =>
  session.selectFrom('model_providers').select('secret_encrypted').where('id', '=', id).executeTakeFirst();

export interface ProviderInput {
  id: string;
  user_id: string | null;
  kind: 'openai' | 'anthropic' | 'google' | 'openai-compatible' | 'ollama';
  name: string;
  base_url: string | null;
  secret_encrypted: string | null;
  models: Record<string, string>;
  is_default: boolean;
}

export const insertProvider = (session: Session, { models, ...row }: ProviderInput) =>
  session
    .insertInto('model_providers')
    .values({ ...row, models: json(models) })
    .execute();

export const updateProvider = (
  session: Session,
  id: string,
  change: {
    name?: string | undefined;
    base_url?: string | null | undefined;
    models?: Record<string, string> | undefined;
    enabled?: boolean | undefined;
    is_default?: boolean | undefined;
    secret_encrypted?: string | undefined;
  },
) => {
  const { models, ...rest } = change;
  return session
    .updateTable('model_providers')
    .set({ ...rest, ...(models === undefined ? {} : { models: json(models) }) })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
};

/** One default a person, and one for everybody. */
export const clearDefault = (session: Session, userId: string | null, exceptId: string) =>
  session
    .updateTable('model_providers')
    .set({ is_default: false })
    .where('user_id', userId === null ? 'is' : '=', userId)
    .where('id', '<>', exceptId)
    .where('is_default', '=', true)
    .execute();

export const deleteProvider = (session: Session, id: string) =>
  session.deleteFrom('model_providers').where('id', '=', id).returning('id').executeTakeFirst();

export const recordTest = (session: Session, id: string, ok: boolean, message: string) =>
  session
    .updateTable('model_providers')
    .set({ last_tested_at: sql`now()`, last_test_ok: ok, last_test_message: message })
    .where('id', '=', id)
    .execute();

export interface UsageInput {
  user_id: string;
  project_id: string | null;
  task_id: string | null;
  run_id: string | null;
  conversation_id: string | null;
  provider: string;
  model: string;
  endpoint: 'chat' | 'embedding';
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost_usd: number;
  duration_ms: number;
  status: 'settled' | 'failed';
}

export const insertUsage = (session: Session, row: UsageInput) =>
  session.insertInto('api_usage').values(row).execute();

/** Prices kept in the database, which override the bundled ones. */
export const listPrices = (session: Session, provider: string, at: Date) =>
  session
    .selectFrom('model_prices')
    .selectAll()
    .where('provider', '=', provider)
    .where('valid_from', '<=', at.toISOString().slice(0, 10))
    .where((eb) => eb.or([eb('valid_to', 'is', null), eb('valid_to', '>', at.toISOString().slice(0, 10))]))
    .execute();

export async function usageSummary(
  session: Session,
  userId: string,
  days: number,
  projectId: string | undefined,
) {
  const where = sql`where created_at > now() - make_interval(days => ${days})
    and ${projectId === undefined ? sql`user_id = ${userId}` : sql`project_id = ${projectId}`}`;
  const total = await sql<{ calls: number; input_tokens: number; output_tokens: number; cost_usd: number }>`
    select count(*) as calls, coalesce(sum(input_tokens), 0)::bigint as input_tokens,
           coalesce(sum(output_tokens), 0)::bigint as output_tokens, coalesce(sum(cost_usd), 0) as cost_usd
    from api_usage ${where}`.execute(session);
  const byDay = await sql<{ day: string; calls: number; tokens: number; cost_usd: number }>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*) as calls,
           sum(input_tokens + output_tokens)::bigint as tokens, sum(cost_usd) as cost_usd
    from api_usage ${where} group by 1 order by 1`.execute(session);
  const byModel = await sql<{
    provider: string;
    model: string;
    calls: number;
    tokens: number;
    cost_usd: number;
  }>`
    select provider, model, count(*) as calls, sum(input_tokens + output_tokens)::bigint as tokens,
           sum(cost_usd) as cost_usd
    from api_usage ${where} group by 1, 2 order by 4 desc`.execute(session);
  return { total: total.rows[0], by_day: byDay.rows, by_model: byModel.rows };
}
