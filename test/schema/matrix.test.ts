import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { alone, opened, rules, system } from './expected-access.ts';
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

async function outcome(
  client: pg.ClientBase,
  world: World,
  table: string,
  row: Values,
  /** A column that an insert sets to null by name. */
  ownerless?: string,
): Promise<string> {
  const may: string[] = [];
  for (const action of actions) {
    let who = '';
    for (const [actor, letter] of Object.entries(actors) as [Actor, string][]) {
      // In the world of the stranger, the owner of the other one is the stranger.
      const asking = world.owner === 'owner' ? actor : swapped(actor);
      const could = await can(client, asking, action, table, row, worlds.id(world.owner), ownerless);
      if (actor !== 'service') who += could ? letter : '';
      else if (!could) service.push(`${action} ${table}`);
    }
    may.push(who || '-');
  }
  return may.join(' ');
}

const swapped = (actor: Actor): Actor =>
  actor === 'owner' ? 'stranger' : actor === 'stranger' ? 'owner' : actor;

interface Column {
  name: string;
  is_user: boolean;
  is_json: boolean;
}
const known = new Map<string, Column[]>();

/** What the caller's role may write of a table, or read for a delete. */
async function columnsOf(
  client: pg.ClientBase,
  table: string,
  actor: Actor,
  action: Action,
): Promise<Column[]> {
  const role = actor === 'anonymous' ? 'anon' : actor === 'service' ? 'service_role' : 'authenticated';
  const right = action === 'delete' ? 'select' : action === 'add' ? 'insert' : action;
  const cached = known.get(`${table} ${role} ${right}`);
  if (cached) return cached;
  const { rows } = await client.query<Column>(
    `select a.attname as name, a.atttypid = 'jsonb'::regtype as is_json, exists (select from pg_constraint k
       where k.conrelid = a.attrelid and k.contype = 'f' and k.conkey = array[a.attnum]
         and k.confrelid in ('auth.users'::regclass, 'public.users'::regclass)) as is_user
     from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = '' and a.attidentity = '' and has_column_privilege($2, a.attrelid, a.attnum, $3)
       and ($3 <> 'update' or has_column_privilege($2, a.attrelid, a.attnum, 'select'))
     order by a.attname = 'id', a.attnum`,
    [`public.${table}`, role, right],
  );
  known.set(`${table} ${role} ${right}`, rows);
  return rows;
}

async function can(
  client: pg.ClientBase,
  actor: Actor,
  action: Action,
  table: string,
  row: Values,
  owner: string,
  ownerless?: string,
): Promise<boolean> {
  const { where, key } = await keyOf(client, table, row);
  const columns = await columnsOf(client, table, actor, action);
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
      ({ name }) => name === ownerless || (name !== 'id' && row[name] !== null && row[name] !== undefined),
    );
    await client.query(
      `insert into public."${table}" (${values.map(({ name }) => `"${name}"`).join(', ')})
       values (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
      values.map(({ name, is_user, is_json }) => {
        if (row[name] === null) return null;
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
    // Our own triggers refuse what the caller cannot see or may not do, and name neither constraint nor column.
    const { code, constraint, column } = error as Record<
      'code' | 'constraint' | 'column',
      string | undefined
    >;
    const isConstraint = constraint !== undefined || column !== undefined;
    if (code === '42501' || (/^235(03|14)/.test(code ?? '') && !isConstraint)) return false;
    // A delete that a constraint stops is a broken path, whoever asked.
    if (action !== 'delete' && code?.startsWith('23') && isConstraint) return true;
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

/** Who could do what with the stranger's row, changed like this. */
async function outcomeWith(
  client: pg.ClientBase,
  table: string,
  changes: Values,
  ownerless?: string,
): Promise<string[]> {
  const row = worlds.alone.rows.get(table) ?? {};
  const { where, key } = await keyOf(client, table, row);
  const columns = Object.keys(changes).map((name, i) => `"${name}" = $${key.length + i + 1}`);
  await client.query(`update public."${table}" set ${columns.join(', ')} where ${where}`, [
    ...key,
    ...Object.values(changes),
  ]);
  return (await outcome(client, worlds.alone, table, { ...row, ...changes }, ownerless)).split(' ');
}
const rightsOf = (table: string): string => expected.find(([name]) => name === table)?.[1] ?? '';

describe('what is open to everybody signed in', () => {
  test.each(Object.entries(opened))(
    '%s, when %s says so: read, and nothing more',
    async (table, [column, value]) => {
      const [read, , , update, remove] = await test_database.database.withOwner((client) =>
        outcomeWith(client, table, { [column]: value }),
      );
      const [, , , may_update, may_remove] = alone(rightsOf(table)).split(' ');
      expect([read, update, remove]).toEqual(['ocevgmaxs', may_update, may_remove]);
    },
  );

  test.each(Object.entries(system))(
    '%s of the installation, without %s: read, and written by administrators',
    async (table, column) => {
      const project = 'project_id' in (worlds.alone.rows.get(table) ?? {}) ? { project_id: null } : {};
      const found = await test_database.database.withOwner((client) =>
        outcomeWith(client, table, { [column]: null, ...project }, column),
      );
      expect(found).toEqual(['ocevgmaxs', 'a', 'a', 'a', 'a']);
    },
  );
});
