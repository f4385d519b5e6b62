import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const personaVisibility = z.enum(['private', 'unlisted', 'public']);

/** The tools it may use in a chat; the others are not offered to it. */
const capabilities = z.object({
  /** Search and read the documents of the person it speaks with. */
  file_analysis: z.boolean().default(false),
  code_execution: z.boolean().default(false),
});
const modelConfig = z.object({
  /** A tier, or `connection/model`; a name nobody has means the person’s own choice. */
  preferred_model: z.string().trim().max(300).default('sonnet'),
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.number().int().min(1).max(1_000_000).optional(),
});

export const persona = z.object({
  id,
  creator_id: id,
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  category: z.string(),
  system_prompt: z.string(),
  // A row may have been written by another program: what cannot be read is as if it were left out.
  starter_prompts: z.array(z.string()).catch([]),
  capabilities: capabilities.catch({ file_analysis: false, code_execution: false }),
  model_config: modelConfig.catch({ preferred_model: 'sonnet' }),
  visibility: personaVisibility,
  version: z.number(),
  created_at: time,
  updated_at: time,
});
export type Persona = z.output<typeof persona>;

export const personaKnowledge = z.object({
  id,
  /** Null once the file was deleted. */
  file_id: id.nullable(),
  file_name: z.string(),
  file_type: z.string(),
  file_size: z.number(),
  created_at: time,
});

const path = z.object({ persona_id: id });
const fields = z.object({
  name: z.string().trim().min(1).max(100),
  description: z.string().trim().min(1).max(1_000),
  category: z.string().trim().min(1).max(50).default('general'),
  system_prompt: z.string().trim().min(1).max(50_000),
  starter_prompts: z.array(z.string().trim().min(1).max(500)).max(10).default([]),
  capabilities: capabilities.default({ file_analysis: false, code_execution: false }),
  model_config: modelConfig.default({ preferred_model: 'sonnet' }),
  visibility: personaVisibility.default('private'),
});
const slug = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use lower case letters, digits and hyphens between them.');

export const personasContract = {
  list: contract({
    id: 'personas.list',
    summary: 'Your personas and those that are public, newest first',
    method: 'GET',
    path: '/personas',
    scope: 'personas:read',
    input: z.object({
      search: z.string().max(200).optional(),
      category: z.string().max(50).optional(),
      limit,
      cursor,
    }),
    output: page(persona),
    tool: true,
  }),
  categories: contract({
    id: 'personas.categories',
    summary: 'Categories of the personas you can use, with how many are in each',
    method: 'GET',
    path: '/personas/categories',
    scope: 'personas:read',
    input: z.object({}),
    output: z.object({ items: z.array(z.object({ category: z.string(), count: z.number() })) }),
  }),
  create: contract({
    id: 'personas.create',
    summary: 'Make a persona',
    method: 'POST',
    path: '/personas',
    scope: 'personas:write',
    input: fields.extend({
      /** Its name in addresses and as a model; made from the name when left out. */
      slug: slug.optional(),
    }),
    output: persona,
    errors: ['conflict'],
  }),
  get: contract({
    id: 'personas.get',
    summary: 'A persona',
    method: 'GET',
    path: '/personas/{persona_id}',
    scope: 'personas:read',
    input: path,
    output: persona,
    errors: ['not_found'],
  }),
  update: contract({
    id: 'personas.update',
    summary: 'Change a persona of yours',
    method: 'PATCH',
    path: '/personas/{persona_id}',
    scope: 'personas:write',
    input: path.extend({
      name: fields.shape.name.optional(),
      description: fields.shape.description.optional(),
      category: z.string().trim().min(1).max(50).optional(),
      system_prompt: fields.shape.system_prompt.optional(),
      starter_prompts: z.array(z.string().trim().min(1).max(500)).max(10).optional(),
      capabilities: capabilities.optional(),
      model_config: modelConfig.optional(),
      visibility: personaVisibility.optional(),
    }),
    output: persona,
    errors: ['not_found'],
  }),
  delete: contract({
    id: 'personas.delete',
    summary: 'Delete a persona of yours; chats with it stay and go on without it',
    method: 'DELETE',
    path: '/personas/{persona_id}',
    scope: 'personas:delete',
    input: path,
    output: ok,
    errors: ['not_found'],
  }),
  listKnowledge: contract({
    id: 'personas.knowledge',
    summary: 'The files a persona of yours draws on',
    method: 'GET',
    path: '/personas/{persona_id}/knowledge',
    scope: 'personas:read',
    input: path,
    output: z.object({ items: z.array(personaKnowledge) }),
    errors: ['not_found'],
  }),
  addKnowledge: contract({
    id: 'personas.add-knowledge',
    summary: 'Give a persona of yours a file to draw on',
    description: 'Whoever may talk to the persona is shown passages of it.',
    method: 'POST',
    path: '/personas/{persona_id}/knowledge',
    scope: 'personas:write',
    input: path.extend({ file_id: id }),
    output: personaKnowledge,
    errors: ['not_found'],
  }),
  removeKnowledge: contract({
    id: 'personas.remove-knowledge',
    summary: 'Take a file from a persona; the file stays',
    method: 'DELETE',
    path: '/personas/{persona_id}/knowledge/{knowledge_id}',
    scope: 'personas:write',
    input: path.extend({ knowledge_id: id }),
    output: ok,
    errors: ['not_found'],
  }),
};
