import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser, createProject, type Project, withAgent } from './support.ts';

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
  project = await createProject(database, user);
  await asUser(
    database,
    user,
    sql`insert into meta_budgets (project_id, model_tier, allocated_tokens, allocated_cost) values (${project.id}, 'sonnet', 1000, 1)`,
  );
});
afterAll(() => opened.close());

const reserve = async (
  tokens: number,
  cost = 0,
  tier = 'sonnet',
  ttl = '10 minutes',
  as = withAgent(user),
) => {
  const [answer] = await asUser(
    database,
    as,
    sql<{
      id: string | null;
    }>`select reserve_budget(${project.id}, ${tier}, ${tokens}, ${cost}, ${ttl}) as id`,
  );
  return answer?.id ?? null;
};
const settle = (id: string | null, tokens: number, cost = 0) =>
  asUser(database, withAgent(user), sql`select settle_budget(${id}, ${tokens}, ${cost})`);
const budget = async () =>
  (
    await asUser(
      database,
      user,
      sql`select used_tokens::int, reserved_tokens::int, used_cost::float8, reserved_cost::float8 from meta_budgets
        where project_id = ${project.id}`,
    )
  )[0];

test('a call reserves, then settles what it really used, once', async () => {
  const id = await reserve(400, 0.5);
  expect(await budget()).toEqual({ used_tokens: 0, reserved_tokens: 400, used_cost: 0, reserved_cost: 0.5 });
  await settle(id, 150, 0.2);
  await settle(id, 150, 0.2);
  expect(await budget()).toEqual({ used_tokens: 150, reserved_tokens: 0, used_cost: 0.2, reserved_cost: 0 });
});

test('a limit in tokens and a limit in money both refuse, with numbers', async () => {
  await reserve(900);
  await expect(reserve(101)).rejects.toThrow(
    'allows 1000 tokens: 0 are used, 900 are reserved, and this call may need 101',
  );
  await expect(reserve(101)).rejects.toMatchObject({ code: 'budget_exceeded' });
  await expect(reserve(1, 1.5)).rejects.toThrow('allows $1.0000');
  expect(await reserve(100, 1)).not.toBeNull();
});

test('eight callers at once never pass the limit', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => reserve(300)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(await budget()).toMatchObject({ reserved_tokens: 900 });
});

test('without a budget, or without a limit in a metric, nothing is refused', async () => {
  expect(await reserve(1_000_000_000, 1000, 'opus')).toBeNull();
  await settle(null, 5, 5);
  await asUser(
    database,
    user,
    sql`update meta_budgets set allocated_tokens = null where project_id = ${project.id}`,
  );
  expect(await reserve(1_000_000_000, 0.5)).not.toBeNull();
});

test('what a lost call had reserved comes back, and a late settlement still counts', async () => {
  const id = await reserve(1000, 0, 'sonnet', '-1 second');
  // The next caller releases what has expired before it is refused.
  expect(await reserve(700)).not.toBeNull();
  await settle(id, 250);
  expect(await budget()).toMatchObject({ used_tokens: 250, reserved_tokens: 700 });
  await reserve(40, 0, 'sonnet', '-1 second');
  expect(await asService(database, sql`select release_expired_reservations() as n`)).toEqual([{ n: 1 }]);
  expect(await budget()).toMatchObject({ reserved_tokens: 700 });
});

test("nobody spends from another person's project", async () => {
  const stranger = await createTestUser(database);
  await expect(reserve(1, 0, 'sonnet', '1 minute', stranger)).rejects.toMatchObject({ code: 'forbidden' });
  const id = await reserve(10);
  await asUser(database, stranger, sql`select settle_budget(${id}, 500, 0)`);
  expect(await budget()).toMatchObject({ used_tokens: 0, reserved_tokens: 10 });
});
