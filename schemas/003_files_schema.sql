-- Files: what is known of a content, once for every owner of it.
--
-- files.id is the SHA-256 of the bytes. The bytes are stored once per hash; rows are per owner, key (user_id, id): a
-- second person who uploads the same bytes succeeds and learns nothing, and deleting one owner's row takes nothing
-- from another. A row caches what reading the content costs: its text, page map, size in pixels, analysis.
-- Where a content lies (bucket, path, project) is meta_file_metadata of 017_storage_buckets.sql, many to one.
--
-- file_statistics and user_file_statistics sum up what the caller may see.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.files (
  id text not null check (id ~ '^[0-9a-f]{64}$'),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  filename text not null,
  original_name text not null,
  mime_type text not null,
  size bigint not null check (size >= 0),
  hash text not null generated always as (id) stored,
  path text not null,
  thumbnail_path text,
  extracted_text text,
  page_map jsonb,
  page_count int check (page_count >= 0),
  width int check (width > 0),
  height int check (height > 0),
  analysis_result jsonb,
  task_id uuid references public.meta_tasks (id) on delete set null,
  conversation_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (user_id, id)
);

comment on table public.files is 'File metadata with analysis results: one row for each owner and content.';
comment on column public.files.id is 'SHA-256 of the content, hexadecimal.';
comment on column public.files.filename is 'Name the content is stored under.';
comment on column public.files.original_name is 'Name it was uploaded with.';
comment on column public.files.mime_type is 'Type found in the content, not in the name.';
comment on column public.files.size is 'Bytes.';
comment on column public.files.path is 'Where the bytes are in the store of contents.';
comment on column public.files.extracted_text is 'Parsed or recognised text.';
comment on column public.files.page_map is
  'Array of {"page": int, "start": int, "end": int}: character ranges of the pages.';
comment on column public.files.width is 'Pixels, for images.';
comment on column public.files.analysis_result is 'What the analysis found, an object.';
comment on column public.files.conversation_id is 'Conversation it was first attached to.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_files_created_at on public.files (created_at desc);
create index if not exists idx_files_id on public.files (id);
create index if not exists idx_files_mime_type on public.files (mime_type);
create index if not exists idx_files_task_id on public.files (task_id);
create index if not exists idx_files_conversation_id on public.files (conversation_id);
create index if not exists idx_files_analysis_result on public.files using gin (analysis_result);
create index if not exists idx_files_extracted_text_fts on public.files
  using gin (to_tsvector('pg_catalog.english', left(extracted_text, 100000)));

-- ------------------------------------------------------------------------------------------------ functions

create or replace view public.file_statistics with (security_invoker = true) as
select
  f.mime_type,
  count(*) as file_count,
  sum(f.size)::bigint as total_size,
  avg(f.size) as avg_size,
  max(f.size) as max_size,
  min(f.size) as min_size,
  count(*) filter (where f.analysis_result is not null) as analyzed_count
from public.files f
group by f.mime_type;

create or replace view public.user_file_statistics with (security_invoker = true) as
select
  f.user_id,
  count(*) as file_count,
  sum(f.size)::bigint as total_size,
  count(distinct f.mime_type) as mime_type_count,
  max(f.created_at) as last_upload
from public.files f
group by f.user_id;

comment on view public.file_statistics is 'Files by type, sizes in bytes.';
comment on view public.user_file_statistics is 'Files by owner, sizes in bytes.';

-- -------------------------------------------------------------------------------------- rights and policies

-- Only the server, which saw the bytes, may say that somebody has them.
call private.declare_access('public.files', 'owner', p_actions => '{select, delete}');
revoke all on public.file_statistics, public.user_file_statistics from public, anon, authenticated;
grant select on public.file_statistics, public.user_file_statistics to authenticated, service_role;
