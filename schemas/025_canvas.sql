-- Canvas: documents and programs beside a chat, edited by people and models.
--
-- A canvas_artifact is the present text; every text it had is a canvas_version, written by trigger, so that any can be
-- restored (restore_canvas_version()). It belongs to a person and, in a project, to its members; it may come from a
-- conversation, whose project it then follows: while that is private, nobody else sees it. Publishing shows it to every
-- signed-in user; canvas_shares are links, stored as hashes, with expiry.
-- People edit one together in a room of 018_realtime_schema.sql (resource type canvas).

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.canvas_artifacts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  conversation_id uuid references public.meta_conversations (id) on delete set null,
  message_id uuid references public.meta_messages (id) on delete set null,
  title text not null check (btrim(title) <> ''),
  content text not null default '' check (length(content) <= 5000000),
  content_type text not null default 'markdown'
    check (content_type in ('code', 'markdown', 'react', 'html', 'svg', 'mermaid', 'json', 'csv')),
  language text,
  version int not null default 1,
  change_summary text,
  is_published boolean not null default false,
  published_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(title || ' ' || content, 100000))) stored
);

comment on table public.canvas_artifacts is 'Documents and programs on the canvas.';
comment on column public.canvas_artifacts.language is 'Programming language, for code.';
comment on column public.canvas_artifacts.version is 'Rises with every change of content.';
comment on column public.canvas_artifacts.change_summary is 'Why it changed last; copied into the version.';
comment on column public.canvas_artifacts.is_published is 'Every signed-in user may read it.';
comment on column public.canvas_artifacts.search_vector is 'Lexemes of title and content (first 100,000 characters).';

create table if not exists public.canvas_versions (
  id uuid primary key default gen_random_uuid(),
  artifact_id uuid not null references public.canvas_artifacts (id) on delete cascade,
  version int not null check (version > 0),
  title text not null,
  content text not null,
  change_summary text,
  created_by uuid references auth.users (id) on delete set null,
  created_by_agent text,
  created_at timestamptz not null default now(),
  unique (artifact_id, version)
);

comment on table public.canvas_versions is 'Every content an artifact had, written by trigger.';
comment on column public.canvas_versions.created_by_agent is 'The agent that wrote it for the person.';

create table if not exists public.canvas_shares (
  id uuid primary key default gen_random_uuid(),
  artifact_id uuid not null references public.canvas_artifacts (id) on delete cascade,
  share_token_hash text not null unique,
  shared_by uuid default auth.uid() references auth.users (id) on delete cascade,
  expires_at timestamptz,
  revoked_at timestamptz,
  view_count int not null default 0,
  created_at timestamptz not null default now()
);

comment on table public.canvas_shares is 'Sharing links, served by the server.';
comment on column public.canvas_shares.share_token_hash is 'SHA-256 of the token in the link.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_canvas_artifacts_user on public.canvas_artifacts (user_id, updated_at desc);
create index if not exists idx_canvas_artifacts_project on public.canvas_artifacts (project_id);
create index if not exists idx_canvas_artifacts_conversation on public.canvas_artifacts (conversation_id);
create index if not exists idx_canvas_artifacts_message on public.canvas_artifacts (message_id);
create index if not exists idx_canvas_artifacts_published on public.canvas_artifacts (published_at desc) where is_published;
create index if not exists idx_canvas_artifacts_search on public.canvas_artifacts using gin (search_vector);
create index if not exists idx_canvas_versions_created_by on public.canvas_versions (created_by);
create index if not exists idx_canvas_shares_artifact on public.canvas_shares (artifact_id);
create index if not exists idx_canvas_shares_shared_by on public.canvas_shares (shared_by);

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.version_canvas()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and new.content is distinct from old.content then
    new.version := old.version + 1;
  end if;
  new.published_at := case when new.is_published then coalesce(new.published_at, now()) end;
  return new;
end
$$;

create or replace function private.keep_canvas_version()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.canvas_versions (artifact_id, version, title, content, change_summary, created_by, created_by_agent)
  select new.id, new.version, new.title, new.content, new.change_summary, a.person, a.agent from private.actor() a
  on conflict (artifact_id, version) do nothing;
  return null;
end
$$;

-- An artifact of a conversation is in the conversation's project, and in none while that is private.
create or replace function private.place_canvas()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if new.conversation_id is not null then
    new.project_id := (select case when not c.is_private then c.project_id end from public.meta_conversations c
      where c.id = new.conversation_id);
  end if;
  return new;
end
$$;

create or replace function private.move_canvas()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.canvas_artifacts a set project_id = case when not new.is_private then new.project_id end
  where a.conversation_id = new.id;
  return null;
end
$$;

-- Tells those who follow the conversation which artifact changed, never what is in it.
create or replace function private.announce_canvas()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_row public.canvas_artifacts := case when tg_op = 'DELETE' then old else new end;
begin
  if v_row.conversation_id is not null then
    perform pg_notify('meta_agent_chat', format('%s canvas %s', v_row.conversation_id, v_row.id));
  end if;
  return null;
end
$$;

-- Brings an older version back, as a new one; returns its number, null when there is no such version to see or write.
create or replace function public.restore_canvas_version(p_artifact_id uuid, p_version int)
returns int language sql volatile set search_path = '' as $$
  update public.canvas_artifacts a
  set content = v.content, title = v.title, change_summary = format('Restored version %s', v.version)
  from public.canvas_versions v
  where a.id = p_artifact_id and v.artifact_id = a.id and v.version = p_version
  returning a.version
$$;

-- The artifact behind a link that is neither revoked nor expired, for the server.
create or replace function public.find_canvas_share(p_share_token_hash text)
returns table (share_id uuid, artifact_id uuid) language sql stable set search_path = '' as $$
  select s.id, s.artifact_id from public.canvas_shares s
  where s.share_token_hash = p_share_token_hash and s.revoked_at is null and (s.expires_at is null or s.expires_at > now())
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger version_canvas before insert or update of content, is_published on public.canvas_artifacts
  for each row execute function private.version_canvas();
create or replace trigger keep_canvas_version after insert or update of content on public.canvas_artifacts
  for each row execute function private.keep_canvas_version();
create or replace trigger place_canvas before insert or update of conversation_id, project_id on public.canvas_artifacts
  for each row execute function private.place_canvas();
create or replace trigger announce_canvas after insert or update or delete on public.canvas_artifacts
  for each row execute function private.announce_canvas();
create or replace trigger move_canvas after update of project_id, is_private on public.meta_conversations
  for each row when (old.project_id is distinct from new.project_id or old.is_private <> new.is_private)
  execute function private.move_canvas();
create or replace trigger refuse_agents before insert or update or delete on public.canvas_shares
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.keep_canvas_version()');
call private.declare_execute('private.move_canvas()');
call private.declare_execute('public.restore_canvas_version(uuid, int)', 'authenticated');
call private.declare_execute('public.find_canvas_share(text)');

call private.declare_access('public.canvas_artifacts', 'owner_or_project', p_public => 'is_published',
  p_protected => '{version, published_at}');
call private.declare_access('public.canvas_versions', 'child', 'artifact_id', p_parent => 'public.canvas_artifacts',
  p_actions => '{select}');
call private.declare_access('public.canvas_shares', 'special', 'artifact_id', p_protected => '{shared_by, view_count}',
  p_hidden => '{share_token_hash}');
call private.declare_reference('public.canvas_artifacts', 'conversation_id', 'public.meta_conversations');
call private.declare_reference('public.canvas_artifacts', 'message_id', 'public.meta_messages');
call private.declare_events('public.canvas_artifacts', 'canvas');
call private.declare_realtime('canvas', 'public.canvas_artifacts', 'r.user_id', 'r.project_id');
create or replace trigger delete_room after delete on public.canvas_artifacts
  for each row execute function private.delete_room('canvas');

-- Links are for those who may edit the artifact, not for every reader of a published one.
do $$
declare
  v_action text;
  v_rule text := 'artifact_id in (select a.id from public.canvas_artifacts a where a.user_id = (select auth.uid())
    or a.project_id = any (array(select private.project_ids(''editor''))))';
begin
  foreach v_action in array array['select', 'insert', 'update', 'delete'] loop
    execute format('drop policy if exists %I on public.canvas_shares', 'editors of an artifact may ' || v_action || ' its links');
    execute format('create policy %I on public.canvas_shares for %s to authenticated %s',
      'editors of an artifact may ' || v_action || ' its links', v_action,
      case v_action when 'insert' then format('with check (%s)', v_rule)
        when 'select' then format('using ((select private.is_admin()) or %s)', v_rule) else format('using (%s)', v_rule) end);
  end loop;
end
$$;
