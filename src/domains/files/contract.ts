import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const bucket = z.enum([
  'user-uploads',
  'task-attachments',
  'workflow-templates',
  'agent-artifacts',
  'knowledge-base',
  'generated-images',
  'generated-videos',
  'voice-recordings',
  'conversation-exports',
]);

export const file = z.object({
  id,
  bucket,
  file_path: z.string(),
  file_name: z.string(),
  mime_type: z.string(),
  size_bytes: z.number(),
  checksum: z.string(),
  project_id: id.nullable(),
  processing_status: z.enum(['pending', 'processing', 'completed', 'failed']),
  processing_error: z.string().nullable(),
  /** Characters of extracted text, 0 until it is read. */
  text_length: z.number(),
  page_count: z.number().nullable(),
  tags: z.array(z.string()),
  created_at: time,
});
export type File = z.output<typeof file>;

export const passage = z.object({
  id,
  file_id: id,
  file_name: z.string(),
  heading_path: z.array(z.string()),
  page: z.number().nullable(),
  char_start: z.number(),
  char_end: z.number(),
  text: z.string(),
  score: z.number(),
});
export type Passage = z.output<typeof passage>;

export const filesContract = {
  list: contract({
    id: 'files.list',
    summary: 'List files, newest first',
    method: 'GET',
    path: '/files',
    scope: 'files:read',
    input: z.object({
      project_id: id.optional(),
      bucket: bucket.optional(),
      search: z.string().max(200).optional(),
      limit,
      cursor,
    }),
    output: page(file),
    tool: true,
  }),
  get: contract({
    id: 'files.get',
    summary: 'One file',
    method: 'GET',
    path: '/files/{id}',
    scope: 'files:read',
    input: z.object({ id }),
    output: file,
    errors: ['not_found'],
  }),
  text: contract({
    id: 'files.text',
    summary: 'The extracted text of a file, or the part around a position',
    method: 'GET',
    path: '/files/{id}/text',
    scope: 'files:read',
    input: z.object({
      id,
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(200_000).default(20_000),
    }),
    output: z.object({ id, file_name: z.string(), text: z.string(), offset: z.number(), total: z.number() }),
    errors: ['not_found', 'unprocessable'],
    tool: true,
  }),
  update: contract({
    id: 'files.update',
    summary: 'Rename, tag or move a file to another project',
    method: 'PATCH',
    path: '/files/{id}',
    scope: 'files:write',
    input: z.object({
      id,
      file_name: z.string().trim().min(1).max(255).optional(),
      tags: z.array(z.string().trim().min(1).max(50)).max(50).optional(),
      project_id: id.nullable().optional(),
    }),
    output: file,
    errors: ['not_found'],
  }),
  delete: contract({
    id: 'files.delete',
    summary: 'Delete a file; its space is freed',
    method: 'DELETE',
    path: '/files/{id}',
    scope: 'files:delete',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  retry: contract({
    id: 'files.retry',
    summary: 'Read a file again after it failed',
    method: 'POST',
    path: '/files/{id}/retry',
    scope: 'files:write',
    input: z.object({ id }),
    output: file,
    errors: ['not_found'],
  }),
  search: contract({
    id: 'files.search',
    summary: 'Search passages of your files by words and meaning',
    method: 'GET',
    path: '/files/search',
    scope: 'files:read',
    input: z.object({
      query: z.string().trim().min(1).max(2000),
      project_id: id.optional(),
      limit: z.coerce.number().int().min(1).max(50).default(10),
    }),
    output: page(passage),
    tool: true,
  }),
  quota: contract({
    id: 'files.quota',
    summary: 'How much space you use, by bucket',
    method: 'GET',
    path: '/files/quota',
    scope: 'files:read',
    input: z.object({}),
    output: z.object({
      total_quota_bytes: z.number(),
      used_bytes: z.number(),
      file_count: z.number(),
      usage_percentage: z.number(),
      buckets: z.array(z.object({ bucket: z.string(), count: z.number(), size_bytes: z.number() })),
    }),
  }),
};
