/**
 * The port to language models.
 *
 * Contract, kept by every adapter and checked by the contract tests:
 * - `stream()` never throws once called, and its iteration never throws: it yields events in the order the model
 *   produced them and ends with exactly one `finish` event, after which nothing follows.
 * - An aborted signal ends the stream promptly with `finish` / `aborted`; the connection is closed.
 * - A `tool-call` event is only sent when its arguments are complete and are a JSON object.
 * - Errors are classified: `retryable` says whether the same request may succeed later. 401 and 403 are not
 *   retryable and say what to check; 400, 404 and other 4xx are not; 408, 409, 429, 5xx, a broken connection, a
 *   stream that ends before its end and an answer without content are. `retryAfterMs` is what the vendor asked for.
 * - Adapters do not retry by themselves: the caller owns retries, budgets and time.
 * - Keys never appear in an event, an error or a log.
 */
export const providerKinds = [
  'builtin',
  'openai',
  'anthropic',
  'google',
  'openai-compatible',
  'ollama',
] as const;
export type ProviderKind = (typeof providerKinds)[number];

export type MessagePart =
  | { type: 'text'; text: string }
  /** `data` is base64; `mediaType` like `image/png`. */
  | { type: 'image'; mediaType: string; data: string }
  | { type: 'file'; mediaType: string; data: string; name?: string };

export interface ToolCall {
  id: string;
  name: string;
  input: Record<string, unknown>;
  /** What a vendor needs returned unchanged with this call in the next request (Gemini's thought signatures). */
  vendor?: Record<string, Record<string, unknown>>;
}

export type ModelMessage =
  | { role: 'system'; content: string }
  /** `context` is given with the words and is not the person's: the words come first, then the context. */
  | { role: 'user'; content: string | MessagePart[]; context?: string }
  | { role: 'assistant'; text: string; toolCalls?: ToolCall[] }
  | { role: 'tool'; toolCallId: string; toolName: string; content: string; isError?: boolean };

export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the arguments, `type: 'object'`. */
  inputSchema: Record<string, unknown>;
  /** The vendor holds the model to the schema, where it can. */
  strict?: boolean;
}

export const reasoningEfforts = ['none', 'low', 'medium', 'high', 'max'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

export interface ModelParameters {
  temperature?: number;
  topP?: number;
  topK?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  seed?: number;
  stopSequences?: string[];
  maxOutputTokens?: number;
  reasoningEffort?: ReasoningEffort;
  /** Tokens the model may spend on reasoning. */
  thinkingBudget?: number;
}
export type ModelParameter = keyof ModelParameters;

export type ToolChoice = 'auto' | 'none' | 'required' | { tool: string };

/** The answer is JSON, of a schema if there is one. Only for models whose capabilities have `json`. */
export interface ResponseFormat {
  schema?: Record<string, unknown>;
  name?: string;
  description?: string;
  strict?: boolean;
}

export interface ModelRequest {
  model: string;
  messages: ModelMessage[];
  tools?: ToolSpec[];
  toolChoice?: ToolChoice;
  /** False: at most one tool call an answer, where the vendor can be told so. */
  parallelToolCalls?: boolean;
  responseFormat?: ResponseFormat;
  parameters?: ModelParameters;
  /**
   * Later calls begin with the same instructions and conversation: a vendor that keeps a prompt only when told to is
   * told so.
   */
  continues?: boolean;
  signal?: AbortSignal;
  /** Sent as the `Idempotency-Key` header, so that a repeated request after a crash can be recognised. */
  idempotencyKey?: string;
}

/** Token counts as the vendor reported them; `inputTokens` includes the cached, `outputTokens` the reasoning ones. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  /** Of `inputTokens` what the vendor kept for later calls, where it charges more for that. */
  cacheWriteTokens?: number;
  reasoningTokens: number;
}

export type StopReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'aborted' | 'error';

export const modelErrorCodes = [
  'unauthenticated',
  'forbidden',
  'not_found',
  'invalid_request',
  'context_too_long',
  'rate_limited',
  'quota_exhausted',
  'overloaded',
  'network',
  'incomplete',
  'empty',
  'timeout',
  'unknown',
] as const;
export type ModelErrorCode = (typeof modelErrorCodes)[number];

export interface ModelError {
  code: ModelErrorCode;
  /** One plain sentence, with the fix where there is one. */
  message: string;
  /** HTTP status, when there was an answer. */
  status?: number;
  retryable: boolean;
  /** How long the vendor asks to wait. */
  retryAfterMs?: number;
}

export interface FinishEvent {
  type: 'finish';
  stopReason: StopReason;
  usage: TokenUsage;
  /** Present exactly when `stopReason` is `error`. */
  error?: ModelError;
}

export type ModelEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** Arguments of a call as the model writes them, for whoever watches; the call comes when they are complete. */
  | { type: 'tool-input'; id: string; name: string; text: string }
  | ({ type: 'tool-call' } & ToolCall)
  | FinishEvent;

export interface ModelCapabilities {
  tools: boolean;
  /** Whether it can be held to JSON and a schema. */
  json: boolean;
  /** Media types (or `image/*`) accepted in user message parts beside text. */
  media: string[];
  /** Which parameters reach this model; others are dropped before the wire and shown as unsupported. */
  parameters: ModelParameter[];
  /** Tokens, null when unknown. */
  contextWindow: number | null;
}

export interface ConnectionTest {
  ok: boolean;
  /** What happened and, when it failed, what to do. */
  message: string;
  latencyMs: number;
  models: string[];
}

export interface ModelProvider {
  readonly kind: ProviderKind;
  /** The connection's name, as the person called it. */
  readonly name: string;
  /** With `parameters`, less those that one of them rules out (a model that thinks takes no temperature). */
  capabilities(model: string, parameters?: ModelParameters): ModelCapabilities;
  stream(request: ModelRequest): AsyncIterable<ModelEvent>;
  /** The body `stream` would send for the request, byte for byte, without sending it; null where nothing is sent. */
  bodyOf(request: ModelRequest): Promise<string | null>;
  /** Model ids, sorted. Errors: `provider_failed` with a sentence and a fix. */
  listModels(signal?: AbortSignal): Promise<string[]>;
  /** Never throws: a failure is a result. */
  test(signal?: AbortSignal): Promise<ConnectionTest>;
}

/** A stored connection with its key already decrypted. */
export interface ModelConnection {
  kind: ProviderKind;
  name: string;
  baseUrl?: string | null;
  apiKey?: string | null;
}

export const noUsage: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
};
