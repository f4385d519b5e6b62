import { sql } from 'kysely';
import type { Database, UserPrincipal } from '../../database/index.ts';
import { insertUsage, type ModelTier, type ResolvedModel } from '../settings/index.ts';
import type { Spending } from './loop.ts';

/** For whom and for what a model is called. */
export interface Account {
  principal: UserPrincipal;
  project_id: string | null;
  task_id: string | null;
  run_id: string | null;
  conversation_id: string;
  tier: ModelTier;
  model: ResolvedModel;
}

/**
 * Sets the most a call may use aside in the project's budget, so that parallel agents cannot pass the limit together.
 * Settling replaces it by what was used and writes the meter. Errors: `budget_exceeded`.
 */
export async function openSpending(
  database: Database,
  account: Account,
  tokens: number,
  cost: number,
): Promise<Spending> {
  const { project_id } = account;
  const reservation =
    project_id === null
      ? null
      : await database.as(account.principal, async (session) => {
          const { rows } = await sql<{ id: string | null }>`
            select reserve_budget(${project_id}, ${account.tier}::model_tier, ${Math.ceil(tokens)}, ${cost},
              interval '10 minutes', ${account.run_id}) as id`.execute(session);
          return rows[0]?.id ?? null;
        });
  return {
    settle: (usage, spent, durationMs, failed) =>
      database.asService('meter a model call', async (session) => {
        if (reservation !== null)
          await sql`select settle_budget(${reservation}, ${usage.inputTokens + usage.outputTokens}, ${spent})`.execute(
            session,
          );
        if (account.run_id !== null)
          await sql`update meta_task_runs set input_tokens = input_tokens + ${usage.inputTokens},
              output_tokens = output_tokens + ${usage.outputTokens},
              cached_tokens = cached_tokens + ${usage.cachedInputTokens},
              reasoning_tokens = reasoning_tokens + ${usage.reasoningTokens}, cost = cost + ${spent}
            where id = ${account.run_id}`.execute(session);
        await insertUsage(session, {
          user_id: account.principal.user_id,
          project_id,
          task_id: account.task_id,
          run_id: account.run_id,
          conversation_id: account.conversation_id,
          provider: account.model.kind,
          model: account.model.model,
          endpoint: 'chat',
          input_tokens: usage.inputTokens,
          output_tokens: usage.outputTokens,
          cached_tokens: usage.cachedInputTokens,
          reasoning_tokens: usage.reasoningTokens,
          cost_usd: spent,
          duration_ms: Math.round(durationMs),
          status: failed ? 'failed' : 'settled',
        });
      }),
  };
}
