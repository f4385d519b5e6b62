import { z } from 'zod';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { type GuardedFetch, mustBeHttp } from '../web/index.ts';
import type { SearchConnection, SearchKind, WebResult, WebSearch } from './port.ts';

const timeoutMs = 15_000;
const maxBytes = 2 * 1024 * 1024;

interface Engine {
  name: string;
  defaultBaseUrl: string | null;
  /** Longest query it takes. */
  maxQuery: number;
  request(base: string, key: string, query: string, count: number): { url: string; init?: RequestInit };
  /** Results as they stand in the answer. */
  answer: z.ZodType<WebResult[]>;
  /** What to do about a refusal that is particular to it. */
  refusals?: Record<number, string>;
}

const text = z
  .string()
  .nullish()
  .transform((value) => plain(value ?? ''));

const engines: Record<SearchKind, Engine> = {
  searxng: {
    name: 'SearXNG',
    defaultBaseUrl: null,
    maxQuery: 2_000,
    request: (base, _key, query) => ({
      url: `${base}/search?${new URLSearchParams({ q: query, format: 'json' })}`,
      init: { headers: { accept: 'application/json' } },
    }),
    answer: z
      .object({ results: z.array(z.object({ title: text, url: z.string(), content: text })) })
      .transform(({ results }) =>
        results.map(({ title, url, content }) => ({ title, url, snippet: content })),
      ),
    refusals: { 403: 'Allow the format json in its settings.yml (search.formats).' },
  },
  brave: {
    name: 'Brave Search',
    defaultBaseUrl: 'https://api.search.brave.com/res/v1',
    maxQuery: 400,
    request: (base, key, query, count) => ({
      url: `${base}/web/search?${new URLSearchParams({ q: query, count: String(count), text_decorations: 'false' })}`,
      init: { headers: { accept: 'application/json', 'x-subscription-token': key } },
    }),
    answer: z
      .object({
        type: z.literal('search'),
        // Left out where nothing was found.
        web: z
          .object({ results: z.array(z.object({ title: text, url: z.string(), description: text })) })
          .optional(),
      })
      .transform(({ web }) =>
        (web?.results ?? []).map(({ title, url, description }) => ({ title, url, snippet: description })),
      ),
    refusals: { 422: 'Check the key of Brave Search in Settings.' },
  },
  tavily: {
    name: 'Tavily',
    defaultBaseUrl: 'https://api.tavily.com',
    maxQuery: 400,
    request: (base, key, query, count) => ({
      url: `${base}/search`,
      init: {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ query, max_results: count, search_depth: 'basic' }),
      },
    }),
    answer: z
      .object({ results: z.array(z.object({ title: text, url: z.string(), content: text })) })
      .transform(({ results }) =>
        results.map(({ title, url, content }) => ({ title, url, snippet: content })),
      ),
    refusals: { 432: 'The plan’s searches are used up; wait, or raise it at Tavily.' },
  },
};

export const engineName = (kind: SearchKind): string => engines[kind].name;
export const needsKey = (kind: SearchKind): boolean => engines[kind].defaultBaseUrl !== null;

/** Opens an engine. Nothing is sent yet. Errors: `invalid_input` for a missing or unusable address. */
export function openWebSearch(connection: SearchConnection, fetch: GuardedFetch): WebSearch {
  const engine = engines[connection.kind];
  const { origin, pathname } = mustBeHttp(connection.base_url || engine.defaultBaseUrl || '');
  const base = `${origin}${pathname}`.replace(/\/+$/, '');
  const key = connection.api_key ?? '';
  return {
    async search(query, count, signal) {
      const { url, init } = engine.request(base, key, query.slice(0, engine.maxQuery), count);
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(url, {
          ...init,
          // A key must not travel on to wherever an answer points.
          redirect: 'error',
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
        const body = await readAtMost(response, maxBytes);
        if (!response.ok) throw refusalOf(engine, response.status);
        return resultsOf(engine, body).slice(0, count);
      } catch (error) {
        signal?.throwIfAborted();
        if (isAppError(error)) throw error;
        throw new AppError('unavailable', `${engine.name} cannot be reached.`, {
          fix: 'Check its address in Settings, Web search, and that it is running.',
          cause: error,
        });
      }
    },
  };
}

function refusalOf({ name, refusals }: Engine, status: number): AppError {
  if (status === 429)
    return new AppError('rate_limited', `${name} is asked too often.`, {
      fix: 'Wait a little and try again.',
    });
  const own = refusals?.[status];
  if (own) return new AppError('provider_failed', `${name} refuses the search (${status}).`, { fix: own });
  if (status === 401 || status === 403)
    return new AppError('provider_failed', `${name} refuses the key.`, {
      fix: 'Check the key in Settings, Web search.',
    });
  return new AppError(status >= 500 ? 'unavailable' : 'provider_failed', `${name} answered ${status}.`, {
    fix: 'Try again later, or check the connection in Settings, Web search.',
  });
}

function resultsOf(engine: Engine, body: string): WebResult[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // judged below
  }
  const parsed = engine.answer.safeParse(value);
  if (!parsed.success)
    throw new AppError('provider_failed', `${engine.name} answered with something other than results.`, {
      fix: 'Check its address in Settings, Web search.',
    });
  return parsed.data.filter(({ url }) => /^https?:\/\//i.test(url));
}

/** Engines mark the words that were found. */
const plain = (markup: string): string =>
  markup
    .replace(/<[^>]{0,200}>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** The body as text. Errors: `too_large`. */
async function readAtMost(response: Response, most: number): Promise<string> {
  return new TextDecoder().decode(await bytesOf(response, most));
}

/** Errors: `too_large` as soon as more comes than may. */
export async function bytesOf(response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > most)
      throw new AppError('too_large', 'The answer is larger than is read.', {
        fix: 'Choose another address.',
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
