import { z } from 'zod';
import type { CompletionRequest, ImageLoader } from '../../domains/completions/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { invalidInput } from '../../operations/index.ts';
import type {
  MessagePart,
  ModelMessage,
  ModelParameters,
  ResponseFormat,
  ToolCall,
  ToolChoice,
} from '../../providers/model/index.ts';
import { effort, extraContent, PartReader, toEffort, toToolCall } from './content.ts';
import { refuseFields } from './errors.ts';

const text = z.object({ type: z.literal('text'), text: z.string() });
const userPart = z.discriminatedUnion('type', [
  text,
  z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) }),
  z.object({
    type: z.literal('file'),
    file: z.object({ file_data: z.string().nullish(), filename: z.string().nullish() }),
  }),
]);
const texts = z.union([z.string(), z.array(text)]);
const toolName = z.string().min(1).max(128);

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: texts }),
  z.object({ role: z.literal('user'), content: z.union([z.string(), z.array(userPart)]) }),
  z.object({
    role: z.literal('assistant'),
    content: z
      .union([
        z.string(),
        z.array(z.union([text, z.object({ type: z.literal('refusal'), refusal: z.string() })])),
      ])
      .nullish(),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          type: z.literal('function').default('function'),
          function: z.object({ name: toolName, arguments: z.string() }),
          extra_content: extraContent,
        }),
      )
      .nullish(),
  }),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content: texts }),
]);

const schemaOf = z.record(z.string(), z.unknown());
/** OpenAI's own range where vendors differ: the vendor refuses what it does not take. */
const chatRequest = z.looseObject({
  model: z.string().min(1).max(300),
  messages: z.array(message).min(1).max(5_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.number().int().min(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  reasoning_effort: effort.nullish(),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({
          name: toolName,
          description: z.string().nullish(),
          parameters: schemaOf.nullish(),
          strict: z.boolean().nullish(),
        }),
      }),
    )
    .max(1_000)
    .nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.object({ type: z.literal('function'), function: z.object({ name: toolName }) }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_object') }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({
          name: z.string(),
          description: z.string().nullish(),
          schema: schemaOf.nullish(),
          strict: z.boolean().nullish(),
        }),
      }),
    ])
    .nullish(),
});
export type ChatRequest = z.output<typeof chatRequest>;

/** Errors: `invalid_input` naming the field, also for what this server does not have. */
export function readChatRequest(body: Record<string, unknown>): ChatRequest {
  refuseFields(body, {
    n: { allowed: [1], why: 'One answer a request.', fix: 'Send n: 1, and several requests for several.' },
    store: { allowed: [false], why: 'Nothing is stored here.' },
    logprobs: { allowed: [false], why: 'Probabilities are not passed on.' },
    top_logprobs: { allowed: [0], why: 'Probabilities are not passed on.' },
    logit_bias: { why: 'Biases are not passed on.' },
    audio: { why: 'Answers are text.' },
    web_search_options: { why: 'Searching is done by tools of the caller.' },
    functions: { why: 'Functions became tools.', fix: 'Send tools.' },
    function_call: { why: 'Functions became tools.', fix: 'Send tool_choice.' },
  });
  const modalities = body.modalities;
  if (Array.isArray(modalities) && modalities.some((one) => one !== 'text'))
    refuseFields(body, { modalities: { why: 'Answers are text.' } });
  const parsed = chatRequest.safeParse(body);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

/** The request in the words of the port. Errors: `invalid_input`, and those of loading a picture. */
export async function toCompletion(
  request: ChatRequest,
  images: ImageLoader,
  signal: AbortSignal,
): Promise<Omit<CompletionRequest, 'project_id'>> {
  const { tools, tool_choice, response_format, parallel_tool_calls } = request;
  return {
    model: request.model,
    messages: await toMessages(request.messages, new PartReader(images, signal)),
    parameters: parametersOf(request),
    ...(tools?.length
      ? {
          tools: tools.map(({ function: { name, description, parameters, strict } }) => ({
            name,
            description: description ?? '',
            inputSchema: parameters ?? { type: 'object', properties: {} },
            ...(strict == null ? {} : { strict }),
          })),
        }
      : {}),
    ...(tool_choice ? { toolChoice: toToolChoice(tool_choice) } : {}),
    ...(parallel_tool_calls == null ? {} : { parallelToolCalls: parallel_tool_calls }),
    ...(response_format && response_format.type !== 'text'
      ? { responseFormat: formatOf(response_format) }
      : {}),
  };
}

const toToolChoice = (choice: NonNullable<ChatRequest['tool_choice']>): ToolChoice =>
  typeof choice === 'string' ? choice : { tool: choice.function.name };

function formatOf(format: NonNullable<ChatRequest['response_format']>): ResponseFormat {
  return format.type === 'json_schema' ? toFormat(format.json_schema) : {};
}

/** A named schema as both APIs write it. */
export function toFormat({
  schema,
  name,
  description,
  strict,
}: {
  name: string;
  schema?: Record<string, unknown> | null | undefined;
  description?: string | null | undefined;
  strict?: boolean | null | undefined;
}): ResponseFormat {
  return {
    name,
    ...(schema ? { schema } : {}),
    ...(description ? { description } : {}),
    ...(strict == null ? {} : { strict }),
  };
}

function parametersOf(request: ChatRequest): ModelParameters {
  const { stop } = request;
  return given({
    temperature: request.temperature,
    topP: request.top_p,
    topK: request.top_k,
    frequencyPenalty: request.frequency_penalty,
    presencePenalty: request.presence_penalty,
    seed: request.seed,
    stopSequences: typeof stop === 'string' ? [stop] : stop,
    maxOutputTokens: request.max_completion_tokens ?? request.max_tokens,
    reasoningEffort: request.reasoning_effort && toEffort(request.reasoning_effort),
  });
}

/** Without what is null or left out. */
export const given = (
  values: { [K in keyof ModelParameters]: ModelParameters[K] | null | undefined },
): ModelParameters =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as ModelParameters;

const joined = (content: string | { text: string }[]): string =>
  typeof content === 'string' ? content : content.map((part) => part.text).join('\n');

async function toMessages(messages: ChatRequest['messages'], parts: PartReader): Promise<ModelMessage[]> {
  const names = new Map<string, string>();
  const out: ModelMessage[] = [];
  for (const [index, entry] of messages.entries()) {
    const at = `messages.${index}`;
    if (entry.role === 'user')
      out.push({
        role: 'user',
        content:
          typeof entry.content === 'string'
            ? entry.content
            : await Promise.all(entry.content.map((part) => toPart(part, parts, `${at}.content`))),
      });
    else if (entry.role === 'assistant') {
      const toolCalls = (entry.tool_calls ?? []).map(({ id, function: call, extra_content }): ToolCall => {
        names.set(id, call.name);
        return toToolCall(id, call.name, call.arguments, extra_content, `${at}.tool_calls`);
      });
      const { content } = entry;
      const said =
        typeof content === 'string'
          ? content
          : (content ?? []).map((part) => (part.type === 'text' ? part.text : part.refusal)).join('\n');
      out.push({ role: 'assistant', text: said, ...(toolCalls.length > 0 ? { toolCalls } : {}) });
    } else if (entry.role === 'tool')
      out.push(toolResult(names, entry.tool_call_id, joined(entry.content), at));
    else out.push({ role: 'system', content: joined(entry.content) });
  }
  return out;
}

/** Errors: `invalid_input` for the result of a call that was not made. */
export function toolResult(
  names: ReadonlyMap<string, string>,
  id: string,
  content: string,
  at: string,
): ModelMessage {
  const toolName = names.get(id);
  if (toolName === undefined)
    throw new AppError('invalid_input', `${at}: No message before this one calls a tool with the id ${id}.`, {
      fix: 'Send the assistant’s message with the call before the result.',
      details: { issues: [{ field: at }] },
    });
  return { role: 'tool', toolCallId: id, toolName, content };
}

async function toPart(part: z.output<typeof userPart>, parts: PartReader, at: string): Promise<MessagePart> {
  if (part.type === 'text') return part;
  return part.type === 'image_url'
    ? parts.image(part.image_url.url)
    : parts.file(part.file.file_data, part.file.filename, at);
}
