import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';
import { previewContract } from './preview-contract.ts';
import { conversation, conversationView, message, modelTier } from './shapes/contract.ts';
import { sharesContract } from './sharing/contract.ts';
import { toolsContract } from './tools/contract.ts';
import { importsContract } from './transfer/contract.ts';

export type { Attachment, Conversation, Message } from './shapes/contract.ts';

export const messageEvent = z.object({
  /** `changed`: the shown branch or the title is another; ask for the conversation again. `artifact`: one beside it. */
  type: z.enum(['message', 'text', 'reasoning', 'call', 'tool', 'changed', 'artifact', 'done']),
  artifact_id: id.optional(),
  message_id: id.optional(),
  /**
   * For `text`: what was added, at `offset` characters of the message. For `reasoning`: of what the model thinks. For
   * `call`: of the arguments of a tool call, JSON that is not complete yet.
   */
  text: z.string().optional(),
  /** For `call`. */
  tool_name: z.string().optional(),
  offset: z.number().optional(),
  message: message.optional(),
});

const path = z.object({ conversation_id: id });
const messagePath = z.object({ message_id: id });

const said = {
  content: z.string().trim().max(100_000).default(''),
  /** Files of yours that go with it. */
  file_ids: z.array(id).max(20).default([]),
};

const shown = z.object({ conversation, messages: z.array(message) });

export const foundMessage = z.object({
  message_id: id,
  conversation_id: id,
  title: z.string().nullable(),
  role: z.enum(['user', 'assistant']),
  /** The part of the message around the words. */
  excerpt: z.string(),
  score: z.number(),
  created_at: time,
});

export const treeMessage = z.object({
  id,
  parent_message_id: id.nullable(),
  role: z.enum(['user', 'assistant', 'system', 'tool']),
  /** How it begins. */
  preview: z.string(),
  is_shown: z.boolean(),
  status: z.enum(['complete', 'streaming', 'waiting', 'stopped', 'failed']),
  created_at: time,
});

const coreContract = {
  list: contract({
    id: 'conversations.list',
    summary: 'List conversations, pinned first, then last used first',
    method: 'GET',
    path: '/conversations',
    scope: 'chat:read',
    input: z.object({
      project_id: id.optional(),
      search: z.string().max(200).optional(),
      view: conversationView.default('active'),
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
    input: z.object({
      project_id: id.optional(),
      persona_id: id.optional(),
      title: z.string().trim().max(200).optional(),
      is_private: z.boolean().default(false),
    }),
    output: conversation,
  }),
  get: contract({
    id: 'conversations.get',
    summary: 'A conversation with the messages of its shown branch',
    method: 'GET',
    path: '/conversations/{conversation_id}',
    scope: 'chat:read',
    input: path,
    output: shown,
    errors: ['not_found'],
    tool: true,
  }),
  update: contract({
    id: 'conversations.update',
    summary: 'Rename, pin, archive, move, or make a conversation private',
    method: 'PATCH',
    path: '/conversations/{conversation_id}',
    scope: 'chat:write',
    input: path.extend({
      title: z.string().trim().min(1).max(200).optional(),
      is_pinned: z.boolean().optional(),
      is_archived: z.boolean().optional(),
      is_private: z.boolean().optional(),
      project_id: id.nullable().optional(),
      /** Null: the project's choice, else `sonnet`. */
      model_tier: modelTier.nullable().optional(),
    }),
    output: conversation,
    errors: ['not_found'],
  }),
  delete: contract({
    id: 'conversations.delete',
    summary: 'Move a conversation to the trash, or delete it for good',
    description: 'The trash keeps it until the time it then names.',
    method: 'DELETE',
    path: '/conversations/{conversation_id}',
    scope: 'chat:delete',
    input: path.extend({ permanently: z.stringbool().default(false) }),
    output: ok,
    errors: ['not_found'],
  }),
  restore: contract({
    id: 'conversations.restore',
    summary: 'Take a conversation out of the trash',
    method: 'POST',
    path: '/conversations/{conversation_id}/restore',
    scope: 'chat:write',
    input: path,
    output: conversation,
    errors: ['not_found'],
  }),
  emptyTrash: contract({
    id: 'conversations.empty-trash',
    summary: 'Delete for good what is in the trash: your conversations, or those of a project',
    method: 'POST',
    path: '/conversations/empty-trash',
    scope: 'chat:delete',
    input: z.object({ project_id: id.optional() }),
    output: z.object({ deleted: z.number() }),
  }),
  tree: contract({
    id: 'conversations.tree',
    summary: 'Every branch of a conversation',
    method: 'GET',
    path: '/conversations/{conversation_id}/tree',
    scope: 'chat:read',
    input: path,
    output: z.object({ items: z.array(treeMessage) }),
    errors: ['not_found'],
  }),
  send: contract({
    id: 'messages.send',
    summary: 'Say something; the answer is produced whether or not anyone watches',
    method: 'POST',
    path: '/conversations/{conversation_id}/messages',
    scope: 'chat:write',
    input: path.extend(said),
    output: z.object({ user_message: message, assistant_message: message }),
    errors: ['not_found', 'conflict'],
  }),
  edit: contract({
    id: 'messages.edit',
    summary: 'Say it differently: a new branch beside the old one, with an answer of its own',
    method: 'POST',
    path: '/messages/{message_id}/edit',
    scope: 'chat:write',
    input: messagePath.extend(said),
    output: shown,
    errors: ['not_found', 'conflict'],
  }),
  regenerate: contract({
    id: 'messages.regenerate',
    summary: 'Have another answer, beside the one there is',
    method: 'POST',
    path: '/messages/{message_id}/regenerate',
    scope: 'chat:write',
    input: messagePath,
    output: shown,
    errors: ['not_found', 'conflict'],
  }),
  show: contract({
    id: 'messages.show',
    summary: 'Show the branch of a message',
    method: 'POST',
    path: '/messages/{message_id}/show',
    scope: 'chat:write',
    input: messagePath,
    output: shown,
    errors: ['not_found'],
  }),
  deleteBranch: contract({
    id: 'messages.delete',
    summary: 'Delete a message and everything that follows it',
    method: 'DELETE',
    path: '/messages/{message_id}',
    scope: 'chat:delete',
    input: messagePath,
    output: shown,
    errors: ['not_found'],
  }),
  facts: contract({
    id: 'messages.facts',
    summary: 'The remembered facts an answer was given, as they are now',
    method: 'GET',
    path: '/messages/{message_id}/facts',
    scope: 'chat:read',
    input: messagePath,
    output: z.object({ items: z.array(z.object({ id, content: z.string() })) }),
    errors: ['not_found'],
  }),
  rate: contract({
    id: 'messages.rate',
    summary: 'Say how good an answer is, and why',
    method: 'PUT',
    path: '/messages/{message_id}/rating',
    scope: 'chat:write',
    input: messagePath.extend({
      /** 1 is bad, 5 is good; null takes it back. */
      rating: z.number().int().min(1).max(5).nullable(),
      feedback: z.string().trim().max(2_000).optional(),
    }),
    output: message,
    errors: ['not_found'],
  }),
  search: contract({
    id: 'messages.search',
    summary: 'Search everything said in your conversations, by words and meaning',
    method: 'GET',
    path: '/messages/search',
    scope: 'chat:read',
    input: z.object({
      query: z.string().trim().min(1).max(2_000),
      project_id: id.optional(),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
    output: page(foundMessage),
    tool: true,
  }),
  follow: contract({
    id: 'messages.follow',
    summary: 'Follow an answer while it is produced, from any point',
    method: 'GET',
    path: '/conversations/{conversation_id}/events',
    scope: 'chat:read',
    input: path.extend({
      message_id: id.optional(),
      offset: z.coerce.number().int().min(0).default(0),
      /** Stays open when nothing is produced any more, for what is said later. */
      stay: z.stringbool().default(false),
    }),
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

export const conversationsContract = {
  ...coreContract,
  ...previewContract,
  ...toolsContract,
  ...sharesContract,
  ...importsContract,
};
