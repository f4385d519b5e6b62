-- Video: made in a queue, with what each provider is worth.
--
-- generated_videos are what is wanted and what came of it; video_generation_queue is the order in which they are made
-- (queue videos: pending -> running -> completed or failed, by priority, 1 to 10, highest first, with retries). Triggers
-- keep the two in step: a new video is queued, and a queue entry's end is the video's. Results lie in our bucket
-- generated-videos. video_collections are playlists, video_prompt_templates presets, video_favorites likes;
-- video_analytics records views, and video_provider_performance what providers take and cost.
--
-- A video belongs to a person and, in a project, to its members; a public playlist shows its videos (is_public of a
-- video is kept by trigger, see 006_images_schema.sql).

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.video_prompt_templates (
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  description text,
  prompt_template text not null,
  style_preset text,
  motion_preset text check (motion_preset in ('slow', 'medium', 'fast')),
  default_provider text,
  default_duration int check (default_duration between 1 and 60),
  default_aspect_ratio text,
  category text,
  tags text[] not null default '{}',
  is_public boolean not null default false,
  usage_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.video_prompt_templates is 'Prompt presets.';
comment on column public.video_prompt_templates.default_duration is 'Seconds.';
comment on column public.video_prompt_templates.usage_count is 'Videos made with it, kept by trigger.';

create table if not exists public.generated_videos (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  template_id uuid references public.video_prompt_templates (id) on delete set null,
  prompt text not null check (btrim(prompt) <> ''),
  provider text not null,
  model text,
  duration_seconds int not null check (duration_seconds between 1 and 60),
  aspect_ratio text,
  style text,
  motion text check (motion in ('slow', 'medium', 'fast')),
  seed bigint,
  status text not null default 'queued' check (status in ('queued', 'processing', 'completed', 'failed', 'cancelled')),
  progress int not null default 0 check (progress between 0 and 100),
  bucket text not null default 'generated-videos',
  storage_path text,
  file_size bigint check (file_size >= 0),
  video_url text,
  thumbnail_url text,
  source_image_url text,
  source_video_url text,
  error_message text,
  cost_usd numeric(14, 6) check (cost_usd >= 0),
  is_public boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  completed_at timestamptz
);

comment on table public.generated_videos is 'Generated videos.';
comment on column public.generated_videos.progress is 'Per cent.';
comment on column public.generated_videos.storage_path is 'Name in the bucket; its first segment is user_id.';
comment on column public.generated_videos.video_url is 'Address in our storage, never the provider''s.';
comment on column public.generated_videos.source_image_url is 'Picture it starts from.';
comment on column public.generated_videos.is_public is 'In a public playlist; kept by trigger.';

create table if not exists public.video_favorites (
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  video_id uuid not null references public.generated_videos (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, video_id)
);

comment on table public.video_favorites is 'Favorites.';

create table if not exists public.video_collections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.video_collections is 'Playlists.';

create table if not exists public.collection_videos (
  collection_id uuid not null references public.video_collections (id) on delete cascade,
  video_id uuid not null references public.generated_videos (id) on delete cascade,
  position int not null default 0,
  added_at timestamptz not null default now(),
  primary key (collection_id, video_id)
);

comment on table public.collection_videos is 'Videos of a playlist, in order of position.';

create table if not exists public.video_provider_performance (
  id uuid primary key default gen_random_uuid(),
  provider text not null,
  model text,
  total_requests int not null default 0,
  successful_requests int not null default 0,
  failed_requests int not null default 0,
  avg_generation_time_seconds numeric(10, 2),
  total_generation_time_seconds numeric(16, 2) not null default 0,
  avg_cost_per_video numeric(14, 6),
  total_cost numeric(14, 6) not null default 0,
  last_request_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (provider, model)
);

comment on table public.video_provider_performance is 'Provider metrics over the whole installation.';
comment on column public.video_provider_performance.avg_generation_time_seconds is 'Of the successful ones.';

create table if not exists public.video_generation_queue (
  id uuid primary key default gen_random_uuid(),
  video_id uuid not null unique references public.generated_videos (id) on delete cascade,
  priority int not null default 5 check (priority between 1 and 10),
  max_retries int not null default 3 check (max_retries between 0 and 20),
  scheduled_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  error_message text,
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  created_at timestamptz not null default now()
);

comment on table public.video_generation_queue is 'Job queue, one entry for each video.';
comment on column public.video_generation_queue.priority is '1 lowest to 10 highest.';
comment on column public.video_generation_queue.scheduled_at is 'Not before then.';

create table if not exists public.video_analytics (
  id uuid primary key default gen_random_uuid(),
  video_id uuid not null references public.generated_videos (id) on delete cascade,
  event_type text not null check (event_type in ('view', 'download', 'share', 'favorite')),
  user_id uuid references auth.users (id) on delete set null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
);

comment on table public.video_analytics is 'View tracking; kept a year, see cleanup_video_analytics().';

-- -------------------------------------------------------------------------------------------------- indexes

call private.declare_work('videos', 'public.video_generation_queue', 'running', 'failed', 'error_message',
  't.status in (''pending'', ''running'')', 't.priority desc, t.scheduled_at', 3);

create index if not exists idx_video_prompt_templates_user on public.video_prompt_templates (user_id);
create index if not exists idx_video_prompt_templates_public on public.video_prompt_templates (usage_count desc) where is_public;
create index if not exists idx_videos_user on public.generated_videos (user_id, created_at desc);
create index if not exists idx_videos_project on public.generated_videos (project_id);
create index if not exists idx_videos_template on public.generated_videos (template_id);
create index if not exists idx_favorites_video on public.video_favorites (video_id);
create index if not exists idx_collections_user on public.video_collections (user_id);
create index if not exists idx_collections_public on public.video_collections (updated_at desc) where is_public;
create index if not exists idx_collection_videos_video on public.collection_videos (video_id);
create index if not exists idx_analytics_video on public.video_analytics (video_id, event_type);
create index if not exists idx_analytics_user on public.video_analytics (user_id);
create index if not exists idx_analytics_created on public.video_analytics (created_at);

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.queue_video()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.video_generation_queue (video_id) values (new.id) on conflict (video_id) do nothing;
  update public.video_prompt_templates t set usage_count = t.usage_count + 1 where t.id = new.template_id;
  return null;
end
$$;

-- A video called off leaves the queue.
create or replace function private.cancel_queued_video()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.video_generation_queue q set status = 'cancelled', completed_at = now(), lease_owner = null, lease_expires_at = null
  where q.video_id = new.id and q.status in ('pending', 'running');
  return null;
end
$$;

-- The video's status follows its queue entry's.
create or replace function private.follow_video_queue()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.generated_videos v
  set status = case new.status when 'pending' then 'queued' when 'running' then 'processing' else new.status end,
      progress = case new.status when 'completed' then 100 when 'pending' then 0 else v.progress end,
      error_message = new.error_message,
      completed_at = case when new.status in ('completed', 'failed') then now() end
  where v.id = new.video_id and v.status not in ('completed', 'cancelled');
  return null;
end
$$;

create or replace function private.stamp_video_queue()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.started_at := case when new.status = 'running' and old.status <> 'running' then now() else new.started_at end;
  new.completed_at := case when new.status in ('completed', 'failed', 'cancelled') then coalesce(new.completed_at, now()) end;
  return new;
end
$$;

create or replace function private.update_collection_timestamp()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.video_collections c set updated_at = now()
  where c.id = case when tg_op = 'DELETE' then old.collection_id else new.collection_id end;
  return null;
end
$$;

-- Records that somebody saw, downloaded, shared or liked a video they can see; returns the record's id.
create or replace function private.track_video_event(p_video_id uuid, p_event_type text, p_user_id uuid, p_metadata jsonb)
returns uuid language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  if not exists (
    select from public.generated_videos v
    where v.id = p_video_id and (private.is_service() or v.is_public or v.user_id = (select auth.uid())
      or v.project_id in (select private.project_ids('viewer'))))
  then
    raise exception 'The video does not exist' using errcode = '23503';
  end if;
  insert into public.video_analytics (video_id, event_type, user_id, metadata)
  values (p_video_id, p_event_type, case when private.is_service() then p_user_id else (select auth.uid()) end,
    coalesce(p_metadata, '{}'))
  returning id into v_id;
  return v_id;
end
$$;

create or replace function public.track_video_event(
  p_video_id uuid, p_event_type text, p_user_id uuid default null, p_metadata jsonb default '{}'
)
returns uuid language sql volatile set search_path = '' as $$
  select private.track_video_event(p_video_id, p_event_type, p_user_id, p_metadata)
$$;

create or replace function public.get_video_stats(p_video_id uuid)
returns table (total_views bigint, total_downloads bigint, total_shares bigint, is_favorited boolean)
language sql stable set search_path = '' as $$
  select count(a.id) filter (where a.event_type = 'view'), count(a.id) filter (where a.event_type = 'download'),
    count(a.id) filter (where a.event_type = 'share'),
    exists (select from public.video_favorites f where f.video_id = p_video_id and f.user_id = (select auth.uid()))
  from public.generated_videos v left join public.video_analytics a on a.video_id = v.id
  where v.id = p_video_id group by v.id
$$;

create or replace function public.update_provider_performance(
  p_provider text, p_model text, p_success boolean, p_generation_time_seconds numeric, p_cost numeric default 0
)
returns void language sql volatile set search_path = '' as $$
  insert into public.video_provider_performance as v (provider, model, total_requests, successful_requests, failed_requests,
    total_generation_time_seconds, avg_generation_time_seconds, total_cost, avg_cost_per_video, last_request_at)
  values (p_provider, p_model, 1, p_success::int, (not p_success)::int,
    case when p_success then p_generation_time_seconds else 0 end, case when p_success then p_generation_time_seconds end,
    p_cost, p_cost, now())
  on conflict (provider, model) do update
  set total_requests = v.total_requests + 1,
      successful_requests = v.successful_requests + excluded.successful_requests,
      failed_requests = v.failed_requests + excluded.failed_requests,
      total_generation_time_seconds = v.total_generation_time_seconds + excluded.total_generation_time_seconds,
      avg_generation_time_seconds = (v.total_generation_time_seconds + excluded.total_generation_time_seconds)
        / nullif(v.successful_requests + excluded.successful_requests, 0),
      total_cost = v.total_cost + excluded.total_cost,
      avg_cost_per_video = (v.total_cost + excluded.total_cost) / (v.total_requests + 1),
      last_request_at = now()
$$;

-- Removes records older than a year; returns how many.
create or replace function public.cleanup_video_analytics(p_older_than interval default '1 year')
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.video_analytics a where a.created_at < now() - p_older_than;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace view public.video_generation_stats with (security_invoker = true) as
select (v.created_at at time zone 'utc')::date as date, v.provider, v.status, count(*) as count,
  avg(v.duration_seconds) as avg_duration,
  avg(extract(epoch from v.completed_at - v.created_at)) as avg_generation_time_seconds
from public.generated_videos v
group by 1, 2, 3;

create or replace view public.popular_video_templates with (security_invoker = true) as
select (select count(*) from public.generated_videos v where v.template_id = t.id) as videos_created, t.*
from public.video_prompt_templates t
where t.is_public or t.is_system
order by t.usage_count desc;

comment on view public.video_generation_stats is 'Videos by day (UTC), provider and status, of those the caller may see.';
comment on view public.popular_video_templates is 'Open presets by use, with the caller''s videos made of each.';

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger queue_video after insert on public.generated_videos
  for each row when (new.status = 'queued') execute function private.queue_video();
create or replace trigger cancel_queued_video after update of status on public.generated_videos
  for each row when (new.status = 'cancelled' and old.status <> 'cancelled') execute function private.cancel_queued_video();
create or replace trigger stamp_video_queue before update of status on public.video_generation_queue
  for each row execute function private.stamp_video_queue();
create or replace trigger follow_video_queue after update of status, error_message on public.video_generation_queue
  for each row when (new.status <> 'cancelled') execute function private.follow_video_queue();
create or replace trigger check_collected before insert or update on public.collection_videos for each row
  execute function private.check_collected('public.generated_videos', 'public.collection_videos', 'video_id', 'public.video_collections');
create or replace trigger publish_collected after insert or delete on public.collection_videos for each row
  execute function private.publish_collected('public.generated_videos', 'public.collection_videos', 'video_id', 'public.video_collections');
create or replace trigger publish_collected after update of is_public on public.video_collections for each row
  execute function private.publish_collected('public.generated_videos', 'public.collection_videos', 'video_id', 'public.video_collections');
create or replace trigger trg_update_collection_timestamp after insert or delete or update on public.collection_videos
  for each row execute function private.update_collection_timestamp();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.queue_video()');
call private.declare_execute('private.cancel_queued_video()');
call private.declare_execute('private.follow_video_queue()');
call private.declare_execute('private.update_collection_timestamp()');
call private.declare_execute('private.track_video_event(uuid, text, uuid, jsonb)', 'authenticated');
call private.declare_execute('public.track_video_event(uuid, text, uuid, jsonb)', 'authenticated');
call private.declare_execute('public.get_video_stats(uuid)', 'authenticated');
call private.declare_execute('public.update_provider_performance(text, text, boolean, numeric, numeric)');
call private.declare_execute('public.cleanup_video_analytics(interval)');

call private.declare_access('public.video_prompt_templates', 'public', p_public => 'is_public', p_protected => '{usage_count}');
call private.declare_access('public.generated_videos', 'owner_or_project', p_public => 'is_public', p_protected =>
  '{is_public, progress, cost_usd, bucket, storage_path, video_url, thumbnail_url, error_message, file_size}');
call private.declare_access('public.video_favorites', 'owner');
call private.declare_access('public.video_collections', 'public', p_public => 'is_public');
call private.declare_access('public.collection_videos', 'child', 'collection_id', p_parent => 'public.video_collections');
call private.declare_access('public.video_provider_performance', 'catalog', p_actions => '{select}');
call private.declare_access('public.video_generation_queue', 'child', 'video_id', p_parent => 'public.generated_videos',
  p_actions => '{select, update}', p_protected => '{status, max_retries, started_at, completed_at, error_message, scheduled_at}');
call private.declare_access('public.video_analytics', 'special', 'video_id', p_actions => '{select}');
call private.declare_reference('public.generated_videos', 'template_id', 'public.video_prompt_templates');
call private.declare_reference('public.video_favorites', 'video_id', 'public.generated_videos');
call private.declare_events('public.generated_videos', 'video');

-- Who watched a public video is its owner's to know, not every viewer's.
drop policy if exists "owners may see who watched their videos" on public.video_analytics;
create policy "owners may see who watched their videos" on public.video_analytics for select to authenticated
  using (video_id in (select v.id from public.generated_videos v
    where v.user_id = any (array(select private.readable_user_ids()))
      or v.project_id = any (array(select private.project_ids('viewer')))));

revoke all on public.video_generation_stats, public.popular_video_templates from public, anon, authenticated;
grant select on public.video_generation_stats, public.popular_video_templates to authenticated, service_role;
