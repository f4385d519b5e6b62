-- Memory: what the platform knows of a person and of a project.
--
-- Completes meta_memory_facts of 001. A fact has an owner (user_id) and a scope: without project_id it is the user's
-- own, with it the project's, shared by its members; with persona_id it is used only where that persona speaks.
-- store_memory() is the way in: the same fact said twice is one fact (equal but for case, spacing and final punctuation by
-- content_hash, or nearly by private.same_fact()) whose importance rises; a fact that changes supersedes the old
-- one, which stays as history with its time of validity. Texts that hold a secret are refused (000_secrets.sql).
--
-- Learning: each finished answer of a chat puts a row into meta_memory_extractions, the queue "memory" of 000_work.sql;
-- a worker reads what the person said and either stores what it found or, as meta_memory_settings says, asks with
-- a row in meta_memory_candidates. What contradicts a known fact is always asked. Private chats are not read.
--
-- Forgetting: forget_memory() keeps a fact in meta_memory_trash for an hour, so that it can be undone. evict_memories()
-- bounds the set: what matters least and was not used for longest goes (private.memory_value()).
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
  add column if not exists updated_at timestamptz not null default now(),
  add column if not exists persona_id uuid,
  add column if not exists embedding_bits bit varying
    generated always as (extensions.binary_quantize(embedding)) stored;

comment on column public.meta_memory_facts.embedding_bits is
  'Signs of the embedding: small enough to compare every row of a search.';
comment on column public.meta_memory_facts.persona_id is
  'Persona that alone uses the fact; null: everybody who speaks for its owner.';
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

create table if not exists public.meta_memory_settings (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  extraction text not null default 'ask' check (extraction in ('ask', 'automatic', 'off')),
  use_model boolean not null default false,
  max_facts int not null default 5000 check (max_facts between 100 and 100000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.meta_memory_settings is
  'How a person''s memory learns; without a row the defaults hold.';
comment on column public.meta_memory_settings.extraction is
  'What is done with facts found in chats: ask, store (automatic), or do not look (off).';
comment on column public.meta_memory_settings.use_model is
  'Look with the connected model too, which costs one call for each answer; otherwise by rules alone.';
comment on column public.meta_memory_settings.max_facts is 'Facts of the person past which the least valuable go.';

create table if not exists public.meta_memory_candidates (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  content text not null check (btrim(content) <> ''),
  category public.memory_category not null default 'fact',
  importance_score float8 not null default 0.5 check (importance_score between 0 and 1),
  expires_at timestamptz,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'edited', 'rejected')),
  contradicts_id uuid references public.meta_memory_facts (id) on delete set null,
  fact_id uuid references public.meta_memory_facts (id) on delete set null,
  extracted_by text not null,
  source_conversation_id uuid,
  source_message_id uuid,
  content_hash text not null generated always as
    (md5(lower(rtrim(regexp_replace(btrim(content), '\s+', ' ', 'g'), ' .!?')))) stored,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.meta_memory_candidates is 'Facts that were found in a chat and wait for the person''s word.';
comment on column public.meta_memory_candidates.project_id is 'Scope of the fact it would become.';
comment on column public.meta_memory_candidates.status is
  'pending; accepted as it is, or edited; rejected, and not asked again.';
comment on column public.meta_memory_candidates.contradicts_id is 'The known fact that cannot hold together with it.';
comment on column public.meta_memory_candidates.fact_id is 'The fact it became.';
comment on column public.meta_memory_candidates.extracted_by is 'rules, or the label of the model.';
comment on column public.meta_memory_candidates.source_message_id is 'What the person said.';
comment on column public.meta_memory_candidates.content_hash is 'As of meta_memory_facts.';
comment on column public.meta_memory_candidates.decided_at is 'When the person decided.';

create table if not exists public.meta_memory_extractions (
  id uuid primary key default gen_random_uuid(),
  message_id uuid not null,
  status text not null default 'pending' check (status in ('pending', 'running', 'done', 'failed')),
  error_message text,
  created_at timestamptz not null default now()
);

comment on table public.meta_memory_extractions is 'Answers of chats whose question has not been read for facts yet.';
comment on column public.meta_memory_extractions.message_id is 'The answer; what is read is the message it answers.';

create table if not exists public.meta_memory_trash (
  id uuid primary key,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  fact jsonb not null,
  deleted_at timestamptz not null default now()
);

comment on table public.meta_memory_trash is 'Forgotten facts, for an hour.';
comment on column public.meta_memory_trash.id is 'Id the fact had and gets again.';
comment on column public.meta_memory_trash.user_id is 'Who forgot it, and may have it back.';
comment on column public.meta_memory_trash.fact is 'The row of meta_memory_facts.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_memory_user_category on public.meta_memory_facts (user_id, category) where enabled;
create index if not exists idx_memory_user_id on public.meta_memory_facts (user_id);
create index if not exists idx_memory_created_at on public.meta_memory_facts (created_at desc);
create index if not exists idx_memory_supersedes on public.meta_memory_facts (supersedes_id);
create index if not exists idx_memory_superseded_by on public.meta_memory_facts (superseded_by);
create index if not exists idx_memory_search on public.meta_memory_facts using gin (search_vector);
-- Of an earlier release, without personas.
drop index if exists public.idx_memory_unique_of_user;
create unique index if not exists idx_memory_unique_of_owner
  on public.meta_memory_facts (user_id, persona_id, content_hash) nulls not distinct
  where project_id is null and enabled and superseded_by is null;
create unique index if not exists idx_memory_unique_of_project on public.meta_memory_facts (project_id, content_hash)
  where project_id is not null and enabled and superseded_by is null;
create unique index if not exists idx_memory_idempotency on public.meta_memory_facts (user_id, project_id, idempotency_key)
  nulls not distinct where idempotency_key is not null;
-- Finds what a change of the embedding model still has to embed again.
create index if not exists idx_memory_embedding_model on public.meta_memory_facts (embedding_model, id);
create unique index if not exists idx_memory_candidates_pending
  on public.meta_memory_candidates (user_id, project_id, content_hash) nulls not distinct where status = 'pending';
create index if not exists idx_memory_candidates_user on public.meta_memory_candidates (user_id, created_at desc);
create index if not exists idx_memory_candidates_project on public.meta_memory_candidates (project_id);
create index if not exists idx_memory_candidates_contradicts on public.meta_memory_candidates (contradicts_id);
create index if not exists idx_memory_candidates_fact on public.meta_memory_candidates (fact_id);
create unique index if not exists idx_meta_memory_extractions_message_id on public.meta_memory_extractions (message_id);
create index if not exists idx_memory_trash_user on public.meta_memory_trash (user_id);

-- ------------------------------------------------------------------------------------------------ functions

-- The words of a statement in their order, stemmed; words without meaning of their own keep their form, for "before"
-- and "after", "not" and "over" make the difference.
create or replace function private.statement_words(p_text text)
returns text[] language sql immutable set search_path = '' as $$
  select coalesce(array_agg(coalesce((ts_lexize('pg_catalog.english_stem', w))[1], w) order by n), '{}')
  from regexp_split_to_table(lower(p_text), '[^[:alnum:]]+') with ordinality u (w, n)
  where w not in ('', 'a', 'an', 'the', 'please', 'is', 'are', 'am', 'be', 'do', 'does', 'really', 'also', 'just')
$$;

-- Do two texts state the same? They do when one is the other without at most a fifth of its words, none of these a
-- number or a word like "not" or "over". A word in the place of another is another statement.
create or replace function private.same_fact(p_one text, p_other text)
returns boolean language sql immutable set search_path = '' as $$
  select cardinality(short) > 1 and cardinality(short) >= 0.8 * cardinality(long)
    and array(select w from unnest(long) with ordinality u (w, n) where w = any (short) order by n) = short
    and not exists (
      select from unnest(long) w
      where w <> all (short) and (w ~ '\d' or ts_lexize('pg_catalog.english_stem', w) = '{}'))
  from (select private.statement_words(p_one) as a, private.statement_words(p_other) as b) words,
    lateral (select case when cardinality(a) <= cardinality(b) then a else b end as short,
      case when cardinality(a) <= cardinality(b) then b else a end as long) ordered
$$;

-- Its form in an earlier release.
drop function if exists public.store_memory(uuid, text, uuid, public.memory_category, float8, text, timestamptz, uuid, jsonb,
  text, extensions.vector, text);

-- Stores a fact, or finds that it is known. Returns the fact's id, whether it is new, and what it superseded.
-- A known fact gains importance (a quarter of the way to 1), keeps the longer expiry and the longer wording. With
-- p_supersedes the older fact ends now and points to this one. Runs as the caller.
create or replace function public.store_memory(
  p_user_id uuid, p_content text, p_project_id uuid default null, p_category public.memory_category default 'fact',
  p_importance float8 default 0.5, p_summary text default null, p_expires_at timestamptz default null,
  p_supersedes uuid default null, p_source jsonb default '{}', p_idempotency_key text default null,
  p_embedding extensions.vector default null, p_embedding_model text default null, p_persona_id uuid default null
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
    and f.enabled and f.superseded_by is null and f.persona_id is not distinct from p_persona_id
    and case when p_project_id is null then f.user_id = p_user_id and f.project_id is null
        else f.project_id = p_project_id end;
  if v_id is null then
    select f.id into v_id
    from public.search_text('memory', p_content, 5,
      jsonb_build_object('project_id', p_project_id, 'persona_id', p_persona_id)
        || case when p_project_id is null then jsonb_build_object('user_id', p_user_id) else '{}' end) s
    join public.meta_memory_facts f on f.id = s.id
    where f.id is distinct from p_supersedes and private.same_fact(f.content, p_content)
    order by s.score desc limit 1;
  end if;
  if v_id is not null then
    update public.meta_memory_facts f
    set content = case when private.same_fact(f.content, p_content) and length(p_content) > length(f.content)
          and cardinality(private.statement_words(p_content)) > cardinality(private.statement_words(f.content))
          then p_content else f.content end,
        importance_score = least(1, f.importance_score + (1 - f.importance_score) / 4),
        last_accessed_at = now(), access_count = f.access_count + 1,
        expires_at = case when p_expires_at is null or f.expires_at is null then null
          else greatest(f.expires_at, p_expires_at) end,
        valid_to = null
    where f.id = v_id;
  else
    v_is_new := true;
    insert into public.meta_memory_facts (
      user_id, project_id, persona_id, category, content, summary, importance_score, expires_at, supersedes_id,
      source_task_id, source_conversation_id, source_message_id, created_by_agent, idempotency_key,
      embedding, embedding_model)
    values (
      p_user_id, p_project_id, p_persona_id, p_category, p_content, p_summary, p_importance, p_expires_at, p_supersedes,
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

-- Makes two facts one: the kept one, reworded when p_content is given, supersedes the other, which stays as history.
create or replace function public.merge_memories(p_keep uuid, p_other uuid, p_content text default null)
returns void language plpgsql volatile set search_path = '' as $$
declare
  v_keep public.meta_memory_facts;
  v_other public.meta_memory_facts;
begin
  select * into v_keep from public.meta_memory_facts f where f.id = p_keep and f.superseded_by is null for update;
  select * into v_other from public.meta_memory_facts f where f.id = p_other and f.superseded_by is null for update;
  if v_keep.id is null or v_other.id is null then
    raise exception 'One of the facts does not exist, or was replaced' using errcode = 'MA404';
  elsif p_keep = p_other or v_keep.project_id is distinct from v_other.project_id
    or v_keep.persona_id is distinct from v_other.persona_id then
    raise exception 'Only two facts of the same scope can become one' using errcode = '22023';
  end if;
  update public.meta_memory_facts f set superseded_by = p_keep, valid_to = now() where f.id = p_other;
  update public.meta_memory_facts f
  set content = coalesce(p_content, f.content),
      importance_score = greatest(f.importance_score, v_other.importance_score),
      access_count = f.access_count + v_other.access_count,
      supersedes_id = coalesce(f.supersedes_id, p_other)
  where f.id = p_keep;
end
$$;

-- Forgets a fact; for an hour restore_memory() brings it back. False: it is not there, or not the caller's.
create or replace function public.forget_memory(p_id uuid)
returns boolean language plpgsql volatile set search_path = '' as $$
declare
  v_fact public.meta_memory_facts;
begin
  delete from public.meta_memory_facts f where f.id = p_id returning * into v_fact;
  if v_fact.id is null then
    return false;
  end if;
  insert into public.meta_memory_trash (id, fact)
  values (p_id, to_jsonb(v_fact) - array['search_vector', 'search_length', 'content_hash', 'embedding_bits']);
  return true;
end
$$;

-- Brings back what the caller forgot within the hour. False: it is gone for good.
create or replace function public.restore_memory(p_id uuid)
returns boolean language plpgsql volatile set search_path = '' as $$
declare
  v_fact public.meta_memory_facts;
begin
  select (jsonb_populate_record(null::public.meta_memory_facts, t.fact)).* into v_fact
  from public.meta_memory_trash t
  where t.id = p_id and t.user_id = (select auth.uid()) and t.deleted_at > now() - interval '1 hour';
  if v_fact.id is null then
    return false;
  end if;
  insert into public.meta_memory_facts (
    id, user_id, project_id, persona_id, fact_type, category, content, summary, importance_score, enabled, expires_at,
    valid_from, valid_to, supersedes_id, superseded_by, source_task_id, source_conversation_id, source_message_id,
    last_accessed_at, access_count, idempotency_key, created_at)
  select v_fact.id, v_fact.user_id, v_fact.project_id, v_fact.persona_id, v_fact.fact_type, v_fact.category, v_fact.content,
    v_fact.summary, v_fact.importance_score, v_fact.enabled, v_fact.expires_at, v_fact.valid_from, v_fact.valid_to,
    (select f.id from public.meta_memory_facts f where f.id = v_fact.supersedes_id),
    (select f.id from public.meta_memory_facts f where f.id = v_fact.superseded_by),
    v_fact.source_task_id, v_fact.source_conversation_id, v_fact.source_message_id,
    v_fact.last_accessed_at, v_fact.access_count, v_fact.idempotency_key, v_fact.created_at;
  -- What it had replaced lost its pointer when it went.
  update public.meta_memory_facts f set superseded_by = v_fact.id
  where f.id = v_fact.supersedes_id and f.superseded_by is null and f.valid_to is not null;
  delete from public.meta_memory_trash t where t.id = p_id;
  return true;
end
$$;

-- What a fact is worth to keep: its importance, halved for each quarter of a year without use; each doubling of its uses
-- makes that time longer by a quarter.
create or replace function private.memory_value(p_importance float8, p_last_used timestamptz, p_uses int, p_now timestamptz)
returns float8 language sql immutable set search_path = '' as $$
  select p_importance * power(0.5, greatest(extract(epoch from p_now - p_last_used), 0)::float8
    / (90 * 86400 * (1 + 0.25 * log(2, 1 + p_uses))))
$$;

-- Keeps a person's own facts within the bound of their settings: what expired and what was superseded goes first, then
-- what is worth least. Returns how many went.
create or replace function public.evict_memories(p_user_id uuid)
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_bound int := coalesce((select s.max_facts from public.meta_memory_settings s where s.user_id = p_user_id), 5000);
  v_count int;
begin
  delete from public.meta_memory_facts f
  where f.id in (
    select o.id from public.meta_memory_facts o
    where o.user_id = p_user_id and o.project_id is null
    order by (o.superseded_by is null and coalesce(o.expires_at > now(), true)) desc,
      private.memory_value(o.importance_score, coalesce(o.last_accessed_at, o.created_at), o.access_count, now()) desc, o.id
    offset v_bound
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Housekeeping: bounds the memory of whoever learned something lately. run_retention() of 032 calls it and ends what is old.
create or replace function public.tidy_memories()
returns void language sql volatile set search_path = '' as $$
  select public.evict_memories(f.user_id) from public.meta_memory_facts f
  where f.created_at > now() - interval '1 day' group by f.user_id;
$$;

-- A finished answer of a chat is work for memory.
create or replace function private.queue_memory_extraction()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.meta_memory_extractions (message_id)
  select new.id from public.meta_conversations c
  where c.id = new.conversation_id and c.agent_type <> 'task' and not c.is_private
    and not exists (select from public.meta_memory_settings s where s.user_id = new.author_id and s.extraction = 'off')
  on conflict (message_id) do nothing;
  return null;
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

call private.declare_execute('private.statement_words(text)', 'authenticated');
call private.declare_execute('private.same_fact(text, text)', 'authenticated');
call private.declare_execute('public.store_memory(uuid, text, uuid, public.memory_category, float8, text, timestamptz,
  uuid, jsonb, text, extensions.vector, text, uuid)', 'authenticated');
call private.declare_execute('public.merge_memories(uuid, uuid, text)', 'authenticated');
call private.declare_execute('public.forget_memory(uuid)', 'authenticated');
call private.declare_execute('public.restore_memory(uuid)', 'authenticated');
call private.declare_execute('private.memory_value(float8, timestamptz, int, timestamptz)', 'authenticated');
call private.declare_execute('public.evict_memories(uuid)', 'authenticated');
call private.declare_execute('public.tidy_memories()');
call private.declare_execute('private.queue_memory_extraction()');
call private.declare_execute('public.touch_memories(uuid[])', 'authenticated');
call private.declare_execute(
  'public.search_user_memories(uuid, extensions.vector, int, text, float8, text)', 'authenticated');
call private.declare_execute('public.get_user_memories(uuid, text, int)', 'authenticated');

call private.declare_access('public.meta_memory_facts', 'owner_or_project');
call private.declare_reference('public.meta_memory_facts', 'supersedes_id', 'public.meta_memory_facts');
call private.declare_reference('public.meta_memory_facts', 'superseded_by', 'public.meta_memory_facts');
call private.declare_reference('public.meta_memory_facts', 'source_task_id', 'public.meta_tasks');
call private.declare_access('public.meta_memory_settings', 'owner');
call private.declare_access('public.meta_memory_candidates', 'owner');
call private.declare_reference('public.meta_memory_candidates', 'project_id', 'public.meta_projects');
call private.declare_reference('public.meta_memory_candidates', 'contradicts_id', 'public.meta_memory_facts');
call private.declare_reference('public.meta_memory_candidates', 'fact_id', 'public.meta_memory_facts');
call private.declare_access('public.meta_memory_extractions', 'service');
call private.declare_access('public.meta_memory_trash', 'owner', p_actions => '{select, insert, delete}');
call private.declare_work('memory', 'public.meta_memory_extractions', 'running', 'failed', 'error_message',
  't.status in (''pending'', ''running'')');
call private.refuse_secrets('public.meta_memory_facts', '{content, summary}');
call private.refuse_secrets('public.meta_memory_candidates', '{content}');
-- How memory learns and what is asked is the person's to decide.
create or replace trigger refuse_agents before insert or update or delete on public.meta_memory_settings
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before update of status on public.meta_memory_candidates
  for each row execute function private.refuse_agents();

call private.declare_search('memory', 'public.meta_memory_facts', '{user_id, project_id, persona_id, category}',
  't.enabled and t.superseded_by is null and (t.expires_at is null or t.expires_at > now())
    and (t.valid_to is null or t.valid_to > now())', 't.content', 'idx_meta_memory_embedding');
call private.declare_search('artifacts', 'public.meta_artifacts', '{project_id, task_id, status, type}', 'true',
  'coalesce(t.content, '''')', 'idx_meta_artifacts_embedding');
