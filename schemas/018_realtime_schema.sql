-- Realtime: who is here, and editing the same thing together.
--
-- presence_status is where a person is now, presence_history where they were. collaboration_sessions are rooms around a
-- resource (a project, conversation, workflow, task or canvas), session_participants who is in them. Shared editing is
-- operational transform: realtime_resource_state holds the document and its version, realtime_operations every change
-- (insert, delete, update, move); append_operation() adds one on top of the version it was made for, and refuses a stale
-- one (MA409), which its author transforms and sends again. sync_conflicts records what could not be merged by itself;
-- realtime_events is the log of what happened in rooms.
--
-- Nobody gets more than their row-level security shows: a room carries owner and project of its resource, and all below
-- it is readable only while that resource is. join_room() lets in whoever can see the resource, as editor if they may
-- write it. People see the presence of those they share a project or a room with.
-- Events are kept 30 days, operations 90, presence until an hour of silence (the cleanup functions).

-- ---------------------------------------------------------------------------------------------------- types

call private.declare_enum('public.presence_status_enum', 'online', 'away', 'busy', 'offline');
call private.declare_enum('public.collaboration_role', 'owner', 'editor', 'viewer');
call private.declare_enum('public.operation_type_enum', 'insert', 'delete', 'update', 'move');

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists private.realtime_resources (
  resource_type text primary key,
  table_name text not null,
  owner_column text not null,
  project_column text not null
);

comment on table private.realtime_resources is 'What rooms can be about. Written by private.declare_realtime().';
comment on column private.realtime_resources.owner_column is 'SQL expression on alias r: the owner.';
comment on column private.realtime_resources.project_column is 'SQL expression on alias r: the project, or null.';

create table if not exists public.presence_status (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  status public.presence_status_enum not null default 'online',
  current_view jsonb,
  cursor jsonb,
  metadata jsonb not null default '{}',
  last_active timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.presence_status is 'User online status.';
comment on column public.presence_status.current_view is '{"type": "project" | "conversation" | "workflow" | "task", "id", "name"}.';
comment on column public.presence_status.cursor is '{"x", "y", "viewportId"}.';

create table if not exists public.presence_history (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  status public.presence_status_enum not null,
  session_duration int check (session_duration >= 0),
  views_visited jsonb not null default '[]',
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  metadata jsonb not null default '{}'
);

comment on table public.presence_history is 'Session history, written by trigger; at most one open row for each person.';
comment on column public.presence_history.session_duration is 'Seconds.';
comment on column public.presence_history.views_visited is '[{"type", "id"}], the last 50.';

create table if not exists public.collaboration_sessions (
  id uuid primary key default gen_random_uuid(),
  room_id text not null unique,
  resource_type text not null references private.realtime_resources (resource_type) on delete cascade,
  resource_id uuid not null,
  name text,
  owner_id uuid references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  participant_count int not null default 0,
  metadata jsonb not null default '{}',
  unique (resource_type, resource_id)
);

comment on table public.collaboration_sessions is 'Rooms, one for each resource; ended_at while nobody is in it.';
comment on column public.collaboration_sessions.room_id is '<resource_type>:<resource_id>.';
comment on column public.collaboration_sessions.owner_id is 'Owner of the resource, as project_id its project.';
comment on column public.collaboration_sessions.participant_count is 'Active participants, kept by trigger.';

create table if not exists public.session_participants (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.collaboration_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.collaboration_role not null default 'viewer',
  joined_at timestamptz not null default now(),
  left_at timestamptz,
  is_active boolean not null default true,
  permissions jsonb not null default '{}',
  unique (session_id, user_id)
);

comment on table public.session_participants is 'Room members. Written by join_room() and leave_room().';
comment on column public.session_participants.permissions is '{"edit": boolean}.';

create table if not exists public.realtime_resource_state (
  resource_type text not null,
  resource_id uuid not null,
  version int not null default 0 check (version >= 0),
  data jsonb not null,
  last_modified timestamptz not null default now(),
  last_modified_by uuid references auth.users (id) on delete set null,
  checksum text generated always as (md5(data::text)) stored,
  metadata jsonb not null default '{}',
  primary key (resource_type, resource_id),
  foreign key (resource_type, resource_id) references public.collaboration_sessions (resource_type, resource_id) on delete cascade
);

comment on table public.realtime_resource_state is 'The shared document of a room and its version.';
comment on column public.realtime_resource_state.data is 'The document, any JSON value.';
comment on column public.realtime_resource_state.checksum is 'Compared by clients to prove that they converged.';

create table if not exists public.realtime_operations (
  id uuid primary key default gen_random_uuid(),
  operation_id text not null unique,
  resource_type text not null,
  resource_id uuid not null,
  operation_type public.operation_type_enum not null,
  operation_data jsonb not null,
  user_id uuid references auth.users (id) on delete set null,
  version int not null check (version > 0),
  parent_version int,
  applied_at timestamptz not null default clock_timestamp(),
  metadata jsonb not null default '{}',
  unique (resource_type, resource_id, version),
  foreign key (resource_type, resource_id) references public.realtime_resource_state (resource_type, resource_id) on delete cascade
);

comment on table public.realtime_operations is 'OT operations in the order of version.';
comment on column public.realtime_operations.operation_id is 'Given by the author; sending it twice applies it once.';
comment on column public.realtime_operations.operation_data is '{"path": […], "value" | "text" | "length" | "from"}.';
comment on column public.realtime_operations.parent_version is 'Version the author had seen.';

create table if not exists public.sync_conflicts (
  id uuid primary key default gen_random_uuid(),
  resource_type text not null,
  resource_id uuid not null,
  operation_id text not null,
  conflicting_operation_id text,
  resolution_strategy text check (resolution_strategy in ('accept', 'reject', 'merge', 'manual')),
  resolved_by uuid references auth.users (id) on delete set null,
  resolved_at timestamptz,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  foreign key (resource_type, resource_id) references public.realtime_resource_state (resource_type, resource_id) on delete cascade
);

comment on table public.sync_conflicts is 'Conflict log.';
comment on column public.sync_conflicts.details is '{"mine", "theirs", "result"}.';

create table if not exists public.realtime_events (
  id uuid primary key default gen_random_uuid(),
  event_type text not null,
  room_id text references public.collaboration_sessions (room_id) on delete cascade,
  user_id uuid references auth.users (id) on delete cascade,
  client_id text,
  payload jsonb not null default '{}',
  timestamp timestamptz not null default clock_timestamp(),
  metadata jsonb not null default '{}'
);

comment on table public.realtime_events is 'Event log, kept 30 days.';
comment on column public.realtime_events.payload is 'By event_type: joined, left, cursor, operation, ….';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_presence_last_active on public.presence_status (last_active) where status <> 'offline';
create unique index if not exists idx_presence_history_open on public.presence_history (user_id) where ended_at is null;
create index if not exists idx_presence_history_user on public.presence_history (user_id, started_at desc);
create index if not exists idx_collaboration_sessions_owner on public.collaboration_sessions (owner_id);
create index if not exists idx_collaboration_sessions_project on public.collaboration_sessions (project_id);
create index if not exists idx_session_participants_user on public.session_participants (user_id) where is_active;
create index if not exists idx_session_participants_user_id on public.session_participants (user_id);
create index if not exists idx_resource_state_modified_by on public.realtime_resource_state (last_modified_by);
create index if not exists idx_operations_user on public.realtime_operations (user_id, applied_at desc);
create index if not exists idx_operations_applied on public.realtime_operations (applied_at);
create index if not exists idx_sync_conflicts_resource on public.sync_conflicts (resource_type, resource_id, created_at);
create index if not exists idx_sync_conflicts_resolved_by on public.sync_conflicts (resolved_by);
create index if not exists idx_realtime_events_room on public.realtime_events (room_id, timestamp desc);
create index if not exists idx_realtime_events_user on public.realtime_events (user_id, timestamp desc);
create index if not exists idx_realtime_events_timestamp on public.realtime_events (timestamp);

-- ------------------------------------------------------------------------------------------------ functions

create or replace procedure private.declare_realtime(p_resource_type text, p_table regclass, p_owner text, p_project text)
language sql set search_path = '' as $$
  insert into private.realtime_resources (resource_type, table_name, owner_column, project_column)
  values (p_resource_type, p_table::text, p_owner, p_project)
  on conflict (resource_type) do update set table_name = excluded.table_name, owner_column = excluded.owner_column,
    project_column = excluded.project_column
$$;

-- Owner and project of a resource the caller can see; no row when they cannot. Runs as the caller.
create or replace function private.realtime_resource(p_resource_type text, p_resource_id uuid)
returns table (owner_id uuid, project_id uuid) language plpgsql stable set search_path = '' as $$
declare
  v_resource private.realtime_resources;
begin
  select * into v_resource from private.realtime_resources r where r.resource_type = p_resource_type;
  if not found then
    raise exception 'There are no rooms about "%"', p_resource_type using errcode = '22023',
      hint = 'Known: ' || (select string_agg(r.resource_type, ', ' order by r.resource_type) from private.realtime_resources r);
  end if;
  return query execute format('select %s, %s from %s r where r.id = $1',
    v_resource.owner_column, v_resource.project_column, v_resource.table_name) using p_resource_id;
end
$$;

-- Rooms the caller is in and may still see.
create or replace function private.room_ids()
returns setof uuid language sql stable security definer set search_path = '' as $$
  select s.id from public.session_participants p join public.collaboration_sessions s on s.id = p.session_id
  where p.user_id = (select auth.uid()) and p.is_active
    and (s.owner_id = (select auth.uid()) or s.project_id in (select private.project_ids('viewer')))
$$;

-- People the caller works with: of the same projects, or in the same room.
create or replace function private.companion_ids()
returns setof uuid language sql stable security definer set search_path = '' as $$
  select (select auth.uid())
  union
  select m.user_id from public.meta_project_members m
  where m.project_id in (
    select o.id from public.meta_projects o where o.owner_id = (select auth.uid())
    union select n.project_id from public.meta_project_members n where n.user_id = (select auth.uid()))
  union
  select p.owner_id from public.meta_project_members n join public.meta_projects p on p.id = n.project_id
  where n.user_id = (select auth.uid())
  union
  select p.user_id from public.session_participants p where p.is_active and p.session_id in (select private.room_ids())
$$;

-- Writes the caller into the room of a resource that is theirs or of a project they can view. It reads the resource as
-- the owner of the schema and compares with the caller, so that nobody can name an owner of their choice.
create or replace function private.join_room(p_resource_type text, p_resource_id uuid, p_name text)
returns public.session_participants language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user uuid := (select auth.uid());
  v_owner uuid;
  v_project uuid;
  v_session uuid;
  v_role public.collaboration_role;
  v_joined public.session_participants;
begin
  select r.owner_id, r.project_id into v_owner, v_project from private.realtime_resource(p_resource_type, p_resource_id) r;
  if v_user is null or (v_owner = v_user or v_project in (select private.project_ids('viewer'))) is not true then
    raise exception 'This does not exist' using errcode = '42501';
  end if;
  v_role := (case when v_owner = v_user then 'owner'
    when v_project in (select private.project_ids('editor')) then 'editor' else 'viewer' end)::public.collaboration_role;
  insert into public.collaboration_sessions (room_id, resource_type, resource_id, name, owner_id, project_id)
  values (p_resource_type || ':' || p_resource_id, p_resource_type, p_resource_id, p_name, v_owner, v_project)
  on conflict (resource_type, resource_id) do update
  set ended_at = null, owner_id = excluded.owner_id, project_id = excluded.project_id
  returning id into v_session;
  insert into public.session_participants as p (session_id, user_id, role, permissions)
  values (v_session, v_user, v_role, jsonb_build_object('edit', v_role <> 'viewer'))
  on conflict (session_id, user_id) do update
  set is_active = true, left_at = null, joined_at = case when p.is_active then p.joined_at else now() end,
      role = excluded.role, permissions = excluded.permissions
  returning * into v_joined;
  return v_joined;
end
$$;

-- Lets the caller into the room of a resource they can see. Raises 42501 otherwise.
create or replace function public.join_room(p_resource_type text, p_resource_id uuid, p_name text default null)
returns public.session_participants language sql volatile set search_path = '' as $$
  select private.join_room(p_resource_type, p_resource_id, p_name)
$$;

create or replace function private.leave_room(p_room_id text)
returns boolean language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.session_participants p set is_active = false, left_at = now()
  from public.collaboration_sessions s
  where s.id = p.session_id and s.room_id = p_room_id and p.user_id = (select auth.uid()) and p.is_active;
  return found;
end
$$;

create or replace function public.leave_room(p_room_id text)
returns boolean language sql volatile set search_path = '' as $$ select private.leave_room(p_room_id) $$;

-- Counts active participants; the room of nobody ends.
create or replace function private.update_participant_count()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Writers at once take turns here, so that each counts what those before it wrote.
  perform from public.collaboration_sessions s where s.id = case when tg_op = 'DELETE' then old.session_id else new.session_id end
  for no key update;
  update public.collaboration_sessions s
  set participant_count = c.active, ended_at = case when c.active = 0 then coalesce(s.ended_at, now()) end
  from (
    select count(*) filter (where p.is_active) as active from public.session_participants p
    where p.session_id = case when tg_op = 'DELETE' then old.session_id else new.session_id end
  ) c
  where s.id = case when tg_op = 'DELETE' then old.session_id else new.session_id end;
  return null;
end
$$;

-- Coming opens a row, going closes it, and what was looked at in between is noted.
create or replace function private.track_presence_history()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if new.status = 'offline' then
    update public.presence_history h
    set ended_at = now(), session_duration = greatest(extract(epoch from now() - h.started_at)::int, 0)
    where h.user_id = new.user_id and h.ended_at is null;
  else
    insert into public.presence_history as h (user_id, status, views_visited)
    values (new.user_id, new.status, case when new.current_view is null then '[]' else jsonb_build_array(new.current_view) end)
    on conflict (user_id) where ended_at is null do update
    set status = excluded.status,
        views_visited = case when new.current_view is null or h.views_visited -> -1 = new.current_view
          or jsonb_array_length(h.views_visited) >= 50 then h.views_visited else h.views_visited || new.current_view end;
  end if;
  return null;
end
$$;

create or replace function public.get_active_room_users(p_room_id text)
returns table (user_id uuid, role public.collaboration_role, status public.presence_status_enum, current_view jsonb,
  joined_at timestamptz)
language sql stable set search_path = '' as $$
  select p.user_id, p.role, coalesce(s.status, 'offline'), s.current_view, p.joined_at
  from public.collaboration_sessions c
  join public.session_participants p on p.session_id = c.id and p.is_active
  left join public.presence_status s on s.user_id = p.user_id
  where c.room_id = p_room_id
  order by p.joined_at
$$;

create or replace function public.get_users_viewing_resource(p_resource_type text, p_resource_id uuid)
returns table (user_id uuid, status public.presence_status_enum, cursor jsonb, metadata jsonb, last_active timestamptz)
language sql stable set search_path = '' as $$
  select s.user_id, s.status, s.cursor, s.metadata, s.last_active
  from public.presence_status s
  where s.status <> 'offline' and s.current_view ->> 'type' = p_resource_type and s.current_view ->> 'id' = p_resource_id::text
    and exists (select from private.realtime_resource(p_resource_type, p_resource_id))
$$;

-- Starts the shared document of a room with its first content; returns the version it is at.
create or replace function private.append_operation(
  p_resource_type text, p_resource_id uuid, p_operation_id text, p_operation_type public.operation_type_enum,
  p_operation_data jsonb, p_parent_version int, p_data jsonb
)
returns int language plpgsql volatile security definer set search_path = '' as $$
declare
  v_state public.realtime_resource_state;
  v_version int;
begin
  if not exists (
    select from public.collaboration_sessions s join public.session_participants p on p.session_id = s.id
    where s.resource_type = p_resource_type and s.resource_id = p_resource_id and p.user_id = (select auth.uid())
      and p.is_active and p.role <> 'viewer'
      and (s.owner_id = (select auth.uid()) or s.project_id in (select private.project_ids('editor'))))
  then
    raise exception 'You may not edit this' using errcode = '42501', hint = 'Join its room as an editor.';
  end if;
  select o.version into v_version from public.realtime_operations o where o.operation_id = p_operation_id;
  if found then
    return v_version;
  end if;
  insert into public.realtime_resource_state (resource_type, resource_id, data) values (p_resource_type, p_resource_id, 'null')
  on conflict (resource_type, resource_id) do nothing;
  select * into v_state from public.realtime_resource_state s
  where s.resource_type = p_resource_type and s.resource_id = p_resource_id for update;
  if v_state.version <> p_parent_version then
    raise exception 'The document is at version %, not %', v_state.version, p_parent_version using errcode = 'MA409',
      detail = v_state.version::text, hint = 'Transform the operation over the ones since, and send it again.';
  end if;
  update public.realtime_resource_state s
  set version = s.version + 1, data = p_data, last_modified = now(), last_modified_by = (select auth.uid())
  where s.resource_type = p_resource_type and s.resource_id = p_resource_id
  returning s.version into v_version;
  insert into public.realtime_operations (operation_id, resource_type, resource_id, operation_type, operation_data, user_id,
    version, parent_version)
  values (p_operation_id, p_resource_type, p_resource_id, p_operation_type, p_operation_data, (select auth.uid()), v_version,
    p_parent_version);
  perform pg_notify('meta_agent_rooms', jsonb_build_object('room', p_resource_type || ':' || p_resource_id, 'version', v_version)::text);
  return v_version;
end
$$;

-- Adds one operation on top of p_parent_version, with the document p_data it results in, and returns the new version;
-- an operation that was applied already returns the version it got. MA409 when somebody was faster.
create or replace function public.append_operation(
  p_resource_type text, p_resource_id uuid, p_operation_id text, p_operation_type public.operation_type_enum,
  p_operation_data jsonb, p_parent_version int, p_data jsonb
)
returns int language sql volatile set search_path = '' as $$
  select private.append_operation(p_resource_type, p_resource_id, p_operation_id, p_operation_type, p_operation_data,
    p_parent_version, p_data)
$$;

create or replace function public.get_operation_history(p_resource_id uuid, p_limit int default 50)
returns table (operation_id text, operation_type public.operation_type_enum, user_id uuid, version int, operation_data jsonb,
  applied_at timestamptz)
language sql stable set search_path = '' as $$
  select o.operation_id, o.operation_type, o.user_id, o.version, o.operation_data, o.applied_at
  from public.realtime_operations o where o.resource_id = p_resource_id
  order by o.version desc limit p_limit
$$;

-- Sets offline whoever was silent for an hour; returns how many.
create or replace function public.cleanup_stale_presence()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  update public.presence_status p set status = 'offline'
  where p.status <> 'offline' and p.last_active < now() - interval '1 hour';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Participants who are gone leave their rooms; returns how many rooms ended.
create or replace function public.end_inactive_sessions()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_sessions uuid[];
  v_count int;
begin
  with left_now as (
    update public.session_participants p set is_active = false, left_at = now()
    where p.is_active and p.joined_at < now() - interval '5 minutes' and not exists (
      select from public.presence_status s
      where s.user_id = p.user_id and s.status <> 'offline' and s.last_active > now() - interval '5 minutes')
    returning p.session_id
  )
  select array_agg(l.session_id) into v_sessions from left_now l;
  select count(*) into v_count from public.collaboration_sessions s where s.id = any (v_sessions) and s.participant_count = 0;
  return v_count;
end
$$;

create or replace function public.cleanup_old_realtime_events()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.realtime_events e where e.timestamp < now() - interval '30 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace function public.cleanup_old_operations()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.realtime_operations o where o.applied_at < now() - interval '90 days';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Rooms about a row go with it. The argument is the resource type.
create or replace function private.delete_room()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.collaboration_sessions s where s.resource_type = tg_argv[0] and s.resource_id = old.id;
  return null;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger session_participant_count_trigger after insert or delete or update of is_active
  on public.session_participants for each row execute function private.update_participant_count();
create or replace trigger presence_history_insert_trigger after insert on public.presence_status
  for each row execute function private.track_presence_history();
create or replace trigger presence_history_trigger after update of status, current_view on public.presence_status
  for each row when (old.status is distinct from new.status or old.current_view is distinct from new.current_view)
  execute function private.track_presence_history();

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.declare_realtime(text, regclass, text, text) from public;
call private.declare_execute('private.realtime_resource(text, uuid)', 'authenticated');
call private.declare_execute('private.room_ids()', 'authenticated');
call private.declare_execute('private.companion_ids()', 'authenticated');
call private.declare_execute('private.join_room(text, uuid, text)', 'authenticated');
call private.declare_execute('private.leave_room(text)', 'authenticated');
call private.declare_execute('private.append_operation(text, uuid, text, public.operation_type_enum, jsonb, int, jsonb)', 'authenticated');
call private.declare_execute('private.update_participant_count()');
call private.declare_execute('private.track_presence_history()');
call private.declare_execute('private.delete_room()');
call private.declare_execute('public.join_room(text, uuid, text)', 'authenticated');
call private.declare_execute('public.leave_room(text)', 'authenticated');
call private.declare_execute('public.append_operation(text, uuid, text, public.operation_type_enum, jsonb, int, jsonb)', 'authenticated');
call private.declare_execute('public.get_active_room_users(text)', 'authenticated');
call private.declare_execute('public.get_users_viewing_resource(text, uuid)', 'authenticated');
call private.declare_execute('public.get_operation_history(uuid, int)', 'authenticated');
call private.declare_execute('public.cleanup_stale_presence()');
call private.declare_execute('public.end_inactive_sessions()');
call private.declare_execute('public.cleanup_old_realtime_events()');
call private.declare_execute('public.cleanup_old_operations()');

call private.declare_access('private.realtime_resources', 'catalog', p_actions => '{select}');
call private.declare_access('public.presence_status', 'special', 'user_id');
call private.declare_access('public.presence_history', 'owner', p_actions => '{select, delete}');
call private.declare_access('public.collaboration_sessions', 'owner_or_project', 'owner_id', p_actions => '{select}');
call private.declare_access('public.session_participants', 'child', 'session_id', p_parent => 'public.collaboration_sessions',
  p_actions => '{select}');
call private.declare_access('public.realtime_resource_state', 'special', p_actions => '{select}');
call private.declare_access('public.realtime_operations', 'special', p_actions => '{select}');
call private.declare_access('public.sync_conflicts', 'special', p_actions => '{select}');
call private.declare_access('public.realtime_events', 'special', p_actions => '{select}');

drop policy if exists "people may see the presence of those they work with" on public.presence_status;
create policy "people may see the presence of those they work with" on public.presence_status for select to authenticated
  using (user_id = any (array(select private.companion_ids())) or user_id = any (array(select private.readable_user_ids())));
drop policy if exists "people may report their presence" on public.presence_status;
create policy "people may report their presence" on public.presence_status for insert to authenticated
  with check (user_id = (select auth.uid()));
drop policy if exists "people may change their presence" on public.presence_status;
create policy "people may change their presence" on public.presence_status for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
drop policy if exists "people may remove their presence" on public.presence_status;
create policy "people may remove their presence" on public.presence_status for delete to authenticated
  using (user_id = (select auth.uid()));

do $$
declare
  v_table text;
begin
  foreach v_table in array array['realtime_resource_state', 'realtime_operations', 'sync_conflicts'] loop
    execute format('drop policy if exists "whoever may see the room may read what is in it" on public.%I', v_table);
    execute format('create policy "whoever may see the room may read what is in it" on public.%I for select to authenticated
      using (exists (select from public.collaboration_sessions s
        where s.resource_type = %1$I.resource_type and s.resource_id = %1$I.resource_id))', v_table);
  end loop;
end
$$;
drop policy if exists "whoever may see a room may read its events, and each their own" on public.realtime_events;
create policy "whoever may see a room may read its events, and each their own" on public.realtime_events for select to authenticated
  using (case when room_id is null then user_id = (select auth.uid())
    else exists (select from public.collaboration_sessions s where s.room_id = realtime_events.room_id) end);

-- ---------------------------------------------------------------------------------------------------- seeds

call private.declare_realtime('project', 'public.meta_projects', 'r.owner_id', 'r.id');
call private.declare_realtime('task', 'public.meta_tasks',
  '(select p.owner_id from public.meta_projects p where p.id = r.project_id)', 'r.project_id');
call private.declare_realtime('conversation', 'public.meta_conversations', 'r.user_id', 'r.project_id');
call private.declare_realtime('workflow', 'public.meta_workflows', 'r.user_id', 'r.project_id');
create or replace trigger delete_room after delete on public.meta_projects
  for each row execute function private.delete_room('project');
create or replace trigger delete_room after delete on public.meta_tasks
  for each row execute function private.delete_room('task');
create or replace trigger delete_room after delete on public.meta_conversations
  for each row execute function private.delete_room('conversation');
create or replace trigger delete_room after delete on public.meta_workflows
  for each row execute function private.delete_room('workflow');
