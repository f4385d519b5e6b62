import { z } from 'zod';
import { cursor, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

/** Null leaves a parameter to the vendor: it is not sent. */
export const modelParameters = z.object({
  temperature: z.number().min(0).max(2).nullable(),
  top_p: z.number().min(0).max(1).nullable(),
  top_k: z.number().int().min(1).max(1_000).nullable(),
  frequency_penalty: z.number().min(-2).max(2).nullable(),
  presence_penalty: z.number().min(-2).max(2).nullable(),
  seed: z.number().int().min(0).max(2_147_483_647).nullable(),
  stop_sequences: z.array(z.string().min(1).max(100)).max(4),
  /** Most tokens of what a model is shown of the conversation; older messages are left out first. */
  max_input_tokens: z.number().int().min(1_000).max(2_000_000),
  max_output_tokens: z.number().int().min(1).max(200_000),
});

export const reasoningConfig = z.object({
  reasoning_effort: z.enum(['none', 'low', 'medium', 'high', 'max']),
  /** Tokens a model may spend on reasoning before it answers. */
  thinking_budget: z.number().int().min(0).max(200_000).nullable(),
  show_thinking: z.boolean(),
  /** Below it an answer has to say that it is not sure. */
  confidence_threshold: z.number().min(0).max(1),
  max_inflections: z.number().int().min(0).max(100),
  max_reflections: z.number().int().min(0).max(100),
});

export const searchConfig = z.object({
  /** Searches one answer may make. */
  search_depth: z.number().int().min(1).max(20),
  /** Most results of one search. */
  max_sources: z.number().int().min(1).max(50),
  max_iterations: z.number().int().min(1).max(50),
  fact_verification: z.boolean(),
  source_quality_threshold: z.number().min(0).max(1),
});

export const ragConfig = z.object({
  /** Whether answers may search the person's own documents. */
  enabled: z.boolean(),
  /** Size of a passage in tokens, for files that are read from now on. */
  chunk_size: z.number().int().min(64).max(4_000),
  chunk_overlap: z.number().int().min(0).max(500),
  max_chunks: z.number().int().min(1).max(50),
  embedding_model: z.string().max(200),
  /** Passages that share no word with the question need at least this cosine similarity. */
  similarity_threshold: z.number().min(0).max(1),
});

export const outputConfig = z.object({
  canvas_enabled: z.boolean(),
  canvas_position: z.enum(['right', 'bottom']),
  canvas_auto_open: z.boolean(),
  artifact_enabled: z.boolean(),
  artifact_auto_detect: z.boolean(),
  artifact_version_history: z.boolean(),
  export_formats: z.array(z.string().max(20)).max(20),
  default_destination: z.string().max(50),
});

export const uiPreferences = z.object({
  compact_mode: z.boolean(),
  keyboard_shortcuts: z.boolean(),
  show_iteration_counts: z.boolean(),
  show_confidence_scores: z.boolean(),
  show_thinking_animation: z.boolean(),
});

/** The parts that a preset and a conversation may set as well. */
const answering = {
  model_parameters: modelParameters,
  reasoning_config: reasoningConfig,
  search_config: searchConfig,
  rag_config: ragConfig,
};

export const settings = z.object({
  ...answering,
  output_config: outputConfig,
  ui_preferences: uiPreferences,
  active_preset: z.string(),
});
export type Settings = z.output<typeof settings>;

/** Any part of each object. */
const someAnswering = {
  model_parameters: modelParameters.partial().strict().optional(),
  reasoning_config: reasoningConfig.partial().strict().optional(),
  search_config: searchConfig.partial().strict().optional(),
  rag_config: ragConfig.partial().strict().optional(),
};

export const preset = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  is_system: z.boolean(),
  model_parameters: modelParameters.partial(),
  reasoning_config: reasoningConfig.partial(),
  search_config: searchConfig.partial(),
  rag_config: ragConfig.partial(),
});
export type Preset = z.output<typeof preset>;

export const conversationSettings = z.object({
  /** Connection that answers here; null: the default one. */
  provider_id: z.string().max(100).nullable().optional(),
  /** Model of that connection; null: the one of the tier. */
  model: z.string().max(200).nullable().optional(),
  ...someAnswering,
});
export type ConversationSettings = z.output<typeof conversationSettings>;

export const parameterSource = z.enum(['default', 'settings', 'preset', 'conversation']);

export const effectiveParameter = z.object({
  name: z.string(),
  value: z.unknown(),
  source: parameterSource,
  /** False where the model has no such parameter: it is not sent. */
  supported: z.boolean(),
});

export const ruleType = z.enum(['global', 'project', 'format', 'behavior', 'conversation']);

export const rule = z.object({
  id,
  rule_type: ruleType,
  name: z.string(),
  content: z.string(),
  priority: z.number(),
  enabled: z.boolean(),
  project_id: id.nullable(),
  conversation_id: id.nullable(),
  /** False for the rule of another member of the project. */
  is_own: z.boolean(),
});
export type Rule = z.output<typeof rule>;

const ruleName = z.string().trim().min(1).max(200);
const ruleContent = z.string().trim().min(1).max(20_000);
const priority = z.number().int().min(-1_000).max(1_000);

export const settingsChange = z.object({
  id,
  table_name: z.string(),
  record_id: id,
  action: z.enum(['create', 'update', 'delete']),
  /** What it was, and is now, of the fields that differ. */
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  changed_by_agent: z.string().nullable(),
  changed_at: time,
});

export const preferencesContract = {
  get: contract({
    id: 'settings.get',
    summary: 'Your settings, the defaults where you never changed any',
    method: 'GET',
    path: '/settings',
    scope: 'signed-in',
    input: z.object({}),
    output: settings,
    tool: true,
  }),
  update: contract({
    id: 'settings.update',
    summary: 'Change some of your settings; what is not named stays',
    method: 'PATCH',
    path: '/settings',
    scope: 'signed-in',
    input: z.object({
      ...someAnswering,
      output_config: outputConfig.partial().strict().optional(),
      ui_preferences: uiPreferences.partial().strict().optional(),
    }),
    output: settings,
  }),
  effective: contract({
    id: 'settings.effective',
    summary: 'Every parameter as the next answer will use it, where it is from, and whether the model has it',
    method: 'GET',
    path: '/settings/effective',
    scope: 'signed-in',
    input: z.object({ conversation_id: id.optional() }),
    output: z.object({ model: z.string(), parameters: z.array(effectiveParameter) }),
    errors: ['not_found'],
  }),
  history: contract({
    id: 'settings.history',
    summary: 'What was changed in your settings, newest first',
    method: 'GET',
    path: '/settings/history',
    scope: 'signed-in',
    input: z.object({ limit, cursor }),
    output: page(settingsChange),
  }),
  undo: contract({
    id: 'settings.undo',
    summary: 'Undo a change of your settings, presets, rules, skills, servers or functions',
    method: 'POST',
    path: '/settings/history/{id}/undo',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found', 'conflict'],
  }),
  getConversation: contract({
    id: 'settings.get-conversation',
    summary: 'What is set for one conversation alone',
    method: 'GET',
    path: '/conversations/{conversation_id}/settings',
    scope: 'chat:read',
    input: z.object({ conversation_id: id }),
    output: conversationSettings,
    errors: ['not_found'],
  }),
  setConversation: contract({
    id: 'settings.set-conversation',
    summary: 'Set model and parameters for one conversation; replaces what was set',
    method: 'PUT',
    path: '/conversations/{conversation_id}/settings',
    scope: 'chat:write',
    input: conversationSettings.extend({ conversation_id: id }),
    output: conversationSettings,
    errors: ['not_found'],
  }),
  listPresets: contract({
    id: 'presets.list',
    summary: 'The presets of the system and your own',
    method: 'GET',
    path: '/presets',
    scope: 'signed-in',
    input: z.object({}),
    output: page(preset),
  }),
  createPreset: contract({
    id: 'presets.create',
    summary: 'Keep parameters under a name; without any, your present ones',
    method: 'POST',
    path: '/presets',
    scope: 'signed-in',
    input: z.object({
      name: z.string().trim().min(1).max(100),
      description: z.string().trim().max(500).optional(),
      ...someAnswering,
    }),
    output: preset,
    errors: ['conflict'],
  }),
  updatePreset: contract({
    id: 'presets.update',
    summary: 'Change a preset of your own',
    method: 'PATCH',
    path: '/presets/{id}',
    scope: 'signed-in',
    input: z.object({
      id,
      name: z.string().trim().min(1).max(100).optional(),
      description: z.string().trim().max(500).nullable().optional(),
      ...someAnswering,
    }),
    output: preset,
    errors: ['not_found', 'conflict'],
  }),
  deletePreset: contract({
    id: 'presets.delete',
    summary: 'Delete a preset of your own',
    method: 'DELETE',
    path: '/presets/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  applyPreset: contract({
    id: 'presets.apply',
    summary: 'Make a preset your settings',
    method: 'POST',
    path: '/presets/{id}/apply',
    scope: 'signed-in',
    input: z.object({ id }),
    output: settings,
    errors: ['not_found'],
  }),
  listRules: contract({
    id: 'rules.list',
    summary: 'Rules that hold everywhere, in a project or in a conversation, in the order of the prompt',
    method: 'GET',
    path: '/rules',
    scope: 'signed-in',
    input: z.object({ project_id: id.optional(), conversation_id: id.optional() }),
    output: page(rule),
  }),
  createRule: contract({
    id: 'rules.create',
    summary: 'Add a rule that every answer observes',
    method: 'POST',
    path: '/rules',
    scope: 'signed-in',
    input: z.object({
      rule_type: ruleType,
      name: ruleName,
      content: ruleContent,
      priority: priority.default(0),
      enabled: z.boolean().default(true),
      project_id: id.optional(),
      conversation_id: id.optional(),
    }),
    output: rule,
    errors: ['not_found'],
  }),
  updateRule: contract({
    id: 'rules.update',
    summary: 'Change a rule, or switch it on and off',
    method: 'PATCH',
    path: '/rules/{id}',
    scope: 'signed-in',
    input: z.object({
      id,
      name: ruleName.optional(),
      content: ruleContent.optional(),
      priority: priority.optional(),
      enabled: z.boolean().optional(),
    }),
    output: rule,
    errors: ['not_found'],
  }),
  deleteRule: contract({
    id: 'rules.delete',
    summary: 'Delete a rule',
    method: 'DELETE',
    path: '/rules/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
};
