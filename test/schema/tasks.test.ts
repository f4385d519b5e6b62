import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { until } from '../harness/until.ts';
import {
  asService,
  asUser,
  createProject,
  createTask,
  type Project,
  row,
  rows,
  withAgent,
} from './support.ts';

interface Task {
  id: string;
  title: string;
  status: string;
  attempt: number;
  retry_count: number;
  lease_owner: string | null;
  last_error: string | null;
}

let opened: TestDatabase;
let database: Database;
let user: UserPrincipal;
let project: Project;
beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  user = await createTestUser(database);
});
beforeEach(async () => {
  await asUser(database, user, sql`delete from meta_projects`);
  project = await createProject(database, user);
});
afterAll(() => opened.close());

const ready = async () =>
  (await asUser(database, user, sql<{ title: string }>`select title from get_ready_tasks()`)).map(
    (t) => t.title,
  );
const claim = (worker: string, limit = 10) =>
  asService(database, sql<Task>`select * from claim_tasks(${worker}, ${limit})`);
const task = (id: string) =>
  database.asService('test', (session) => row(session, sql<Task>`select * from meta_tasks where id = ${id}`));
const release = async (
  id: string,
  worker: string,
  attempt: number,
  status: string,
  error: string | null = null,
) => {
  const [answer] = await asService(
    database,
    sql<{ done: boolean }>`select release_task(${id}, ${worker}, ${attempt}, ${status}, ${error}) as done`,
  );
  return answer?.done;
};
const expireLease = (id: string) =>
  asService(
    database,
    sql`update meta_tasks set lease_expires_at = now() - interval '1 second' where id = ${id}`,
  );

describe('ready', () => {
  test('a task waits for everything it depends on', async () => {
    const first = await createTask(database, user, project, 'first');
    const second = await createTask(database, user, project, 'second');
    await createTask(database, user, project, 'third', [first, second]);
    expect(await ready()).toEqual(['first', 'second']);
    await asUser(database, user, sql`update meta_tasks set status = 'done' where id = ${first}`);
    expect(await ready()).toEqual(['second']);
    await asUser(database, user, sql`update meta_tasks set status = 'done' where id = ${second}`);
    expect(await ready()).toEqual(['third']);
  });

  test('priority first, then age', async () => {
    await createTask(database, user, project, 'old');
    const urgent = await createTask(database, user, project, 'urgent');
    await asUser(database, user, sql`update meta_tasks set priority = 9 where id = ${urgent}`);
    expect(await ready()).toEqual(['urgent', 'old']);
  });

  test('while planning only the supervisor works; a paused project or workstream does not', async () => {
    await createTask(database, user, project, 'work');
    const plan = await createTask(database, user, project, 'plan');
    await asUser(database, user, sql`update meta_tasks set assigned_agent = 'supervisor' where id = ${plan}`);
    await asUser(database, user, sql`update meta_projects set status = 'planning'`);
    expect(await ready()).toEqual(['plan']);
    await asUser(database, user, sql`update meta_projects set status = 'paused'`);
    expect(await ready()).toEqual([]);
    await asUser(database, user, sql`update meta_projects set status = 'active'`);
    await asUser(database, user, sql`update meta_workstreams set status = 'paused'`);
    expect(await ready()).toEqual([]);
  });

  test('not before its time, not without approval, not when cancelled', async () => {
    const id = await createTask(database, user, project, 'work');
    await asUser(database, user, sql`update meta_tasks set next_attempt_at = now() + interval '1 hour'`);
    expect(await ready()).toEqual([]);
    await asUser(database, user, sql`update meta_tasks set next_attempt_at = null, requires_approval = true`);
    expect(await ready()).toEqual([]);
    const [approved] = await asUser(
      database,
      user,
      sql<{ approved_by: string }>`update meta_tasks set approved_at = now() returning approved_by`,
    );
    expect(approved?.approved_by).toBe(user.user_id);
    expect(await ready()).toEqual(['work']);
    await asUser(database, user, sql`update meta_tasks set status = 'cancelled' where id = ${id}`);
    expect(await ready()).toEqual([]);
  });

  test('a workstream can be asked alone', async () => {
    await createTask(database, user, project, 'work');
    const other = await createProject(database, user, 'Other');
    await createTask(database, user, other, 'elsewhere');
    expect(await asUser(database, user, sql`select title from get_ready_tasks(${other.workstream})`)).toEqual(
      [{ title: 'elsewhere' }],
    );
  });
});

describe('graph', () => {
  test('a cycle is refused with its path', async () => {
    const a = await createTask(database, user, project, 'A');
    const b = await createTask(database, user, project, 'B', [a]);
    const c = await createTask(database, user, project, 'C', [b]);
    await expect(
      asUser(
        database,
        user,
        sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${a}, ${c})`,
      ),
    ).rejects.toThrow('These tasks would wait for each other: A -> C -> B -> A');
    await expect(
      asUser(
        database,
        user,
        sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${a}, ${a})`,
      ),
    ).rejects.toThrow();
  });

  test('two halves of a cycle in one statement are refused', async () => {
    const a = await createTask(database, user, project, 'A');
    const b = await createTask(database, user, project, 'B');
    await expect(
      asUser(
        database,
        user,
        sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${a}, ${b}), (${b}, ${a})`,
      ),
    ).rejects.toThrow('would wait for each other');
  });

  test('two halves of a cycle at the same moment: one is refused', async () => {
    const a = await createTask(database, user, project, 'A');
    const b = await createTask(database, user, project, 'B');
    const link = (from: string, to: string) =>
      asUser(
        database,
        user,
        sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${from}, ${to})`,
      );
    const outcomes = await Promise.allSettled([link(a, b), link(b, a)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('a wide graph of many paths is checked quickly', async () => {
    // 12 layers of 6 tasks, each waiting for the whole layer before: 6^11 paths, 396 links.
    let layer: string[] = [];
    let first: string[] = [];
    for (let depth = 0; depth < 12; depth++) {
      const next: string[] = [];
      for (let index = 0; index < 6; index++)
        next.push(await createTask(database, user, project, `${depth}.${index}`, layer));
      if (depth === 0) first = next;
      layer = next;
    }
    const started = performance.now();
    await expect(
      asUser(
        database,
        user,
        sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${first[0]}, ${layer[0]})`,
      ),
    ).rejects.toThrow('would wait for each other');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a task depends on no other project and is inside no descendant', async () => {
    const other = await createProject(database, user, 'Other');
    const here = await createTask(database, user, project, 'here');
    const there = await createTask(database, user, other, 'there');
    const link = sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${here}, ${there})`;
    await expect(asUser(database, user, link)).rejects.toThrow();
    const child = await createTask(database, user, project, 'child');
    await asUser(database, user, sql`update meta_tasks set parent_task_id = ${here} where id = ${child}`);
    await expect(
      asUser(database, user, sql`update meta_tasks set parent_task_id = ${child} where id = ${here}`),
    ).rejects.toThrow('A task cannot be inside itself: here -> child -> here');
    await expect(
      asUser(database, user, sql`update meta_tasks set parent_task_id = ${there} where id = ${child}`),
    ).rejects.toThrow();
  });

  test('tasks inside tasks come to an end', async () => {
    const chain = [await createTask(database, user, project, 'first')];
    const under = async (parent: string | undefined) => {
      const child = await createTask(database, user, project, `below ${parent}`);
      await asUser(database, user, sql`update meta_tasks set parent_task_id = ${parent} where id = ${child}`);
      return child;
    };
    for (let depth = 2; depth <= 5; depth++) chain.push(await under(chain.at(-1)));
    await expect(under(chain.at(-1))).rejects.toThrow('more than 4 levels below the first');
  });
});

describe('claims', () => {
  test('that find nothing wake nobody: a worker would wake itself without end', async () => {
    let woken = 0;
    for (const channel of ['meta_agent_tasks', 'meta_agent_files', 'meta_agent_work'])
      await database.listen(channel, () => woken++);
    await claim('idle', 5);
    await asService(database, sql`select * from claim_files_to_process('idle')`);
    await asService(database, sql`select * from get_due_tasks()`);
    await createTask(database, user, project, 'wakes');
    await until(async () => woken > 0, 'a new task wakes the workers');
    expect(woken).toBe(1);
  });

  test('eight workers at once share the tasks and no task is given twice', async () => {
    for (let index = 0; index < 20; index++) await createTask(database, user, project, `t${index}`);
    const claimed = await Promise.all(Array.from({ length: 8 }, (_, worker) => claim(`w${worker}`, 5)));
    const ids = claimed.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (let left = await claim('last', 20); left.length; left = await claim('last', 20))
      ids.push(...left.map(({ id }) => id));
    expect(new Set(ids).size).toBe(20);
    expect(ids).toHaveLength(20);
  });

  test('a lease is extended and released only by its worker and attempt', async () => {
    const id = await createTask(database, user, project, 'work');
    expect(await claim('w1')).toMatchObject([{ id, status: 'running', attempt: 1, lease_owner: 'w1' }]);
    expect(await claim('w2')).toEqual([]);
    const extend = async (worker: string, attempt: number) =>
      (
        await asService(
          database,
          sql<{ ok: boolean }>`select extend_lease(${id}, ${worker}, ${attempt}, '1 minute') as ok`,
        )
      )[0]?.ok;
    expect([await extend('w1', 1), await extend('w2', 1), await extend('w1', 0)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await release(id, 'w2', 1, 'done')).toBe(false);
    expect(await release(id, 'w1', 1, 'done')).toBe(true);
    expect(await release(id, 'w1', 1, 'queued')).toBe(false);
    expect(await task(id)).toMatchObject({ status: 'done', lease_owner: null });
  });

  test("a lost worker's task goes to another, its run is failed, and it can write nothing", async () => {
    const id = await createTask(database, user, project, 'work');
    await claim('w1');
    await asService(
      database,
      sql`insert into meta_task_runs (task_id, attempt, agent_id, model_used) values (${id}, 1, 'writer', 'm')`,
    );
    await expireLease(id);
    expect(await claim('w2')).toMatchObject([{ id, attempt: 2, retry_count: 0, lost_workers: 1 }]);
    expect(
      await asService(database, sql`select status, error_message from meta_task_runs where task_id = ${id}`),
    ).toEqual([{ status: 'failed', error_message: 'worker lost' }]);
    expect(await release(id, 'w1', 1, 'done')).toBe(false);
    await expect(asUser(database, user, sql`select hold_lease(${id}, 'w1', 1)`)).rejects.toThrow(
      'no longer belongs',
    );
    await asUser(database, user, sql`select hold_lease(${id}, 'w2', 2)`);
  });

  test('a task that takes its workers down is blocked in the end', async () => {
    const id = await createTask(database, user, project, 'poison');
    for (let lost = 0; lost < 20; lost++) {
      expect(await claim(`w${lost}`)).toHaveLength(1);
      await expireLease(id);
    }
    expect(await claim('last')).toEqual([]);
    expect(await task(id)).toMatchObject({
      status: 'blocked',
      last_error: '20 workers were lost at this task, one after the other',
    });
  });

  test('failures are retried after a pause, up to the limit', async () => {
    const id = await createTask(database, user, project, 'work');
    for (let attempt = 1; attempt <= 4; attempt++) {
      await claim('w');
      expect(await release(id, 'w', attempt, 'queued', 'the provider answered 500')).toBe(true);
    }
    expect(await task(id)).toMatchObject({
      status: 'blocked',
      retry_count: 4,
      last_error: 'the provider answered 500',
    });
  });

  test('cancelling takes the lease away and ends the run', async () => {
    const id = await createTask(database, user, project, 'work');
    await claim('w1');
    await asService(
      database,
      sql`insert into meta_task_runs (task_id, attempt, agent_id, model_used) values (${id}, 1, 'writer', 'm')`,
    );
    await asUser(database, user, sql`update meta_tasks set status = 'cancelled' where id = ${id}`);
    expect(await release(id, 'w1', 1, 'done')).toBe(false);
    expect(await asService(database, sql`select status from meta_task_runs where task_id = ${id}`)).toEqual([
      { status: 'cancelled' },
    ]);
  });

  test('a question blocks the task until its person answers', async () => {
    const id = await createTask(database, user, project, 'work');
    await claim('w1');
    await asUser(
      database,
      withAgent(user),
      sql`update meta_tasks set status = 'blocked', question = 'Which year?' where id = ${id}`,
    );
    expect(await claim('w2')).toEqual([]);
    await asUser(database, user, sql`update meta_tasks set answer = '1969' where id = ${id}`);
    expect(await claim('w2')).toMatchObject([{ id, attempt: 2 }]);
  });

  test('workers are woken when a task may have become ready', async () => {
    let woken = 0;
    const stop = await database.listen('meta_agent_tasks', () => {
      woken += 1;
    });
    await createTask(database, user, project, 'work');
    await expect.poll(() => woken, { timeout: 3000 }).toBeGreaterThan(0);
    stop();
  });
});

describe('idempotency', () => {
  test('a repeated effect makes one row', async () => {
    const id = await createTask(database, user, project, 'work');
    const artifact = (name: string) =>
      asUser(
        database,
        user,
        sql`insert into meta_artifacts (task_id, name, type, storage_path, idempotency_key)
          values (${id}, ${name}, 'document', ${`${user.user_id}/x`}, 'call-1')`,
      );
    await artifact('a');
    await expect(artifact('b')).rejects.toMatchObject({ code: 'conflict' });
    const decision = () =>
      asUser(
        database,
        user,
        sql`insert into meta_decisions (project_id, decision_text, idempotency_key) values (${project.id}, 'x', 'call-2')`,
      );
    await decision();
    await expect(decision()).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('history', () => {
  interface Change {
    activity_type: string;
    field_name: string | null;
    old_value: unknown;
    new_value: unknown;
    changed_by: string | null;
    changed_by_agent: string | null;
    entity_title: string;
  }
  const feed = () =>
    asUser(database, user, sql<Change>`select * from get_project_activity_feed(${project.id})`);

  test('says who and which agent changed what', async () => {
    const id = await createTask(database, user, project, 'work');
    await asUser(
      database,
      withAgent(user, 'planner'),
      sql`update meta_tasks set title = 'better', priority = 8 where id = ${id}`,
    );
    const changes = await asUser(database, user, sql<Change>`select * from get_task_history(${id})`);
    expect(changes).toHaveLength(3);
    expect(
      changes
        .slice(0, 2)
        .map(({ field_name }) => field_name)
        .sort(),
    ).toEqual(['priority', 'title']);
    expect(changes[0]).toMatchObject({ changed_by: user.user_id, changed_by_agent: 'planner' });
    expect(changes[2]).toMatchObject({
      change_type: 'created',
      changed_by: user.user_id,
      changed_by_agent: null,
    });
  });

  test('a deleted task stays in the feed', async () => {
    const id = await createTask(database, user, project, 'gone');
    await asUser(database, user, sql`delete from meta_tasks where id = ${id}`);
    const [last] = await feed();
    expect(last).toMatchObject({ activity_type: 'task_deleted', entity_id: id, entity_title: 'gone' });
  });

  test('start, pause, members and budgets are in the feed', async () => {
    await asUser(database, user, sql`update meta_projects set status = 'paused'`);
    const member = await createTestUser(database);
    await asUser(
      database,
      user,
      sql`insert into meta_project_members (project_id, user_id) values (${project.id}, ${member.user_id})`,
    );
    await asUser(
      database,
      user,
      sql`insert into meta_budgets (project_id, model_tier, allocated_cost) values (${project.id}, 'opus', 5)`,
    );
    await asUser(database, user, sql`update meta_budgets set allocated_cost = 9`);
    const changes = await feed();
    expect(changes.map(({ activity_type, field_name }) => [activity_type, field_name])).toEqual([
      ['project_budget_changed', 'opus'],
      ['project_budget_added', 'opus'],
      ['project_member_added', member.user_id],
      ['project_updated', 'status'],
      ['project_created', null],
    ]);
  });

  test('deleting a project works, leaves no orphan and one line in the audit log', async () => {
    const id = await createTask(database, user, project, 'work');
    await database.as(user, async (session) => {
      const conversation = await row(
        session,
        sql<{ id: string }>`insert into meta_conversations (project_id, agent_type)
        values (${project.id}, 'task') returning id`,
      );
      await rows(session, sql`update meta_tasks set thread_id = ${conversation.id} where id = ${id}`);
    });
    await asUser(database, user, sql`delete from meta_projects where id = ${project.id}`);
    for (const table of ['meta_tasks', 'meta_task_history', 'meta_project_history', 'meta_conversations'])
      expect(await asService(database, sql`select from ${sql.table(table)}`), table).toEqual([]);
    expect(
      await asService(
        database,
        sql`select user_id from auth_audit_log where event_data ->> 'project_id' = ${project.id}`,
      ),
    ).toEqual([{ user_id: user.user_id }]);
  });
});
