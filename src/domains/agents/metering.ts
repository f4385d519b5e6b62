import { sql } from 'kysely';
import type { Database, UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isAppError } from '../../kernel/errors.ts';
import { insertUsage, type ModelTier, type ResolvedModel } from '../settings/index.ts';
import type { Spending } from './loop.ts';

/** For whom and for what a model is called. */
export interface Account {
  principal: UserPrincipal;
  project_id: string | null;
  task_id: string | null;
  run_id: string | null;
  /** Null: a call outside of any chat or task. */
  conversation_id: string | null;
  tier: ModelTier;
  model: ResolvedModel;
}

/** How often a call that waits for money looks again. */
const waitMs = 500;

/**
 * Sets the most a call may use aside in the project's budget, so that parallel agents cannot pass the limit together.
 * Settling replaces it by what was used and writes the meter. While only what other calls have set aside stands in the
 * way, it waits for them. Errors: `budget_exceeded`, and the signal's reason.
 */
export async function openSpending(
  deps: { database: Database; clock: Clock },
  account: Account,
  most: { tokens: number; cost: number },
  signal: AbortSignal,
): Promise<Spending> {
  const { database } = deps;
  const { project_id } = account;
  const reservation = project_id === null ? null : await reserve(deps, account, project_id, most, signal);
  return {
    async release() {
      if (reservation !== null)
        await database.asService('a model call that did not happen', (session) =>
          sql`select settle_budget(${reservation}, 0, 0)`.execute(session),
        );
    },
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

/** The reservation, or null where the project has no budget for the tier. */
async function reserve(
  { database, clock }: { database: Database; clock: Clock },
  { principal, tier, run_id }: Account,
  projectId: string,
  { tokens, cost }: { tokens: number; cost: number },
  signal: AbortSignal,
): Promise<string | null> {
  for (;;) {
    try {
      return await database.as(principal, async (session) => {
        const { rows } = await sql<{ id: string | null }>`
          select reserve_budget(${projectId}, ${tier}::model_tier, ${Math.ceil(tokens)}, ${cost},
            interval '10 minutes', ${run_id}) as id`.execute(session);
        return rows[0]?.id ?? null;
      });
    } catch (error) {
      if (!isAppError(error, 'budget_exceeded')) throw error;
      const waits = await database.as(principal, async (session) => {
        const { rows } = await sql<{ fits: boolean }>`
          select coalesce(used_tokens + ${Math.ceil(tokens)} <= allocated_tokens, true)
            and coalesce(used_cost + ${cost} <= allocated_cost, true) as fits
          from meta_budgets where project_id = ${projectId} and model_tier = ${tier}::model_tier`.execute(
          session,
        );
        return rows[0]?.fits ?? false;
      });
      if (!waits) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}
