-- Scheduling: what runs at a time, again and again, or when something happens.
--
-- A scheduled_task is one-time, recurring (cron with a time zone, computed by the server) or triggered, by a signed
-- webhook (task_webhooks) or an event. Each run is a task_execution, which is work (queue scheduled).
--
-- Each due time runs exactly once however many schedulers there are: in one transaction a scheduler locks due tasks with
-- get_due_tasks(), computes the next time and calls fire_scheduled_task(), which inserts the execution under a unique
-- trigger_key (the due time, or the webhook's delivery id). overlap_policy says what happens while the last run still
-- goes on: skip it, queue it (the queue gives out only the earliest unfinished one), or allow both. catch_up_policy says
-- what becomes of times that passed while nothing ran. Conditions are evaluated by the worker; an unmet one skips.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.scheduled_tasks (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  type text not null check (type in ('one-time', 'recurring', 'trigger')),
  schedule jsonb not null default '{}',
  trigger_config jsonb not null default '{}',
  action jsonb not null,
  conditions jsonb not null default '[]',
  retry_policy jsonb not null default '{}',
  notification_config jsonb not null default '{}',
  overlap_policy text not null default 'skip' check (overlap_policy in ('skip', 'queue', 'allow')),
  catch_up_policy text not null default 'once' check (catch_up_policy in ('skip', 'once', 'all')),
  status text not null default 'active' check (status in ('active', 'paused', 'completed', 'failed')),
  last_run_at timestamptz,
  next_run_at timestamptz,
  run_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.scheduled_tasks is 'Task definitions.';
comment on column public.scheduled_tasks.schedule is '{"at": time} or {"cron": text, "timezone": name}.';
comment on column public.scheduled_tasks.trigger_config is '{"type": "webhook" | "email" | "event", "config": {…}}.';
comment on column public.scheduled_tasks.action is
  '{"type": "ai-prompt" | "send-email" | "webhook" | "run-code" | "generate-report" | "chain" | "web-scrape" | "file-operation" | "google-workspace", …}.';
comment on column public.scheduled_tasks.conditions is '[{"type": "time" | "variable" | "api-response", …}]: all must hold.';
comment on column public.scheduled_tasks.retry_policy is '{"maxRetries": int, "backoffMs": int}.';
comment on column public.scheduled_tasks.notification_config is '{"onSuccess": boolean, "onFailure": boolean, "channels": [text]}.';
comment on column public.scheduled_tasks.overlap_policy is 'When a run is due while the last goes on: skip, queue, allow.';
comment on column public.scheduled_tasks.catch_up_policy is 'Times that passed unserved: skip them, run once, run all.';
comment on column public.scheduled_tasks.run_count is 'Executions started.';

create table if not exists public.task_executions (
  id uuid primary key default gen_random_uuid(),
  task_id uuid not null references public.scheduled_tasks (id) on delete cascade,
  trigger_key text not null,
  due_at timestamptz not null default now(),
  input jsonb not null default '{}',
  status text not null default 'pending'
    check (status in ('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled')),
  is_exclusive boolean not null default true,
  max_retries int not null default 3 check (max_retries between 0 and 20),
  started_at timestamptz,
  completed_at timestamptz,
  duration_ms bigint generated always as
    ((extract(epoch from (completed_at at time zone 'utc') - (started_at at time zone 'utc')) * 1000)::bigint) stored,
  result jsonb,
  error text,
  logs jsonb not null default '[]',
  created_at timestamptz not null default clock_timestamp(),
  unique (task_id, trigger_key)
);

comment on table public.task_executions is 'Execution history; the newest 100 of each task are kept.';
comment on column public.task_executions.trigger_key is 'What it was started by, once: the due time or a delivery id.';
comment on column public.task_executions.input is 'What the trigger brought: {"body", "headers"} of a webhook, an event.';
comment on column public.task_executions.is_exclusive is 'Not while an earlier one of the task is unfinished.';
comment on column public.task_executions.result is 'What the action returned.';
comment on column public.task_executions.logs is '[{"at": time, "message": text}].';

create table if not exists public.task_webhooks (
  id uuid primary key default gen_random_uuid(),
  task_id uuid not null references public.scheduled_tasks (id) on delete cascade,
  secret_encrypted text not null,
  last_triggered_at timestamptz,
  trigger_count int not null default 0,
  created_at timestamptz not null default now()
);

comment on table public.task_webhooks is 'Webhook triggers; the id is part of the address.';
comment on column public.task_webhooks.secret_encrypted is 'Secret that signs deliveries, AES-256-GCM with the key id in the value.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_tasks_next_run on public.scheduled_tasks (next_run_at)
  where status = 'active' and next_run_at is not null;
create index if not exists idx_tasks_user_status on public.scheduled_tasks (user_id, status);
create index if not exists idx_tasks_project on public.scheduled_tasks (project_id);
create index if not exists idx_executions_task_started on public.task_executions (task_id, created_at desc);
create index if not exists idx_webhooks_task on public.task_webhooks (task_id);

-- ------------------------------------------------------------------------------------------------ functions

-- Active tasks whose time has come, oldest first, locked for the caller's transaction: another scheduler skips them.
create or replace function public.get_due_tasks(p_limit int default 10)
returns table (id uuid, user_id uuid, name text, type text, action jsonb, conditions jsonb, retry_policy jsonb,
  notification_config jsonb, run_count int, next_run_at timestamptz, schedule jsonb, catch_up_policy text)
language sql volatile set search_path = '' as $$
  select t.id, t.user_id, t.name, t.type, t.action, t.conditions, t.retry_policy, t.notification_config, t.run_count,
    t.next_run_at, t.schedule, t.catch_up_policy
  from public.scheduled_tasks t
  where t.status = 'active' and t.next_run_at <= now()
  order by t.next_run_at limit p_limit for update skip locked
$$;

-- Starts a run and sets the next time; returns the execution, or null when this trigger key already ran. Without a
-- next time a one-time task is completed. p_move_on false (webhooks, events, run now) leaves the schedule as it is.
create or replace function public.fire_scheduled_task(
  p_task_id uuid, p_trigger_key text, p_due_at timestamptz default now(), p_next_run_at timestamptz default null,
  p_input jsonb default '{}', p_move_on boolean default true
)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_task public.scheduled_tasks;
  v_id uuid;
begin
  select * into v_task from public.scheduled_tasks t where t.id = p_task_id for update;
  if not found then
    return null;
  end if;
  insert into public.task_executions (task_id, trigger_key, due_at, input, is_exclusive, max_retries, status, completed_at)
  select p_task_id, p_trigger_key, p_due_at, p_input, v_task.overlap_policy <> 'allow',
    least(greatest(coalesce((v_task.retry_policy ->> 'maxRetries')::int, 3), 0), 20),
    case when s.skip then 'skipped' else 'pending' end, case when s.skip then now() end
  from (select v_task.overlap_policy = 'skip' and exists (
    select from public.task_executions e where e.task_id = p_task_id and e.status in ('pending', 'running')) as skip) s
  on conflict (task_id, trigger_key) do nothing
  returning id into v_id;
  update public.scheduled_tasks t
  set next_run_at = case when p_move_on then p_next_run_at else t.next_run_at end,
      run_count = t.run_count + case when v_id is null then 0 else 1 end,
      last_run_at = case when v_id is null then t.last_run_at else now() end,
      status = case when p_move_on and p_next_run_at is null and t.type = 'one-time' then 'completed' else t.status end
  where t.id = p_task_id;
  return v_id;
end
$$;

create or replace function public.get_upcoming_user_tasks(p_user_id uuid, p_hours_ahead int default 24, p_limit int default 10)
returns table (id uuid, name text, type text, next_run_at timestamptz, last_run_at timestamptz, run_count int, status text)
language sql stable set search_path = '' as $$
  select t.id, t.name, t.type, t.next_run_at, t.last_run_at, t.run_count, t.status
  from public.scheduled_tasks t
  where t.user_id = p_user_id and t.status = 'active' and t.next_run_at <= now() + make_interval(hours => p_hours_ahead)
  order by t.next_run_at limit p_limit
$$;

-- One row, also for a task that never ran; none for a task that is not visible.
create or replace function public.get_task_stats(p_task_id uuid)
returns table (total_executions bigint, successful_executions bigint, failed_executions bigint, avg_duration_ms float8,
  last_execution_at timestamptz, last_execution_status text)
language sql stable set search_path = '' as $$
  select count(e.id), count(e.id) filter (where e.status = 'completed'), count(e.id) filter (where e.status = 'failed'),
    avg(e.duration_ms)::float8, max(coalesce(e.started_at, e.created_at)),
    (array_agg(e.status order by e.created_at desc) filter (where e.id is not null))[1]
  from public.scheduled_tasks t left join public.task_executions e on e.task_id = t.id
  where t.id = p_task_id group by t.id
$$;

create or replace function public.get_user_task_stats(p_user_id uuid)
returns table (total_tasks bigint, active_tasks bigint, paused_tasks bigint, completed_tasks bigint, failed_tasks bigint,
  upcoming_24h bigint, total_executions bigint, successful_executions bigint, failed_executions bigint)
language sql stable set search_path = '' as $$
  select t.*, e.*
  from (
    select count(*), count(*) filter (where s.status = 'active'), count(*) filter (where s.status = 'paused'),
      count(*) filter (where s.status = 'completed'), count(*) filter (where s.status = 'failed'),
      count(*) filter (where s.status = 'active' and s.next_run_at <= now() + interval '24 hours')
    from public.scheduled_tasks s where s.user_id = p_user_id
  ) t cross join (
    select count(*), count(*) filter (where x.status = 'completed'), count(*) filter (where x.status = 'failed')
    from public.task_executions x join public.scheduled_tasks s on s.id = x.task_id where s.user_id = p_user_id
  ) e
$$;

-- Keeps the newest finished executions of each task; returns how many went.
create or replace function public.cleanup_old_executions(p_keep_per_task int default 100)
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.task_executions e
  where e.id in (
    select r.id from (
      select x.id, row_number() over (partition by x.task_id order by x.created_at desc, x.id) as place
      from public.task_executions x where x.status not in ('pending', 'running')
    ) r where r.place > p_keep_per_task
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace function public.cleanup_completed_tasks(p_older_than_days int default 30)
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.scheduled_tasks t
  where t.type = 'one-time' and t.status = 'completed' and t.updated_at < now() - make_interval(days => p_older_than_days);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace function private.stamp_execution()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if new.status = 'running' then
    new.started_at := coalesce(new.started_at, now());
  elsif new.status in ('completed', 'failed', 'cancelled') then
    new.completed_at := coalesce(new.completed_at, now());
  end if;
  return new;
end
$$;

-- Wakes schedulers when the next time may have come nearer.
create or replace function private.notify_schedule()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  perform pg_notify('meta_agent_work', 'schedules');
  return null;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger stamp_execution before update of status on public.task_executions
  for each row execute function private.stamp_execution();
create or replace trigger notify_schedule after insert or update of next_run_at, status on public.scheduled_tasks
  for each row execute function private.notify_schedule();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('scheduled', 'public.task_executions', 'running', 'failed', 'error',
  't.status in (''pending'', ''running'')', 't.due_at', 3, $$not t.is_exclusive or not exists (
    select from public.task_executions e where e.task_id = t.task_id and e.status in ('pending', 'running')
      and (e.due_at, e.created_at, e.id) < (t.due_at, t.created_at, t.id))$$);

call private.declare_execute('public.get_due_tasks(int)');
call private.declare_execute('public.fire_scheduled_task(uuid, text, timestamptz, timestamptz, jsonb, boolean)');
call private.declare_execute('public.get_upcoming_user_tasks(uuid, int, int)', 'authenticated');
call private.declare_execute('public.get_task_stats(uuid)', 'authenticated');
call private.declare_execute('public.get_user_task_stats(uuid)', 'authenticated');
call private.declare_execute('public.cleanup_old_executions(int)');
call private.declare_execute('public.cleanup_completed_tasks(int)');

call private.declare_access('public.scheduled_tasks', 'owner_or_project', p_protected => '{run_count, last_run_at}');
call private.declare_access('public.task_executions', 'child', 'task_id', p_parent => 'public.scheduled_tasks',
  p_actions => '{select, delete}');
call private.declare_access('public.task_webhooks', 'child', 'task_id', p_parent => 'public.scheduled_tasks',
  p_actions => '{select, insert, delete}', p_protected => '{trigger_count, last_triggered_at}', p_hidden => '{secret_encrypted}');
call private.declare_events('public.scheduled_tasks', 'scheduled_task');
call private.declare_events('public.task_executions', 'task_execution', 'task_id');
