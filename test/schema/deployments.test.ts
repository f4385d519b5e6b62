import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyImage, Database, isDeployed, schemaFiles } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase } from '../harness/database.ts';
import { fingerprint } from './fingerprint.ts';
import { rowOverrides } from './row-values.ts';
import { makeRows } from './rows.ts';

/** The first release: the last commit before the later files came. */
const firstRelease = 'f6baaaf';

const git = (...args: string[]): string | null => {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e8,
    });
  } catch {
    return null;
  }
};

async function run(database: Database, files: { file: string; sql: string }[]): Promise<void> {
  for (const { file, sql } of files)
    await database
      .withOwner((client) => client.query(`begin; ${sql}; commit;`))
      .catch((error: unknown) => {
        throw new Error(`${file}: ${String(error)}`, { cause: error });
      });
}

const catalog = (database: Database): Promise<unknown[][]> =>
  database.withOwner(async (client) => (await client.query({ text: fingerprint, rowMode: 'array' })).rows);

/** Deployed file by file into an empty embedded database, for all who compare with that. */
let fresh: Database;
beforeAll(async () => {
  fresh = await Database.open({});
  await run(fresh, schemaFiles());
});
afterAll(() => fresh.close());

test('a new folder begins as the image, which equals a deployment', async (context) => {
  context.skip(process.env.META_AGENT_TEST_DATABASE_URL !== undefined, 'embedded only');
  const image = process.env.META_AGENT_TEST_IMAGE ?? expect.fail('there is no image to test');
  const folder = mkdtempSync(join(tmpdir(), 'meta-agent-image-'));
  const data = join(folder, 'data');
  try {
    expect(copyImage(data, join(folder, 'none')), 'there is no image').toBe(false);
    expect(copyImage(data, image)).toBe(true);
    expect(copyImage(data, image), 'the folder is in use').toBe(false);
    const database = await Database.open({ dataDir: data });
    try {
      expect(await isDeployed(database)).toBe(true);
      expect(await catalog(database)).toEqual(await catalog(fresh));
      const people = await database.withOwner((client) => client.query('select id from auth.users'));
      expect(people.rows).toEqual([]);
    } finally {
      await database.close();
    }
    const older = join(folder, 'older');
    mkdirSync(older);
    writeFileSync(join(older, 'name'), 'of other schema files');
    expect(copyImage(join(folder, 'other'), older)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('over what was there before', () => {
  test('the first release converges to the catalog of a fresh database, and keeps its rows', async (context) => {
    const names = git('ls-tree', '--name-only', `${firstRelease}:schemas`);
    context.skip(names === null, 'the history of the repository is not here');
    const old = (names ?? '')
      .split('\n')
      .filter((name) => /^\d{3}_.*\.sql$/.test(name))
      .sort()
      .map((file) => ({ file, sql: git('show', `${firstRelease}:schemas/${file}`) ?? '' }));
    // Embedded as that is: the catalogs of two versions of PostgreSQL differ by themselves.
    const database = await Database.open({});
    try {
      await run(database, old);
      const user = await createTestUser(database);
      await database.withOwner((client) =>
        client.query(`insert into meta_projects (name, owner_id) values ('Kept', $1)`, [user.user_id]),
      );
      await run(database, schemaFiles());
      const after = await catalog(database);
      const wanted = await catalog(fresh);
      const text = (rows: unknown[][]) => new Set(rows.map((row) => row.join(' | ')));
      const [had, has] = [text(after), text(wanted)];
      expect(
        [...has].filter((line) => !had.has(line)),
        'missing after the upgrade',
      ).toEqual([]);
      expect(
        [...had].filter((line) => !has.has(line)),
        'left over from the old release',
      ).toEqual([]);
      const { rows } = await database.withOwner((client) => client.query('select name from meta_projects'));
      expect(rows).toEqual([{ name: 'Kept' }]);
    } finally {
      await database.close();
    }
  });

  test('tables that are deployed already gain what is missing and lose nothing', async () => {
    const database = await Database.open({});
    try {
      await run(database, schemaFiles().slice(0, 1));
      await database.withOwner((client) =>
        client.query(readFileSync(new URL('./fixtures/deployed-tables.sql', import.meta.url), 'utf8')),
      );
      await run(database, schemaFiles());
      await run(database, schemaFiles());
      const user = await createTestUser(database);
      const result = await database.withOwner(async (client) => {
        const { rows } = await client.query(`
          select (select array_agg(machine_name order by machine_name) from machines) as machines,
            (select settings from ide_settings) as settings, (select full_name from leads) as lead,
            (select content from messages) as message, (select count(*)::int from sync_events) as events,
            (select row(title, search_length)::text from prompt_library) as prompt,
            (select extensions.vector_dims(embedding) from prompt_embeddings) as width,
            (select count(*)::int from private.unprotected_tables()) as unprotected`);
        await client.query('select * from adopt_ownerless_rows($1)', [user.user_id]);
        // What is kept beside it may be of any width.
        for (const [vector, model] of [
          ['[1,2]', 'small'],
          ['[3]', 'smaller'],
        ])
          await client.query('update prompt_library set embedding = $1, embedding_model = $2', [
            vector,
            model,
          ]);
        return rows[0];
      });
      expect(result).toEqual({
        machines: ['a', 'b', 'c'],
        settings: { x: 1 },
        lead: 'Ann',
        message: 'hi',
        events: 2,
        prompt: '(T,2)',
        width: 1536,
        unprotected: 0,
      });
      const mine = await database.as(user, (session) =>
        session.selectFrom('machines').select('id').execute(),
      );
      expect(mine).toHaveLength(3);
    } finally {
      await database.close();
    }
  });
});

describe('deleting', () => {
  test('every row can be deleted; a user takes along every row of theirs, and only what is nobody’s stays', async () => {
    const opened = await openTestDatabase();
    try {
      await createTestUser(opened.database);
      const owner = await createTestUser(opened.database);
      const stayed = await opened.database.withOwner(async (client) => {
        const { rows } = await client.query<{ id: string }>(
          `insert into meta_projects (name, status, owner_id) values ('Gone', 'active', $1) returning id`,
          [owner.user_id],
        );
        const made = await makeRows(
          client,
          { owner: owner.user_id, project: rows[0]?.id ?? '' },
          rowOverrides,
        );
        expect(made.size).toBeGreaterThan(150);
        const refused: string[] = [];
        for (const [table, row] of made) {
          if (row.id === undefined) continue;
          await client.query('begin');
          try {
            await client.query(`delete from public."${table}" where id = $1`, [row.id]);
            await client.query('set constraints all immediate');
          } catch (error) {
            refused.push(`${table}: ${String(error)}`);
          } finally {
            await client.query('rollback');
          }
        }
        expect(refused, 'rows that cannot be deleted').toEqual([]);
        await client.query('delete from auth.users where id = $1', [owner.user_id]);
        const left: string[] = [];
        for (const [table, row] of made) {
          const { rows: found } = await client.query<{ here: boolean }>(
            `select exists (select from public."${table}" t where to_jsonb(t) @> $1::jsonb) as here`,
            [JSON.stringify(row.id === undefined ? { created_at: row.created_at ?? null } : { id: row.id })],
          );
          if (found[0]?.here) left.push(table);
        }
        return left.sort();
      });
      expect(stayed).toEqual([
        'api_usage',
        'auth_audit_log',
        'model_prices',
        'permissions',
        'roles',
        'setup_tokens',
        'usage_daily',
        'video_provider_performance',
      ]);
    } finally {
      await opened.close();
    }
  });
});
