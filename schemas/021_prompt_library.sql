-- Prompt library: prompts with versions, found by words and by meaning.
--
-- prompt_library holds prompts in prompt_categories, with prompt_assets (files that go along when it is used) beside them.
-- Every content a prompt had is a row of prompt_versions, written by trigger. Search runs over prompt_library itself:
-- search_hybrid('prompts', …). The vectors it had by other models and of other contents are kept in prompt_embeddings, so
-- that going back to a model or to a content asks no model again (restore_prompt_embeddings()).
--
-- These four tables may exist already, with rows (000_tables.sql): what is missing is added, nothing is lost. A prompt
-- belongs to a person and, in a project, to its members; is_public opens it to every signed-in user.

-- --------------------------------------------------------------------------------------------------- tables

call private.complete_table('public.prompt_categories', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid(),
  is_shared boolean not null default false,
  name text not null,
  description text,
  parent_id uuid,
  icon text,
  position int not null default 0,
  created_at timestamptz not null default now()
$$);

comment on table public.prompt_categories is 'Categories of prompts, in a tree.';
comment on column public.prompt_categories.is_shared is 'Every signed-in user sees it.';

call private.complete_table('public.prompt_library', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid(),
  project_id uuid,
  category_id uuid,
  title text,
  description text,
  content text not null default '',
  variables jsonb not null default '[]',
  model text,
  tags text[] not null default '{}',
  is_public boolean not null default false,
  is_favorite boolean not null default false,
  usage_count int not null default 0,
  last_used_at timestamptz,
  version int not null default 1,
  metadata jsonb not null default '{}',
  embedding extensions.vector,
  embedding_model text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
$$);
alter table public.prompt_library
  add column if not exists search_vector tsvector generated always as (to_tsvector('pg_catalog.english',
    left(coalesce(title, '') || ' ' || coalesce(description, '') || ' ' || coalesce(content, ''), 100000))) stored,
  add column if not exists search_length int generated always as (length(to_tsvector('pg_catalog.english',
    left(coalesce(title, '') || ' ' || coalesce(description, '') || ' ' || coalesce(content, ''), 100000)))) stored;

alter table public.prompt_library add column if not exists embedding_bits bit varying
  generated always as (extensions.binary_quantize(embedding)) stored;

comment on table public.prompt_library is 'Prompts.';
comment on column public.prompt_library.embedding_bits is
  'Signs of the embedding: small enough to compare every row of a search.';
comment on column public.prompt_library.content is 'Text with {{name}} for what is filled in.';
comment on column public.prompt_library.variables is
  '[{"name", "kind", "description", "default", "choices"}]; kind text, paragraph, number or choice.';
comment on column public.prompt_library.usage_count is 'How often it was used, see use_prompt().';
comment on column public.prompt_library.version is 'Rises with every change of content.';
comment on column public.prompt_library.embedding is 'Embedding of title and content by embedding_model, any width.';
comment on column public.prompt_library.search_vector is 'Lexemes of title, description and content.';
comment on column public.prompt_library.search_length is 'Number of distinct lexemes, the document length of BM25.';

create table if not exists public.prompt_versions (
  id uuid primary key default gen_random_uuid(),
  prompt_id uuid not null references public.prompt_library (id) on delete cascade,
  version int not null,
  title text,
  content text not null,
  variables jsonb not null default '[]',
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  unique (prompt_id, version)
);

comment on table public.prompt_versions is 'Every content a prompt had, written by trigger.';
comment on column public.prompt_versions.variables is 'As in prompt_library.';

call private.complete_table('public.prompt_assets', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid(),
  prompt_id uuid,
  asset_type text not null default 'file',
  file_metadata_id uuid,
  name text,
  storage_path text,
  url text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
$$);

comment on table public.prompt_assets is 'Files that go along when their owner uses a prompt.';
comment on column public.prompt_assets.file_metadata_id is 'The file; rows of an older tool have a path or an address instead.';

call private.complete_table('public.prompt_embeddings', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid(),
  prompt_id uuid,
  embedding extensions.vector,
  embedding_model text,
  content text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
$$);

comment on table public.prompt_embeddings is 'Prompt search: embeddings of prompts by further models and of further contents.';
comment on column public.prompt_embeddings.content is 'The text it was made of; it is of no use for another.';
-- A table of an older tool has the width of its one model, and an index that takes no other.
do $$
declare
  v_index regclass;
begin
  if exists (select from pg_catalog.pg_attribute
    where attrelid = 'public.prompt_embeddings'::regclass and attname = 'embedding' and atttypmod <> -1)
  then
    for v_index in
      select i.indexrelid from pg_catalog.pg_index i
      join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am m on m.oid = c.relam
      where i.indrelid = 'public.prompt_embeddings'::regclass and m.amname in ('ivfflat', 'hnsw')
    loop
      execute format('drop index %s', v_index);
    end loop;
    alter table public.prompt_embeddings alter column embedding type extensions.vector;
  end if;
end
$$;

-- -------------------------------------------------------------------------------------------------- indexes

do $$
declare
  v_table text;
begin
  foreach v_table in array array['prompt_categories', 'prompt_library', 'prompt_assets', 'prompt_embeddings'] loop
    call private.adopt_foreign_key(('public.' || v_table)::regclass, 'user_id', 'auth.users', 'cascade');
  end loop;
end
$$;
call private.adopt_foreign_key('public.prompt_categories', 'parent_id', 'public.prompt_categories', 'set null');
call private.adopt_foreign_key('public.prompt_library', 'project_id', 'public.meta_projects', 'set null');
call private.adopt_foreign_key('public.prompt_library', 'category_id', 'public.prompt_categories', 'set null');
call private.adopt_foreign_key('public.prompt_assets', 'prompt_id', 'public.prompt_library', 'cascade');
call private.adopt_foreign_key('public.prompt_assets', 'file_metadata_id', 'public.meta_file_metadata', 'cascade');
call private.adopt_foreign_key('public.prompt_embeddings', 'prompt_id', 'public.prompt_library', 'cascade');
create index if not exists idx_prompt_embeddings_model on public.prompt_embeddings (prompt_id, embedding_model);
create index if not exists idx_prompt_library_search on public.prompt_library using gin (search_vector);
create index if not exists idx_prompt_library_tags on public.prompt_library using gin (tags);
create index if not exists idx_prompt_library_public on public.prompt_library (usage_count desc) where is_public;
create index if not exists idx_prompt_library_embedding_model on public.prompt_library (embedding_model, id);
create index if not exists idx_prompt_versions_created_by on public.prompt_versions (created_by);

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.version_prompt()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.version := old.version + 1;
  return new;
end
$$;

create or replace function private.keep_prompt_version()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.prompt_versions (prompt_id, version, title, content, variables, created_by)
  values (new.id, new.version, new.title, new.content, new.variables, (select u.id from auth.users u where u.id = (select auth.uid())))
  on conflict (prompt_id, version) do nothing;
  return null;
end
$$;

create or replace function private.keep_prompt_embedding()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Once for each text; no unique key says so, since texts are too long for an index.
  insert into public.prompt_embeddings (user_id, prompt_id, embedding, embedding_model, content)
  select old.user_id, old.id, old.embedding, old.embedding_model, t.content
  from (select concat_ws(' ', old.title, old.content) as content) t
  where not exists (select from public.prompt_embeddings e
    where e.prompt_id = old.id and e.embedding_model = old.embedding_model and e.content = t.content);
  return null;
end
$$;

-- Gives prompts that a worker has claimed to embed the embeddings by its model that were kept of their present text. Returns
-- which need not be embedded any more.
create or replace function public.restore_prompt_embeddings(p_embedding_model text, p_prompt_ids uuid[])
returns setof uuid language sql volatile set search_path = '' as $$
  with restored as (
    update public.prompt_library p set embedding = e.embedding, embedding_model = e.embedding_model
    from public.prompt_embeddings e
    where p.id = any (p_prompt_ids) and e.prompt_id = p.id and e.embedding_model = p_embedding_model
      and p.embedding_model is distinct from p_embedding_model and e.content = concat_ws(' ', p.title, p.content)
    returning p.id
  ), released as (
    delete from private.embedding_claims c using restored r where c.source = 'prompts' and c.row_id = r.id
  )
  select r.id from restored r
$$;

create or replace function private.use_prompt(p_prompt_id uuid)
returns void language sql volatile security definer set search_path = '' as $$
  update public.prompt_library p set usage_count = p.usage_count + 1, last_used_at = now()
  where p.id = p_prompt_id and (private.is_service() or p.is_public or p.user_id = (select auth.uid())
    or p.project_id in (select private.project_ids('viewer')))
$$;

-- Notes that a prompt the caller can see was used.
create or replace function public.use_prompt(p_prompt_id uuid)
returns void language sql volatile set search_path = '' as $$ select private.use_prompt(p_prompt_id) $$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger version_prompt before update of content on public.prompt_library
  for each row when (old.content is distinct from new.content) execute function private.version_prompt();
create or replace trigger keep_prompt_version after insert or update of content on public.prompt_library
  for each row execute function private.keep_prompt_version();
create or replace trigger keep_prompt_embedding after update of title, content, embedding on public.prompt_library
  for each row when (old.embedding_model is distinct from new.embedding_model and old.embedding is not null)
  execute function private.keep_prompt_embedding();
-- A prompt is found by its title, too.
create or replace trigger forget_embedding before update of title, content on public.prompt_library
  for each row when (old.title is distinct from new.title or old.content is distinct from new.content) execute function private.forget_embedding();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.keep_prompt_version()');
call private.declare_execute('private.keep_prompt_embedding()');
call private.declare_execute('public.restore_prompt_embeddings(text, uuid[])');
call private.declare_execute('private.use_prompt(uuid)', 'authenticated');
call private.declare_execute('public.use_prompt(uuid)', 'authenticated');

call private.declare_access('public.prompt_categories', 'public', p_public => 'is_shared');
call private.declare_access('public.prompt_library', 'owner_or_project', p_public => 'is_public',
  p_protected => '{usage_count, last_used_at, version}');
call private.declare_access('public.prompt_versions', 'child', 'prompt_id', p_parent => 'public.prompt_library', p_actions => '{select}');
call private.declare_access('public.prompt_assets', 'owner');
call private.declare_access('public.prompt_embeddings', 'owner');
call private.declare_reference('public.prompt_categories', 'parent_id', 'public.prompt_categories');
call private.declare_reference('public.prompt_library', 'category_id', 'public.prompt_categories');
call private.declare_reference('public.prompt_assets', 'prompt_id', 'public.prompt_library');
call private.declare_reference('public.prompt_assets', 'file_metadata_id', 'public.meta_file_metadata');
call private.declare_reference('public.prompt_embeddings', 'prompt_id', 'public.prompt_library');
call private.declare_search('prompts', 'public.prompt_library', '{user_id, project_id, category_id, is_public}', 'true',
  'coalesce(t.title, '''') || '' '' || coalesce(t.content, '''')', 'idx_prompt_embedding');
