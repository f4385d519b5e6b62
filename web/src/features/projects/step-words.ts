import { z } from 'zod';
import { humanize, plural } from '../../lib/format.ts';
import { artifactTitle } from './artifact-looks.ts';
import type { Step } from './types.ts';

/** The fields of tool inputs and outputs that sentences mention; anything else may be there or not. */
const toolInput = z
  .object({
    query: z.string(),
    decision: z.string(),
    name: z.string(),
    title: z.string(),
    question: z.string(),
  })
  .partial()
  .catch({});
const toolOutput = z
  .object({
    file_name: z.string(),
    name: z.string(),
    tasks: z.number(),
    workstreams: z.number(),
    passed: z.boolean(),
    passages: z.array(z.unknown()),
    facts: z.array(z.unknown()),
    files: z.array(z.unknown()),
  })
  .partial()
  .catch({});

type Words = (input: z.output<typeof toolInput>, output: z.output<typeof toolOutput>) => string;

const quoted = (text: string | undefined): string => (text ? ` “${text}”` : '');

const words: Record<string, Words> = {
  list_files: (_, { files }) =>
    `Looked at the list of documents${files ? `: ${plural(files.length, 'file')}` : ''}`,
  search_files: ({ query }, { passages }) =>
    `Searched the documents for${quoted(query)}${passages ? `: ${plural(passages.length, 'passage')}` : ''}`,
  read_file: (_, { file_name }) => `Read ${file_name ?? 'a document'}`,
  search_memory: ({ query }, { facts }) =>
    `Searched the memory for${quoted(query)}${facts ? `: ${plural(facts.length, 'fact')}` : ''}`,
  remember: () => 'Kept a fact in memory',
  write_artifact: ({ name }) => `Wrote ${name ? `“${artifactTitle(name)}”` : 'an artifact'}`,
  record_decision: ({ decision }) => `Decided: ${decision ?? 'see the decisions'}`,
  create_subtask: ({ title }) => `Added the task${quoted(title)}`,
  ask_human: ({ question }) => `Asked: ${question ?? 'a question'}`,
  submit_verdict: (_, { passed }) => (passed ? 'Accepted the result' : 'Did not accept the result'),
  propose_plan: (_, { tasks, workstreams }) =>
    tasks && workstreams
      ? `Proposed ${plural(tasks, 'task')} in ${plural(workstreams, 'workstream')}`
      : 'Proposed a plan',
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

/** What an agent did in a step, in a few words. */
export function stepWords(step: Step): string {
  if (step.tool_name)
    return (
      words[step.tool_name]?.(
        toolInput.parse(step.tool_input ?? {}),
        toolOutput.parse(step.tool_output ?? json(step.content) ?? {}),
      ) ?? humanize(step.tool_name)
    );
  if (step.role === 'system') return 'Instructions';
  if (step.role === 'user') return 'Task given';
  const line = step.content.trim().split('\n', 1)[0] ?? '';
  return line.slice(0, 140) || 'Chose the next step';
}

/** The steps that tell a person something: tool calls, and what was said. */
export const tellingSteps = (steps: Step[]): Step[] =>
  steps.filter((step) => step.tool_name || (step.role === 'assistant' && step.content.trim()));
