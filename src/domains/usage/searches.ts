import type { Database } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Call, reserveUsage, settleUsage, withdrawUsage } from './queries.ts';

/** For whom a search is made, at which engine, and what it costs there in US dollars. */
export interface SearchAccount {
  user_id: string;
  project_id: string | null;
  conversation_id: string;
  provider: string;
  price: number;
}

/** Makes a search that costs money only where the limits of use leave room for it. Errors: `budget_exceeded`, and its own. */
export async function countSearch<T>(
  { database, clock }: { database: Database; clock: Clock },
  { price, ...account }: SearchAccount,
  search: () => Promise<T>,
): Promise<T> {
  if (price === 0) return search();
  const call: Call = {
    ...account,
    task_id: null,
    run_id: null,
    message_id: null,
    model: 'web-search',
    endpoint: 'search',
  };
  const id = await database.asService('set aside what a call may use', (session) =>
    reserveUsage(session, call, { tokens: 0, cost: price }),
  );
  const started = clock.now();
  try {
    const found = await search();
    await database.asService('meter a search', (session) =>
      settleUsage(session, id, call, {
        input_tokens: 0,
        output_tokens: 0,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: price,
        duration_ms: Math.round(clock.now() - started),
        status: 'settled',
      }),
    );
    return found;
  } catch (error) {
    await database.asService('a search that failed', (session) => withdrawUsage(session, id));
    throw error;
  }
}
