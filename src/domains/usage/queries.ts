import { sql } from 'kysely';
import { found, type Session } from '../../database/index.ts';

/** What one call is counted for. */
export interface Call {
  user_id: string | null;
  project_id: string | null;
  task_id: string | null;
  run_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  provider: string;
  model: string;
  endpoint: 'chat' | 'embedding' | 'search';
}

export interface CallEnd {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost_usd: number;
  duration_ms: number;
  status: 'settled' | 'failed';
}

/** Sets aside the most a call may use. Errors: `budget_exceeded` with the limit in its details. */
export async function reserveUsage(
  session: Session,
  call: Call,
  most: { tokens: number; cost: number },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select reserve_usage(${call.user_id}, ${call.project_id}, ${call.provider}, ${call.model}, ${call.endpoint},
      ${most.tokens}, ${most.cost}, ${call.task_id}, ${call.run_id}, ${call.conversation_id}, ${call.message_id}) as id`.execute(
    session,
  );
  return found(rows[0], 'The reservation').id;
}

/** A call whose reservation was taken for lost was paid all the same, and is counted anew. */
export const settleUsage = (session: Session, id: string, call: Call, end: CallEnd) =>
  session
    .insertInto('api_usage')
    .values({ id, ...call, ...end })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(end))
    .execute();

/** Gives back what was set aside for a call that was not made. */
export const withdrawUsage = (session: Session, id: string) =>
  session.deleteFrom('api_usage').where('id', '=', id).where('status', '=', 'reserved').execute();

export interface Period {
  user_id: string;
  days: number;
  project_id?: string | undefined;
}

/** Rows of the person, or of a whole project they belong to, for so many days back. */
const within = ({ user_id, days, project_id }: Period) =>
  sql`date > (now() at time zone 'utc')::date - ${days}::int
    and ${project_id === undefined ? sql`user_id = ${user_id}` : sql`project_id = ${project_id}`}`;

/** The same calls one by one; the days of UTC, as those that are summed up. */
const callsWithin = ({ user_id, days, project_id }: Period) =>
  sql`u.created_at >= ((now() at time zone 'utc')::date - ${days}::int + 1)::timestamp at time zone 'utc' and u.status <> 'reserved'
    and ${project_id === undefined ? sql`u.user_id = ${user_id}` : sql`u.project_id = ${project_id}`}`;

interface Sum {
  calls: number;
  tokens: number;
  cost_usd: number;
}
const sums = sql`sum(calls)::bigint as calls, sum(input_tokens + output_tokens)::bigint as tokens, sum(cost_usd) as cost_usd`;
/** Conversations that are named; the rest is in the total. */
const mostConversations = 50;

/** Tokens and money by day, model, project and conversation. */
export async function summary(session: Session, period: Period) {
  const total = await sql<{ calls: number; input_tokens: number; output_tokens: number; cost_usd: number }>`
    select coalesce(sum(calls), 0)::bigint as calls, coalesce(sum(input_tokens), 0)::bigint as input_tokens,
           coalesce(sum(output_tokens), 0)::bigint as output_tokens, coalesce(sum(cost_usd), 0) as cost_usd
    from usage_daily where ${within(period)}`.execute(session);
  const byDay = await sql<Sum & { day: string }>`
    select to_char(date, 'YYYY-MM-DD') as day, ${sums} from usage_daily where ${within(period)} group by 1 order by 1`.execute(
    session,
  );
  const byModel = await sql<Sum & { provider: string; model: string }>`
    select provider, model, ${sums} from usage_daily where ${within(period)} group by 1, 2 order by 4 desc`.execute(
    session,
  );
  const byProject = await sql<Sum & { project_id: string | null; name: string | null }>`
    select d.project_id, p.name, ${sums} from usage_daily d left join meta_projects p on p.id = d.project_id
    where ${within(period)} group by 1, 2 order by 4 desc`.execute(session);
  const byConversation = await sql<Sum & { conversation_id: string; title: string | null }>`
    select c.id as conversation_id, c.title, count(*)::bigint as calls,
      sum(u.input_tokens + u.output_tokens)::bigint as tokens, sum(u.cost_usd) as cost_usd
    from api_usage u join meta_conversations c on c.id = u.conversation_id
    where ${callsWithin(period)} and c.agent_type is distinct from 'task'
    group by 1, 2 order by 4 desc limit ${mostConversations}`.execute(session);
  return {
    total: found(total.rows[0], 'The total'),
    by_day: byDay.rows,
    by_model: byModel.rows,
    by_project: byProject.rows,
    by_conversation: byConversation.rows,
  };
}

export interface CallRow extends Omit<Call, 'user_id' | 'task_id' | 'run_id'> {
  id: string;
  created_at: Date;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost_usd: number;
  duration_ms: number | null;
  status: 'settled' | 'failed';
}

/** Single calls, the newest first. */
export async function listCalls(
  session: Session,
  period: Period,
  filter: { conversation_id?: string | undefined; message_id?: string | undefined },
  after: { at: string; id: string } | undefined,
  limit: number,
): Promise<CallRow[]> {
  const { rows } = await sql<CallRow>`
    select u.id, u.created_at, u.provider, u.model, u.endpoint, u.project_id, u.conversation_id, u.message_id, u.input_tokens,
      u.output_tokens, u.cached_tokens, u.reasoning_tokens, u.cost_usd, u.duration_ms, u.status
    from api_usage u where ${callsWithin(period)}
      and ${filter.conversation_id === undefined ? sql`true` : sql`u.conversation_id = ${filter.conversation_id}`}
      and ${filter.message_id === undefined ? sql`true` : sql`u.message_id = ${filter.message_id}`}
      and ${after === undefined ? sql`true` : sql`(u.created_at, u.id) < (${after.at}::timestamptz, ${after.id}::uuid)`}
    order by u.created_at desc, u.id desc limit ${limit}`.execute(session);
  return rows;
}
