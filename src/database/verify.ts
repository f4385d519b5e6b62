import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package.ts';
import type { Database } from './database.ts';
import { schemaFiles } from './deploy.ts';

/** What the specification names in one schema file. */
interface Specified {
  tables: string[];
  functions: string[];
  columns?: Record<string, string[]>;
  views?: string[];
  /** Values of enum types; a database may have more. */
  enums?: Record<string, string[]>;
  /** Rows a fresh deployment brings; people and administrators may add more. */
  seeds?: Record<string, number>;
}

export interface TableAccess {
  table: string;
  kind: string;
  sentence: string;
  row_level_security: 'forced' | 'enabled' | 'off';
  policies: number;
}

export interface Verification {
  ok: boolean;
  /** What is wrong, each with the object's name. */
  faults: string[];
  files: { file: string; up_to_date: boolean; tables: number; functions: number }[];
  access: TableAccess[];
}

/**
 * Compares the live catalog with the specification: every table, view, function, column, enum value and number of
 * seed rows named for the files of this release, row-level security enabled and forced, a declared access and a policy on every table.
 */
export async function verify(database: Database): Promise<Verification> {
  const specified = JSON.parse(
    readFileSync(join(packageRoot, 'schemas', 'specified.json'), 'utf8'),
  ) as Record<string, Specified>;
  return database.withOwner(async (client) => {
    const names = async (text: string) =>
      new Set((await client.query<{ name: string }>(text)).rows.map(({ name }) => name));
    const deployed = await client
      .query<{ file: string; checksum: string }>('select file, checksum from private.schema_files')
      .then(({ rows }) => new Map(rows.map((row) => [row.file, row.checksum])))
      .catch(() => new Map<string, string>());
    const tables = await names(
      `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`,
    );
    const functions = await names(
      `select p.proname as name from pg_proc p where p.pronamespace = 'public'::regnamespace`,
    );
    const columns = await names(`
      select c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped`);
    const views = await names(
      `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'`,
    );
    const values = await names(
      `select t.typname || '.' || e.enumlabel as name from pg_enum e join pg_type t on t.oid = e.enumtypid`,
    );
    const faults: string[] = [];
    for (const [file, { seeds = {} }] of Object.entries(specified))
      for (const [table, wanted] of Object.entries(seeds)) {
        if (!tables.has(table)) continue;
        const { rows } = await client.query<{ found: number }>(
          `select count(*)::int as found from public."${table}"`,
        );
        const found = rows[0]?.found ?? 0;
        if (found < wanted) faults.push(`${file}: ${table} has ${found} of its ${wanted} rows`);
      }
    const files = schemaFiles().map(({ file, checksum }) => {
      const wanted = specified[file] ?? { tables: [], functions: [] };
      for (const table of wanted.tables)
        if (!tables.has(table)) faults.push(`${file}: table ${table} is missing`);
      for (const name of wanted.functions)
        if (!functions.has(name)) faults.push(`${file}: function ${name}() is missing`);
      for (const [table, fields] of Object.entries(wanted.columns ?? {}))
        for (const field of fields)
          if (!columns.has(`${table}.${field}`)) faults.push(`${file}: column ${table}.${field} is missing`);
      for (const view of wanted.views ?? [])
        if (!views.has(view)) faults.push(`${file}: view ${view} is missing`);
      for (const [type, labels] of Object.entries(wanted.enums ?? {}))
        for (const label of labels)
          if (!values.has(`${type}.${label}`)) faults.push(`${file}: ${type} lacks the value ${label}`);
      const upToDate = deployed.get(file) === checksum;
      if (!upToDate) faults.push(`${file}: not deployed as it is in this release`);
      return { file, up_to_date: upToDate, tables: wanted.tables.length, functions: wanted.functions.length };
    });
    const { rows: access } = await client.query<TableAccess>(`
      select n.nspname || '.' || c.relname as "table", coalesce(d.kind, 'undeclared') as kind,
             coalesce(d.sentence, '') as sentence,
             case when c.relrowsecurity and c.relforcerowsecurity then 'forced'
                  when c.relrowsecurity then 'enabled' else 'off' end as row_level_security,
             (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join private.access_declarations d on to_regclass(d.table_name) = c.oid
      where n.nspname = 'public' and c.relkind in ('r', 'p')
        and not exists (select from pg_depend x where x.classid = 'pg_class'::regclass and x.objid = c.oid and x.deptype = 'e')
      order by 1`);
    for (const row of access) {
      if (row.row_level_security !== 'forced')
        faults.push(`${row.table}: row-level security is ${row.row_level_security}`);
      if (row.policies === 0) faults.push(`${row.table}: no policy`);
      if (row.kind === 'undeclared') faults.push(`${row.table}: access is not declared`);
    }
    return { ok: faults.length === 0, faults, files, access };
  });
}
