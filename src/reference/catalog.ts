import type { Database } from '../database/index.ts';
import { schemaFiles } from '../database/index.ts';

export interface Column {
  name: string;
  type: string;
  nullable: boolean;
  default: string | null;
  comment: string | null;
}

export interface Table {
  name: string;
  comment: string | null;
  access: string;
  columns: Column[];
  /** References to other tables of schema public or auth. */
  references: { columns: string; target: string; on_delete: string }[];
}

export interface SchemaFile {
  file: string;
  /** The opening prose of the file. */
  prose: string;
  tables: Table[];
  views: { name: string; comment: string | null }[];
  functions: { signature: string; result: string; comment: string | null; roles: string }[];
}

/**
 * The catalog of a deployed database, grouped by the schema file whose text creates each object. An object nobody's
 * text creates (another product's table) is left out.
 */
export async function readCatalog(database: Database): Promise<SchemaFile[]> {
  const { tables, views, functions } = await database.withOwner(async (client) => {
    const rows = async <T>(text: string): Promise<T[]> => (await client.query(text)).rows as T[];
    return {
      tables: await rows<Table>(tablesQuery),
      views: await rows<{ name: string; comment: string | null }>(`
        select c.relname as name, obj_description(c.oid, 'pg_class') as comment from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' order by 1`),
      functions: await rows<{
        name: string;
        signature: string;
        result: string;
        comment: string | null;
        roles: string;
      }>(functionsQuery),
    };
  });
  return schemaFiles().map(({ file, sql }) => ({
    file,
    prose: openingProse(sql),
    tables: tables.filter(({ name }) => createsTable(sql, name)),
    views: views.filter(({ name }) => sql.includes(`view public.${name} `)),
    functions: functions
      .filter(({ name }) => sql.includes(`function public.${name}(`))
      .map(({ signature, result, comment, roles }) => ({ signature, result, comment, roles })),
  }));
}

/** What a migration could not say: the comment lines a schema file begins with. */
function openingProse(sql: string): string {
  const lines = sql.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  return lines
    .slice(0, end)
    .map((line) => line.slice(3))
    .join('\n');
}

const createsTable = (sql: string, name: string): boolean =>
  sql.includes(`create table if not exists public.${name} `) ||
  sql.includes(`complete_table('public.${name}'`);

const tablesQuery = `
  select c.relname as name, obj_description(c.oid, 'pg_class') as comment,
    case d.kind when 'special' then (select string_agg(upper(left(p.polname, 1)) || substr(p.polname, 2), '. ' order by p.polname)
        || '.' from pg_policy p where p.polrelid = c.oid and p.polname <> 'service access')
      else coalesce(d.sentence, 'Not declared.') end as access,
    (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', replace(format_type(a.atttypid, a.atttypmod),
        'timestamp with time zone', 'timestamptz'), 'nullable', not a.attnotnull,
        'default', case when a.attgenerated = '' then pg_get_expr(x.adbin, x.adrelid) else 'generated' end,
        'comment', col_description(c.oid, a.attnum)) order by a.attnum)
      from pg_attribute a left join pg_attrdef x on x.adrelid = a.attrelid and x.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as "columns",
    coalesce((select jsonb_agg(jsonb_build_object('columns', (select string_agg(a.attname, ', ') from pg_attribute a
          where a.attrelid = c.oid and a.attnum = any (k.conkey)),
        'target', replace(k.confrelid::regclass::text, 'public.', ''),
        'on_delete', case k.confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'r' then 'restrict' else 'none' end)
        order by k.conname)
      from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'), '[]') as "references"
  from pg_class c left join private.access_declarations d on to_regclass(d.table_name) = c.oid
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  order by c.relname`;

const functionsQuery = `
  select p.proname as name, p.proname || '(' || pg_get_function_arguments(p.oid) || ')' as signature,
    pg_get_function_result(p.oid) as result, obj_description(p.oid, 'pg_proc') as comment,
    case when has_function_privilege('authenticated', p.oid, 'execute') then 'signed-in users' else 'the service' end as roles
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
  order by p.proname, signature`;
