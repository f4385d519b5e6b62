-- Adoption: tables that may exist already, with rows, before this schema is deployed.
--
-- The specification lists 17 tables as deployed without saying how they are defined (021 to 023). complete_table() makes
-- such a table whole whatever it found: a missing table is created; of an existing one, missing columns are added with
-- their defaults, and nothing is dropped, retyped or overwritten. A missing column without a default is added nullable
-- when the table has rows. Constraints come with columns that are added; keys and indexes beside them are declared after.
--
-- Rows that were there have no owner. They are not public: only the service sees them, until
-- adopt_ownerless_rows() gives them to a person.

-- ------------------------------------------------------------------------------------------------ functions

-- p_definition is what stands between the parentheses of create table, without table constraints or foreign keys.
create or replace procedure private.complete_table(p_table text, p_definition text)
language plpgsql set search_path = '' as $$
declare
  v_column record;
  v_has_rows boolean;
begin
  if to_regclass(p_table) is null then
    execute format('create table %s (%s)', p_table, p_definition);
    return;
  end if;
  execute format('select exists (select from %s)', p_table) into v_has_rows;
  execute format('create table private.wanted (%s)', p_definition);
  for v_column in
    select a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) as expression,
      a.attgenerated, a.attidentity, (
        select string_agg(replace(pg_get_constraintdef(c.oid), 'wanted.', ''), ' ') from pg_catalog.pg_constraint c
        where c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum]) as checks
    from pg_catalog.pg_attribute a
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = to_regclass('private.wanted') and a.attnum > 0
      and not exists (select from pg_catalog.pg_attribute o where o.attrelid = p_table::regclass and o.attname = a.attname
        and not o.attisdropped)
    order by a.attnum
  loop
    execute format('alter table %s add column %I %s %s %s %s', p_table, v_column.attname, v_column.type,
      case when v_column.attidentity <> '' then 'generated always as identity'
        when v_column.attgenerated = 's' then format('generated always as (%s) stored', v_column.expression)
        when v_column.expression is not null then 'default ' || v_column.expression else '' end,
      case when v_column.attnotnull and (not v_has_rows or v_column.expression is not null and v_column.expression !~ 'auth\.')
        then 'not null' else '' end,
      v_column.checks);
  end loop;
  execute 'drop table private.wanted';
end
$$;

-- Adds a foreign key and its index where the column's type is the target's; where the rows found do not fit, the key is
-- added for new rows only (not valid), and a warning names it.
create or replace procedure private.adopt_foreign_key(p_table regclass, p_column text, p_target regclass, p_on_delete text)
language plpgsql set search_path = '' as $$
declare
  v_table text := (select relname from pg_catalog.pg_class where oid = p_table);
  v_number smallint := (select attnum from pg_catalog.pg_attribute where attrelid = p_table and attname = p_column);
  v_constraint text;
begin
  -- A key without a delete rule would keep what it points to from ever being deleted.
  for v_constraint in
    select conname from pg_catalog.pg_constraint
    where conrelid = p_table and contype = 'f' and conkey = array[v_number] and confrelid = p_target and confdeltype = 'a'
  loop
    execute format('alter table %s drop constraint %I', p_table, v_constraint);
  end loop;
  if not exists (select from pg_catalog.pg_constraint
    where conrelid = p_table and contype = 'f' and conkey = array[v_number] and confrelid = p_target)
  then
    v_constraint := format('alter table %s add constraint %I foreign key (%I) references %s (id) on delete %s', p_table,
      v_table || '_' || p_column || '_fkey', p_column, p_target, p_on_delete);
    begin
      execute v_constraint;
    exception
      when foreign_key_violation then
        execute v_constraint || ' not valid';
        raise warning '%.% has rows that point to nothing; the foreign key holds for new rows only', p_table, p_column;
      when datatype_mismatch then
        raise warning '%.% has another type than %; no foreign key is possible', p_table, p_column, p_target;
    end;
  end if;
  execute format('create index if not exists %I on %s (%I)', v_table || '_' || p_column || '_idx', p_table, p_column);
end
$$;

-- Gives the rows without an owner of the adopted tables to a person; returns how many of each table.
create or replace function public.adopt_ownerless_rows(p_user_id uuid)
returns table (table_name text, adopted bigint) language plpgsql volatile set search_path = '' as $$
declare
  v_count bigint;
begin
  for table_name in
    select t.name from unnest(array['machines', 'repo_registry', 'local_repos', 'ide_settings', 'active_sessions',
      'file_cursors', 'chat_histories', 'agent_memory', 'sync_events', 'embeddings', 'prompt_library', 'prompt_assets',
      'prompt_embeddings', 'leads', 'conversations', 'messages']) t (name) order by 1
  loop
    execute format('update public.%I set user_id = $1 where user_id is null', table_name) using p_user_id;
    get diagnostics v_count = row_count;
    adopted := v_count;
    return next;
  end loop;
end
$$;

comment on procedure private.complete_table(text, text) is 'Creates a table, or adds the columns an existing one lacks.';
comment on procedure private.adopt_foreign_key(regclass, text, regclass, text) is
  'Adds a foreign key to a table that may hold rows already.';

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.complete_table(text, text) from public;
revoke execute on procedure private.adopt_foreign_key(regclass, text, regclass, text) from public;
call private.declare_execute('public.adopt_ownerless_rows(uuid)');
