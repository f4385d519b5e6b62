import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const contentType = z.enum(['code', 'markdown', 'react', 'html', 'svg', 'mermaid', 'json', 'csv']);
export type ContentType = z.output<typeof contentType>;

export const canvasItem = z.object({
  id,
  user_id: id,
  project_id: id.nullable(),
  /** The chat it stands beside. */
  conversation_id: id.nullable(),
  /** The answer that made it. */
  message_id: id.nullable(),
  title: z.string(),
  content_type: contentType,
  /** Programming language, for code. */
  language: z.string().nullable(),
  /** Rises with every change of content. */
  version: z.number().int(),
  /** Everybody who is signed in may read it. */
  is_published: z.boolean(),
  created_at: time,
  updated_at: time,
});
export type CanvasItem = z.output<typeof canvasItem>;

export const canvasArtifact = canvasItem.extend({
  content: z.string(),
  /** False for those who may only read it. */
  can_edit: z.boolean(),
});
export type CanvasArtifact = z.output<typeof canvasArtifact>;

export const canvasVersion = z.object({
  version: z.number().int(),
  title: z.string(),
  change_summary: z.string().nullable(),
  /** The agent that wrote it, null for a person. */
  created_by_agent: z.string().nullable(),
  created_at: time,
});
export type CanvasVersion = z.output<typeof canvasVersion>;

export const canvasShare = z.object({
  id,
  artifact_id: id,
  expires_at: time.nullable(),
  view_count: z.number().int(),
  created_at: time,
});

export const mostCharacters = 1_000_000;
export const title = z.string().trim().min(1).max(200);
export const language = z.string().trim().min(1).max(50);
export const content = z.string().max(mostCharacters);
export const changeSummary = z.string().trim().max(300);

const path = z.object({ artifact_id: id });
const versionPath = path.extend({ version: z.coerce.number().int().min(1) });

export const canvasContract = {
  list: contract({
    id: 'canvas.list',
    summary: 'List canvas artifacts, last changed first',
    description:
      'Your own; with `project_id` those of a project; with `conversation_id` those of the branch that is shown there; ' +
      'with `published` those that anybody published.',
    method: 'GET',
    path: '/canvas',
    scope: 'chat:read',
    input: z.object({
      conversation_id: id.optional(),
      project_id: id.optional(),
      published: z.stringbool().default(false),
      /** Words of title or content. */
      search: z.string().trim().max(200).optional(),
      limit,
      cursor,
    }),
    output: page(canvasItem),
    tool: true,
  }),
  create: contract({
    id: 'canvas.create',
    summary: 'Make a document or program on the canvas',
    method: 'POST',
    path: '/canvas',
    scope: 'chat:write',
    input: z.object({
      title,
      content_type: contentType.default('markdown'),
      language: language.optional(),
      content: content.default(''),
      /** Puts it beside a chat; it is then in the chat's project. */
      conversation_id: id.optional(),
      project_id: id.optional(),
    }),
    output: canvasArtifact,
    errors: ['not_found', 'forbidden'],
  }),
  get: contract({
    id: 'canvas.get',
    summary: 'A canvas artifact with its content',
    method: 'GET',
    path: '/canvas/{artifact_id}',
    scope: 'chat:read',
    input: path,
    output: canvasArtifact,
    errors: ['not_found'],
    tool: true,
  }),
  update: contract({
    id: 'canvas.update',
    summary: 'Change a canvas artifact; new content is a new version',
    description:
      'With `content`, `version` says which version it was made from: when somebody changed the artifact since, ' +
      'nothing is overwritten and the answer is `conflict`.',
    method: 'PATCH',
    path: '/canvas/{artifact_id}',
    scope: 'chat:write',
    input: path.extend({
      title: title.optional(),
      language: language.nullable().optional(),
      content: content.optional(),
      version: z.number().int().min(1).optional(),
      change_summary: changeSummary.optional(),
      /** True: everybody who is signed in may read it, with its versions. */
      is_published: z.boolean().optional(),
    }),
    output: canvasArtifact,
    errors: ['not_found', 'conflict'],
  }),
  delete: contract({
    id: 'canvas.delete',
    summary: 'Delete a canvas artifact with its versions and links, for good',
    method: 'DELETE',
    path: '/canvas/{artifact_id}',
    scope: 'chat:delete',
    input: path,
    output: ok,
    errors: ['not_found'],
  }),
  versions: contract({
    id: 'canvas.versions',
    summary: 'Every version of a canvas artifact, newest first',
    method: 'GET',
    path: '/canvas/{artifact_id}/versions',
    scope: 'chat:read',
    input: path.extend({ limit, cursor }),
    output: page(canvasVersion),
    errors: ['not_found'],
  }),
  version: contract({
    id: 'canvas.version',
    summary: 'One version of a canvas artifact with its content',
    method: 'GET',
    path: '/canvas/{artifact_id}/versions/{version}',
    scope: 'chat:read',
    input: versionPath,
    output: canvasVersion.extend({ content: z.string() }),
    errors: ['not_found'],
  }),
  restore: contract({
    id: 'canvas.restore',
    summary: 'Bring an older version back, as a new one',
    method: 'POST',
    path: '/canvas/{artifact_id}/versions/{version}/restore',
    scope: 'chat:write',
    input: versionPath,
    output: canvasArtifact,
    errors: ['not_found'],
  }),
  follow: contract({
    id: 'canvas.follow',
    summary: 'Follow a canvas artifact: an event for each change, to be asked for again',
    method: 'GET',
    path: '/canvas/{artifact_id}/events',
    scope: 'chat:read',
    input: path,
    output: z.object({ type: z.enum(['snapshot', 'changed', 'ping']) }),
    errors: ['not_found'],
    flow: true,
  }),
  listShares: contract({
    id: 'canvas.list-shares',
    summary: 'Links to a canvas artifact that are open',
    method: 'GET',
    path: '/canvas/{artifact_id}/shares',
    scope: 'chat:read',
    input: path,
    output: z.object({ items: z.array(canvasShare) }),
    errors: ['not_found'],
  }),
  createShare: contract({
    id: 'canvas.create-share',
    summary: 'Make a link that shows a canvas artifact as it is now and later, read only',
    description: 'The token is answered once; the database keeps its hash.',
    method: 'POST',
    path: '/canvas/{artifact_id}/shares',
    scope: 'chat:write',
    input: path.extend({ expires_in_days: z.number().int().min(1).max(365).optional() }),
    output: z.object({ share: canvasShare, token: z.string() }),
    errors: ['not_found'],
  }),
  revokeShare: contract({
    id: 'canvas.revoke-share',
    summary: 'Close a link at once',
    method: 'DELETE',
    path: '/canvas/shares/{share_id}',
    scope: 'chat:write',
    input: z.object({ share_id: id }),
    output: ok,
    errors: ['not_found'],
  }),
  openShare: contract({
    id: 'canvas.open-share',
    summary: 'What a link shows',
    method: 'POST',
    path: '/canvas/shared',
    scope: 'public',
    input: z.object({ token: z.string().min(1).max(200) }),
    output: z.object({
      title: z.string(),
      content_type: contentType,
      language: z.string().nullable(),
      content: z.string(),
      updated_at: time,
    }),
    errors: ['not_found'],
  }),
};
