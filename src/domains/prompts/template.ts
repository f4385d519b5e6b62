import { type PromptVariable, promptVariable, variablePattern } from './contract.ts';

/**
 * One variable for each name in the content, in their order: as declared, or a line of text. What is declared and not
 * in the content is left out; so is what an older tool wrote and this one does not understand.
 */
export function variablesOf(content: string, declared: unknown): PromptVariable[] {
  const known = new Map<string, PromptVariable>();
  for (const value of Array.isArray(declared) ? declared : []) {
    const { data } = promptVariable.safeParse(value);
    if (data) known.set(data.name, data);
  }
  const names = new Set(Array.from(content.matchAll(variablePattern), ([, name = '']) => name));
  return [...names].map((name) => known.get(name) ?? promptVariable.parse({ name }));
}
