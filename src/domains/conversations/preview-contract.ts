import { z } from 'zod';
import { id, tokens } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

const said = {
  content: z.string().trim().max(100_000).default(''),
  file_ids: z.array(id).max(20).default([]),
};

const part = z.object({
  source: z.enum(['role', 'persona', 'rules', 'settings', 'project', 'skills', 'memory', 'canvas']),
  title: z.string(),
  text: z.string(),
  tokens,
});

const given = z.object({
  model: z.string(),
  /** The system prompt, part by part. */
  system: z.array(part),
  /** What is given with the message, below its words. */
  context: z.array(part),
  messages: z.array(
    z.object({
      role: z.enum(['system', 'user', 'assistant', 'tool']),
      text: z.string(),
      /** Types of files that are given as they are. */
      media: z.array(z.string()),
      tokens,
    }),
  ),
  /** Older messages that do not fit into the tokens the model may read. */
  left_out: z.number(),
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      input_schema: z.record(z.string(), z.unknown()),
      tokens,
    }),
  ),
  parameters: z.record(z.string(), z.unknown()),
  /** Set, but not known to this model, so not sent. */
  unsupported: z.array(z.string()),
  tokens,
  /** Null where nothing is sent, and where it is too large to show. */
  body: z.string().nullable(),
  body_length: z.number().nullable(),
});

export const previewContract = {
  preview: contract({
    id: 'messages.preview',
    summary: 'What the model would be given for a message before it is sent: every part and where it is from',
    description: 'Tokens are estimates. `body` is the request as it goes over the wire, without the key.',
    method: 'POST',
    path: '/conversations/{conversation_id}/preview',
    scope: 'chat:read',
    input: z.object({ conversation_id: id, ...said }),
    output: given,
    errors: ['not_found'],
  }),
  previewFirst: contract({
    id: 'messages.preview-first',
    summary: 'The same for the first message of a conversation that does not exist yet',
    method: 'POST',
    path: '/conversations/preview',
    scope: 'chat:read',
    input: z.object({ project_id: id.optional(), is_private: z.boolean().default(false), ...said }),
    output: given,
    errors: ['not_found'],
  }),
};
