import { z } from 'zod';
import { id, money, time, tokens } from '../../../operations/fields.ts';

export const modelTier = z.enum(['haiku', 'sonnet', 'opus']);
export const conversationView = z.enum(['active', 'archived', 'trash']);
export type ConversationView = z.output<typeof conversationView>;

export const conversation = z.object({
  id,
  /** Who began it; what it costs is theirs or their project's. */
  user_id: id,
  project_id: id.nullable(),
  /** Who answers; null: the assistant without a persona. */
  persona_id: id.nullable(),
  title: z.string().nullable(),
  model_used: z.string().nullable(),
  /** What is asked for its answers; null: the project's choice, else `sonnet`. */
  model_tier: modelTier.nullable(),
  message_count: z.number(),
  total_tokens: tokens,
  total_cost: money,
  is_pinned: z.boolean(),
  is_archived: z.boolean(),
  /** Nothing is remembered from it, and nothing remembered is used. */
  is_private: z.boolean(),
  last_message_at: time,
  /** When it was moved to the trash. */
  deleted_at: time.nullable(),
  /** Until when the trash keeps it; null outside of it, and where the trash is never emptied by itself. */
  kept_until: time.nullable(),
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

export const attachment = z.object({
  id,
  /** Null once the file was deleted. */
  file_id: id.nullable(),
  file_name: z.string(),
  file_type: z.string(),
  file_size: z.number().nullable(),
  /** How the model was given it; null until it was. */
  delivered_as: z.enum(['native', 'text', 'passages', 'unread']).nullable(),
});
export type Attachment = z.output<typeof attachment>;

export const approval = z.object({
  id,
  tool_name: z.string(),
  tool_input: z.unknown(),
});

/** The place of a message among the versions of it. */
export const branch = z.object({
  index: z.number(),
  count: z.number(),
  previous_id: id.nullable(),
  next_id: id.nullable(),
});

export const message = z.object({
  id,
  conversation_id: id,
  parent_message_id: id.nullable(),
  /** Who said it, or asked for the answer. */
  author_id: id.nullable(),
  /** Their name, where it is not you. */
  author_name: z.string().nullable(),
  role: z.enum(['user', 'assistant', 'system', 'tool']),
  content: z.string(),
  /** `streaming` while it is produced, the text so far is in `content`; `waiting` for your decision on a tool call. */
  status: z.enum(['complete', 'streaming', 'waiting', 'stopped', 'failed']),
  error: z.string().nullable(),
  /** What the model thought before it answered, where it says so. */
  reasoning: z.string().nullable(),
  model_used: z.string().nullable(),
  tool_name: z.string().nullable(),
  tool_input: z.unknown(),
  tool_output: z.unknown(),
  /** The tool call failed, or was not allowed; why stands in its output. */
  is_error: z.boolean(),
  branch,
  attachments: z.array(attachment),
  /** The tool call that waits for a decision. */
  approval: approval.nullable(),
  citations: z.array(messageCitation),
  /** Facts from memory that were given to the model. */
  memory_ids: z.array(id),
  /** Parameters that were sent to the model for this answer. */
  parameters: z.record(z.string(), z.unknown()),
  user_rating: z.number().nullable(),
  user_feedback: z.string().nullable(),
  input_tokens: tokens,
  output_tokens: tokens,
  cost: money,
  sequence: z.number(),
  created_at: time,
});
export type Message = z.output<typeof message>;
