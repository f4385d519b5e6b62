-- Marketplace: what people made, for others to use.
--
-- A marketplace_listing offers one thing: an MCP config, an agent, a skill, a workflow or a persona. publish_listing()
-- takes a snapshot of it, without secrets, as a marketplace_version; install_listing() makes the installer their own copy
-- of the newest version and remembers it in marketplace_installs. The publisher edits the original freely: nobody's copy
-- changes until it is updated. Drafts are the publisher's; published listings every signed-in user's to see; a withdrawn
-- or removed one keeps working for those who have it. Only administrators remove or feature. Installs and ratings are
-- counted by trigger, one for each person.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.marketplace_listings (
  id uuid primary key default gen_random_uuid(),
  publisher_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  kind text not null check (kind in ('mcp_config', 'agent', 'skill', 'workflow', 'persona')),
  item_id uuid not null,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  title text not null check (btrim(title) <> ''),
  summary text not null default '',
  description text,
  category text not null default 'general',
  tags text[] not null default '{}',
  icon text,
  license text,
  status text not null default 'draft' check (status in ('draft', 'published', 'withdrawn', 'removed')),
  status_reason text,
  current_version int not null default 0,
  is_featured boolean not null default false,
  is_open boolean not null generated always as (status = 'published') stored,
  install_count int not null default 0,
  rating_average numeric(3, 2) not null default 0,
  rating_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  published_at timestamptz,
  search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(title || ' ' || summary || ' ' || coalesce(description, ''), 100000))) stored,
  unique (publisher_id, kind, item_id)
);

comment on table public.marketplace_listings is 'Offers.';
comment on column public.marketplace_listings.item_id is 'The original: a row of mcp_configs, custom_agents, skills, meta_workflows or personas.';
comment on column public.marketplace_listings.status_reason is 'Why it was removed.';
comment on column public.marketplace_listings.is_open is 'Every signed-in user sees it.';
comment on column public.marketplace_listings.install_count is 'People who have it.';
comment on column public.marketplace_listings.search_vector is 'Lexemes of title, summary and description.';

create table if not exists public.marketplace_versions (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.marketplace_listings (id) on delete cascade,
  version int not null check (version > 0),
  payload jsonb not null,
  checksum text not null generated always as (md5(payload::text)) stored,
  release_notes text,
  created_at timestamptz not null default now(),
  unique (listing_id, version)
);

comment on table public.marketplace_versions is 'Snapshots of what is offered, without secrets.';
comment on column public.marketplace_versions.payload is 'Columns of the original; a workflow also has "states" and "transitions".';

create table if not exists public.marketplace_installs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  listing_id uuid not null references public.marketplace_listings (id) on delete cascade,
  version int not null,
  installed_item_id uuid,
  installed_at timestamptz not null default now(),
  unique (user_id, listing_id)
);

comment on table public.marketplace_installs is 'Who has what, and which version.';
comment on column public.marketplace_installs.installed_item_id is 'The installer''s own copy.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_marketplace_listings_open on public.marketplace_listings (kind, install_count desc) where status = 'published';
create index if not exists idx_marketplace_listings_search on public.marketplace_listings using gin (search_vector);
create index if not exists idx_marketplace_listings_tags on public.marketplace_listings using gin (tags);
create index if not exists idx_marketplace_installs_listing on public.marketplace_installs (listing_id);

-- ------------------------------------------------------------------------------------------------ functions

-- What of an item is offered: its columns without owner, secrets and counters. Null when it is not the caller's.
create or replace function private.marketplace_payload(p_kind text, p_item_id uuid)
returns jsonb language sql stable set search_path = '' as $$
  select case p_kind
    when 'mcp_config' then (
      select jsonb_build_object('server_id', m.server_id, 'server_name', m.server_name, 'category', m.category,
        'transport', m.transport, 'config', m.config)
      from public.mcp_configs m where m.id = p_item_id and m.user_id = (select auth.uid()))
    when 'agent' then (
      select jsonb_build_object('name', a.name, 'description', a.description, 'slug', a.slug, 'avatar_url', a.avatar_url,
        'yaml_config', a.yaml_config, 'parsed_config', a.parsed_config)
      from public.custom_agents a where a.id = p_item_id and a.user_id = (select auth.uid()))
    when 'skill' then (
      select jsonb_build_object('name', s.name, 'description', s.description, 'slug', s.slug, 'icon', s.icon, 'skill_md', s.skill_md,
        'triggers', s.triggers, 'implementation', s.implementation, 'requires', s.requires, 'settings_schema', s.settings_schema,
        'default_settings', s.default_settings, 'version', s.version)
      from public.skills s where s.id = p_item_id and s.creator_id = (select auth.uid()))
    when 'persona' then (
      select jsonb_build_object('name', p.name, 'slug', p.slug, 'avatar_url', p.avatar_url, 'description', p.description,
        'category', p.category, 'system_prompt', p.system_prompt, 'starter_prompts', p.starter_prompts,
        'personality', p.personality, 'capabilities', p.capabilities, 'model_config', p.model_config, 'voice_config', p.voice_config)
      from public.personas p where p.id = p_item_id and p.creator_id = (select auth.uid()))
    when 'workflow' then (
      select jsonb_build_object('name', w.name, 'description', w.description, 'trigger_type', w.trigger_type,
        'states', (select coalesce(jsonb_agg(to_jsonb(s) - array['workflow_id', 'created_at'] order by s.created_at, s.id), '[]')
          from public.meta_workflow_states s where s.workflow_id = w.id),
        'transitions', (select coalesce(jsonb_agg(to_jsonb(t) - array['id', 'workflow_id', 'created_at'] order by t.created_at, t.id), '[]')
          from public.meta_workflow_transitions t where t.workflow_id = w.id))
      from public.meta_workflows w where w.id = p_item_id and w.user_id = (select auth.uid()))
  end
$$;

-- Publishes a draft, or the present state of what is published already, as the next version; returns its number.
create or replace function private.publish_listing(p_listing_id uuid, p_release_notes text)
returns int language plpgsql volatile security definer set search_path = '' as $$
declare
  v_listing public.marketplace_listings;
  v_payload jsonb;
begin
  select * into v_listing from public.marketplace_listings l
  where l.id = p_listing_id and l.publisher_id = (select auth.uid()) for update;
  if not found then
    raise exception 'The listing does not exist' using errcode = 'MA404';
  elsif v_listing.status = 'removed' then
    raise exception 'This listing was removed by an administrator: %', coalesce(v_listing.status_reason, 'no reason given') using errcode = '23514';
  elsif coalesce(current_setting('meta_agent.agent', true), '') <> '' then
    raise exception 'An agent may not publish' using errcode = '42501';
  end if;
  v_payload := private.marketplace_payload(v_listing.kind, v_listing.item_id);
  if v_payload is null then
    raise exception 'The % that is offered does not exist', v_listing.kind using errcode = '23503';
  end if;
  insert into public.marketplace_versions (listing_id, version, payload, release_notes)
  values (p_listing_id, v_listing.current_version + 1, v_payload, p_release_notes);
  update public.marketplace_listings l
  set current_version = l.current_version + 1, status = 'published', published_at = coalesce(l.published_at, now())
  where l.id = p_listing_id;
  return v_listing.current_version + 1;
end
$$;

create or replace function public.publish_listing(p_listing_id uuid, p_release_notes text default null)
returns int language sql volatile set search_path = '' as $$ select private.publish_listing(p_listing_id, p_release_notes) $$;

-- A slug nobody has: the wanted one, or with six characters of a random id.
create or replace function private.free_slug(p_slug text, p_taken boolean)
returns text language sql volatile set search_path = '' as $$
  select case when p_taken then p_slug || '-' || left(replace(gen_random_uuid()::text, '-', ''), 6) else p_slug end
$$;

-- Makes the caller a copy of a payload; returns its id. Runs as the caller, whose rights decide.
create or replace function private.install_payload(p_kind text, p_payload jsonb)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid := gen_random_uuid();
  v_states jsonb;
begin
  case p_kind
    when 'mcp_config' then
      insert into public.mcp_configs (id, server_id, server_name, category, transport, config)
      values (v_id, private.free_slug(p_payload ->> 'server_id', exists (select from public.mcp_configs m
          where m.user_id = (select auth.uid()) and m.server_id = p_payload ->> 'server_id')),
        p_payload ->> 'server_name', p_payload ->> 'category', p_payload ->> 'transport', p_payload -> 'config');
    when 'agent' then
      insert into public.custom_agents (id, name, description, slug, avatar_url, yaml_config, parsed_config)
      values (v_id, p_payload ->> 'name', p_payload ->> 'description', private.free_slug(p_payload ->> 'slug', exists (
          select from public.custom_agents a where a.user_id = (select auth.uid()) and a.slug = p_payload ->> 'slug')),
        p_payload ->> 'avatar_url', p_payload ->> 'yaml_config', p_payload -> 'parsed_config');
    when 'skill' then
      insert into public.skills (id, name, description, slug, icon, skill_md, triggers, implementation, requires, settings_schema,
        default_settings, version)
      values (v_id, p_payload ->> 'name', p_payload ->> 'description', private.free_slug(p_payload ->> 'slug', true),
        p_payload ->> 'icon', p_payload ->> 'skill_md', p_payload -> 'triggers', p_payload -> 'implementation',
        array(select jsonb_array_elements_text(p_payload -> 'requires')), p_payload -> 'settings_schema',
        p_payload -> 'default_settings', p_payload ->> 'version');
      insert into public.user_skills (skill_id, settings) values (v_id, p_payload -> 'default_settings');
    when 'persona' then
      insert into public.personas (id, name, slug, avatar_url, description, category, system_prompt, starter_prompts, personality,
        capabilities, model_config, voice_config)
      values (v_id, p_payload ->> 'name', private.free_slug(p_payload ->> 'slug', true), p_payload ->> 'avatar_url',
        p_payload ->> 'description', p_payload ->> 'category', p_payload ->> 'system_prompt', p_payload -> 'starter_prompts',
        p_payload -> 'personality', p_payload -> 'capabilities', p_payload -> 'model_config', p_payload -> 'voice_config');
    when 'workflow' then
      insert into public.meta_workflows (id, name, description, trigger_type)
      values (v_id, p_payload ->> 'name', p_payload ->> 'description', p_payload ->> 'trigger_type');
      select coalesce(jsonb_object_agg(s ->> 'id', gen_random_uuid()), '{}') into v_states
      from jsonb_array_elements(p_payload -> 'states') s;
      insert into public.meta_workflow_states (id, workflow_id, name, description, state_type, action_type, action_config,
        position_x, position_y, color, icon, timeout_seconds, retry_count, retry_delay_seconds)
      select (v_states ->> r.id::text)::uuid, v_id, r.name, r.description, r.state_type, r.action_type, r.action_config,
        r.position_x, r.position_y, r.color, r.icon, r.timeout_seconds, r.retry_count, r.retry_delay_seconds
      from jsonb_populate_recordset(null::public.meta_workflow_states, p_payload -> 'states') r;
      insert into public.meta_workflow_transitions (workflow_id, from_state_id, to_state_id, name, condition,
        condition_expression, priority, routing_points)
      select v_id, (v_states ->> r.from_state_id::text)::uuid, (v_states ->> r.to_state_id::text)::uuid, r.name, r.condition,
        r.condition_expression, r.priority, r.routing_points
      from jsonb_populate_recordset(null::public.meta_workflow_transitions, p_payload -> 'transitions') r;
  end case;
  return v_id;
end
$$;

-- Installs the newest version of a listing the caller can see, or updates to it: a new copy each time, the old copy
-- stays theirs. Returns the copy's id; the one they have when it is the newest.
create or replace function public.install_listing(p_listing_id uuid)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.marketplace_listings;
  v_install public.marketplace_installs;
  v_id uuid;
begin
  select * into v_listing from public.marketplace_listings l where l.id = p_listing_id;
  if not found or v_listing.current_version = 0 then
    raise exception 'The listing does not exist' using errcode = 'MA404';
  end if;
  select * into v_install from public.marketplace_installs i where i.listing_id = p_listing_id and i.user_id = (select auth.uid());
  if v_install.version = v_listing.current_version then
    return v_install.installed_item_id;
  end if;
  select private.install_payload(v_listing.kind, v.payload) into v_id
  from public.marketplace_versions v where v.listing_id = p_listing_id and v.version = v_listing.current_version;
  insert into public.marketplace_installs (listing_id, version, installed_item_id)
  values (p_listing_id, v_listing.current_version, v_id)
  on conflict (user_id, listing_id) do update
  set version = excluded.version, installed_item_id = excluded.installed_item_id;
  return v_id;
end
$$;

create or replace function private.count_installs()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.marketplace_listings l set install_count = l.install_count + case tg_op when 'INSERT' then 1 else -1 end
  where l.id = case when tg_op = 'DELETE' then old.listing_id else new.listing_id end;
  return null;
end
$$;

-- Publishing goes through publish_listing(); a publisher may withdraw, an administrator may do anything.
create or replace function private.check_listing()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if private.is_service() or private.is_admin() or pg_trigger_depth() > 1 then
    return new;
  elsif tg_op = 'INSERT' and new.status <> 'draft'
    or tg_op = 'UPDATE' and new.status <> old.status
      and (old.status = 'removed' or new.status not in ('withdrawn', 'draft') and current_user = private.session_role())
  then
    raise exception 'A listing is published by publish_listing(), and removed or restored by an administrator' using errcode = '42501';
  end if;
  return new;
end
$$;

-- Published listings by words; all of them without a query. Best match first, then the most installed.
create or replace function public.search_marketplace(
  p_query text default null, p_kind text default null, p_category text default null, p_limit int default 20, p_offset int default 0
)
returns table (id uuid, kind text, slug text, title text, summary text, category text, tags text[], icon text, install_count int,
  rating_average numeric, rating_count int, is_featured boolean, rank real)
language sql stable set search_path = '' as $$
  select l.id, l.kind, l.slug, l.title, l.summary, l.category, l.tags, l.icon, l.install_count, l.rating_average, l.rating_count,
    l.is_featured, case when q.words is null then 0 else ts_rank(l.search_vector, q.words) end::real
  from (select nullif(websearch_to_tsquery('pg_catalog.english', btrim(coalesce(p_query, ''))), '') as words) q
  cross join public.marketplace_listings l
  where l.status = 'published' and (q.words is null or l.search_vector @@ q.words)
    and (p_kind is null or l.kind = p_kind) and (p_category is null or l.category = p_category)
  order by 13 desc, l.install_count desc, l.rating_average desc, l.id
  limit p_limit offset p_offset
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger check_listing before insert or update of status on public.marketplace_listings
  for each row execute function private.check_listing();
create or replace trigger count_installs after insert or delete on public.marketplace_installs
  for each row execute function private.count_installs();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.marketplace_payload(text, uuid)');
call private.declare_execute('private.publish_listing(uuid, text)', 'authenticated');
call private.declare_execute('private.free_slug(text, boolean)', 'authenticated');
call private.declare_execute('private.install_payload(text, jsonb)', 'authenticated');
call private.declare_execute('private.count_installs()');
call private.declare_execute('public.publish_listing(uuid, text)', 'authenticated');
call private.declare_execute('public.install_listing(uuid)', 'authenticated');
call private.declare_execute('public.search_marketplace(text, text, text, int, int)', 'authenticated');

call private.declare_access('public.marketplace_listings', 'public', 'publisher_id', p_public => 'is_open', p_protected =>
  '{current_version, is_featured, status_reason, install_count, rating_average, rating_count, published_at}');
call private.declare_access('public.marketplace_versions', 'child', 'listing_id', p_parent => 'public.marketplace_listings',
  p_actions => '{select}');
call private.declare_access('public.marketplace_installs', 'owner');
call private.declare_reference('public.marketplace_installs', 'listing_id', 'public.marketplace_listings');
