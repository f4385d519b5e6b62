/**
 * The port to embedding models.
 *
 * Contract: one vector per text in the order given, each `dimensions` wide and of unit length (so cosine is the dot
 * product); an empty list answers an empty list; an aborted signal rejects; any length of list and of text is taken
 * (adapters split batches and cut texts to what the model reads). Errors: AppError `provider_failed`,
 * `rate_limited` or `unavailable`, without keys in the message.
 */
export interface EmbeddingProvider {
  /** Stored beside every vector; vectors of different models are never compared. */
  readonly model: string;
  /** Null until the first answer of a model whose width is not known beforehand. */
  readonly dimensions: number | null;
  /** @param counted told the tokens the vendor counted, where it says so. */
  embed(texts: string[], signal?: AbortSignal, counted?: (tokens: number) => void): Promise<number[][]>;
  close(): Promise<void>;
}
