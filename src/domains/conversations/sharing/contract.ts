import { z } from 'zod';
import { id, ok, time } from '../../../operations/fields.ts';
import { contract } from '../../../operations/operation.ts';

export const share = z.object({
  id,
  conversation_id: id,
  has_password: z.boolean(),
  expires_at: time.nullable(),
  view_count: z.number(),
  created_at: time,
});
export type Share = z.output<typeof share>;

/** A message as a reader of a link sees it: what was said, without what was used to say it. */
export const sharedMessage = z.object({
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  citations: z.array(z.object({ marker: z.number(), quote: z.string(), file_name: z.string() })),
  attachments: z.array(z.string()),
  created_at: time,
});

export const sharesContract = {
  listShares: contract({
    id: 'shares.list',
    summary: 'Links to a conversation that are open',
    method: 'GET',
    path: '/conversations/{conversation_id}/shares',
    scope: 'chat:read',
    input: z.object({ conversation_id: id }),
    output: z.object({ items: z.array(share) }),
    errors: ['not_found'],
  }),
  createShare: contract({
    id: 'shares.create',
    summary: 'Make a link to the shown branch as it is now',
    description: 'Whoever has the link reads it without signing in. What is said later is not shown.',
    method: 'POST',
    path: '/conversations/{conversation_id}/shares',
    scope: 'chat:write',
    input: z.object({
      conversation_id: id,
      password: z.string().min(8).max(200).optional(),
      expires_in_days: z.number().int().min(1).max(365).optional(),
    }),
    /** The token is shown this once; the database keeps its hash. */
    output: z.object({ share, token: z.string() }),
    errors: ['not_found', 'conflict'],
  }),
  revokeShare: contract({
    id: 'shares.revoke',
    summary: 'Close a link at once',
    method: 'DELETE',
    path: '/shares/{share_id}',
    scope: 'chat:write',
    input: z.object({ share_id: id }),
    output: ok,
    errors: ['not_found'],
  }),
  openShare: contract({
    id: 'shares.open',
    summary: 'What a link shows',
    method: 'POST',
    path: '/shared',
    scope: 'public',
    input: z.object({
      token: z.string().min(1).max(200),
      password: z.string().max(200).optional(),
      /** The reader has it before them and looks again: no view more. */
      again: z.boolean().default(false),
    }),
    output: z.object({
      title: z.string().nullable(),
      /** True: nothing is shown until the password is given. */
      needs_password: z.boolean(),
      messages: z.array(sharedMessage),
    }),
    errors: ['not_found', 'unauthenticated', 'rate_limited'],
  }),
};
