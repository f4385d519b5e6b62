import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { expected, rowOverrides } from './expected-access.ts';
import { makeRows } from './rows.ts';

/**
 * Every table × everybody × {select, insert, update, delete}, on one real row of each table: it belongs to `owner` and,
 * where a table has projects, to a project that `editor` and `viewer` are members of and whose organization `member`
 * belongs to. What should come of it is written by hand in expected-access.ts, table by table.
 */
const letters: Record<string, string> = {
  owner: 'o',
  editor: 'e',
  viewer: 'v',
  member: 'm',
  admin: 'a',
  stranger: 's',
  anonymous: 'n',
};
const actions = ['select', 'insert', 'update', 'delete'] as const;

let opened: TestDatabase;
/** Per table: who could do what, in the notation of expected-access.ts. */
const found = new Map<string, string>();

beforeAll(async () => {
  opened = await openTestDatabase();
  const { database } = opened;
  const users = new Map<string, string>();
  for (const name of ['admin', 'owner', 'editor', 'viewer', 'member', 'stranger'])
    users.set(name, (await createTestUser(database)).user_id);
  const id = (name: string): string => users.get(name) ?? '';
  await database.withOwner(async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `insert into meta_projects (name, status, owner_id) values ('Shared', 'active', $1) returning id`,
      [id('owner')],
    );
    const project = rows[0]?.id ?? '';
    await client.query(
      `with org as (insert into organizations (name, owner_id) values ('Team', $1) returning id),
        joined as (insert into organization_members (org_id, user_id, role) select id, $2, 'member' from org)
       update meta_projects set organization_id = (select id from org) where id = $3`,
      [id('owner'), id('member'), project],
    );
    await client.query(
      `insert into meta_project_members (project_id, user_id, role) values ($1, $2, 'editor'), ($1, $3, 'viewer')`,
      [project, id('editor'), id('viewer')],
    );
    const made = await makeRows(client, { owner: id('owner'), project }, rowOverrides);
    for (const [table, row] of made) found.set(table, await outcome(client, table, row, (name) => id(name)));
  });
}, 300_000);
afterAll(() => opened.close());

/** 'o.. o.. o.. o..': for each action the letters of those who could do it to the row. */
async function outcome(
  client: pg.ClientBase,
  table: string,
  row: Record<string, unknown>,
  id: (actor: string) => string,
): Promise<string> {
  const { rows: keys } = await client.query<{ name: string }>(
    `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where i.indisprimary and i.indrelid = $1::regclass`,
    [`public.${table}`],
  );
  const where = keys.map(({ name }, i) => `"${name}" = $${i + 1}`).join(' and ');
  const key = keys.map(({ name }) => row[name]);
  const may: string[] = [];
  for (const action of actions) {
    let who = '';
    for (const [actor, letter] of Object.entries(letters))
      if (await can(client, actor === 'anonymous' ? null : id(actor), table, action, row, where, key))
        who += letter;
    may.push(who || '-');
  }
  return may.join(' ');
}

async function can(
  client: pg.ClientBase,
  user: string | null,
  table: string,
  action: (typeof actions)[number],
  row: Record<string, unknown>,
  where: string,
  key: unknown[],
): Promise<boolean> {
  const role = user === null ? 'anon' : 'authenticated';
  const { rows: columns } = await client.query<{ name: string }>(
    `select a.attname as name from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = '' and a.attidentity = '' and has_column_privilege($2, a.attrelid, a.attnum, $3)
       and ($3 <> 'update' or has_column_privilege($2, a.attrelid, a.attnum, 'select'))
     order by a.attname = 'id', a.attnum`,
    [`public.${table}`, role, action === 'delete' ? 'select' : action],
  );
  const names = columns.map(({ name }) => name);
  await client.query('begin');
  try {
    await client.query(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, [
      role,
      JSON.stringify(user === null ? {} : { sub: user, role }),
    ]);
    if (action === 'select') {
      const result = await client.query(`select 1 from public."${table}" where ${where}`, key);
      return result.rows.length === 1;
    }
    if (action === 'insert') {
      if (names.length === 0) return false;
      const values = names.filter((name) => name !== 'id' && row[name] !== null && row[name] !== undefined);
      await client.query(
        `insert into public."${table}" (${values.map((name) => `"${name}"`).join(', ')})
         values (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
        values.map((name) => plain(row[name])),
      );
      return true;
    }
    if (action === 'update') {
      const name = names[0];
      if (name === undefined) return false;
      const result = await client.query(
        `update public."${table}" set "${name}" = "${name}" where ${where}`,
        key,
      );
      return (result.rowCount ?? 0) > 0;
    }
    const result = await client.query(`delete from public."${table}" where ${where}`, key);
    return (result.rowCount ?? 0) > 0;
  } catch (error) {
    // Rights are asked before constraints: whoever gets as far as one had the right. A reference to a row the caller
    // cannot see is refused by our own triggers, which name no constraint.
    const { code, constraint } = error as { code?: string; constraint?: string };
    if (code === '42501' || (code === '23503' && constraint === undefined)) return false;
    // A delete that a constraint stops is a broken path, whoever asked.
    const brokenDelete = code === '23503' && action === 'delete';
    if (!brokenDelete && /^(23503|23505|23514|23502|P0001|22)/.test(code ?? '')) return true;
    throw new Error(`${action} ${table}: ${String(error)}`, { cause: error });
  } finally {
    await client.query('rollback');
  }
}

/** Objects back into JSON text: the driver would send arrays as Postgres arrays. */
const plain = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !(value instanceof Date) && !Array.isArray(value)
    ? JSON.stringify(value)
    : value;

describe('who may do what with a row', () => {
  const tables = Object.entries(expected).flatMap(([rights, names]) =>
    names.map((name) => [name, rights] as const),
  );

  test.each(tables)('%s: %s', (table, rights) => {
    expect(found.get(table)).toBe(rights);
  });

  test('every table is in the expectation, once', () => {
    const names = tables.map(([name]) => name);
    expect([...names].sort()).toEqual([...found.keys()].sort());
  });
});

test('what a column opens is read by everybody signed in, and written by nobody else', async () => {
  const { database } = opened;
  const stranger = await createTestUser(database);
  const faults = await database.withOwner(async (client) => {
    const { rows: open } = await client.query<{ name: string; column: string; is_boolean: boolean }>(
      `select d.table_name as name, d.arguments ->> 'public' as column, a.atttypid = 'boolean'::regtype as is_boolean
       from private.access_declarations d join pg_attribute a on a.attrelid = d.table_name::regclass
         and a.attname = d.arguments ->> 'public' and a.attgenerated = ''
       where d.arguments ? 'public'`,
    );
    expect(open.length).toBeGreaterThan(10);
    const wrong: string[] = [];
    for (const { name, column, is_boolean } of open) {
      const count = async (role: string): Promise<number> => {
        await client.query('begin');
        try {
          await client.query(`update ${name} set "${column}" = $1`, [is_boolean ? true : 'public']);
          await client.query(
            `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`,
            [role, JSON.stringify({ sub: stranger.user_id, role })],
          );
          const seen = await client.query(`select 1 from ${name}`);
          const deleted = await client.query(`delete from ${name}`);
          return deleted.rowCount ? -1 : seen.rows.length;
        } catch (error) {
          if ((error as { code?: string }).code === '42501') return 0;
          throw error;
        } finally {
          await client.query('rollback');
        }
      };
      if ((await count('authenticated')) < 1) wrong.push(`${name} stays hidden, or can be deleted`);
      if ((await count('anon')) !== 0) wrong.push(`${name} is open to anonymous callers`);
    }
    return wrong;
  });
  expect(faults).toEqual([]);
});
