import type { ModelParameter, ModelParameters } from '../../providers/model/index.ts';
import type { ConversationSettings, Settings } from './contract.ts';

export type AnsweringPart = 'model_parameters' | 'reasoning_config' | 'search_config' | 'rag_config';
export const answeringParts: AnsweringPart[] = [
  'model_parameters',
  'reasoning_config',
  'search_config',
  'rag_config',
];

export type Answering = Pick<Settings, AnsweringPart>;
export type ParameterSource = 'default' | 'settings' | 'preset' | 'conversation';

/** Every parameter that acts on an answer: the object it stands in, and its name at the model port, if it has one. */
export const actingParameters: { part: AnsweringPart; name: string; port?: ModelParameter }[] = [
  { part: 'model_parameters', name: 'temperature', port: 'temperature' },
  { part: 'model_parameters', name: 'top_p', port: 'topP' },
  { part: 'model_parameters', name: 'top_k', port: 'topK' },
  { part: 'model_parameters', name: 'frequency_penalty', port: 'frequencyPenalty' },
  { part: 'model_parameters', name: 'presence_penalty', port: 'presencePenalty' },
  { part: 'model_parameters', name: 'seed', port: 'seed' },
  { part: 'model_parameters', name: 'stop_sequences', port: 'stopSequences' },
  { part: 'model_parameters', name: 'max_output_tokens', port: 'maxOutputTokens' },
  { part: 'model_parameters', name: 'max_input_tokens' },
  { part: 'reasoning_config', name: 'reasoning_effort', port: 'reasoningEffort' },
  { part: 'reasoning_config', name: 'thinking_budget', port: 'thinkingBudget' },
  { part: 'reasoning_config', name: 'show_thinking' },
  { part: 'reasoning_config', name: 'confidence_threshold' },
  { part: 'search_config', name: 'search_depth' },
  { part: 'search_config', name: 'max_sources' },
  { part: 'rag_config', name: 'enabled' },
  { part: 'rag_config', name: 'max_chunks' },
  { part: 'rag_config', name: 'similarity_threshold' },
  { part: 'rag_config', name: 'chunk_size' },
  { part: 'rag_config', name: 'chunk_overlap' },
];

/** Lays what a conversation sets over a person's settings. */
export function layOver(settings: Answering, conversation: ConversationSettings): Answering {
  const laid = (part: AnsweringPart) => ({ ...settings[part], ...(conversation[part] ?? {}) });
  return {
    model_parameters: laid('model_parameters'),
    reasoning_config: laid('reasoning_config'),
    search_config: laid('search_config'),
    rag_config: laid('rag_config'),
  } as Answering;
}

/** What goes to the model port. Null and empty values are left to the vendor. */
export function toModelParameters(answering: Answering): ModelParameters {
  const parameters: Record<string, unknown> = {};
  for (const { part, name, port } of actingParameters) {
    const value = (answering[part] as Record<string, unknown>)[name];
    if (port === undefined || value === null || value === undefined) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    parameters[port] = value;
  }
  return parameters as ModelParameters;
}

/** Where each acting parameter is from. */
export function sourceOf(
  part: AnsweringPart,
  name: string,
  layers: { defaults: Answering; settings: Settings; conversation: ConversationSettings },
): ParameterSource {
  const value = (values: Partial<Record<AnsweringPart, object>>) =>
    (values[part] as Record<string, unknown> | undefined)?.[name];
  if (value(layers.conversation) !== undefined) return 'conversation';
  if (JSON.stringify(value(layers.settings)) === JSON.stringify(value(layers.defaults))) return 'default';
  return layers.settings.active_preset === 'custom' ? 'settings' : 'preset';
}
