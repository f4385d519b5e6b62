import { z } from 'zod';
import { cursor, id, limit, money, ok, page, time, tokens } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

export const conversation = z.object({
  id,
  project_id: id.nullable(),
  title: z.string().nullable(),
  model_used: z.string().nullable(),
  message_count: z.number(),
  total_tokens: tokens,
  is_pinned: z.boolean(),
  is_archived: z.boolean(),
  created_at: time,
  updated_at: time,
});
export type Conversation = z.output<typeof conversation>;

export const messageCitation = z.object({
  marker: z.number(),
  quote: z.string(),
  file_id: id,
  file_name: z.string(),
  char_start: z.number(),
  char_end: z.number(),
});

export const message = z.object({
  id,
  conversation_id: id,
  parent_message_id: id.nullable(),
  role: z.enum(['user', 'assistant', 'system', 'tool']),
  content: z.string(),
  /** `streaming` while it is produced; the text so far is in `content`. */
  status: z.enum(['complete', 'streaming', 'stopped', 'failed']),
  error: z.string().nullable(),
  model_used: z.string().nullable(),
  tool_name: z.string().nullable(),
  tool_input: z.unknown(),
  tool_output: z.unknown(),
  citations: z.array(messageCitation),
  /** Facts from memory that were given to the model. */
  memory_ids: z.array(id),
  /** Parameters that were sent to the model for this answer. */
  parameters: z.record(z.string(), z.unknown()),
  input_tokens: tokens,
  output_tokens: tokens,
  cost: money,
  sequence: z.number(),
  created_at: time,
});
export type Message = z.output<typeof message>;

export const messageEvent = z.object({
  type: z.enum(['message', 'text', 'tool', 'done', 'ping']),
  message_id: id.optional(),
  /** For `text`: what was added, at `offset` characters of the message. */
  text: z.string().optional(),
  offset: z.number().optional(),
  message: message.optional(),
});

const path = z.object({ conversation_id: id });

export const conversationsContract = {
  list: contract({
    id: 'conversations.list',
    summary: 'List conversations, last used first',
    method: 'GET',
    path: '/conversations',
    scope: 'chat:read',
    input: z.object({
      project_id: id.optional(),
      search: z.string().max(200).optional(),
      archived: z.stringbool().default(false),
      limit,
      cursor,
    }),
    output: page(conversation),
    tool: true,
  }),
  create: contract({
    id: 'conversations.create',
    summary: 'Start a conversation, over one project’s knowledge when given',
    method: 'POST',
    path: '/conversations',
    scope: 'chat:write',
    input: z.object({ project_id: id.optional(), title: z.string().trim().max(200).optional() }),
    output: conversation,
  }),
  get: contract({
    id: 'conversations.get',
    summary: 'A conversation with its messages',
    method: 'GET',
    path: '/conversations/{conversation_id}',
    scope: 'chat:read',
    input: path,
    output: z.object({ conversation, messages: z.array(message) }),
    errors: ['not_found'],
    tool: true,
  }),
  update: contract({
    id: 'conversations.update',
    summary: 'Rename, pin or archive a conversation',
    method: 'PATCH',
    path: '/conversations/{conversation_id}',
    scope: 'chat:write',
    input: path.extend({
      title: z.string().trim().min(1).max(200).optional(),
      is_pinned: z.boolean().optional(),
      is_archived: z.boolean().optional(),
    }),
    output: conversation,
    errors: ['not_found'],
  }),
  delete: contract({
    id: 'conversations.delete',
    summary: 'Delete a conversation',
    method: 'DELETE',
    path: '/conversations/{conversation_id}',
    scope: 'chat:delete',
    input: path,
    output: ok,
    errors: ['not_found'],
  }),
  send: contract({
    id: 'messages.send',
    summary: 'Say something; the answer is produced whether or not anyone watches',
    method: 'POST',
    path: '/conversations/{conversation_id}/messages',
    scope: 'chat:write',
    input: path.extend({
      content: z.string().trim().min(1).max(100_000),
    }),
    output: z.object({ user_message: message, assistant_message: message }),
    errors: ['not_found', 'conflict'],
  }),
  follow: contract({
    id: 'messages.follow',
    summary: 'Follow an answer while it is produced, from any point',
    method: 'GET',
    path: '/conversations/{conversation_id}/events',
    scope: 'chat:read',
    input: path.extend({ message_id: id.optional(), offset: z.coerce.number().int().min(0).default(0) }),
    output: messageEvent,
    errors: ['not_found'],
    flow: true,
  }),
  stop: contract({
    id: 'messages.stop',
    summary: 'Stop an answer; what was said so far stays',
    method: 'POST',
    path: '/conversations/{conversation_id}/stop',
    scope: 'chat:write',
    input: path,
    output: ok,
    errors: ['not_found'],
  }),
};
