import type { Database } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { UserContext } from '../../operations/index.ts';
import type { EmbeddingProvider } from '../../providers/embedding/index.ts';
import { estimateTokens, type ProviderKind, priceOf } from '../../providers/model/index.ts';
import { insertUsage } from '../settings/index.ts';

export interface EmbeddingRequest {
  model: string;
  texts: string[];
  dimensions: number | undefined;
}

/** Models trained so that the beginning of their vectors is a vector too (Matryoshka representations). */
const shortens =
  /text-embedding-3|gemini-embedding|nomic-embed-text|mxbai-embed|embeddinggemma|qwen3-embedding|arctic-embed/i;

/** Vectors by the embedding model of this installation. */
export class Embeddings {
  readonly #deps: { database: Database; clock: Clock; embedding: EmbeddingProvider };

  constructor(deps: { database: Database; clock: Clock; embedding: EmbeddingProvider }) {
    this.#deps = deps;
  }

  get model(): string {
    return this.#deps.embedding.model;
  }

  /**
   * One vector of unit length a text, and an estimate of the tokens. Errors: `not_found` for another model,
   * `invalid_input` for a width it cannot have, and those of the embedding port.
   */
  async embed({ principal, signal }: UserContext, { model, texts, dimensions }: EmbeddingRequest) {
    const { database, clock, embedding } = this.#deps;
    if (model !== embedding.model)
      throw new AppError('not_found', `There is no embedding model called ${model}.`, {
        fix: `Use ${embedding.model}, or let an administrator choose another one.`,
        details: { code: 'model_not_found' },
      });
    const started = clock.now();
    const vectors = await embedding.embed(texts, signal);
    const width = vectors[0]?.length ?? 0;
    if (dimensions !== undefined && dimensions !== width && !(dimensions < width && shortens.test(model)))
      throw new AppError('invalid_input', `dimensions: The vectors of ${model} have ${width} dimensions.`, {
        fix: 'Leave dimensions out.',
        details: { issues: [{ field: 'dimensions' }] },
      });
    const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
    const usage = { inputTokens: tokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
    const [kind, name] = splitName(model);
    await database.asService('meter an embedding', (session) =>
      insertUsage(session, {
        user_id: principal.user_id,
        project_id: null,
        task_id: null,
        run_id: null,
        conversation_id: null,
        provider: kind,
        model: name,
        endpoint: 'embedding',
        input_tokens: tokens,
        output_tokens: 0,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: priceOf({ provider: kind, model: name, usage, at: new Date(clock.now()) }) ?? 0,
        duration_ms: Math.round(clock.now() - started),
        status: 'settled',
      }),
    );
    return { vectors: vectors.map((vector) => shortened(vector, dimensions ?? width)), tokens };
  }
}

/** Models behind an API are called `kind/model`; the bundled one has no kind. */
function splitName(model: string): [ProviderKind, string] {
  const slash = model.indexOf('/');
  return slash < 0 ? ['builtin', model] : [model.slice(0, slash) as ProviderKind, model.slice(slash + 1)];
}

function shortened(vector: number[], width: number): number[] {
  if (width === vector.length) return vector;
  const cut = vector.slice(0, width);
  const length = Math.hypot(...cut);
  return length === 0 ? cut : cut.map((value) => value / length);
}
