import { z } from 'zod';
import type { CompletionRequest, ImageLoader } from '../../domains/completions/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { invalidInput } from '../../operations/index.ts';
import type { MessagePart, ModelMessage, ToolCall } from '../../providers/model/index.ts';
import { given, toFormat, toolResult } from './chat-request.ts';
import { effort, extraContent, PartReader, toEffort, toToolCall } from './content.ts';
import { refuseFields, unsupported } from './errors.ts';

const inputPart = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['input_text', 'output_text', 'text']), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string().nullish() }),
  z.object({
    type: z.literal('input_file'),
    file_data: z.string().nullish(),
    filename: z.string().nullish(),
  }),
]);
type InputPart = z.output<typeof inputPart>;

const message = z.object({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(inputPart)]),
});
const item = z.union([
  message,
  z.object({
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string().min(1).max(128),
    arguments: z.string(),
    extra_content: extraContent,
  }),
  z.object({
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.union([z.string(), z.array(inputPart)]),
  }),
  // What a model thought is not shown to the next one.
  z.object({ type: z.literal('reasoning') }),
]);

const toolName = z.string().min(1).max(128);
const responsesRequest = z.looseObject({
  model: z.string().min(1).max(300),
  input: z.union([z.string(), z.array(item).min(1).max(5_000)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_output_tokens: z.number().int().min(1).nullish(),
  reasoning: z.object({ effort: effort.nullish() }).nullish(),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        name: toolName,
        description: z.string().nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
        strict: z.boolean().nullish(),
      }),
    )
    .max(1_000)
    .nullish(),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.object({ type: z.literal('function'), name: toolName })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z
    .object({
      format: z
        .discriminatedUnion('type', [
          z.object({ type: z.literal('text') }),
          z.object({ type: z.literal('json_object') }),
          z.object({
            type: z.literal('json_schema'),
            name: z.string(),
            description: z.string().nullish(),
            schema: z.record(z.string(), z.unknown()),
            strict: z.boolean().nullish(),
          }),
        ])
        .nullish(),
    })
    .nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export type ResponsesRequest = z.output<typeof responsesRequest>;

const notStored = 'Nothing is stored here, so there is nothing to go on from.';

/** Errors: `invalid_input` naming the field, also for what this server does not have. */
export function readResponsesRequest(body: Record<string, unknown>): ResponsesRequest {
  refuseFields(body, {
    previous_response_id: { why: notStored, fix: 'Send the items of the conversation so far as input.' },
    conversation: { why: notStored, fix: 'Send the items of the conversation so far as input.' },
    store: { allowed: [false], why: 'Nothing is stored here.', fix: 'Send store: false, or leave it out.' },
    background: { allowed: [false], why: 'A response is made while the caller waits.' },
    prompt: { why: 'Prompts are not kept here under ids of OpenAI.', fix: 'Send instructions.' },
    truncation: { allowed: ['disabled'], why: 'Nothing of the input is left out.' },
    top_logprobs: { allowed: [0], why: 'Probabilities are not passed on.' },
  });
  for (const { type } of typed(body.tools))
    if (type !== 'function')
      throw unsupported('tools', `There is no built-in tool ${type}.`, 'Send tools of the type function.');
  for (const { type } of typed(body.input))
    if (type === 'item_reference') throw unsupported('input', notStored, 'Send the item itself.');
  const parsed = responsesRequest.safeParse(body);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

const typed = (list: unknown): { type: string }[] =>
  Array.isArray(list)
    ? list.filter((entry): entry is { type: string } => typeof entry?.type === 'string')
    : [];

/** The request in the words of the port. Errors: `invalid_input`, and those of loading a picture. */
export async function toResponsesCompletion(
  request: ResponsesRequest,
  images: ImageLoader,
  signal: AbortSignal,
): Promise<Omit<CompletionRequest, 'project_id'>> {
  const { tools, tool_choice, parallel_tool_calls, instructions, input } = request;
  const format = request.text?.format;
  return {
    model: request.model,
    messages: [
      ...(instructions ? [{ role: 'system' as const, content: instructions }] : []),
      ...(typeof input === 'string'
        ? [{ role: 'user' as const, content: input }]
        : await toMessages(input, new PartReader(images, signal))),
    ],
    parameters: given({
      temperature: request.temperature,
      topP: request.top_p,
      maxOutputTokens: request.max_output_tokens,
      reasoningEffort: request.reasoning?.effort && toEffort(request.reasoning.effort),
    }),
    ...(tools?.length
      ? {
          tools: tools.map(({ name, description, parameters, strict }) => ({
            name,
            description: description ?? '',
            inputSchema: parameters ?? { type: 'object', properties: {} },
            ...(strict == null ? {} : { strict }),
          })),
        }
      : {}),
    ...(tool_choice
      ? { toolChoice: typeof tool_choice === 'string' ? tool_choice : { tool: tool_choice.name } }
      : {}),
    ...(parallel_tool_calls == null ? {} : { parallelToolCalls: parallel_tool_calls }),
    ...(format && format.type !== 'text'
      ? { responseFormat: format.type === 'json_schema' ? toFormat(format) : {} }
      : {}),
  };
}

/** What an assistant said and called in one turn stands in several items, and is one message to a model. */
async function toMessages(
  items: Exclude<ResponsesRequest['input'], string>,
  parts: PartReader,
): Promise<ModelMessage[]> {
  const names = new Map<string, string>();
  const out: ModelMessage[] = [];
  for (const [index, entry] of items.entries()) {
    const at = `input.${index}`;
    if ('role' in entry) {
      const content =
        typeof entry.content === 'string' ? entry.content : await read(entry.content, parts, at);
      if (entry.role === 'user') out.push({ role: 'user', content });
      else if (entry.role === 'assistant') out.push({ role: 'assistant', text: textOf(content, at) });
      else out.push({ role: 'system', content: textOf(content, at) });
    } else if (entry.type === 'function_call') {
      names.set(entry.call_id, entry.name);
      const call: ToolCall = toToolCall(entry.call_id, entry.name, entry.arguments, entry.extra_content, at);
      const last = out.at(-1);
      if (last?.role === 'assistant') last.toolCalls = [...(last.toolCalls ?? []), call];
      else out.push({ role: 'assistant', text: '', toolCalls: [call] });
    } else if (entry.type === 'function_call_output') {
      const { output } = entry;
      const content = typeof output === 'string' ? output : textOf(await read(output, parts, at), at);
      out.push(toolResult(names, entry.call_id, content, at));
    }
  }
  return out;
}

const read = (content: InputPart[], parts: PartReader, at: string): Promise<MessagePart[]> =>
  Promise.all(content.map((part) => toPart(part, parts, at)));

async function toPart(part: InputPart, parts: PartReader, at: string): Promise<MessagePart> {
  switch (part.type) {
    case 'refusal':
      return { type: 'text', text: part.refusal };
    case 'input_image':
      if (!part.image_url)
        throw unsupported(at, 'An image is read from its URL alone.', 'Send it as image_url.');
      return parts.image(part.image_url);
    case 'input_file':
      return parts.file(part.file_data, part.filename, at);
    default:
      return { type: 'text', text: part.text };
  }
}

/** Errors: `invalid_input` for a picture where text belongs. */
function textOf(content: string | MessagePart[], at: string): string {
  if (typeof content === 'string') return content;
  return content
    .map((part) => {
      if (part.type === 'text') return part.text;
      throw new AppError('invalid_input', `${at}: Pictures and files belong into messages of the user.`, {
        fix: 'Move it there.',
        details: { issues: [{ field: at }] },
      });
    })
    .join('\n');
}
