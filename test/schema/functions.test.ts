import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { rowOverrides } from './row-values.ts';
import { makeRows, type Values } from './rows.ts';
import { asService, asUser, createProject } from './support.ts';

/** Functions that no other test here is about, over one row in every table. */
let opened: TestDatabase;
let database: Database;
let owner: UserPrincipal;
let stranger: UserPrincipal;
let rows: Map<string, Values>;
beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  await createTestUser(database);
  owner = await createTestUser(database);
  stranger = await createTestUser(database);
  const project = await createProject(database, owner);
  rows = await database.withOwner((client) =>
    makeRows(client, { owner: owner.user_id, project: project.id }, rowOverrides),
  );
});
afterAll(() => opened.close());

const id = (table: string): string => String(rows.get(table)?.id);

describe('cleanups by hand', () => {
  test.each([
    ['cleanup_api_usage', `update api_usage set created_at = now() - (AGE)`, '1 year'],
    [
      'cleanup_notifications',
      `update notifications set read_at = now(), created_at = now() - (AGE)`,
      '90 days',
    ],
    [
      'cleanup_old_computer_sessions',
      `update computer_sessions set status = 'ended', ended_at = now() - (AGE)`,
      '30 days',
    ],
    ['cleanup_old_operations', `update realtime_operations set applied_at = now() - (AGE)`, '90 days'],
    ['cleanup_old_realtime_events', `update realtime_events set "timestamp" = now() - (AGE)`, '30 days'],
    ['cleanup_settings_history', `update settings_history set changed_at = now() - (AGE)`, '1 year'],
    ['cleanup_video_analytics', `update video_analytics set created_at = now() - (AGE)`, '1 year'],
  ])('%s', async (name, change, period) => {
    const removed = await database.withOwner(async (client) => {
      await client.query('begin');
      try {
        const counts = [];
        for (const age of [
          `interval '${period}' - interval '1 hour'`,
          `interval '${period}' + interval '1 hour'`,
        ]) {
          await client.query(change.replace('AGE', age));
          counts.push((await client.query<{ n: number }>(`select ${name}() as n`)).rows[0]?.n);
        }
        return counts;
      } finally {
        await client.query('rollback');
      }
    });
    expect(removed[0]).toBe(0);
    expect(removed[1]).toBeGreaterThan(0);
    await expect(asUser(database, owner, sql.raw(`select ${name}()`))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('cleanup_completed_tasks takes one-time tasks that were completed long ago, and no others', async () => {
    const kept = await database.withOwner(async (client) => {
      await client.query(
        'begin; alter table scheduled_tasks disable trigger update_scheduled_tasks_updated_at',
      );
      try {
        const counts = [];
        for (const [type, status] of [
          ['recurring', 'completed'],
          ['one-time', 'paused'],
          ['one-time', 'completed'],
        ]) {
          await client.query(
            `update scheduled_tasks set type = $1, status = $2, 
               updated_at = now() - interval '31 days'`,
            [type, status],
          );
          counts.push(
            (await client.query<{ n: number }>('select cleanup_completed_tasks() as n')).rows[0]?.n,
          );
        }
        return counts;
      } finally {
        await client.query('rollback');
      }
    });
    expect(kept).toEqual([0, 0, 1]);
  });

  test('cleanup_ide_sync ends editors that went silent and forgets memory that expired', async () => {
    await database.withOwner((client) =>
      client.query(`update active_sessions set ended_at = null, last_heartbeat_at = now() - interval '11 minutes';
        update agent_memory set expires_at = now()`),
    );
    expect(await asService(database, sql`select cleanup_ide_sync() as n`)).toEqual([{ n: 1 }]);
    expect(
      await asService(
        database,
        sql`select ended_at = last_heartbeat_at as ended, (select count(*)::int from agent_memory) as memories
          from active_sessions`,
      ),
    ).toEqual([{ ended: true, memories: 0 }]);
  });
});

test('get_user_settings gives the defaults to who has none, and what is stored to who has', async () => {
  const settings = (user: UserPrincipal) =>
    asUser(
      database,
      user,
      sql<{ s: Record<string, unknown> }>`select get_user_settings(${user.user_id}) as s`,
    ).then(([found]) => found?.s);
  const defaults = await settings(stranger);
  expect(defaults).toMatchObject({ user_id: stranger.user_id });
  await asUser(database, stranger, sql`insert into user_settings default values`);
  expect(await settings(stranger)).toEqual(defaults);
});

test('search_skills finds public skills by words, the best first, and everything without words', async () => {
  await asUser(
    database,
    owner,
    sql`insert into skills (name, slug, description, visibility) values
      ('Bridges', 'bridges', 'Builds bridges', 'public'), ('Rivers', 'rivers', 'About rivers and a bridge', 'public'),
      ('Secret bridges', 'secret-bridges', 'Bridges', 'private')`,
  );
  const search = (query: string | null) =>
    asUser(database, stranger, sql<{ slug: string }>`select slug from search_skills(${query})`).then(
      (found) => found.map(({ slug }) => slug).filter((slug) => slug !== 'rated'),
    );
  expect(await search('bridge')).toEqual(['bridges', 'rivers']);
  expect((await search(null)).sort()).toEqual(['bridges', 'rivers']);
});

test('get_session_stats counts what was done in a browser, for whoever may see it', async () => {
  await database.withOwner((client) =>
    client.query(
      `insert into computer_actions (session_id, action_type, params, success) values
       ($1, 'navigate', '{"url": "https://example.org"}', true), ($1, 'click', '{}', false)`,
      [id('computer_sessions')],
    ),
  );
  const stats = (user: UserPrincipal) =>
    asUser(
      database,
      user,
      sql`select failed_actions::int, unique_urls::int from get_session_stats(${id('computer_sessions')})`,
    );
  expect(await stats(owner)).toEqual([{ failed_actions: 1, unique_urls: 1 }]);
  expect(await stats(stranger)).toEqual([]);
});

test('get_due_workflow_schedules gives what is due of active workflows', async () => {
  const due = () => asService(database, sql`select workflow_id from get_due_workflow_schedules()`);
  await database.withOwner((client) =>
    client.query('update meta_workflow_schedules set enabled = true, next_run_at = now()'),
  );
  expect(await due()).toEqual([{ workflow_id: id('meta_workflows') }]);
  await database.withOwner((client) =>
    client.query(`update meta_workflow_schedules set next_run_at = now() + interval '1 hour'`),
  );
  expect(await due()).toEqual([]);
});

test('touch_file notes when a file was used, for whoever may change it', async () => {
  const touched = async (user: UserPrincipal) => {
    await database.withOwner((client) =>
      client.query(`update meta_file_metadata set accessed_at = now() - interval '1 day'`),
    );
    await asUser(database, user, sql`select touch_file(${id('meta_file_metadata')})`);
    return asService(
      database,
      sql`select accessed_at > now() - interval '1 hour' as is_touched from meta_file_metadata`,
    );
  };
  expect(await touched(stranger)).toEqual([{ is_touched: false }]);
  expect(await touched(owner)).toEqual([{ is_touched: true }]);
});

test('credibility is 40 % authority, 30 % recency and 30 % absence of bias', async () => {
  expect(
    await asService(
      database,
      sql`select calculate_credibility_score(1, 0, 1) as authority, calculate_credibility_score(0, 1, 1) as recency,
        calculate_credibility_score(0, 0, 0) as unbiased`,
    ),
  ).toEqual([{ authority: 0.4, recency: 0.3, unbiased: 0.3 }]);
});
