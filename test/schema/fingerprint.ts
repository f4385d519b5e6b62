/** Everything of our schemas that a deployment could change, one line each. */
export const fingerprint = `
  select kind, name, definition from (
    select 'column' as kind, c.oid::regclass || '.' || a.attname as name,
      format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
      || ' ' || coalesce((select array_agg(acl::text order by acl::text) from unnest(a.attacl) acl)::text, '') || ' ' || coalesce(col_description(c.oid, a.attnum), '') as definition
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind in ('r', 'v') and c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'private', 'auth', 'storage'))
    union all
    select 'table', c.oid::regclass::text, concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
        (select array_agg(acl::text order by acl::text) from unnest(c.relacl) acl))
    from pg_class c where c.relkind in ('r', 'v') and c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'private', 'auth', 'storage'))
    union all select 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) from pg_constraint where conrelid <> 0
    union all select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
      where indrelid in (select oid from pg_class where relnamespace in (select oid from pg_namespace where nspname in ('public', 'private', 'auth', 'storage')))
    union all select 'trigger', tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select 'policy', polrelid::regclass || ' ' || polname, concat_ws(' ', polcmd, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy
    union all select 'function', oid::regprocedure::text, pg_get_functiondef(oid)
      || coalesce((select array_agg(acl::text order by acl::text) from unnest(proacl) acl)::text, '') from pg_proc
      where prokind in ('f', 'p') and pronamespace in (select oid from pg_namespace where nspname in ('public', 'private', 'auth', 'storage'))
    union all select 'enum', enumtypid::regtype::text, string_agg(enumlabel, ',' order by enumsortorder) from pg_enum group by enumtypid
  ) f order by 1, 2, 3`;

/** One value that is another one when any line of the fingerprint is. */
export const fingerprintDigest = `select md5(string_agg(f::text, '|')) from (${fingerprint}) f`;
