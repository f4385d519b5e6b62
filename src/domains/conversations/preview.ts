import type { z } from 'zod';
import type { UserPrincipal } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { UserContext } from '../../operations/index.ts';
import {
  estimateMessageTokens,
  estimateTokens,
  type MessagePart,
  type ModelMessage,
} from '../../providers/model/index.ts';
import { requestOf, type Step, toModelMessages, withinTokens } from '../agents/index.ts';
import { type PromptPart, renderSystem } from '../preferences/index.ts';
import { AttachedFiles } from './attachments.ts';
import type { conversationsContract } from './contract.ts';
import { findLeaf } from './queries.ts';
import { stepsBefore } from './recorder.ts';
import {
  artifactsBeside,
  chosenFor,
  composeTurn,
  contextOf,
  factsFor,
  placeOfNew,
  type TurnDeps,
  type TurnPlace,
} from './turn.ts';

type Preview = z.output<typeof conversationsContract.preview.input>;
type PreviewFirst = z.output<typeof conversationsContract.previewFirst.input>;
type Said = Pick<Preview, 'content' | 'file_ids'>;

/** A body with pictures in it is larger than a page can show. */
const maxBodyLength = 2_000_000;

/**
 * What a model would be given for a question before it is asked: made by the code that answers, with the rights the
 * answer will have, and changing nothing.
 */
export class Previewing {
  readonly #deps: TurnDeps;

  constructor(deps: TurnDeps) {
    this.#deps = deps;
  }

  async preview(context: UserContext, { conversation_id, ...said }: Preview) {
    const principal = answering(context);
    const { place, before } = await this.#deps.database.as(principal, async (session) => {
      const leaf = await findLeaf(session, conversation_id);
      return {
        place: {
          ...(await chosenFor(this.#deps, session, principal, conversation_id)),
          artifacts: await artifactsBeside(session, conversation_id, leaf),
        },
        before: await stepsBefore(session, leaf),
      };
    });
    return this.#given(context, place, before, said);
  }

  async previewFirst(context: UserContext, { project_id, is_private, ...said }: PreviewFirst) {
    const principal = answering(context);
    const place = await this.#deps.database.as(principal, (session) =>
      placeOfNew(this.#deps, session, principal, { project_id: project_id ?? null, is_private }),
    );
    return this.#given(context, place, [], said);
  }

  async #given(context: UserContext, place: TurnPlace, before: Step[], { content, file_ids }: Said) {
    const principal = answering(context);
    const facts = await factsFor(this.#deps, { ...place, question: content }, principal, context.signal);
    const turn = await composeTurn(this.#deps, place, facts, principal);
    const question = questionStep(content, file_ids.length > 0);
    const steps = [...before, question];
    const attached = new AttachedFiles(this.#deps, principal, turn.model, {
      message_id: question.id,
      file_ids,
    });
    const parts = await attached.parts(steps, context.signal);
    if (file_ids.length > 0 && (parts.get(question.id)?.length ?? 0) < file_ids.length)
      throw new AppError('not_found', 'A file that is attached does not exist.', {
        fix: 'Remove it, or upload it again.',
      });
    const all = toModelMessages({ system: renderSystem(turn.system), ...contextOf(turn) }, steps, parts);
    const messages = withinTokens(all, turn.maxInputTokens);
    const request = requestOf(turn, messages);
    const body = await turn.model.provider.bodyOf({ ...request, signal: context.signal });
    return {
      model: turn.model.label,
      system: turn.system.map(withTokens),
      context: turn.context.map(withTokens),
      messages: messages.slice(1).map((message) => ({
        role: message.role,
        text: textOf(message),
        media: mediaOf(message),
        tokens: estimateMessageTokens([message]),
      })),
      left_out: all.length - messages.length,
      tools: request.tools.map((tool) => ({
        name: tool.name,
        description: tool.description,
        input_schema: tool.inputSchema,
        tokens: estimateTokens(JSON.stringify(tool)),
      })),
      parameters: request.parameters,
      unsupported: turn.unsupported,
      tokens: estimateMessageTokens(messages) + estimateTokens(JSON.stringify(request.tools)),
      body: body !== null && body.length > maxBodyLength ? null : body,
      body_length: body?.length ?? null,
    };
  }
}

const withTokens = (part: PromptPart) => ({ ...part, tokens: estimateTokens(part.text) });

const answering = ({ principal }: UserContext): UserPrincipal => ({ ...principal, agent: 'chat' });

const questionStep = (content: string, hasAttachments: boolean): Step => ({
  id: newId(),
  sequence: 0,
  role: 'user',
  content,
  status: 'complete',
  tool_calls: null,
  tool_call_id: null,
  tool_name: null,
  tool_output: null,
  phase: '',
  remarks: 0,
  is_error: false,
  has_attachments: hasAttachments,
});

const partsOf = (message: ModelMessage): MessagePart[] =>
  message.role === 'user' && typeof message.content !== 'string' ? message.content : [];

function textOf(message: ModelMessage): string {
  if (message.role === 'assistant') return message.text;
  if (message.role !== 'user') return message.content;
  const words =
    typeof message.content === 'string'
      ? [message.content]
      : message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return [...words, ...(message.context === undefined ? [] : [message.context])].join('\n\n');
}

/** Types of what is given as it is. */
const mediaOf = (message: ModelMessage): string[] =>
  partsOf(message).flatMap((part) => (part.type === 'text' ? [] : [part.mediaType]));
