import type { Database } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type EmbeddingProvider, withRecentVectors } from '../../providers/embedding/index.ts';
import { estimateTokens, type PriceRow, type ProviderKind, priceOf } from '../../providers/model/index.ts';
import { listPrices } from '../settings/index.ts';
import { type Call, reserveUsage, settleUsage, withdrawUsage } from './queries.ts';

/** For whom something is embedded. */
export interface EmbeddingAccount {
  /** Null for what the installation itself brings. */
  user_id: string | null;
  project_id?: string | null | undefined;
}

/** An embedding model whose calls are counted for the person they are made for. */
export interface PersonalEmbedding {
  readonly model: string;
  /** Errors of its `embed`: those of the provider, `budget_exceeded` before anything is sent. */
  for(account: EmbeddingAccount): EmbeddingProvider;
  /** Says that this text will be searched for in a moment. A vendor is not told: it is paid by the call. */
  expect(text: string): void;
}

/** Models on this machine cost nobody anything, so their calls are not counted. */
export function uncounted(encoder: EmbeddingProvider): PersonalEmbedding {
  const provider = withRecentVectors(encoder);
  return {
    model: provider.model,
    for: () => provider,
    expect: (text) => void provider.embed([text]).catch(() => {}),
  };
}

/** Counts each call to a vendor, and makes it only where the limits of use leave room for it. */
export function countedEmbedding(
  deps: { database: Database; clock: Clock },
  provider: EmbeddingProvider,
  vendor: { kind: ProviderKind; model: string; baseUrl: string | null },
): PersonalEmbedding {
  const { database, clock } = deps;
  const costOf = (tokens: number, prices: PriceRow[], at: Date): number =>
    priceOf(
      {
        provider: vendor.kind,
        model: vendor.model,
        baseUrl: vendor.baseUrl,
        usage: { inputTokens: tokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
        at,
      },
      prices,
    ) ?? 0;
  const embedFor =
    ({ user_id, project_id = null }: EmbeddingAccount): EmbeddingProvider['embed'] =>
    async (texts, signal, counted) => {
      if (texts.length === 0) return [];
      const call: Call = {
        user_id,
        project_id,
        task_id: null,
        run_id: null,
        conversation_id: null,
        message_id: null,
        provider: vendor.kind,
        model: vendor.model,
        endpoint: 'embedding',
      };
      const most = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      const started = clock.now();
      const at = new Date(started);
      const { id, prices } = await database.asService('set aside what a call may use', async (session) => {
        const prices = await listPrices(session, at);
        return {
          prices,
          id: await reserveUsage(session, call, { tokens: most, cost: costOf(most, prices, at) }),
        };
      });
      let tokens = most;
      try {
        const vectors = await provider.embed(texts, signal, (reported) => {
          tokens = reported;
          counted?.(reported);
        });
        await database.asService('meter a model call', (session) =>
          settleUsage(session, id, call, {
            input_tokens: tokens,
            output_tokens: 0,
            cached_tokens: 0,
            reasoning_tokens: 0,
            cost_usd: costOf(tokens, prices, at),
            duration_ms: Math.round(clock.now() - started),
            status: 'settled',
          }),
        );
        return vectors;
      } catch (error) {
        await database.asService('a model call that failed', (session) => withdrawUsage(session, id));
        throw error;
      }
    };
  return {
    model: provider.model,
    expect: () => {},
    for: (account) => ({
      model: provider.model,
      get dimensions() {
        return provider.dimensions;
      },
      embed: embedFor(account),
      close: () => provider.close(),
    }),
  };
}
