import { Command, Option } from 'commander';
import { type Config, loadConfig, type SettingName, settings } from '../../config/index.ts';
import { allContracts } from '../../domains/contracts.ts';
import { AppError } from '../../kernel/errors.ts';
import { inputSchema } from '../../operations/index.ts';

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

/** The command line: fixed commands for the machine's keeper, and one command for each operation. */
export function createProgram(version: string, actions: CliActions): Command {
  const program = new Command('meta-agent')
    .version(version)
    .description('A self-hosted AI-agent platform on one PostgreSQL database')
    .showHelpAfterError('Run with --help to see how it is used.');

  const command = (parent: Command, name: string, description: string): Command => {
    const made = parent.command(name).description(description);
    for (const setting of Object.values(settings))
      if ('flag' in setting && setting.flag)
        made.addOption(new Option(`--${setting.flag} <value>`, setting.description));
    return made;
  };

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
    .action((options: Record<string, string>, self: Command) =>
      actions.call(configOf(self), 'users.create-key', {
        ...pick(options, ['email', 'name']),
        scopes: (options.scopes ?? '*').split(','),
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
    .action(() => {
      for (const operation of allContracts) console.log(`${operation.id.padEnd(28)} ${operation.summary}`);
    });
  addOperations(program, command, actions);
  return program;
}

/** `meta-agent <domain> <verb> --field value` for every operation that is not a flow. */
function addOperations(
  program: Command,
  command: (parent: Command, name: string, description: string) => Command,
  actions: CliActions,
): void {
  for (const operation of allContracts) {
    const [domain = '', verb = ''] = operation.id.split('.');
    if (operation.flow) continue;
    let group = program.commands.find((existing) => existing.name() === domain);
    if (!group) group = program.command(domain, { hidden: true }).description(`operations of ${domain}`);
    const made = command(group, verb, operation.summary);
    const { properties = {}, required = [] } = inputSchema(operation) as {
      properties?: Record<string, { description?: string; type?: unknown }>;
      required?: string[];
    };
    const fields = Object.keys(properties);
    const taken = new Set(
      Object.values(settings).flatMap((setting) => ('flag' in setting ? [setting.flag] : [])),
    );
    for (const field of fields.filter((name) => !taken.has(flagOf(name)))) {
      const option = new Option(`--${flagOf(field)} <value>`, properties[field]?.description ?? '');
      made.addOption(required.includes(field) ? option.makeOptionMandatory() : option);
    }
    made.action((options: Record<string, string>, self: Command) => {
      const input: Record<string, unknown> = {};
      for (const field of fields) {
        const value = options[camel(flagOf(field))];
        if (value !== undefined) input[field] = parseValue(value, properties[field]);
      }
      return actions.call(configOf(self), operation.id, input);
    });
  }
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

const flagOf = (field: string): string => field.replaceAll('_', '-');
const camel = (flag: string): string =>
  flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A text stays a text where the schema asks for one; everything else is read as JSON. */
function parseValue(value: string, schema: { type?: unknown } | undefined): unknown {
  if (schema?.type === 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Flags above environment above file above default. */
function configOf(command: Command): Config {
  const options = command.opts() as Record<string, string | undefined>;
  const flags: Partial<Record<SettingName, unknown>> = {};
  for (const [name, setting] of Object.entries(settings))
    if ('flag' in setting && setting.flag) {
      const value = options[camel(setting.flag)];
      if (value !== undefined) flags[name as SettingName] = value;
    }
  return loadConfig({ flags });
}

function pick(options: Record<string, string>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
