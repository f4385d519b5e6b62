import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const category = z.enum(['preference', 'fact', 'instruction', 'context']);

export const fact = z.object({
  id,
  content: z.string(),
  category,
  project_id: id.nullable(),
  importance_score: z.number(),
  enabled: z.boolean(),
  /** From when to when it held; `valid_to` is set when another fact replaced it. */
  valid_from: time,
  valid_to: time.nullable(),
  supersedes_id: id.nullable(),
  last_accessed_at: time.nullable(),
  expires_at: time.nullable(),
  created_at: time,
});
export type Fact = z.output<typeof fact>;

const content = z.string().trim().min(1).max(4000);

export const memoryContract = {
  list: contract({
    id: 'memory.list',
    summary: 'List remembered facts, newest first',
    method: 'GET',
    path: '/memory',
    scope: 'memory:read',
    input: z.object({
      category: category.optional(),
      project_id: id.optional(),
      /** Include facts that are switched off or replaced. */
      all: z.stringbool().default(false),
      limit,
      cursor,
    }),
    output: page(fact),
    tool: true,
  }),
  create: contract({
    id: 'memory.create',
    summary: 'Remember a fact; the same fact is kept once',
    method: 'POST',
    path: '/memory',
    scope: 'memory:write',
    input: z.object({
      content,
      category: category.default('fact'),
      project_id: id.optional(),
      importance_score: z.number().min(0).max(1).default(0.5),
      /** The fact that this one replaces. */
      supersedes_id: id.optional(),
    }),
    output: fact,
    tool: true,
  }),
  update: contract({
    id: 'memory.update',
    summary: 'Edit, switch on or switch off a fact',
    method: 'PATCH',
    path: '/memory/{id}',
    scope: 'memory:write',
    input: z.object({
      id,
      content: content.optional(),
      category: category.optional(),
      importance_score: z.number().min(0).max(1).optional(),
      enabled: z.boolean().optional(),
      expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
    }),
    output: fact,
    errors: ['not_found', 'conflict'],
  }),
  delete: contract({
    id: 'memory.delete',
    summary: 'Forget a fact for good',
    method: 'DELETE',
    path: '/memory/{id}',
    scope: 'memory:delete',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  clear: contract({
    id: 'memory.clear',
    summary: 'Forget everything, or everything of one project',
    method: 'POST',
    path: '/memory/clear',
    scope: 'memory:delete',
    input: z.object({ project_id: id.optional(), confirm: z.literal('forget everything') }),
    output: z.object({ forgotten: z.number() }),
  }),
  search: contract({
    id: 'memory.search',
    summary: 'Search remembered facts by words and meaning',
    method: 'GET',
    path: '/memory/search',
    scope: 'memory:read',
    input: z.object({
      query: z.string().trim().min(1).max(2000),
      project_id: id.optional(),
      limit: z.coerce.number().int().min(1).max(50).default(10),
    }),
    output: page(fact.extend({ score: z.number() })),
    tool: true,
  }),
};
