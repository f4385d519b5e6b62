-- Settings: what a person chose, and how models are reached.
--
-- user_settings holds one row per person: parameters of models, reasoning, search, retrieval, output and looks, each
-- an object with the documented defaults. model_providers are connections to models: a person's, a project's, or the
-- installation's (is_system, no user), with their secret as ciphertext that no API role can read. A model tier
-- (haiku, sonnet, opus, embedding) is resolved to a model name by the provider's models object.
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

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_model_providers_user on public.model_providers (user_id);
create index if not exists idx_model_providers_project on public.model_providers (project_id);
create unique index if not exists idx_model_providers_default on public.model_providers (user_id, project_id)
  nulls not distinct where is_default;

-- ------------------------------------------------------------------------------------------------ functions

-- A person's settings as one object; the columns' defaults for somebody without a row.
create or replace function public.get_user_settings(p_user_id uuid)
returns jsonb language plpgsql stable set search_path = '' as $$
declare
  v_settings jsonb;
begin
  select to_jsonb(s) - array['id', 'created_at', 'updated_at'] into v_settings
  from public.user_settings s where s.user_id = p_user_id;
  if v_settings is null then
    -- The defaults are read from the catalog, so that they are written down once.
    execute (
      select 'select jsonb_build_object(''user_id'', $1, ' || string_agg(
        format('%L, %s', a.attname, pg_get_expr(d.adbin, d.adrelid)), ', ') || ')'
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = 'public.user_settings'::regclass
        and a.attname not in ('id', 'user_id', 'created_at', 'updated_at')
    ) into v_settings using p_user_id;
  end if;
  return v_settings;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger refuse_agents before insert or update or delete on public.model_providers
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('public.get_user_settings(uuid)', 'authenticated');

call private.declare_access('public.user_settings', 'owner');
call private.declare_access('public.model_providers', 'special', 'user_id', p_hidden => '{secret_encrypted}');

drop policy if exists "people may see their providers, their projects' and the installation's" on public.model_providers;
create policy "people may see their providers, their projects' and the installation's" on public.model_providers
  for select to authenticated
  using (is_system or user_id = any (array(select private.readable_user_ids()))
    or project_id = any (array(select private.project_ids('viewer'))));
drop policy if exists "people may add providers and administrators the installation's" on public.model_providers;
create policy "people may add providers and administrators the installation's" on public.model_providers
  for insert to authenticated
  with check ((user_id = (select auth.uid())
      and (project_id is null or project_id = any (array(select private.project_ids('editor')))))
    or (user_id is null and project_id is null and (select private.is_admin())));
drop policy if exists "people may change their providers and administrators the installation's" on public.model_providers;
create policy "people may change their providers and administrators the installation's" on public.model_providers
  for update to authenticated
  using (user_id = (select auth.uid()) or (user_id is null and (select private.is_admin())))
  with check ((user_id = (select auth.uid())
      and (project_id is null or project_id = any (array(select private.project_ids('editor')))))
    or (user_id is null and project_id is null and (select private.is_admin())));
drop policy if exists "people may remove their providers and administrators the installation's" on public.model_providers;
create policy "people may remove their providers and administrators the installation's" on public.model_providers
  for delete to authenticated
  using (user_id = (select auth.uid()) or (user_id is null and (select private.is_admin())));
