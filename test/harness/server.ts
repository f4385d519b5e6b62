import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '../../src/client/index.ts';
import { Database } from '../../src/database/index.ts';
import { requestsPerMinute } from '../../src/domains/auth/contract.ts';
import { openTestDatabase } from './database.ts';
import { until } from './until.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
export const admin = { email: 'admin@example.org', password: 'a long enough password' };

/** A real server process (and worker processes, on Postgres), to be killed and started again. */
export interface TestServer {
  url: string;
  key: string;
  client: Client;
  dataDir: string;
  databaseUrl: string | undefined;
  /** What the server printed since its last start. */
  output(): string;
  start(): Promise<void>;
  /** SIGKILL, no chance to finish anything. */
  kill(): Promise<void>;
  startWorker(): Promise<ChildProcess>;
  /** Runs a command of the command line and gives its output. */
  run(...args: string[]): Promise<Ran>;
  /** The same with more settings. */
  runWith(settings: Record<string, string>, ...args: string[]): Promise<Ran>;
  /** How a command is started, for whoever starts it. */
  command(
    name: string,
    settings: Record<string, string>,
  ): { command: string; args: string[]; cwd: string; env: Record<string, string> };
  /** Looks into the database itself. Embedded: only while the server is down. */
  inspect<T>(look: (database: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ServerOptions {
  settings?: Record<string, string>;
  /** Without an account the set-up link is printed instead. */
  account?: boolean;
}

/** A port nobody listens on, below those the system gives to outgoing connections: one of those may be gone by then. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer().once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export async function openTestServer({
  settings = {},
  account = true,
}: ServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'meta-agent-server-'));
  const postgres = process.env.META_AGENT_TEST_DATABASE_URL ? await openTestDatabase() : undefined;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { META_AGENT_TEST_IMAGE: _, META_AGENT_TEST_TEMPLATE: __, ...inherited } = process.env;
  const env = {
    ...inherited,
    META_AGENT_PORT: String(port),
    META_AGENT_DATA_DIR: dataDir,
    META_AGENT_LOG_LEVEL: 'error',
    ...(postgres?.url ? { META_AGENT_DATABASE_URL: postgres.url } : {}),
    ...(account ? { META_AGENT_INIT_EMAIL: admin.email, META_AGENT_INIT_PASSWORD: admin.password } : {}),
    ...settings,
  };
  let server: ChildProcess | undefined;
  let output = '';
  const workers = new Set<ChildProcess>();

  const spawnCli = (args: string[], onText: (text: string) => void): ChildProcess => {
    const child = spawn(process.execPath, [cli, ...args], {
      env,
      cwd: dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (data: Buffer) => onText(String(data)));
    child.stderr?.on('data', (data: Buffer) => onText(String(data)));
    return child;
  };
  const ended = (child: ChildProcess): Promise<void> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once('exit', () => resolve()));

  const testServer: TestServer = {
    url,
    key: '',
    client: createClient({ url }),
    dataDir,
    databaseUrl: postgres?.url,
    output: () => output,
    async start() {
      output = '';
      server = spawnCli(['start'], (text) => {
        output += text;
      });
      const child = server;
      await until(async () => {
        if (child.exitCode !== null) throw new Error(`the server ended: ${output}`);
        return fetch(`${url}/readyz`).then(
          (response) => response.ok,
          () => false,
        );
      }, `the server answers (${output})`);
    },
    async kill() {
      server?.kill('SIGKILL');
      if (server) await ended(server);
    },
    async startWorker() {
      let text = '';
      const worker = spawnCli(['worker'], (more) => {
        text += more;
      });
      workers.add(worker);
      await until(async () => text.includes('worker ready'), `the worker is ready (${text})`);
      return worker;
    },
    command: (name, more) => ({
      command: process.execPath,
      args: [cli, name],
      cwd: dataDir,
      env: { ...env, ...more } as Record<string, string>,
    }),
    run: (...args) => testServer.runWith({}, ...args),
    async runWith(more, ...args) {
      let stdout = '';
      let stderr = '';
      const child = spawn(process.execPath, [cli, ...args], {
        env: { ...env, ...more },
        cwd: dataDir,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.on('data', (data: Buffer) => {
        stdout += data;
      });
      child.stderr.on('data', (data: Buffer) => {
        stderr += data;
      });
      await new Promise((resolve) => child.once('close', resolve));
      return { code: child.exitCode ?? -1, stdout, stderr };
    },
    async inspect(look) {
      const database = await Database.open(
        postgres?.url ? { url: postgres.url } : { dataDir: join(dataDir, 'database') },
      );
      try {
        return await look(database);
      } finally {
        await database.close();
      }
    },
    async close() {
      for (const worker of workers) worker.kill('SIGKILL');
      await this.kill();
      await postgres?.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };

  await testServer.start();
  if (account) {
    const limit = ['--rate-limit', String(requestsPerMinute)];
    const { stdout } = await testServer.run('key', 'create', '--email', admin.email, ...limit);
    testServer.key = (JSON.parse(stdout) as { key: string }).key;
    testServer.client = createClient({ url, key: testServer.key });
  }
  return testServer;
}
