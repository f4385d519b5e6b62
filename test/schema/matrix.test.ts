import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { alone, rules } from './expected-access.ts';
import type { Values } from './rows.ts';
import { type Actor, actors, become, keyOf, makeWorlds, plain, type World, type Worlds } from './worlds.ts';

/**
 * Every table × everybody × {select, insert in the owner's name, insert in one's own, update, delete}, on one real row of
 * each table that is shared and one that is not (worlds.ts). What should come of it is in expected-access.ts.
 */
const actions = ['select', 'insert', 'add', 'update', 'delete'] as const;
type Action = (typeof actions)[number];

let test_database: TestDatabase;
let worlds: Worlds;
/** Per table: who could do what, in the notation of expected-access.ts. */
const found = { shared: new Map<string, string>(), alone: new Map<string, string>() };
/** What the service could not do. */
const service: string[] = [];
/** What something else than rights and constraints stopped, which tells nothing about rights. */
const stopped: string[] = [];

beforeAll(async () => {
  test_database = await openTestDatabase();
  worlds = await makeWorlds(test_database.database);
  await test_database.database.withOwner(async (client) => {
    for (const name of ['shared', 'alone'] as const)
      for (const [table, row] of worlds[name].rows)
        found[name].set(table, await outcome(client, worlds[name], table, row));
  });
}, 600_000);
afterAll(() => test_database.close());

async function outcome(client: pg.ClientBase, world: World, table: string, row: Values): Promise<string> {
  const may: string[] = [];
  for (const action of actions) {
    let who = '';
    for (const [actor, letter] of Object.entries(actors) as [Actor, string][]) {
      // In the world of the stranger, the owner of the other one is the stranger.
      const asking = world.owner === 'owner' ? actor : swapped(actor);
      const could = await can(client, asking, action, table, row, worlds.id(world.owner));
      if (actor !== 'service') who += could ? letter : '';
      else if (!could) service.push(`${action} ${table}`);
    }
    may.push(who || '-');
  }
  return may.join(' ');
}

const swapped = (actor: Actor): Actor =>
  actor === 'owner' ? 'stranger' : actor === 'stranger' ? 'owner' : actor;

async function can(
  client: pg.ClientBase,
  actor: Actor,
  action: Action,
  table: string,
  row: Values,
  owner: string,
): Promise<boolean> {
  const { where, key } = await keyOf(client, table, row);
  const { rows: columns } = await client.query<{ name: string; is_user: boolean; is_json: boolean }>(
    `select a.attname as name, a.atttypid = 'jsonb'::regtype as is_json, exists (select from pg_constraint k
       where k.conrelid = a.attrelid and k.contype = 'f' and k.conkey = array[a.attnum]
         and k.confrelid in ('auth.users'::regclass, 'public.users'::regclass)) as is_user
     from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = '' and a.attidentity = '' and has_column_privilege($2, a.attrelid, a.attnum, $3)
       and ($3 <> 'update' or has_column_privilege($2, a.attrelid, a.attnum, 'select'))
     order by a.attname = 'id', a.attnum`,
    [
      `public.${table}`,
      actor === 'anonymous' ? 'anon' : actor === 'service' ? 'service_role' : 'authenticated',
      action === 'delete' ? 'select' : action === 'add' ? 'insert' : action,
    ],
  );
  await become(client, worlds, actor);
  try {
    if (action === 'select')
      return (await client.query(`select 1 from public."${table}" where ${where}`, key)).rows.length === 1;
    if (action === 'delete')
      return ((await client.query(`delete from public."${table}" where ${where}`, key)).rowCount ?? 0) > 0;
    if (columns.length === 0) return false;
    if (action === 'update') {
      const name = columns[0]?.name ?? '';
      const result = await client.query(
        `update public."${table}" set "${name}" = "${name}" where ${where}`,
        key,
      );
      return (result.rowCount ?? 0) > 0;
    }
    const values = columns.filter(
      ({ name }) => name !== 'id' && row[name] !== null && row[name] !== undefined,
    );
    await client.query(
      `insert into public."${table}" (${values.map(({ name }) => `"${name}"`).join(', ')})
       values (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
      values.map(({ name, is_user, is_json }) => {
        if (is_json) return JSON.stringify(row[name]);
        const value = plain(row[name]);
        // One's own copy names oneself, also at the beginning of a path.
        if (action !== 'add' || !worlds.id(actor) || typeof value !== 'string') return value;
        return is_user || value.includes('/') ? value.replace(owner, worlds.id(actor)) : value;
      }),
    );
    return true;
  } catch (error) {
    // Row-level security is asked before the constraints of a table: whoever was stopped by one of those had the right.
    // References to what the caller cannot see are refused by our own triggers, which name no constraint.
    const { code, constraint, column } = error as Record<
      'code' | 'constraint' | 'column',
      string | undefined
    >;
    if (code === '42501' || (code === '23503' && constraint === undefined)) return false;
    if (action === 'delete') throw new Error(`delete ${table}: ${String(error)}`, { cause: error });
    if (code?.startsWith('23') && (constraint !== undefined || column !== undefined)) return true;
    stopped.push(`${action} ${table} by the ${actor}: ${String(error)}`);
    return true;
  } finally {
    await client.query('rollback');
  }
}

const expected = rules.flatMap(({ what, rights, tables }) =>
  tables.map((table) => [table, rights, what] as const),
);

describe('who may do what with a row', () => {
  test.each(expected)('%s: %s (%s)', (table, rights) => {
    expect(found.shared.get(table), 'the row that is shared').toBe(rights);
    expect(found.alone.get(table), 'the row that is not').toBe(alone(rights));
  });

  test('every table is in the expectation, once', () => {
    expect(expected.map(([table]) => table).sort()).toEqual([...found.shared.keys()].sort());
  });

  test('nothing else than rights and constraints stopped anybody', () => {
    expect(stopped).toEqual([]);
  });

  test('the service may do everything with every row', () => {
    expect(service).toEqual([]);
  });
});
