import { promptVariable, variablePattern } from '../../../../src/domains/prompts/contract.ts';
import type { PromptVariable } from './queries.ts';

/** One variable for each name in a text, as declared or a line of text. */
export function variablesIn(content: string, declared: readonly PromptVariable[]): PromptVariable[] {
  const names = new Set(Array.from(content.matchAll(variablePattern), ([, name = '']) => name));
  return [...names].map(
    (name) => declared.find((variable) => variable.name === name) ?? promptVariable.parse({ name }),
  );
}

/** A prompt with its names replaced; those without a value stay as they are. */
export const fill = (content: string, values: Readonly<Record<string, string>>): string =>
  content.replaceAll(variablePattern, (whole, name: string) => values[name] || whole);
