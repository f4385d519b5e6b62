-- Personas: characters with a prompt, knowledge and tools of their own.
--
-- A persona has a system prompt, a personality, capabilities that switch tools, and a visibility: private, unlisted
-- (whoever knows its slug, see get_persona()) or public. persona_knowledge are files it draws on; people talk to it in
-- persona_conversations with persona_messages; persona_likes are one for each person; persona_stats count, by trigger.
-- Every persona is also a model name on the OpenAI-compatible endpoint: persona/<slug>.
--
-- The creator owns the persona and its knowledge; a conversation with it is its user's alone, unseen by the creator.
-- parent_id names the persona it was forked from. version rises when what it is changes.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.personas (
  id uuid primary key default gen_random_uuid(),
  creator_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  parent_id uuid references public.personas (id) on delete set null,
  name text not null check (btrim(name) <> ''),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  avatar_url text,
  description text not null,
  category text not null default 'general',
  system_prompt text not null,
  starter_prompts jsonb not null default '[]',
  personality jsonb not null default '{"tone":"professional","verbosity":"balanced","creativity":0.7}',
  capabilities jsonb not null default '{"voice_chat":false,"web_search":false,"computer_use":false,"file_analysis":false,"code_execution":false,"image_generation":false}',
  model_config jsonb not null default '{"max_tokens":4096,"temperature":0.7,"preferred_model":"claude-3-5-sonnet-20241022"}',
  voice_config jsonb,
  visibility text not null default 'private' check (visibility in ('private', 'unlisted', 'public')),
  is_featured boolean not null default false,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search_vector tsvector generated always as (to_tsvector('pg_catalog.english', left(name || ' ' || description, 100000))) stored
);

comment on table public.personas is 'AI persona definitions.';
comment on column public.personas.slug is 'Its name in addresses and as a model: lower case, digits, hyphens.';
comment on column public.personas.parent_id is 'The persona it was forked from.';
comment on column public.personas.starter_prompts is '[text]: first messages to choose from.';
comment on column public.personas.personality is '{"tone", "verbosity", "creativity": 0 to 1}.';
comment on column public.personas.capabilities is '{"name": boolean}: the tools it may use.';
comment on column public.personas.model_config is '{"preferred_model", "temperature", "max_tokens"}.';
comment on column public.personas.voice_config is '{"provider", "voice_id", "speed"} or null.';
comment on column public.personas.is_featured is 'Chosen by administrators.';
comment on column public.personas.version is 'Rises with every change of prompt, personality or capabilities.';
comment on column public.personas.search_vector is 'Lexemes of name and description.';

create table if not exists public.persona_knowledge (
  id uuid primary key default gen_random_uuid(),
  persona_id uuid not null references public.personas (id) on delete cascade,
  file_metadata_id uuid,
  file_name text not null,
  file_type text not null,
  file_size bigint not null check (file_size >= 0),
  storage_path text not null,
  embedding_id text,
  created_at timestamptz not null default now(),
  unique (persona_id, storage_path)
);

comment on table public.persona_knowledge is 'Knowledge files.';
comment on column public.persona_knowledge.file_metadata_id is 'The file in meta_file_metadata, whose passages are searched and cited.';
comment on column public.persona_knowledge.storage_path is
  'Its name in the bucket knowledge-base, or the id of the file in meta_file_metadata.';
comment on column public.persona_knowledge.embedding_id is 'Name of its embedding in an external index, if any.';

create table if not exists public.persona_conversations (
  id uuid primary key default gen_random_uuid(),
  persona_id uuid not null references public.personas (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  title text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.persona_conversations is 'Chat sessions with a persona.';

create table if not exists public.persona_messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.persona_conversations (id) on delete cascade,
  sequence bigint not null generated always as identity,
  role text not null check (role in ('user', 'assistant')),
  content text not null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
);

comment on table public.persona_messages is 'Messages, in the order of sequence.';
comment on column public.persona_messages.metadata is '{"citations": [{"chunk_id", "quote"}], "tools": […], "tokens", "cost"}.';

create table if not exists public.persona_likes (
  persona_id uuid not null references public.personas (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (persona_id, user_id)
);

comment on table public.persona_likes is 'Social likes, one for each person.';

create table if not exists public.persona_stats (
  persona_id uuid primary key references public.personas (id) on delete cascade,
  conversations_count int not null default 0,
  messages_count int not null default 0,
  likes_count int not null default 0,
  forks_count int not null default 0,
  updated_at timestamptz not null default now()
);

comment on table public.persona_stats is 'Usage statistics, kept by trigger.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_personas_creator on public.personas (creator_id);
create index if not exists idx_personas_parent on public.personas (parent_id);
create index if not exists idx_personas_category on public.personas (category) where visibility = 'public';
create index if not exists idx_personas_featured on public.personas (created_at desc) where is_featured;
create index if not exists idx_personas_search on public.personas using gin (search_vector);
create index if not exists idx_persona_knowledge_file on public.persona_knowledge (file_metadata_id);
create index if not exists idx_persona_conversations_persona on public.persona_conversations (persona_id, created_at desc);
create index if not exists idx_persona_conversations_user on public.persona_conversations (user_id, updated_at desc);
create index if not exists idx_persona_messages_conversation on public.persona_messages (conversation_id, sequence);
create index if not exists idx_persona_likes_user on public.persona_likes (user_id);

call private.declare_foreign_key('public.meta_memory_facts', 'persona_id', 'public.personas', 'cascade');

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.start_persona_stats()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.persona_stats (persona_id) values (new.id);
  update public.persona_stats s set forks_count = s.forks_count + 1 where s.persona_id = new.parent_id;
  return null;
end
$$;

create or replace function private.version_persona()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.version := old.version + 1;
  return new;
end
$$;

-- Counts conversations, likes or (through the conversation) messages; the argument is the counter.
create or replace function private.count_persona()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
  v_step int := case tg_op when 'INSERT' then 1 else -1 end;
begin
  update public.persona_stats s
  set conversations_count = s.conversations_count + case tg_argv[0] when 'conversations' then v_step else 0 end,
      messages_count = s.messages_count + case tg_argv[0] when 'messages' then v_step else 0 end,
      likes_count = s.likes_count + case tg_argv[0] when 'likes' then v_step else 0 end
  where s.persona_id = coalesce((v_row ->> 'persona_id')::uuid,
    (select c.persona_id from public.persona_conversations c where c.id = (v_row ->> 'conversation_id')::uuid));
  if tg_argv[0] = 'messages' and tg_op = 'INSERT' then
    update public.persona_conversations c set updated_at = now() where c.id = (v_row ->> 'conversation_id')::uuid;
  end if;
  return null;
end
$$;

-- A deleted conversation's messages are counted off before they are gone with it.
create or replace function private.uncount_persona_messages()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.persona_stats s
  set messages_count = s.messages_count - (select count(*) from public.persona_messages m where m.conversation_id = old.id)
  where s.persona_id = old.persona_id;
  return old;
end
$$;

-- A persona by its slug, when the caller may use it: their own, public, or unlisted (knowing the slug is the key).
create or replace function private.get_persona(p_slug text)
returns setof public.personas language sql stable security definer set search_path = '' as $$
  select p.* from public.personas p
  where p.slug = p_slug and (select auth.uid()) is not null
    and (p.visibility in ('unlisted', 'public') or p.creator_id = any (array(select private.readable_user_ids())))
$$;

create or replace function public.get_persona(p_slug text)
returns setof public.personas language sql stable set search_path = '' as $$
  select * from private.get_persona(p_slug)
$$;

-- A persona may be talked to, and liked, by whoever may use it; p_slug is not known here, so unlisted ones are allowed.
create or replace function private.check_persona()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (
    select from public.personas p
    where p.id = new.persona_id and (p.visibility in ('unlisted', 'public') or p.creator_id = new.user_id))
  then
    raise exception 'The persona does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

-- Public personas by words of name and description; all of them without a query. Best match first, then most liked.
create or replace function public.search_personas(
  p_query text, p_category text default null, p_featured boolean default null, p_limit int default 20, p_offset int default 0
)
returns table (id uuid, name text, slug text, description text, category text, avatar_url text, visibility text,
  is_featured boolean, likes_count int, conversations_count int, created_at timestamptz, rank real)
language sql stable set search_path = '' as $$
  select p.id, p.name, p.slug, p.description, p.category, p.avatar_url, p.visibility, p.is_featured,
    coalesce(s.likes_count, 0), coalesce(s.conversations_count, 0), p.created_at,
    case when q.words is null then 0 else ts_rank(p.search_vector, q.words) end::real
  from (select nullif(websearch_to_tsquery('pg_catalog.english', btrim(coalesce(p_query, ''))), '') as words) q
  cross join public.personas p
  left join public.persona_stats s on s.persona_id = p.id
  where p.visibility = 'public' and (q.words is null or p.search_vector @@ q.words)
    and (p_category is null or p.category = p_category) and (p_featured is null or p.is_featured = p_featured)
  order by 12 desc, 9 desc, p.created_at desc, p.id
  limit p_limit offset p_offset
$$;

-- How often each public persona was talked to since p_since. Counts only, so it may look past who owns the talks.
create or replace function private.count_recent_talks(p_since timestamptz)
returns table (persona_id uuid, talks int) language sql stable security definer set search_path = '' as $$
  select c.persona_id, count(*)::int
  from public.persona_conversations c join public.personas p on p.id = c.persona_id
  where c.created_at > p_since and p.visibility = 'public' and (select auth.uid()) is not null
  group by c.persona_id
$$;

create or replace function public.get_trending_personas(p_limit int default 10)
returns table (id uuid, name text, slug text, description text, category text, avatar_url text, likes_count int,
  recent_conversations int)
language sql stable set search_path = '' as $$
  select p.id, p.name, p.slug, p.description, p.category, p.avatar_url, coalesce(s.likes_count, 0), t.talks
  from private.count_recent_talks(now() - interval '7 days') t
  join public.personas p on p.id = t.persona_id
  left join public.persona_stats s on s.persona_id = p.id
  order by t.talks desc, 7 desc, p.id
  limit p_limit
$$;

create or replace function public.get_persona_categories()
returns table (category text, count bigint) language sql stable set search_path = '' as $$
  select p.category, count(*) from public.personas p where p.visibility = 'public' group by p.category order by 2 desc, 1
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger start_persona_stats after insert on public.personas
  for each row execute function private.start_persona_stats();
create or replace trigger version_persona before update of system_prompt, personality, capabilities, model_config on public.personas
  for each row when ((old.system_prompt, old.personality, old.capabilities, old.model_config)
    is distinct from (new.system_prompt, new.personality, new.capabilities, new.model_config))
  execute function private.version_persona();
create or replace trigger check_persona before insert or update of persona_id on public.persona_conversations
  for each row execute function private.check_persona();
create or replace trigger check_persona before insert or update of persona_id on public.persona_likes
  for each row execute function private.check_persona();
create or replace trigger count_persona after insert or delete on public.persona_conversations
  for each row execute function private.count_persona('conversations');
create or replace trigger uncount_persona_messages before delete on public.persona_conversations
  for each row execute function private.uncount_persona_messages();
create or replace trigger count_persona after insert or delete on public.persona_messages
  for each row execute function private.count_persona('messages');
create or replace trigger count_persona after insert or delete on public.persona_likes
  for each row execute function private.count_persona('likes');

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.start_persona_stats()');
call private.declare_execute('private.count_persona()');
call private.declare_execute('private.uncount_persona_messages()');
call private.declare_execute('private.check_persona()');
call private.declare_execute('private.get_persona(text)', 'authenticated');
call private.declare_execute('private.count_recent_talks(timestamptz)', 'authenticated');
call private.declare_execute('public.get_persona(text)', 'authenticated');
call private.declare_execute('public.search_personas(text, text, boolean, int, int)', 'authenticated');
call private.declare_execute('public.get_trending_personas(int)', 'authenticated');
call private.declare_execute('public.get_persona_categories()', 'authenticated');

call private.declare_reference('public.meta_memory_facts', 'persona_id', 'public.personas');
call private.declare_access('public.personas', 'public', 'creator_id', p_public => 'visibility', p_protected => '{is_featured, version}');
call private.declare_access('public.persona_knowledge', 'special', 'persona_id');
call private.declare_access('public.persona_conversations', 'owner');
call private.declare_access('public.persona_messages', 'child', 'conversation_id', p_parent => 'public.persona_conversations');
call private.declare_access('public.persona_likes', 'owner');
call private.declare_access('public.persona_stats', 'child', 'persona_id', p_parent => 'public.personas', p_actions => '{select}');
call private.declare_reference('public.personas', 'parent_id', 'public.personas');

-- What a public persona knows is cited to whoever talks to it, but its list of files is its creator's.
drop policy if exists "creators may see their personas' knowledge" on public.persona_knowledge;
create policy "creators may see their personas' knowledge" on public.persona_knowledge for select to authenticated
  using (persona_id in (select p.id from public.personas p where p.creator_id = any (array(select private.readable_user_ids()))));
drop policy if exists "creators may add knowledge" on public.persona_knowledge;
create policy "creators may add knowledge" on public.persona_knowledge for insert to authenticated
  with check (persona_id in (select p.id from public.personas p where p.creator_id = (select auth.uid())));
drop policy if exists "creators may change knowledge" on public.persona_knowledge;
create policy "creators may change knowledge" on public.persona_knowledge for update to authenticated
  using (persona_id in (select p.id from public.personas p where p.creator_id = (select auth.uid())))
  with check (persona_id in (select p.id from public.personas p where p.creator_id = (select auth.uid())));
drop policy if exists "creators may remove knowledge" on public.persona_knowledge;
create policy "creators may remove knowledge" on public.persona_knowledge for delete to authenticated
  using (persona_id in (select p.id from public.personas p where p.creator_id = (select auth.uid())));
