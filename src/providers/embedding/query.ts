import { isAppError } from '../../kernel/errors.ts';
import type { EmbeddingProvider } from './port.ts';

/** The vector of a search, or nulls when the encoder cannot answer: the search then goes by words alone. */
export async function embedQuery(
  provider: EmbeddingProvider,
  query: string,
  signal?: AbortSignal,
): Promise<{ embedding: number[] | null; embedding_model: string | null }> {
  try {
    const [embedding] = await provider.embed([query], signal);
    return { embedding: embedding ?? null, embedding_model: provider.model };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isAppError(error)) throw error;
    return { embedding: null, embedding_model: null };
  }
}
