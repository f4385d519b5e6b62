import { type Completion, providerFailed } from '../../domains/completions/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { FinishEvent, TokenUsage, ToolCall } from '../../providers/model/index.ts';
import type { ServerEvent } from './sse.ts';

const finishReasons = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  aborted: 'stop',
  error: 'stop',
} as const;

/** What an answer consists of, once it has ended. */
export interface Answer {
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  finish: FinishEvent;
}

/** Waits for the whole answer. Errors: `provider_failed`. */
export async function collect({ events }: Completion): Promise<Answer> {
  let text = '';
  let reasoning = '';
  const toolCalls: ToolCall[] = [];
  let finish: FinishEvent | undefined;
  for await (const event of events) {
    if (event.type === 'text') text += event.text;
    else if (event.type === 'reasoning') reasoning += event.text;
    else if (event.type === 'tool-call') toolCalls.push(event);
    else if (event.type === 'finish') finish = event;
  }
  if (!finish) throw new Error('The model’s stream ended without its last event.');
  if (finish.error) throw providerFailed(finish.error);
  return { text, reasoning, toolCalls, finish };
}

const usageOf = ({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: TokenUsage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: cachedInputTokens },
  completion_tokens_details: { reasoning_tokens: reasoningTokens },
});

const extraOf = ({ vendor }: ToolCall) => (vendor ? { extra_content: { vendor } } : {});

const functionCall = (id: string, name: string, text: string) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: text },
});

const callOf = (call: ToolCall) => ({
  ...functionCall(call.id, call.name, JSON.stringify(call.input)),
  ...extraOf(call),
});

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** The body of a chat completion. */
export function chatCompletion(model: string, now: number, { text, reasoning, toolCalls, finish }: Answer) {
  return {
    id: `chatcmpl-${newId()}`,
    object: 'chat.completion',
    created: seconds(now),
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && toolCalls.length > 0 ? null : text,
          refusal: null,
          ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(callOf) } : {}),
        },
        logprobs: null,
        finish_reason: finishReasons[finish.stopReason],
      },
    ],
    usage: usageOf(finish.usage),
  };
}

/** The same as a stream of chunks. Errors: `provider_failed`. */
export async function* chatChunks(
  model: string,
  now: number,
  { events }: Completion,
  includeUsage: boolean,
): AsyncGenerator<ServerEvent> {
  const head = {
    id: `chatcmpl-${newId()}`,
    object: 'chat.completion.chunk',
    created: seconds(now),
    model,
  };
  const chunk = (delta: Record<string, unknown>, finish_reason: string | null = null): ServerEvent => ({
    data: {
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(includeUsage ? { usage: null } : {}),
    },
  });
  yield chunk({ role: 'assistant', content: '' });
  /** Calls that were begun, by their ids: the place of each, and whether nothing of its arguments was sent. */
  const calls = new Map<string, { index: number; isBlank: boolean }>();
  for await (const event of events) {
    if (event.type === 'text') yield chunk({ content: event.text });
    else if (event.type === 'reasoning') yield chunk({ reasoning_content: event.text });
    else if (event.type === 'tool-input') {
      const { id, name, text } = event;
      const begun = calls.get(id);
      const call = begun ?? { index: calls.size, isBlank: true };
      calls.set(id, call);
      if (text.trim() !== '') call.isBlank = false;
      if (!begun) yield chunk({ tool_calls: [{ index: call.index, ...functionCall(id, name, text) }] });
      else if (text !== '')
        yield chunk({ tool_calls: [{ index: call.index, function: { arguments: text } }] });
    } else if (event.type === 'tool-call') {
      const begun = calls.get(event.id);
      if (begun) {
        // A call without arguments may come without braces.
        const rest = begun.isBlank ? { function: { arguments: JSON.stringify(event.input) } } : {};
        const more = { ...rest, ...extraOf(event) };
        if (Object.keys(more).length > 0) yield chunk({ tool_calls: [{ index: begun.index, ...more }] });
      } else {
        const index = calls.size;
        calls.set(event.id, { index, isBlank: false });
        yield chunk({ tool_calls: [{ index, ...callOf(event) }] });
      }
    } else {
      if (event.error) throw providerFailed(event.error);
      yield chunk({}, finishReasons[event.stopReason]);
      if (includeUsage) yield { data: { ...head, choices: [], usage: usageOf(event.usage) } };
    }
  }
  yield { data: '[DONE]' };
}
