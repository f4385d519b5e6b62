import { type Completion, providerFailed } from '../../domains/completions/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { FinishEvent, TokenUsage, ToolCall } from '../../providers/model/index.ts';
import { openAiErrorOf } from './errors.ts';
import type { ResponsesRequest } from './responses-request.ts';
import type { ServerEvent } from './sse.ts';

type Json = Record<string, unknown>;

type CallItem = Json & { id: string; arguments: string; status: string };

/** The whole response. Errors: `provider_failed`. */
export async function responseOf(
  request: ResponsesRequest,
  now: number,
  { events }: Completion,
): Promise<Json> {
  const building = new Building(request, now);
  for await (const event of events) {
    if (event.type === 'text') building.say('message', event.text);
    else if (event.type === 'reasoning') building.say('reasoning', event.text);
    else if (event.type === 'tool-input') building.write(event);
    else if (event.type === 'tool-call') building.call(event);
    else {
      if (event.error) throw providerFailed(event.error);
      building.end(event);
    }
  }
  return building.response();
}

/** The same as the events of a stream; a failure after the beginning is its last, `response.failed`. */
export async function* responseEvents(
  request: ResponsesRequest,
  now: number,
  { events }: Completion,
): AsyncGenerator<ServerEvent> {
  const building = new Building(request, now);
  yield building.event('response.created', { response: building.response() });
  yield building.event('response.in_progress', { response: building.response() });
  for await (const event of events) {
    if (event.type === 'text') yield* building.say('message', event.text);
    else if (event.type === 'reasoning') yield* building.say('reasoning', event.text);
    else if (event.type === 'tool-input') yield* building.write(event);
    else if (event.type === 'tool-call') yield* building.call(event);
    else yield* building.end(event);
  }
}

const usageOf = ({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: TokenUsage): Json => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: cachedInputTokens },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: reasoningTokens },
  total_tokens: inputTokens + outputTokens,
});

const failure = (finish: FinishEvent): Json | null =>
  finish.error
    ? { code: 'server_error', message: openAiErrorOf(providerFailed(finish.error)).error.message }
    : null;

/** A response as it grows: its items, and the events that tell of each step. */
class Building {
  readonly #request: ResponsesRequest;
  readonly #head: Json;
  readonly #output: Json[] = [];
  #sequence = 0;
  #status = 'in_progress';
  #finish: FinishEvent | undefined;
  /** The item that text is added to, and its text so far. */
  #open: { kind: 'message' | 'reasoning'; item: Json; text: string } | undefined;
  /** Calls whose arguments are being written, by their ids. */
  readonly #calls = new Map<string, CallItem>();

  constructor(request: ResponsesRequest, now: number) {
    this.#request = request;
    this.#head = { id: `resp_${newId()}`, object: 'response', created_at: Math.floor(now / 1_000) };
  }

  event(type: string, body: Json): ServerEvent {
    return { event: type, data: { type, sequence_number: this.#sequence++, ...body } };
  }

  /** The object as of now. */
  response(): Json {
    const { model, instructions, tools, tool_choice, temperature, top_p, reasoning, text, metadata } =
      this.#request;
    const finish = this.#finish;
    return {
      ...this.#head,
      status: this.#status,
      background: false,
      error: finish ? failure(finish) : null,
      incomplete_details: this.#status === 'incomplete' ? { reason: whyIncomplete(finish) } : null,
      instructions: instructions ?? null,
      max_output_tokens: this.#request.max_output_tokens ?? null,
      model,
      output: [...this.#output],
      parallel_tool_calls: this.#request.parallel_tool_calls ?? true,
      previous_response_id: null,
      reasoning: { effort: reasoning?.effort ?? null, summary: null },
      store: false,
      temperature: temperature ?? null,
      text: { format: text?.format ?? { type: 'text' } },
      tool_choice: tool_choice ?? 'auto',
      tools: tools ?? [],
      top_p: top_p ?? null,
      truncation: 'disabled',
      usage: finish ? usageOf(finish.usage) : null,
      metadata: metadata ?? {},
    };
  }

  /** Adds text to the open item of its kind, or opens one. */
  say(kind: 'message' | 'reasoning', delta: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    if (this.#open?.kind !== kind) {
      events.push(...this.#closeItem('completed'));
      const item: Json =
        kind === 'message'
          ? { id: `msg_${newId()}`, type: 'message', role: 'assistant', status: 'in_progress', content: [] }
          : { id: `rs_${newId()}`, type: 'reasoning', status: 'in_progress', summary: [], content: [] };
      this.#open = { kind, item, text: '' };
      this.#output.push(item);
      events.push(
        this.event('response.output_item.added', {
          output_index: this.#output.length - 1,
          item: { ...item },
        }),
        this.event('response.content_part.added', { ...this.#place(item), part: partOf(kind, '') }),
      );
    }
    const open = this.#open;
    if (open) {
      open.text += delta;
      const name = kind === 'message' ? 'output_text' : 'reasoning_text';
      events.push(
        this.event(`response.${name}.delta`, {
          ...this.#place(open.item),
          delta,
          ...(kind === 'message' ? { logprobs: [] } : {}),
        }),
      );
    }
    return events;
  }

  /** Arguments of a call as the model writes them. */
  write({ id, name, text }: { id: string; name: string; text: string }): ServerEvent[] {
    const events: ServerEvent[] = [];
    const item = this.#calls.get(id) ?? this.#openCall(id, name, events);
    if (text !== '') {
      item.arguments += text;
      events.push(
        this.event('response.function_call_arguments.delta', { ...this.#placeOfCall(item), delta: text }),
      );
    }
    return events;
  }

  call({ id, name, input, vendor }: ToolCall): ServerEvent[] {
    const whole = JSON.stringify(input);
    const events = this.#calls.get(id)?.arguments.trim() ? [] : this.write({ id, name, text: whole });
    const item = this.#calls.get(id);
    if (!item) return events;
    this.#calls.delete(id);
    Object.assign(item, { status: 'completed' }, vendor ? { extra_content: { vendor } } : {});
    const place = this.#placeOfCall(item);
    return [
      ...events,
      this.event('response.function_call_arguments.done', { ...place, name, arguments: item.arguments }),
      this.event('response.output_item.done', { output_index: place.output_index, item: { ...item } }),
    ];
  }

  #openCall(id: string, name: string, events: ServerEvent[]): CallItem {
    events.push(...this.#closeItem('completed'));
    const item = {
      id: `fc_${newId()}`,
      type: 'function_call',
      status: 'in_progress',
      call_id: id,
      name,
      arguments: '',
    };
    this.#calls.set(id, item);
    const output_index = this.#output.push(item) - 1;
    events.push(this.event('response.output_item.added', { output_index, item: { ...item } }));
    return item;
  }

  #placeOfCall(item: CallItem) {
    return { output_index: this.#output.indexOf(item), item_id: item.id };
  }

  end(finish: FinishEvent): ServerEvent[] {
    this.#finish = finish;
    const { stopReason } = finish;
    const cut = stopReason === 'length' || stopReason === 'content-filter';
    const failed = stopReason === 'error' || stopReason === 'aborted';
    const events = this.#closeItem(cut || failed ? 'incomplete' : 'completed');
    for (const item of this.#calls.values()) {
      item.status = 'incomplete';
      const { output_index } = this.#placeOfCall(item);
      events.push(this.event('response.output_item.done', { output_index, item: { ...item } }));
    }
    this.#status = failed ? 'failed' : cut ? 'incomplete' : 'completed';
    return [...events, this.event(`response.${this.#status}`, { response: this.response() })];
  }

  #closeItem(status: 'completed' | 'incomplete'): ServerEvent[] {
    const open = this.#open;
    if (!open) return [];
    this.#open = undefined;
    const { kind, item, text } = open;
    const part = partOf(kind, text);
    item.status = status;
    item.content = [part];
    const place = this.#place(item);
    const name = kind === 'message' ? 'output_text' : 'reasoning_text';
    return [
      this.event(`response.${name}.done`, {
        ...place,
        text,
        ...(kind === 'message' ? { logprobs: [] } : {}),
      }),
      this.event('response.content_part.done', { ...place, part }),
      this.event('response.output_item.done', { output_index: place.output_index, item }),
    ];
  }

  #place(item: Json) {
    return { item_id: item.id, output_index: this.#output.indexOf(item), content_index: 0 };
  }
}

const partOf = (kind: 'message' | 'reasoning', text: string): Json =>
  kind === 'message'
    ? { type: 'output_text', text, annotations: [], logprobs: [] }
    : { type: 'reasoning_text', text };

const whyIncomplete = (finish: FinishEvent | undefined): string =>
  finish?.stopReason === 'length' ? 'max_output_tokens' : 'content_filter';
