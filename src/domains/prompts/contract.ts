import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

/** `{{name}}` in a prompt: what is filled in when it is used. */
export const variablePattern = /\{\{\s*([\p{L}_][\p{L}\p{N}_ -]{0,49}?)\s*\}\}/gu;

export const promptVariable = z.object({
  name: z.string().min(1).max(50),
  kind: z.enum(['text', 'paragraph', 'number', 'choice']).default('text'),
  description: z.string().max(300).default(''),
  default: z.string().max(10_000).default(''),
  /** What a `choice` is among. */
  choices: z.array(z.string().trim().min(1).max(200)).max(50).default([]),
});
export type PromptVariable = z.output<typeof promptVariable>;

export const prompt = z.object({
  id,
  /** Null for prompts of the installation. */
  user_id: id.nullable(),
  project_id: id.nullable(),
  category_id: id.nullable(),
  title: z.string(),
  description: z.string().nullable(),
  /** Text with `{{name}}` for what is filled in. */
  content: z.string(),
  /** One for each name in the content. */
  variables: z.array(promptVariable),
  tags: z.array(z.string()),
  /** Files of the caller's that go along when they use it. */
  files: z.array(z.object({ id, file_name: z.string() })),
  is_public: z.boolean(),
  is_favorite: z.boolean(),
  usage_count: z.number().int(),
  last_used_at: time.nullable(),
  /** Rises with every change of content. */
  version: z.number().int(),
  /** False for those who may only read and use it. */
  can_edit: z.boolean(),
  created_at: time,
  updated_at: time,
});
export type Prompt = z.output<typeof prompt>;

export const promptVersion = z.object({
  version: z.number().int(),
  title: z.string(),
  content: z.string(),
  created_at: time,
});
export type PromptVersion = z.output<typeof promptVersion>;

export const promptCategory = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  /** Every signed-in user sees it. */
  is_shared: z.boolean(),
  is_own: z.boolean(),
});
export type PromptCategory = z.output<typeof promptCategory>;

const title = z.string().trim().min(1).max(200);
const description = z.string().trim().max(1_000);
const content = z.string().min(1).max(100_000);
const variables = z.array(promptVariable).max(50);
const tags = z.array(z.string().trim().min(1).max(50)).max(20);
const fileIds = z.array(id).max(20);
const categoryName = z.string().trim().min(1).max(100);

/** A prompt in a file: what another installation can take. */
export const promptEntry = z.object({
  title,
  description: description.nullable().default(null),
  content,
  variables: variables.default([]),
  tags: tags.default([]),
  category: categoryName.nullable().default(null),
  is_favorite: z.boolean().default(false),
});
export const promptFile = z.object({
  format: z.literal('meta-agent-prompts'),
  prompts: z.array(promptEntry).max(1_000),
});

const path = z.object({ prompt_id: id });
const versionPath = path.extend({ version: z.coerce.number().int().min(1) });

export const promptsContract = {
  list: contract({
    id: 'prompts.list',
    summary: 'List the prompts you may use, newest first',
    description: 'Your own, those of your projects, and those that are open to everybody here.',
    method: 'GET',
    path: '/prompts',
    scope: 'chat:read',
    input: z.object({
      category_id: id.optional(),
      project_id: id.optional(),
      /** `own`, of any `project`, or `public`. */
      scope: z.enum(['own', 'project', 'public']).optional(),
      favorites: z.stringbool().default(false),
      limit,
      cursor,
    }),
    output: page(prompt),
    tool: true,
  }),
  search: contract({
    id: 'prompts.search',
    summary: 'Search prompts by words and meaning; titles also by how they begin',
    method: 'GET',
    path: '/prompts/search',
    scope: 'chat:read',
    input: z.object({
      query: z.string().trim().min(1).max(2_000),
      category_id: id.optional(),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
    output: page(prompt.extend({ score: z.number() })),
    tool: true,
  }),
  create: contract({
    id: 'prompts.create',
    summary: 'Keep a prompt, with {{name}} for what is filled in',
    method: 'POST',
    path: '/prompts',
    scope: 'chat:write',
    input: z.object({
      title,
      description: description.optional(),
      content,
      variables: variables.default([]),
      tags: tags.default([]),
      file_ids: fileIds.default([]),
      category_id: id.optional(),
      project_id: id.optional(),
      is_public: z.boolean().default(false),
      is_favorite: z.boolean().default(false),
    }),
    output: prompt,
    errors: ['not_found', 'forbidden'],
  }),
  get: contract({
    id: 'prompts.get',
    summary: 'A prompt',
    method: 'GET',
    path: '/prompts/{prompt_id}',
    scope: 'chat:read',
    input: path,
    output: prompt,
    errors: ['not_found'],
    tool: true,
  }),
  update: contract({
    id: 'prompts.update',
    summary: 'Change a prompt; new content is a new version',
    description:
      'With `content`, `version` says which version it was made from: when somebody changed the prompt since, ' +
      'nothing is overwritten and the answer is `conflict`.',
    method: 'PATCH',
    path: '/prompts/{prompt_id}',
    scope: 'chat:write',
    input: path.extend({
      title: title.optional(),
      description: description.nullable().optional(),
      content: content.optional(),
      version: z.number().int().min(1).optional(),
      variables: variables.optional(),
      tags: tags.optional(),
      file_ids: fileIds.optional(),
      category_id: id.nullable().optional(),
      project_id: id.nullable().optional(),
      is_public: z.boolean().optional(),
      is_favorite: z.boolean().optional(),
    }),
    output: prompt,
    errors: ['not_found', 'conflict', 'forbidden'],
  }),
  delete: contract({
    id: 'prompts.delete',
    summary: 'Delete a prompt with its versions, for good',
    method: 'DELETE',
    path: '/prompts/{prompt_id}',
    scope: 'chat:delete',
    input: path,
    output: ok,
    errors: ['not_found'],
  }),
  use: contract({
    id: 'prompts.use',
    summary: 'Note that a prompt was used',
    method: 'POST',
    path: '/prompts/{prompt_id}/use',
    scope: 'chat:write',
    input: path,
    output: ok,
    errors: ['not_found'],
  }),
  versions: contract({
    id: 'prompts.versions',
    summary: 'Every version of a prompt, newest first',
    method: 'GET',
    path: '/prompts/{prompt_id}/versions',
    scope: 'chat:read',
    input: path.extend({ limit, cursor }),
    output: page(promptVersion),
    errors: ['not_found'],
  }),
  restore: contract({
    id: 'prompts.restore',
    summary: 'Bring an older version back, as a new one',
    method: 'POST',
    path: '/prompts/{prompt_id}/versions/{version}/restore',
    scope: 'chat:write',
    input: versionPath,
    output: prompt,
    errors: ['not_found', 'forbidden'],
  }),
  exportFile: contract({
    id: 'prompts.export',
    summary: 'Your own prompts as a file that another installation can take',
    method: 'GET',
    path: '/prompts/export',
    scope: 'chat:read',
    input: z.object({}),
    output: promptFile,
  }),
  importFile: contract({
    id: 'prompts.import',
    summary: 'Take prompts from a file; those you have already are left out',
    method: 'POST',
    path: '/prompts/import',
    scope: 'chat:write',
    input: promptFile,
    output: z.object({ imported: z.number().int(), left_out: z.number().int() }),
  }),
  listCategories: contract({
    id: 'prompts.list-categories',
    summary: 'Your categories of prompts, and those that are shared',
    method: 'GET',
    path: '/prompts/categories',
    scope: 'chat:read',
    input: z.object({}),
    output: z.object({ items: z.array(promptCategory) }),
  }),
  createCategory: contract({
    id: 'prompts.create-category',
    summary: 'Make a category of prompts',
    method: 'POST',
    path: '/prompts/categories',
    scope: 'chat:write',
    input: z.object({ name: categoryName, is_shared: z.boolean().default(false) }),
    output: promptCategory,
  }),
  updateCategory: contract({
    id: 'prompts.update-category',
    summary: 'Rename a category, or share it with every signed-in user',
    method: 'PATCH',
    path: '/prompts/categories/{category_id}',
    scope: 'chat:write',
    input: z.object({
      category_id: id,
      name: categoryName.optional(),
      is_shared: z.boolean().optional(),
    }),
    output: promptCategory,
    errors: ['not_found'],
  }),
  deleteCategory: contract({
    id: 'prompts.delete-category',
    summary: 'Delete a category; its prompts stay, without one',
    method: 'DELETE',
    path: '/prompts/categories/{category_id}',
    scope: 'chat:delete',
    input: z.object({ category_id: id }),
    output: ok,
    errors: ['not_found'],
  }),
};
