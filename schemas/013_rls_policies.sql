-- Row-level security: fails if any table was left open.
--
-- Each table is declared in its own file by one line, private.declare_access(…), which enables and forces row-level
-- security and writes its policies and grants (000_rights.sql says what the kinds mean). A file that adds columns to
-- a table of an earlier one calls private.apply_access(…), because grants name columns. This file stands after the
-- tables of the specification's first half and proves that none of them is without a declaration, forced row-level
-- security and a policy.
--
--   select table_name, kind, sentence from private.access_declarations order by 1;   -- the whole access model
--   select * from private.unprotected_tables();                 -- tables of the schema public left open
--
-- Files after this one bring their own declarations; the deployment's verification repeats the proof for all.

-- -------------------------------------------------------------------------------------- rights and policies

do $$
declare
  v_faults text;
begin
  -- A database in use may hold tables of others, so the proof is over the tables of these files: the ones named
  -- here must be declared, and every declared one must be protected.
  select string_agg(f.fault, '; ') into v_faults
  from (
    select t.name || ' is not declared' as fault
    from unnest(array[
      'meta_projects', 'meta_project_members', 'meta_workstreams', 'meta_tasks', 'meta_task_dependencies',
      'meta_task_runs', 'meta_artifacts', 'meta_decisions', 'meta_memory_facts', 'meta_budgets',
      'meta_budget_reservations', 'files', 'users', 'sessions', 'api_keys', 'oauth_accounts', 'permissions', 'roles',
      'role_permissions', 'user_roles', 'auth_audit_log', 'setup_tokens', 'rate_limits'
    ]) as t (name)
    where not exists (select from private.access_declarations d where d.table_name = 'public.' || t.name)
    union all
    select u.table_name || ': ' || u.fault
    from (values ('public'), ('private'), ('auth')) as s (name), private.unprotected_tables(s.name) u
    where u.table_name in (select d.table_name from private.access_declarations d)
  ) f;
  if v_faults is not null then
    raise exception 'Some tables are left unprotected: %', v_faults
      using hint = 'Declare each with private.declare_access() in the file that creates it.';
  end if;
end
$$;
