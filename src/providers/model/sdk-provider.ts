import type { LanguageModelV3, LanguageModelV3StreamPart as SdkPart } from '@ai-sdk/provider';
import { BoundedMap } from '../../kernel/bounded-map.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { classify, httpError, modelError } from './failure.ts';
import {
  type ConnectionTest,
  type FinishEvent,
  type ModelCapabilities,
  type ModelConnection,
  type ModelError,
  type ModelEvent,
  type ModelParameters,
  type ModelProvider,
  type ModelRequest,
  noUsage,
  type ProviderKind,
  type StopReason,
  type TokenUsage,
  type ToolCall,
} from './port.ts';
import { contextWindowOf } from './prices.ts';
import { type KeptReasoning, withReasoning } from './reasoning.ts';
import { type Access, merged, type Vendor, vendors } from './vendors.ts';

export interface ModelDeps {
  clock: Clock;
  fetch: typeof globalThis.fetch;
  /** A stream that says nothing for so long is given up as `timeout`. */
  idleTimeoutMs: number;
}

const listTimeoutMs = 10_000;

/** Errors: `invalid_input` unless it is an http or https address without credentials. */
export function checkBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new AppError('invalid_input', 'The base URL is not an http or https address.', {
      fix: 'Give an address like https://api.example.com/v1, without a user name or password in it.',
    });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Models of a connection whose adapters are kept: any name can be asked for. */
const mostAdapters = 20;

/**
 * A vendor reached through its adapter of the AI SDK, by the specification the adapters share (LanguageModelV3):
 * `streamText` above it took as long to the first word as the request itself. What differs between vendors is data in
 * `vendors.ts`.
 */
export class SdkModelProvider implements ModelProvider {
  readonly kind: Exclude<ProviderKind, 'builtin'>;
  readonly name: string;
  readonly #vendor: Vendor;
  readonly #access: Access;
  readonly #deps: ModelDeps;
  /** By the id of the model. Making one takes more than a millisecond, most of it for schemas. */
  readonly #adapters = new BoundedMap<string, LanguageModelV3>(mostAdapters);

  constructor(connection: ModelConnection & { kind: Exclude<ProviderKind, 'builtin'> }, deps: ModelDeps) {
    this.kind = connection.kind;
    this.name = connection.name;
    this.#vendor = vendors[connection.kind];
    const baseUrl = connection.baseUrl || this.#vendor.defaultBaseUrl;
    if (!baseUrl) {
      throw new AppError('invalid_input', `The connection ${connection.name} has no base URL.`, {
        fix: 'Give the address of the OpenAI-compatible server, like https://api.example.com/v1.',
      });
    }
    const checked = checkBaseUrl(baseUrl);
    this.#access = {
      baseUrl: this.kind === 'ollama' ? checked.replace(/\/v1$/, '') : checked,
      apiKey: connection.apiKey?.trim() ?? '',
      fetch: deps.fetch,
    };
    this.#deps = deps;
  }

  capabilities(model: string, parameters: ModelParameters = {}): ModelCapabilities {
    const ruledOut = this.#vendor.ruledOut?.(parameters, model) ?? [];
    return {
      tools: true,
      json: true,
      media: this.#vendor.media,
      parameters: this.#vendor.parameters(model).filter((name) => !ruledOut.includes(name)),
      contextWindow: contextWindowOf(this.kind, model),
    };
  }

  async *stream(request: ModelRequest): AsyncGenerator<ModelEvent> {
    const stop = new AbortController();
    const onAbort = () => stop.abort(request.signal?.reason);
    if (request.signal?.aborted) onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      yield* this.#events(request, stop);
    } catch (error) {
      yield this.#failed(
        this.#withoutKey(classify(error, this.name, this.#deps.clock.now())),
        noUsage,
        request,
      );
    } finally {
      request.signal?.removeEventListener('abort', onAbort);
      stop.abort();
    }
  }

  /** The adapter writes the request as for the vendor, and it is caught before it leaves. */
  async bodyOf(request: ModelRequest): Promise<string | null> {
    let body: string | null = null;
    const adapter = await this.#vendor.open(
      {
        ...this.#access,
        fetch: async (_input, init) => {
          body = typeof init?.body === 'string' ? init.body : null;
          throw new Error('Not sent.');
        },
      },
      request.model,
    );
    await this.#open(request, request.signal, adapter).catch(() => {});
    return body;
  }

  async *#events(request: ModelRequest, stop: AbortController): AsyncGenerator<ModelEvent> {
    if (this.#vendor.needsKey && this.#access.apiKey === '') {
      const error = modelError('unauthenticated', `${this.name} has no API key. Add one in Settings.`);
      return yield this.#failed(error, noUsage, request);
    }
    if (stop.signal.aborted) return yield { type: 'finish', stopReason: 'aborted', usage: noUsage };
    const idle = new IdleTimer(this.#deps, stop);
    const state = new StreamState();
    try {
      for await (const part of await this.#open(request, stop.signal)) {
        idle.touch();
        yield* state.take(part);
        if (state.ended) break;
      }
    } catch (error) {
      state.error ??= error;
    } finally {
      idle.end();
    }
    if (request.signal?.aborted) return yield { type: 'finish', stopReason: 'aborted', usage: state.usage };
    yield this.#finish(state, idle.expired, request);
  }

  async #adapter(model: string): Promise<LanguageModelV3> {
    const kept = this.#adapters.get(model);
    if (kept) return kept;
    const adapter = await this.#vendor.open(this.#access, model);
    this.#adapters.set(model, adapter);
    return adapter;
  }

  async #open(request: ModelRequest, abortSignal: AbortSignal | undefined, given?: LanguageModelV3) {
    const [{ markKept, toSdkFormat, toSdkPrompt, toSdkTools }, adapter] = await Promise.all([
      import('./messages.ts'),
      given ?? this.#adapter(request.model),
    ]);
    const parameters = this.#supported(request);
    const { reasoningEffort: _effort, thinkingBudget: _budget, ...settings } = parameters;
    const prompt = toSdkPrompt(request.messages);
    const { keepMark } = this.#vendor;
    const { stream } = await adapter.doStream({
      ...settings,
      prompt: request.continues && keepMark ? markKept(prompt, keepMark) : prompt,
      ...toSdkTools(request.tools, request.toolChoice),
      ...toSdkFormat(request.responseFormat),
      providerOptions: merged(
        this.#vendor.options(parameters, request.model),
        this.#vendor.choices?.(request) ?? {},
      ),
      ...(request.idempotencyKey === undefined
        ? {}
        : { headers: { 'Idempotency-Key': request.idempotencyKey } }),
      ...(abortSignal === undefined ? {} : { abortSignal }),
    });
    return stream;
  }

  #supported({ model, parameters = {} }: ModelRequest): ModelParameters {
    const known = new Set<string>(this.capabilities(model, parameters).parameters);
    return Object.fromEntries(
      Object.entries(parameters).filter(([name, value]) => known.has(name) && value != null),
    );
  }

  #finish(state: StreamState, expired: boolean, request: ModelRequest): FinishEvent {
    const { usage } = state;
    if (expired) {
      const seconds = Math.round(this.#deps.idleTimeoutMs / 1000);
      return this.#failed(
        modelError('timeout', `${this.name} sent nothing for ${seconds} seconds.`),
        usage,
        request,
      );
    }
    if (state.error !== undefined) {
      const error = classify(state.error, this.name, this.#deps.clock.now());
      return this.#failed(this.#withoutKey(error), usage, request);
    }
    if (state.badCall !== null) {
      const message = `${request.model} called the tool ${state.badCall} with arguments that are no JSON object.`;
      return this.#failed(modelError('incomplete', message), usage, request);
    }
    if (!state.complete) {
      const message = `The answer of ${this.name} ended before it was complete.`;
      return this.#failed(modelError('incomplete', message), usage, request);
    }
    if (!state.hasContent && (state.stopReason === 'stop' || state.stopReason === 'tool-calls')) {
      return this.#failed(modelError('empty', `${this.name} answered with nothing.`), usage, request);
    }
    return { type: 'finish', stopReason: state.stopReason, usage };
  }

  #failed(error: ModelError, usage: TokenUsage, request: ModelRequest): FinishEvent {
    return request.signal?.aborted
      ? { type: 'finish', stopReason: 'aborted', usage }
      : { type: 'finish', stopReason: 'error', usage, error };
  }

  /** A vendor or a proxy may repeat the key in its sentence. */
  #withoutKey(error: ModelError): ModelError {
    const { apiKey } = this.#access;
    return apiKey === '' ? error : { ...error, message: error.message.replaceAll(apiKey, '***') };
  }

  async listModels(signal?: AbortSignal): Promise<string[]> {
    const result = await this.#list(signal);
    if (Array.isArray(result)) return result;
    throw new AppError('provider_failed', result.message, {
      details: { code: result.code, retryable: result.retryable },
    });
  }

  async #list(signal?: AbortSignal): Promise<string[] | ModelError> {
    const { path, headers, read } = this.#vendor.models;
    const timeout = AbortSignal.timeout(listTimeoutMs);
    try {
      const response = await this.#deps.fetch(`${this.#access.baseUrl}${path}`, {
        headers: headers(this.#access.apiKey),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const body = await response.text();
      if (!response.ok) {
        return this.#withoutKey(
          httpError(response.status, body.slice(0, 300).replace(/\s+/g, ' '), this.name),
        );
      }
      return read(JSON.parse(body)).sort();
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted)
        return modelError('timeout', `${this.name} did not answer within ${listTimeoutMs / 1000} seconds.`);
      if (error instanceof SyntaxError) {
        return modelError(
          'invalid_request',
          `${this.name} answered with something other than a list of models. Check the base URL.`,
        );
      }
      return this.#withoutKey(classify(error, this.name, this.#deps.clock.now()));
    }
  }

  async test(signal?: AbortSignal): Promise<ConnectionTest> {
    const started = this.#deps.clock.now();
    const result = await this.#list(signal).catch(() => modelError('unknown', 'The test was cancelled.'));
    const latencyMs = this.#deps.clock.now() - started;
    if (!Array.isArray(result)) return { ok: false, message: result.message, latencyMs, models: [] };
    const message =
      result.length === 0
        ? `${this.name} answers but offers no model.${this.kind === 'ollama' ? ' Pull one with `ollama pull`.' : ''}`
        : `${this.name} answers and offers ${result.length} models.`;
    return { ok: result.length > 0, message, latencyMs, models: result };
  }
}

/** Aborts the request when no part has come for the idle time. */
class IdleTimer {
  expired = false;
  readonly #ended = new AbortController();
  #touched: number;

  constructor({ clock, idleTimeoutMs }: ModelDeps, stop: AbortController) {
    this.#touched = clock.now();
    const watch = async (): Promise<void> => {
      for (let wait = idleTimeoutMs; wait > 0; wait = this.#touched + idleTimeoutMs - clock.now()) {
        await clock.sleep(wait, this.#ended.signal);
      }
      this.expired = true;
      stop.abort(new Error('idle'));
    };
    watch().catch(() => {});
    this.touch = () => {
      this.#touched = clock.now();
    };
  }

  touch: () => void;

  end(): void {
    this.#ended.abort(new Error('ended'));
  }
}

/** Turns the SDK's parts into events and remembers how the answer ended. */
class StreamState {
  ended = false;
  complete = false;
  hasContent = false;
  badCall: string | null = null;
  error: unknown;
  stopReason: StopReason = 'stop';
  usage: TokenUsage = noUsage;
  #reasoning = new Map<string, KeptReasoning>();
  /** Names of the tools whose arguments are being written, by the id of the call. */
  readonly #writing = new Map<string, string>();

  *take(part: SdkPart): Generator<ModelEvent> {
    switch (part.type) {
      case 'text-delta':
        if (part.delta === '') return;
        this.hasContent = true;
        yield { type: 'text', text: part.delta };
        return;
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        yield* this.#reason(part);
        return;
      case 'tool-input-start':
        this.#writing.set(part.id, part.toolName);
        yield { type: 'tool-input', id: part.id, name: part.toolName, text: '' };
        return;
      case 'tool-input-delta':
        yield { type: 'tool-input', id: part.id, name: this.#writing.get(part.id) ?? '', text: part.delta };
        return;
      case 'tool-call':
        yield* this.#call(part);
        return;
      case 'finish': {
        const { usage, finishReason } = part;
        this.usage = {
          inputTokens: usage.inputTokens.total ?? 0,
          outputTokens: usage.outputTokens.total ?? 0,
          cachedInputTokens: usage.inputTokens.cacheRead ?? 0,
          cacheWriteTokens: usage.inputTokens.cacheWrite ?? 0,
          reasoningTokens: usage.outputTokens.reasoning ?? 0,
        };
        // An adapter says `finish` also when the vendor's stream ended before its end; then it has no reason.
        this.complete = finishReason.raw !== undefined;
        this.stopReason = finishReason.unified === 'other' ? 'stop' : finishReason.unified;
        if (finishReason.unified === 'error' && this.error === undefined)
          this.error = new Error('The model stopped with an error.');
        return;
      }
      case 'error':
        this.error = part.error;
        this.ended = true;
    }
  }

  *#reason(
    part: Extract<SdkPart, { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }>,
  ): Generator<ModelEvent> {
    const kept = this.#reasoning.get(part.id) ?? { text: '', metadata: {} };
    if (part.providerMetadata !== undefined) kept.metadata = { ...kept.metadata, ...part.providerMetadata };
    this.#reasoning.set(part.id, kept);
    if (part.type !== 'reasoning-delta' || part.delta === '') return;
    kept.text += part.delta;
    yield { type: 'reasoning', text: part.delta };
  }

  *#call(part: Extract<SdkPart, { type: 'tool-call' }>): Generator<ModelEvent> {
    const { toolCallId: id, toolName: name, providerMetadata } = part;
    const input = objectOf(part.input);
    if (input === undefined) {
      this.badCall = name;
      return;
    }
    this.hasContent = true;
    const call: ToolCall = { id, name, input };
    if (providerMetadata !== undefined) call.vendor = providerMetadata;
    const signed = [...this.#reasoning.values()].filter(({ metadata }) => 'anthropic' in metadata);
    this.#reasoning.clear();
    yield { type: 'tool-call', ...withReasoning(call, signed) };
  }
}

/** The arguments of a call; a call without any may come without braces. Undefined: they are no JSON object. */
function objectOf(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
