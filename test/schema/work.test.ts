import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser, withAgent } from './support.ts';

let opened: TestDatabase;
let database: Database;
let user: UserPrincipal;
let stranger: UserPrincipal;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  user = await createTestUser(database);
  stranger = await createTestUser(database);
});
afterAll(() => opened.close());

const claim = (queue: string, worker: string, limit = 1) =>
  asService(
    database,
    sql<{ id: string; attempt: number }>`select * from claim_work(${queue}, ${worker}, ${limit})`,
  );
const release = async (
  queue: string,
  id: string,
  worker: string,
  attempt: number,
  status: string,
  error?: string,
  retry?: string,
) => {
  const [first] = await asService(
    database,
    sql<{
      ok: boolean;
    }>`select release_work(${queue}, ${id}, ${worker}, ${attempt}, ${status}, ${error ?? null},
      ${retry ?? null}::interval) as ok`,
  );
  return first?.ok;
};

describe('rows that are work', () => {
  let id: string;
  beforeEach(async () => {
    await asService(database, sql`delete from research_sessions`);
    const [row] = await asUser(
      database,
      user,
      sql<{ id: string }>`insert into research_sessions (query) values ('Why is the sky blue?') returning id`,
    );
    id = row?.id ?? '';
  });
  const session = async () => {
    const [row] = await asService(
      database,
      sql<{
        status: string;
        failures: number;
        attempt: number;
        lease_owner: string | null;
        error_message: string | null;
      }>`
        select status, failures, attempt, lease_owner, error_message from research_sessions where id = ${id}`,
    );
    return row;
  };
  const lose = () =>
    asService(
      database,
      sql`update research_sessions set lease_expires_at = now() - interval '1 second' where id = ${id}`,
    );

  test('a row is given to one worker, which keeps and releases it', async () => {
    expect(await claim('research', 'a')).toEqual([{ id, attempt: 1 }]);
    expect(await claim('research', 'b')).toEqual([]);
    expect(
      await asService(
        database,
        sql`select extend_work('research', ${id}, 'a', 1, '1 minute') as a,
        extend_work('research', ${id}, 'b', 1, '1 minute') as b, extend_work('research', ${id}, 'a', 2, '1 minute') as c`,
      ),
    ).toEqual([{ a: true, b: false, c: false }]);
    expect(await release('research', id, 'a', 1, 'completed')).toBe(true);
    expect(await session()).toMatchObject({ status: 'completed', lease_owner: null, failures: 0 });
    expect(await claim('research', 'b')).toEqual([]);
  });

  test('a lost worker is followed by another, and can write nothing any more', async () => {
    await claim('research', 'a');
    await lose();
    expect(await claim('research', 'b')).toEqual([{ id, attempt: 2 }]);
    expect(await release('research', id, 'a', 1, 'completed')).toBe(false);
    await expect(asService(database, sql`select hold_work('research', ${id}, 'a', 1)`)).rejects.toMatchObject(
      {
        code: 'conflict',
      },
    );
    await asService(database, sql`select hold_work('research', ${id}, 'b', 2)`);
  });

  test('what loses every worker fails in the end', async () => {
    for (let i = 0; i < 6; i++) {
      expect(await claim('research', `w${i}`)).toHaveLength(1);
      await lose();
    }
    expect(await claim('research', 'last')).toEqual([]);
    expect(await session()).toMatchObject({
      status: 'failed',
      error_message: expect.stringContaining('lost'),
    });
  });

  test('an error waits before the next attempt, and past the limit the row fails', async () => {
    for (let i = 1; i <= 5; i++) {
      await asService(database, sql`update research_sessions set next_attempt_at = null where id = ${id}`);
      const [given] = await claim('research', 'a');
      expect(await release('research', id, 'a', given?.attempt ?? 0, 'pending', 'no network', '1 hour')).toBe(
        true,
      );
      expect(await claim('research', 'a')).toEqual([]);
    }
    await asService(database, sql`update research_sessions set next_attempt_at = null where id = ${id}`);
    await claim('research', 'a');
    await release('research', id, 'a', 6, 'pending', 'no network', '1 hour');
    expect(await session()).toMatchObject({ status: 'failed', error_message: 'no network' });
  });

  test('cancelling takes the row from its worker', async () => {
    await claim('research', 'a');
    await asUser(database, user, sql`update research_sessions set status = 'cancelled' where id = ${id}`);
    expect(
      await asService(database, sql`select extend_work('research', ${id}, 'a', 1, '1 minute') as ok`),
    ).toEqual([{ ok: false }]);
  });

  test('only the service claims; an unknown queue is named', async () => {
    await expect(
      asUser(database, user, sql`select * from claim_work('research', 'me')`),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(asUser(database, user, sql`update research_sessions set attempt = 9`)).rejects.toMatchObject(
      {
        code: 'forbidden',
      },
    );
    await expect(claim('reserch', 'a')).rejects.toThrow('no queue "reserch"');
  });

  test('every queue can be claimed', async () => {
    const queues = await asService(database, sql<{ queue: string }>`select queue from private.work_queues`);
    for (const { queue } of queues) await claim(queue, 'check', 0);
    expect(queues.map(({ queue }) => queue).sort()).toEqual([
      'computer',
      'deliveries',
      'exports',
      'google_sync',
      'images',
      'imports',
      'memory',
      'replays',
      'research',
      'scheduled',
      'thinking',
      'videos',
      'workflows',
    ]);
  });
});

describe('schedules', () => {
  const create = async (overlap: string): Promise<string> => {
    await asService(database, sql`delete from scheduled_tasks`);
    const [row] = await asUser(
      database,
      user,
      sql<{
        id: string;
      }>`insert into scheduled_tasks (name, type, schedule, action, overlap_policy, next_run_at)
        values ('Daily', 'recurring', '{"cron": "0 9 * * *"}', '{"type": "ai-prompt"}', ${overlap}, now()) returning id`,
    );
    return row?.id ?? '';
  };
  const fire = async (id: string, key: string) => {
    const [row] = await asService(
      database,
      sql<{
        id: string | null;
      }>`select fire_scheduled_task(${id}, ${key}, now(), now() + interval '1 day') as id`,
    );
    return row?.id ?? null;
  };

  test('a due time runs once, and the next is set', async () => {
    const id = await create('allow');
    expect(await asService(database, sql`select id from get_due_tasks()`)).toEqual([{ id }]);
    expect(await fire(id, 'monday')).not.toBeNull();
    expect(await fire(id, 'monday')).toBeNull();
    expect(await asService(database, sql`select id from get_due_tasks()`)).toEqual([]);
    expect(await asUser(database, user, sql`select run_count from scheduled_tasks`)).toEqual([
      { run_count: 1 },
    ]);
  });

  test('what overlaps is skipped, queued or allowed', async () => {
    const states: Record<string, string[]> = {};
    for (const policy of ['skip', 'queue', 'allow']) {
      const id = await create(policy);
      await fire(id, 'first');
      await claim('scheduled', 'a', 5);
      await fire(id, 'second');
      await claim('scheduled', 'b', 5);
      const rows = await asService(
        database,
        sql<{ status: string }>`select status from task_executions where task_id = ${id} order by created_at`,
      );
      states[policy] = rows.map(({ status }) => status);
    }
    expect(states).toEqual({
      skip: ['running', 'skipped'],
      queue: ['running', 'pending'],
      allow: ['running', 'running'],
    });
  });

  test('statistics count a task that never ran, and show nothing of others', async () => {
    const id = await create('allow');
    const stats = (who: UserPrincipal) => asUser(database, who, sql`select * from get_task_stats(${id})`);
    expect(await stats(user)).toEqual([
      {
        total_executions: 0,
        successful_executions: 0,
        failed_executions: 0,
        avg_duration_ms: null,
        last_execution_at: null,
        last_execution_status: null,
      },
    ]);
    await fire(id, 'x');
    const [run] = await claim('scheduled', 'a');
    await release('scheduled', run?.id ?? '', 'a', 1, 'completed');
    expect((await stats(user))[0]).toMatchObject({
      total_executions: 1,
      successful_executions: 1,
      last_execution_status: 'completed',
    });
    expect(await stats(stranger)).toEqual([]);
    expect(
      await asUser(
        database,
        user,
        sql`select active_tasks, total_executions from get_user_task_stats(${user.user_id})`,
      ),
    ).toEqual([{ active_tasks: 1, total_executions: 1 }]);
    expect(
      await asUser(database, user, sql`select name from get_upcoming_user_tasks(${user.user_id}, 48)`),
    ).toEqual([{ name: 'Daily' }]);
    expect(await asService(database, sql`select cleanup_old_executions(0) as n`)).toEqual([{ n: 1 }]);
  });
});

describe('workflows', () => {
  let id: string;
  beforeAll(async () => {
    const [flow] = await asUser(
      database,
      user,
      sql<{ id: string }>`insert into meta_workflows (name) values ('Flow') returning id`,
    );
    id = flow?.id ?? '';
    await asUser(
      database,
      user,
      sql`with s as (insert into meta_workflow_states (workflow_id, name, state_type, action_type, timeout_seconds)
            select ${id}, n, t, case t when 'action' then 'transform' end, 42
            from (values ('Start', 'start'), ('Work', 'action'), ('End', 'end')) v (n, t) returning id, name)
          insert into meta_workflow_transitions (workflow_id, from_state_id, to_state_id, name)
          select ${id}, a.id, b.id, 'then' from s a join s b on (a.name, b.name) in (('Start', 'Work'), ('Work', 'End'))`,
    );
  });

  test('a draft does not run, and one without a start cannot be active', async () => {
    await expect(
      asUser(database, user, sql`insert into meta_workflow_instances (workflow_id) values (${id})`),
    ).rejects.toThrow('is draft');
    await expect(
      asUser(database, user, sql`insert into meta_workflows (name, status) values ('Empty', 'active')`),
    ).rejects.toThrow('no start state');
    await asUser(database, user, sql`update meta_workflows set status = 'active' where id = ${id}`);
  });

  test('a run keeps its definition, starts once for each trigger, and survives the deletion of a state', async () => {
    const start = () =>
      asUser(
        database,
        user,
        sql<{
          id: string;
        }>`insert into meta_workflow_instances (workflow_id, trigger_key) values (${id}, 'once')
          on conflict (workflow_id, trigger_key) do nothing returning id`,
      );
    const [run] = await start();
    expect(await start()).toEqual([]);
    expect(
      await asUser(
        database,
        user,
        sql`select jsonb_array_length(definition -> 'states') as states, current_state_id = get_workflow_start_state(${id}) as at_start
        from meta_workflow_instances`,
      ),
    ).toEqual([{ states: 3, at_start: true }]);
    await asService(database, sql`update meta_workflow_instances set waiting_for = 'mail'`);
    expect(await claim('workflows', 'a')).toEqual([]);
    await asUser(database, user, sql`select resume_workflows('mail', '{"from": "Ann"}')`);
    expect(await claim('workflows', 'a')).toEqual([{ id: run?.id, attempt: 1 }]);
    await asService(
      database,
      sql`insert into meta_workflow_logs (instance_id, state_id, action)
      select ${run?.id ?? ''}, id, 'entered' from meta_workflow_states where workflow_id = ${id}`,
    );
    await asUser(
      database,
      user,
      sql`delete from meta_workflow_states where workflow_id = ${id} and name = 'Work'`,
    );
    expect(await asService(database, sql`select count(*)::int as n from meta_workflow_logs`)).toEqual([
      { n: 3 },
    ]);
  });

  test('a template is cloned whole by whoever can see it', async () => {
    await asUser(
      database,
      user,
      sql`insert into meta_workflow_states (workflow_id, name, state_type, action_type, timeout_seconds)
      values (${id}, 'Again', 'action', 'email', 7)`,
    );
    await asUser(
      database,
      user,
      sql`insert into meta_workflow_transitions (workflow_id, from_state_id, to_state_id)
      select ${id}, a.id, b.id from meta_workflow_states a, meta_workflow_states b
      where a.workflow_id = ${id} and b.workflow_id = ${id} and a.name = 'Start' and b.name = 'Again'`,
    );
    const clone = () =>
      asUser(
        database,
        stranger,
        sql<{ id: string | null }>`select clone_workflow(${id}, 'Mine', ${stranger.user_id}) as id`,
      );
    expect(await clone()).toEqual([{ id: null }]);
    await asUser(database, user, sql`update meta_workflows set is_template = true where id = ${id}`);
    const [copy] = await clone();
    expect(
      await asUser(
        database,
        stranger,
        sql`select s.name, s.timeout_seconds, (select count(*)::int from get_available_transitions(s.id)) as ways
        from meta_workflow_states s where s.workflow_id = ${copy?.id ?? ''} order by 1`,
      ),
    ).toEqual([
      { name: 'Again', timeout_seconds: 7, ways: 0 },
      { name: 'End', timeout_seconds: 42, ways: 0 },
      { name: 'Start', timeout_seconds: 42, ways: 1 },
    ]);
    await expect(
      asUser(database, stranger, sql`select clone_workflow(${id}, 'Theirs', ${user.user_id})`),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a workflow with runs can be deleted, and leaves nothing', async () => {
    await asUser(database, user, sql`delete from meta_workflows where id = ${id}`);
    expect(
      await asService(
        database,
        sql`select (select count(*)::int from meta_workflow_instances where workflow_id = ${id}) as runs,
        (select count(*)::int from meta_workflow_logs) as logs`,
      ),
    ).toEqual([{ runs: 0, logs: 0 }]);
  });
});

test('an agent cannot confirm a risky action, and an unconfirmed one cannot succeed', async () => {
  const [session] = await asUser(
    database,
    user,
    sql<{ id: string }>`insert into computer_sessions default values returning id`,
  );
  const [action] = await asUser(
    database,
    user,
    sql<{
      id: string;
    }>`insert into computer_actions (session_id, action_type, needs_confirmation) values (${session?.id ?? ''}, 'click', true) returning id`,
  );
  const id = action?.id ?? '';
  await expect(
    asUser(database, user, sql`update computer_actions set success = true where id = ${id}`),
  ).rejects.toThrow('waits for a person');
  await expect(
    asUser(database, withAgent(user), sql`update computer_actions set confirmed_at = now() where id = ${id}`),
  ).rejects.toMatchObject({ code: 'forbidden' });
  await asUser(
    database,
    user,
    sql`update computer_actions set confirmed_at = now(), success = true where id = ${id}`,
  );
  expect(
    await asUser(
      database,
      user,
      sql`select total_actions, successful_actions, elements_clicked from computer_session_analytics`,
    ),
  ).toEqual([{ total_actions: 1, successful_actions: 1, elements_clicked: 1 }]);
  await asUser(database, user, sql`delete from computer_sessions`);
});
