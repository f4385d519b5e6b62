-- The platform: what every later file stands on, and what Supabase already has.
--
-- On a Postgres that is not Supabase this file creates the roles (anon, authenticated, service_role and the
-- login role authenticator), the schema auth (users, uid(), role(), jwt()), the schema storage (buckets,
-- objects and the path helpers), the schema extensions and the publication supabase_realtime, under Supabase's
-- own names, so that every other file reads the same on both. What exists is left as it is: on Supabase
-- nothing of Supabase's is replaced.
--
-- A request runs as anon, authenticated or service_role with its claims in request.jwt.claims; auth.uid() reads
-- them. Nothing here relies on a superuser or on BYPASSRLS: the deploying role reaches rows through the
-- "service access" policies of 000_rights.sql, like the service role does.
--
-- The schema private holds helpers that no API exposes: definer functions, declarations, trigger functions.
-- This file fills it with private.declare_enum(), private.declare_foreign_key() and the updated_at trigger function.

-- ---------------------------------------------------------------------------------------------------- types

create schema if not exists private;
create schema if not exists extensions;
create schema if not exists auth;
create schema if not exists storage;

do $$
declare
  v_role text;
  v_missing boolean;
begin
  perform set_config('client_min_messages', 'warning', true);
  foreach v_role in array array['anon', 'authenticated', 'service_role', 'authenticator'] loop
    -- Roles belong to the whole cluster: another database's deployment may create them at the same moment.
    begin
      if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
        execute format('create role %I %s noinherit', v_role,
          case v_role when 'authenticator' then 'login' else 'nologin' end);
      end if;
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;

  -- authenticator may become each of the three, and so may the deploying role, whose server may log in as
  -- itself. Where the roles are somebody else's to grant (Supabase), they stand as they are.
  foreach v_role in array array['anon', 'authenticated', 'service_role'] loop
    begin
      if not pg_has_role('authenticator', v_role, 'member') then
        execute format('grant %I to authenticator', v_role);
      end if;
      select not rolsuper into v_missing from pg_catalog.pg_roles where rolname = current_user;
      if v_missing then
        execute format('grant %I to %I', v_role, current_user);
      end if;
    exception when insufficient_privilege or unique_violation then null;
    end;
  end loop;
end
$$;

do $$
declare
  v_schema text;
begin
  perform set_config('client_min_messages', 'warning', true);
  select n.nspname into v_schema
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'vector';
  begin
    if v_schema is null then
      create extension vector with schema extensions;
    elsif v_schema <> 'extensions' then
      alter extension vector set schema extensions;
    end if;
  exception when insufficient_privilege or undefined_file or feature_not_supported then
    raise exception 'The extension vector (pgvector) cannot be set up in the schema extensions: %', sqlerrm
      using errcode = sqlstate, hint = 'Install pgvector 0.7 or later on the server, then run as a superuser in this '
        'database: create schema if not exists extensions; create extension vector with schema extensions; '
        'or, where it exists: alter extension vector set schema extensions.';
  end;
  if not has_schema_privilege('extensions', 'usage') then
    raise exception 'The schema extensions is closed to %', current_user using errcode = '42501',
      hint = format('Run as its owner in this database: alter schema extensions owner to %I; or: grant usage on schema '
        'extensions to public.', current_user);
  end if;
  if exists (select from pg_catalog.pg_available_extensions where name = 'uuid-ossp') then
    create extension if not exists "uuid-ossp" with schema extensions;
  end if;
end
$$;

-- Creates an enum type, or adds the values an older database lacks. Values are never removed.
create or replace procedure private.declare_enum(p_type text, variadic p_values text[])
language plpgsql set search_path = '' as $$
declare
  v_value text;
begin
  if to_regtype(p_type) is null then
    execute format('create type %s as enum (%s)', p_type,
      (select string_agg(quote_literal(v), ', ' order by n) from unnest(p_values) with ordinality as u(v, n)));
    return;
  end if;
  foreach v_value in array p_values loop
    execute format('alter type %s add value if not exists %L', p_type, v_value);
  end loop;
end
$$;

-- Adds a foreign key to a table of an earlier file, and the index it needs; existing ones are left.
create or replace procedure private.declare_foreign_key(p_table regclass, p_column text, p_target regclass, p_on_delete text)
language plpgsql set search_path = '' as $$
declare
  v_table text := (select relname from pg_catalog.pg_class where oid = p_table);
  v_name text := v_table || '_' || p_column || '_fkey';
begin
  if not exists (select from pg_catalog.pg_constraint where conrelid = p_table and conname = v_name) then
    execute format('alter table %s add constraint %I foreign key (%I) references %s (id) on delete %s',
      p_table, v_name, p_column, p_target, p_on_delete);
  end if;
  -- A unique column has its index already.
  if not exists (
    select from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = p_table and i.indpred is null and i.indisunique and i.indnkeyatts = 1 and a.attname = p_column)
  then
    execute format('create index if not exists %I on %s (%I)', 'idx_' || v_table || '_' || p_column, p_table, p_column);
  end if;
end
$$;

-- Checks a table's references that are set null at the end of the transaction. A row whose references point to several
-- rows that one delete takes (a project, its tasks, their runs) is updated once for each; from the second update on,
-- Postgres checks every reference of the row again, and would find one that is gone and not yet set null.
create or replace procedure private.defer_references(p_table regclass)
language plpgsql set search_path = '' as $$
declare
  v_name text;
begin
  for v_name in
    select conname from pg_catalog.pg_constraint
    where conrelid = p_table and contype = 'f' and confdeltype = 'n' and not condeferred
  loop
    execute format('alter table %s alter constraint %I deferrable initially deferred', p_table, v_name);
  end loop;
end
$$;

-- --------------------------------------------------------------------------------------------------- tables

-- Supabase owns these three tables where it is present; there they exist, and its deploying role may not even
-- try to create them.
do $$
begin
  if to_regclass('auth.users') is null then
    create table auth.users (
      id uuid primary key default gen_random_uuid(),
      aud text default 'authenticated',
      role text default 'authenticated',
      email text,
      email_confirmed_at timestamptz,
      last_sign_in_at timestamptz,
      raw_app_meta_data jsonb default '{}',
      raw_user_meta_data jsonb default '{}',
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
  end if;

  if to_regclass('storage.buckets') is null then
    create table storage.buckets (
      id text primary key,
      name text not null unique,
      owner uuid,
      owner_id text,
      public boolean default false,
      file_size_limit bigint,
      allowed_mime_types text[],
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
  end if;

  if to_regclass('storage.objects') is null then
    create table storage.objects (
      id uuid primary key default gen_random_uuid(),
      bucket_id text references storage.buckets (id) on delete restrict,
      name text,
      owner uuid,
      owner_id text,
      version text,
      metadata jsonb,
      user_metadata jsonb,
      path_tokens text[] generated always as (string_to_array(name, '/')) stored,
      created_at timestamptz default now(),
      updated_at timestamptz default now(),
      last_accessed_at timestamptz default now(),
      constraint bucketid_objname unique (bucket_id, name)
    );
  end if;
end
$$;

do $$
begin
  if (select relowner = current_user::regrole from pg_class where oid = 'auth.users'::regclass) then
    create unique index if not exists users_email_key on auth.users (lower(email));
    comment on table auth.users is
      'Identities, under Supabase Auth''s name and columns. public.users holds the profile of each.';
    comment on column auth.users.raw_user_meta_data is 'What the person said at sign-up, for example {"name": "…"}.';
    comment on column auth.users.raw_app_meta_data is 'What the system knows of the identity, for example {"provider": "email"}.';
    comment on column auth.users.aud is 'The audience claim of the identity''s tokens.';
    comment on column auth.users.role is 'The database role the identity''s requests run as.';
  end if;
  if (select relowner = current_user::regrole from pg_class where oid = 'storage.objects'::regclass) then
    comment on table storage.buckets is 'Named stores of files with their limits; 017_storage_buckets.sql seeds nine.';
    comment on column storage.buckets.file_size_limit is 'Largest file in bytes; null means no limit of its own.';
    comment on column storage.buckets.allowed_mime_types is 'Allowed types, * as wildcard after the slash; null means any.';
    comment on column storage.buckets.public is 'Files can be read by name without signing in.';
    comment on table storage.objects is 'One row for every stored file: bucket_id and name are its address.';
    comment on column storage.objects.name is 'Path inside the bucket; its first segment is the owner''s user id.';
    comment on column storage.objects.path_tokens is 'The segments of name.';
    comment on column storage.objects.metadata is '{"size": bytes, "mimetype": type, "eTag": sha256 of the content}.';
    comment on column storage.objects.version is 'Changes whenever the content changes.';
  end if;
end
$$;

-- Empty until a table is published; Supabase Realtime and our own listener read its changes.
do $$
declare
  v_level text := current_setting('client_min_messages');
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    -- A server that is not set up for logical replication only warns, and the warning says nothing useful here.
    perform set_config('client_min_messages', 'error', true);
    create publication supabase_realtime;
    perform set_config('client_min_messages', v_level, true);
  end if;
end
$$;

-- ------------------------------------------------------------------------------------------------ functions

-- Supabase's own auth and storage functions stay; ours are replaced by their present text. Those of auth are in nearly
-- every policy: without a setting of their own they become part of the statement (a call takes 50 µs), and their bodies
-- are read once, here, whatever search path they are called with.
do $$
declare
  v_function record;
  v_owner oid;
begin
  for v_function in
    select * from (values
      ('auth.jwt()', $fn$
        create or replace function auth.jwt() returns jsonb language sql stable
        return nullif(current_setting('request.jwt.claims', true), '')::jsonb $fn$),
      ('auth.uid()', $fn$
        create or replace function auth.uid() returns uuid language sql stable
        return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $fn$),
      ('auth.role()', $fn$
        create or replace function auth.role() returns text language sql stable
        return nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' $fn$),
      ('storage.foldername(text)', $fn$
        create or replace function storage.foldername(name text) returns text[]
        language sql immutable set search_path = '' as $body$
          select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1]
        $body$ $fn$),
      ('storage.filename(text)', $fn$
        create or replace function storage.filename(name text) returns text
        language sql immutable set search_path = '' as $body$
          select (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))]
        $body$ $fn$),
      ('storage.extension(text)', $fn$
        create or replace function storage.extension(name text) returns text
        language sql immutable set search_path = '' as $body$
          select substring((string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))] from '\.([^.]+)$')
        $body$ $fn$)
    ) as f (signature, definition)
  loop
    select proowner into v_owner from pg_proc where oid = to_regprocedure(v_function.signature);
    if v_owner is null or v_owner = current_user::regrole then
      execute v_function.definition;
    end if;
  end loop;
end
$$;

-- One body for updated_at under three names: ours, and the two of the specification.
do $$
declare
  v_name text;
begin
  foreach v_name in array array[
    'private.touch_updated_at()', 'public.update_updated_at()', 'public.update_updated_at_column()'
  ] loop
    execute format($fn$
      create or replace function %s returns trigger language plpgsql volatile set search_path = '' as $body$
      begin
        new.updated_at := now();
        return new;
      end
      $body$ $fn$, v_name);
    execute format('comment on function %s is %L', v_name,
      'Sets updated_at before an update; private.declare_access() attaches private.touch_updated_at().');
    execute format('revoke all on function %s from public, anon, authenticated, service_role', v_name);
  end loop;
end
$$;

comment on procedure private.declare_enum(text, text[]) is
  'Creates an enum type or adds the values it lacks.';
comment on procedure private.declare_foreign_key(regclass, text, regclass, text) is
  'Adds a foreign key and its index to a table of an earlier file.';

comment on procedure private.defer_references(regclass) is
  'Checks a table''s references that are set null at the end of the transaction.';

-- --------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.defer_references(regclass) from public;
revoke execute on procedure private.declare_enum(text, text[]) from public;
revoke execute on procedure private.declare_foreign_key(regclass, text, regclass, text) from public;

do $$
declare
  v_schema text;
begin
  foreach v_schema in array array['public', 'private', 'extensions', 'auth', 'storage'] loop
    if pg_has_role((select nspowner from pg_namespace where nspname = v_schema), 'usage') then
      execute format('grant usage on schema %I to anon, authenticated, service_role', v_schema);
    end if;
  end loop;
  comment on schema private is 'Helpers no API exposes: definer functions, access declarations, trigger functions.';
end
$$;
