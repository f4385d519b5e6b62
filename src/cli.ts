#!/usr/bin/env node
import { actions } from './commands.ts';
import { createProgram } from './faces/cli/program.ts';
import { isAppError, messageOf } from './kernel/errors.ts';
import { version } from './kernel/package.ts';

try {
  const program = createProgram(version, actions);
  const first = process.argv[2] ?? '-';
  // Describing every operation takes a third of a second, which the commands of the machine's keeper do without.
  if (!first.startsWith('-') && !program.commands.some((command) => command.name() === first)) {
    const { addOperations } = await import('./faces/cli/operations.ts');
    addOperations(program, actions);
  }
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${messageOf(error)}`);
  if (isAppError(error) && error.fix) console.error(`fix: ${error.fix}`);
  if (!isAppError(error) && error instanceof Error) console.error(error.stack);
  // Exit codes: 1 failed, 3 settings, 4 database, 5 denied.
  const codes: Record<string, number> = {
    invalid_input: 3,
    unavailable: 4,
    forbidden: 5,
    unauthenticated: 5,
  };
  process.exitCode = isAppError(error) ? (codes[error.code] ?? 1) : 1;
}
