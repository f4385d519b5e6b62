import { sql } from 'kysely';
import { z } from 'zod';
import type { Database, Session, UserPrincipal } from '../../database/index.ts';
import { AppError, messageOf } from '../../kernel/errors.ts';
import type { Sandbox } from '../../providers/sandbox/index.ts';
import { defineTool, type Tool } from '../agents/index.ts';
import type { Functions } from './functions.ts';
import type { McpServers } from './mcp-servers.ts';
import type { Skills } from './skills.ts';
import { readOnlySelect } from './sql.ts';
import type { Web } from './web.ts';

/** Made once: a turn makes the tools anew, and a model is told their inputs as JSON Schema. */
const inputs = {
  any: z.looseObject({}),
  run_code: z.object({ code: z.string().min(1).max(100_000) }),
  load_skill: z.object({ name: z.string().max(100), path: z.string().max(300).optional() }),
  query_database: z.object({ sql: z.string().min(1).max(20_000) }),
  describe_tables: z.object({ tables: z.array(z.string().max(63)).max(20).default([]) }),
};

export interface ExtensionDeps {
  database: Database;
  sandbox: Sandbox;
  servers: McpServers;
  functions: Functions;
  skills: Skills;
  web: Web;
}

/** A person's own tools and skills, as an answer gets them. */
export interface Extensions {
  tools: Tool[];
  /** Names and descriptions of the skills; the rest is loaded when it is needed. */
  skills: { name: string; description: string | null }[];
}

const maxRows = 200;
const queryTimeoutMs = 5_000;

/** Everything that is switched on for a person: MCP servers, functions, skills, code and queries. */
export async function extensionsOf(
  deps: ExtensionDeps,
  session: Session,
  principal: UserPrincipal,
): Promise<Extensions> {
  const [servers, functions, skills, web] = await Promise.all([
    deps.servers.tools(session, principal),
    deps.functions.enabled(session, principal),
    deps.skills.enabled(session, principal),
    deps.web.tools(session, principal),
  ]);
  const tools = [
    runCodeTool(deps.sandbox),
    ...queryTools(deps.database),
    ...web,
    ...(skills.length > 0 ? [skillTool(deps.skills, skills)] : []),
    ...functions.map((fn) =>
      anyInput({
        name: fn.name,
        description: fn.description ?? 'A function of the person.',
        inputSchema: fn.parameters,
        // Code that reaches out could carry away what it was given.
        asks: fn.hosts.length > 0,
        prepare: ({ signal }, input) => deps.functions.call(fn, input, signal),
      }),
    ),
    ...servers.map(({ id, server_id, tool }) =>
      anyInput({
        name: toolName(server_id, tool.name),
        description: tool.description,
        inputSchema: tool.input_schema,
        asks: true,
        prepare: async (scope, input) => {
          const { text, isError } = await deps.servers.call(
            scope.principal,
            id,
            tool.name,
            input,
            scope.signal,
          );
          if (isError)
            throw new AppError('unprocessable', text, { fix: 'Correct the input, or tell the person.' });
          return text;
        },
      }),
    ),
  ];
  // The first of two with one name is the one that is called.
  const names = new Set<string>();
  return { tools: tools.filter(({ name }) => !names.has(name) && names.add(name)), skills };
}

/** Vendors take letters, digits, _ and -, at most 64 of them. */
const toolName = (server: string, tool: string): string =>
  `${server}__${tool}`.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);

/** A tool whose arguments somebody else described; it works before the transaction, which only keeps its result. */
const anyInput = (tool: Pick<Tool, 'name' | 'description' | 'inputSchema' | 'asks' | 'prepare'>): Tool => ({
  ...tool,
  input: inputs.any,
  run: async (_session, _scope, _input, result) => result,
});

function runCodeTool(sandbox: Sandbox): Tool {
  return defineTool({
    name: 'run_code',
    description:
      'Run JavaScript or TypeScript in a sandbox without network and files, to calculate, count, sort or convert. ' +
      'The value of the last expression is the result; console.log is returned as well.',
    input: inputs.run_code,
    async prepare({ signal }, { code }) {
      const { value, error, console } = await sandbox.run({ code, input: null, hosts: [] }, signal);
      if (error !== undefined)
        throw new AppError('unprocessable', error, { fix: 'Correct the code.', details: { console } });
      return { value: value ?? null, console };
    },
    run: async (_session, _scope, _input, result) => result,
  });
}

function skillTool(skills: Skills, installed: { id: string; name: string }[]): Tool {
  return defineTool({
    name: 'load_skill',
    description: 'Read the instructions of a skill, or with a path one of its files.',
    input: inputs.load_skill,
    async prepare({ principal }, { name, path }) {
      const skill = installed.find((candidate) => candidate.name === name);
      if (!skill)
        throw new AppError('not_found', `There is no skill called ${name}.`, {
          fix: `Use one of: ${installed.map((candidate) => candidate.name).join(', ')}.`,
        });
      return skills.load(principal, skill.id, path);
    },
    run: async (_session, _scope, _input, loaded) => loaded,
  });
}

function queryTools(database: Database): Tool[] {
  return [
    defineTool({
      name: 'query_database',
      description:
        'Run one read-only SELECT (PostgreSQL) over the rows the person may see: projects, tasks, conversations, messages, ' +
        'files, memory, usage. Look at the columns with describe_tables first.',
      input: inputs.query_database,
      async prepare({ principal, signal }, { sql: text }) {
        const query = await readOnlySelect(text, await functionsOf(database), maxRows);
        try {
          const rows = await database.as(
            principal,
            async (session) => {
              await sql`set transaction read only`.execute(session);
              return (await sql.raw<Record<string, unknown>>(query).execute(session)).rows;
            },
            { signal, timeoutMs: queryTimeoutMs, prepares: false },
          );
          return { rows, ...(rows.length === maxRows ? { note: `Only the first ${maxRows} rows.` } : {}) };
        } catch (error) {
          signal.throwIfAborted();
          // PostgreSQL's sentence names the column or table at fault, which the model wrote itself.
          const cause = (error as { cause?: unknown }).cause ?? error;
          throw new AppError('invalid_input', `The query failed: ${messageOf(cause)}`, {
            fix: 'Correct it.',
          });
        }
      },
      run: async (_session, _scope, _input, result) => result,
    }),
    defineTool({
      name: 'describe_tables',
      description: 'List the tables that can be queried, or the columns of some of them.',
      input: inputs.describe_tables,
      prepare: (_scope, { tables }) => describeTables(database, tables),
      run: async (_session, _scope, _input, described) => described,
    }),
  ];
}

/** What the database says of its tables is the same for everybody. */
function describeTables(database: Database, tables: string[]) {
  return database.asService('tables that can be queried', async (session) => {
    if (tables.length === 0) {
      const { rows } = await sql<{ name: string; about: string | null }>`
        select c.relname as name, obj_description(c.oid) as about from pg_catalog.pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
          and has_any_column_privilege('authenticated', c.oid, 'select')
        order by 1`.execute(session);
      return { tables: rows };
    }
    const { rows } = await sql<{ table: string; columns: string }>`
      select c.relname as table,
        string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) as columns
      from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relname = any (${tables})
        and has_column_privilege('authenticated', c.oid, a.attnum, 'select')
      group by 1 order by 1`.execute(session);
    return { tables: rows };
  });
}

let known: Promise<ReadonlySet<string>> | undefined;

/**
 * Functions that only compute: those of PostgreSQL itself that are immutable or stable, without the ones that run SQL
 * they are given or tell of the server, and a few that are harmless though volatile.
 */
function functionsOf(database: Database): Promise<ReadonlySet<string>> {
  known ??= database.asService('functions a query may use', async (session) => {
    const { rows } = await sql<{ name: string }>`
      select distinct p.proname as name from pg_catalog.pg_proc p
      where p.pronamespace = 'pg_catalog'::regnamespace and p.provolatile in ('i', 's')
        and p.proname !~ '^(pg_|lo_|txid_|inet_|has_|row_security|current_setting|ts_stat|ts_rewrite)|_to_xml'`.execute(
      session,
    );
    return new Set([...rows.map(({ name }) => name), 'random', 'gen_random_uuid', 'clock_timestamp']);
  });
  return known;
}
