import { agentName } from '../../../../src/domains/projects/shapes/contract.ts';

/** Agents that a task can be given to; the supervisor plans and the verifier checks. */
export const workerAgents = agentName.exclude(['supervisor', 'verifier']).options;

/** Conditions written one a line. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
