import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from './index.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'meta-agent-'));
let database: Database;
beforeAll(async () => {
  database = await Database.open({ dataDir });
  await database.withOwner(async (client) => {
    await client.query(
      'create role anon; create role authenticated; create role service_role; create table t (n int)',
    );
    await client.query('grant all on t to service_role');
  });
}, 60_000);
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true });
});

test('work is kept on success and undone on failure', async () => {
  await database.asService('test', (s) => sql`insert into t values (1)`.execute(s));
  await expect(
    database.asService('test', async (s) => {
      await sql`insert into t values (2)`.execute(s);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  const { rows } = await database.asService('test', (s) => sql<{ n: number }>`select n from t`.execute(s));
  expect(rows).toEqual([{ n: 1 }]);
});

test('a role without rights is refused with a code', async () => {
  await expect(
    database.as({ kind: 'anonymous' }, (s) => sql`select * from t`.execute(s)),
  ).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('a statement that runs too long ends, and the database goes on', async () => {
  await expect(
    database.asService('slow', (s) => sql`select count(*) from generate_series(1, 400000000)`.execute(s), {
      timeoutMs: 500,
    }),
  ).rejects.toMatchObject({ code: 'timeout' });
  const { rows } = await database.asService('test', (s) => sql<{ n: number }>`select n from t`.execute(s));
  expect(rows).toEqual([{ n: 1 }]);
});

test('notifications arrive', async () => {
  const heard: string[] = [];
  await database.listen('news', (payload) => heard.push(payload));
  await database.asService('test', (s) => sql`select pg_notify('news', 'hello')`.execute(s));
  await expect.poll(() => heard).toEqual(['hello']);
});
