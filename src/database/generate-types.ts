import type { Database } from './database.ts';

interface ColumnRow {
  table_name: string;
  column_name: string;
  type_name: string;
  is_array: boolean;
  nullable: boolean;
  has_default: boolean;
  is_generated: boolean;
  enum_values: string[] | null;
  /** The check constraint that lists the allowed texts of this column. */
  allowed: string | null;
}

const scalar: Record<string, string> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  numeric: 'number',
  json: 'Json',
  jsonb: 'Json',
  timestamptz: 'Timestamp',
  interval: 'string',
};

/** Kysely table types of schema `public`, read from the live catalog. */
export async function generateTypes(database: Database): Promise<string> {
  const rows = await database.withOwner(async (client) => {
    const result = await client.query<ColumnRow>(`
      select c.relname as table_name, a.attname as column_name,
             coalesce(element.typname, t.typname) as type_name, element.oid is not null as is_array,
             not a.attnotnull as nullable, a.atthasdef or a.attidentity <> '' as has_default,
             a.attgenerated <> '' as is_generated,
             (select array_agg(e.enumlabel order by e.enumsortorder)::text[]
                from pg_enum e where e.enumtypid = coalesce(element.oid, t.oid)) as enum_values,
             (select pg_get_constraintdef(k.oid) from pg_constraint k
               where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
                 and pg_get_constraintdef(k.oid) like '%ANY (ARRAY[%' limit 1) as allowed
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_type t on t.oid = a.atttypid
        left join pg_type element on element.oid = t.typelem and t.typcategory = 'A'
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
         and a.attnum > 0 and not a.attisdropped
         and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
       order by c.relname, a.attnum`);
    return result.rows;
  });

  const tables = new Map<string, string[]>();
  for (const row of rows) {
    const lines = tables.get(row.table_name) ?? [];
    lines.push(`  ${row.column_name}: ${columnType(row)};`);
    tables.set(row.table_name, lines);
  }
  const names = [...tables.keys()];
  return [
    '// Generated from the catalog by `npm run generate`. Do not edit.',
    "import type { ColumnType, Generated as Optional } from 'kysely';",
    '',
    '/** A jsonb value; its shape is documented on the column and checked where it enters. */',
    'export type Json = ColumnType<unknown, unknown, unknown>;',
    'export type Timestamp = ColumnType<Date, Date | string, Date | string>;',
    'export type NullableTimestamp = ColumnType<Date | null, Date | string | null, Date | string | null>;',
    'type Generated<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : Optional<T>;',
    '/** A column the database computes. */',
    'type Computed<T> = ColumnType<T, never, never>;',
    '',
    ...names.map((name) => `export interface ${pascal(name)} {\n${tables.get(name)?.join('\n')}\n}\n`),
    `export interface DB {\n${names.map((name) => `  ${name}: ${pascal(name)};`).join('\n')}\n}`,
    '',
  ].join('\n');
}

function columnType(row: ColumnRow): string {
  const values = row.enum_values ?? allowedTexts(row.allowed);
  let type =
    values.length > 0 ? values.map((value) => `'${value}'`).join(' | ') : (scalar[row.type_name] ?? 'string');
  if (row.is_array) type = /\|/.test(type) ? `(${type})[]` : `${type}[]`;
  if (row.nullable && type !== 'Json') type = type === 'Timestamp' ? 'NullableTimestamp' : `${type} | null`;
  if (row.is_generated) return `Computed<${type}>`;
  return row.has_default ? `Generated<${type}>` : type;
}

/** Texts of `check (column in ('a', 'b'))`, as the catalog prints it. */
function allowedTexts(definition: string | null): string[] {
  const list = /= ANY \(ARRAY\[(.*?)\]\)/.exec(definition ?? '')?.[1] ?? '';
  return [...list.matchAll(/'([^']+)'::text/g)].map((match) => match[1] ?? '');
}

function pascal(name: string): string {
  return name.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}
