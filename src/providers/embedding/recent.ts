import type { EmbeddingProvider } from './port.ts';

const mostRecent = 200;

/**
 * The same model, with the vectors of the last single texts at hand: what a person asks is searched for in several
 * places, and is kept with its vector as well. Texts in one call and calls that are counted go on to the model.
 */
export function withRecentVectors(provider: EmbeddingProvider): EmbeddingProvider {
  const recent = new Map<string, Promise<number[][]>>();
  const begin = (text: string): Promise<number[][]> => {
    // Without the signal of whoever asks first: others wait for the same vector.
    const vectors = provider.embed([text]);
    vectors.catch(() => recent.delete(text));
    recent.set(text, vectors);
    for (const oldest of recent.keys()) {
      if (recent.size <= mostRecent) break;
      recent.delete(oldest);
    }
    return vectors;
  };
  return {
    model: provider.model,
    get dimensions() {
      return provider.dimensions;
    },
    async embed(texts, signal, counted) {
      const [text] = texts;
      if (text === undefined || texts.length > 1 || counted) return provider.embed(texts, signal, counted);
      signal?.throwIfAborted();
      const vectors = await (recent.get(text) ?? begin(text));
      signal?.throwIfAborted();
      return vectors;
    },
    close: () => provider.close(),
  };
}
