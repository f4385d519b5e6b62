-- Usage and prices: what every model call cost.
--
-- model_prices are prices per million tokens with the dates between which they hold; they override the prices the
-- program brings along. api_usage has one row for each call to a model: who, for which project, task or message, how
-- many tokens of which kind, and what it cost. Rows are written by the service alone, so that nobody can rewrite
-- their bill; people see their own, members their project's. usage_daily sums it up per day, by trigger, so that calls
-- older than a year can go (cleanup_api_usage()) and limits are checked fast.
--
-- usage_limits cap tokens or money of a person, a project or an organization per day, month or for good. Before a call that
-- a limit holds for, the server sets the most it may use aside with reserve_usage(): a row of api_usage with status reserved, written while the
-- limits in force are locked, so that parallel calls cannot pass a limit together; MA402 says which one stands in the way.
-- The call's end replaces it by what was used, and a reservation whose call never came home counts for ten minutes.
-- (meta_budgets of 001 reserve per project and tier.)

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.model_prices (
  id uuid primary key default gen_random_uuid(),
  provider text not null,
  model text not null,
  valid_from date not null default current_date,
  valid_to date,
  input_per_million numeric(14, 6) not null check (input_per_million >= 0),
  output_per_million numeric(14, 6) not null check (output_per_million >= 0),
  cached_per_million numeric(14, 6) check (cached_per_million >= 0),
  reasoning_per_million numeric(14, 6) check (reasoning_per_million >= 0),
  source text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, model, valid_from),
  check (valid_to > valid_from)
);

comment on table public.model_prices is
  'Prices in US dollars per million tokens, with dates; they override the built-in ones.';
comment on column public.model_prices.provider is 'Kind of the provider, for example openai.';
comment on column public.model_prices.model is 'Model name; * at its end matches any ending.';
comment on column public.model_prices.valid_to is 'First day it no longer holds; null: it still does.';
comment on column public.model_prices.cached_per_million is 'Input read from the cache; null: as input.';
comment on column public.model_prices.reasoning_per_million is 'Reasoning output; null: as output.';
comment on column public.model_prices.source is 'Where the price was read.';

create table if not exists public.api_usage (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete set null,
  project_id uuid references public.meta_projects (id) on delete set null,
  task_id uuid references public.meta_tasks (id) on delete set null,
  run_id uuid references public.meta_task_runs (id) on delete set null,
  conversation_id uuid references public.meta_conversations (id) on delete set null,
  message_id uuid references public.meta_messages (id) on delete set null,
  reservation_id uuid references public.meta_budget_reservations (id) on delete set null,
  provider text not null,
  model text not null,
  endpoint text not null check (endpoint in ('chat', 'embedding', 'image', 'speech', 'transcription', 'video', 'search')),
  input_tokens bigint not null default 0 check (input_tokens >= 0),
  output_tokens bigint not null default 0 check (output_tokens >= 0),
  cached_tokens bigint not null default 0 check (cached_tokens >= 0),
  reasoning_tokens bigint not null default 0 check (reasoning_tokens >= 0),
  cost_usd numeric(14, 6) not null default 0 check (cost_usd >= 0),
  duration_ms int check (duration_ms >= 0),
  status text not null default 'reserved' check (status in ('reserved', 'settled', 'failed')),
  created_at timestamptz not null default now()
);

comment on table public.api_usage is 'One row for each call to a model.';
comment on column public.api_usage.user_id is 'Who the call was made for; null once the account is deleted.';
comment on column public.api_usage.reservation_id is 'The budget reservation it was made under.';
comment on column public.api_usage.cached_tokens is 'Part of input_tokens read from the provider''s cache.';
comment on column public.api_usage.reasoning_tokens is 'Part of output_tokens spent on reasoning.';
comment on column public.api_usage.status is
  'reserved while the call runs, settled with its real use, failed.';

create table if not exists public.usage_daily (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete set null,
  project_id uuid references public.meta_projects (id) on delete set null,
  date date not null,
  provider text not null,
  model text not null,
  calls int not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_usd numeric(14, 6) not null default 0
);

comment on table public.usage_daily is 'Usage per person, project, day (UTC) and model; kept by trigger.';

create table if not exists public.usage_limits (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  organization_id uuid references public.organizations (id) on delete cascade,
  period text not null default 'month' check (period in ('day', 'month', 'total')),
  max_tokens bigint check (max_tokens >= 0),
  max_cost_usd numeric(14, 6) check (max_cost_usd >= 0),
  warn_at numeric(3, 2) not null default 0.8 check (warn_at between 0 and 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  is_own boolean not null default false check (not is_own or user_id is not null),
  check (num_nonnulls(user_id, project_id, organization_id) = 1),
  check (num_nonnulls(max_tokens, max_cost_usd) > 0)
);

-- Came after the first release, and with it a person's own limit beside an administrator's.
alter table public.usage_limits add column if not exists is_own boolean not null default false
  check (not is_own or user_id is not null);
alter table public.usage_limits drop constraint if exists usage_limits_user_id_project_id_organization_id_period_key;

comment on table public.usage_limits is 'Caps of a person, a project or an organization; each of them holds.';
comment on column public.usage_limits.is_own is
  'Set by the person for themselves, who may change it; it cannot loosen an administrator''s, which holds as well.';
comment on column public.usage_limits.warn_at is 'Part of the limit at which its owner is told.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_api_usage_user on public.api_usage (user_id, created_at desc);
create index if not exists idx_api_usage_project on public.api_usage (project_id, created_at desc);
create index if not exists idx_api_usage_task on public.api_usage (task_id);
create index if not exists idx_api_usage_run on public.api_usage (run_id);
create index if not exists idx_api_usage_conversation on public.api_usage (conversation_id);
create index if not exists idx_api_usage_message on public.api_usage (message_id);
create index if not exists idx_api_usage_reservation on public.api_usage (reservation_id);
create index if not exists idx_api_usage_created on public.api_usage (created_at);
create index if not exists idx_api_usage_reserved on public.api_usage (created_at) where status = 'reserved';
create unique index if not exists idx_usage_daily_key on public.usage_daily (user_id, project_id, date, provider, model)
  nulls not distinct;
create index if not exists idx_usage_daily_project on public.usage_daily (project_id, date);
create unique index if not exists idx_usage_limits_key
  on public.usage_limits (user_id, project_id, organization_id, period, is_own) nulls not distinct;
create index if not exists idx_usage_limits_project on public.usage_limits (project_id);
create index if not exists idx_usage_limits_organization on public.usage_limits (organization_id);

call private.defer_references('public.api_usage');
call private.defer_references('public.usage_daily');

-- ------------------------------------------------------------------------------------------------ functions

-- A call counts in its day once it came home, with what it really took, also when it failed on the way; a later
-- correction counts its difference.
create or replace function private.count_usage()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_came_home boolean := new.status <> 'reserved';
  v_calls int := v_came_home::int;
  v_input bigint := case when v_came_home then new.input_tokens else 0 end;
  v_output bigint := case when v_came_home then new.output_tokens else 0 end;
  v_cost numeric := case when v_came_home then new.cost_usd else 0 end;
begin
  if tg_op = 'UPDATE' and old.status <> 'reserved' then
    v_calls := v_calls - 1;
    v_input := v_input - old.input_tokens;
    v_output := v_output - old.output_tokens;
    v_cost := v_cost - old.cost_usd;
  end if;
  if (v_calls, v_input, v_output, v_cost) <> (0, 0, 0, 0) then
    insert into public.usage_daily as d (user_id, project_id, date, provider, model, calls, input_tokens, output_tokens, cost_usd)
    values (new.user_id, new.project_id, (new.created_at at time zone 'utc')::date, new.provider, new.model, v_calls, v_input,
      v_output, v_cost)
    on conflict (user_id, project_id, date, provider, model) do update
    set calls = d.calls + excluded.calls, input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens, cost_usd = d.cost_usd + excluded.cost_usd;
  end if;
  return null;
end
$$;

-- What is used of a limit in its period (days and months are those of UTC), and what calls under way have set aside.
create or replace function private.limit_use(p_limit public.usage_limits)
returns table (used_tokens bigint, used_cost_usd numeric, reserved_tokens bigint, reserved_cost_usd numeric)
language plpgsql stable security definer set search_path = '' as $$
begin
  -- In plpgsql, as limits_for(), whose plans are kept: they are asked before every call of a model.
  return query
  select coalesce(u.tokens, 0)::bigint, coalesce(u.cost, 0), coalesce(r.tokens, 0)::bigint, coalesce(r.cost, 0)
  from (
    select sum(d.input_tokens + d.output_tokens) as tokens, sum(d.cost_usd) as cost
    from (
      select * from public.usage_daily a where a.user_id = p_limit.user_id
      union all
      select * from public.usage_daily a where a.project_id = p_limit.project_id
      union all
      select * from public.usage_daily a where a.project_id in (
        select o.id from public.meta_projects o where o.organization_id = p_limit.organization_id)
    ) d
    where d.date >= case p_limit.period when 'day' then (now() at time zone 'utc')::date
      when 'month' then date_trunc('month', now() at time zone 'utc')::date else '-infinity' end
  ) u, (
    select sum(a.input_tokens + a.output_tokens) as tokens, sum(a.cost_usd) as cost
    from public.api_usage a
    where a.status = 'reserved' and a.created_at > now() - interval '10 minutes'
      and (a.user_id = p_limit.user_id or a.project_id = p_limit.project_id or a.project_id in (
        select o.id from public.meta_projects o where o.organization_id = p_limit.organization_id))
  ) r;
end
$$;

-- When the period of a limit ends; null for one that holds for good.
create or replace function private.limit_resets_at(p_period text)
returns timestamptz language sql stable set search_path = '' as $$
  select case p_period when 'day' then date_trunc('day', now(), 'utc') + interval '1 day'
    when 'month' then (date_trunc('month', now() at time zone 'utc') + interval '1 month') at time zone 'utc' end
$$;

-- Those it holds for see a limit.
create or replace function private.may_see_limit(p_user_id uuid, p_project_id uuid, p_organization_id uuid)
returns boolean language sql stable set search_path = '' as $$
  select coalesce(p_user_id = any (array(select private.readable_user_ids()))
    or p_project_id = any (array(select private.project_ids('viewer')))
    or p_organization_id = any (array(select private.organization_ids('member'))), false)
$$;

-- Whoever answers for the money sets a limit: a person's is an administrator's to set, so that it can bind them. What
-- they set for themselves is theirs alone.
create or replace function private.may_set_limit(p_user_id uuid, p_project_id uuid, p_organization_id uuid, p_is_own boolean)
returns boolean language sql stable set search_path = '' as $$
  select case when p_is_own then p_user_id = (select auth.uid())
    else coalesce((select private.is_admin()) or p_project_id = any (array(select private.project_ids('owner')))
      or p_organization_id = any (array(select private.organization_ids('admin'))), false) end
$$;

-- Replaced by limits_for(), which also says what is set aside.
drop function if exists private.limits_in_force(uuid, uuid);

-- Limits that hold for a person at work in a project, with what is used and set aside of each in its period.
create or replace function private.limits_for(p_user_id uuid, p_project_id uuid)
returns table (limit_id uuid, scope text, period text, max_tokens bigint, max_cost_usd numeric, warn_at numeric,
  used_tokens bigint, used_cost_usd numeric, reserved_tokens bigint, reserved_cost_usd numeric)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select l.id, case when l.user_id is not null then 'user' when l.project_id is not null then 'project' else 'organization' end,
    l.period, l.max_tokens, l.max_cost_usd, l.warn_at, u.used_tokens, u.used_cost_usd, u.reserved_tokens, u.reserved_cost_usd
  from public.usage_limits l
  -- A project the caller cannot see has no limits for them to read.
  left join public.meta_projects p on p.id = p_project_id
    and (private.is_service() or p.id in (select private.project_ids('viewer')))
  cross join lateral private.limit_use(l) u
  where (l.user_id = p_user_id or l.project_id = p.id or l.organization_id = p.organization_id)
    and (private.is_service() or p_user_id = (select auth.uid()));
end
$$;

-- Every limit the caller can see, with what is used and set aside of it.
create or replace function private.visible_limits()
returns table (limit_id uuid, used_tokens bigint, used_cost_usd numeric, reserved_tokens bigint, reserved_cost_usd numeric)
language sql stable security definer set search_path = '' as $$
  select l.id, u.*
  from public.usage_limits l cross join lateral private.limit_use(l) u
  where private.is_service() or private.may_see_limit(l.user_id, l.project_id, l.organization_id)
$$;

-- Raises MA402 when a limit in force for the person and project does not leave the given tokens and cost: which one, how
-- much, until when, and what to do. Its detail is {"limit_id", "scope", "period", "max_tokens", "used_tokens",
-- "max_cost_usd", "used_cost_usd", "resets_at", "fits_alone"}; fits_alone: only calls under way stand in the way.
create or replace function public.check_usage_limits(
  p_user_id uuid, p_project_id uuid default null, p_tokens bigint default 0, p_cost numeric default 0
)
returns void language plpgsql stable set search_path = '' as $$
declare
  v_limit record;
  v_period text;
  v_resets_at timestamptz;
begin
  -- The one that waiting for others does not help comes first.
  select l.*, s.is_own, coalesce(l.used_tokens + l.reserved_tokens + p_tokens > l.max_tokens, false) as in_tokens,
    coalesce(l.used_tokens + p_tokens <= l.max_tokens, true)
      and coalesce(l.used_cost_usd + p_cost <= l.max_cost_usd, true) as fits_alone
  into v_limit
  from private.limits_for(p_user_id, p_project_id) l left join public.usage_limits s on s.id = l.limit_id
  where l.used_tokens + l.reserved_tokens + p_tokens > l.max_tokens
    or l.used_cost_usd + l.reserved_cost_usd + p_cost > l.max_cost_usd
  order by fits_alone, l.limit_id limit 1;
  if not found then
    return;
  end if;
  v_period := case v_limit.period when 'total' then 'in total' else 'per ' || v_limit.period end;
  v_resets_at := private.limit_resets_at(v_limit.period);
  raise exception '%', case when v_limit.in_tokens
      then format('The %s limit %s allows %s tokens: %s are used, %s are set aside, and this call may need %s.', v_limit.scope,
        v_period, v_limit.max_tokens, v_limit.used_tokens, v_limit.reserved_tokens, p_tokens)
      else format('The %s limit %s allows $%s: $%s is used, $%s is set aside, and this call may cost $%s.', v_limit.scope,
        v_period, round(v_limit.max_cost_usd, 4), round(v_limit.used_cost_usd, 4), round(v_limit.reserved_cost_usd, 4),
        round(p_cost, 4)) end
    using errcode = 'MA402',
      hint = case when v_resets_at is null then '' else
          format('Wait until %s UTC, or ', to_char(v_resets_at at time zone 'utc', 'YYYY-MM-DD HH24:MI')) end
        || case v_limit.scope
          when 'user' then case when v_limit.is_own then 'raise it in Settings, Usage.' else 'ask an administrator to raise it.' end
          when 'project' then 'raise it in Settings, Usage, as an owner of the project, or ask one to.'
          else 'raise it on the page of the organization, as an owner or admin of it, or ask one to.' end,
      detail = jsonb_build_object('limit_id', v_limit.limit_id, 'scope', v_limit.scope, 'period', v_limit.period,
        'max_tokens', v_limit.max_tokens, 'used_tokens', v_limit.used_tokens, 'max_cost_usd', v_limit.max_cost_usd,
        'used_cost_usd', v_limit.used_cost_usd, 'resets_at', v_resets_at, 'fits_alone', v_limit.fits_alone)::text;
end
$$;

-- Sets aside the most one call may use, before it is made. Returns the row of api_usage that the call's end settles or,
-- where it was not made, deletes. Raises MA402 as check_usage_limits() does.
create or replace function public.reserve_usage(
  p_user_id uuid, p_project_id uuid, p_provider text, p_model text, p_endpoint text, p_tokens bigint, p_cost numeric,
  p_task_id uuid default null, p_run_id uuid default null, p_conversation_id uuid default null, p_message_id uuid default null
)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  -- One caller at a time for each limit; what is used and set aside is read under these locks.
  perform from public.usage_limits l
  where l.user_id = p_user_id or l.project_id = p_project_id
    or l.organization_id = (select p.organization_id from public.meta_projects p where p.id = p_project_id)
  order by l.id for update;
  -- A message has one call at a time: what stands there is of a worker that was lost.
  delete from public.api_usage u where u.message_id = p_message_id and u.status = 'reserved';
  perform public.check_usage_limits(p_user_id, p_project_id, p_tokens, p_cost);
  insert into public.api_usage (user_id, project_id, task_id, run_id, conversation_id, message_id, provider, model, endpoint,
    input_tokens, cost_usd)
  values (p_user_id, p_project_id, p_task_id, p_run_id, p_conversation_id, p_message_id, p_provider, p_model, p_endpoint, p_tokens, p_cost)
  returning id into v_id;
  return v_id;
end
$$;

-- The caller's limits and what is used of them.
create or replace function public.get_usage_limits(p_project_id uuid default null)
returns table (limit_id uuid, scope text, period text, max_tokens bigint, max_cost_usd numeric, warn_at numeric,
  used_tokens bigint, used_cost_usd numeric)
language sql stable set search_path = '' as $$
  select l.limit_id, l.scope, l.period, l.max_tokens, l.max_cost_usd, l.warn_at, l.used_tokens, l.used_cost_usd
  from private.limits_for((select auth.uid()), p_project_id) l
$$;

-- Removes single calls older than p_older_than; their days stay in usage_daily. Returns how many went.
create or replace function public.cleanup_api_usage(p_older_than interval default '1 year')
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.api_usage u where u.created_at < now() - p_older_than;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger count_usage after insert or update of status, input_tokens, output_tokens, cost_usd on public.api_usage
  for each row execute function private.count_usage();
create or replace trigger refuse_agents before insert or update or delete on public.usage_limits
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_access('public.model_prices', 'catalog');
call private.declare_access('public.api_usage', 'owner_or_project', p_actions => '{select}');
call private.declare_access('public.usage_daily', 'owner_or_project', p_actions => '{select}');
call private.declare_access('public.usage_limits', 'special');

call private.declare_execute('private.count_usage()');
call private.declare_execute('private.limit_use(public.usage_limits)');
call private.declare_execute('private.limit_resets_at(text)', 'authenticated');
call private.declare_execute('private.may_see_limit(uuid, uuid, uuid)', 'authenticated');
call private.declare_execute('private.may_set_limit(uuid, uuid, uuid, boolean)', 'authenticated');
call private.declare_execute('private.limits_for(uuid, uuid)', 'authenticated');
call private.declare_execute('private.visible_limits()', 'authenticated');
call private.declare_execute('public.check_usage_limits(uuid, uuid, bigint, numeric)', 'authenticated');
call private.declare_execute(
  'public.reserve_usage(uuid, uuid, text, text, text, bigint, numeric, uuid, uuid, uuid, uuid)');
call private.declare_execute('public.get_usage_limits(uuid)', 'authenticated');
call private.declare_execute('public.cleanup_api_usage(interval)');

drop policy if exists "limits may be seen by those they hold for" on public.usage_limits;
create policy "limits may be seen by those they hold for" on public.usage_limits for select to authenticated
  using ((select private.may_see_limit(user_id, project_id, organization_id)));
do $$
declare
  v_action text;
  v_rule text := '(select private.may_set_limit(user_id, project_id, organization_id, is_own))';
begin
  foreach v_action in array array['insert', 'update', 'delete'] loop
    execute format('drop policy if exists %I on public.usage_limits', 'whoever answers for the money may ' || v_action || ' limits');
    execute format('create policy %I on public.usage_limits for %s to authenticated %s',
      'whoever answers for the money may ' || v_action || ' limits', v_action,
      case v_action when 'insert' then format('with check (%s)', v_rule) when 'update' then format('using (%1$s) with check (%1$s)', v_rule)
        else format('using (%s)', v_rule) end);
  end loop;
end
$$;
