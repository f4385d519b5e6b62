-- Workflows: durable state machines that people draw.
--
-- A meta_workflow is a graph of meta_workflow_states (start, action, decision, parallel, wait, end) and
-- meta_workflow_transitions with conditions. A run is a meta_workflow_instance; what it does is written step by step
-- into meta_workflow_steps before the next begins, and told in meta_workflow_logs. meta_workflow_schedules start runs.
--
-- Durability (queue workflows): a worker claims an instance, inserts the step it is about to take (its id is the
-- idempotency key of the effect), takes it, completes it and the move to the next state in one transaction; a crash
-- between them finds the step unfinished and takes it again under the same key. Parallel branches are steps with
-- different branch names. Waiting is next_attempt_at (a time) or waiting_for (an event, see resume_workflows()).
-- An instance runs the definition it started with, so that editing a workflow never breaks its runs.
-- A template is readable by every signed-in user; clone_workflow() makes it theirs.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.meta_workflows (
  id uuid primary key default gen_random_uuid(),
  project_id uuid references public.meta_projects (id) on delete cascade,
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  description text,
  status text not null default 'draft' check (status in ('draft', 'active', 'paused', 'completed', 'archived')),
  trigger_type text not null default 'manual'
    check (trigger_type in ('manual', 'scheduled', 'event', 'ai_suggested', 'webhook')),
  trigger_config jsonb not null default '{}',
  version int not null default 1,
  is_template boolean not null default false,
  template_category text,
  webhook_secret_encrypted text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.meta_workflows is 'Workflow definitions.';
comment on column public.meta_workflows.trigger_config is 'By trigger_type: {"event": name, "filter": {…}} or {"webhook_id"}.';
comment on column public.meta_workflows.version is 'Rises with every change of states or transitions.';
comment on column public.meta_workflows.is_template is 'Every signed-in user may read and clone it.';
comment on column public.meta_workflows.webhook_secret_encrypted is 'Secret that signs webhook calls, AES-256-GCM.';

create table if not exists public.meta_workflow_states (
  id uuid primary key default gen_random_uuid(),
  workflow_id uuid not null references public.meta_workflows (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  state_type text not null check (state_type in ('start', 'action', 'decision', 'parallel', 'wait', 'end')),
  action_type text check (action_type in ('ai_task', 'http_request', 'email', 'notification', 'transform', 'agent',
    'function', 'workflow')),
  action_config jsonb not null default '{}',
  position_x int not null default 0,
  position_y int not null default 0,
  color text not null default '#6366f1' check (color ~ '^#[0-9a-fA-F]{6}$'),
  icon text,
  timeout_seconds int not null default 300 check (timeout_seconds > 0),
  retry_count int not null default 0 check (retry_count between 0 and 20),
  retry_delay_seconds int not null default 60 check (retry_delay_seconds >= 0),
  created_at timestamptz not null default now(),
  unique (workflow_id, name),
  check (state_type <> 'action' or action_type is not null)
);

comment on table public.meta_workflow_states is 'State nodes.';
comment on column public.meta_workflow_states.action_config is 'What the action needs, by action_type: {"prompt"}, {"url", "method"}, {"to"}, ….';
comment on column public.meta_workflow_states.position_x is 'Place on the canvas, pixels.';
comment on column public.meta_workflow_states.retry_count is 'Times a failed step is tried again.';

create table if not exists public.meta_workflow_transitions (
  id uuid primary key default gen_random_uuid(),
  workflow_id uuid not null references public.meta_workflows (id) on delete cascade,
  from_state_id uuid not null references public.meta_workflow_states (id) on delete cascade,
  to_state_id uuid not null references public.meta_workflow_states (id) on delete cascade,
  name text,
  condition jsonb not null default '{}',
  condition_expression text,
  priority int not null default 0,
  routing_points jsonb not null default '[]',
  created_at timestamptz not null default now()
);

comment on table public.meta_workflow_transitions is 'State transitions.';
comment on column public.meta_workflow_transitions.condition is '{"field", "operator", "value"} on the context; {}: always.';
comment on column public.meta_workflow_transitions.condition_expression is 'A safe expression, evaluated by the server, instead.';
comment on column public.meta_workflow_transitions.priority is 'The highest whose condition holds is taken.';
comment on column public.meta_workflow_transitions.routing_points is '[{"x", "y"}]: bends of the line.';

create table if not exists public.meta_workflow_instances (
  id uuid primary key default gen_random_uuid(),
  workflow_id uuid not null references public.meta_workflows (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  status text not null default 'running' check (status in ('running', 'paused', 'completed', 'failed', 'cancelled')),
  definition jsonb not null default '{}',
  current_state_id uuid references public.meta_workflow_states (id) on delete set null,
  context jsonb not null default '{}',
  input_data jsonb not null default '{}',
  output_data jsonb not null default '{}',
  error_message text,
  trigger_source text,
  trigger_key text,
  waiting_for text,
  parallel_branches jsonb not null default '[]',
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (workflow_id, trigger_key)
);

comment on table public.meta_workflow_instances is 'Running instances.';
comment on column public.meta_workflow_instances.definition is
  '{"version", "states": […], "transitions": […]}: the workflow as it was at the start, set by trigger.';
comment on column public.meta_workflow_instances.context is 'Variables that steps read and write: {"name": value}.';
comment on column public.meta_workflow_instances.input_data is 'What the run was given.';
comment on column public.meta_workflow_instances.output_data is 'What it handed over.';
comment on column public.meta_workflow_instances.trigger_source is 'manual, schedule, event, webhook, ai or the parent instance.';
comment on column public.meta_workflow_instances.trigger_key is 'What started it, once: schedule and due time, delivery id.';
comment on column public.meta_workflow_instances.waiting_for is 'Event it waits for; null while it does not.';
comment on column public.meta_workflow_instances.parallel_branches is '[{"name", "state_id", "status"}] under way.';

create table if not exists public.meta_workflow_steps (
  id uuid primary key default gen_random_uuid(),
  instance_id uuid not null references public.meta_workflow_instances (id) on delete cascade,
  sequence int not null check (sequence > 0),
  branch text not null default 'main',
  state_key uuid not null,
  status text not null default 'running' check (status in ('running', 'waiting', 'completed', 'failed', 'skipped')),
  tries int not null default 1 check (tries > 0),
  input_data jsonb not null default '{}',
  output_data jsonb,
  error text,
  wake_at timestamptz,
  started_at timestamptz not null default clock_timestamp(),
  completed_at timestamptz,
  unique (instance_id, sequence)
);

comment on table public.meta_workflow_steps is 'Each step of a run, written before it is taken: what a crash resumes from.';
comment on column public.meta_workflow_steps.state_key is 'Id of the state in the instance''s definition.';
comment on column public.meta_workflow_steps.tries is 'How often it was begun, always under the same id.';
comment on column public.meta_workflow_steps.input_data is 'What the step was given.';
comment on column public.meta_workflow_steps.output_data is 'What it returned.';

create table if not exists public.meta_workflow_logs (
  id uuid primary key default gen_random_uuid(),
  instance_id uuid not null references public.meta_workflow_instances (id) on delete cascade,
  state_id uuid references public.meta_workflow_states (id) on delete set null,
  transition_id uuid references public.meta_workflow_transitions (id) on delete set null,
  step_id uuid references public.meta_workflow_steps (id) on delete set null,
  action text not null,
  status text not null default 'success' check (status in ('success', 'failed', 'skipped', 'pending')),
  input_data jsonb,
  output_data jsonb,
  error text,
  duration_ms int check (duration_ms >= 0),
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.meta_workflow_logs is 'Execution logs.';
comment on column public.meta_workflow_logs.action is 'For example entered, completed, transition, retried, waited.';
comment on column public.meta_workflow_logs.input_data is 'What it was given.';
comment on column public.meta_workflow_logs.output_data is 'What came of it.';

create table if not exists public.meta_workflow_schedules (
  id uuid primary key default gen_random_uuid(),
  workflow_id uuid not null references public.meta_workflows (id) on delete cascade,
  cron_expression text not null,
  timezone text not null default 'UTC',
  enabled boolean not null default true,
  input_data jsonb not null default '{}',
  last_run_at timestamptz,
  next_run_at timestamptz,
  run_count int not null default 0,
  created_at timestamptz not null default now()
);

comment on table public.meta_workflow_schedules is 'CRON schedules.';
comment on column public.meta_workflow_schedules.input_data is 'What each run is given.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_workflows_project_id on public.meta_workflows (project_id);
create index if not exists idx_workflows_user_id on public.meta_workflows (user_id, updated_at desc);
create index if not exists idx_workflows_is_template on public.meta_workflows (template_category) where is_template;
create index if not exists idx_workflows_trigger_type on public.meta_workflows (trigger_type) where status = 'active';
create unique index if not exists idx_workflow_states_start on public.meta_workflow_states (workflow_id) where state_type = 'start';
create index if not exists idx_workflow_transitions_workflow_id on public.meta_workflow_transitions (workflow_id);
create index if not exists idx_workflow_transitions_from_state on public.meta_workflow_transitions (from_state_id, priority desc);
create index if not exists idx_workflow_transitions_to_state on public.meta_workflow_transitions (to_state_id);
create index if not exists idx_workflow_instances_user_id on public.meta_workflow_instances (user_id, started_at desc);
create index if not exists idx_workflow_instances_project_id on public.meta_workflow_instances (project_id);
create index if not exists idx_workflow_instances_workflow_id on public.meta_workflow_instances (workflow_id, started_at desc);
create index if not exists idx_workflow_instances_current_state on public.meta_workflow_instances (current_state_id);
create index if not exists idx_workflow_instances_waiting on public.meta_workflow_instances (waiting_for) where status = 'running';
create index if not exists idx_workflow_logs_instance_id on public.meta_workflow_logs (instance_id, created_at);
create index if not exists idx_workflow_logs_state_id on public.meta_workflow_logs (state_id);
create index if not exists idx_workflow_logs_transition_id on public.meta_workflow_logs (transition_id);
create index if not exists idx_workflow_logs_step_id on public.meta_workflow_logs (step_id);
create index if not exists idx_workflow_schedules_next_run on public.meta_workflow_schedules (next_run_at) where enabled;
create index if not exists idx_workflow_schedules_workflow_id on public.meta_workflow_schedules (workflow_id);

-- ------------------------------------------------------------------------------------------------ functions

create or replace function public.get_workflow_start_state(p_workflow_id uuid)
returns uuid language sql stable set search_path = '' as $$
  select s.id from public.meta_workflow_states s where s.workflow_id = p_workflow_id and s.state_type = 'start'
$$;

create or replace function public.get_available_transitions(p_state_id uuid)
returns table (transition_id uuid, to_state_id uuid, to_state_name text, condition jsonb, priority int)
language sql stable set search_path = '' as $$
  select t.id, t.to_state_id, s.name, t.condition, t.priority
  from public.meta_workflow_transitions t join public.meta_workflow_states s on s.id = t.to_state_id
  where t.from_state_id = p_state_id
  order by t.priority desc, t.created_at, t.id
$$;

-- Copies a workflow the caller can see, its states, transitions and (switched off) schedules, to p_user_id, as a draft.
-- Secrets are not copied. Returns the copy's id; null when it is not visible.
create or replace function public.clone_workflow(p_workflow_id uuid, p_new_name text, p_user_id uuid)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_new uuid := gen_random_uuid();
  v_states jsonb;
begin
  insert into public.meta_workflows (id, user_id, name, description, trigger_type, trigger_config, template_category, metadata)
  select v_new, p_user_id, p_new_name, w.description, w.trigger_type, w.trigger_config, w.template_category,
    w.metadata || jsonb_build_object('cloned_from', w.id)
  from public.meta_workflows w where w.id = p_workflow_id;
  if not found then
    return null;
  end if;
  select coalesce(jsonb_object_agg(s.id, gen_random_uuid()), '{}') into v_states
  from public.meta_workflow_states s where s.workflow_id = p_workflow_id;
  insert into public.meta_workflow_states (id, workflow_id, name, description, state_type, action_type, action_config,
    position_x, position_y, color, icon, timeout_seconds, retry_count, retry_delay_seconds)
  select (v_states ->> s.id::text)::uuid, v_new, s.name, s.description, s.state_type, s.action_type, s.action_config,
    s.position_x, s.position_y, s.color, s.icon, s.timeout_seconds, s.retry_count, s.retry_delay_seconds
  from public.meta_workflow_states s where s.workflow_id = p_workflow_id;
  insert into public.meta_workflow_transitions (workflow_id, from_state_id, to_state_id, name, condition,
    condition_expression, priority, routing_points)
  select v_new, (v_states ->> t.from_state_id::text)::uuid, (v_states ->> t.to_state_id::text)::uuid, t.name, t.condition,
    t.condition_expression, t.priority, t.routing_points
  from public.meta_workflow_transitions t where t.workflow_id = p_workflow_id;
  insert into public.meta_workflow_schedules (workflow_id, cron_expression, timezone, enabled, input_data)
  select v_new, s.cron_expression, s.timezone, false, s.input_data
  from public.meta_workflow_schedules s where s.workflow_id = p_workflow_id;
  return v_new;
end
$$;

-- A workflow can be active only when a run can start.
create or replace function private.check_workflow()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if public.get_workflow_start_state(new.id) is null then
    raise exception 'The workflow "%" has no start state', new.name using errcode = '23514', hint = 'Add a state of type start.';
  end if;
  return new;
end
$$;

create or replace function private.version_workflow()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.meta_workflows w set version = w.version + 1
  where w.id in (select c.workflow_id from changed_rows c);
  return null;
end
$$;

-- A run keeps the definition it starts with, begins at the start state, and is in the workflow's project. Runs as the
-- caller, who can start only what they can see.
create or replace function private.start_instance()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_workflow record;
begin
  -- Not every column may be read by the caller.
  select w.name, w.status, w.version, w.project_id into v_workflow from public.meta_workflows w where w.id = new.workflow_id;
  if not found then
    raise exception 'The workflow does not exist' using errcode = '23503';
  elsif v_workflow.status <> 'active' then
    raise exception 'The workflow "%" is %, so no run can start', v_workflow.name, v_workflow.status using errcode = '23514',
      hint = 'Set it active.';
  end if;
  new.project_id := v_workflow.project_id;
  new.current_state_id := public.get_workflow_start_state(new.workflow_id);
  new.definition := jsonb_build_object(
    'version', v_workflow.version,
    'states', (select jsonb_agg(to_jsonb(s) order by s.created_at, s.id) from public.meta_workflow_states s
      where s.workflow_id = new.workflow_id),
    'transitions', coalesce((select jsonb_agg(to_jsonb(t) order by t.priority desc, t.created_at, t.id)
      from public.meta_workflow_transitions t where t.workflow_id = new.workflow_id), '[]'));
  return new;
end
$$;

create or replace function private.stamp_instance()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if old.status in ('completed', 'failed', 'cancelled') and new.status in ('running', 'paused') and not private.is_service() then
    raise exception 'A run that ended cannot go on' using errcode = '23514', hint = 'Start a new one.';
  end if;
  new.completed_at := case when new.status in ('completed', 'failed', 'cancelled') then coalesce(new.completed_at, now()) end;
  return new;
end
$$;

-- Wakes the runs that wait for an event; p_payload becomes context.event. Returns how many. Runs as the caller.
create or replace function public.resume_workflows(p_event text, p_payload jsonb default '{}', p_instance_id uuid default null)
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  update public.meta_workflow_instances i
  set waiting_for = null, context = i.context || jsonb_build_object('event', p_payload)
  where i.status = 'running' and i.waiting_for = p_event and (p_instance_id is null or i.id = p_instance_id);
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform pg_notify('meta_agent_work', 'workflows');
  end if;
  return v_count;
end
$$;

-- Schedules whose time has come, locked for the caller's transaction, which inserts the instance (trigger_key
-- 'schedule:<id>:<due>') and sets the next time.
create or replace function public.get_due_workflow_schedules(p_limit int default 10)
returns table (id uuid, workflow_id uuid, user_id uuid, cron_expression text, timezone text, input_data jsonb, next_run_at timestamptz)
language sql volatile set search_path = '' as $$
  select s.id, s.workflow_id, w.user_id, s.cron_expression, s.timezone, s.input_data, s.next_run_at
  from public.meta_workflow_schedules s join public.meta_workflows w on w.id = s.workflow_id
  where s.enabled and s.next_run_at <= now() and w.status = 'active' and w.user_id is not null
  order by s.next_run_at limit p_limit for update of s skip locked
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger check_workflow before insert or update of status on public.meta_workflows
  for each row when (new.status = 'active') execute function private.check_workflow();
create or replace trigger start_instance before insert on public.meta_workflow_instances
  for each row execute function private.start_instance();
create or replace trigger stamp_instance before update of status on public.meta_workflow_instances
  for each row execute function private.stamp_instance();
do $$
declare
  v_table text;
begin
  foreach v_table in array array['meta_workflow_states', 'meta_workflow_transitions'] loop
    execute format('create or replace trigger version_inserted after insert on public.%I referencing new table as changed_rows
      for each statement execute function private.version_workflow()', v_table);
    execute format('create or replace trigger version_updated after update on public.%I referencing new table as changed_rows
      for each statement execute function private.version_workflow()', v_table);
    execute format('create or replace trigger version_deleted after delete on public.%I referencing old table as changed_rows
      for each statement execute function private.version_workflow()', v_table);
  end loop;
end
$$;

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('workflows', 'public.meta_workflow_instances', 'running', 'failed', 'error_message',
  't.status = ''running''', 't.started_at', 5, 't.waiting_for is null');

call private.declare_execute('private.version_workflow()');
call private.declare_execute('public.get_workflow_start_state(uuid)', 'authenticated');
call private.declare_execute('public.get_available_transitions(uuid)', 'authenticated');
call private.declare_execute('public.clone_workflow(uuid, text, uuid)', 'authenticated');
call private.declare_execute('public.resume_workflows(text, jsonb, uuid)', 'authenticated');
call private.declare_execute('public.get_due_workflow_schedules(int)');

call private.declare_access('public.meta_workflows', 'owner_or_project', p_public => 'is_template', p_protected => '{version}',
  p_hidden => '{webhook_secret_encrypted}');
call private.declare_access('public.meta_workflow_states', 'child', 'workflow_id', p_parent => 'public.meta_workflows');
call private.declare_access('public.meta_workflow_transitions', 'child', 'workflow_id', p_parent => 'public.meta_workflows');
call private.declare_access('public.meta_workflow_instances', 'owner_or_project', p_protected =>
  '{project_id, definition, current_state_id, output_data, error_message, parallel_branches, completed_at, started_at}');
call private.declare_access('public.meta_workflow_steps', 'child', 'instance_id', p_parent => 'public.meta_workflow_instances',
  p_actions => '{select}');
call private.declare_access('public.meta_workflow_logs', 'child', 'instance_id', p_parent => 'public.meta_workflow_instances',
  p_actions => '{select}');
call private.declare_access('public.meta_workflow_schedules', 'child', 'workflow_id', p_parent => 'public.meta_workflows',
  p_protected => '{run_count, last_run_at}');
call private.declare_reference('public.meta_workflow_instances', 'workflow_id', 'public.meta_workflows');
call private.declare_reference('public.meta_workflow_transitions', 'from_state_id', 'public.meta_workflow_states', 'workflow_id');
call private.declare_reference('public.meta_workflow_transitions', 'to_state_id', 'public.meta_workflow_states', 'workflow_id');
call private.declare_events('public.meta_workflow_instances', 'workflow_instance');
call private.declare_events('public.meta_workflow_steps', 'workflow_step', 'instance_id');
