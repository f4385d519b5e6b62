import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { calls } from './calls.ts';
import { rules } from './expected-access.ts';
import { type Actor, become, keyOf, makeWorlds, plain, type Worlds } from './worlds.ts';

/**
 * Beside reading a table: what a stranger learns of the owner's rows (worlds.ts) through views, functions, errors,
 * `returning`, and notifications. A text of the owner's begins with "shared-", and every row of theirs has its id.
 */
let opened: TestDatabase;
let worlds: Worlds;
/** Ids of the owner's rows in tables that are not open to everybody. */
let secret_ids: Set<string>;
/** Tables whose rows here everybody signed in may read. */
let open: Set<string>;
const heard = new Map<string, string[]>();
const channels = ['agent_changes', 'agent_events', 'agent_files', 'agent_rooms', 'agent_tasks', 'agent_work'];

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

beforeAll(async () => {
  opened = await openTestDatabase();
  for (const channel of channels)
    await opened.database.listen(`meta_${channel}`, (payload) =>
      heard.set(channel, [...(heard.get(channel) ?? []), payload]),
    );
  worlds = await makeWorlds(opened.database);
  open = new Set(
    rules.filter(({ rights }) => rights.startsWith('ocevgmaxs')).flatMap(({ tables }) => tables),
  );
  secret_ids = new Set(
    [...worlds.shared.rows].filter(([table]) => !open.has(table)).map(([, { id }]) => String(id)),
  );
}, 300_000);
afterAll(() => opened.close());

/** What of the owner's is in the text, beside the ids the caller named. */
function leaks(found: unknown, named = ''): string[] {
  const text = JSON.stringify(found) ?? '';
  const ids = [...text.matchAll(uuid)]
    .map(([id]) => id)
    .filter((id) => secret_ids.has(id) && !named.includes(id));
  return [...ids, ...(text.match(/shared-[\w-]*/g) ?? []).filter((word) => !named.includes(word))];
}

/** Runs the work as somebody and takes back what it did. */
function as<T>(actor: Actor, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return opened.database.withOwner(async (client) => {
    await become(client, worlds, actor);
    try {
      return await work(client);
    } finally {
      await client.query('rollback');
    }
  });
}

const asOwnerOfTheSchema = <T>(text: string, values: unknown[] = []): Promise<T[]> =>
  opened.database.withOwner(async (client) => (await client.query(text, values)).rows as T[]);

const failure = (error: unknown) =>
  error as { code?: string; message: string; detail?: string; constraint?: string };

describe('views', () => {
  test('show the owner their own, members what is shared, and a stranger nothing', async () => {
    const views = await asOwnerOfTheSchema<{ name: string }>(
      `select viewname as name from pg_views where schemaname = 'public' and viewname not like 'pg_stat%'`,
    );
    const shown = { owner: new Set<string>(), viewer: new Set<string>(), stranger: new Set<string>() };
    for (const { name } of views)
      for (const actor of ['owner', 'viewer', 'stranger'] as const) {
        const found = await as(actor, (client) => client.query(`select * from public."${name}"`));
        if (leaks(found.rows).length > 0 || JSON.stringify(found.rows).includes(worlds.id('owner')))
          shown[actor].add(name);
      }
    expect([...shown.owner].sort()).toEqual([
      'file_statistics',
      'recent_generations',
      'user_file_statistics',
      'user_generation_summary',
      'video_generation_stats',
    ]);
    expect([...shown.viewer].sort()).toEqual([
      'recent_generations',
      'user_generation_summary',
      'video_generation_stats',
    ]);
    expect([...shown.stranger]).toEqual([]);
  });

  test('are closed to anonymous callers', async () => {
    const open = await asOwnerOfTheSchema(
      `select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
         and has_table_privilege('anon', oid, 'select')`,
    );
    expect(open).toEqual([]);
  });
});

describe('functions', () => {
  /** Every row of the database as text. */
  async function everything(client: pg.ClientBase): Promise<Set<string>> {
    const union = [...worlds.shared.rows.keys()].map(
      (table) => `select '${table} ' || to_jsonb(t)::text as line from public."${table}" t`,
    );
    const { rows } = await client.query<{ line: string }>(union.join(' union all '));
    return new Set(rows.map(({ line }) => line));
  }
  const call = (name: string): string =>
    (calls[name] ?? '').replace(/{(\w+)}/g, (_, table) => `'${worlds.shared.rows.get(table)?.id}'::uuid`);

  test('the list is complete', async () => {
    const functions = await asOwnerOfTheSchema<{ name: string }>(
      `select distinct p.proname as name from pg_proc p where p.pronamespace = 'public'::regnamespace
         and has_function_privilege('authenticated', p.oid, 'execute')
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
    );
    expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(calls).sort());
  });

  test.each(Object.keys(calls))('%s tells a stranger nothing and changes nothing', async (name) => {
    const statement = `select * from ${call(name)}`;
    const { found, gone } = await as('stranger', async (client) => {
      await client.query('savepoint before');
      await client.query('set local role none');
      const before = await everything(client);
      await client.query('set local role authenticated');
      await client.query('savepoint called');
      const answer: unknown = await client.query(statement).then(
        ({ rows }) => rows,
        async (error: unknown) => {
          await client.query('rollback to called');
          return failure(error).message;
        },
      );
      await client.query('set local role none');
      const after = await everything(client);
      // Joining a room, or voting, is the stranger's own; what was there must still be there.
      return {
        found: answer,
        gone: [...before].filter((line) => !after.has(line) && leaks(line).length > 0),
      };
    });
    expect(leaks(found, statement)).toEqual([]);
    expect(gone).toEqual([]);
  });

  test('the same calls show the owner what is theirs', async () => {
    const shown: string[] = [];
    for (const name of Object.keys(calls)) {
      const statement = `select * from ${call(name)}`;
      const found: unknown = await as('owner', (client) => client.query(statement)).then(
        ({ rows }) => rows,
        (error: unknown) => failure(error).message,
      );
      if (leaks(found, statement).length > 0) shown.push(name);
    }
    expect(shown).toEqual([
      'decide_gate',
      'export_rows',
      'find_high_confidence_branches',
      'get_active_room_users',
      'get_available_transitions',
      'get_conversation_with_messages',
      'get_operation_history',
      'get_persona',
      'get_project_activity_feed',
      'get_research_summary',
      'get_sync_events',
      'get_task_history',
      'get_theme',
      'get_thinking_path',
      'get_thinking_subtree',
      'get_usage_limits',
      'get_user_memories',
      'get_workflow_start_state',
      'join_room',
      'search_hybrid',
      'undo_settings_change',
    ]);
  });
});

describe('errors', () => {
  /** What came of it, without the ids that were asked with. */
  async function outcome(client: pg.ClientBase, text: string, values: unknown[]): Promise<string> {
    await client.query('savepoint tried');
    try {
      const { rowCount } = await client.query(text, values);
      return `${rowCount} rows`;
    } catch (error) {
      const { code, message, detail, constraint } = failure(error);
      // To be stopped by a unique index means to have got as far as the table.
      if (code === '23505') return '1 rows';
      return [code, message, detail, constraint].join(' ').replace(uuid, 'id');
    } finally {
      await client.query('rollback to tried');
    }
  }

  interface Column {
    table: string;
    name: string;
    target: string;
    may_update: boolean;
  }

  test('a reference to a row one cannot see fails like one to a row that is not there', async () => {
    // People are left out: the id of a person is no secret, and whoever has it may invite or assign them.
    const references = await asOwnerOfTheSchema<Column>(
      `select c.conrelid::regclass::text as table, a.attname as name, c.confrelid::regclass::text as target,
         has_column_privilege('authenticated', c.conrelid, a.attnum, 'update') as may_update
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
       where c.contype = 'f' and c.connamespace = 'public'::regnamespace and a.atttypid = 'uuid'::regtype
         and c.confrelid not in ('auth.users'::regclass, 'public.users'::regclass) and c.confkey[array_position(c.conkey, a.attnum)] =
           (select attnum from pg_attribute where attrelid = c.confrelid and attname = 'id')
         and has_column_privilege('authenticated', c.conrelid, a.attnum, 'insert')
       order by 1, 2`,
    );
    expect(references.length).toBeGreaterThan(80);
    const faults: string[] = [];
    for (const { table, name, target, may_update } of references) {
      if (open.has(target)) continue;
      const mine = worlds.alone.rows.get(table) ?? {};
      const theirs = worlds.shared.rows.get(target)?.id;
      await as('stranger', async (client) => {
        const { where, key } = await keyOf(client, table, mine);
        const { rows: writable } = await client.query<{ name: string; is_json: boolean }>(
          `select attname as name, atttypid = 'jsonb'::regtype as is_json from pg_attribute
           where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'id'
             and has_column_privilege('authenticated', attrelid, attnum, 'insert')`,
          [`public.${table}`],
        );
        const columns = writable.filter((column) => mine[column.name] !== null || column.name === name);
        const insert = (id: unknown) =>
          outcome(
            client,
            `insert into public."${table}" (${columns.map((column) => `"${column.name}"`).join(', ')})
             values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
            columns.map((column) => {
              if (column.name === name) return id;
              return column.is_json ? JSON.stringify(mine[column.name]) : plain(mine[column.name]);
            }),
          );
        const update = (id: unknown) =>
          outcome(client, `update public."${table}" set "${name}" = $${key.length + 1} where ${where}`, [
            ...key,
            id,
          ]);
        for (const change of may_update ? [insert, update] : [insert]) {
          const [there, absent] = [await change(theirs), await change(newId())];
          if (there !== absent)
            faults.push(`${change.name} ${table}.${name}: "${there}", but "${absent}" where there is none`);
        }
      });
    }
    expect(faults).toEqual([]);
  });

  test('a unique index never says what it holds, and only public addresses are shared by all', async () => {
    const taken = new Set<string>();
    for (const [table, mine] of worlds.alone.rows) {
      const theirs = worlds.shared.rows.get(table) ?? {};
      const indexes = await asOwnerOfTheSchema<{ name: string; columns: string[] }>(
        `select i.indexrelid::regclass::text as name, array(select a.attname::text from pg_depend d
           join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
           left join pg_constraint k on k.conindid = i.indexrelid
           where d.objid in (i.indexrelid, k.oid) and d.refobjid = i.indrelid and d.refobjsubid > 0) as columns
         from pg_index i where i.indrelid = $1::regclass and i.indisunique and not i.indisprimary`,
        [`public.${table}`],
      );
      for (const { name, columns } of indexes)
        await as('stranger', async (client) => {
          const { rows: writable } = await client.query<{ name: string; is_json: boolean }>(
            `select attname as name, atttypid = 'jsonb'::regtype as is_json from pg_attribute
             where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'id'
               and has_column_privilege('authenticated', attrelid, attnum, 'insert')`,
            [`public.${table}`],
          );
          const values = {
            ...mine,
            ...Object.fromEntries(columns.map((column) => [column, theirs[column]])),
          };
          // Whose a row is stays the stranger's: everything else of the index is the owner's.
          for (const [column, value] of Object.entries(mine))
            if (value === worlds.id('stranger')) values[column] = value;
          const used = writable.filter((column) => values[column.name] !== null);
          if (used.length === 0) return;
          const error = await client
            .query(
              `insert into public."${table}" (${used.map((column) => `"${column.name}"`).join(', ')})
               values (${used.map((_, i) => `$${i + 1}`).join(', ')})`,
              used.map((column) =>
                column.is_json ? JSON.stringify(values[column.name]) : plain(values[column.name]),
              ),
            )
            .then(() => undefined, failure);
          if (error?.code !== '23505') return;
          expect(leaks([error.message, error.detail]), name).toEqual([]);
          if (error.constraint === name && !columns.some((column) => values[column] === mine[column]))
            taken.add(name);
        });
    }
    // A slug is an address that is public by its nature; whoever can try a token's hash knows the token.
    expect([...taken].sort()).toEqual([
      'canvas_shares_share_token_hash_key',
      'marketplace_listings_slug_key',
      'meta_conversation_shares_share_token_hash_key',
      'organization_invitations_token_hash_key',
      'organizations_slug_key',
      'personas_slug_key',
      'skills_slug_key',
    ]);
  });
});

describe('returning', () => {
  test('a stranger who changes or deletes everything gets back nothing of the owner', async () => {
    const found: string[] = [];
    for (const [table, row] of worlds.shared.rows)
      for (const action of ['update', 'delete'] as const) {
        const columns = await asOwnerOfTheSchema<{ name: string }>(
          `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
             and attgenerated = '' and attidentity = '' and has_column_privilege('authenticated', attrelid, attnum, 'select')
             and ($2 = 'delete' or has_column_privilege('authenticated', attrelid, attnum, 'update'))`,
          [`public.${table}`, action],
        );
        const [first] = columns;
        if (!first) continue;
        const returned = await as('stranger', async (client) => {
          const { where, key } = await keyOf(client, table, row);
          const list = columns.map(({ name }) => `"${name}"`).join(', ');
          const change =
            action === 'update'
              ? `update public."${table}" set "${first.name}" = "${first.name}"`
              : `delete from public."${table}"`;
          return client
            .query(`${change} where ${where} returning ${list}`, key)
            .then(({ rows }) => rows, failure);
        });
        if (Array.isArray(returned) ? returned.length > 0 : returned.code !== '42501')
          found.push(`${action} ${table}: ${JSON.stringify(returned)}`);
      }
    expect(found).toEqual([]);
  });

  test('an insert over the row of another is refused, and what no one may read is not returned', async () => {
    const found: string[] = [];
    let tried = 0;
    for (const [table, row] of worlds.shared.rows) {
      if (row.id === undefined) continue;
      const hidden = await asOwnerOfTheSchema<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
           and not has_column_privilege('authenticated', attrelid, attnum, 'select')`,
        [`public.${table}`],
      );
      for (const { name } of hidden) {
        tried++;
        const returned = await as('owner', (client) =>
          client.query(`select "${name}" from public."${table}"`).then(({ rows }) => rows, failure),
        );
        if (Array.isArray(returned) || returned.code !== '42501') found.push(`select ${table}.${name}`);
      }
      const over = await as('stranger', (client) =>
        client
          .query(
            `insert into public."${table}" (id) values ($1) on conflict (id) do update set id = excluded.id returning id`,
            [row.id],
          )
          .then(({ rows }) => rows, failure),
      );
      if (Array.isArray(over)) found.push(`insert over ${table}`);
    }
    expect(tried).toBeGreaterThan(15);
    expect(found).toEqual([]);
  });
});

describe('notifications', () => {
  test('carry which row and whose, never what is in it', async () => {
    await opened.database.withOwner(async (client) => {
      for (const [table, row] of worlds.shared.rows) {
        const { where, key } = await keyOf(client, table, row);
        const column = Object.keys(row).find((name) => ['title', 'name', 'content', 'status'].includes(name));
        if (column)
          await client.query(`update public."${table}" set "${column}" = "${column}" where ${where}`, key);
      }
    });
    const project = worlds.shared.rows.get('meta_projects')?.id;
    await opened.database.withOwner(async (client) => {
      await client.query('delete from realtime_operations');
      await become(client, worlds, 'owner');
      await client.query(`select join_room('project', $1)`, [project]);
      await client.query(
        `select append_operation('project', $1, 'op', 'insert', '{"position": 0, "text": "shared-text"}', version, '{"text": "shared-text"}')
         from realtime_resource_state where resource_id = $1`,
        [project],
      );
      await client.query('commit');
    });
    await expect.poll(() => [...heard.keys()].sort(), { timeout: 20_000 }).toEqual(channels);
    // The name of a queue, or an object of ids, one name, and the version of a room.
    const value = /^(\w+:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^\d+$/;
    const faults = [...heard.values()].flat().filter((payload) => {
      if (!payload.startsWith('{')) return !/^[a-z_]*$/.test(payload);
      const { what = '', ...rest } = JSON.parse(payload) as Record<string, unknown>;
      return !/^[a-z_]*$/.test(String(what)) || Object.values(rest).some((part) => !value.test(String(part)));
    });
    expect(faults).toEqual([]);
  });
});
