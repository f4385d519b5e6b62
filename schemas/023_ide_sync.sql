-- IDE and machine sync: the same work on every machine of a person.
--
-- machines are a person's computers; repo_registry the repositories they know and local_repos where those lie on each;
-- ide_settings what is synced of their editors; active_sessions editors that are open now, file_cursors where in them;
-- chat_histories talks held in an IDE; agent_memory what agents on a machine keep; embeddings vectors of code and notes;
-- sync_events the log by which machines catch up, in the order of sequence (get_sync_events()).
--
-- All ten may exist already, with rows (000_tables.sql), and none had row-level security: now each row is its person's.
-- A machine signs in with a token, stored as SHA-256. Sessions silent for ten minutes are closed, events are kept 90 days.

-- --------------------------------------------------------------------------------------------------- tables

call private.complete_table('public.machines', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), name text, hostname text, platform text,
  token_hash text, is_active boolean not null default true, last_seen_at timestamptz, last_sequence bigint not null default 0,
  metadata jsonb not null default '{}', created_at timestamptz not null default now(), updated_at timestamptz not null default now()
$$);
call private.complete_table('public.repo_registry', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), name text, remote_url text, default_branch text,
  description text, metadata jsonb not null default '{}', created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
$$);
call private.complete_table('public.local_repos', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), machine_id uuid, repo_id uuid, path text,
  branch text, head_commit text, is_dirty boolean not null default false, last_synced_at timestamptz,
  metadata jsonb not null default '{}', created_at timestamptz not null default now()
$$);
call private.complete_table('public.ide_settings', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), machine_id uuid, ide text not null default 'vscode',
  settings jsonb not null default '{}', keybindings jsonb not null default '[]', extensions jsonb not null default '[]',
  version int not null default 1, created_at timestamptz not null default now(), updated_at timestamptz not null default now()
$$);
call private.complete_table('public.active_sessions', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), machine_id uuid, repo_id uuid, ide text,
  workspace_path text, status text not null default 'active', last_heartbeat_at timestamptz not null default now(),
  metadata jsonb not null default '{}', started_at timestamptz not null default now(), ended_at timestamptz
$$);
call private.complete_table('public.file_cursors', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), session_id uuid, file_path text, line int, "column" int,
  selection jsonb, updated_at timestamptz not null default now()
$$);
call private.complete_table('public.chat_histories', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), machine_id uuid, repo_id uuid, title text, tool text,
  messages jsonb not null default '[]', metadata jsonb not null default '{}', created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
$$);
call private.complete_table('public.agent_memory', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), machine_id uuid, agent text, key text, value jsonb,
  content text, metadata jsonb not null default '{}', expires_at timestamptz, created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
$$);
call private.complete_table('public.sync_events', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), machine_id uuid, event_type text not null default 'changed',
  entity_type text, entity_id text, payload jsonb not null default '{}', sequence bigint generated always as identity,
  created_at timestamptz not null default now()
$$);
call private.complete_table('public.embeddings', $$
  id uuid primary key default gen_random_uuid(), user_id uuid default auth.uid(), repo_id uuid, source_type text, source_id text,
  content text, embedding extensions.vector, embedding_model text, metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
$$);

comment on table public.machines is 'A person''s computers.';
comment on column public.machines.token_hash is 'SHA-256 of the token the machine signs in with.';
comment on column public.machines.last_sequence is 'The last sync event it has.';
comment on table public.repo_registry is 'Repositories a person works on.';
comment on table public.local_repos is 'Where repositories lie on machines.';
comment on table public.ide_settings is 'Synced editor settings; without machine_id they hold for all machines.';
comment on column public.ide_settings.settings is 'Editor settings by name.';
comment on column public.ide_settings.keybindings is '[{"key", "command"}].';
comment on column public.ide_settings.extensions is '[extension id].';
comment on column public.ide_settings.version is 'Rises with every change; a machine sends the one it saw.';
comment on table public.active_sessions is 'Editors that are open now.';
comment on column public.active_sessions.status is 'active, idle or ended.';
comment on table public.file_cursors is 'Where in a file a person is, one row for each session and file.';
comment on column public.file_cursors.selection is '{"start": {"line", "column"}, "end": {…}}.';
comment on table public.chat_histories is 'Talks held in an IDE.';
comment on column public.chat_histories.messages is '[{"role", "content", "at"}].';
comment on table public.agent_memory is 'What agents on machines keep, by agent and key.';
comment on column public.agent_memory.value is 'Any JSON value.';
comment on table public.sync_events is 'Log by which machines catch up, kept 90 days.';
comment on column public.sync_events.payload is 'The change, by entity_type.';
comment on column public.sync_events.sequence is 'Order of the events.';
comment on table public.embeddings is 'Vectors of code and notes.';
comment on column public.embeddings.source_type is 'For example file, commit, note.';

-- -------------------------------------------------------------------------------------------------- indexes

do $$
declare
  v_table text;
begin
  foreach v_table in array array['machines', 'repo_registry', 'local_repos', 'ide_settings', 'active_sessions', 'file_cursors',
    'chat_histories', 'agent_memory', 'sync_events', 'embeddings']
  loop
    call private.adopt_foreign_key(('public.' || v_table)::regclass, 'user_id', 'auth.users', 'cascade');
  end loop;
  foreach v_table in array array['local_repos', 'ide_settings', 'active_sessions', 'chat_histories', 'agent_memory', 'sync_events'] loop
    call private.adopt_foreign_key(('public.' || v_table)::regclass, 'machine_id', 'public.machines', 'cascade');
    call private.declare_reference(('public.' || v_table)::regclass, 'machine_id', 'public.machines');
  end loop;
  foreach v_table in array array['local_repos', 'active_sessions', 'chat_histories', 'embeddings'] loop
    call private.adopt_foreign_key(('public.' || v_table)::regclass, 'repo_id', 'public.repo_registry', 'cascade');
    call private.declare_reference(('public.' || v_table)::regclass, 'repo_id', 'public.repo_registry');
  end loop;
end
$$;
call private.adopt_foreign_key('public.file_cursors', 'session_id', 'public.active_sessions', 'cascade');
create unique index if not exists idx_machines_token on public.machines (token_hash) where token_hash is not null;
create index if not exists idx_active_sessions_open on public.active_sessions (last_heartbeat_at) where ended_at is null;
create index if not exists idx_agent_memory_key on public.agent_memory (user_id, agent, key);
create index if not exists idx_sync_events_sequence on public.sync_events (user_id, sequence);
create index if not exists idx_sync_events_created on public.sync_events (created_at);
create index if not exists idx_embeddings_source on public.embeddings (user_id, source_type, source_id);

-- ------------------------------------------------------------------------------------------------ functions

-- The caller's events after p_after, not those of the asking machine itself.
create or replace function public.get_sync_events(p_after bigint, p_machine_id uuid default null, p_limit int default 500)
returns setof public.sync_events language sql stable set search_path = '' as $$
  select e.* from public.sync_events e
  where e.user_id = (select auth.uid()) and e.sequence > p_after and (p_machine_id is null or e.machine_id is distinct from p_machine_id)
  order by e.sequence limit p_limit
$$;

create or replace function private.version_ide_settings()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.version := old.version + 1;
  return new;
end
$$;

-- Closes editors that were silent for ten minutes, and removes memory that expired; events end by 032_retention.sql.
create or replace function public.cleanup_ide_sync()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  update public.active_sessions s set ended_at = s.last_heartbeat_at, status = 'ended'
  where s.ended_at is null and s.last_heartbeat_at < now() - interval '10 minutes';
  get diagnostics v_count = row_count;
  delete from public.agent_memory m where m.expires_at <= now();
  return v_count;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger version_ide_settings before update of settings, keybindings, extensions on public.ide_settings
  for each row execute function private.version_ide_settings();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('public.get_sync_events(bigint, uuid, int)', 'authenticated');
call private.declare_execute('public.cleanup_ide_sync()');

call private.declare_access('public.machines', 'owner', p_hidden => '{token_hash}');
call private.declare_access('public.repo_registry', 'owner');
call private.declare_access('public.local_repos', 'owner');
call private.declare_access('public.ide_settings', 'owner', p_protected => '{version}');
call private.declare_access('public.active_sessions', 'owner');
call private.declare_access('public.file_cursors', 'owner');
call private.declare_access('public.chat_histories', 'owner');
call private.declare_access('public.agent_memory', 'owner');
call private.declare_access('public.sync_events', 'owner', p_actions => '{select, insert}');
call private.declare_access('public.embeddings', 'owner');
call private.declare_reference('public.file_cursors', 'session_id', 'public.active_sessions');
call private.declare_events('public.sync_events', 'sync_event');
