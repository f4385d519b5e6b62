/**
 * The port to web search engines.
 *
 * Contract: at most `count` results in the engine's order, each with an http or https address; text without markup.
 * What they say is by strangers: material, never instructions. Errors: AppError `provider_failed` (wrong key, refused,
 * no such answer), `rate_limited` or `unavailable`, with a sentence and a fix and without the key.
 */
export interface WebSearch {
  search(query: string, count: number, signal?: AbortSignal): Promise<WebResult[]>;
}

export interface WebResult {
  title: string;
  url: string;
  snippet: string;
}

export type SearchKind = 'searxng' | 'brave' | 'tavily';

export interface SearchConnection {
  kind: SearchKind;
  /** Of SearXNG, which one runs oneself; the others have an address of their own. */
  base_url: string | null;
  api_key: string | null;
}
