import { Command } from 'commander';
import type { Config } from '../../config/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { command, configOf } from './command.ts';

export interface CliActions {
  start(config: Config): Promise<void>;
  worker(config: Config): Promise<void>;
  deploy(config: Config): Promise<void>;
  verify(config: Config, json: boolean): Promise<void>;
  doctor(config: Config): Promise<void>;
  mcp(config: Config): Promise<void>;
  /** Runs an operation by the running server, or by the database itself when none runs. */
  call(config: Config, operation: string, input: Record<string, unknown>): Promise<void>;
}

/** The command line of the machine's keeper. `addOperations` adds one command for each operation. */
export function createProgram(version: string, actions: CliActions): Command {
  const program = new Command('meta-agent')
    .version(version)
    .description('A self-hosted AI-agent platform on one PostgreSQL database')
    .showHelpAfterError('Run with --help to see how it is used.');

  command(program, 'start', 'start the server, its workers and the console').action(
    (_options, self: Command) => actions.start(configOf(self)),
  );
  command(program, 'worker', 'run tasks for a server on Postgres').action((_options, self: Command) =>
    actions.worker(configOf(self)),
  );
  const db = program.command('db').description('the database');
  command(db, 'deploy', 'create or update every table, function and policy').action(
    (_options, self: Command) => actions.deploy(configOf(self)),
  );
  command(db, 'verify', 'compare the database with the specification and print the access page')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }, self: Command) =>
      actions.verify(configOf(self), options.json ?? false),
    );
  command(program, 'doctor', 'check everything and say how to fix what is wrong').action(
    (_options, self: Command) => actions.doctor(configOf(self)),
  );
  command(program, 'mcp', 'serve the tools to an assistant over standard input and output').action(
    (_options, self: Command) => actions.mcp(configOf(self)),
  );
  const user = program.command('user').description('accounts');
  command(user, 'create', 'create a user; the very first becomes administrator')
    .requiredOption('--email <address>', 'sign-in address')
    .requiredOption('--password <text>', 'at least 12 characters')
    .option('--name <text>', 'name')
    .option('--role <role>', 'user, admin or super_admin', 'user')
    .action((options: Record<string, string>, self: Command) =>
      actions.call(configOf(self), 'users.create', pick(options, ['email', 'password', 'name', 'role'])),
    );
  const key = program.command('key').description('API keys');
  command(key, 'create', 'create an API key for a user; it is shown once')
    .requiredOption('--email <address>', 'whose key')
    .option('--name <text>', 'what it is for', 'command line')
    .option('--scopes <list>', 'comma-separated, or * for all', '*')
    .option('--rate-limit <number>', 'requests a minute', '1000')
    .action((options: Record<string, string>, self: Command) =>
      actions.call(configOf(self), 'users.create-key', {
        ...pick(options, ['email', 'name']),
        scopes: (options.scopes ?? '*').split(','),
        rate_limit: Number(options.rateLimit),
      }),
    );
  command(program, 'call', 'run any operation, for example: call projects.list --input \'{"limit":5}\'')
    .argument('<operation>', 'see /docs, or `meta-agent operations`')
    .option('--input <json>', 'input as a JSON object', '{}')
    .action((operation: string, options: { input: string }, self: Command) =>
      actions.call(configOf(self), operation, readInput(options.input)),
    );
  program
    .command('operations')
    .description('list every operation')
    .action(async () => {
      const { allContracts } = await import('../../domains/contracts.ts');
      for (const operation of allContracts) console.log(`${operation.id.padEnd(28)} ${operation.summary}`);
    });
  return program;
}

/** Errors: `invalid_input` for anything but a JSON object. */
function readInput(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // falls through to the one error below
  }
  throw new AppError('invalid_input', 'The input is not a JSON object.', {
    fix: 'Put it in single quotes, for example: --input \'{"limit":5}\'.',
  });
}

function pick(options: Record<string, string>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
