import { z } from 'zod';
import { cursor, id, limit, ok, page, time, tokens } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const category = z.enum(['preference', 'fact', 'instruction', 'context']);

export const fact = z.object({
  id,
  content: z.string(),
  category,
  project_id: id.nullable(),
  /** The persona that alone uses it. */
  persona_id: id.nullable(),
  importance_score: z.number(),
  enabled: z.boolean(),
  /** From when to when it held; `valid_to` is set when another fact replaced it. */
  valid_from: time,
  valid_to: time.nullable(),
  supersedes_id: id.nullable(),
  superseded_by: id.nullable(),
  /** The chat it was learned in. */
  source_conversation_id: id.nullable(),
  last_accessed_at: time.nullable(),
  access_count: z.number().int(),
  expires_at: time.nullable(),
  created_at: time,
});
export type Fact = z.output<typeof fact>;

/** A fact that was found in a chat and waits for the person's word. */
export const candidate = z.object({
  id,
  content: z.string(),
  category,
  project_id: id.nullable(),
  importance_score: z.number(),
  expires_at: time.nullable(),
  status: z.enum(['pending', 'accepted', 'edited', 'rejected']),
  /** The known fact that cannot hold together with it. */
  contradicts: z.object({ id, content: z.string() }).nullable(),
  /** `rules`, or the model that found it. */
  extracted_by: z.string(),
  source_conversation_id: id.nullable(),
  created_at: time,
});
export type Candidate = z.output<typeof candidate>;

export const memorySettings = z.object({
  /** Facts found in chats: ask about them, store them, or do not look. */
  extraction: z.enum(['ask', 'automatic', 'off']),
  /** Look with the connected model too: one call for each answer. */
  use_model: z.boolean(),
  /** Past so many facts of a person the least valuable go. */
  max_facts: z.number().int().min(100).max(100_000),
});
export type MemorySettings = z.output<typeof memorySettings>;

export const recalled = z.object({
  message_id: id,
  conversation_id: id,
  title: z.string().nullable(),
  role: z.string(),
  content: z.string(),
  score: z.number(),
  created_at: time,
});

const content = z.string().trim().min(1).max(4000);
const expires_at = z.iso.datetime({ offset: true }).nullable();
/** Ids as a list, or in an address separated by commas. */
const ids = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z.array(id).min(1).max(200),
);

export const memoryContract = {
  list: contract({
    id: 'memory.list',
    summary: 'List remembered facts, newest first',
    description:
      'Facts in force about the person and the projects they see. `all` adds what is switched off and what was ' +
      'replaced; `ids` gives the named facts in whatever state they are.',
    method: 'GET',
    path: '/memory',
    scope: 'memory:read',
    input: z.object({
      category: category.optional(),
      project_id: id.optional(),
      /** `own`: of no project; `project`: of any project. */
      scope: z.enum(['own', 'project']).optional(),
      ids: ids.optional(),
      /** Include facts that are switched off or replaced. */
      all: z.union([z.boolean(), z.stringbool()]).default(false),
      limit,
      cursor,
    }),
    output: page(fact),
    tool: true,
  }),
  create: contract({
    id: 'memory.create',
    summary: 'Remember a fact; the same fact is kept once',
    description:
      'Keep what will matter in later conversations: who the person is, what they prefer, how they want things ' +
      'done. One statement a call, in words that make sense alone. With `supersedes_id` it replaces a fact that changed. ' +
      'Texts with passwords, keys, card numbers or IBANs are refused.',
    method: 'POST',
    path: '/memory',
    scope: 'memory:write',
    input: z.object({
      content,
      category: category.default('fact'),
      project_id: id.optional(),
      persona_id: id.optional(),
      importance_score: z.number().min(0).max(1).default(0.5),
      expires_at: expires_at.optional(),
      /** The fact that this one replaces. */
      supersedes_id: id.optional(),
    }),
    output: fact,
    errors: ['unprocessable', 'conflict'],
    tool: true,
  }),
  update: contract({
    id: 'memory.update',
    summary: 'Edit, switch on or switch off a fact',
    description:
      'Corrects the wording in place. For a fact that changed, create the new one with `supersedes_id`.',
    method: 'PATCH',
    path: '/memory/{id}',
    scope: 'memory:write',
    input: z.object({
      id,
      content: content.optional(),
      category: category.optional(),
      importance_score: z.number().min(0).max(1).optional(),
      enabled: z.boolean().optional(),
      expires_at: expires_at.optional(),
    }),
    output: fact,
    errors: ['not_found', 'conflict', 'unprocessable'],
    tool: true,
  }),
  delete: contract({
    id: 'memory.delete',
    summary: 'Forget a fact; for an hour it can be restored',
    method: 'DELETE',
    path: '/memory/{id}',
    scope: 'memory:delete',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
    tool: true,
  }),
  restore: contract({
    id: 'memory.restore',
    summary: 'Bring back a fact that was forgotten within the hour',
    method: 'POST',
    path: '/memory/{id}/restore',
    scope: 'memory:write',
    input: z.object({ id }),
    output: fact,
    errors: ['not_found', 'conflict'],
  }),
  merge: contract({
    id: 'memory.merge',
    summary: 'Make two facts one; the other stays as history',
    method: 'POST',
    path: '/memory/merge',
    scope: 'memory:write',
    input: z.object({ keep_id: id, other_id: id, content: content.optional() }),
    output: fact,
    errors: ['not_found', 'conflict', 'unprocessable'],
  }),
  clear: contract({
    id: 'memory.clear',
    summary: 'Forget everything, or everything of one project, for good',
    method: 'POST',
    path: '/memory/clear',
    scope: 'memory:delete',
    input: z.object({ project_id: id.optional(), confirm: z.literal('forget everything') }),
    output: z.object({ forgotten: z.number() }),
  }),
  search: contract({
    id: 'memory.search',
    summary: 'Search remembered facts by words and meaning',
    description:
      'Ask it before answering about the person or their work. Best facts first; with `max_tokens` only as many as fit.',
    method: 'GET',
    path: '/memory/search',
    scope: 'memory:read',
    input: z.object({
      query: z.string().trim().min(1).max(2000),
      project_id: id.optional(),
      persona_id: id.optional(),
      category: category.optional(),
      limit: z.coerce.number().int().min(1).max(50).default(10),
      max_tokens: z.coerce.number().int().min(1).max(100_000).optional(),
    }),
    output: page(fact.extend({ score: z.number() })).extend({
      /** Of the contents that are given. */
      tokens_used: tokens,
      /** Facts that were found but did not fit into `max_tokens`. */
      left_out: z.number().int(),
    }),
    tool: true,
  }),
  recall: contract({
    id: 'memory.recall',
    summary: 'Find past conversations that speak of something, with the message of each to read first',
    description:
      'Ranks whole conversations by words and meaning; private ones are not searched. For single messages there is ' +
      'messages.search.',
    method: 'GET',
    path: '/memory/recall',
    scope: 'chat:read',
    input: z.object({
      query: z.string().trim().min(1).max(2000),
      limit: z.coerce.number().int().min(1).max(50).default(10),
    }),
    output: page(recalled),
    tool: true,
  }),
  candidates: contract({
    id: 'memory.candidates',
    summary: 'List facts found in chats that wait for a decision, newest first',
    method: 'GET',
    path: '/memory/candidates',
    scope: 'memory:read',
    input: z.object({ limit, cursor }),
    output: page(candidate),
  }),
  accept: contract({
    id: 'memory.accept',
    summary: 'Remember a fact that was found, as it is or edited',
    method: 'POST',
    path: '/memory/candidates/{candidate_id}/accept',
    scope: 'memory:write',
    input: z.object({
      candidate_id: id,
      content: content.optional(),
      category: category.optional(),
      /** Where it contradicts a known fact: replace that one, or keep both. */
      replace: z.boolean().default(false),
    }),
    output: fact,
    errors: ['not_found', 'conflict', 'unprocessable'],
  }),
  reject: contract({
    id: 'memory.reject',
    summary: 'Do not remember a fact that was found, and do not ask again',
    method: 'POST',
    path: '/memory/candidates/{candidate_id}/reject',
    scope: 'memory:write',
    input: z.object({ candidate_id: id }),
    output: ok,
    errors: ['not_found'],
  }),
  settings: contract({
    id: 'memory.settings',
    summary: 'Show how memory learns',
    method: 'GET',
    path: '/memory/settings',
    scope: 'memory:read',
    input: z.object({}),
    output: memorySettings,
  }),
  updateSettings: contract({
    id: 'memory.update-settings',
    summary: 'Choose how memory learns',
    method: 'PATCH',
    path: '/memory/settings',
    scope: 'memory:write',
    input: memorySettings.partial(),
    output: memorySettings,
  }),
};
