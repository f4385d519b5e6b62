import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Config, openSecretBox } from './config/index.ts';
import { findOwner, verify } from './database/index.ts';
import { messageOf } from './kernel/errors.ts';
import { packageRoot } from './kernel/package.ts';
import { openDatabase } from './open-database.ts';
import { findOllama } from './providers/model/index.ts';

export interface Finding {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  fix?: string;
}

/** Looks at everything a server needs and says how to fix what is wrong. Changes nothing but what a start would. */
export async function* diagnose(config: Config): AsyncGenerator<Finding> {
  yield node();
  yield dataDir(config);
  yield key(config);
  yield consoleBuilt();
  const owner = config.databaseUrl ? undefined : findOwner(config.dataDir);
  if (owner) {
    yield {
      name: 'server',
      status: 'ok',
      detail: `process ${owner.pid} answers at ${owner.url ?? '(starting)'}`,
    };
  } else {
    yield await port(config);
    yield* database(config);
  }
  const ollama = await findOllama(config.ollamaUrl);
  yield ollama
    ? { name: 'ollama', status: 'ok', detail: `${ollama.models.length} models at ${ollama.baseUrl}` }
    : {
        name: 'ollama',
        status: 'ok',
        detail: 'not running; connect a model in Settings, or use the built-in one',
      };
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? { name: 'node', status: 'ok', detail: process.version }
    : { name: 'node', status: 'fail', detail: process.version, fix: 'Install Node.js 20.19 or newer.' };
}

function dataDir({ dataDir: folder }: Config): Finding {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const freeGb = (bavail * bsize) / 1e9;
    return freeGb < 1
      ? {
          name: 'data folder',
          status: 'warn',
          detail: `${freeGb.toFixed(1)} GB free in ${folder}`,
          fix: 'Free some space.',
        }
      : { name: 'data folder', status: 'ok', detail: `${folder}, ${freeGb.toFixed(0)} GB free` };
  } catch (error) {
    return {
      name: 'data folder',
      status: 'fail',
      detail: messageOf(error),
      fix: 'Make it writable, or set META_AGENT_DATA_DIR.',
    };
  }
}

function key(config: Config): Finding {
  try {
    openSecretBox(config);
    const path = join(config.dataDir, 'secret.key');
    if (config.secretKey) return { name: 'secret key', status: 'ok', detail: 'from META_AGENT_SECRET_KEY' };
    return (statSync(path).mode & 0o077) === 0
      ? { name: 'secret key', status: 'ok', detail: `${path}; keep a copy of it with your backups` }
      : {
          name: 'secret key',
          status: 'fail',
          detail: `${path} can be read by others`,
          fix: `chmod 600 ${path}`,
        };
  } catch (error) {
    return {
      name: 'secret key',
      status: 'fail',
      detail: messageOf(error),
      fix: 'See META_AGENT_SECRET_KEY in .env.example.',
    };
  }
}

function consoleBuilt(): Finding {
  return existsSync(join(packageRoot, 'dist', 'console', 'index.html'))
    ? { name: 'console', status: 'ok', detail: 'built' }
    : { name: 'console', status: 'warn', detail: 'not built', fix: 'npm run build' };
}

async function port({ host, port: wanted }: Config): Promise<Finding> {
  const fault = await new Promise<Error | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(wanted, host, () => probe.close(() => resolve(undefined)));
  });
  if (!fault) return { name: 'port', status: 'ok', detail: `${host}:${wanted} is free` };
  // On Postgres no owner file tells of a server that runs; its answer does.
  const answer = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${wanted}/healthz`)
    .then((response) => response.json() as Promise<{ status?: string; version?: string }>)
    .catch(() => undefined);
  if (answer?.status === 'ok' && answer.version)
    return {
      name: 'server',
      status: 'ok',
      detail: `Meta Agent ${answer.version} answers at ${host}:${wanted}`,
    };
  return {
    name: 'port',
    status: 'fail',
    detail: `${host}:${wanted}: ${messageOf(fault)}`,
    fix: 'Stop what uses it, or set META_AGENT_PORT.',
  };
}

async function* database(config: Config): AsyncGenerator<Finding> {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  try {
    opened = await openDatabase(config);
  } catch (error) {
    yield {
      name: 'database',
      status: 'fail',
      detail: messageOf(error),
      fix: config.databaseUrl
        ? 'Check META_AGENT_DATABASE_URL and the server it names.'
        : 'Check the data folder.',
    };
    return;
  }
  try {
    const { rows } = await opened.withOwner((client) =>
      client.query<{ version: string; vector: string | null; super: boolean; skew: number }>(`
        select current_setting('server_version') as version,
               (select extversion from pg_extension where extname = 'vector') as vector,
               (select rolsuper from pg_roles where rolname = current_user) as super,
               extract(epoch from clock_timestamp()) * 1000 - ${Date.now()} as skew`),
    );
    const row = rows[0];
    yield {
      name: 'database',
      status: 'ok',
      detail: `${opened.engine} PostgreSQL ${row?.version}, pgvector ${row?.vector}`,
    };
    if (opened.engine === 'postgres' && row?.super)
      yield {
        name: 'database role',
        status: 'warn',
        detail: 'the server signs in as a superuser',
        fix: 'Let it sign in as `authenticator`, and put the owner into META_AGENT_DEPLOY_URL.',
      };
    if (Math.abs(row?.skew ?? 0) > 5_000)
      yield {
        name: 'clock',
        status: 'warn',
        detail: `differs by ${Math.round((row?.skew ?? 0) / 1000)} s from the database`,
        fix: 'Turn on NTP.',
      };
    const { ok, faults, access } = await verify(opened);
    yield ok
      ? { name: 'schema', status: 'ok', detail: `${access.length} tables, all protected` }
      : {
          name: 'schema',
          status: 'fail',
          detail: faults.slice(0, 5).join('; '),
          fix: 'meta-agent db deploy',
        };
  } finally {
    await opened.close();
  }
}
