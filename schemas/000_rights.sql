-- Rights: one line per table turns a declaration into row-level security, policies, grants and the updated_at
-- trigger. The whole access model is the content of private.access_declarations.
--
--   call private.declare_access('public.meta_tasks', 'project', p_protected => '{attempt}');
--
-- Kinds: owner (a column holds the user), project (a column holds the project: viewers read, editors write),
-- owner_or_project (either), child (as its parent row), public (owner; others read when a column says so),
-- catalog (signed-in users read, administrators write), service (no API role), special (policies are written
-- beside the table as sentences; only grants, row-level security and service access come from here).
--
-- Every kind: row-level security enabled and forced, one policy "service access" for service_role and the
-- deploying role, at most one permissive policy per role and action, everything else revoked. Reading uses
-- any(array(select …)) so that the caller's users and projects are computed once per statement and an index on
-- the column can be used; administrators read everything user-facing, because their arrays hold everything.
-- p_public opens rows of any kind with an owner to every signed-in reader. A table with a column is_system (generated:
-- no owner) also holds the installation's own rows: every signed-in user reads them, administrators write them.
-- Columns of the work pattern (000_work.sql) are always the system's to write.
-- Functions are closed to everybody until private.declare_execute() opens them to named roles.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists private.access_declarations (
  table_name text primary key,
  kind text not null check (kind in (
    'owner', 'project', 'owner_or_project', 'child', 'public', 'catalog', 'service', 'special')),
  arguments jsonb not null,
  read_rule text,
  write_rule text,
  sentence text not null
);

comment on table private.access_declarations is
  'The access model: how each table is protected. Written by private.declare_access(), read by verify and the docs.';
comment on column private.access_declarations.table_name is
  'Schema and table, for example public.meta_tasks.';
comment on column private.access_declarations.arguments is
  '{"column", "project", "parent", "public", "system", "actions", "protected", "hidden"}: the declaration as it was made.';
comment on column private.access_declarations.read_rule is
  'SQL condition of the select policy; null when policies are written beside the table.';
comment on column private.access_declarations.write_rule is
  'SQL condition of the insert, update and delete policies.';
comment on column private.access_declarations.sentence is 'The rule in words.';

create table if not exists private.schema_files (
  file text primary key,
  checksum text not null,
  deployed_at timestamptz not null default now()
);

comment on table private.schema_files is
  'Which schema file ran with which content; written by the deploy runner.';
comment on column private.schema_files.checksum is 'SHA-256 of the file.';

-- ------------------------------------------------------------------------------------------------ functions

-- The role the session acts as, also inside a definer function, where current_user is the function's owner.
create or replace function private.session_role()
returns text language plpgsql stable set search_path = '' as $$
begin
  return coalesce(nullif(current_setting('role', true), 'none'), session_user::text);
end
$$;

-- Is this the service (or the deploying role), not a person? Definer functions ask before they act for others.
create or replace function private.is_service()
returns boolean language plpgsql stable set search_path = '' as $$
begin
  -- In plpgsql, as what is asked this often: an SQL function is planned anew by each statement that calls it.
  return pg_has_role(private.session_role(), 'service_role', 'usage');
end
$$;

-- Is the caller an administrator in person? An agent at work for an administrator (meta_agent.agent is set)
-- is not: a prompt-injected agent must not read every user's data.
create or replace function private.is_admin()
returns boolean language plpgsql stable security definer set search_path = '' as $$
declare
  v_user uuid := auth.uid();
begin
  return coalesce(current_setting('meta_agent.agent', true), '') = '' and exists (
    select from public.users u
    where u.id = v_user and u.role in ('admin', 'super_admin') and u.status = 'active'
  );
end
$$;

-- The users whose rows the caller may read: the caller, or everybody for an administrator.
create or replace function private.readable_user_ids()
returns setof uuid language plpgsql stable security definer set search_path = '' as $$
declare
  v_user uuid := auth.uid();
begin
  if private.is_admin() then
    return query select u.id from auth.users u;
  elsif v_user is not null then
    return next v_user;
  end if;
end
$$;

-- Opens a function to the named roles and the service, and closes it to everybody else.
create or replace procedure private.declare_execute(p_function text, variadic p_roles text[] default '{}')
language plpgsql set search_path = '' as $$
declare
  v_function regprocedure := p_function::regprocedure;
  v_role text;
begin
  execute format('revoke all on function %s from public, anon, authenticated, service_role', v_function);
  foreach v_role in array p_roles || array['service_role'] loop
    execute format('grant execute on function %s to %I', v_function, v_role);
  end loop;
end
$$;

-- The SQL condition of a declaration for reading (p_action = select) or writing (insert, update, delete).
create or replace function private.access_rule(p_table regclass, p_kind text, p_arguments jsonb, p_action text)
returns text language plpgsql stable set search_path = '' as $$
declare
  v_name text := (select quote_ident(relname) from pg_catalog.pg_class where oid = p_table);
  v_column text := v_name || '.' || quote_ident(p_arguments ->> 'column');
  v_project text := v_name || '.' || quote_ident(p_arguments ->> 'project');
  v_reads boolean := p_action = 'select';
  v_owner text := case when v_reads
    then v_column || ' = any (array(select private.readable_user_ids()))'
    else v_column || ' = (select auth.uid())' end;
  v_member text := format('%s = any (array(select private.project_ids(%L)))',
    case p_kind when 'project' then v_column else v_project end,
    case when v_reads then 'viewer' else 'editor' end);
  v_parent regclass := (p_arguments ->> 'parent')::regclass;
  v_parent_name text := (select quote_ident(relname) from pg_catalog.pg_class where oid = v_parent);
  v_parent_rule text;
  v_public text := p_arguments ->> 'public';
  v_is_system boolean := exists (select from pg_catalog.pg_attribute
    where attrelid = p_table and attname = 'is_system' and attgenerated = 's');
  -- Reading: rows a column opens, and the installation's. Writing: the installation's, for administrators.
  v_opened text := case when v_reads then concat(
      case when v_public is null then ''
        when (select atttypid = 'boolean'::regtype from pg_catalog.pg_attribute
              where attrelid = p_table and attname = v_public)
        then format(' or %s.%I', v_name, v_public)
        else format(' or %s.%I = ''public''', v_name, v_public) end,
      case when v_is_system then format(' or %s.is_system', v_name) end)
    when v_is_system then format(' or (%s is null and (select private.is_admin()))', v_column)
    else '' end;
begin
  case p_kind
    when 'owner', 'public' then
      return v_owner || v_opened;
    when 'project' then
      return v_member;
    when 'owner_or_project' then
      -- A new row must be the caller's own, and may be put only into a project the caller can edit. A row under a
      -- parent gets owner and project of the parent by trigger, so there the rule of a change is the rule.
      return case when v_parent is not null and not v_reads then format('%s or %s', v_owner, v_member) else case p_action
        when 'insert' then format('(%s and (%s is null or %s))', v_owner, v_project, v_member)
        when 'check' then format('((%s and %s is null) or %s)', v_owner, v_project, v_member)
        else format('%s or %s', v_owner, v_member) end end || v_opened;
    when 'child' then
      select case when v_reads then null else d.write_rule end into v_parent_rule
      from private.access_declarations d
      where d.table_name = v_parent::text;
      if not found then
        raise exception 'The parent % of % must be declared before it', v_parent, p_table;
      elsif v_parent_rule is null and not v_reads then
        -- Who may write a row of a special or service table is not known here, so nobody may write below it.
        return 'false';
      end if;
      -- Reading needs no rule of its own: the parent's policies apply inside the sub-select.
      return format('exists (select from %s where %s.id = %s%s)', v_parent, v_parent_name, v_column,
        coalesce(' and (' || v_parent_rule || ')', ''));
    when 'catalog' then
      return case when v_reads then 'true' else '(select private.is_admin())' end;
    else
      return null;
  end case;
end
$$;

create or replace function private.access_sentence(p_kind text, p_arguments jsonb)
returns text language sql immutable set search_path = '' as $$
  select case p_kind
    when 'owner' then format('Rows belong to the user in %s.', p_arguments ->> 'column')
    when 'project' then format('Viewers of the project in %s read, its editors write.', p_arguments ->> 'column')
    when 'owner_or_project' then format(
      'Rows belong to the user in %s; viewers of the project in %s read, its editors write.',
      p_arguments ->> 'column', p_arguments ->> 'project')
      || coalesce(' Both are those of its row of ' || (p_arguments ->> 'parent') || '.', '')
    when 'child' then format('As the row of %s in %s.', p_arguments ->> 'parent', p_arguments ->> 'column')
    when 'public' then format('Rows belong to the user in %s.', p_arguments ->> 'column')
    when 'catalog' then 'Every signed-in user reads, administrators write.'
    when 'service' then 'Only the service reads and writes.'
    else 'Policies are written beside the table.'
  end
  || case when p_kind <> 'special' and p_arguments ? 'public'
       then format(' Every signed-in user reads those that %s opens.', p_arguments ->> 'public') else '' end
  || case when p_arguments ? 'system' then ' Rows without an owner are the installation''s: every signed-in user reads '
       'them, administrators write them.' else '' end
  || case when p_kind in ('service', 'special') or p_arguments -> 'actions' @> '["insert", "update", "delete"]' then ''
       else ' Through the API only: ' || coalesce(
         (select string_agg(a, ', ') from jsonb_array_elements_text(p_arguments -> 'actions') a), 'nothing') || '.' end
  || case when p_arguments -> 'protected' = '[]' then '' else ' Written by the system alone: '
       || (select string_agg(a, ', ') from jsonb_array_elements_text(p_arguments -> 'protected') a) || '.' end
  || case when p_arguments -> 'hidden' = '[]' then '' else ' Never shown: '
       || (select string_agg(a, ', ') from jsonb_array_elements_text(p_arguments -> 'hidden') a) || '.' end
$$;

-- Makes a recorded declaration true: see declare_access.
create or replace procedure private.apply_access(p_table regclass)
language plpgsql set search_path = '' as $$
declare
  v_declared private.access_declarations;
  v_name text := (select relname from pg_catalog.pg_class where oid = p_table);
  v_actions text[];
  v_protected text[];
  v_hidden text[];
  v_fixed text[];
  v_columns text[];
  v_action text;
  v_rule text;
  v_insert_rule text;
  v_check_rule text;
  v_policy text;
begin
  select * into strict v_declared from private.access_declarations d where d.table_name = p_table::text;
  v_actions := array(select jsonb_array_elements_text(v_declared.arguments -> 'actions'));
  v_protected := array(select jsonb_array_elements_text(v_declared.arguments -> 'protected'));
  v_hidden := array(select jsonb_array_elements_text(v_declared.arguments -> 'hidden'));
  -- What decides who may see a row is set once. A row with an owner may be moved between projects.
  v_fixed := array_remove(array['id', 'created_at', v_declared.arguments ->> 'column'], null);
  v_columns := array(select attname::text from pg_catalog.pg_attribute
    where attrelid = p_table and attnum > 0 and not attisdropped order by attnum);

  execute format('alter table %s enable row level security, force row level security', p_table);

  -- Only policies made here carry this comment; those written beside a table are left alone.
  for v_policy in
    select p.polname from pg_catalog.pg_policy p
    where p.polrelid = p_table and obj_description(p.oid, 'pg_policy') like 'Declared: %'
  loop
    execute format('drop policy %I on %s', v_policy, p_table);
  end loop;

  execute format('create policy "service access" on %s to service_role, %I using (true) with check (true)',
    p_table, current_user);
  execute format('comment on policy "service access" on %s is %L', p_table,
    'Declared: the service and the deploying role, which may be neither superuser nor BYPASSRLS.');

  if v_declared.read_rule is not null then
    v_insert_rule := v_declared.write_rule;
    v_check_rule := v_declared.write_rule;
    if v_declared.kind = 'owner_or_project' then
      v_insert_rule := private.access_rule(p_table, v_declared.kind, v_declared.arguments, 'insert');
      v_check_rule := private.access_rule(p_table, v_declared.kind, v_declared.arguments, 'check');
    end if;
    foreach v_action in array v_actions loop
      v_rule := case
        when v_action = 'select' then v_declared.read_rule
        when v_action = 'insert' then v_insert_rule
        else v_declared.write_rule end;
      v_policy := case v_action when 'select' then 'readers' else 'writers' end || ' may ' || v_action;
      execute format('create policy %I on %s for %s to authenticated %s', v_policy, p_table, v_action,
        case v_action
          when 'insert' then format('with check (%s)', v_rule)
          when 'update' then format('using (%s) with check (%s)', v_rule, v_check_rule)
          else format('using (%s)', v_rule)
        end);
      execute format('comment on policy %I on %s is %L', v_policy, p_table, 'Declared: ' || v_declared.sentence);
    end loop;
  end if;

  -- One grant for all actions: each grant to columns writes the entry of every one of them.
  execute format('revoke all on table %s from public, anon, authenticated, service_role', p_table);
  execute format('grant select, insert, update, delete on table %s to service_role', p_table);
  if v_declared.kind <> 'service' and v_actions <> '{}' then
    execute format('grant %s on table %s to authenticated', (
      select string_agg(a.action || case
        when a.action = 'delete' or (a.action = 'select' and v_hidden = '{}') then ''
        else format(' (%s)', (
          select string_agg(quote_ident(c), ', ') from unnest(v_columns) c
          where c <> all (case a.action
            when 'select' then v_hidden
            when 'insert' then v_protected
            else v_protected || v_fixed end))) end, ', ')
      from unnest(v_actions) as a (action)), p_table);
  end if;

  if 'updated_at' = any (v_columns) then
    execute format('create or replace trigger %I before update on %s
      for each row execute function private.touch_updated_at()', 'update_' || v_name || '_updated_at', p_table);
  end if;
end
$$;

-- Declares who may do what with a table, and makes it so. One call per table; calling again changes nothing.
create or replace procedure private.declare_access(
  p_table regclass,
  p_kind text,
  p_column text default null,
  p_project text default 'project_id',
  p_parent regclass default null,
  p_public text default null,
  p_actions text[] default array['select', 'insert', 'update', 'delete'],
  p_protected text[] default '{}',
  p_hidden text[] default '{}'
)
language plpgsql set search_path = '' as $$
declare
  v_arguments jsonb := jsonb_strip_nulls(jsonb_build_object(
    'column', coalesce(p_column, case p_kind when 'project' then 'project_id' when 'owner' then 'user_id'
      when 'owner_or_project' then 'user_id' when 'public' then 'user_id' end),
    'project', case p_kind when 'owner_or_project' then p_project end,
    'parent', p_parent,
    'public', p_public,
    'system', case when exists (select from pg_catalog.pg_attribute
      where attrelid = p_table and attname = 'is_system' and attgenerated = 's') and p_kind <> 'special' then true end,
    'actions', case p_kind when 'service' then '{}'::text[] else p_actions end,
    'protected', p_protected || array(
      select a.attname::text from pg_catalog.pg_attribute a
      where a.attrelid = p_table
        and a.attname in ('lease_owner', 'lease_expires_at', 'attempt', 'failures', 'next_attempt_at')
        and exists (select from pg_catalog.pg_attribute w where w.attrelid = p_table and w.attname = 'failures')
        and exists (select from pg_catalog.pg_attribute w where w.attrelid = p_table and w.attname = 'lease_owner')
      order by a.attnum),
    'hidden', p_hidden));
begin
  insert into private.access_declarations (table_name, kind, arguments, read_rule, write_rule, sentence)
  values (
    -- With its schema, because no schema is on this function's search path.
    p_table::text, p_kind, v_arguments,
    private.access_rule(p_table, p_kind, v_arguments, 'select'),
    private.access_rule(p_table, p_kind, v_arguments, 'update'),
    private.access_sentence(p_kind, v_arguments))
  on conflict (table_name) do update set kind = excluded.kind, arguments = excluded.arguments,
    read_rule = excluded.read_rule, write_rule = excluded.write_rule, sentence = excluded.sentence;
  call private.apply_access(p_table);
end
$$;

-- Tables of a schema that are left open: without forced row-level security, without a policy, undeclared.
create or replace function private.unprotected_tables(p_schema text default 'public')
returns table (table_name text, fault text) language sql stable set search_path = '' as $$
  select format('%I.%I', n.nspname, c.relname), f.fault
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join lateral (values
    (not (c.relrowsecurity and c.relforcerowsecurity), 'row-level security is not enabled and forced'),
    (not exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid), 'it has no policy'),
    (not exists (select from private.access_declarations d where to_regclass(d.table_name) = c.oid),
      'its access is not declared')
  ) as f (is_faulty, fault)
  where n.nspname = p_schema and c.relkind in ('r', 'p') and f.is_faulty
    -- Tables of an extension are the extension's to protect.
    and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by 1, 2
$$;

comment on function private.session_role() is 'The role the session acts as, also inside definer functions.';
comment on function private.is_service() is 'True for the service role and the deploying role.';
comment on function private.is_admin() is
  'True when the caller is an active administrator in person, not an agent.';
comment on function private.readable_user_ids() is 'Users whose rows the caller may read.';
comment on procedure private.declare_execute(text, text[]) is
  'Opens a function to the named roles and the service only.';
comment on procedure private.declare_access(regclass, text, text, text, regclass, text, text[], text[], text[]) is
  'Declares who may do what with a table, and makes it so. p_actions: what API roles may do at all; '
  'p_protected: columns no API role may insert or update; p_hidden: columns no API role may read.';
comment on function private.unprotected_tables(text) is
  'Tables that break the rule that every table is protected.';

-- --------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.session_role()', 'anon', 'authenticated');
call private.declare_execute('private.is_service()', 'anon', 'authenticated');
call private.declare_execute('private.is_admin()', 'anon', 'authenticated');
call private.declare_execute('private.readable_user_ids()', 'anon', 'authenticated');
call private.declare_execute('private.unprotected_tables(text)', 'authenticated');
revoke execute on procedure private.declare_execute(text, text[]) from public;
revoke execute on function private.access_rule(regclass, text, jsonb, text) from public;
revoke execute on function private.access_sentence(text, jsonb) from public;
revoke execute on procedure private.apply_access(regclass) from public;
revoke execute on procedure private.declare_access(regclass, text, text, text, regclass, text, text[], text[], text[])
  from public;

call private.declare_access('private.access_declarations', 'catalog', p_actions => '{select}');
call private.declare_access('private.schema_files', 'service');

-- Supabase protects its own table; ours, where it is absent, is the service's.
do $$
begin
  if (select relowner = current_user::regrole from pg_class where oid = 'auth.users'::regclass) then
    call private.declare_access('auth.users', 'service');
  end if;
end
$$;
