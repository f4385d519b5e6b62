import type { EmbeddingModelV3 } from '@ai-sdk/provider';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import { classify } from '../model/failure.ts';
import type { ModelErrorCode } from '../model/port.ts';
import { checkBaseUrl } from '../model/sdk-provider.ts';
import { type Access, vendors } from '../model/vendors.ts';
import type { EmbeddingProvider } from './port.ts';
import { normalized } from './vectors.ts';

export type EmbeddingKind = 'openai' | 'google' | 'openai-compatible' | 'ollama';

export interface EmbeddingConnection {
  kind: EmbeddingKind;
  name: string;
  model: string;
  baseUrl?: string | null;
  apiKey?: string | null;
}

/** Current models read 8,000 tokens and more; four characters a token leaves room. */
const readLength = 24_000;

/** Each loads its vendor's SDK, which a start without it does not wait for. */
const open: Record<EmbeddingKind, (access: Access, model: string) => Promise<EmbeddingModelV3>> = {
  async openai({ baseUrl, apiKey, fetch }, model) {
    const { createOpenAI } = await import('@ai-sdk/openai');
    return createOpenAI({ baseURL: baseUrl, apiKey, fetch }).embeddingModel(model);
  },
  async google({ baseUrl, apiKey, fetch }, model) {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
    return createGoogleGenerativeAI({ baseURL: baseUrl, apiKey, fetch }).embeddingModel(model);
  },
  'openai-compatible': compatible,
  ollama: (access, model) =>
    compatible({ ...access, baseUrl: `${access.baseUrl.replace(/\/v1$/, '')}/v1` }, model),
};

async function compatible({ baseUrl, apiKey, fetch }: Access, model: string): Promise<EmbeddingModelV3> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const key = apiKey === '' ? undefined : apiKey;
  return createOpenAICompatible({ name: 'compatible', baseURL: baseUrl, apiKey: key, fetch }).embeddingModel(
    model,
  );
}

const errorCodes: Partial<Record<ModelErrorCode, ErrorCode>> = {
  rate_limited: 'rate_limited',
  network: 'unavailable',
  overloaded: 'unavailable',
  timeout: 'unavailable',
};

/** An embedding model behind an API. Errors: `invalid_input` for a missing or unusable base URL. */
export function openRemoteEmbedding(
  connection: EmbeddingConnection,
  deps: { clock?: Clock; fetch?: typeof globalThis.fetch } = {},
): EmbeddingProvider {
  return new RemoteEmbedding(connection, { clock: systemClock, fetch: globalThis.fetch, ...deps });
}

class RemoteEmbedding implements EmbeddingProvider {
  readonly model: string;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #apiKey: string;
  readonly #open: () => Promise<EmbeddingModelV3>;
  #dimensions: number | null = null;

  constructor(
    connection: EmbeddingConnection,
    { clock, fetch }: { clock: Clock; fetch: typeof globalThis.fetch },
  ) {
    const baseUrl = checkBaseUrl(connection.baseUrl || vendors[connection.kind].defaultBaseUrl || '');
    this.model = `${connection.kind}/${connection.model}`;
    this.#name = connection.name;
    this.#clock = clock;
    this.#apiKey = connection.apiKey?.trim() ?? '';
    const access = { baseUrl, apiKey: this.#apiKey, fetch };
    this.#open = () => open[connection.kind](access, connection.model);
  }

  get dimensions(): number | null {
    return this.#dimensions;
  }

  async embed(
    texts: string[],
    signal?: AbortSignal,
    counted?: (tokens: number) => void,
  ): Promise<number[][]> {
    signal?.throwIfAborted();
    if (texts.length === 0) return [];
    const { vectors, tokens } = await this.#request(texts, signal);
    if (tokens > 0) counted?.(tokens);
    this.#dimensions = vectors[0]?.length ?? null;
    return vectors.map(normalized);
  }

  /** `tokens` is 0 where the vendor does not say how many it read. */
  async #request(texts: string[], signal?: AbortSignal): Promise<{ vectors: number[][]; tokens: number }> {
    try {
      // Vendors refuse an empty text; a blank stands for it.
      const values = texts.map((text) => text.slice(0, readLength) || ' ');
      const model = await this.#open();
      const most = (await model.maxEmbeddingsPerCall) ?? values.length;
      const vectors: number[][] = [];
      let tokens = 0;
      for (let at = 0; at < values.length; at += most) {
        const { embeddings, usage } = await model.doEmbed({
          values: values.slice(at, at + most),
          ...(signal === undefined ? {} : { abortSignal: signal }),
        });
        vectors.push(...embeddings);
        tokens += usage?.tokens ?? 0;
      }
      return { vectors, tokens };
    } catch (error) {
      signal?.throwIfAborted();
      const { code, message, retryable, retryAfterMs } = classify(error, this.#name, this.#clock.now());
      const shown = this.#apiKey === '' ? message : message.replaceAll(this.#apiKey, '***');
      throw new AppError(errorCodes[code] ?? 'provider_failed', shown, {
        details: { code, retryable, retryAfterMs },
      });
    }
  }

  async close(): Promise<void> {}
}
