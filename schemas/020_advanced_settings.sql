-- Settings: what a person chose, and how models are reached.
--
-- user_settings holds one row per person: parameters of models, reasoning, search, retrieval, output and looks, each
-- an object with the documented defaults. model_providers are connections to models: a person's, a project's, or the
-- installation's (is_system, no user), with their secret as ciphertext that no API role can read. A model tier
-- (haiku, sonnet, opus, embedding) is resolved to a model name by the provider's models object.
--
-- parameter_presets are named sets of them (four come with the system), user_rules what a person wants always observed,
-- custom_agents agents written in YAML, skills capabilities in the open SKILL.md format that user_skills installs,
-- search_connections a person's search engine, mcp_configs connections to MCP servers with their health, custom_functions tools of a person's own.
-- settings_history keeps what each was before, so that a change can be undone; secrets are left out of it.
-- thinking_sessions (004) get the metrics of reasoning here.
--
-- get_user_settings() answers with the stored row, or the defaults for somebody who never changed anything.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.user_settings (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique default auth.uid() references auth.users (id) on delete cascade,
  model_parameters jsonb not null default '{"seed":null,"top_k":40,"top_p":1,"temperature":0.7,"stop_sequences":[],"max_input_tokens":128000,"presence_penalty":0,"frequency_penalty":0,"max_output_tokens":4096}',
  reasoning_config jsonb not null default '{"show_thinking":true,"max_inflections":10,"max_reflections":5,"thinking_budget":10000,"reasoning_effort":"medium","confidence_threshold":0.7}',
  search_config jsonb not null default '{"max_sources":10,"search_depth":5,"max_iterations":5,"fact_verification":true,"source_quality_threshold":0.6}',
  rag_config jsonb not null default '{"enabled":true,"chunk_size":512,"max_chunks":10,"chunk_overlap":50,"embedding_model":"text-embedding-3-small","similarity_threshold":0.7}',
  output_config jsonb not null default '{"canvas_enabled":true,"export_formats":["markdown","json","yaml"],"canvas_position":"right","artifact_enabled":true,"canvas_auto_open":false,"default_destination":"chat","artifact_auto_detect":true,"artifact_version_history":true}',
  ui_preferences jsonb not null default '{"compact_mode":false,"keyboard_shortcuts":true,"show_iteration_counts":true,"show_confidence_scores":true,"show_thinking_animation":true}',
  active_preset text not null default 'balanced',
  schema_version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.user_settings is 'Master settings, one row per person.';
comment on column public.user_settings.model_parameters is
  'temperature, top_p, top_k, penalties, seed, stop_sequences and token limits.';
comment on column public.user_settings.reasoning_config is
  'reasoning_effort, thinking_budget, show_thinking, limits of inflections and reflections.';
comment on column public.user_settings.search_config is
  'search_depth, max_sources, max_iterations, fact_verification.';
comment on column public.user_settings.rag_config is
  'Retrieval: chunk_size and chunk_overlap in tokens, max_chunks, similarity_threshold.';
comment on column public.user_settings.output_config is 'Canvas and artifacts.';
comment on column public.user_settings.ui_preferences is 'Looks of the console.';
comment on column public.user_settings.active_preset is
  'creative, precise, balanced, custom or a preset''s name.';
comment on column public.user_settings.schema_version is 'Version of the objects'' shapes.';

create table if not exists public.model_providers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  kind text not null check (kind in ('builtin', 'openai', 'anthropic', 'google', 'openai-compatible', 'ollama')),
  base_url text,
  secret_encrypted text,
  models jsonb not null default '{}',
  enabled boolean not null default true,
  is_default boolean not null default false,
  last_tested_at timestamptz,
  last_test_ok boolean,
  last_test_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.model_providers
  add column if not exists has_secret boolean not null generated always as (secret_encrypted is not null) stored;

comment on table public.model_providers is 'Connections to model providers.';
comment on column public.model_providers.user_id is
  'Who may use it; null: everybody (is_system), managed by administrators.';
comment on column public.model_providers.project_id is
  'Project whose work it is meant for; null: all of its owner''s.';
comment on column public.model_providers.secret_encrypted is
  'API key, AES-256-GCM with the key id in the value.';
comment on column public.model_providers.has_secret is
  'Whether a key is stored; the key itself is never shown.';
comment on column public.model_providers.models is
  '{"haiku": model, "sonnet": model, "opus": model, "embedding": model}.';
comment on column public.model_providers.is_default is 'Preferred among those of the same owner and project.';
comment on column public.model_providers.last_test_message is 'What the last connection test said.';

create table if not exists public.parameter_presets (
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  description text,
  model_parameters jsonb not null,
  reasoning_config jsonb not null,
  search_config jsonb not null,
  rag_config jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (user_id, name)
);

comment on table public.parameter_presets is 'Saved presets, and the four of the system.';
comment on column public.parameter_presets.model_parameters is 'As in user_settings.';
comment on column public.parameter_presets.reasoning_config is 'As in user_settings.';
comment on column public.parameter_presets.search_config is 'As in user_settings.';
comment on column public.parameter_presets.rag_config is 'As in user_settings.';

create table if not exists public.user_rules (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  rule_type text not null check (rule_type in ('global', 'project', 'format', 'behavior', 'conversation')),
  name text not null check (btrim(name) <> ''),
  content text not null,
  priority int not null default 0,
  enabled boolean not null default true,
  project_id uuid references public.meta_projects (id) on delete cascade,
  conversation_id uuid references public.meta_conversations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((rule_type = 'project') = (project_id is not null))
);

alter table public.user_rules
  add column if not exists conversation_id uuid references public.meta_conversations (id) on delete cascade,
  drop constraint if exists user_rules_rule_type_check,
  add constraint user_rules_rule_type_check
    check (rule_type in ('global', 'project', 'format', 'behavior', 'conversation')),
  drop constraint if exists user_rules_conversation_check,
  add constraint user_rules_conversation_check
    check ((rule_type = 'conversation') = (conversation_id is not null));

comment on table public.user_rules is
  'Custom rules (CLAUDE.md style); a project''s rules hold for its members, a conversation''s in it alone.';
comment on column public.user_rules.priority is 'The highest comes first in the prompt.';

create table if not exists public.custom_agents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  avatar_url text,
  yaml_config text not null,
  parsed_config jsonb not null default '{}',
  version int not null default 1,
  parent_id uuid references public.custom_agents (id) on delete set null,
  visibility text not null default 'private' check (visibility in ('private', 'unlisted', 'public')),
  is_featured boolean not null default false,
  usage_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, slug)
);

comment on table public.custom_agents is 'YAML agent definitions.';
comment on column public.custom_agents.parsed_config is 'The YAML as an object: {"role", "instructions", "tools", "model_tier", …}.';
comment on column public.custom_agents.version is 'Rises with every change of the YAML.';
comment on column public.custom_agents.parent_id is 'The agent it was copied from.';
comment on column public.custom_agents.is_featured is 'Chosen by administrators.';

create table if not exists public.skills (
  id uuid primary key default gen_random_uuid(),
  creator_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  icon text,
  skill_md text,
  triggers jsonb not null default '{"commands":[],"keywords":[],"patterns":[]}',
  implementation jsonb not null default '{"type":"prompt","prompt":"","function":null,"workflow_id":null}',
  requires text[] not null default '{}',
  settings_schema jsonb not null default '{}',
  default_settings jsonb not null default '{}',
  visibility text not null default 'private' check (visibility in ('private', 'unlisted', 'public')),
  downloads int not null default 0,
  rating numeric(3, 2) not null default 0,
  version text not null default '1.0.0' check (version ~ '^\d+\.\d+\.\d+'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(name || ' ' || coalesce(description, ''), 100000))) stored
);

alter table public.skills
  add column if not exists files jsonb not null default '{}' check (jsonb_typeof(files) = 'object');

comment on table public.skills is 'Reusable capabilities.';
comment on column public.skills.files is 'Text files beside SKILL.md: {"path": text}.';
comment on column public.skills.skill_md is 'The SKILL.md file, as written.';
comment on column public.skills.triggers is '{"commands": [text], "keywords": [text], "patterns": [regular expression]}.';
comment on column public.skills.implementation is '{"type": "prompt" | "function" | "workflow", "prompt", "function", "workflow_id"}.';
comment on column public.skills.requires is 'Capabilities it needs, for example web_search.';
comment on column public.skills.settings_schema is 'JSON Schema of its settings.';
comment on column public.skills.default_settings is 'Settings it starts with.';
comment on column public.skills.downloads is 'People who installed it, kept by trigger.';
comment on column public.skills.rating is 'Average of its ratings, kept by trigger (029).';
comment on column public.skills.search_vector is 'Lexemes of name and description.';

create table if not exists public.user_skills (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  skill_id uuid not null references public.skills (id) on delete cascade,
  enabled boolean not null default true,
  settings jsonb not null default '{}',
  installed_at timestamptz not null default now(),
  unique (user_id, skill_id)
);

comment on table public.user_skills is 'Installed skills.';
comment on column public.user_skills.settings is 'By the skill''s settings_schema.';

create table if not exists public.mcp_configs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  server_id text not null,
  server_name text not null,
  category text,
  transport text not null default 'http' check (transport in ('http', 'sse', 'stdio')),
  enabled boolean not null default false,
  config jsonb not null default '{"cache":{"enabled":true,"ttl_seconds":300},"rate_limit":{"burst_size":10,"requests_per_minute":60},"timeout_ms":30000}'
    check (not config ? 'api_key'),
  secrets_encrypted text,
  has_secrets boolean not null generated always as (secrets_encrypted is not null) stored,
  tools jsonb not null default '[]',
  last_health_check timestamptz,
  health_status text not null default 'unknown' check (health_status in ('healthy', 'degraded', 'unhealthy', 'unknown')),
  health_message text,
  latency_ms int check (latency_ms >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, server_id)
);

comment on table public.mcp_configs is 'MCP server configs.';
comment on column public.mcp_configs.server_id is 'For example github, supabase, slack, or a name of one''s own.';
comment on column public.mcp_configs.config is
  '{"url" | "command", "args", "cache", "rate_limit", "timeout_ms"}; a key never goes here.';
comment on column public.mcp_configs.secrets_encrypted is 'Keys and headers, AES-256-GCM with the key id in the value.';
comment on column public.mcp_configs.tools is '[{"name", "description", "input_schema"}] as the server last listed them.';
comment on column public.mcp_configs.health_status is 'Measured by the server at last_health_check.';

create table if not exists public.search_connections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() unique references auth.users (id) on delete cascade,
  kind text not null check (kind in ('searxng', 'brave', 'tavily')),
  base_url text check (base_url ~ '^https?://'),
  secret_encrypted text,
  has_secret boolean not null generated always as (secret_encrypted is not null) stored,
  enabled boolean not null default true,
  price_usd numeric(14, 6) check (price_usd >= 0),
  last_tested_at timestamptz,
  last_test_ok boolean,
  last_test_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (kind <> 'searxng' or base_url is not null)
);

comment on table public.search_connections is 'The web search engine of a person.';
comment on column public.search_connections.base_url is 'Of a SearXNG; null: the engine''s own.';
comment on column public.search_connections.secret_encrypted is 'API key, AES-256-GCM with the key id in the value.';
comment on column public.search_connections.price_usd is 'What one search costs; null: searches are not counted.';
comment on column public.search_connections.last_test_message is 'What the last test said.';

create table if not exists public.custom_functions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null check (name ~ '^[a-zA-Z_][a-zA-Z0-9_]{0,63}$'),
  description text,
  parameters jsonb not null default '{"type":"object","required":[],"properties":{}}',
  handler_type text not null check (handler_type in ('webhook', 'code', 'mcp')),
  handler_config jsonb not null default '{}',
  secrets_encrypted text,
  test_input jsonb,
  test_output jsonb,
  last_test_at timestamptz,
  last_test_status text check (last_test_status in ('passed', 'failed')),
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, name)
);

comment on table public.custom_functions is 'User-defined tools.';
comment on column public.custom_functions.name is 'As models call it.';
comment on column public.custom_functions.parameters is 'JSON Schema of its input.';
comment on column public.custom_functions.handler_config is '{"url"}, {"code"} or {"server_id", "tool"}, by handler_type.';
comment on column public.custom_functions.secrets_encrypted is 'Headers and keys of the handler, AES-256-GCM.';
comment on column public.custom_functions.test_input is 'Input of the last test.';
comment on column public.custom_functions.test_output is 'What it returned.';

create table if not exists public.settings_history (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  table_name text not null,
  record_id uuid not null,
  action text not null check (action in ('create', 'update', 'delete')),
  previous_value jsonb,
  new_value jsonb,
  changed_by_agent text,
  changed_at timestamptz not null default clock_timestamp()
);

comment on table public.settings_history is 'Change log, written by trigger; kept a year.';
comment on column public.settings_history.previous_value is 'The row before, without secrets.';
comment on column public.settings_history.new_value is 'The row after, without secrets.';

-- What a reasoning took: the part of the specification that is an attribute of a session of 004.
alter table public.thinking_sessions
  add column if not exists conversation_id uuid,
  add column if not exists message_id uuid,
  add column if not exists inflection_count int not null default 0 check (inflection_count >= 0),
  add column if not exists reflection_count int not null default 0 check (reflection_count >= 0),
  add column if not exists turn_count int not null default 0 check (turn_count >= 0),
  add column if not exists thinking_tokens bigint not null default 0 check (thinking_tokens >= 0),
  add column if not exists output_tokens bigint not null default 0 check (output_tokens >= 0),
  add column if not exists cost_usd numeric(14, 6) not null default 0 check (cost_usd >= 0),
  add column if not exists initial_confidence numeric(5, 4) check (initial_confidence between 0 and 1),
  add column if not exists final_confidence numeric(5, 4) check (final_confidence between 0 and 1),
  add column if not exists thinking_duration_ms bigint check (thinking_duration_ms >= 0),
  add column if not exists total_duration_ms bigint check (total_duration_ms >= 0),
  add column if not exists thought_stream jsonb not null default '[]';

comment on column public.thinking_sessions.conversation_id is 'The conversation it was for.';
comment on column public.thinking_sessions.message_id is 'The answer it was for.';
comment on column public.thinking_sessions.inflection_count is 'Changes of direction.';
comment on column public.thinking_sessions.reflection_count is 'Critiques of its own thoughts.';
comment on column public.thinking_sessions.turn_count is 'Model calls.';
comment on column public.thinking_sessions.thought_stream is '[{"at_ms", "kind", "text"}]: what the model said it thought.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_user_rules_user on public.user_rules (user_id, priority desc);
create index if not exists idx_user_rules_project on public.user_rules (project_id);
create index if not exists idx_user_rules_conversation on public.user_rules (conversation_id);
create index if not exists idx_custom_agents_parent on public.custom_agents (parent_id);
create index if not exists idx_custom_agents_public on public.custom_agents (usage_count desc) where visibility = 'public';
create index if not exists idx_skills_creator on public.skills (creator_id);
create index if not exists idx_skills_search on public.skills using gin (search_vector);
create index if not exists idx_user_skills_skill on public.user_skills (skill_id);
create index if not exists idx_settings_history_user on public.settings_history (user_id, changed_at desc);
create index if not exists idx_settings_history_record on public.settings_history (table_name, record_id, changed_at desc);
call private.declare_foreign_key('public.thinking_sessions', 'conversation_id', 'public.meta_conversations', 'set null');
call private.declare_foreign_key('public.thinking_sessions', 'message_id', 'public.meta_messages', 'set null');

create index if not exists idx_model_providers_user on public.model_providers (user_id);
create index if not exists idx_model_providers_project on public.model_providers (project_id);
create unique index if not exists idx_model_providers_default on public.model_providers (user_id, project_id)
  nulls not distinct where is_default;

-- ------------------------------------------------------------------------------------------------ functions

-- The settings of somebody who has chosen none: the columns' defaults, read from the catalog at each deployment, so that they are
-- written down once.
do $do$
begin
  execute format('create or replace function private.default_user_settings() returns jsonb language sql stable '
    'set search_path = '''' as $$ select jsonb_build_object(%s) $$', (
      select string_agg(format('%L, %s', a.attname, pg_get_expr(d.adbin, d.adrelid)), ', ' order by a.attnum)
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = 'public.user_settings'::regclass
        and a.attname not in ('id', 'user_id', 'created_at', 'updated_at')));
end
$do$;

-- A person's settings as one object; the columns' defaults for somebody without a row.
create or replace function public.get_user_settings(p_user_id uuid)
returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return coalesce(
    (select to_jsonb(s) - array['id', 'created_at', 'updated_at'] from public.user_settings s where s.user_id = p_user_id),
    private.default_user_settings() || jsonb_build_object('user_id', p_user_id));
end
$$;

-- Keeps what a row was, so that the change can be undone. Secrets stay out of it, and so does what the system measures.
create or replace function private.track_settings_history()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_left_out text[] := array['updated_at', 'search_vector', 'last_health_check', 'health_status', 'health_message', 'latency_ms',
    'tools', 'usage_count', 'downloads', 'rating', 'last_test_at', 'last_test_status', 'test_output', 'secrets_encrypted'];
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - v_left_out end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - v_left_out end;
  v_row jsonb := coalesce(v_new, v_old);
begin
  if v_old is distinct from v_new then
    insert into public.settings_history (user_id, table_name, record_id, action, previous_value, new_value, changed_by_agent)
    select u.id, tg_table_name, (v_row ->> 'id')::uuid,
      case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end, v_old, v_new,
      nullif(current_setting('meta_agent.agent', true), '')
    -- Rows of a deleted account have no history to go to.
    from auth.users u where u.id = coalesce(v_row ->> 'user_id', v_row ->> 'creator_id')::uuid;
  end if;
  return null;
end
$$;

-- Puts back what a change replaced: a row that was changed or deleted is as it was before, one that was created goes.
-- Under the caller's rights, and only where nothing came after it. The undoing is a change of its own, which can be
-- undone in turn.
create or replace function public.undo_settings_change(p_history_id uuid)
returns void language plpgsql volatile set search_path = '' as $$
declare
  v_change public.settings_history;
  v_table regclass;
  v_columns text;
  v_rows int;
begin
  select * into v_change from public.settings_history h where h.id = p_history_id;
  if not found then
    raise exception 'The change does not exist, or is not yours' using errcode = 'MA404';
  end if;
  if exists (select from public.settings_history h where h.table_name = v_change.table_name
    and h.record_id = v_change.record_id and h.changed_at > v_change.changed_at)
  then
    raise exception 'It was changed again since' using errcode = 'MA409', hint = 'Undo the later change first.';
  end if;
  v_table := format('public.%I', v_change.table_name)::regclass;
  -- What the caller may write of the columns that were kept.
  select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into v_columns
  from pg_catalog.pg_attribute a
  where a.attrelid = v_table and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and v_change.previous_value ? a.attname
    and has_column_privilege(v_table, a.attname, case v_change.action when 'delete' then 'insert' else 'update' end);
  case v_change.action
    when 'create' then
      execute format('delete from %s where id = $1', v_table) using v_change.record_id;
    when 'update' then
      execute format('update %1$s t set (%2$s) = (select %2$s from jsonb_populate_record(null::%1$s, $1)) where t.id = $2',
        v_table, v_columns) using v_change.previous_value, v_change.record_id;
    when 'delete' then
      execute format('insert into %1$s (%2$s) select %2$s from jsonb_populate_record(null::%1$s, $1)', v_table, v_columns)
        using v_change.previous_value;
  end case;
  get diagnostics v_rows = row_count;
  if v_rows = 0 then
    raise exception 'What was changed does not exist any more' using errcode = 'MA404';
  end if;
end
$$;

-- Removes history older than p_older_than; returns how many rows went.
create or replace function public.cleanup_settings_history(p_older_than interval default '1 year')
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.settings_history h where h.changed_at < now() - p_older_than;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace function private.version_agent()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.version := old.version + 1;
  return new;
end
$$;

create or replace function private.count_skill_installs()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.skills s set downloads = s.downloads + case tg_op when 'INSERT' then 1 else -1 end
  where s.id = case when tg_op = 'DELETE' then old.skill_id else new.skill_id end;
  return null;
end
$$;

-- Whether somebody else has the slug, which is one for everybody; the caller may not see whose it is.
create or replace function private.skill_slug_taken(p_slug text)
returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select from public.skills s where s.slug = p_slug and s.creator_id <> (select auth.uid()))
$$;

-- Public skills by words of name and description; all of them without a query.
create or replace function public.search_skills(p_query text, p_limit int default 20, p_offset int default 0)
returns table (id uuid, name text, slug text, description text, icon text, downloads int, rating numeric, rank real)
language sql stable set search_path = '' as $$
  select s.id, s.name, s.slug, s.description, s.icon, s.downloads, s.rating,
    case when q.words is null then 0 else ts_rank(s.search_vector, q.words) end::real
  from (select nullif(websearch_to_tsquery('pg_catalog.english', btrim(coalesce(p_query, ''))), '') as words) q
  cross join public.skills s
  where s.visibility = 'public' and (q.words is null or s.search_vector @@ q.words)
  order by 8 desc, s.downloads desc, s.id
  limit p_limit offset p_offset
$$;

-- ------------------------------------------------------------------------------------------------- triggers

do $$
declare
  v_table text;
begin
  foreach v_table in array array['user_settings', 'parameter_presets', 'user_rules', 'custom_agents', 'skills', 'mcp_configs',
    'custom_functions']
  loop
    execute format('create or replace trigger track_settings_history after insert or update or delete on public.%I
      for each row execute function private.track_settings_history()', v_table);
  end loop;
end
$$;
create or replace trigger version_agent before update of yaml_config on public.custom_agents
  for each row when (old.yaml_config is distinct from new.yaml_config) execute function private.version_agent();
create or replace trigger count_skill_installs after insert or delete on public.user_skills
  for each row execute function private.count_skill_installs();
-- What an agent may reach and run is its person's to say.
create or replace trigger refuse_agents before insert or update or delete on public.search_connections
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.mcp_configs
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.custom_functions
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.user_rules
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.model_providers
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.default_user_settings()', 'authenticated');
call private.declare_execute('public.get_user_settings(uuid)', 'authenticated');

call private.declare_execute('private.track_settings_history()');
call private.declare_execute('private.count_skill_installs()');
call private.declare_execute('public.undo_settings_change(uuid)', 'authenticated');
call private.declare_execute('public.search_skills(text, int, int)', 'authenticated');
call private.declare_execute('private.skill_slug_taken(text)', 'authenticated');
call private.declare_execute('public.cleanup_settings_history(interval)');

call private.declare_access('public.user_settings', 'owner');
call private.declare_access('public.parameter_presets', 'owner');
call private.declare_access('public.user_rules', 'owner_or_project');
call private.declare_access('public.custom_agents', 'public', p_public => 'visibility',
  p_protected => '{version, is_featured, usage_count}');
call private.declare_access('public.skills', 'public', 'creator_id', p_public => 'visibility', p_protected => '{downloads, rating}');
call private.declare_access('public.user_skills', 'owner');
call private.declare_access('public.search_connections', 'owner', p_hidden => '{secret_encrypted}',
  p_protected => '{last_tested_at, last_test_ok, last_test_message}');
call private.declare_access('public.mcp_configs', 'owner', p_hidden => '{secrets_encrypted}',
  p_protected => '{tools, last_health_check, health_status, health_message, latency_ms}');
call private.declare_access('public.custom_functions', 'owner', p_hidden => '{secrets_encrypted}',
  p_protected => '{test_output, last_test_at, last_test_status}');
call private.declare_access('public.settings_history', 'owner', p_actions => '{select}');
call private.declare_reference('public.thinking_sessions', 'conversation_id', 'public.meta_conversations');
call private.declare_reference('public.thinking_sessions', 'message_id', 'public.meta_messages');
call private.declare_reference('public.custom_agents', 'parent_id', 'public.custom_agents');
call private.declare_reference('public.user_skills', 'skill_id', 'public.skills');
call private.declare_reference('public.user_rules', 'conversation_id', 'public.meta_conversations');
-- The columns above came after this table was declared.
call private.apply_access('public.thinking_sessions');
call private.declare_access('public.model_providers', 'special', 'user_id', p_hidden => '{secret_encrypted}');

-- The names of three policies in an earlier release were longer than Postgres keeps.
drop policy if exists "people may see their providers, their projects' and the install" on public.model_providers;
drop policy if exists "members may see a provider, everybody the installation's" on public.model_providers;
create policy "members may see a provider, everybody the installation's" on public.model_providers
  for select to authenticated
  using (is_system or user_id = any (array(select private.readable_user_ids()))
    or project_id = any (array(select private.project_ids('viewer'))));
drop policy if exists "people may add providers and administrators the installation's" on public.model_providers;
create policy "people may add providers and administrators the installation's" on public.model_providers
  for insert to authenticated
  with check ((user_id = (select auth.uid())
      and (project_id is null or project_id = any (array(select private.project_ids('editor')))))
    or (user_id is null and project_id is null and (select private.is_admin())));
drop policy if exists "people may change their providers and administrators the instal" on public.model_providers;
drop policy if exists "owners may change a provider, administrators the installation's" on public.model_providers;
create policy "owners may change a provider, administrators the installation's" on public.model_providers
  for update to authenticated
  using (user_id = (select auth.uid()) or (user_id is null and (select private.is_admin())))
  with check ((user_id = (select auth.uid())
      and (project_id is null or project_id = any (array(select private.project_ids('editor')))))
    or (user_id is null and project_id is null and (select private.is_admin())));
drop policy if exists "people may remove their providers and administrators the instal" on public.model_providers;
drop policy if exists "owners may remove a provider, administrators the installation's" on public.model_providers;
create policy "owners may remove a provider, administrators the installation's" on public.model_providers
  for delete to authenticated
  using (user_id = (select auth.uid()) or (user_id is null and (select private.is_admin())));

-- ---------------------------------------------------------------------------------------------------- seeds

insert into public.parameter_presets as p (user_id, name, description, model_parameters, reasoning_config, search_config, rag_config)
select null, s.name, s.description,
  jsonb_build_object('temperature', s.temperature, 'top_p', s.top_p, 'top_k', s.top_k, 'frequency_penalty', s.frequency_penalty,
    'presence_penalty', s.presence_penalty),
  jsonb_build_object('reasoning_effort', s.effort, 'thinking_budget', s.budget, 'show_thinking', true)
    || case s.name when 'Maximum Reasoning' then '{"max_inflections": 20, "max_reflections": 10}'::jsonb else '{}' end,
  jsonb_build_object('search_depth', s.depth, 'max_sources', s.sources, 'fact_verification', true),
  jsonb_build_object('enabled', true, 'chunk_size', s.chunk, 'similarity_threshold', s.similarity)
from (values
  ('Creative', 'Higher temperature', 1.2, 0.95, 100, 0.3, 0.3, 'medium', 8000, 5, 10, 512, 0.6),
  ('Precise', 'Lower temperature', 0.3, 0.8, 20, 0.0, 0.0, 'high', 15000, 8, 20, 256, 0.8),
  ('Balanced', 'Default', 0.7, 1.0, 40, 0.0, 0.0, 'medium', 10000, 5, 10, 512, 0.7),
  ('Maximum Reasoning', 'Deep thinking', 0.5, 0.9, 50, 0.1, 0.1, 'max', 50000, 10, 30, 1024, 0.75)
) as s (name, description, temperature, top_p, top_k, frequency_penalty, presence_penalty, effort, budget, depth, sources, chunk,
  similarity)
on conflict (user_id, name) do update set description = excluded.description, model_parameters = excluded.model_parameters,
  reasoning_config = excluded.reasoning_config, search_config = excluded.search_config, rag_config = excluded.rag_config
where (p.description, p.model_parameters, p.reasoning_config, p.search_config, p.rag_config) is distinct from
  (excluded.description, excluded.model_parameters, excluded.reasoning_config, excluded.search_config, excluded.rag_config);
