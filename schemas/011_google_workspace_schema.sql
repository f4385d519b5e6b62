-- Google Workspace: the connection, what was done through it, and caches of what it holds.
--
-- google_oauth_tokens holds one connection for each person; its tokens are ciphertext that no API role can read. Every
-- action is audited in google_workspace_actions and counted per day in google_workspace_analytics (by trigger). Mail,
-- events and files are cached (google_email_cache, google_calendar_events, google_drive_files), filled by incremental
-- sync (google_sync_state: one cursor for each person and service; queue google_sync,
-- whose release names the next time) and searched like any text.
-- google_ai_features_usage records what models did with them. Deleting the connection deletes the caches.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.google_oauth_tokens (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  google_email text,
  access_token_encrypted text not null,
  refresh_token_encrypted text,
  token_type text not null default 'Bearer',
  scope text,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.google_oauth_tokens is 'OAuth credentials, one connection for each person.';
comment on column public.google_oauth_tokens.access_token_encrypted is 'AES-256-GCM with the key id in the value.';
comment on column public.google_oauth_tokens.scope is 'Granted scopes, separated by spaces.';
comment on column public.google_oauth_tokens.revoked_at is 'When Google refused the refresh token; connect again.';

create table if not exists public.google_workspace_actions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  service text not null check (service in ('gmail', 'calendar', 'drive', 'docs', 'sheets')),
  action text not null,
  resource_id text,
  agent text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
);

comment on table public.google_workspace_actions is 'Action audit, written by the service.';
comment on column public.google_workspace_actions.action is 'For example email_sent, event_created, doc_edited.';
comment on column public.google_workspace_actions.agent is 'The agent that did it for the person.';

create table if not exists public.google_email_cache (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  email_id text not null,
  thread_id text,
  subject text,
  from_address text,
  to_addresses text[] not null default '{}',
  cc_addresses text[] not null default '{}',
  snippet text,
  body text,
  labels text[] not null default '{}',
  date timestamptz,
  is_read boolean not null default false,
  has_attachments boolean not null default false,
  synced_at timestamptz not null default now(),
  search_vector tsvector generated always as (to_tsvector('pg_catalog.english',
    left(coalesce(subject, '') || ' ' || coalesce(from_address, '') || ' ' || coalesce(body, snippet, ''), 100000))) stored,
  unique (user_id, email_id)
);

comment on table public.google_email_cache is 'Gmail cache.';
comment on column public.google_email_cache.search_vector is 'Lexemes of subject, sender and text.';

create table if not exists public.google_calendar_events (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  calendar_id text not null,
  event_id text not null,
  summary text,
  description text,
  location text,
  start_time timestamptz,
  end_time timestamptz,
  is_all_day boolean not null default false,
  attendees jsonb not null default '[]',
  status text,
  html_link text,
  synced_at timestamptz not null default now(),
  unique (user_id, calendar_id, event_id)
);

comment on table public.google_calendar_events is 'Calendar cache.';
comment on column public.google_calendar_events.attendees is '[{"email", "name", "response"}].';

create table if not exists public.google_drive_files (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  file_id text not null,
  name text,
  mime_type text,
  size bigint check (size >= 0),
  parent_id text,
  is_folder boolean not null default false,
  web_view_link text,
  thumbnail_link text,
  created_time timestamptz,
  modified_time timestamptz,
  synced_at timestamptz not null default now(),
  unique (user_id, file_id)
);

comment on table public.google_drive_files is 'Drive metadata.';
comment on column public.google_drive_files.parent_id is 'Google''s id of the folder.';

create table if not exists public.google_sync_state (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references public.google_oauth_tokens (user_id) on delete cascade,
  service text not null check (service in ('gmail', 'calendar', 'drive')),
  cursor text,
  status text not null default 'idle' check (status in ('idle', 'syncing', 'failed', 'off')),
  sync_error text,
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  unique (user_id, service)
);

comment on table public.google_sync_state is 'How far the sync of each service is.';
comment on column public.google_sync_state.cursor is 'Google''s history id, sync token or page token: only changes since are read.';

create table if not exists public.google_workspace_analytics (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  service text not null,
  date date not null,
  emails_read int not null default 0,
  emails_sent int not null default 0,
  docs_created int not null default 0,
  docs_edited int not null default 0,
  sheets_created int not null default 0,
  sheets_edited int not null default 0,
  files_uploaded int not null default 0,
  files_downloaded int not null default 0,
  events_created int not null default 0,
  api_calls int not null default 0,
  unique (user_id, service, date)
);

comment on table public.google_workspace_analytics is 'Usage stats per day (UTC), kept by trigger from the actions.';

create table if not exists public.google_ai_features_usage (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  feature text not null,
  service text not null,
  resource_id text,
  input_text text,
  output_text text,
  tokens_used int not null default 0 check (tokens_used >= 0),
  processing_time_ms int check (processing_time_ms >= 0),
  created_at timestamptz not null default now()
);

comment on table public.google_ai_features_usage is 'AI feature tracking.';
comment on column public.google_ai_features_usage.feature is 'For example summarise_thread or draft_reply.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_google_oauth_expires on public.google_oauth_tokens (expires_at) where revoked_at is null;
create index if not exists idx_gw_actions_user on public.google_workspace_actions (user_id, created_at desc);
create index if not exists idx_email_cache_date on public.google_email_cache (user_id, date desc);
create index if not exists idx_email_cache_thread on public.google_email_cache (user_id, thread_id);
create index if not exists idx_email_cache_search on public.google_email_cache using gin (search_vector);
create index if not exists idx_calendar_events_time on public.google_calendar_events (user_id, start_time);
create index if not exists idx_drive_files_modified on public.google_drive_files (user_id, modified_time desc);
create index if not exists idx_drive_files_parent on public.google_drive_files (user_id, parent_id);
create index if not exists idx_gw_ai_features_user on public.google_ai_features_usage (user_id, created_at desc);

-- ------------------------------------------------------------------------------------------------ functions

-- Counts an action in its day: every one as an API call, and those with a counter of their own in it.
create or replace function private.count_google_action()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.google_workspace_analytics as a (user_id, service, date, api_calls, emails_read, emails_sent, docs_created,
    docs_edited, sheets_created, sheets_edited, files_uploaded, files_downloaded, events_created)
  values (new.user_id, new.service, (new.created_at at time zone 'utc')::date, 1, (new.action = 'email_read')::int,
    (new.action = 'email_sent')::int, (new.action = 'doc_created')::int, (new.action = 'doc_edited')::int,
    (new.action = 'sheet_created')::int, (new.action = 'sheet_edited')::int, (new.action = 'file_uploaded')::int,
    (new.action = 'file_downloaded')::int, (new.action = 'event_created')::int)
  on conflict (user_id, service, date) do update
  set api_calls = a.api_calls + 1, emails_read = a.emails_read + excluded.emails_read,
      emails_sent = a.emails_sent + excluded.emails_sent, docs_created = a.docs_created + excluded.docs_created,
      docs_edited = a.docs_edited + excluded.docs_edited, sheets_created = a.sheets_created + excluded.sheets_created,
      sheets_edited = a.sheets_edited + excluded.sheets_edited, files_uploaded = a.files_uploaded + excluded.files_uploaded,
      files_downloaded = a.files_downloaded + excluded.files_downloaded, events_created = a.events_created + excluded.events_created;
  return null;
end
$$;

-- Nothing of a mailbox stays when its connection goes.
create or replace function private.forget_google()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.google_email_cache c where c.user_id = old.user_id;
  delete from public.google_calendar_events c where c.user_id = old.user_id;
  delete from public.google_drive_files c where c.user_id = old.user_id;
  return null;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger count_google_action after insert on public.google_workspace_actions
  for each row execute function private.count_google_action();
create or replace trigger forget_google after delete on public.google_oauth_tokens
  for each row execute function private.forget_google();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('google_sync', 'public.google_sync_state', 'syncing', 'failed', 'sync_error',
  't.status in (''idle'', ''syncing'')', 't.next_attempt_at nulls first');

call private.declare_execute('private.count_google_action()');
call private.declare_execute('private.forget_google()');

call private.declare_access('public.google_oauth_tokens', 'owner', p_actions => '{select, delete}',
  p_hidden => '{access_token_encrypted, refresh_token_encrypted}');
call private.declare_access('public.google_workspace_actions', 'owner', p_actions => '{select}');
call private.declare_access('public.google_email_cache', 'special', 'user_id', p_actions => '{select, delete}');
call private.declare_access('public.google_calendar_events', 'special', 'user_id', p_actions => '{select, delete}');
call private.declare_access('public.google_drive_files', 'special', 'user_id', p_actions => '{select, delete}');
call private.declare_access('public.google_sync_state', 'owner', p_actions => '{select}', p_hidden => '{cursor}');
call private.declare_access('public.google_workspace_analytics', 'owner', p_actions => '{select}');
call private.declare_access('public.google_ai_features_usage', 'owner', p_actions => '{select, delete}');

-- A mailbox is nobody else's to read, not even an administrator's.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['google_email_cache', 'google_calendar_events', 'google_drive_files'] loop
    execute format('drop policy if exists "only the person may read what Google holds of them" on public.%I', v_table);
    execute format('create policy "only the person may read what Google holds of them" on public.%I
      for select to authenticated using (user_id = (select auth.uid()))', v_table);
    execute format('drop policy if exists "the person may clear the cache" on public.%I', v_table);
    execute format('create policy "the person may clear the cache" on public.%I
      for delete to authenticated using (user_id = (select auth.uid()))', v_table);
  end loop;
end
$$;
