import { z } from 'zod';
import { id, time } from '../../../operations/fields.ts';
import { contract } from '../../../operations/operation.ts';

export const importJob = z.object({
  id,
  source: z.string(),
  status: z.enum(['pending', 'running', 'completed', 'failed', 'cancelled']),
  /** Per cent of the file that was read. */
  progress: z.number(),
  created_count: z.number(),
  /** Conversations that were there already. */
  skipped_count: z.number(),
  failed_count: z.number(),
  /** What could not be taken, and why. */
  report: z.array(z.object({ kind: z.string(), external_id: z.string(), problem: z.string() })),
  error_message: z.string().nullable(),
  created_at: time,
  /** From then on nothing more comes in; a stopped one first keeps the chat it is at. */
  completed_at: time.nullable(),
});
export type ImportJob = z.output<typeof importJob>;

/** An import begins with an upload, which is a route of its own: POST /api/imports?source=…&file_name=…. */
export const importsContract = {
  listImports: contract({
    id: 'imports.list',
    summary: 'Imports of chats from other products, newest first',
    method: 'GET',
    path: '/imports',
    scope: 'chat:read',
    input: z.object({}),
    output: z.object({ items: z.array(importJob) }),
  }),
  cancelImport: contract({
    id: 'imports.cancel',
    summary: 'Stop an import; what it made so far stays',
    method: 'POST',
    path: '/imports/{import_id}/cancel',
    scope: 'chat:write',
    input: z.object({ import_id: id }),
    output: importJob,
    errors: ['not_found', 'conflict'],
  }),
};
