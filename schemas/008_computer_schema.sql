-- Computer use: a real browser for each session, and what was done with it.
--
-- A computer_session is a browser; computer_actions are the ten kinds of things done in it, in order; screen_snapshots
-- what it showed, element_interactions what was touched, computer_downloads what it brought. An instruction in words
-- is a computer_task_execution (queue computer): planned, then executed step by step. saved_workflows are recorded
-- steps with parameters, workflow_executions their replays (queue replays).
--
-- config.allowed_domains limits where a session may go. A risky action waits: needs_confirmation until a person sets
-- confirmed_at, which no agent can. computer_session_analytics sums a session up, kept by trigger.
-- Pictures and files lie in our buckets; the columns hold their names there.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.computer_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  type text not null default 'browser' check (type in ('browser', 'desktop')),
  status text not null default 'starting' check (status in ('starting', 'active', 'paused', 'ended')),
  config jsonb not null default '{}',
  current_url text,
  screenshot_url text,
  error_message text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  last_activity_at timestamptz not null default now(),
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.computer_sessions is 'Automation sessions.';
comment on column public.computer_sessions.config is
  '{"allowed_domains": [text], "viewport": {"width", "height"}, "confirm": "risky" | "always" | "never"}.';
comment on column public.computer_sessions.screenshot_url is 'The latest picture, its name in our storage.';

create table if not exists public.computer_actions (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.computer_sessions (id) on delete cascade,
  sequence bigint not null generated always as identity,
  action_type text not null check (action_type in
    ('click', 'type', 'scroll', 'navigate', 'screenshot', 'wait', 'select', 'hover', 'drag', 'key_press')),
  params jsonb not null default '{}',
  result jsonb not null default '{}',
  screenshot_url text,
  success boolean,
  error_message text,
  needs_confirmation boolean not null default false,
  confirmed_at timestamptz,
  confirmed_by uuid references auth.users (id) on delete set null,
  duration_ms int check (duration_ms >= 0),
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.computer_actions is 'Individual actions, in the order of sequence.';
comment on column public.computer_actions.params is
  'By type: {"selector"}, {"x", "y"}, {"text"}, {"url"}, {"keys"}, {"value"}, {"ms"}.';
comment on column public.computer_actions.result is 'What came of it: {"url", "title", "text"}.';
comment on column public.computer_actions.success is 'Null: not done yet.';
comment on column public.computer_actions.needs_confirmation is 'Risky: is not done before a person confirmed it.';

create table if not exists public.saved_workflows (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  steps jsonb not null default '[]' check (jsonb_typeof(steps) = 'array'),
  parameters jsonb not null default '{}',
  tags text[] not null default '{}',
  is_public boolean not null default false,
  execution_count int not null default 0,
  last_executed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.saved_workflows is 'Reusable workflows: recorded actions.';
comment on column public.saved_workflows.steps is '[{"action_type", "params"}], params may hold {name} of a parameter.';
comment on column public.saved_workflows.parameters is 'JSON Schema of what a replay is given.';
comment on column public.saved_workflows.execution_count is 'Replays, kept by trigger.';

create table if not exists public.workflow_executions (
  id uuid primary key default gen_random_uuid(),
  workflow_id uuid not null references public.saved_workflows (id) on delete cascade,
  session_id uuid references public.computer_sessions (id) on delete set null,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  parameters jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  steps_completed int not null default 0 check (steps_completed >= 0),
  total_steps int not null default 0 check (total_steps >= 0),
  current_step int,
  error_message text,
  result jsonb not null default '{}',
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  duration_ms bigint generated always as
    ((extract(epoch from (completed_at at time zone 'utc') - (started_at at time zone 'utc')) * 1000)::bigint) stored
);

comment on table public.workflow_executions is 'Execution history of saved workflows.';
comment on column public.workflow_executions.parameters is 'What this replay was given: {"name": value}.';
comment on column public.workflow_executions.result is 'What it brought: {"outputs", "downloads"}.';

create table if not exists public.screen_snapshots (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.computer_sessions (id) on delete cascade,
  action_id uuid references public.computer_actions (id) on delete set null,
  screenshot_url text not null,
  screenshot_data text,
  analysis jsonb not null default '{}',
  detected_elements jsonb not null default '[]',
  html_snapshot text,
  url text,
  viewport_width int check (viewport_width > 0),
  viewport_height int check (viewport_height > 0),
  created_at timestamptz not null default now()
);

comment on table public.screen_snapshots is 'Screenshots.';
comment on column public.screen_snapshots.screenshot_data is 'A small preview as data URL, or null.';
comment on column public.screen_snapshots.analysis is 'What a model saw: {"description", "state"}.';
comment on column public.screen_snapshots.detected_elements is '[{"role", "name", "selector", "box": [x, y, width, height]}].';

create table if not exists public.element_interactions (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.computer_sessions (id) on delete cascade,
  action_id uuid not null references public.computer_actions (id) on delete cascade,
  element_type text,
  element_text text,
  selector text,
  coordinates jsonb,
  attributes jsonb not null default '{}',
  success boolean not null default true,
  created_at timestamptz not null default now()
);

comment on table public.element_interactions is 'Click tracking: the elements that actions touched.';
comment on column public.element_interactions.coordinates is '{"x", "y"} in the viewport, pixels.';
comment on column public.element_interactions.attributes is 'HTML attributes of the element.';

create table if not exists public.computer_task_executions (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.computer_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  task_description text not null check (btrim(task_description) <> ''),
  planned_steps jsonb not null default '[]',
  executed_steps jsonb not null default '[]',
  status text not null default 'planning' check (status in ('planning', 'executing', 'completed', 'failed', 'cancelled')),
  current_step int not null default 0,
  total_steps int not null default 0,
  success boolean,
  error_message text,
  final_screenshot_url text,
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  duration_ms bigint generated always as
    ((extract(epoch from (completed_at at time zone 'utc') - (started_at at time zone 'utc')) * 1000)::bigint) stored
);

comment on table public.computer_task_executions is 'AI task planning: an instruction in words and how it went.';
comment on column public.computer_task_executions.user_id is 'Owner of the session, set by trigger.';
comment on column public.computer_task_executions.planned_steps is '[{"action_type", "params", "why"}].';
comment on column public.computer_task_executions.executed_steps is '[{"action_id", "outcome"}].';

create table if not exists public.computer_downloads (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.computer_sessions (id) on delete cascade,
  action_id uuid references public.computer_actions (id) on delete set null,
  file_name text not null,
  file_path text not null,
  file_size bigint check (file_size >= 0),
  mime_type text,
  url_source text,
  created_at timestamptz not null default now()
);

comment on table public.computer_downloads is 'Downloaded files.';
comment on column public.computer_downloads.file_path is 'Its name in the bucket user-uploads.';

create table if not exists public.computer_session_analytics (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null unique references public.computer_sessions (id) on delete cascade,
  total_actions int not null default 0,
  successful_actions int not null default 0,
  failed_actions int not null default 0,
  pages_visited int not null default 0,
  urls_visited text[] not null default '{}',
  total_duration_ms bigint not null default 0,
  screenshots_taken int not null default 0,
  elements_clicked int not null default 0,
  forms_filled int not null default 0,
  files_downloaded int not null default 0,
  computed_at timestamptz not null default now()
);

comment on table public.computer_session_analytics is 'One row for each session, kept by trigger.';
comment on column public.computer_session_analytics.urls_visited is 'The first 200 different addresses.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_computer_sessions_user_id on public.computer_sessions (user_id, created_at desc);
create index if not exists idx_computer_sessions_project_id on public.computer_sessions (project_id);
create index if not exists idx_computer_sessions_open on public.computer_sessions (last_activity_at) where status <> 'ended';
create index if not exists idx_computer_actions_session_id on public.computer_actions (session_id, sequence);
create index if not exists idx_computer_actions_confirmed_by on public.computer_actions (confirmed_by);
create index if not exists idx_saved_workflows_user_id on public.saved_workflows (user_id, created_at desc);
create index if not exists idx_saved_workflows_public on public.saved_workflows (execution_count desc) where is_public;
create index if not exists idx_saved_workflows_tags on public.saved_workflows using gin (tags);
create index if not exists idx_workflow_executions_workflow_id on public.workflow_executions (workflow_id, started_at desc);
create index if not exists idx_workflow_executions_user_id on public.workflow_executions (user_id, started_at desc);
create index if not exists idx_workflow_executions_session_id on public.workflow_executions (session_id);
create index if not exists idx_screen_snapshots_session_id on public.screen_snapshots (session_id, created_at desc);
create index if not exists idx_screen_snapshots_action_id on public.screen_snapshots (action_id);
create index if not exists idx_element_interactions_session_id on public.element_interactions (session_id, created_at desc);
create index if not exists idx_element_interactions_action_id on public.element_interactions (action_id);
create index if not exists idx_computer_task_executions_session_id on public.computer_task_executions (session_id, started_at desc);
create index if not exists idx_computer_task_executions_user_id on public.computer_task_executions (user_id, started_at desc);
create index if not exists idx_computer_downloads_session_id on public.computer_downloads (session_id, created_at desc);
create index if not exists idx_computer_downloads_action_id on public.computer_downloads (action_id);

-- ------------------------------------------------------------------------------------------------ functions

-- An action is confirmed by a person, never by an agent.
create or replace function private.confirm_action()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if new.confirmed_at is not null and (tg_op = 'INSERT' or new.confirmed_at is distinct from old.confirmed_at) then
    if coalesce(current_setting('meta_agent.agent', true), '') <> '' then
      raise exception 'Only a person may confirm a risky action' using errcode = '42501';
    end if;
    new.confirmed_by := (select auth.uid());
  end if;
  if new.success and new.needs_confirmation and new.confirmed_at is null then
    raise exception 'This action waits for a person to confirm it' using errcode = '23514';
  end if;
  return new;
end
$$;

-- Sums a session up after its actions or downloads changed.
create or replace function private.count_computer_session()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Writers at once take turns here, so that each counts what those before it wrote.
  perform from public.computer_sessions c where c.id in (select r.session_id from changed_rows r)
  order by c.id for no key update;
  insert into public.computer_session_analytics as s (session_id, total_actions, successful_actions, failed_actions,
    pages_visited, urls_visited, total_duration_ms, screenshots_taken, elements_clicked, forms_filled, files_downloaded)
  select c.id, a.total, a.successful, a.failed, a.pages, a.urls, a.duration, a.screenshots, a.clicks, a.forms,
    (select count(*) from public.computer_downloads d where d.session_id = c.id)
  from public.computer_sessions c
  cross join lateral (
    select count(*) as total, count(*) filter (where x.success) as successful, count(*) filter (where not x.success) as failed,
      count(distinct x.params ->> 'url') as pages,
      (coalesce(array_agg(distinct x.params ->> 'url') filter (where x.params ? 'url'), '{}'))[:200] as urls,
      coalesce(sum(x.duration_ms), 0) as duration, count(*) filter (where x.action_type = 'screenshot') as screenshots,
      count(*) filter (where x.action_type = 'click') as clicks,
      count(*) filter (where x.action_type in ('type', 'select')) as forms
    from public.computer_actions x where x.session_id = c.id
  ) a
  where c.id in (select r.session_id from changed_rows r)
  on conflict (session_id) do update set total_actions = excluded.total_actions,
    successful_actions = excluded.successful_actions, failed_actions = excluded.failed_actions,
    pages_visited = excluded.pages_visited, urls_visited = excluded.urls_visited,
    total_duration_ms = excluded.total_duration_ms, screenshots_taken = excluded.screenshots_taken,
    elements_clicked = excluded.elements_clicked, forms_filled = excluded.forms_filled,
    files_downloaded = excluded.files_downloaded, computed_at = now();
  return null;
end
$$;

create or replace function private.count_replay()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.saved_workflows w set execution_count = w.execution_count + 1, last_executed_at = now() where w.id = new.workflow_id;
  return null;
end
$$;

create or replace function private.place_computer_task()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select s.user_id into new.user_id from public.computer_sessions s where s.id = new.session_id;
  if not found then
    raise exception 'The session does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace function public.get_session_stats(p_session_id uuid)
returns table (total_actions bigint, successful_actions bigint, failed_actions bigint, unique_urls bigint, duration_seconds int)
language sql stable set search_path = '' as $$
  select count(a.id), count(a.id) filter (where a.success), count(a.id) filter (where not a.success),
    count(distinct a.params ->> 'url'), extract(epoch from coalesce(s.ended_at, now()) - s.started_at)::int
  from public.computer_sessions s left join public.computer_actions a on a.session_id = s.id
  where s.id = p_session_id group by s.id
$$;

-- Deletes sessions that ended more than days_old days ago; returns how many.
create or replace function public.cleanup_old_computer_sessions(days_old int default 30)
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.computer_sessions s where s.status = 'ended' and s.ended_at < now() - make_interval(days => days_old);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger confirm_action before insert or update of confirmed_at, success on public.computer_actions
  for each row execute function private.confirm_action();
do $$
declare
  v_table text;
begin
  foreach v_table in array array['computer_actions', 'computer_downloads'] loop
    execute format('create or replace trigger count_inserted after insert on public.%I referencing new table as changed_rows
      for each statement execute function private.count_computer_session()', v_table);
    execute format('create or replace trigger count_updated after update on public.%I referencing new table as changed_rows
      for each statement execute function private.count_computer_session()', v_table);
    execute format('create or replace trigger count_deleted after delete on public.%I referencing old table as changed_rows
      for each statement execute function private.count_computer_session()', v_table);
  end loop;
end
$$;
create or replace trigger count_replay after insert on public.workflow_executions
  for each row execute function private.count_replay();
create or replace trigger place_computer_task before insert or update of session_id, user_id on public.computer_task_executions
  for each row execute function private.place_computer_task();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('computer', 'public.computer_task_executions', 'executing', 'failed', 'error_message',
  't.status in (''planning'', ''executing'')', 't.started_at');
call private.declare_work('replays', 'public.workflow_executions', 'running', 'failed', 'error_message',
  't.status in (''pending'', ''running'')', 't.started_at');

call private.declare_execute('private.count_computer_session()');
call private.declare_execute('private.count_replay()');
call private.declare_execute('public.get_session_stats(uuid)', 'authenticated');
call private.declare_execute('public.cleanup_old_computer_sessions(int)');

call private.declare_access('public.computer_sessions', 'owner_or_project');
call private.declare_access('public.computer_actions', 'child', 'session_id', p_parent => 'public.computer_sessions',
  p_protected => '{confirmed_by}');
call private.declare_access('public.saved_workflows', 'public', p_public => 'is_public',
  p_protected => '{execution_count, last_executed_at}');
call private.declare_access('public.workflow_executions', 'owner',
  p_protected => '{steps_completed, current_step, result, error_message}');
call private.declare_access('public.screen_snapshots', 'child', 'session_id', p_parent => 'public.computer_sessions');
call private.declare_access('public.element_interactions', 'child', 'session_id', p_parent => 'public.computer_sessions');
call private.declare_access('public.computer_task_executions', 'child', 'session_id', p_parent => 'public.computer_sessions',
  p_protected => '{user_id}');
call private.declare_access('public.computer_downloads', 'child', 'session_id', p_parent => 'public.computer_sessions');
call private.declare_access('public.computer_session_analytics', 'child', 'session_id',
  p_parent => 'public.computer_sessions', p_actions => '{select}');
call private.declare_reference('public.workflow_executions', 'workflow_id', 'public.saved_workflows');
call private.declare_reference('public.workflow_executions', 'session_id', 'public.computer_sessions', 'user_id');
call private.declare_reference('public.screen_snapshots', 'action_id', 'public.computer_actions', 'session_id');
call private.declare_reference('public.element_interactions', 'action_id', 'public.computer_actions', 'session_id');
call private.declare_reference('public.computer_downloads', 'action_id', 'public.computer_actions', 'session_id');
call private.declare_events('public.computer_sessions', 'computer_session');
call private.declare_events('public.computer_actions', 'computer_action', 'session_id');
