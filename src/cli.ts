#!/usr/bin/env node
import { actions } from './commands.ts';
import { createProgram } from './faces/cli/program.ts';
import { isAppError, messageOf } from './kernel/errors.ts';
import { version } from './kernel/package.ts';

try {
  await createProgram(version, actions).parseAsync();
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
