import { join } from 'node:path';
import type { Config } from './config/index.ts';
import { type DeployStep, findOwner, verify } from './database/index.ts';
import type { CliActions } from './faces/cli/program.ts';
import { AppError } from './kernel/errors.ts';
import { version } from './kernel/package.ts';
import { openDatabase } from './open-database.ts';
import { startServer } from './server.ts';

/**
 * What each command does; each loads the part of the program it needs. Output for people goes to standard error, answers to
 * standard output.
 */
export const actions: CliActions = {
  async start(config) {
    const server = await startServer(config, reportStep);
    say(`\nMeta Agent ${version} is running at ${server.url}`);
    say(`  ├─ API      ${server.url}/docs`);
    say(`  ├─ MCP      ${server.url}/mcp`);
    say(`  └─ data     ${config.databaseUrl ? 'Postgres' : join(config.dataDir, 'database')}`);
    if (server.setupUrl) say(`\nSet up your account (link works once, for 24 hours):\n  ${server.setupUrl}`);
    await untilSignalled();
    say('\nstopping …');
    await server.stop();
  },

  async worker(config) {
    if (!config.databaseUrl)
      throw new AppError(
        'invalid_input',
        'The embedded database has one process, which runs its own workers.',
        {
          fix: 'Raise META_AGENT_WORKERS, or use Postgres with META_AGENT_DATABASE_URL.',
        },
      );
    const { createApp } = await import('./app.ts');
    const app = await createApp(config, { onDeploy: reportStep });
    const worker = app.createWorker(config.workers || 2);
    await worker.start();
    say(`worker ready: ${config.workers || 2} tasks at a time`);
    await untilSignalled();
    await worker.stop();
    await app.close();
  },

  async deploy(config) {
    mustBeFree(config, 'It deploys by itself when it starts.');
    const database = await openDatabase(config, reportStep);
    await database.close();
    say('the schema is up to date');
  },

  async verify(config, json) {
    mustBeFree(config, 'Stop the server first: the embedded database has one process.');
    const database = await openDatabase(config);
    try {
      const result = await verify(database);
      if (json) return print(result);
      for (const { file, up_to_date, tables, functions } of result.files)
        print(
          `${up_to_date ? 'ok  ' : 'OLD '} ${file.padEnd(32)} ${tables} tables, ${functions} functions specified`,
        );
      print('');
      for (const row of result.access)
        print(
          `${row.table.padEnd(36)} ${row.row_level_security.padEnd(8)} ${row.kind.padEnd(17)} ${row.sentence}`,
        );
      print('');
      for (const fault of result.faults) print(`fault: ${fault}`);
      print(
        result.ok
          ? `${result.access.length} tables, all protected, nothing missing`
          : `${result.faults.length} faults`,
      );
      if (!result.ok) process.exitCode = 1;
    } finally {
      await database.close();
    }
  },

  async doctor(config) {
    let failed = false;
    const { diagnose } = await import('./doctor.ts');
    for await (const { name, status, detail, fix } of diagnose(config)) {
      print(`${status.padEnd(5)} ${name} — ${detail}`);
      if (fix) print(`      fix: ${fix}`);
      failed ||= status === 'fail';
    }
    if (failed) process.exitCode = 1;
  },

  async mcp(config) {
    const owner = config.databaseUrl ? undefined : findOwner(config.dataDir);
    if (owner)
      throw new AppError('locked', 'A server is using the embedded database.', {
        fix: `Connect the assistant to ${owner.url ?? 'the server'}/mcp with an API key instead.`,
      });
    if (!config.key)
      throw new AppError('unauthenticated', 'The assistant needs to act for somebody.', {
        fix: 'Set META_AGENT_KEY to an API key: meta-agent key create --email you@example.org.',
      });
    const { createApp } = await import('./app.ts');
    const { createMcpServer } = await import('./faces/mcp/server.ts');
    const { serveStdio } = await import('@modelcontextprotocol/server/stdio');
    const app = await createApp({ ...config, logLevel: 'error' });
    const principal = await app.authenticator.bearer(config.key);
    const worker = app.createWorker(config.workers);
    await worker.start();
    const connection = serveStdio(() =>
      createMcpServer(
        app.registry,
        version,
        () => ({ principal, signal: new AbortController().signal }),
        (error) => app.log.error({ err: error }, 'a tool failed'),
      ),
    );
    await new Promise<void>((resolve) => {
      process.stdin.once('end', resolve);
      process.once('SIGTERM', resolve);
    });
    await connection.close();
    await worker.stop();
    await app.close();
  },

  async call(config, id, input) {
    const { runOperation } = await import('./run-operation.ts');
    print(await runOperation(config, id, input, reportStep));
  },
};

const say = (text: string): void => console.error(text);
const print = (value: unknown): void =>
  console.log(typeof value === 'string' ? value : JSON.stringify(value, null, 2));

function reportStep({ file, status, duration_ms }: DeployStep): void {
  if (status !== 'unchanged') say(`  ✓ ${file} (${status === 'ran' ? `${duration_ms} ms` : 'as built'})`);
}

function mustBeFree(config: Config, fix: string): void {
  const owner = config.databaseUrl ? undefined : findOwner(config.dataDir);
  if (owner) throw new AppError('locked', 'A server is using the embedded database.', { fix });
}

function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
