import { z } from 'zod';
import { id, ok } from '../../../operations/fields.ts';
import { contract } from '../../../operations/operation.ts';
import { message } from '../shapes/contract.ts';

export const toolPermission = z.enum(['always', 'ask', 'never']);

export const toolsContract = {
  listTools: contract({
    id: 'tools.list',
    summary: 'The tools of chats, and whether each runs without asking you',
    method: 'GET',
    path: '/tools',
    scope: 'chat:read',
    input: z.object({ conversation_id: id.optional() }),
    output: z.object({
      items: z.array(
        z.object({
          name: z.string(),
          description: z.string(),
          /** What you chose, else the tool's own. */
          permission: toolPermission,
          /** What holds in the conversation, when one was named and it has a choice of its own. */
          conversation_permission: toolPermission.nullable(),
        }),
      ),
    }),
  }),
  setToolPermission: contract({
    id: 'tools.set',
    summary: 'Choose whether a tool runs always, asks first, or never runs',
    method: 'PUT',
    path: '/tools/{name}',
    scope: 'chat:write',
    input: z.object({
      name: z.string().trim().min(1).max(200),
      /** Null: as the tool itself is. */
      permission: toolPermission.nullable(),
      conversation_id: id.optional(),
    }),
    output: ok,
    errors: ['not_found'],
  }),
  decide: contract({
    id: 'tools.decide',
    summary: 'Allow or deny a tool call that waits, and go on',
    method: 'POST',
    path: '/tool-approvals/{approval_id}',
    scope: 'chat:write',
    input: z.object({
      approval_id: id,
      decision: z.enum(['allowed', 'denied']),
      /** How far it holds: this call, this conversation, or every one. */
      holds: z.enum(['once', 'conversation', 'always']).default('once'),
    }),
    output: message,
    errors: ['not_found', 'forbidden', 'conflict'],
  }),
};
