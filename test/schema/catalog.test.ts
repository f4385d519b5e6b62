import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { schemaFiles } from '../../src/database/index.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { fingerprint, fingerprintDigest } from './fingerprint.ts';

let test_database: TestDatabase;
let database: Database;
beforeAll(async () => {
  test_database = await openTestDatabase();
  database = test_database.database;
});
afterAll(() => test_database.close());

const query = (text: string): Promise<unknown[][]> =>
  database.withOwner(async (client) => (await client.query({ text, rowMode: 'array' })).rows);

const seeds = `
  select 'role', name, description from public.roles union all
  select 'permission', name, description from public.permissions union all
  select 'grant', r.name, p.name from public.role_permissions rp join public.roles r on r.id = rp.role_id
    join public.permissions p on p.id = rp.permission_id union all
  select 'thinking template', id, steps::text from public.thinking_templates union all
  select 'preset', name, concat_ws(' ', model_parameters, reasoning_config, search_config, rag_config) from public.parameter_presets union all
  select 'idea template', name, phases::text from public.idea_project_templates union all
  select 'theme', name, tokens::text from public.themes union all
  select 'bucket', id, concat_ws(' ', public, file_size_limit, allowed_mime_types) from storage.buckets
  order by 1, 2, 3`;

describe('deployment', () => {
  test('running the files again changes nothing: neither one of them nor all', async () => {
    const now = async () => [await query(fingerprint), await query(seeds)];
    const before = await now();
    const digest = async () => (await query(fingerprintDigest))[0]?.[0];
    const deployed = await digest();
    for (const { file, sql: text } of schemaFiles()) {
      await database
        .withOwner((client) => client.query(`begin; ${text}; commit;`))
        .catch((error: unknown) => {
          throw new Error(`${file} does not run again`, { cause: error });
        });
      if ((await digest()) !== deployed)
        expect(await now(), `${file} alone changed the catalog`).toEqual(before);
    }
    expect(await now()).toEqual(before);
  });

  test('the seeds are those of the specification', async () => {
    expect(await query('select name from public.roles order by 1')).toEqual([
      ['admin'],
      ['super_admin'],
      ['user'],
    ]);
    // Those of the specification and models:use.
    expect(
      await query(`select r.name, count(*)::int from public.role_permissions rp
        join public.roles r on r.id = rp.role_id group by 1 order by 1`),
    ).toEqual([
      ['admin', 21],
      ['super_admin', 23],
      ['user', 10],
    ]);
    expect(await query('select id, public, file_size_limit::int from storage.buckets order by id')).toEqual([
      ['agent-artifacts', false, 104857600],
      ['conversation-exports', false, 52428800],
      ['generated-images', true, 20971520],
      ['generated-videos', true, 524288000],
      ['knowledge-base', false, 52428800],
      ['task-attachments', false, 104857600],
      ['user-uploads', false, 52428800],
      ['voice-recordings', false, 104857600],
      ['workflow-templates', false, 10485760],
    ]);
  });
});

/** Each query lists offenders; none may be found. `owned` keeps to the schemas this product makes. */
const owned = `(select oid from pg_namespace where nspname in ('public', 'private'))`;
const rules: Record<string, string> = {
  'every table has forced row-level security, a policy and a declaration': `select * from private.unprotected_tables('public') union all select * from private.unprotected_tables('private')`,
  'every table has a primary key': `select c.oid::regclass from pg_class c where c.relkind = 'r' and c.relnamespace in ${owned}
    and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
  'every table and view has a comment': `select c.oid::regclass from pg_class c where c.relkind in ('r', 'v')
    and c.relnamespace in ${owned} and obj_description(c.oid, 'pg_class') is null`,
  'every jsonb column of a table has its shape in a comment, or is called metadata': `select c.oid::regclass, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace in ${owned} and a.atttypid = 'jsonb'::regtype and not a.attisdropped
    and a.attname not in ('metadata', 'old_value', 'new_value', 'tool_input') and col_description(c.oid, a.attnum) is null`,
  'every foreign key states its delete rule': `select conrelid::regclass, conname from pg_constraint
    where contype = 'f' and connamespace in ${owned} and confdeltype = 'a'`,
  'every foreign key has an index': `select conrelid::regclass, conname from pg_constraint c
    where contype = 'f' and connamespace in ${owned} and not exists (select from pg_index i where i.indrelid = c.conrelid
    and i.indpred is null and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`,
  'no two indexes cover the same columns': `select indrelid::regclass, min(indexrelid::regclass::text) from pg_index
    where indrelid::regclass::text !~ '^pg_' group by indrelid, indkey::text, indclass::text, indoption::text,
    coalesce(indexprs::text, ''), coalesce(indpred::text, '') having count(*) > 1`,
  'user columns point to an identity': `select c.oid::regclass, a.attname from pg_class c
    join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace in ${owned} and a.attname in ('user_id', 'owner_id', 'creator_id', 'changed_by', 'shared_by')
    and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]
      and k.confrelid in ('auth.users'::regclass, 'public.users'::regclass, 'public.google_oauth_tokens'::regclass))`,
  'times have a time zone': `select attrelid::regclass, attname from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace in ${owned} and atttypid = 'timestamp'::regtype`,
  'money is numeric': `select attrelid::regclass, attname from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relkind = 'r' and c.relnamespace in ${owned} and attname ~ 'cost' and atttypid <> 'numeric'::regtype`,
  'views run as the caller': `select oid::regclass from pg_class where relkind = 'v' and relnamespace in ${owned}
    and not coalesce(reloptions @> '{security_invoker=true}', false)`,
  'functions fix their search path': `select oid::regprocedure from pg_proc where pronamespace in ${owned}
    and not exists (select from unnest(proconfig) c where c like 'search_path=%')`,
  'definer functions live in private': `select oid::regprocedure from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace`,
  'definer functions that API roles may call are those that check their caller': `select oid::regprocedure from pg_proc where prosecdef and pronamespace in ${owned}
    and (has_function_privilege('authenticated', oid, 'execute') or has_function_privilege('anon', oid, 'execute'))
    and prorettype <> 'trigger'::regtype and proname not in
    ('is_admin', 'readable_user_ids', 'project_ids', 'get_ready_tasks', 'reserve_budget', 'settle_budget', 'organization_ids', 'room_ids',
      'companion_ids', 'join_room', 'leave_room', 'append_operation', 'accept_invitation', 'decide_gate', 'get_persona',
      'count_recent_talks', 'track_video_event', 'use_prompt', 'mark_conversation_read', 'limits_for', 'visible_limits',
      'publish_listing', 'branding', 'skill_slug_taken', 'organization_people', 'author_name')`,
  'anonymous callers can run only what policies call': `select oid::regprocedure from pg_proc where pronamespace in ${owned}
    and prorettype <> 'trigger'::regtype and has_function_privilege('anon', oid, 'execute')
    and proname not in ('is_service', 'is_admin', 'readable_user_ids', 'session_role', 'project_ids')`,
  'anonymous callers have no right on any table': `select table_schema, table_name from information_schema.role_table_grants
    where grantee in ('anon', 'PUBLIC') and table_schema in ('public', 'private', 'auth', 'storage')`,
  'no policy is for everybody': `select polrelid::regclass, polname from pg_policy where polroles = '{0}'`,
  'one permissive policy per table, role and action': `select polrelid::regclass, r, c from pg_policy,
    unnest(polroles) r, unnest(case polcmd when '*' then '{r,a,w,d}'::text[] else array[polcmd::text] end) c
    where polpermissive group by 1, 2, 3 having count(*) > 1`,
  'auth calls in policies are wrapped in a sub-select': `select polrelid::regclass, polname from pg_policy
    where regexp_replace(concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)),
      'SELECT (auth\\.|private\\.)', '', 'g') ~ '(auth|private)\\.\\w+\\('`,
  'no API role may read a secret': `select c.oid::regclass, a.attname from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relkind = 'r' and c.relnamespace in ${owned} and (a.attname ~ '_(hash|encrypted)$' or a.attname ~ 'secret')
    and a.attname <> 'content_hash' and a.attname !~ '^has_'
    and (has_column_privilege('authenticated', c.oid, a.attnum, 'select') or has_column_privilege('anon', c.oid, a.attnum, 'select'))`,
  'what has updated_at keeps it': `select c.oid::regclass from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace in ${owned} and a.attname = 'updated_at' and not exists (
      select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'private.touch_updated_at'::regproc)`,
};

describe('rules of the catalog', () => {
  test.each(Object.entries(rules))('%s', async (_rule, offenders) => {
    expect(await query(offenders)).toEqual([]);
  });

  test('a table somebody forgot to declare is found', async () => {
    await database.withOwner(async (client) => {
      await client.query('begin; create table public.forgotten (id int)');
      const { rows } = await client.query('select fault from private.unprotected_tables()');
      await client.query('rollback');
      expect(rows).toHaveLength(3);
    });
  });

  test('the service acts only through its policy, without BYPASSRLS', async () => {
    expect(await query(`select rolbypassrls, rolsuper from pg_roles where rolname = 'service_role'`)).toEqual(
      [[false, false]],
    );
    const count = await database.asService('test', (session) => sql`select from users`.execute(session));
    expect(count.rows).toEqual([]);
  });
});

test('plpgsql_check finds no fault in any function (on a server that has it, as superuser)', async (context) => {
  const available = await query(`select from pg_available_extensions, pg_roles
    where name = 'plpgsql_check' and rolname = current_user and rolsuper`);
  context.skip(available.length === 0, 'plpgsql_check is not available here');
  await query('create extension if not exists plpgsql_check with schema extensions');
  const faults = await query(`
    select f.function::regprocedure, (f.found).lineno, (f.found).level, (f.found).message
    from (
      select p.oid as function, extensions.plpgsql_check_function_tb(p.oid, coalesce(t.relation, 0)::regclass,
        fatal_errors => false, newtable => t.new_table, oldtable => t.old_table) as found
      from pg_proc p
      join pg_language l on l.oid = p.prolang
      left join lateral (
        select g.tgrelid as relation, max(g.tgnewtable::text) as new_table, max(g.tgoldtable::text) as old_table
        from pg_trigger g where g.tgfoid = p.oid group by g.tgrelid) t on true
      where l.lanname = 'plpgsql' and p.pronamespace in (select oid from pg_namespace where nspname in ('public', 'private'))
        and (p.prorettype <> 'trigger'::regtype or t.relation is not null)
    ) f
    where (f.found).level in ('error', 'warning')`);
  expect(faults).toEqual([]);
});
