-- Memory: what the platform knows of a person and of a project.
--
-- Completes meta_memory_facts of 001. A fact has an owner (user_id) and a scope: without project_id it is the user's
-- own, with it the project's, shared by its members. store_memory() is the way in: the same fact said twice is one
-- fact (compared by content_hash, which ignores case, spacing and final punctuation) whose importance rises; a fact
-- that changes supersedes the old one, which stays as history with its time of validity.
--
-- Search is search_hybrid('memory', …) of 000_search.sql, or, by meaning alone, search_user_memories(); what a
-- prompt used is noted by touch_memories(). Facts that are switched off, superseded, no longer valid or expired are
-- never found. Each fact can be edited, switched and deleted by its owner and by the project's editors.

-- ---------------------------------------------------------------------------------------------------- types

call private.declare_enum('public.memory_category', 'preference', 'fact', 'instruction', 'context');

-- --------------------------------------------------------------------------------------------------- tables

alter table public.meta_memory_facts
  add column if not exists user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  add column if not exists category public.memory_category not null default 'fact',
  add column if not exists enabled boolean not null default true,
  add column if not exists last_accessed_at timestamptz,
  add column if not exists access_count int not null default 0,
  add column if not exists content_hash text not null generated always as
    (md5(lower(rtrim(regexp_replace(btrim(content), '\s+', ' ', 'g'), ' .!?')))) stored,
  add column if not exists supersedes_id uuid references public.meta_memory_facts (id) on delete set null,
  add column if not exists superseded_by uuid references public.meta_memory_facts (id) on delete set null,
  add column if not exists valid_from timestamptz not null default now(),
  add column if not exists valid_to timestamptz,
  add column if not exists source_conversation_id uuid,
  add column if not exists source_message_id uuid,
  add column if not exists created_by_agent text,
  add column if not exists idempotency_key text,
  add column if not exists embedding_model text,
  add column if not exists search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(content || ' ' || coalesce(summary, ''), 100000))) stored,
  add column if not exists search_length int generated always as
    (length(to_tsvector('pg_catalog.english', left(content || ' ' || coalesce(summary, ''), 100000)))) stored,
  add column if not exists updated_at timestamptz not null default now();

comment on column public.meta_memory_facts.user_id is
  'Who the fact belongs to; its scope is the project when there is one.';
comment on column public.meta_memory_facts.category is 'preference, fact, instruction or context.';
comment on column public.meta_memory_facts.enabled is 'Switched off: kept, but never used.';
comment on column public.meta_memory_facts.last_accessed_at is 'When a prompt last used it.';
comment on column public.meta_memory_facts.access_count is 'How often a prompt used it.';
comment on column public.meta_memory_facts.content_hash is
  'Equal for contents that differ only in case, spacing and final punctuation.';
comment on column public.meta_memory_facts.supersedes_id is 'The older fact this one replaced.';
comment on column public.meta_memory_facts.superseded_by is 'The newer fact that replaced this one.';
comment on column public.meta_memory_facts.valid_from is 'Since when the statement holds.';
comment on column public.meta_memory_facts.valid_to is 'Until when it held; null: it still does.';
comment on column public.meta_memory_facts.source_conversation_id is 'Conversation it was learned in.';
comment on column public.meta_memory_facts.source_message_id is 'Message it was learned from.';
comment on column public.meta_memory_facts.created_by_agent is
  'Agent that remembered it; null when a person wrote it.';
comment on column public.meta_memory_facts.idempotency_key is 'Key of the tool call that made it.';
comment on column public.meta_memory_facts.embedding_model is
  'Model of the embedding, for example builtin/use-512.';
comment on column public.meta_memory_facts.search_vector is 'Lexemes of content and summary.';
comment on column public.meta_memory_facts.search_length is
  'Number of distinct lexemes, the document length of BM25.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_memory_user_category on public.meta_memory_facts (user_id, category) where enabled;
create index if not exists idx_memory_user_id on public.meta_memory_facts (user_id);
create index if not exists idx_memory_created_at on public.meta_memory_facts (created_at desc);
create index if not exists idx_memory_supersedes on public.meta_memory_facts (supersedes_id);
create index if not exists idx_memory_superseded_by on public.meta_memory_facts (superseded_by);
create index if not exists idx_memory_search on public.meta_memory_facts using gin (search_vector);
create unique index if not exists idx_memory_unique_of_user on public.meta_memory_facts (user_id, content_hash)
  where project_id is null and enabled and superseded_by is null;
create unique index if not exists idx_memory_unique_of_project on public.meta_memory_facts (project_id, content_hash)
  where project_id is not null and enabled and superseded_by is null;
create unique index if not exists idx_memory_idempotency on public.meta_memory_facts (user_id, project_id, idempotency_key)
  nulls not distinct where idempotency_key is not null;
-- Finds what a change of the embedding model still has to embed again.
create index if not exists idx_memory_embedding_model on public.meta_memory_facts (embedding_model, id);

-- ------------------------------------------------------------------------------------------------ functions

-- Stores a fact, or finds that it is known. Returns the fact's id, whether it is new, and what it superseded.
-- A known fact gains importance (half the way to 1, a quarter of it) and keeps the longer expiry. With
-- p_supersedes the older fact ends now and points to this one. Runs as the caller.
create or replace function public.store_memory(
  p_user_id uuid, p_content text, p_project_id uuid default null, p_category public.memory_category default 'fact',
  p_importance float8 default 0.5, p_summary text default null, p_expires_at timestamptz default null,
  p_supersedes uuid default null, p_source jsonb default '{}', p_idempotency_key text default null,
  p_embedding extensions.vector default null, p_embedding_model text default null
)
returns table (id uuid, is_new boolean, superseded_id uuid) language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  v_id uuid;
  v_is_new boolean := false;
  v_superseded uuid;
begin
  -- One of equal facts at a time; without it two callers would both find nothing and one would fail.
  perform pg_advisory_xact_lock(hashtextextended('memory of ' || coalesce(p_project_id, p_user_id)::text, 0));
  select f.id into v_id from public.meta_memory_facts f
  where p_idempotency_key is not null and f.idempotency_key = p_idempotency_key
    and f.user_id = p_user_id and f.project_id is not distinct from p_project_id;
  if found then
    return query select v_id, false, null::uuid;
    return;
  end if;

  select f.id into v_id from public.meta_memory_facts f
  where f.content_hash = md5(lower(rtrim(regexp_replace(btrim(p_content), '\s+', ' ', 'g'), ' .!?')))
    and f.enabled and f.superseded_by is null
    and case when p_project_id is null then f.user_id = p_user_id and f.project_id is null
        else f.project_id = p_project_id end;
  if found then
    update public.meta_memory_facts f
    set importance_score = least(1, f.importance_score + (1 - f.importance_score) / 4),
        last_accessed_at = now(), access_count = f.access_count + 1,
        expires_at = case when p_expires_at is null or f.expires_at is null then null
          else greatest(f.expires_at, p_expires_at) end,
        valid_to = null
    where f.id = v_id;
  else
    v_is_new := true;
    insert into public.meta_memory_facts (
      user_id, project_id, category, content, summary, importance_score, expires_at, supersedes_id,
      source_task_id, source_conversation_id, source_message_id, created_by_agent, idempotency_key,
      embedding, embedding_model)
    values (
      p_user_id, p_project_id, p_category, p_content, p_summary, p_importance, p_expires_at, p_supersedes,
      (p_source ->> 'task_id')::uuid, (p_source ->> 'conversation_id')::uuid, (p_source ->> 'message_id')::uuid,
      nullif(current_setting('meta_agent.agent', true), ''), p_idempotency_key,
      p_embedding, case when p_embedding is not null then p_embedding_model end)
    returning id into v_id;
  end if;

  if p_supersedes is not null and p_supersedes <> v_id then
    update public.meta_memory_facts f set superseded_by = v_id, valid_to = now()
    where f.id = p_supersedes and f.superseded_by is null
    returning f.id into v_superseded;
  end if;
  return query select v_id, v_is_new, v_superseded;
end
$$;

-- Notes that a prompt used these facts.
create or replace function public.touch_memories(p_ids uuid[])
returns void language sql volatile set search_path = '' as $$
  update public.meta_memory_facts f set last_accessed_at = now(), access_count = f.access_count + 1
  where f.id = any (p_ids)
$$;

-- A user's facts by meaning: cosine similarity of at least p_min_similarity, nearest first. Without
-- p_embedding_model the facts of the model the user's newest embedded fact has are compared.
create or replace function public.search_user_memories(
  p_user_id uuid, p_query_embedding extensions.vector, p_limit int default 10, p_category text default null,
  p_min_similarity float8 default 0.7, p_embedding_model text default null
)
returns table (id uuid, content text, summary text, category text, importance_score float8, similarity float8,
  created_at timestamptz)
language sql stable set search_path = '' as $$
  select f.id, f.content, f.summary, f.category::text, f.importance_score, s.similarity, f.created_at
  from private.search_vectors('memory', p_query_embedding,
    coalesce(p_embedding_model, (
      select n.embedding_model from public.meta_memory_facts n
      where n.user_id = p_user_id and n.embedding_model is not null order by n.created_at desc limit 1)),
    p_limit,
    jsonb_build_object('user_id', p_user_id)
      || case when p_category is null then '{}' else jsonb_build_object('category', p_category) end) s
  join public.meta_memory_facts f on f.id = s.id
  where s.similarity >= p_min_similarity
  order by s.similarity desc
$$;

create or replace function public.get_user_memories(p_user_id uuid, p_category text default null, p_limit int default 100)
returns table (id uuid, content text, summary text, category text, importance_score float8, created_at timestamptz,
  last_accessed_at timestamptz)
language sql stable set search_path = '' as $$
  select f.id, f.content, f.summary, f.category::text, f.importance_score, f.created_at, f.last_accessed_at
  from public.meta_memory_facts f
  where f.user_id = p_user_id and f.enabled and f.superseded_by is null
    and (f.expires_at is null or f.expires_at > now()) and (f.valid_to is null or f.valid_to > now())
    and (p_category is null or f.category = p_category::public.memory_category)
  order by f.importance_score desc, f.created_at desc
  limit p_limit
$$;

-- An edited text makes the old embedding untrue; it is embedded again in the background.
create or replace function private.forget_embedding()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if new.embedding operator(extensions.=) old.embedding then
    new.embedding := null;
    new.embedding_model := null;
  end if;
  return new;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger forget_embedding before update of content on public.meta_memory_facts
  for each row when (old.content is distinct from new.content) execute function private.forget_embedding();
create or replace trigger forget_embedding before update of content on public.meta_artifacts
  for each row when (old.content is distinct from new.content) execute function private.forget_embedding();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('public.store_memory(uuid, text, uuid, public.memory_category, float8, text, timestamptz,
  uuid, jsonb, text, extensions.vector, text)', 'authenticated');
call private.declare_execute('public.touch_memories(uuid[])', 'authenticated');
call private.declare_execute(
  'public.search_user_memories(uuid, extensions.vector, int, text, float8, text)', 'authenticated');
call private.declare_execute('public.get_user_memories(uuid, text, int)', 'authenticated');

call private.declare_access('public.meta_memory_facts', 'owner_or_project');
call private.declare_reference('public.meta_memory_facts', 'supersedes_id', 'public.meta_memory_facts');
call private.declare_reference('public.meta_memory_facts', 'superseded_by', 'public.meta_memory_facts');
call private.declare_reference('public.meta_memory_facts', 'source_task_id', 'public.meta_tasks');
call private.declare_search('memory', 'public.meta_memory_facts', '{user_id, project_id, category}',
  't.enabled and t.superseded_by is null and (t.expires_at is null or t.expires_at > now())
    and (t.valid_to is null or t.valid_to > now())', 't.content', 'idx_meta_memory_embedding');
call private.declare_search('artifacts', 'public.meta_artifacts', '{project_id, task_id, status, type}', 'true',
  'coalesce(t.content, '''')', 'idx_meta_artifacts_embedding');
