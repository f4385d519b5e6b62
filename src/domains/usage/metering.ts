import { sql } from 'kysely';
import { type Database, found, type Session, type UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isAppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { TokenUsage } from '../../providers/model/index.ts';
import type { ModelTier, ResolvedModel } from '../settings/index.ts';
import { type Call, reserveUsage, settleUsage, withdrawUsage } from './queries.ts';

/** For whom and for what a model is called. */
export interface Account {
  principal: UserPrincipal;
  project_id: string | null;
  task_id: string | null;
  run_id: string | null;
  /** Null: a call outside of any chat or task. */
  conversation_id: string | null;
  /** The message it is called for, which has one call at a time; null for what serves the whole conversation. */
  message_id: string | null;
  tier: ModelTier;
  model: ResolvedModel;
}

/** Money and tokens set aside for one call. */
export interface Spending {
  /** Replaces them by what the call really used. */
  settle(usage: TokenUsage, cost: number, durationMs: number, failed: boolean): Promise<void>;
  /** Gives them back when it was not settled. */
  release(): Promise<void>;
}

export interface MeteringDeps {
  database: Database;
  clock: Clock;
}

interface Most {
  tokens: number;
  cost: number;
}

/** How often a call that waits for money looks again. */
const waitMs = 500;

/**
 * Sets the most a call may use aside in the project's budget and in every limit of use that is in force, so that
 * parallel calls cannot pass one together. Settling replaces it by what was used. While only what other calls have set
 * aside stands in the way, it waits for them. A call that nothing limits is only counted, when it ends.
 * Errors: `budget_exceeded`, and the signal's reason.
 */
export async function openSpending(
  deps: MeteringDeps,
  account: Account,
  most: Most,
  signal: AbortSignal,
): Promise<Spending> {
  const { database } = deps;
  const { principal, project_id, task_id, run_id, conversation_id, message_id, model } = account;
  const call: Call = {
    user_id: principal.user_id,
    project_id,
    task_id,
    run_id,
    conversation_id,
    message_id,
    provider: model.kind,
    model: model.model,
    endpoint: 'chat',
  };
  const isFree = project_id === null && !model.isLimited;
  const { budget, usage } = isFree
    ? { budget: null, usage: newId() }
    : await reserve(deps, account, call, most, signal);
  let open = !isFree;
  return {
    async release() {
      if (!open) return;
      open = false;
      await database.asService('a model call that did not happen', async (session) => {
        if (budget !== null) await settleBudget(session, budget, 0, 0);
        await withdrawUsage(session, usage);
      });
    },
    async settle(used, spent, durationMs, failed) {
      const settling = (session: Session) =>
        Promise.all([
          budget !== null && settleBudget(session, budget, used.inputTokens + used.outputTokens, spent),
          run_id !== null &&
            sql`update meta_task_runs set input_tokens = input_tokens + ${used.inputTokens},
                output_tokens = output_tokens + ${used.outputTokens},
                cached_tokens = cached_tokens + ${used.cachedInputTokens},
                reasoning_tokens = reasoning_tokens + ${used.reasoningTokens}, cost = cost + ${spent}
              where id = ${run_id}`.execute(session),
          settleUsage(session, usage, call, {
            input_tokens: used.inputTokens,
            output_tokens: used.outputTokens,
            cached_tokens: used.cachedInputTokens,
            reasoning_tokens: used.reasoningTokens,
            cost_usd: spent,
            duration_ms: Math.round(durationMs),
            status: failed ? 'failed' : 'settled',
          }),
        ]);
      await database.asService('meter a model call', settling, { atOnce: true });
      open = false;
    },
  };
}

const settleBudget = (session: Session, id: string, tokens: number, cost: number) =>
  sql`select settle_budget(${id}, ${tokens}, ${cost})`.execute(session);

/** The reservation in the budget, null where the project has none for the tier, and the one in the limits of use. */
async function reserve(
  { database, clock }: MeteringDeps,
  { principal, tier, run_id, project_id }: Account,
  call: Call,
  { tokens, cost }: Most,
  signal: AbortSignal,
): Promise<{ budget: string | null; usage: string }> {
  const whole = { tokens: Math.ceil(tokens), cost };
  for (;;) {
    let budget: string | null = null;
    try {
      if (project_id !== null)
        budget = await database.as(principal, async (session) => {
          const { rows } = await sql<{ id: string | null }>`
            select reserve_budget(${project_id}, ${tier}::model_tier, ${whole.tokens}, ${cost},
              interval '10 minutes', ${run_id}) as id`.execute(session);
          return rows[0]?.id ?? null;
        });
      // Not durable: a call whose reservation is lost is counted all the same when it ends.
      const usage = await database.asService(
        'set aside what a call may use',
        (session) => reserveUsage(session, call, whole),
        { durable: false, atOnce: true },
      );
      return { budget, usage };
    } catch (error) {
      const held = budget;
      if (held !== null)
        await database.asService('a model call that did not happen', (session) =>
          settleBudget(session, held, 0, 0),
        );
      if (!isAppError(error, 'budget_exceeded')) throw error;
      const othersGiveBack =
        error.details?.fits_alone ?? (await fitsBudget(database, principal, project_id, tier, whole));
      if (othersGiveBack !== true) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}

/** Whether a call fits into the budget of a project besides what is used of it. */
async function fitsBudget(
  database: Database,
  principal: UserPrincipal,
  projectId: string | null,
  tier: ModelTier,
  { tokens, cost }: Most,
): Promise<boolean> {
  return database.as(principal, async (session) => {
    const { rows } = await sql<{ fits: boolean }>`
      select coalesce(used_tokens + ${tokens} <= allocated_tokens, true)
        and coalesce(used_cost + ${cost} <= allocated_cost, true) as fits
      from meta_budgets where project_id = ${projectId} and model_tier = ${tier}::model_tier`.execute(
      session,
    );
    return found(rows[0], 'The budget').fits;
  });
}
