import { z } from 'zod';
import { money, ok, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const webSearchConnection = z.object({
  kind: z.enum(['searxng', 'brave', 'tavily']),
  base_url: z.string().nullable(),
  /** The key itself never leaves. */
  has_key: z.boolean(),
  enabled: z.boolean(),
  /** What one search costs; null: nothing is counted. */
  price_usd: money.nullable(),
  last_tested_at: time.nullable(),
  last_test_ok: z.boolean().nullable(),
  last_test_message: z.string().nullable(),
});
export type WebSearchConnection = z.output<typeof webSearchConnection>;

export const webContract = {
  webSearch: contract({
    id: 'web-search.get',
    summary: 'Your connection to a web search engine; null: models cannot search the web for you',
    method: 'GET',
    path: '/web-search',
    scope: 'signed-in',
    input: z.object({}),
    output: z.object({ connection: webSearchConnection.nullable() }),
  }),
  setWebSearch: contract({
    id: 'web-search.set',
    summary: 'Connect a web search engine: a SearXNG by its address, Brave or Tavily by a key',
    description: 'Without api_key, a key stored for the same engine stays.',
    method: 'PUT',
    path: '/web-search',
    scope: 'signed-in',
    input: z.object({
      kind: z.enum(['searxng', 'brave', 'tavily']),
      base_url: z
        .url({ protocol: /^https?$/ })
        .max(2_000)
        .nullable()
        .default(null),
      api_key: z.string().trim().min(1).max(500).optional(),
      enabled: z.boolean().default(true),
      price_usd: money.max(100).nullable().default(null),
    }),
    output: webSearchConnection,
  }),
  deleteWebSearch: contract({
    id: 'web-search.delete',
    summary: 'Remove the connection and its key',
    method: 'DELETE',
    path: '/web-search',
    scope: 'signed-in',
    input: z.object({}),
    output: ok,
    errors: ['not_found'],
  }),
  testWebSearch: contract({
    id: 'web-search.test',
    summary: 'Search once and say how it went',
    method: 'POST',
    path: '/web-search/test',
    scope: 'signed-in',
    input: z.object({ query: z.string().trim().min(1).max(200).default('weather') }),
    output: z.object({
      ok: z.boolean(),
      message: z.string(),
      results: z.array(z.object({ title: z.string(), url: z.string(), snippet: z.string() })),
    }),
    errors: ['not_found'],
  }),
};
