import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Database, deploy, schemaFiles } from '../../src/database/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { fingerprint } from './fingerprint.ts';

/**
 * The files on kinds of databases: by our runner and by plain psql, as Supabase prepares one, and what the linter of
 * Supabase says of the result. Each is deployed twice over. Needs a server whose superuser we are; which version it is
 * is the caller's choice (`.ci/run` has two). A server where we are nobody special runs all the other tests here.
 */
const server = process.env.META_AGENT_TEST_DATABASE_URL || undefined;

const at = (url: string, database: string, user?: string): string => {
  const target = new URL(url);
  target.pathname = `/${database}`;
  if (user) target.username = user;
  return target.href;
};

async function onServer<T>(url: string, text: string): Promise<T[]> {
  const database = await Database.open({ url });
  try {
    return await database.withOwner(async (client) => {
      const result = await client.query(text);
      return (Array.isArray(result) ? [] : result.rows) as T[];
    });
  } finally {
    await database.close();
  }
}

const isSuperuser =
  server !== undefined &&
  (
    await onServer<{ super: boolean }>(
      server,
      `select rolsuper as super from pg_roles where rolname = current_user`,
    )
  )[0]?.super === true;

/** An empty database of its own, gone afterwards. */
async function withDatabase(work: (url: string) => Promise<void>, options = ''): Promise<void> {
  const name = `meta_agent_kind_${newId().replaceAll('-', '')}`;
  await onServer(server ?? '', `create database ${name} template template0 ${options}`);
  try {
    await work(at(server ?? '', name));
  } finally {
    await onServer(server ?? '', `drop database ${name} with (force)`);
  }
}

/** The catalog, line by line. */
const catalog = async (url: string): Promise<string[]> =>
  (await onServer<Record<string, string>>(url, fingerprint)).map((row) => Object.values(row).join(' | '));

/** Runs every file twice over; the second time with nothing remembered of the first. */
async function deployTwice(url: string): Promise<void> {
  const database = await Database.open({ url });
  try {
    await deploy(database);
    const first = await catalog(url);
    expect((await deploy(database)).filter(({ status }) => status !== 'unchanged')).toEqual([]);
    await database.withOwner((client) => client.query('delete from private.schema_files'));
    await deploy(database);
    expect(await catalog(url)).toEqual(first);
    const { rows } = await database.withOwner((client) =>
      client.query('select * from private.unprotected_tables()'),
    );
    expect(rows).toEqual([]);
  } finally {
    await database.close();
  }
}

describe.skipIf(!isSuperuser)('deployed twice over', { timeout: 600_000 }, () => {
  test('by our runner and by plain psql, to the same catalog', async () => {
    await withDatabase(async (ours) => {
      await deployTwice(ours);
      await withDatabase(async (theirs) => {
        const files = schemaFiles().flatMap(({ file }) => ['-f', `schemas/${file}`]);
        for (const time of ['first', 'second']) {
          const { stderr, status } = spawnSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', ...files, theirs], {
            encoding: 'utf8',
            env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' },
          });
          expect([time, stderr, status]).toEqual([time, '', 0]);
        }
        expect(await catalog(theirs)).toEqual(await catalog(ours));
      });
    });
  });

  test('on a database that Supabase prepared, by a role that is no superuser', async () => {
    await withDatabase(async (url) => {
      await onServer(url, readFileSync(new URL('./fixtures/supabase.sql', import.meta.url), 'utf8'));
      const theirs = `select p.oid::regprocedure::text, p.proowner::regrole::text, p.prosrc from pg_proc p
        where p.pronamespace in ('auth'::regnamespace, 'storage'::regnamespace) and p.proowner <> 'supabase_deployer'::regrole
        union all select c.oid::regclass::text, c.relowner::regrole::text, null from pg_class c
        where c.relnamespace in ('auth'::regnamespace, 'storage'::regnamespace) order by 1`;
      const before = await onServer(url, theirs);
      const deployer = at(url, new URL(url).pathname.slice(1), 'supabase_deployer');
      await deployTwice(deployer);
      const after = await onServer<Record<string, string>>(url, theirs);
      // Nothing of Supabase's is replaced.
      expect(after).toEqual(expect.arrayContaining(before));

      // The default grants of Supabase opened nothing.
      expect(
        await onServer(
          url,
          `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'S')
             and (has_any_column_privilege('anon', c.oid, 'select') or has_table_privilege('anon', c.oid, 'insert'))
             and c.relkind <> 'S'
           union all select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace
             and has_function_privilege('anon', p.oid, 'execute')`,
        ),
      ).toEqual([]);

      // Supabase Auth signs people up; they have a profile, and what they make is theirs.
      const database = await Database.open({ url: deployer });
      try {
        const [, second, third] = await onServer<{ id: string }>(
          url,
          `insert into auth.users (id, email) select gen_random_uuid(), n || '@example.org' from generate_series(1, 3) n
           returning id`,
        );
        const person = (id = '') =>
          ({ kind: 'user', user_id: id, role: 'user', scopes: ['*'], permissions: [] }) as const;
        await database.as(person(second?.id), (session) =>
          session.insertInto('meta_projects').values({ name: 'Mine' }).execute(),
        );
        const seen = (id = '') =>
          database.as(person(id), (session) => session.selectFrom('meta_projects').select('name').execute());
        expect(await seen(second?.id)).toEqual([{ name: 'Mine' }]);
        expect(await seen(third?.id)).toEqual([]);
      } finally {
        await database.close();
      }
    });
  });

  test("Supabase's linter finds nothing but indexes that nothing has used yet", async () => {
    await withDatabase(async (url) => {
      const database = await Database.open({ url });
      await deploy(database);
      await database.close();
      const name = new URL(url).pathname.slice(1);
      await onServer(url, `alter database ${name} set pgrst.db_schemas = 'public'`);
      const lint = (): string[] => {
        // It ends with 1 when it found an error.
        const { stdout } = spawnSync(
          'node_modules/.bin/postgres-language-server',
          ['dblint', `--connection-string=${url}`, '--max-diagnostics=none', '--reporter=json'],
          { encoding: 'utf8', maxBuffer: 1e8 },
        );
        const { diagnostics } = JSON.parse(stdout) as {
          diagnostics: { category: string; message: string }[];
        };
        return diagnostics.map(({ category }) => category).filter((name) => !name.endsWith('/unusedIndex'));
      };
      expect(lint()).toEqual([]);
      await onServer(url, 'create table public.careless (id int); grant select on public.careless to anon');
      expect(lint().sort()).toEqual([
        'splinter/performance/noPrimaryKey',
        'splinter/security/rlsDisabledInPublic',
      ]);
    });
  });
});
