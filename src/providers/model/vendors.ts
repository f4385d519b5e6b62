import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { ModelParameter, ModelParameters, ModelRequest, ProviderKind } from './port.ts';

/** What an adapter needs to reach a vendor. `baseUrl` has no slash at its end. */
export interface Access {
  baseUrl: string;
  apiKey: string;
  fetch: typeof globalThis.fetch;
}

type VendorOptions = Record<
  string,
  Record<string, string | number | boolean | Record<string, string | number>>
>;

type Choices = Pick<ModelRequest, 'parallelToolCalls' | 'responseFormat'>;

/** Options of one vendor from two places. */
export const merged = (one: VendorOptions, other: VendorOptions): VendorOptions =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((vendor) => [
      vendor,
      { ...one[vendor], ...other[vendor] },
    ]),
  );

/** Everything in which a vendor differs from the others. */
export interface Vendor {
  /** Null: the person has to give one. */
  defaultBaseUrl: string | null;
  needsKey: boolean;
  media: string[];
  /** Loads the vendor's SDK, which a start without it does not wait for. */
  open(access: Access, model: string): Promise<LanguageModelV3>;
  /** Parameters that this model takes. */
  parameters(model: string): ModelParameter[];
  /** Parameters that others of the same request rule out. */
  ruledOut?(parameters: ModelParameters, model: string): ModelParameter[];
  /** Parameters that travel outside the SDK's common settings. */
  options(parameters: ModelParameters, model: string): VendorOptions;
  /** How the vendor is told of parallel tool calls and of strict schemas. */
  choices?(request: Choices): VendorOptions;
  /** What tells the vendor to keep a prompt up to a message. The others keep prompts by themselves. */
  keepMark?: VendorOptions;
  /** Where models are listed, and how their ids stand in the answer. */
  models: { path: string; headers(apiKey: string): Record<string, string>; read(body: unknown): string[] };
}

const bearer = (apiKey: string): Record<string, string> =>
  apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };

const rows = (body: unknown, key: string): Record<string, unknown>[] => {
  const list = (body as Record<string, unknown> | null)?.[key];
  return Array.isArray(list) ? list.filter((row) => typeof row === 'object' && row !== null) : [];
};
const ids = (body: unknown): string[] =>
  rows(body, 'data').flatMap(({ id }) => (typeof id === 'string' ? [id] : []));

/** OpenAI's models that reason take no sampling settings. */
const openaiReasons = (model: string): boolean => /^(?:o\d|gpt-5(?!.*chat)|codex)/.test(model);
/** `none` came with GPT-5.1, before it the least was `minimal`, and the o series starts at `low`; `xhigh` with 5.2. */
function openaiEffort(effort: string, model: string): string {
  if (effort === 'max') return /^gpt-5\.([2-9]|\d\d)/.test(model) ? 'xhigh' : 'high';
  if (effort !== 'none' || /^gpt-5\.[1-9]/.test(model)) return effort;
  return /^gpt-5/.test(model) ? 'minimal' : 'low';
}

const claudeHasEffort = (model: string): boolean =>
  /(?:opus|sonnet|haiku)-(?:4-[6-9]|[5-9])|opus-4-5/.test(model);
/** `max` came with Opus 4.6. */
function claudeEffort(effort: string, model: string): string {
  if (effort === 'none') return 'low';
  return effort === 'max' && !/opus-(?:4-[6-9]|[5-9])/.test(model) ? 'high' : effort;
}
/** Claude thinks since 3.7. */
const claudeThinks = (model: string): boolean =>
  /claude-3-7|(?:opus|sonnet|haiku)-(?:[4-9]|\d\d)/.test(model);
const geminiHasLevels = (model: string): boolean => /gemini-(?:[3-9]|\d\d)/.test(model);
/** Gemini 2.5 takes a budget where later ones take a level. */
const geminiBudgets = { none: 0, low: 1024, medium: 8192, high: 24_576, max: 24_576 } as const;

const sampling: ModelParameter[] = [
  'temperature',
  'topP',
  'frequencyPenalty',
  'presencePenalty',
  'seed',
  'stopSequences',
];

export const vendors: Record<Exclude<ProviderKind, 'builtin'>, Vendor> = {
  openai: {
    defaultBaseUrl: 'https://api.openai.com/v1',
    needsKey: true,
    media: ['image/*', 'application/pdf'],
    // Chat completions rather than responses: they take every sampling setting and keep nothing at the vendor.
    async open({ baseUrl, apiKey, fetch }, model) {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ baseURL: baseUrl, apiKey, fetch }).chat(model);
    },
    parameters: (model) =>
      openaiReasons(model)
        ? ['seed', 'maxOutputTokens', 'reasoningEffort']
        : [...sampling, 'maxOutputTokens'],
    options: ({ reasoningEffort }, model): VendorOptions =>
      reasoningEffort === undefined
        ? {}
        : { openai: { reasoningEffort: openaiEffort(reasoningEffort, model) } },
    choices: ({ parallelToolCalls, responseFormat }) => ({
      openai: {
        ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }),
        ...(responseFormat?.schema ? { strictJsonSchema: responseFormat.strict ?? false } : {}),
      },
    }),
    models: { path: '/models', headers: bearer, read: ids },
  },
  anthropic: {
    defaultBaseUrl: 'https://api.anthropic.com/v1',
    needsKey: true,
    media: ['image/*', 'application/pdf'],
    async open({ baseUrl, apiKey, fetch }, model) {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ baseURL: baseUrl, apiKey, fetch })(model);
    },
    parameters: (model) => [
      'temperature',
      'topP',
      'topK',
      'stopSequences',
      'maxOutputTokens',
      ...(claudeHasEffort(model) ? (['reasoningEffort'] as const) : []),
      ...(claudeThinks(model) ? (['thinkingBudget'] as const) : []),
    ],
    // Thinking takes no sampling settings, and newer models take one of temperature and top_p.
    ruledOut: ({ temperature, thinkingBudget }, model) => {
      if (thinkingBudget && claudeThinks(model)) return ['temperature', 'topP', 'topK'];
      return temperature !== undefined && claudeThinks(model) ? ['topP'] : [];
    },
    options: ({ reasoningEffort, thinkingBudget }, model) => ({
      anthropic: {
        ...(reasoningEffort === undefined ? {} : { effort: claudeEffort(reasoningEffort, model) }),
        ...(thinkingBudget === undefined || thinkingBudget === 0
          ? {}
          : { thinking: { type: 'enabled', budgetTokens: thinkingBudget } }),
      },
    }),
    choices: ({ parallelToolCalls }): VendorOptions => ({
      anthropic: parallelToolCalls === false ? { disableParallelToolUse: true } : {},
    }),
    // What is kept costs a quarter more once, and a tenth when it is read.
    keepMark: { anthropic: { cacheControl: { type: 'ephemeral' } } },
    models: {
      path: '/models?limit=1000',
      headers: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }),
      read: ids,
    },
  },
  google: {
    defaultBaseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    needsKey: true,
    media: ['image/*', 'application/pdf', 'audio/*', 'video/*'],
    async open({ baseUrl, apiKey, fetch }, model) {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({ baseURL: baseUrl, apiKey, fetch })(model);
    },
    parameters: () => [...sampling, 'topK', 'maxOutputTokens', 'reasoningEffort', 'thinkingBudget'],
    options: ({ reasoningEffort, thinkingBudget }, model): VendorOptions => {
      if (thinkingBudget !== undefined) return { google: { thinkingConfig: { thinkingBudget } } };
      if (reasoningEffort === undefined) return {};
      const level =
        reasoningEffort === 'none' ? 'minimal' : reasoningEffort === 'max' ? 'high' : reasoningEffort;
      return {
        google: {
          thinkingConfig: geminiHasLevels(model)
            ? { thinkingLevel: level }
            : { thinkingBudget: geminiBudgets[reasoningEffort] },
        },
      };
    },
    models: {
      path: '/models?pageSize=1000',
      headers: (apiKey) => ({ 'x-goog-api-key': apiKey }),
      read: (body) =>
        rows(body, 'models').flatMap(({ name, supportedGenerationMethods: methods }) =>
          typeof name === 'string' && Array.isArray(methods) && methods.includes('generateContent')
            ? [name.replace(/^models\//, '')]
            : [],
        ),
    },
  },
  'openai-compatible': compatible('openai-compatible', null),
  ollama: compatible('ollama', 'http://127.0.0.1:11434'),
};

function compatible(name: 'openai-compatible' | 'ollama', defaultBaseUrl: string | null): Vendor {
  const local = name === 'ollama';
  return {
    defaultBaseUrl,
    needsKey: false,
    media: ['image/*'],
    async open({ baseUrl, apiKey, fetch }, model) {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({
        name: 'compatible',
        baseURL: local ? `${baseUrl}/v1` : baseUrl,
        apiKey: apiKey === '' ? undefined : apiKey,
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(model);
    },
    parameters: () => [...sampling, 'maxOutputTokens', 'reasoningEffort'],
    options: ({ reasoningEffort }): VendorOptions =>
      reasoningEffort === undefined
        ? {}
        : { compatible: { reasoningEffort: reasoningEffort === 'max' ? 'high' : reasoningEffort } },
    choices: ({ parallelToolCalls, responseFormat }) => ({
      compatible: {
        ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
        ...(responseFormat?.schema ? { strictJsonSchema: responseFormat.strict ?? false } : {}),
      },
    }),
    models: local
      ? {
          path: '/api/tags',
          headers: bearer,
          read: (body) =>
            rows(body, 'models').flatMap(({ name: id }) => (typeof id === 'string' ? [id] : [])),
        }
      : { path: '/models', headers: bearer, read: ids },
  };
}
