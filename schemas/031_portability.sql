-- Portability: everything a person has, out and in again.
--
-- An export_job (queue exports) writes what was asked for into one file in the bucket conversation-exports, which expires;
-- an import_job (queue imports) reads a file: our own export, or one of ChatGPT or Claude. import_items map each foreign
-- row to the one it became, so that an import that is repeated, or resumed after a crash, makes nothing twice.
-- export_rows() reads a person's rows of a table under their own rights, without secrets and derived columns.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.export_jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  scope text not null check (scope in ('account', 'project', 'conversation', 'conversations', 'memory', 'files', 'settings')),
  target_id uuid,
  format text not null default 'json' check (format in ('json', 'markdown', 'html', 'pdf', 'text', 'zip')),
  options jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  progress int not null default 0 check (progress between 0 and 100),
  bucket text not null default 'conversation-exports',
  storage_path text,
  size_bytes bigint check (size_bytes >= 0),
  checksum text,
  item_count int not null default 0,
  error_message text,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);

comment on table public.export_jobs is 'Exports asked for and made.';
comment on column public.export_jobs.target_id is 'The conversation, for that scope.';
comment on column public.export_jobs.options is '{"include_files": boolean, "from", "to"}.';
comment on column public.export_jobs.storage_path is 'Name in the bucket; its first segment is user_id.';
comment on column public.export_jobs.checksum is 'SHA-256 of the file.';
comment on column public.export_jobs.expires_at is 'The file is deleted then.';

create table if not exists public.import_jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  source text not null check (source in ('meta-agent', 'chatgpt', 'claude')),
  bucket text not null default 'user-uploads',
  storage_path text not null,
  options jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  progress int not null default 0 check (progress between 0 and 100),
  created_count int not null default 0,
  skipped_count int not null default 0,
  failed_count int not null default 0,
  report jsonb not null default '[]',
  error_message text,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);

comment on table public.import_jobs is 'Imports asked for and done.';
comment on column public.import_jobs.options is '{"dry_run": boolean, "kinds": [text]}.';
comment on column public.import_jobs.created_count is 'Items made, kept by trigger, as the other two.';
comment on column public.import_jobs.report is '[{"kind", "external_id", "problem"}]: what could not be read.';

create table if not exists public.import_items (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  job_id uuid not null references public.import_jobs (id) on delete cascade,
  source text not null,
  kind text not null,
  external_id text not null,
  item_id uuid,
  outcome text not null check (outcome in ('created', 'skipped', 'failed')),
  error text,
  created_at timestamptz not null default now(),
  unique (job_id, kind, external_id)
);

comment on table public.import_items is 'What each foreign row became.';
comment on column public.import_items.user_id is 'The job''s, set by trigger, as source.';
comment on column public.import_items.kind is 'For example conversation, message, memory, file.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_export_jobs_user on public.export_jobs (user_id, created_at desc);
create index if not exists idx_export_jobs_project on public.export_jobs (project_id);
create index if not exists idx_export_jobs_expires on public.export_jobs (expires_at) where storage_path is not null;
create index if not exists idx_import_jobs_user on public.import_jobs (user_id, created_at desc);
create index if not exists idx_import_jobs_project on public.import_jobs (project_id);
create index if not exists idx_import_items_user on public.import_items (user_id);
-- What came from one source once is found again by a later job.
create unique index if not exists idx_import_items_once on public.import_items (user_id, source, kind, external_id)
  where outcome = 'created';

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.place_import_item()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select j.user_id, j.source into new.user_id, new.source from public.import_jobs j where j.id = new.job_id;
  if not found then
    raise exception 'The import does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace function private.count_imported()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Writers at once take turns here, so that each counts what those before it wrote.
  perform from public.import_jobs j where j.id in (select r.job_id from changed_rows r) order by j.id for no key update;
  update public.import_jobs j
  set created_count = c.created, skipped_count = c.skipped, failed_count = c.failed
  from (
    select i.job_id, count(*) filter (where i.outcome = 'created') as created,
      count(*) filter (where i.outcome = 'skipped') as skipped, count(*) filter (where i.outcome = 'failed') as failed
    from public.import_items i where i.job_id in (select r.job_id from changed_rows r) group by i.job_id
  ) c
  where j.id = c.job_id;
  return null;
end
$$;

-- What an external row became in an earlier import of the same person; null when it is new.
create or replace function public.find_imported(p_user_id uuid, p_source text, p_kind text, p_external_id text)
returns uuid language sql stable set search_path = '' as $$
  select i.item_id from public.import_items i
  where i.user_id = p_user_id and i.source = p_source and i.kind = p_kind and i.external_id = p_external_id and i.outcome = 'created'
$$;

-- The rows of a declared table that are the caller's to write, as objects in the order of their ids, without hidden and
-- derived columns (search vectors, embeddings, leases). p_after is the last id of the page before. Runs as the caller; the
-- rule of writing leaves out what is only shown to them: other people's public rows, and everybody's to administrators.
create or replace function public.export_rows(p_table text, p_after text default null, p_limit int default 500)
returns setof jsonb language plpgsql stable set search_path = '' as $$
declare
  v_declared private.access_declarations;
  v_has_id boolean;
  v_columns text;
begin
  select * into v_declared from private.access_declarations d
  where d.table_name = 'public.' || quote_ident(p_table) and d.write_rule is not null and d.kind <> 'catalog';
  if not found then
    raise exception 'The table "%" is not exported', p_table using errcode = '22023';
  end if;
  v_has_id := exists (select from pg_catalog.pg_attribute where attrelid = v_declared.table_name::regclass and attname = 'id');
  select string_agg(format('%L, %I.%I', a.attname, p_table, a.attname), ', ' order by a.attnum) into v_columns
  from pg_catalog.pg_attribute a
  where a.attrelid = v_declared.table_name::regclass and a.attnum > 0 and not a.attisdropped
    and not (v_declared.arguments -> 'hidden' ? a.attname::text)
    and a.attname not in ('search_vector', 'search_length', 'embedding', 'embedding_bits', 'text_embedding', 'content_embedding', 'lease_owner',
      'lease_expires_at');
  return query execute format('select jsonb_build_object(%s) from %s where (%s) and %s limit $2', v_columns, v_declared.table_name,
    v_declared.write_rule,
    case when v_has_id then format('($1 is null or %1$I.id::text > $1) order by %1$I.id::text', p_table) else '$1 is null' end)
  using p_after, p_limit;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger place_import_item before insert or update of job_id on public.import_items
  for each row execute function private.place_import_item();
create or replace trigger count_imported after insert on public.import_items referencing new table as changed_rows
  for each statement execute function private.count_imported();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('exports', 'public.export_jobs', 'running', 'failed', 'error_message', 't.status in (''pending'', ''running'')');
call private.declare_work('imports', 'public.import_jobs', 'running', 'failed', 'error_message', 't.status in (''pending'', ''running'')');

call private.declare_execute('private.count_imported()');
call private.declare_execute('public.find_imported(uuid, text, text, text)', 'authenticated');
call private.declare_execute('public.export_rows(text, text, int)', 'authenticated');

call private.declare_access('public.export_jobs', 'owner', p_protected =>
  '{progress, bucket, storage_path, size_bytes, checksum, item_count, error_message, expires_at, completed_at}');
call private.declare_access('public.import_jobs', 'owner', p_protected =>
  '{progress, created_count, skipped_count, failed_count, report, error_message, completed_at}');
call private.declare_access('public.import_items', 'owner', p_actions => '{select}');
call private.declare_reference('public.export_jobs', 'project_id', 'public.meta_projects');
call private.declare_reference('public.import_jobs', 'project_id', 'public.meta_projects');
call private.declare_events('public.export_jobs', 'export_job');
call private.declare_events('public.import_jobs', 'import_job');

-- -------------------------------------------------------------------------------------- the whole is protected

-- The last file proves it for all: a table without a declaration, forced row-level security and a policy fails here.
do $$
declare
  v_faults text;
begin
  select string_agg(u.table_name || ': ' || u.fault, '; ') into v_faults
  from (values ('public'), ('private'), ('auth')) as s (name), private.unprotected_tables(s.name) u
  where u.table_name in (select d.table_name from private.access_declarations d);
  if v_faults is not null then
    raise exception 'Some tables are left unprotected: %', v_faults;
  end if;
end
$$;
