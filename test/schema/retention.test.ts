import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { rowOverrides } from './row-values.ts';
import { makeRows } from './rows.ts';
import { asService, asUser, createProject } from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let owner: UserPrincipal;
beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database);
  owner = await createTestUser(database);
});
afterAll(() => opened.close());

const run = (batch = 5000) =>
  asService(
    database,
    sql<{
      name: string;
      row_count: number;
    }>`select name, row_count::int from run_retention(${batch}) order by name`,
  );

describe('what grows without end', () => {
  test('each rule deletes the rows that are too old, and none that is not', async () => {
    const project = await createProject(database, owner);
    const rules = await asService(
      database,
      sql<{ name: string; table_name: string; column_name: string; keep_for: string | null }>`
        select name, table_name, column_name, keep_for::text from retention_rules order by name`,
    );
    const wrong: string[] = [];
    await database.withOwner(async (client) => {
      await makeRows(client, { owner: owner.user_id, project: project.id }, rowOverrides);
      // What the conditions ask for.
      await client.query(`update meta_conversations set deleted_at = now();
        update meta_memory_candidates set status = 'accepted'; update meta_memory_extractions set status = 'done';
        update task_executions set status = 'running', started_at = now(); update task_executions set status = 'completed';
        update workflow_executions set completed_at = now();
        update presence_history set ended_at = now(); update meta_budget_reservations set released_at = now();
        update sync_conflicts set resolved_at = now()`);
      for (const { name, table_name, column_name, keep_for } of rules) {
        const removed = async (age: string): Promise<number> => {
          await client.query(`update ${table_name} set "${column_name}" = now() - (${age})`);
          const { rows } = await client.query<{ row_count: string }>(
            'select row_count from run_retention() where name = $1',
            [name],
          );
          return Number(rows[0]?.row_count ?? 0);
        };
        await client.query('begin');
        if (name === 'notifications_read') await client.query('update notifications set read_at = now()');
        if (keep_for === null) {
          if ((await removed(`interval '100 years'`)) > 0) wrong.push(`${name} is not kept for good`);
        } else {
          const period = `interval '${keep_for}'`;
          if ((await removed(`${period} - interval '1 minute'`)) > 0) wrong.push(`${name} deletes too early`);
          if ((await removed(`${period} + interval '1 minute'`)) === 0) wrong.push(`${name} deletes nothing`);
        }
        await client.query('rollback');
      }
    });
    expect(rules.length).toBeGreaterThan(25);
    expect(wrong).toEqual([]);
  });

  test('a run deletes at most a batch of each rule, and the next one goes on', async () => {
    await database.withOwner((client) =>
      client.query(
        `insert into idempotency_keys (user_id, key, operation, request_hash, created_at)
         select $1, 'key ' || n, 'operation', 'hash', now() - interval '2 days' from generate_series(1, 5) n`,
        [owner.user_id],
      ),
    );
    const counts = [];
    for (let i = 0; i < 4; i++)
      counts.push((await run(2)).find(({ name }) => name === 'idempotency_keys')?.row_count ?? 0);
    expect(counts).toEqual([2, 2, 1, 0]);
  });

  test('administrators set the periods, nobody else, and a deployment leaves them', async () => {
    const set = (user: UserPrincipal) =>
      asUser(
        database,
        user,
        sql`update retention_rules set keep_for = null where name = 'api_usage' returning name`,
      );
    expect(await set(owner)).toEqual([]);
    expect(await set(admin)).toEqual([{ name: 'api_usage' }]);
    await expect(
      asUser(database, admin, sql`update retention_rules set condition = 'true or pg_sleep(1) is null'`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await database.withOwner((client) =>
      client.query(
        `call private.declare_retention('api_usage', 'public.api_usage', 'created_at', '1 year', 'Calls of models.')`,
      ),
    );
    expect(
      await asService(
        database,
        sql`select keep_for, description from retention_rules where name = 'api_usage'`,
      ),
    ).toEqual([{ keep_for: null, description: 'Calls of models.' }]);
  });

  test('people cannot run it', async () => {
    await expect(asUser(database, admin, sql`select * from run_retention()`)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
