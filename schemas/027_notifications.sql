-- Notifications: what a person should know, and how they want to hear of it.
--
-- notify() writes one notification for a person, once for each dedupe_key, unless they switched its kind off, and one
-- notification_delivery (queue deliveries) for each further channel they chose in notification_preferences: mail, a
-- signed webhook, push. Being in the app is the notification itself. Readers are told live on channel
-- meta_agent_events. Read ones are kept 90 days, unread ones a year (cleanup_notifications()).

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  kind text not null,
  severity text not null default 'info' check (severity in ('info', 'success', 'warning', 'error')),
  title text not null check (btrim(title) <> ''),
  body text,
  link text,
  data jsonb not null default '{}',
  dedupe_key text,
  read_at timestamptz,
  archived_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table public.notifications is 'What a person should know.';
comment on column public.notifications.kind is 'For example task.needs_review, budget.warning, mention.';
comment on column public.notifications.link is 'Path in the console.';
comment on column public.notifications.data is 'Ids it is about: {"task_id", …}.';
comment on column public.notifications.dedupe_key is 'The same thing is told once.';

create table if not exists public.notification_preferences (
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  kind text not null default '*',
  channel text not null check (channel in ('in_app', 'email', 'webhook', 'push')),
  enabled boolean not null default true,
  target text,
  secret_encrypted text,
  updated_at timestamptz not null default now(),
  primary key (user_id, kind, channel)
);

comment on table public.notification_preferences is 'How a person wants to hear of a kind.';
comment on column public.notification_preferences.kind is '*: every kind that has no row of its own.';
comment on column public.notification_preferences.target is 'Address of the webhook or device; mail goes to the account''s address.';
comment on column public.notification_preferences.secret_encrypted is 'Secret that signs the webhook, AES-256-GCM.';

create table if not exists public.notification_deliveries (
  id uuid primary key default gen_random_uuid(),
  notification_id uuid not null references public.notifications (id) on delete cascade,
  channel text not null check (channel in ('email', 'webhook', 'push')),
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'failed')),
  error text,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  unique (notification_id, channel)
);

comment on table public.notification_deliveries is 'Notifications on their way by other channels.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_notifications_user on public.notifications (user_id, created_at desc);
create index if not exists idx_notifications_unread on public.notifications (user_id) where read_at is null;
create index if not exists idx_notifications_project on public.notifications (project_id);
create index if not exists idx_notifications_created on public.notifications (created_at);
create unique index if not exists idx_notifications_dedupe on public.notifications (user_id, dedupe_key) where dedupe_key is not null;

-- ------------------------------------------------------------------------------------------------ functions

-- Whether a person wants a channel for a kind: their row for the kind, or for all kinds, or only the app.
create or replace function private.wants_notification(p_user_id uuid, p_kind text, p_channel text)
returns boolean language sql stable set search_path = '' as $$
  select coalesce((
    select p.enabled from public.notification_preferences p
    where p.user_id = p_user_id and p.channel = p_channel and p.kind in (p_kind, '*')
    order by p.kind = '*' limit 1
  ), p_channel = 'in_app')
$$;

-- Tells a person something; returns the notification, or null when they were told already or do not want it.
create or replace function public.notify(
  p_user_id uuid, p_kind text, p_title text, p_body text default null, p_link text default null, p_data jsonb default '{}',
  p_severity text default 'info', p_project_id uuid default null, p_dedupe_key text default null
)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  if not private.wants_notification(p_user_id, p_kind, 'in_app') then
    return null;
  end if;
  insert into public.notifications (user_id, project_id, kind, severity, title, body, link, data, dedupe_key)
  values (p_user_id, p_project_id, p_kind, p_severity, p_title, p_body, p_link, p_data, p_dedupe_key)
  on conflict (user_id, dedupe_key) where dedupe_key is not null do nothing
  returning id into v_id;
  insert into public.notification_deliveries (notification_id, channel)
  select v_id, c.channel from unnest(array['email', 'webhook', 'push']) c (channel)
  where v_id is not null and private.wants_notification(p_user_id, p_kind, c.channel);
  return v_id;
end
$$;

create or replace function public.mark_all_notifications_read()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  update public.notifications n set read_at = now() where n.user_id = (select auth.uid()) and n.read_at is null;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace function public.cleanup_notifications()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.notifications n
  where n.created_at < now() - case when n.read_at is null then interval '1 year' else interval '90 days' end;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('deliveries', 'public.notification_deliveries', 'sending', 'failed', 'error',
  't.status in (''pending'', ''sending'')');

call private.declare_execute('private.wants_notification(uuid, text, text)');
call private.declare_execute('public.notify(uuid, text, text, text, text, jsonb, text, uuid, text)');
call private.declare_execute('public.mark_all_notifications_read()', 'authenticated');
call private.declare_execute('public.cleanup_notifications()');

call private.declare_access('public.notifications', 'owner', p_actions => '{select, update, delete}',
  p_protected => '{project_id, kind, severity, title, body, link, data, dedupe_key}');
call private.declare_access('public.notification_preferences', 'owner', p_hidden => '{secret_encrypted}');
call private.declare_access('public.notification_deliveries', 'child', 'notification_id', p_parent => 'public.notifications',
  p_actions => '{select}');
call private.declare_events('public.notifications', 'notification');
