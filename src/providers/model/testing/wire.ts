import type { ModelParameter, ProviderKind } from '../port.ts';

/** What a vendor says in one answer, before it is put into the vendor's own format. */
export interface Answer {
  reasoning?: string;
  text?: string[];
  toolCalls?: { id: string; name: string; arguments: string }[];
  stop?: 'stop' | 'length' | 'tool-calls' | 'content-filter';
}

type Json = Record<string, unknown>;

/** How one vendor writes an answer, its errors and its parameters. */
export interface Wire {
  /** Server-sent events of an answer with 100 input (40 cached) and 20 output tokens. */
  events(answer: Answer): string[];
  error(type: string, message: string): Json;
  /** Where each parameter stands in the request body; absent when the vendor has none. */
  parameters: Partial<Record<ModelParameter, string>>;
}

const data = (body: Json): string => `data: ${JSON.stringify(body)}\n\n`;

/** Arguments come as the model writes them. */
const inPieces = (text: string): string[] => text.match(/.{1,40}/gs) ?? [''];

const openaiStop = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
};

const openai: Wire = {
  events({ reasoning, text = [], toolCalls = [], stop = 'stop' }) {
    const chunk = (delta: Json, finish_reason: string | null = null): string =>
      data({
        id: 'c1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{ index: 0, delta, finish_reason }],
      });
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 },
    };
    return [
      chunk({ role: 'assistant', content: '' }),
      ...(reasoning === undefined ? [] : [chunk({ reasoning_content: reasoning })]),
      ...text.map((content) => chunk({ content })),
      ...toolCalls.flatMap(({ id, name, arguments: args }, index) => {
        const [first, ...rest] = inPieces(args);
        return [
          chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: first } }] }),
          ...rest.map((more) => chunk({ tool_calls: [{ index, function: { arguments: more } }] })),
        ];
      }),
      chunk({}, openaiStop[stop]),
      data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage }),
      'data: [DONE]\n\n',
    ];
  },
  error: (type, message) => ({ error: { message, type, code: type, param: null } }),
  parameters: {
    temperature: 'temperature',
    topP: 'top_p',
    frequencyPenalty: 'frequency_penalty',
    presencePenalty: 'presence_penalty',
    seed: 'seed',
    stopSequences: 'stop',
    maxOutputTokens: 'max_tokens',
    reasoningEffort: 'reasoning_effort',
  },
};

const anthropicStop = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
};

const anthropic: Wire = {
  events({ reasoning, text = [], toolCalls = [], stop = 'stop' }) {
    const event = (type: string, body: Json): string => `event: ${type}\n${data({ type, ...body })}`;
    const block = (index: number, content_block: Json, deltas: Json[]): string[] => [
      event('content_block_start', { index, content_block }),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ];
    let index = 0;
    const usage = {
      input_tokens: 60,
      cache_read_input_tokens: 40,
      cache_creation_input_tokens: 0,
      output_tokens: 1,
    };
    return [
      event('message_start', {
        message: {
          id: 'm1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage,
        },
      }),
      ...(reasoning === undefined
        ? []
        : block(index++, { type: 'thinking', thinking: '' }, [
            { type: 'thinking_delta', thinking: reasoning },
            { type: 'signature_delta', signature: 'signed' },
          ])),
      ...(text.length === 0
        ? []
        : block(
            index++,
            { type: 'text', text: '' },
            text.map((part) => ({ type: 'text_delta', text: part })),
          )),
      ...toolCalls.flatMap(({ id, name, arguments: args }) =>
        block(
          index++,
          { type: 'tool_use', id, name, input: {} },
          inPieces(args).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
        ),
      ),
      event('message_delta', {
        delta: { stop_reason: anthropicStop[stop], stop_sequence: null },
        usage: { output_tokens: 20 },
      }),
      event('message_stop', {}),
    ];
  },
  error: (type, message) => ({ type: 'error', error: { type, message } }),
  parameters: {
    temperature: 'temperature',
    topP: 'top_p',
    topK: 'top_k',
    stopSequences: 'stop_sequences',
    maxOutputTokens: 'max_tokens',
    reasoningEffort: 'output_config.effort',
    thinkingBudget: 'thinking.budget_tokens',
  },
};

const googleStop = { stop: 'STOP', length: 'MAX_TOKENS', 'tool-calls': 'STOP', 'content-filter': 'SAFETY' };

const google: Wire = {
  events({ reasoning, text = [], toolCalls = [], stop = 'stop' }) {
    const part = (parts: Json[], more: Json = {}): string =>
      data({ candidates: [{ index: 0, content: { role: 'model', parts }, ...more }] });
    return [
      ...(reasoning === undefined ? [] : [part([{ text: reasoning, thought: true }])]),
      ...text.map((piece) => part([{ text: piece }])),
      ...toolCalls.map(({ name, arguments: args }) =>
        part([{ functionCall: { name, args: JSON.parse(args) as unknown }, thoughtSignature: 'signed' }]),
      ),
      data({
        candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason: googleStop[stop] }],
        usageMetadata: {
          promptTokenCount: 100,
          cachedContentTokenCount: 40,
          candidatesTokenCount: 15,
          thoughtsTokenCount: 5,
          totalTokenCount: 120,
        },
      }),
    ];
  },
  error: (type, message) => ({ error: { code: 400, message, status: type.toUpperCase() } }),
  parameters: {
    temperature: 'generationConfig.temperature',
    topP: 'generationConfig.topP',
    topK: 'generationConfig.topK',
    frequencyPenalty: 'generationConfig.frequencyPenalty',
    presencePenalty: 'generationConfig.presencePenalty',
    seed: 'generationConfig.seed',
    stopSequences: 'generationConfig.stopSequences',
    maxOutputTokens: 'generationConfig.maxOutputTokens',
    reasoningEffort: 'generationConfig.thinkingConfig.thinkingLevel',
    thinkingBudget: 'generationConfig.thinkingConfig.thinkingBudget',
  },
};

export const wires: Record<Exclude<ProviderKind, 'builtin'>, Wire> = {
  openai,
  anthropic,
  google,
  'openai-compatible': openai,
  ollama: openai,
};
