-- Images: made, edited, kept.
--
-- generated_images are both the work (queue images: pending -> generating -> completed or failed) and its result,
-- which is stored in our bucket generated-images, never as a link that expires. An edit (inpaint, outpaint, variation,
-- upscale, style-transfer) points to its parent image. prompt_templates are reusable prompts, image_collections albums
-- (collection_images), image_favorites what a person likes; image_generation_stats count per person, day and provider.
--
-- Images belong to a person and, in a project, to its members. A public collection shows its images: is_public of an
-- image is kept by trigger, and only the owner's own images can be put into a collection.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.prompt_templates (
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  description text,
  prompt_template text not null,
  negative_prompt_template text,
  style_preset text,
  default_provider text,
  default_size text,
  default_quality text,
  is_public boolean not null default false,
  is_featured boolean not null default false,
  usage_count int not null default 0,
  favorite_count int not null default 0,
  category text,
  tags text[] not null default '{}',
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.prompt_templates is 'Reusable prompts for images.';
comment on column public.prompt_templates.prompt_template is 'Text with {name} for what is filled in.';
comment on column public.prompt_templates.usage_count is 'Images made with it, kept by trigger.';
comment on column public.prompt_templates.favorite_count is 'Favourites among those images, kept by trigger.';
comment on column public.prompt_templates.is_featured is 'Chosen by administrators.';

create table if not exists public.generated_images (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  conversation_id uuid,
  task_id uuid references public.meta_tasks (id) on delete set null,
  template_id uuid references public.prompt_templates (id) on delete set null,
  prompt text not null check (btrim(prompt) <> ''),
  revised_prompt text,
  negative_prompt text,
  provider text not null check (provider in ('builtin', 'dalle3', 'openai', 'stability', 'replicate', 'google')),
  model text not null,
  size text not null check (size ~ '^\d+x\d+$'),
  quality text check (quality in ('standard', 'hd', 'low', 'medium', 'high')),
  style text,
  seed bigint,
  steps int check (steps > 0),
  cfg_scale numeric(4, 2) check (cfg_scale between 0 and 20),
  sampler text,
  bucket text not null default 'generated-images',
  url text,
  storage_path text,
  thumbnail_path text,
  parent_image_id uuid references public.generated_images (id) on delete set null,
  edit_type text check (edit_type in ('inpaint', 'outpaint', 'variation', 'upscale', 'style-transfer')),
  mask_storage_path text,
  strength numeric(3, 2) check (strength between 0 and 1),
  width int check (width > 0),
  height int check (height > 0),
  format text,
  file_size bigint check (file_size >= 0),
  metadata jsonb not null default '{}',
  cost_usd numeric(14, 6) check (cost_usd >= 0),
  credits_used int,
  status text not null default 'pending' check (status in ('pending', 'generating', 'completed', 'failed', 'cancelled')),
  error_message text,
  generation_time_ms int check (generation_time_ms >= 0),
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(prompt || ' ' || coalesce(revised_prompt, ''), 100000))) stored,
  check (edit_type is null or parent_image_id is not null or status in ('completed', 'failed', 'cancelled'))
);

comment on table public.generated_images is 'All generated images, made and in the making.';
comment on column public.generated_images.size is 'Width x height asked for, in pixels.';
comment on column public.generated_images.cfg_scale is 'How closely to follow the prompt.';
comment on column public.generated_images.url is 'Address in our storage, never the provider''s.';
comment on column public.generated_images.storage_path is 'Name in the bucket; its first segment is user_id.';
comment on column public.generated_images.parent_image_id is 'The image that was edited.';
comment on column public.generated_images.strength is 'How far an edit may go from its parent, 0 to 1.';
comment on column public.generated_images.is_public is 'In a public collection; kept by trigger.';
comment on column public.generated_images.search_vector is 'Lexemes of the prompts.';

create table if not exists public.image_favorites (
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  image_id uuid not null references public.generated_images (id) on delete cascade,
  notes text,
  created_at timestamptz not null default now(),
  primary key (user_id, image_id)
);

comment on table public.image_favorites is 'User favorites.';

create table if not exists public.image_collections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  cover_image_id uuid references public.generated_images (id) on delete set null,
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.image_collections is 'Albums.';
comment on column public.image_collections.is_public is 'Every signed-in user sees it and its images.';

create table if not exists public.collection_images (
  collection_id uuid not null references public.image_collections (id) on delete cascade,
  image_id uuid not null references public.generated_images (id) on delete cascade,
  position int not null default 0,
  added_at timestamptz not null default now(),
  primary key (collection_id, image_id)
);

comment on table public.collection_images is 'Images of an album, in order of position.';

create table if not exists public.image_generation_stats (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  date date not null,
  provider text not null,
  total_generations int not null default 0,
  successful_generations int not null default 0,
  failed_generations int not null default 0,
  total_cost_usd numeric(14, 6) not null default 0,
  total_credits_used int not null default 0,
  avg_generation_time_ms int,
  total_generation_time_ms bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, date, provider)
);

comment on table public.image_generation_stats is 'Usage analytics per person, day (UTC) and provider; kept by trigger.';

-- -------------------------------------------------------------------------------------------------- indexes

call private.declare_work('images', 'public.generated_images', 'generating', 'failed', 'error_message',
  't.status in (''pending'', ''generating'')');

create index if not exists idx_prompt_templates_user_id on public.prompt_templates (user_id);
create index if not exists idx_prompt_templates_public on public.prompt_templates (usage_count desc) where is_public;
create index if not exists idx_prompt_templates_tags on public.prompt_templates using gin (tags);
create index if not exists idx_generated_images_user_created on public.generated_images (user_id, created_at desc);
create index if not exists idx_generated_images_project_id on public.generated_images (project_id);
create index if not exists idx_generated_images_task_id on public.generated_images (task_id);
create index if not exists idx_generated_images_template_id on public.generated_images (template_id);
create index if not exists idx_generated_images_parent_id on public.generated_images (parent_image_id);
create index if not exists idx_generated_images_prompt_fts on public.generated_images using gin (search_vector);
create index if not exists idx_generated_images_public on public.generated_images (created_at desc) where is_public;
create index if not exists idx_image_favorites_image_id on public.image_favorites (image_id);
create index if not exists idx_image_collections_user_id on public.image_collections (user_id);
create index if not exists idx_image_collections_cover on public.image_collections (cover_image_id);
create index if not exists idx_image_collections_is_public on public.image_collections (updated_at desc) where is_public;
create index if not exists idx_collection_images_image_id on public.collection_images (image_id);

-- ------------------------------------------------------------------------------------------------ functions

-- Adds a finished image to its day, once: only the change into completed or failed counts.
create or replace function private.update_generation_stats()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.image_generation_stats as s (
    user_id, date, provider, total_generations, successful_generations, failed_generations, total_cost_usd,
    total_credits_used, total_generation_time_ms, avg_generation_time_ms)
  values (new.user_id, (now() at time zone 'utc')::date, new.provider, 1,
    (new.status = 'completed')::int, (new.status = 'failed')::int, coalesce(new.cost_usd, 0),
    coalesce(new.credits_used, 0), coalesce(new.generation_time_ms, 0), new.generation_time_ms)
  on conflict (user_id, date, provider) do update
  set total_generations = s.total_generations + 1,
      successful_generations = s.successful_generations + excluded.successful_generations,
      failed_generations = s.failed_generations + excluded.failed_generations,
      total_cost_usd = s.total_cost_usd + excluded.total_cost_usd,
      total_credits_used = s.total_credits_used + excluded.total_credits_used,
      total_generation_time_ms = s.total_generation_time_ms + excluded.total_generation_time_ms,
      avg_generation_time_ms = (s.total_generation_time_ms + excluded.total_generation_time_ms) / (s.total_generations + 1);
  return null;
end
$$;

create or replace function private.increment_template_usage()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.prompt_templates t set usage_count = t.usage_count + 1 where t.id = new.template_id;
  return null;
end
$$;

create or replace function private.count_template_favorites()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.prompt_templates t
  set favorite_count = t.favorite_count + case tg_op when 'INSERT' then 1 else -1 end
  from public.generated_images i
  where i.id = case when tg_op = 'DELETE' then old.image_id else new.image_id end and t.id = i.template_id;
  return null;
end
$$;

-- Whether a picture or film is in a public collection. Arguments: its table, the table of the memberships, its column
-- there, the table of the collections. Fires on memberships and on collections. What another transaction is about to
-- change waits for this one or was waited for: else one that closes a collection and one that adds to it would each see
-- the other's work undone, and leave a picture open.
create or replace function private.publish_collected()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
  v_is_membership boolean := tg_relid = tg_argv[1]::regclass;
  v_which text := case when v_is_membership then 'x.id = $1'
    else format('x.id in (select m.%I from %s m where m.collection_id = $2)', tg_argv[2], tg_argv[1]) end;
begin
  if v_is_membership then
    execute format('select from %s c where c.id = $1 for share', tg_argv[3]) using (v_row ->> 'collection_id')::uuid;
  end if;
  execute format('select from %s x where %s order by x.id for no key update', tg_argv[0], v_which)
    using (v_row ->> tg_argv[2])::uuid, (v_row ->> 'id')::uuid;
  execute format($sql$
    update %1$s i set is_public = p.is_public
    from (
      select x.id, exists (
        select from %2$s m join %4$s c on c.id = m.collection_id where m.%3$I = x.id and c.is_public) as is_public
      from %1$s x where %5$s
    ) p
    where i.id = p.id and i.is_public <> p.is_public
    $sql$, tg_argv[0], tg_argv[1], tg_argv[2], tg_argv[3], v_which)
  using (v_row ->> tg_argv[2])::uuid, (v_row ->> 'id')::uuid;
  return null;
end
$$;

-- Only what the collection's owner made may be collected: a public collection must not publish another's work.
create or replace function private.check_collected()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_found boolean;
begin
  execute format('select true from %s i join %s c on c.user_id = i.user_id where i.id = $1 and c.id = $2', tg_argv[0], tg_argv[3])
    into v_found using (to_jsonb(new) ->> tg_argv[2])::uuid, new.collection_id;
  if v_found is null then
    raise exception 'A collection holds only what its owner made' using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace view public.user_generation_summary with (security_invoker = true) as
select
  i.user_id,
  count(*) as total_images,
  count(*) filter (where i.status = 'completed') as completed_images,
  count(*) filter (where i.status = 'failed') as failed_images,
  count(*) filter (where i.status in ('pending', 'generating')) as pending_images,
  count(distinct i.provider) as providers_used,
  coalesce(sum(i.cost_usd), 0) as total_cost_usd,
  avg(i.generation_time_ms) as avg_generation_time_ms,
  max(i.created_at) as last_generation_at,
  count(*) filter (where i.created_at > now() - interval '7 days') as images_last_7_days,
  count(*) filter (where i.created_at > now() - interval '30 days') as images_last_30_days
from public.generated_images i
group by i.user_id;

create or replace view public.provider_performance with (security_invoker = true) as
select
  i.provider,
  count(*) as total_requests,
  count(*) filter (where i.status = 'completed') as successful_requests,
  count(*) filter (where i.status = 'failed') as failed_requests,
  round(100.0 * count(*) filter (where i.status = 'completed')
    / nullif(count(*) filter (where i.status in ('completed', 'failed')), 0), 2) as success_rate,
  avg(i.generation_time_ms) as avg_generation_time_ms,
  percentile_cont(0.5) within group (order by i.generation_time_ms) as median_generation_time_ms,
  percentile_cont(0.95) within group (order by i.generation_time_ms) as p95_generation_time_ms,
  coalesce(sum(i.cost_usd), 0) as total_cost_usd,
  avg(i.cost_usd) as avg_cost_per_image
from public.generated_images i
group by i.provider;

create or replace view public.popular_prompt_templates with (security_invoker = true) as
-- A view's own columns come first: columns added to the table later then only append.
select s.images_generated, s.success_rate, t.*
from public.prompt_templates t
left join lateral (
  select count(*) as images_generated,
    round(100.0 * count(*) filter (where i.status = 'completed')
      / nullif(count(*) filter (where i.status in ('completed', 'failed')), 0), 2) as success_rate
  from public.generated_images i where i.template_id = t.id
) s on true
where t.is_public or t.is_system
order by t.usage_count desc;

create or replace view public.recent_generations with (security_invoker = true) as
select
  exists (select from public.image_favorites f where f.image_id = i.id and f.user_id = (select auth.uid())) as is_favorited,
  (select count(*) from public.generated_images v where v.parent_image_id = i.id) as variation_count,
  i.*
from public.generated_images i
order by i.created_at desc;

comment on view public.user_generation_summary is 'Images by owner, of those the caller may see.';
comment on view public.provider_performance is 'Image providers: success, times, costs; over what the caller may see.';
comment on view public.popular_prompt_templates is 'Open templates by use, with what came of them for the caller.';
comment on view public.recent_generations is 'Images, newest first, with the caller''s favourite mark.';

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger trigger_update_generation_stats after insert on public.generated_images
  for each row when (new.status in ('completed', 'failed')) execute function private.update_generation_stats();
create or replace trigger trigger_update_generation_stats_on_finish after update of status on public.generated_images
  for each row when (new.status in ('completed', 'failed') and old.status not in ('completed', 'failed'))
  execute function private.update_generation_stats();
create or replace trigger trigger_increment_template_usage after insert on public.generated_images
  for each row when (new.template_id is not null) execute function private.increment_template_usage();
create or replace trigger count_template_favorites after insert or delete on public.image_favorites
  for each row execute function private.count_template_favorites();
create or replace trigger check_collected before insert or update on public.collection_images for each row
  execute function private.check_collected('public.generated_images', 'public.collection_images', 'image_id', 'public.image_collections');
create or replace trigger publish_collected after insert or delete on public.collection_images for each row
  execute function private.publish_collected('public.generated_images', 'public.collection_images', 'image_id', 'public.image_collections');
create or replace trigger publish_collected after update of is_public on public.image_collections for each row
  execute function private.publish_collected('public.generated_images', 'public.collection_images', 'image_id', 'public.image_collections');

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.update_generation_stats()');
call private.declare_execute('private.increment_template_usage()');
call private.declare_execute('private.count_template_favorites()');
call private.declare_execute('private.publish_collected()');
call private.declare_execute('private.check_collected()');

call private.declare_access('public.prompt_templates', 'public', p_public => 'is_public',
  p_protected => '{usage_count, favorite_count, is_featured}');
call private.declare_access('public.generated_images', 'owner_or_project', p_public => 'is_public', p_protected =>
  '{is_public, cost_usd, credits_used, generation_time_ms, bucket, url, storage_path, thumbnail_path, error_message}');
call private.declare_access('public.image_favorites', 'owner');
call private.declare_access('public.image_collections', 'public', p_public => 'is_public');
call private.declare_access('public.collection_images', 'child', 'collection_id', p_parent => 'public.image_collections');
call private.declare_access('public.image_generation_stats', 'owner', p_actions => '{select}');
call private.declare_reference('public.generated_images', 'task_id', 'public.meta_tasks');
call private.declare_reference('public.generated_images', 'template_id', 'public.prompt_templates');
call private.declare_reference('public.generated_images', 'parent_image_id', 'public.generated_images');
call private.declare_reference('public.image_favorites', 'image_id', 'public.generated_images');
call private.declare_reference('public.image_collections', 'cover_image_id', 'public.generated_images', 'user_id');
call private.declare_events('public.generated_images', 'image');
revoke all on public.user_generation_summary, public.provider_performance, public.popular_prompt_templates,
  public.recent_generations from public, anon, authenticated;
grant select on public.user_generation_summary, public.provider_performance, public.popular_prompt_templates,
  public.recent_generations to authenticated, service_role;
