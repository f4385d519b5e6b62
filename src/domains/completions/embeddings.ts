import { AppError } from '../../kernel/errors.ts';
import type { UserContext } from '../../operations/index.ts';
import { estimateTokens } from '../../providers/model/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';

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
  readonly #embedding: PersonalEmbedding;

  constructor(embedding: PersonalEmbedding) {
    this.#embedding = embedding;
  }

  get model(): string {
    return this.#embedding.model;
  }

  /**
   * One vector of unit length a text, and the tokens the vendor counted, or an estimate of them. Errors: `not_found` for another model,
   * `invalid_input` for a width it cannot have, and those of the embedding port.
   */
  async embed({ principal, signal }: UserContext, { model, texts, dimensions }: EmbeddingRequest) {
    const embedding = this.#embedding.for(principal);
    if (model !== embedding.model)
      throw new AppError('not_found', `There is no embedding model called ${model}.`, {
        fix: `Use ${embedding.model}, or let an administrator choose another one.`,
        details: { code: 'model_not_found' },
      });
    let tokens: number | undefined;
    const vectors = await embedding.embed(texts, signal, (reported) => {
      tokens = reported;
    });
    const width = vectors[0]?.length ?? 0;
    if (dimensions !== undefined && dimensions !== width && !(dimensions < width && shortens.test(model)))
      throw new AppError('invalid_input', `dimensions: The vectors of ${model} have ${width} dimensions.`, {
        fix: 'Leave dimensions out.',
        details: { issues: [{ field: 'dimensions' }] },
      });
    tokens ??= texts.reduce((sum, text) => sum + estimateTokens(text), 0);
    return { vectors: vectors.map((vector) => shortened(vector, dimensions ?? width)), tokens };
  }
}

function shortened(vector: number[], width: number): number[] {
  if (width === vector.length) return vector;
  const cut = vector.slice(0, width);
  const length = Math.hypot(...cut);
  return length === 0 ? cut : cut.map((value) => value / length);
}
