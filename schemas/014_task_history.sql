-- Audit trail: who changed what in a project, person or agent.
--
-- Triggers write meta_task_history (one row for a created or deleted task, one for each changed field) and
-- meta_project_history (the project's own fields, its members and its budgets). They run as the owner of the
-- functions, so that nobody needs, or has, the right to write history. changed_by is the signed-in person,
-- changed_by_agent the agent at work for them (setting meta_agent.agent).
--
-- A deleted task keeps its history in the project's feed: task_id becomes null, subject_id still names it. A deleted
-- project takes its history along and leaves one line in auth_audit_log. get_task_history() and
-- get_project_activity_feed() read both, newest first.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.meta_task_history (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  task_id uuid references public.meta_tasks (id) on delete set null,
  subject_id uuid not null,
  task_title text not null,
  changed_by uuid references auth.users (id) on delete set null,
  changed_by_agent text,
  change_type text not null check (change_type in ('created', 'updated', 'deleted')),
  field_name text,
  old_value jsonb,
  new_value jsonb,
  change_metadata jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.meta_task_history is 'Task changes, one row for each changed field.';
comment on column public.meta_task_history.task_id is 'Null once the task is deleted.';
comment on column public.meta_task_history.subject_id is 'The task''s id, also after it was deleted.';
comment on column public.meta_task_history.task_title is 'The title at that time.';
comment on column public.meta_task_history.changed_by is 'The person; null for the system.';
comment on column public.meta_task_history.changed_by_agent is 'The agent that did it for the person.';
comment on column public.meta_task_history.field_name is 'Column that changed; null for created and deleted.';
comment on column public.meta_task_history.change_metadata is '{"attempt": int} of a running task.';
comment on column public.meta_task_history.created_at is
  'Wall clock, so that changes of one transaction keep their order.';

create table if not exists public.meta_project_history (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  changed_by uuid references auth.users (id) on delete set null,
  changed_by_agent text,
  change_type text not null check (change_type in (
    'created', 'updated', 'member_added', 'member_changed', 'member_removed',
    'budget_added', 'budget_changed', 'budget_removed')),
  field_name text,
  old_value jsonb,
  new_value jsonb,
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.meta_project_history is
  'Project changes: fields (start and pause are its status), members, budgets.';
comment on column public.meta_project_history.changed_by is 'The person; null for the system.';
comment on column public.meta_project_history.changed_by_agent is 'The agent that did it for the person.';
comment on column public.meta_project_history.field_name is
  'Column that changed, or the member''s user id, or the budget''s tier.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_task_history_task_id on public.meta_task_history (task_id, created_at desc);
create index if not exists idx_task_history_project on public.meta_task_history (project_id, created_at desc);
create index if not exists idx_task_history_changed_by on public.meta_task_history (changed_by);
create index if not exists idx_project_history_project_id on public.meta_project_history (project_id, created_at desc);
create index if not exists idx_project_history_changed_by on public.meta_project_history (changed_by);

-- ------------------------------------------------------------------------------------------------ functions

-- The signed-in person, if the account still exists, and the agent at work.
create or replace function private.actor(out person uuid, out agent text)
language sql stable security definer set search_path = '' as $$
  select (select u.id from auth.users u where u.id = (select auth.uid())),
    nullif(current_setting('meta_agent.agent', true), '')
$$;

create or replace function private.track_task_changes()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_actor record;
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_task jsonb := coalesce(v_new, v_old);
begin
  select * into v_actor from private.actor();
  if tg_op = 'UPDATE' then
    -- The service moves a task for the agent that holds it, which works for the project's owner.
    if v_actor.person is null and v_actor.agent is null and coalesce(new.lease_owner, old.lease_owner) is not null then
      v_actor.agent := new.assigned_agent;
      v_actor.person := (select p.owner_id from public.meta_projects p where p.id = new.project_id);
    end if;
    insert into public.meta_task_history (
      project_id, task_id, subject_id, task_title, changed_by, changed_by_agent, change_type, field_name,
      old_value, new_value, change_metadata)
    select new.project_id, new.id, new.id, new.title, v_actor.person, v_actor.agent, 'updated', f.name,
      v_old -> f.name, v_new -> f.name,
      case when 'running' in (old.status, new.status) then jsonb_build_object('attempt', new.attempt) else '{}' end
    from unnest(array['title', 'description', 'status', 'priority', 'assigned_agent', 'model_tier', 'requires_approval',
      'approved_at', 'question', 'answer', 'workstream_id', 'parent_task_id', 'definition_of_done', 'verification']) as f (name)
    where v_old -> f.name is distinct from v_new -> f.name;
    return null;
  end if;
  -- Deleted together with its project: there is no feed left to write to.
  insert into public.meta_task_history (
    project_id, task_id, subject_id, task_title, changed_by, changed_by_agent, change_type, old_value, new_value)
  select p.id, case when tg_op = 'INSERT' then (v_task ->> 'id')::uuid end, (v_task ->> 'id')::uuid, v_task ->> 'title',
    v_actor.person, v_actor.agent, case tg_op when 'INSERT' then 'created' else 'deleted' end, v_old, v_new
  from public.meta_projects p where p.id = (v_task ->> 'project_id')::uuid;
  return null;
end
$$;

create or replace function private.track_project_changes()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_actor record;
begin
  select * into v_actor from private.actor();
  if tg_op = 'DELETE' then
    insert into public.auth_audit_log (user_id, event_type, event_data)
    values (
      (select u.id from public.users u where u.id = v_actor.person), 'project_deleted',
      jsonb_build_object('project_id', old.id, 'name', old.name, 'agent', v_actor.agent));
  elsif tg_op = 'INSERT' then
    insert into public.meta_project_history (project_id, changed_by, changed_by_agent, change_type, new_value)
    values (new.id, v_actor.person, v_actor.agent, 'created', to_jsonb(new));
  else
    insert into public.meta_project_history (
      project_id, changed_by, changed_by_agent, change_type, field_name, old_value, new_value)
    select new.id, v_actor.person, v_actor.agent, 'updated', f.name, to_jsonb(old) -> f.name, to_jsonb(new) -> f.name
    from unnest(array['name', 'status', 'description', 'goal', 'owner_id']) as f (name)
    where to_jsonb(old) -> f.name is distinct from to_jsonb(new) -> f.name;
  end if;
  return null;
end
$$;

-- Members and budgets: the argument of the trigger is the noun.
create or replace function private.track_project_parts()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_actor record;
  v_noun text := tg_argv[0];
  v_shown text[] := case tg_argv[0] when 'member' then array['role'] else array['allocated_tokens', 'allocated_cost'] end;
  v_row jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  v_old jsonb := case when tg_op <> 'INSERT' then
    (select jsonb_object_agg(k, to_jsonb(old) -> k) from unnest(v_shown) k) end;
  v_new jsonb := case when tg_op <> 'DELETE' then
    (select jsonb_object_agg(k, to_jsonb(new) -> k) from unnest(v_shown) k) end;
begin
  if v_old is not distinct from v_new then
    return null;
  end if;
  select * into v_actor from private.actor();
  insert into public.meta_project_history (
    project_id, changed_by, changed_by_agent, change_type, field_name, old_value, new_value)
  select p.id, v_actor.person, v_actor.agent,
    v_noun || case tg_op when 'INSERT' then '_added' when 'UPDATE' then '_changed' else '_removed' end,
    coalesce(v_row ->> 'model_tier', v_row ->> 'user_id'), v_old, v_new
  from public.meta_projects p where p.id = (v_row ->> 'project_id')::uuid;
  return null;
end
$$;

create or replace function public.get_task_history(p_task_id uuid, p_limit int default 50)
returns table (id uuid, change_type text, field_name text, old_value jsonb, new_value jsonb, changed_at timestamptz,
  changed_by uuid, changed_by_agent text)
language sql stable set search_path = '' as $$
  select h.id, h.change_type, h.field_name, h.old_value, h.new_value, h.created_at, h.changed_by, h.changed_by_agent
  from public.meta_task_history h
  where h.task_id = p_task_id
  order by h.created_at desc, h.id
  limit p_limit
$$;

create or replace function public.get_project_activity_feed(p_project_id uuid, p_limit int default 100)
returns table (activity_type text, entity_type text, entity_id uuid, change_type text, field_name text,
  old_value jsonb, new_value jsonb, created_at timestamptz, changed_by uuid, changed_by_agent text, entity_title text,
  history_id uuid)
language sql stable set search_path = '' as $$
  select 'task_' || h.change_type, 'task', h.subject_id, h.change_type, h.field_name, h.old_value, h.new_value,
    h.created_at, h.changed_by, h.changed_by_agent, h.task_title, h.id
  from public.meta_task_history h
  where h.project_id = p_project_id
  union all
  select 'project_' || h.change_type, 'project', h.project_id, h.change_type, h.field_name, h.old_value, h.new_value,
    h.created_at, h.changed_by, h.changed_by_agent, p.name, h.id
  from public.meta_project_history h join public.meta_projects p on p.id = h.project_id
  where h.project_id = p_project_id
  order by 8 desc, 12
  limit p_limit
$$;

-- Tells followers of a project on channel meta_agent_changes that a row changed: which, not what is in it, so that
-- nobody learns more than their own rights let them read. The argument is the name the API uses.
create or replace function private.notify_project_change()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  if v_row ->> 'project_id' is not null or tg_argv[0] = 'project' then
    perform pg_notify('meta_agent_changes', jsonb_strip_nulls(jsonb_build_object(
      'project_id', case tg_argv[0] when 'project' then v_row -> 'id' else v_row -> 'project_id' end,
      'what', tg_argv[0],
      'id', v_row -> 'id',
      'task_id', case tg_argv[0]
        when 'task' then v_row -> 'id'
        when 'step' then (select to_jsonb(t.id) from public.meta_tasks t
          where t.thread_id = (v_row ->> 'conversation_id')::uuid)
        else v_row -> 'task_id' end))::text);
  end if;
  return null;
end
$$;

comment on function private.actor() is 'Who is acting: the signed-in person and the agent at work for them.';

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger track_meta_task_changes after insert or update or delete on public.meta_tasks
  for each row execute function private.track_task_changes();
create or replace trigger track_meta_project_changes after insert or update or delete on public.meta_projects
  for each row execute function private.track_project_changes();
create or replace trigger track_project_parts after insert or update or delete on public.meta_project_members
  for each row execute function private.track_project_parts('member');
create or replace trigger track_project_parts
  after insert or delete or update of allocated_tokens, allocated_cost on public.meta_budgets
  for each row execute function private.track_project_parts('budget');

create or replace trigger notify_change after insert or update or delete on public.meta_projects
  for each row execute function private.notify_project_change('project');
create or replace trigger notify_change after insert or delete or update of status, title, description, assigned_agent,
    model_tier, priority, definition_of_done, question, verification, last_error, requires_approval, approved_at,
    workstream_id, thread_id
  on public.meta_tasks for each row execute function private.notify_project_change('task');
create or replace trigger notify_change after insert or update on public.meta_task_runs
  for each row execute function private.notify_project_change('run');
create or replace trigger notify_change after insert or update of status on public.meta_artifacts
  for each row execute function private.notify_project_change('artifact');
create or replace trigger notify_change after insert on public.meta_decisions
  for each row execute function private.notify_project_change('decision');
create or replace trigger notify_change after insert or update or delete on public.meta_budgets
  for each row execute function private.notify_project_change('budget');

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.notify_project_change()');

call private.declare_execute('private.actor()');
call private.declare_execute('private.track_task_changes()');
call private.declare_execute('private.track_project_changes()');
call private.declare_execute('private.track_project_parts()');
call private.declare_execute('public.get_task_history(uuid, int)', 'authenticated');
call private.declare_execute('public.get_project_activity_feed(uuid, int)', 'authenticated');

call private.declare_access('public.meta_task_history', 'project', p_actions => '{select}');
call private.declare_access('public.meta_project_history', 'project', p_actions => '{select}');
