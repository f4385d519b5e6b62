import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database, type Session, type SessionOptions, type UserPrincipal } from './index.ts';

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

test('statements that are sent at once are kept together with the commit behind them, or not at all', async () => {
  const insert = (s: Session, ...numbers: unknown[]) =>
    Promise.all(numbers.map((n) => sql`insert into t values (${n}::text::int)`.execute(s)));
  const atOnce = { atOnce: true };
  await database.asService('test', (s) => insert(s, 7, 8), atOnce);
  await expect(database.asService('test', (s) => insert(s, 9, 'nine'), atOnce)).rejects.toMatchObject({
    code: 'invalid_input',
  });
  // The same where something was waited for before.
  const late = (...numbers: unknown[]) =>
    database.asService('test', async (s, last) => {
      await insert(s, 10);
      last();
      return insert(s, ...numbers);
    });
  await late(11, 12);
  await expect(late(13, 'thirteen')).rejects.toMatchObject({ code: 'invalid_input' });
  const { rows } = await database.asService('test', (s) =>
    sql<{ n: number }>`delete from t where n > 6 returning n`.execute(s),
  );
  expect(rows.map(({ n }) => n)).toEqual([7, 8, 10, 11, 12]);
});

test('no statement runs after the end of its transaction, where it would have other rights', async () => {
  const count = (s: Session) => sql`select count(*) from t`.execute(s);
  const ended = 'The transaction has ended';
  await expect(
    database.asService('test', async (s) => count(s).then(() => count(s)), { atOnce: true }),
  ).rejects.toThrow(ended);
  let late: Promise<unknown> = Promise.resolve();
  const failing = database.asService('test', (s) => {
    late = count(s)
      .then(() => new Promise((resolve) => setTimeout(resolve, 100)))
      .then(() => count(s));
    return Promise.all([late, sql`select 1 / 0`.execute(s)]);
  });
  await expect(failing).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(late).rejects.toThrow(ended);
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

test('what was sent behind a statement that runs too long happens once, after it', async () => {
  const slow = database.asService(
    'slow',
    (s) => sql`select count(*) from generate_series(1, 400000000)`.execute(s),
    { timeoutMs: 500, atOnce: true },
  );
  const behind = [20, 21, 22].map((n) =>
    database.asService('test', (s) => sql`insert into t values (${n})`.execute(s), {
      timeoutMs: 500,
      atOnce: n !== 22,
    }),
  );
  await expect(slow).rejects.toMatchObject({ code: 'timeout' });
  await Promise.all(behind);
  const { rows } = await database.asService('test', (s) =>
    sql<{ n: number }>`delete from t where n > 6 returning n`.execute(s),
  );
  expect(rows.map(({ n }) => n)).toEqual([20, 21, 22]);
});

test('a prepared statement goes on after its table changed, and after the database was opened again', async () => {
  const all = async () =>
    (await database.asService('test', (s) => sql`select * from t order by n`.execute(s))).rows;
  // Prepared from the second time on.
  for (let times = 0; times < 3; times++) expect(await all()).toEqual([{ n: 1 }]);
  await database.withOwner((client) => client.query('alter table t add column word text'));
  expect(await all()).toEqual([{ n: 1, word: null }]);
  expect(await all()).toEqual([{ n: 1, word: null }]);
  await expect(
    database.asService('slow', (s) => sql`select count(*) from generate_series(1, 400000000)`.execute(s), {
      timeoutMs: 500,
    }),
  ).rejects.toMatchObject({ code: 'timeout' });
  expect(await all()).toEqual([{ n: 1, word: null }]);
});

test('what callers write is not prepared', async () => {
  const prepared = async (text: string, prepares: boolean) => {
    for (let times = 0; times < 3; times++)
      await database.asService('test', (s) => sql.raw(text).execute(s), { prepares });
    const { rows } = await database.withOwner((client) =>
      client.query('select 1 from pg_prepared_statements where statement = $1', [text]),
    );
    return rows.length;
  };
  expect(await prepared('select 1 as ours', true)).toBe(1);
  expect(await prepared('select 1 as theirs', false)).toBe(0);
});

test('a commit waits for the disk unless its session says that it need not', async () => {
  const waits = (options?: SessionOptions) =>
    database
      .asService(
        'test',
        (s) => sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(s),
        options,
      )
      .then(({ rows }) => rows[0]?.synchronous_commit);
  expect([await waits(), await waits({ durable: false }), await waits()]).toEqual(['on', 'off', 'on']);
});

test('a prepared statement is made anew for another role', async () => {
  await database.withOwner((client) =>
    client.query(`create table owned (owner text); insert into owned values ('ada'), ('bob');
      alter table owned enable row level security; grant select on owned to authenticated, service_role;
      create policy own on owned to authenticated
        using (owner = current_setting('request.jwt.claims')::json ->> 'sub');
      create policy service on owned to service_role using (true)`),
  );
  const owners = (s: Session) =>
    sql<{ owner: string }>`select owner from owned order by owner`
      .execute(s)
      .then((result) => result.rows.map(({ owner }) => owner));
  const person = (user_id: string): UserPrincipal => ({
    kind: 'user',
    user_id,
    role: 'user',
    scopes: ['*'],
    permissions: [],
  });
  for (let times = 0; times < 7; times++) {
    expect(await database.asService('test', owners)).toEqual(['ada', 'bob']);
    expect(await database.as(person('ada'), owners)).toEqual(['ada']);
    expect(await database.as(person('bob'), owners)).toEqual(['bob']);
  }
});

test('notifications arrive', async () => {
  const heard: string[] = [];
  await database.listen('news', (payload) => heard.push(payload));
  await database.asService('test', (s) => sql`select pg_notify('news', 'hello')`.execute(s));
  await expect.poll(() => heard).toEqual(['hello']);
});
