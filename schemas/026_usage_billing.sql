-- Usage and prices: what every model call cost.
--
-- model_prices are prices per million tokens with the dates between which they hold; they override the prices the
-- program brings along. api_usage has one row for each call to a model: who, for which project, task or message, how
-- many tokens of which kind, and what it cost. Rows are written by the service alone, so that nobody can rewrite
-- their bill; people see their own, members their project's.

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

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_api_usage_user on public.api_usage (user_id, created_at desc);
create index if not exists idx_api_usage_project on public.api_usage (project_id, created_at desc);
create index if not exists idx_api_usage_task on public.api_usage (task_id);
create index if not exists idx_api_usage_run on public.api_usage (run_id);
create index if not exists idx_api_usage_conversation on public.api_usage (conversation_id);
create index if not exists idx_api_usage_message on public.api_usage (message_id);
create index if not exists idx_api_usage_reservation on public.api_usage (reservation_id);

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_access('public.model_prices', 'catalog');
call private.declare_access('public.api_usage', 'owner_or_project', p_actions => '{select}');
