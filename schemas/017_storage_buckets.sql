-- Storage: the nine buckets, what lies in them, and whose it is.
--
-- storage.buckets and storage.objects are Supabase's (or ours under its names): an object's address is bucket and
-- name, and the first segment of the name is its owner's user id. meta_file_metadata describes each file of a person:
-- where it lies, which content it is (files of 003), which project, task or conversation it belongs to, and how far
-- its processing is; meta_file_chunks are the passages of its text, with page and character range, that are
-- searched and cited; meta_artifact_citations tie an artifact's statements to passages.
--
-- Bucket limits and types are checked, and meta_storage_quotas kept and enforced, by trigger under a row lock, so that
-- two uploads cannot both take the last byte. Sizes are bytes. Error MA413: too large or quota full; MA415: type not
-- allowed.
-- Processing is a queue: pending -> claim_files_to_process() -> processing with a lease -> release_file().
-- Public buckets are read by name without signing in, through the server; nobody can list them.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.meta_file_metadata (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  file_id text,
  bucket text not null references storage.buckets (id) on delete restrict,
  file_path text not null,
  file_name text not null check (btrim(file_name) <> ''),
  original_name text,
  mime_type text,
  size_bytes bigint not null default 0 check (size_bytes >= 0),
  checksum text,
  project_id uuid references public.meta_projects (id) on delete set null,
  task_id uuid references public.meta_tasks (id) on delete set null,
  conversation_id uuid references public.meta_conversations (id) on delete set null,
  processing_status text not null default 'pending'
    check (processing_status in ('pending', 'processing', 'completed', 'failed')),
  processing_error text,
  lease_owner text,
  lease_expires_at timestamptz,
  attempt int not null default 0,
  next_attempt_at timestamptz,
  char_count int check (char_count >= 0),
  page_count int check (page_count >= 0),
  chunk_count int not null default 0,
  text_embedding extensions.vector,
  embedding_model text,
  metadata jsonb not null default '{}',
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  accessed_at timestamptz not null default now(),
  expires_at timestamptz,
  unique (bucket, file_path),
  foreign key (user_id, file_id) references public.files (user_id, id) on delete set null (file_id)
);

comment on table public.meta_file_metadata is 'Extended metadata of stored files.';
comment on column public.meta_file_metadata.file_id is
  'The content, in files; null when it was not read yet.';
comment on column public.meta_file_metadata.file_path is 'Name in the bucket; its first segment is user_id.';
comment on column public.meta_file_metadata.file_name is 'Name shown.';
comment on column public.meta_file_metadata.original_name is 'Name it was uploaded with.';
comment on column public.meta_file_metadata.mime_type is 'Type found in the content.';
comment on column public.meta_file_metadata.checksum is 'SHA-256 of the content, hexadecimal.';
comment on column public.meta_file_metadata.project_id is 'Project whose members can read it.';
comment on column public.meta_file_metadata.processing_status is
  'pending, processing (leased), completed, failed (with processing_error).';
comment on column public.meta_file_metadata.attempt is 'Fencing number of the processing.';
comment on column public.meta_file_metadata.next_attempt_at is 'Earliest next try.';
comment on column public.meta_file_metadata.char_count is 'Characters of its text.';
comment on column public.meta_file_metadata.text_embedding is
  'Mean of its chunks'' embeddings, kept by trigger.';
comment on column public.meta_file_metadata.accessed_at is 'When it was last opened, see touch_file().';
comment on column public.meta_file_metadata.expires_at is 'From then on it may be removed.';

create table if not exists public.meta_file_chunks (
  id uuid primary key default gen_random_uuid(),
  file_metadata_id uuid not null references public.meta_file_metadata (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  ordinal int not null check (ordinal >= 0),
  heading_path text[] not null default '{}',
  page int,
  char_start int not null check (char_start >= 0),
  char_end int not null check (char_end >= char_start),
  content text not null,
  embedding extensions.vector,
  embedding_model text,
  created_at timestamptz not null default now(),
  unique (file_metadata_id, ordinal)
);

alter table public.meta_file_chunks add column if not exists embedding_bits bit varying
  generated always as (extensions.binary_quantize(embedding)) stored;

comment on table public.meta_file_chunks is
  'Passages of a file''s text, in order: what is searched and cited.';
comment on column public.meta_file_chunks.embedding_bits is
  'Signs of the embedding: small enough to compare every row of a search.';
comment on column public.meta_file_chunks.user_id is 'Owner of the file, set by trigger.';
comment on column public.meta_file_chunks.project_id is 'Project of the file, set by trigger.';
comment on column public.meta_file_chunks.heading_path is 'Headings above the passage, outermost first.';
comment on column public.meta_file_chunks.page is 'Page it starts on, from 1; null where there are none.';
comment on column public.meta_file_chunks.char_start is
  'Offset of its first character in the file''s text; char_end is past its last.';

-- array_to_string() is not immutable for every element type; for text it is.
create or replace function private.heading_text(p_headings text[])
returns text language sql immutable set search_path = '' as $$ select array_to_string(p_headings, ' ') $$;

alter table public.meta_file_chunks
  add column if not exists search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(private.heading_text(heading_path) || ' ' || content, 100000))) stored,
  add column if not exists search_length int generated always as
    (length(to_tsvector('pg_catalog.english', left(private.heading_text(heading_path) || ' ' || content, 100000)))) stored;

comment on column public.meta_file_chunks.search_vector is 'Lexemes of headings and content.';
comment on column public.meta_file_chunks.search_length is
  'Number of distinct lexemes, the document length of BM25.';

create table if not exists public.meta_artifact_citations (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  artifact_id uuid not null references public.meta_artifacts (id) on delete cascade,
  ordinal int not null check (ordinal > 0),
  chunk_id uuid references public.meta_file_chunks (id) on delete set null,
  file_metadata_id uuid references public.meta_file_metadata (id) on delete set null,
  quote text not null,
  char_start int check (char_start >= 0),
  char_end int check (char_end >= char_start),
  created_at timestamptz not null default now(),
  unique (artifact_id, ordinal)
);

comment on table public.meta_artifact_citations is
  'Passages an artifact quotes: [ordinal] in its text is this row.';
comment on column public.meta_artifact_citations.project_id is 'The artifact''s project, set by trigger.';
comment on column public.meta_artifact_citations.quote is
  'The quoted words; they stay when the file is deleted or read anew.';
comment on column public.meta_artifact_citations.char_start is 'Offset of the quote in the file''s text.';

create table if not exists public.meta_storage_quotas (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references auth.users (id) on delete cascade,
  total_quota_bytes bigint not null default 5368709120 check (total_quota_bytes >= 0),
  used_bytes bigint not null default 0 check (used_bytes >= 0),
  file_count int not null default 0 check (file_count >= 0),
  bucket_quotas jsonb not null default '{}',
  plan_type text not null default 'free',
  updated_at timestamptz not null default now()
);

comment on table public.meta_storage_quotas is 'User quotas; used_bytes and file_count are kept by trigger.';
comment on column public.meta_storage_quotas.total_quota_bytes is
  'Limit of all files together; 5 GiB unless an administrator changes it.';
comment on column public.meta_storage_quotas.bucket_quotas is '{"bucket": bytes}: further limits per bucket.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_file_metadata_user_id on public.meta_file_metadata (user_id, file_id);
create index if not exists idx_file_metadata_project_id on public.meta_file_metadata (project_id);
create index if not exists idx_file_metadata_task_id on public.meta_file_metadata (task_id);
create index if not exists idx_file_metadata_conversation_id on public.meta_file_metadata (conversation_id);
create index if not exists idx_file_metadata_created_at on public.meta_file_metadata (created_at desc);
create index if not exists idx_file_metadata_tags on public.meta_file_metadata using gin (tags);
create index if not exists idx_file_metadata_queue on public.meta_file_metadata (created_at)
  where processing_status in ('pending', 'processing');
create index if not exists idx_file_chunks_user_id on public.meta_file_chunks (user_id);
create index if not exists idx_file_chunks_project_id on public.meta_file_chunks (project_id);
create index if not exists idx_file_chunks_search on public.meta_file_chunks using gin (search_vector);
create index if not exists idx_file_chunks_embedding_model on public.meta_file_chunks (embedding_model, id);
create index if not exists idx_artifact_citations_project on public.meta_artifact_citations (project_id);
create index if not exists idx_artifact_citations_chunk on public.meta_artifact_citations (chunk_id);
create index if not exists idx_artifact_citations_file on public.meta_artifact_citations (file_metadata_id);

call private.declare_foreign_key(
  'public.meta_message_attachments', 'file_metadata_id', 'public.meta_file_metadata', 'set null');

-- ------------------------------------------------------------------------------------------------ functions

-- Refuses what the bucket does not take: MA413 for its size limit, MA415 for its types.
create or replace function private.check_bucket()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_bucket storage.buckets;
  v_mime_type text := lower(split_part(coalesce(new.mime_type, 'application/octet-stream'), ';', 1));
begin
  select * into v_bucket from storage.buckets b where b.id = new.bucket;
  if not found then
    raise exception 'There is no bucket "%"', new.bucket using errcode = '23503';
  elsif split_part(new.file_path, '/', 1) <> new.user_id::text or '..' = any (string_to_array(new.file_path, '/')) then
    raise exception 'The path of a file starts with its owner''s id and never goes up' using errcode = '23514';
  elsif new.size_bytes > v_bucket.file_size_limit then
    raise exception 'The file has % bytes; the bucket "%" takes at most %', new.size_bytes, new.bucket,
      v_bucket.file_size_limit using errcode = 'MA413';
  elsif v_bucket.allowed_mime_types is not null and not exists (
    select from unnest(v_bucket.allowed_mime_types) a (pattern)
    where case when right(a.pattern, 1) = '*' then starts_with(v_mime_type, left(a.pattern, -1))
      else v_mime_type = a.pattern end)
  then
    raise exception 'The bucket "%" does not take files of type %', new.bucket, v_mime_type using errcode = 'MA415',
      hint = 'It takes ' || array_to_string(v_bucket.allowed_mime_types, ', ') || '.';
  end if;
  return new;
end
$$;

-- Counts bytes and files of each owner, and refuses (MA413) what goes past the quota. The update locks the owner's
-- row until the transaction ends, so that uploads of one person take turns.
create or replace function private.update_storage_quota()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_quota public.meta_storage_quotas;
  v_limit bigint;
  v_used bigint;
begin
  if tg_op <> 'INSERT' then
    update public.meta_storage_quotas q
    set used_bytes = greatest(q.used_bytes - old.size_bytes, 0), file_count = greatest(q.file_count - 1, 0)
    where q.user_id = old.user_id;
  end if;
  if tg_op = 'DELETE' then
    return null;
  end if;
  insert into public.meta_storage_quotas (user_id) values (new.user_id) on conflict (user_id) do nothing;
  update public.meta_storage_quotas q
  set used_bytes = q.used_bytes + new.size_bytes, file_count = q.file_count + 1
  where q.user_id = new.user_id
  returning * into v_quota;
  if tg_op = 'UPDATE' and new.size_bytes <= old.size_bytes and new.bucket = old.bucket and new.user_id = old.user_id then
    return null;
  end if;
  if v_quota.used_bytes > v_quota.total_quota_bytes then
    raise exception 'The storage quota of % bytes is used up: % are in use and this file has %',
      v_quota.total_quota_bytes, v_quota.used_bytes - new.size_bytes, new.size_bytes
      using errcode = 'MA413', hint = 'Delete files, or ask an administrator for more space.';
  end if;
  v_limit := (v_quota.bucket_quotas ->> new.bucket)::bigint;
  if v_limit is not null then
    select sum(m.size_bytes) into v_used from public.meta_file_metadata m
    where m.user_id = new.user_id and m.bucket = new.bucket;
    if v_used > v_limit then
      raise exception 'The quota of % bytes for the bucket "%" is used up: % are in use and this file has %',
        v_limit, new.bucket, v_used - new.size_bytes, new.size_bytes
        using errcode = 'MA413', hint = 'Delete files, or ask an administrator for more space.';
    end if;
  end if;
  return null;
end
$$;

-- Owner and project of a chunk are its file's.
create or replace function private.place_chunk()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select m.user_id, m.project_id into new.user_id, new.project_id
  from public.meta_file_metadata m where m.id = new.file_metadata_id;
  if not found then
    raise exception 'The file does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace function private.move_chunks()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.meta_file_chunks c set project_id = new.project_id, user_id = new.user_id
  where c.file_metadata_id = new.id;
  return null;
end
$$;

-- A file's own embedding is the mean of its chunks', of the model most of them have.
create or replace function private.summarise_chunks()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_file uuid;
begin
  for v_file in select distinct c.file_metadata_id from changed_chunks c loop
    -- Writers at once take turns here, so that each counts what those before it wrote.
    perform from public.meta_file_metadata m where m.id = v_file for no key update;
    update public.meta_file_metadata m
    set (text_embedding, embedding_model, chunk_count) = (
      select s.mean, s.embedding_model, (select count(*) from public.meta_file_chunks a where a.file_metadata_id = v_file)
      from (select 1) one left join (
        select extensions.avg(c.embedding) as mean, c.embedding_model
        from public.meta_file_chunks c
        where c.file_metadata_id = v_file and c.embedding is not null
        group by c.embedding_model, extensions.vector_dims(c.embedding) order by count(*) desc limit 1
      ) s on true)
    where m.id = v_file;
  end loop;
  return null;
end
$$;

create or replace function private.place_citation()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select a.project_id into new.project_id from public.meta_artifacts a where a.id = new.artifact_id;
  if not found then
    raise exception 'The artifact does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace function private.notify_files()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  perform pg_notify('meta_agent_files', '');
  return null;
end
$$;

-- Gives a worker up to p_limit files to read: new ones and those of a lost worker. A file that cost five workers
-- their lives is given up.
create or replace function public.claim_files_to_process(
  p_worker text, p_limit int default 1, p_lease interval default '60 seconds'
)
returns setof public.meta_file_metadata language plpgsql volatile set search_path = '' as $$
begin
  update public.meta_file_metadata m
  set processing_status = 'failed', processing_error = 'Reading this file ended its worker five times',
      lease_owner = null, lease_expires_at = null
  where m.processing_status = 'processing' and m.lease_expires_at <= now() and m.attempt >= 5;
  return query
    update public.meta_file_metadata m
    set processing_status = 'processing', lease_owner = p_worker, lease_expires_at = now() + p_lease,
        attempt = m.attempt + 1, next_attempt_at = null
    where m.id in (
      select c.id from public.meta_file_metadata c
      where (c.processing_status = 'pending' and (c.next_attempt_at is null or c.next_attempt_at <= now()))
        or (c.processing_status = 'processing' and c.lease_expires_at <= now())
      order by c.created_at limit p_limit for update skip locked
    )
    returning m.*;
end
$$;

-- Keeps a file for its worker. False: it was taken over or deleted.
create or replace function public.extend_file_lease(p_file_id uuid, p_worker text, p_attempt int, p_lease interval)
returns boolean language plpgsql volatile set search_path = '' as $$
begin
  update public.meta_file_metadata m set lease_expires_at = now() + p_lease
  where m.id = p_file_id and m.lease_owner = p_worker and m.attempt = p_attempt and m.processing_status = 'processing';
  return found;
end
$$;

-- Ends the processing of a file: completed, failed with p_error, or pending again after p_retry_after. False: the
-- caller does not hold the lease, and must roll back what it wrote.
create or replace function public.release_file(
  p_file_id uuid, p_worker text, p_attempt int, p_status text, p_error text default null,
  p_retry_after interval default null
)
returns boolean language plpgsql volatile set search_path = '' as $$
begin
  update public.meta_file_metadata m
  set processing_status = p_status, processing_error = p_error, lease_owner = null, lease_expires_at = null,
      next_attempt_at = now() + p_retry_after
  where m.id = p_file_id and m.lease_owner = p_worker and m.attempt = p_attempt and m.processing_status = 'processing';
  return found;
end
$$;

-- A user's files by meaning: the similarity of a file is that of its nearest passage, or of its mean if higher.
create or replace function public.search_files_by_content(
  p_user_id uuid, p_query_embedding extensions.vector, p_limit int default 20, p_bucket text default null,
  p_min_similarity float8 default 0.7, p_embedding_model text default null
)
returns table (id uuid, file_name text, bucket text, file_path text, mime_type text, similarity float8,
  created_at timestamptz)
language sql stable set search_path = '' as $$
  with model as (
    select coalesce(p_embedding_model, (
      select m.embedding_model from public.meta_file_metadata m
      where m.user_id = p_user_id and m.embedding_model is not null order by m.created_at desc limit 1)) as name
  ), candidates as (
    select c.file_metadata_id as id, s.similarity
    from model, private.search_vectors('chunks', p_query_embedding, model.name, p_limit * 10,
      jsonb_build_object('user_id', p_user_id)) s
    join public.meta_file_chunks c on c.id = s.id
    union all
    select m.id, 1 - (m.text_embedding operator(extensions.<=>) p_query_embedding)
    from model, public.meta_file_metadata m
    where m.user_id = p_user_id and m.embedding_model = model.name
      and extensions.vector_dims(m.text_embedding) = extensions.vector_dims(p_query_embedding)
  )
  select m.id, m.file_name, m.bucket, m.file_path, m.mime_type, max(c.similarity), m.created_at
  from candidates c join public.meta_file_metadata m on m.id = c.id
  where p_bucket is null or m.bucket = p_bucket
  group by m.id
  having max(c.similarity) >= p_min_similarity
  order by 6 desc
  limit p_limit
$$;

create or replace function public.get_storage_summary(p_user_id uuid)
returns table (total_quota_bytes bigint, used_bytes bigint, file_count int, usage_percentage float8, bucket_breakdown jsonb)
language sql stable set search_path = '' as $$
  select
    coalesce(q.total_quota_bytes, 5368709120),
    coalesce(q.used_bytes, 0),
    coalesce(q.file_count, 0),
    coalesce(100.0 * q.used_bytes / nullif(q.total_quota_bytes, 0), 0)::float8,
    coalesce((
      select jsonb_object_agg(b.bucket, jsonb_build_object('count', b.files, 'size', b.size))
      from (
        select m.bucket, count(*) as files, sum(m.size_bytes) as size
        from public.meta_file_metadata m where m.user_id = p_user_id group by m.bucket
      ) b
    ), '{}')
  from (select p_user_id as id) u
  left join public.meta_storage_quotas q on q.user_id = u.id
$$;

create or replace function public.touch_file(p_file_id uuid)
returns void language sql volatile set search_path = '' as $$
  update public.meta_file_metadata m set accessed_at = now() where m.id = p_file_id
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger check_bucket before insert or update of bucket, file_path, mime_type, size_bytes, user_id
  on public.meta_file_metadata for each row execute function private.check_bucket();
create or replace trigger update_storage_quota_trigger
  after insert or delete or update of size_bytes, bucket, user_id on public.meta_file_metadata
  for each row execute function private.update_storage_quota();
create or replace trigger move_chunks after update of project_id, user_id on public.meta_file_metadata
  for each row when (old.project_id is distinct from new.project_id or old.user_id is distinct from new.user_id)
  execute function private.move_chunks();
create or replace trigger notify_files after insert or update of processing_status, next_attempt_at
  on public.meta_file_metadata for each row execute function private.notify_files();
create or replace trigger place_chunk before insert or update of file_metadata_id on public.meta_file_chunks
  for each row execute function private.place_chunk();
create or replace trigger forget_embedding before update of content on public.meta_file_chunks
  for each row when (old.content is distinct from new.content) execute function private.forget_embedding();
-- A trigger with transition tables has one event each, and no column list.
create or replace trigger summarise_inserted_chunks after insert on public.meta_file_chunks
  referencing new table as changed_chunks for each statement execute function private.summarise_chunks();
create or replace trigger summarise_updated_chunks after update on public.meta_file_chunks
  referencing new table as changed_chunks for each statement execute function private.summarise_chunks();
create or replace trigger summarise_deleted_chunks after delete on public.meta_file_chunks
  referencing old table as changed_chunks for each statement execute function private.summarise_chunks();
create or replace trigger place_citation before insert or update of artifact_id, project_id
  on public.meta_artifact_citations for each row execute function private.place_citation();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.heading_text(text[])', 'authenticated');
call private.declare_execute('private.check_bucket()');
call private.declare_execute('private.update_storage_quota()');
call private.declare_execute('private.move_chunks()');
call private.declare_execute('private.summarise_chunks()');
call private.declare_execute('public.claim_files_to_process(text, int, interval)');
call private.declare_execute('public.extend_file_lease(uuid, text, int, interval)');
call private.declare_execute('public.release_file(uuid, text, int, text, text, interval)');
call private.declare_execute(
  'public.search_files_by_content(uuid, extensions.vector, int, text, float8, text)', 'authenticated');
call private.declare_execute('public.get_storage_summary(uuid)', 'authenticated');
call private.declare_execute('public.touch_file(uuid)', 'authenticated');

call private.declare_access('public.meta_file_metadata', 'owner_or_project', p_protected =>
  '{lease_owner, lease_expires_at, attempt, text_embedding, embedding_model, chunk_count}');
call private.declare_access('public.meta_file_chunks', 'owner_or_project', p_parent => 'public.meta_file_metadata',
  p_protected => '{user_id, project_id}');
call private.declare_access('public.meta_artifact_citations', 'project');
call private.declare_reference('public.meta_file_metadata', 'task_id', 'public.meta_tasks');
call private.declare_reference('public.meta_file_metadata', 'conversation_id', 'public.meta_conversations');
call private.declare_reference('public.meta_message_attachments', 'file_metadata_id', 'public.meta_file_metadata');
call private.declare_reference('public.meta_artifact_citations', 'chunk_id', 'public.meta_file_chunks');
call private.declare_reference('public.meta_artifact_citations', 'file_metadata_id', 'public.meta_file_metadata');
call private.declare_access('public.meta_storage_quotas', 'special', 'user_id', p_actions => '{select, update}',
  p_protected => '{used_bytes, file_count}');

drop policy if exists "people may see their quota" on public.meta_storage_quotas;
create policy "people may see their quota" on public.meta_storage_quotas for select to authenticated
  using (user_id = any (array(select private.readable_user_ids())));
drop policy if exists "administrators may change quotas" on public.meta_storage_quotas;
create policy "administrators may change quotas" on public.meta_storage_quotas for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));

call private.declare_search('chunks', 'public.meta_file_chunks', '{user_id, project_id, file_metadata_id}', 'true',
  'private.heading_text(t.heading_path) || '' '' || t.content', 'idx_file_chunks_embedding',
  't.file_metadata_id', 't.ordinal');

-- Supabase guards storage itself and lets its deploying role add policies; ours, where it is absent, is declared
-- here. Public buckets need no policy: their files are served by name, and nobody may list them.
do $$
declare
  v_policy record;
begin
  if (select relowner = current_user::regrole from pg_class where oid = 'storage.objects'::regclass) then
    call private.declare_access('storage.buckets', 'catalog', p_actions => '{select}');
    call private.declare_access('storage.objects', 'special', 'bucket_id');
  end if;
  for v_policy in
    select * from (values
      ('people may read their own files and those of rows they can see', 'for select to authenticated using (
          (storage.foldername(name))[1] = (select auth.uid())::text
          or exists (select from public.meta_file_metadata m where m.bucket = bucket_id and m.file_path = objects.name)
          or exists (select from public.meta_artifacts a where a.bucket = bucket_id and a.storage_path = objects.name))'),
      ('people may upload into their own folder', 'for insert to authenticated
          with check ((storage.foldername(name))[1] = (select auth.uid())::text)'),
      ('people may replace files in their own folder', 'for update to authenticated
          using ((storage.foldername(name))[1] = (select auth.uid())::text)
          with check ((storage.foldername(name))[1] = (select auth.uid())::text)'),
      ('people may delete files in their own folder', 'for delete to authenticated
          using ((storage.foldername(name))[1] = (select auth.uid())::text)')
    ) as p (name, rule)
  loop
    execute format('drop policy if exists %I on storage.objects', v_policy.name);
    execute format('create policy %I on storage.objects %s', v_policy.name, v_policy.rule);
  end loop;
exception when insufficient_privilege then
  raise warning 'The policies of storage.objects could not be written: %', sqlerrm
    using hint = 'Files work through the server; for direct access to storage run this file as its owner.';
end
$$;

-- ---------------------------------------------------------------------------------------------------- seeds

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
  ('user-uploads', 'user-uploads', false, 52428800,
    array['image/*', 'application/pdf', 'text/*', 'application/json']),
  ('task-attachments', 'task-attachments', false, 104857600, null),
  ('workflow-templates', 'workflow-templates', false, 10485760, array['application/json']),
  ('agent-artifacts', 'agent-artifacts', false, 104857600, null),
  ('knowledge-base', 'knowledge-base', false, 52428800,
    array['application/pdf', 'text/*', 'application/json', 'application/vnd.openxmlformats-officedocument.*']),
  ('generated-images', 'generated-images', true, 20971520, array['image/*']),
  ('generated-videos', 'generated-videos', true, 524288000, array['video/*']),
  ('voice-recordings', 'voice-recordings', false, 104857600, array['audio/*']),
  ('conversation-exports', 'conversation-exports', false, 52428800, array['application/json', 'text/*', 'application/pdf'])
on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;
