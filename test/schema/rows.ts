import type pg from 'pg';

/** One column as the row maker needs it. */
interface Column {
  table: string;
  name: string;
  type: string;
  required: boolean;
  computed: boolean;
  /** Table and column it points to. */
  target: string | null;
  target_column: string | null;
  /** First value a check allows, or an enum has. */
  allowed: string | null;
}

export type Values = Record<string, unknown>;

/** Values by column that a table needs beside what its types say, from the rows made so far. */
export type Overrides = Record<
  string,
  (made: (table: string) => Values, client: pg.ClientBase) => Values | Promise<Values>
>;

/** Whose rows are made, and the word that texts in them begin with. */
export interface Given {
  owner: string;
  project: string;
  organization?: string;
  mark?: string;
}

/**
 * One row in every table of schema public, made from the catalog: users are `owner`, projects `project`, other
 * references point to the row made before, and required columns get a value of their type. Returns the rows by table.
 * Errors: the SQL errors, each with its table's name.
 */
export async function makeRows(
  client: pg.ClientBase,
  given: Given,
  overrides: Overrides,
): Promise<Map<string, Values>> {
  const tables = await readColumns(client);
  const made = new Map<string, Values>();
  const { rows: existing } = await client.query<{ name: string; row: Values }>(
    `select 'users' as name, to_jsonb(u) as row from public.users u where id = $1
     union all select 'meta_projects', to_jsonb(p) from public.meta_projects p where id = $2
     union all select 'organizations', to_jsonb(o) from public.organizations o where id = $3`,
    [given.owner, given.project, given.organization ?? null],
  );
  for (const { name, row } of existing) made.set(name, row);

  const faults: string[] = [];
  const waiting = [...tables.keys()].filter((table) => !made.has(table));
  for (let turns = 0; waiting.length > 0 && turns < 5000; turns++) {
    const table = waiting.shift() ?? '';
    const columns = tables.get(table) ?? [];
    if (columns.some((column) => isBlocked(column, tables, made))) {
      waiting.push(table);
      continue;
    }
    try {
      const own = (await overrides[table]?.((name) => made.get(name) ?? {}, client)) ?? {};
      made.set(table, await insert(client, table, columns, { ...own }, given, made));
    } catch (error) {
      faults.push(`${table}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (waiting.length > 0) faults.push(`references that never came: ${waiting.join(', ')}`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return made;
}

async function readColumns(client: pg.ClientBase): Promise<Map<string, Column[]>> {
  const { rows } = await client.query<Column>(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull and not a.atthasdef and a.attidentity = '' as required,
      a.attgenerated <> '' or a.attidentity = 'a' as computed,
      replace(f.target, 'public.', '') as target, f.target_column,
      coalesce((select e.enumlabel from pg_enum e where e.enumtypid = a.atttypid order by e.enumsortorder limit 1),
        (select substring(pg_get_constraintdef(k.oid) from $$= ANY \\(ARRAY\\['([^']+)'$$) from pg_constraint k
          where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum] limit 1)) as allowed
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join lateral (
      select k.confrelid::regclass::text as target, t.attname as target_column from pg_constraint k
      join pg_attribute t on t.attrelid = k.confrelid and t.attnum = k.confkey[array_position(k.conkey, a.attnum)]
      where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey)
      order by cardinality(k.conkey) limit 1) f on true
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    order by c.oid, a.attnum`);
  const tables = new Map<string, Column[]>();
  for (const column of rows) tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
  return tables;
}

const isBlocked = (column: Column, tables: Map<string, Column[]>, made: Map<string, Values>): boolean =>
  column.target !== null &&
  column.required &&
  column.target !== column.table &&
  tables.has(column.target) &&
  !made.has(column.target);

async function insert(
  client: pg.ClientBase,
  table: string,
  columns: Column[],
  own: Values,
  given: Given,
  made: Map<string, Values>,
): Promise<Values> {
  const values: Values = {};
  for (const column of columns) {
    if (column.computed) continue;
    const value = column.name in own ? own[column.name] : valueFor(column, given, made);
    if (value !== undefined && value !== null) values[column.name] = value;
  }
  const names = Object.keys(values);
  const { rows } = await client.query<Values>(
    `insert into public."${table}" (${names.map((name) => `"${name}"`).join(', ')})
     values (${names.map((_, i) => `$${i + 1}`).join(', ')}) on conflict do nothing returning *`,
    Object.values(values),
  );
  const row = rows[0] ?? (await existingRow(client, table, columns, values));
  if (!row) throw new Error('no row was made');
  return row;
}

/** The row that a trigger made already: it has the same required references. */
async function existingRow(
  client: pg.ClientBase,
  table: string,
  columns: Column[],
  values: Values,
): Promise<Values | undefined> {
  const references = columns.filter(
    ({ name, target, required }) => target !== null && required && name in values,
  );
  const where = references.map(({ name }, i) => `"${name}" = $${i + 1}`).join(' and ') || 'true';
  const found = await client.query<Values>(
    `select * from public."${table}" where ${where} limit 1`,
    references.map(({ name }) => values[name]),
  );
  return found.rows[0];
}

function valueFor(column: Column, given: Given, made: Map<string, Values>): unknown {
  if (column.target === 'auth.users' || column.target === 'users') return given.owner;
  if (column.target === 'meta_projects') return given.project;
  if (column.target !== null)
    return column.target === 'storage.buckets'
      ? undefined
      : made.get(column.target)?.[column.target_column ?? ''];
  if (!column.required) return undefined;
  if (column.allowed !== null) return column.allowed;
  if (column.type === 'uuid') return given.owner;
  if (column.type === 'jsonb') return '{}';
  if (column.type === 'boolean') return false;
  if (column.type === 'date' || column.type.startsWith('timestamp')) return '2026-01-01';
  if (/^(int|bigint|numeric|double|smallint|real)/.test(column.type)) return 1;
  return column.type.endsWith('[]') ? '{}' : `${given.mark ?? 'x'}-${column.name.replaceAll('_', '-')}`;
}
