import { z } from 'zod';
import { ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const providerKind = z.enum([
  'builtin',
  'openai',
  'anthropic',
  'google',
  'openai-compatible',
  'ollama',
]);
export const modelTier = z.enum(['haiku', 'sonnet', 'opus']);

/** Which model answers for each tier. A tier without one uses the next that has. */
export const tierModels = z.object({
  haiku: z.string().max(200).optional(),
  sonnet: z.string().max(200).optional(),
  opus: z.string().max(200).optional(),
});

export const provider = z.object({
  id: z.string(),
  kind: providerKind,
  name: z.string(),
  base_url: z.string().nullable(),
  /** True when a key is stored. The key itself never leaves. */
  has_key: z.boolean(),
  models: tierModels,
  enabled: z.boolean(),
  is_default: z.boolean(),
  /** Instance-wide connections are kept by administrators and usable by everyone. */
  shared: z.boolean(),
  label: z.string(),
  last_tested_at: time.nullable(),
  last_test_ok: z.boolean().nullable(),
  last_test_message: z.string().nullable(),
});
export type Provider = z.output<typeof provider>;

const baseUrl = z.url({ protocol: /^https?$/ }).max(2000);
const apiKey = z.string().trim().min(1).max(500);

export const testResult = z.object({
  ok: z.boolean(),
  message: z.string(),
  latency_ms: z.number(),
  models: z.array(z.string()),
});

export const settingsContract = {
  listProviders: contract({
    id: 'providers.list',
    summary: 'List the model connections you can use, the built-in one included',
    method: 'GET',
    path: '/providers',
    scope: 'signed-in',
    input: z.object({}),
    output: page(provider),
  }),
  createProvider: contract({
    id: 'providers.create',
    summary: 'Connect a model provider',
    method: 'POST',
    path: '/providers',
    scope: 'signed-in',
    input: z.object({
      kind: providerKind.exclude(['builtin']),
      name: z.string().trim().min(1).max(100),
      base_url: baseUrl.optional(),
      api_key: apiKey.optional(),
      models: tierModels.default({}),
      is_default: z.boolean().default(true),
      shared: z.boolean().default(false),
    }),
    output: provider,
    errors: ['conflict', 'forbidden'],
  }),
  updateProvider: contract({
    id: 'providers.update',
    summary: 'Change a model connection',
    method: 'PATCH',
    path: '/providers/{id}',
    scope: 'signed-in',
    input: z.object({
      id: z.string(),
      name: z.string().trim().min(1).max(100).optional(),
      base_url: baseUrl.optional(),
      api_key: apiKey.optional(),
      models: tierModels.optional(),
      enabled: z.boolean().optional(),
      is_default: z.boolean().optional(),
    }),
    output: provider,
    errors: ['not_found'],
  }),
  deleteProvider: contract({
    id: 'providers.delete',
    summary: 'Remove a model connection and its key',
    method: 'DELETE',
    path: '/providers/{id}',
    scope: 'signed-in',
    input: z.object({ id: z.string() }),
    output: ok,
    errors: ['not_found'],
  }),
  testProvider: contract({
    id: 'providers.test',
    summary: 'Call the provider once and list its models',
    method: 'POST',
    path: '/providers/{id}/test',
    scope: 'signed-in',
    input: z.object({ id: z.string() }),
    output: testResult,
    errors: ['not_found'],
  }),
  discoverProviders: contract({
    id: 'providers.discover',
    summary: 'Look for a running Ollama on this machine',
    method: 'POST',
    path: '/providers/discover',
    scope: 'signed-in',
    input: z.object({}),
    output: z.object({ ollama: z.object({ base_url: z.string(), models: z.array(z.string()) }).nullable() }),
  }),
};
