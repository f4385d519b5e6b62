import type { Settings } from './queries.ts';

type AnsweringPart = 'model_parameters' | 'reasoning_config' | 'search_config' | 'rag_config';
type Part = AnsweringPart | 'output_config';

export type ParameterField<P extends Part = Part> = {
  part: P;
  name: string;
  /** Its name in the list of effective parameters, where that differs. */
  effective?: string;
  label: string;
  hint: string;
} & (
  | { kind: 'number'; min: number; max: number; step: number; optional?: true }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'switch' }
  | { kind: 'words' }
);

export const fieldGroups: { title: string; fields: ParameterField<AnsweringPart>[] }[] = [
  {
    title: 'Sampling',
    fields: [
      {
        part: 'model_parameters',
        name: 'temperature',
        label: 'Temperature',
        hint: 'Higher varies more, lower repeats itself.',
        kind: 'number',
        min: 0,
        max: 2,
        step: 0.05,
        optional: true,
      },
      {
        part: 'model_parameters',
        name: 'top_p',
        label: 'Top P',
        hint: 'Considers only the likeliest words up to this probability.',
        kind: 'number',
        min: 0,
        max: 1,
        step: 0.01,
        optional: true,
      },
      {
        part: 'model_parameters',
        name: 'top_k',
        label: 'Top K',
        hint: 'Considers only so many of the likeliest words.',
        kind: 'number',
        min: 1,
        max: 1000,
        step: 1,
        optional: true,
      },
      {
        part: 'model_parameters',
        name: 'frequency_penalty',
        label: 'Frequency penalty',
        hint: 'Above 0, words that came often come less.',
        kind: 'number',
        min: -2,
        max: 2,
        step: 0.1,
        optional: true,
      },
      {
        part: 'model_parameters',
        name: 'presence_penalty',
        label: 'Presence penalty',
        hint: 'Above 0, new subjects come more.',
        kind: 'number',
        min: -2,
        max: 2,
        step: 0.1,
        optional: true,
      },
      {
        part: 'model_parameters',
        name: 'seed',
        label: 'Seed',
        hint: 'The same seed gives the same answer, where the vendor can.',
        kind: 'number',
        min: 0,
        max: 2_147_483_647,
        step: 1,
        optional: true,
      },
      {
        part: 'model_parameters',
        name: 'stop_sequences',
        label: 'Stop sequences',
        hint: 'The answer ends before any of them. One a line, at most four.',
        kind: 'words',
      },
    ],
  },
  {
    title: 'Length',
    fields: [
      {
        part: 'model_parameters',
        name: 'max_output_tokens',
        label: 'Most tokens of an answer',
        hint: 'Longer answers are cut off here.',
        kind: 'number',
        min: 1,
        max: 200_000,
        step: 1,
      },
      {
        part: 'model_parameters',
        name: 'max_input_tokens',
        label: 'Most tokens of the conversation',
        hint: 'Older messages are left out first.',
        kind: 'number',
        min: 1000,
        max: 2_000_000,
        step: 1,
      },
    ],
  },
  {
    title: 'Reasoning',
    fields: [
      {
        part: 'reasoning_config',
        name: 'reasoning_effort',
        label: 'Reasoning effort',
        hint: 'How long a model thinks before it answers.',
        kind: 'choice',
        choices: ['none', 'low', 'medium', 'high', 'max'],
      },
      {
        part: 'reasoning_config',
        name: 'thinking_budget',
        label: 'Thinking budget',
        hint: 'Tokens it may think for. They are paid for.',
        kind: 'number',
        min: 0,
        max: 200_000,
        step: 1,
        optional: true,
      },
      {
        part: 'reasoning_config',
        name: 'show_thinking',
        label: 'Show thinking',
        hint: 'What the model thought stands above its answer.',
        kind: 'switch',
      },
      {
        part: 'reasoning_config',
        name: 'confidence_threshold',
        label: 'Confidence',
        hint: 'Below it an answer has to say that it is not sure. 0 asks for nothing.',
        kind: 'number',
        min: 0,
        max: 1,
        step: 0.05,
      },
    ],
  },
  {
    title: 'Search',
    fields: [
      {
        part: 'search_config',
        name: 'search_depth',
        label: 'Search depth',
        hint: 'Searches one answer may make.',
        kind: 'number',
        min: 1,
        max: 20,
        step: 1,
      },
      {
        part: 'search_config',
        name: 'max_sources',
        label: 'Most sources',
        hint: 'Results of one search.',
        kind: 'number',
        min: 1,
        max: 50,
        step: 1,
      },
    ],
  },
  {
    title: 'Documents',
    fields: [
      {
        part: 'rag_config',
        name: 'enabled',
        effective: 'search_documents',
        label: 'Search my documents',
        hint: 'Answers may look into files you uploaded.',
        kind: 'switch',
      },
      {
        part: 'rag_config',
        name: 'max_chunks',
        label: 'Most passages',
        hint: 'Passages of one search of documents.',
        kind: 'number',
        min: 1,
        max: 50,
        step: 1,
      },
      {
        part: 'rag_config',
        name: 'similarity_threshold',
        label: 'Similarity threshold',
        hint: 'Passages that share no word with the question need at least this similarity.',
        kind: 'number',
        min: 0,
        max: 1,
        step: 0.05,
      },
      {
        part: 'rag_config',
        name: 'chunk_size',
        label: 'Passage size',
        hint: 'Tokens of a passage, for files read from now on.',
        kind: 'number',
        min: 64,
        max: 4000,
        step: 1,
      },
      {
        part: 'rag_config',
        name: 'chunk_overlap',
        label: 'Passage overlap',
        hint: 'Tokens two passages share, for files read from now on.',
        kind: 'number',
        min: 0,
        max: 500,
        step: 1,
      },
    ],
  },
];

/** What holds for every chat of a person alike. */
export const canvasGroup: { title: string; fields: ParameterField<'output_config'>[] } = {
  title: 'Canvas',
  fields: [
    {
      part: 'output_config',
      name: 'canvas_enabled',
      label: 'Let answers use the canvas',
      hint: 'The model may make and change artifacts beside the chat.',
      kind: 'switch',
    },
    {
      part: 'output_config',
      name: 'canvas_auto_open',
      label: 'Open it by itself',
      hint: 'When an answer makes or changes an artifact, on a wide page.',
      kind: 'switch',
    },
    {
      part: 'output_config',
      name: 'canvas_position',
      label: 'Where it stands',
      hint: 'Beside the chat or under it.',
      kind: 'choice',
      choices: ['right', 'bottom'],
    },
  ],
};

/** The value of a field in settings, or in part of them. */
export const storedValue = (
  settings: Partial<Pick<Settings, Part>>,
  { part, name }: ParameterField,
): unknown => (settings[part] as Record<string, unknown> | undefined)?.[name];
