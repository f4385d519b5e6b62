import { z } from 'zod';
import { cursor, id, limit, money, ok, page, time, tokens } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

const sums = { calls: z.number(), tokens, cost_usd: money };
/** Days back from today, today included; days are those of UTC. */
const days = z.coerce.number().int().min(1).max(366).default(30);
const date = z.iso.date();

export const usageCall = z.object({
  id,
  created_at: time,
  provider: z.string(),
  model: z.string(),
  endpoint: z.enum(['chat', 'embedding', 'image', 'speech', 'transcription', 'video', 'search']),
  project_id: id.nullable(),
  conversation_id: id.nullable(),
  message_id: id.nullable(),
  input_tokens: tokens,
  output_tokens: tokens,
  /** Part of input_tokens read from the vendor's cache. */
  cached_tokens: tokens,
  /** Part of output_tokens spent on reasoning. */
  reasoning_tokens: tokens,
  cost_usd: money,
  duration_ms: z.number().nullable(),
  status: z.enum(['settled', 'failed']),
});

export const usageLimit = z.object({
  id,
  scope: z.enum(['user', 'project', 'organization']),
  user_id: id.nullable(),
  project_id: id.nullable(),
  organization_id: id.nullable(),
  /** Whom it holds for: an e-mail address, the name of the project or organization. */
  name: z.string(),
  period: z.enum(['day', 'month', 'total']),
  /** Set by the person for themselves. */
  is_own: z.boolean(),
  max_tokens: tokens.nullable(),
  max_cost_usd: money.nullable(),
  /** Part of the limit from which it is shown as nearly used up. */
  warn_at: z.number(),
  used_tokens: tokens,
  used_cost_usd: money,
  /** Set aside by calls under way. */
  reserved_tokens: tokens,
  reserved_cost_usd: money,
  /** When its period ends; null for one that holds for good. */
  resets_at: time.nullable(),
  /** Whether it can stop calls of the caller; administrators see those of others as well. */
  holds_for_caller: z.boolean(),
  may_change: z.boolean(),
});
export type UsageLimit = z.output<typeof usageLimit>;

const perMillion = z.number().min(0).max(1_000_000);
export const modelPrice = z.object({
  id,
  provider: z.string(),
  /** Model name; * at its end matches any ending. */
  model: z.string(),
  valid_from: z.string(),
  /** First day it no longer holds. */
  valid_to: z.string().nullable(),
  input_per_million: money,
  output_per_million: money,
  cached_per_million: money.nullable(),
  reasoning_per_million: money.nullable(),
  source: z.string().nullable(),
});
export type ModelPrice = z.output<typeof modelPrice>;

export const usageContract = {
  summary: contract({
    id: 'usage.summary',
    summary: 'Tokens and money by day, model, project and conversation',
    method: 'GET',
    path: '/usage',
    scope: 'signed-in',
    input: z.object({ days, project_id: id.optional() }),
    output: z.object({
      total: z.object({ calls: z.number(), input_tokens: tokens, output_tokens: tokens, cost_usd: money }),
      by_day: z.array(z.object({ day: z.string(), ...sums })),
      by_model: z.array(z.object({ provider: z.string(), model: z.string(), ...sums })),
      /** Null: outside of projects, or of one that is gone. */
      by_project: z.array(z.object({ project_id: id.nullable(), name: z.string().nullable(), ...sums })),
      /** Those that used most; calls of agents and of memory are in the other sums. */
      by_conversation: z.array(z.object({ conversation_id: id, title: z.string().nullable(), ...sums })),
    }),
    tool: true,
  }),
  calls: contract({
    id: 'usage.calls',
    summary: 'Single calls to models, the newest first: of a message, a conversation, a project or your own',
    method: 'GET',
    path: '/usage/calls',
    scope: 'signed-in',
    input: z.object({
      days,
      project_id: id.optional(),
      conversation_id: id.optional(),
      message_id: id.optional(),
      limit,
      cursor,
    }),
    output: page(usageCall),
  }),
  listLimits: contract({
    id: 'usage-limits.list',
    summary: 'Limits of use that hold for you or that you keep, with what is used of them',
    method: 'GET',
    path: '/usage-limits',
    scope: 'signed-in',
    input: z.object({}),
    output: page(usageLimit),
    tool: true,
  }),
  setLimit: contract({
    id: 'usage-limits.set',
    summary: 'Limit tokens or money of a project, an organization, another person, or of yourself',
    description:
      'Without an id of whom it holds for, it is a limit you set for yourself: it holds beside one that an administrator set.',
    method: 'PUT',
    path: '/usage-limits',
    scope: 'signed-in',
    input: z.object({
      user_id: id.optional(),
      project_id: id.optional(),
      organization_id: id.optional(),
      period: z.enum(['day', 'month', 'total']).default('month'),
      max_tokens: tokens.max(1e15).nullable().default(null),
      max_cost_usd: money.max(1e7).nullable().default(null),
      warn_at: z.number().min(0).max(1).default(0.8),
    }),
    output: usageLimit,
    errors: ['forbidden', 'not_found'],
  }),
  deleteLimit: contract({
    id: 'usage-limits.delete',
    summary: 'Remove a limit of use',
    method: 'DELETE',
    path: '/usage-limits/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found', 'forbidden'],
  }),
  listPrices: contract({
    id: 'model-prices.list',
    summary: 'Prices that override the ones the program brings along',
    method: 'GET',
    path: '/model-prices',
    scope: 'signed-in',
    input: z.object({}),
    output: page(modelPrice),
  }),
  setPrice: contract({
    id: 'model-prices.set',
    summary: 'Set the price of a model from a day on; the same model and day is replaced',
    method: 'PUT',
    path: '/model-prices',
    scope: 'admin:settings',
    input: z.object({
      provider: z.string().trim().min(1).max(100),
      model: z.string().trim().min(1).max(200),
      valid_from: date.optional(),
      valid_to: date.nullable().default(null),
      input_per_million: perMillion,
      output_per_million: perMillion,
      cached_per_million: perMillion.nullable().default(null),
      reasoning_per_million: perMillion.nullable().default(null),
      source: z.string().trim().max(2_000).nullable().default(null),
    }),
    output: modelPrice,
  }),
  deletePrice: contract({
    id: 'model-prices.delete',
    summary: 'Remove a price; the one before it, or the built-in one, holds again',
    method: 'DELETE',
    path: '/model-prices/{id}',
    scope: 'admin:settings',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
};
