-- Authentication: who a person or program is, and what it may do.
--
-- One identity: users.id is auth.users.id. A trigger on auth.users makes the profile (the very first person becomes
-- super_admin) and keeps the address in step; deleting the identity deletes everything the person owns.
-- A person signs in with a password (find_credentials, then register_sign_in or register_failed_sign_in) or by an
-- oauth_account, gets a row in sessions, and every request is matched by validate_session(). Programs use api_keys.
-- setup_tokens are the one-time links of a fresh installation, rate_limits the token buckets of take_rate_token().
-- roles hold permissions (role_permissions); a user has the role in users.role and those in user_roles.
-- Everything that matters is written to auth_audit_log.
--
-- Tokens that are only compared are stored as SHA-256 in hexadecimal (…_hash); those that must be used again are
-- ciphertext (…_encrypted). Neither can be read by an API role: they are hidden columns. With Supabase Auth the
-- password, session and set-up columns stay empty, and Supabase's own tokens are accepted instead.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null unique,
  password_hash text,
  name text,
  avatar_url text,
  role text not null default 'user' check (role in ('user', 'admin', 'super_admin')),
  status text not null default 'active' check (status in ('active', 'suspended')),
  email_verified boolean not null default false,
  verification_token_hash text,
  verification_expires_at timestamptz,
  password_reset_token_hash text,
  password_reset_expires_at timestamptz,
  failed_login_count int not null default 0,
  locked_until timestamptz,
  last_login_at timestamptz,
  login_count int not null default 0,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.users is 'User accounts: the profile of each identity in auth.users.';
comment on column public.users.email is 'Address in lower case, kept equal to auth.users.email.';
comment on column public.users.password_hash is 'Argon2id; used only where Supabase Auth is absent.';
comment on column public.users.status is
  'suspended: cannot sign in, and open sessions and keys stop working.';
comment on column public.users.failed_login_count is 'Wrong passwords since the last sign-in.';
comment on column public.users.locked_until is 'No sign-in before then.';
comment on column public.users.metadata is 'Free object of the person''s own.';

create table if not exists public.sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  token_hash text not null unique,
  refresh_token_hash text unique,
  csrf_secret text not null,
  user_agent text,
  ip_address text,
  device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'api')),
  expires_at timestamptz not null,
  last_activity_at timestamptz not null default now(),
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);

comment on table public.sessions is 'Active sessions: one for each signed-in browser.';
comment on column public.sessions.token_hash is 'SHA-256 of the cookie''s token.';
comment on column public.sessions.csrf_secret is
  'Secret that requests which change something must repeat in a header.';
comment on column public.sessions.is_active is 'False after sign-out.';

create table if not exists public.api_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  key_prefix text not null,
  key_hash text not null unique,
  name text not null check (btrim(name) <> ''),
  description text,
  scopes text[] not null default array['read', 'write'],
  rate_limit int not null default 1000 check (rate_limit > 0),
  last_used_at timestamptz,
  usage_count bigint not null default 0,
  expires_at timestamptz,
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);

-- Nothing could set it and nothing held to it, so no client has lost anything.
-- squawk-ignore ban-drop-column
alter table public.api_keys drop column if exists project_ids;

comment on table public.api_keys is 'API access tokens of programs that act for a user.';
comment on column public.api_keys.key_prefix is 'First characters of the key, to recognise it by.';
comment on column public.api_keys.key_hash is 'SHA-256 of the key.';
comment on column public.api_keys.scopes is
  'What the key may do: read, write or permission names such as chat:read.';
comment on column public.api_keys.rate_limit is 'Requests per minute.';

create table if not exists public.oauth_accounts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  provider text not null check (provider in ('google', 'github', 'microsoft')),
  provider_account_id text not null,
  access_token_encrypted text,
  refresh_token_encrypted text,
  token_expires_at timestamptz,
  scope text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, provider_account_id)
);

comment on table public.oauth_accounts is 'Sign-in connections to other services.';
comment on column public.oauth_accounts.access_token_encrypted is 'AES-256-GCM with the key id in the value.';

create table if not exists public.permissions (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  description text,
  category text,
  created_at timestamptz not null default now()
);

comment on table public.permissions is 'What can be allowed, for example chat:read.';

create table if not exists public.roles (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  description text,
  is_system boolean not null default false,
  created_at timestamptz not null default now()
);

comment on table public.roles is 'Named sets of permissions.';
comment on column public.roles.is_system is 'Seeded by this file and kept by it.';

create table if not exists public.role_permissions (
  role_id uuid not null references public.roles (id) on delete cascade,
  permission_id uuid not null references public.permissions (id) on delete cascade,
  primary key (role_id, permission_id)
);

comment on table public.role_permissions is 'Which role holds which permission.';

create table if not exists public.user_roles (
  user_id uuid not null references public.users (id) on delete cascade,
  role_id uuid not null references public.roles (id) on delete cascade,
  granted_by uuid default auth.uid() references public.users (id) on delete set null,
  granted_at timestamptz not null default now(),
  primary key (user_id, role_id)
);

comment on table public.user_roles is 'Roles a user has beside users.role.';

create table if not exists public.auth_audit_log (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  event_type text not null,
  event_data jsonb not null default '{}',
  ip_address text,
  user_agent text,
  success boolean not null default true,
  failure_reason text,
  created_at timestamptz not null default now()
);

comment on table public.auth_audit_log is
  'Authentication events: who did what, from where, with which result.';
comment on column public.auth_audit_log.event_type is
  'For example sign_in, sign_out, key_created, role_changed.';
comment on column public.auth_audit_log.event_data is 'Facts of the event, never a secret.';

create table if not exists public.setup_tokens (
  id uuid primary key default gen_random_uuid(),
  token_hash text not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table public.setup_tokens is
  'One-time links that create the first account of a fresh installation.';

create table if not exists public.rate_limits (
  key text primary key,
  tokens float8 not null,
  refilled_at timestamptz not null default now()
);

comment on table public.rate_limits is
  'Token buckets, one for each limited thing, for example sign_in:203.0.113.7.';
comment on column public.rate_limits.tokens is
  'Requests left at refilled_at; the bucket refills evenly over its window.';

create table if not exists public.idempotency_keys (
  user_id uuid not null references auth.users (id) on delete cascade,
  key text not null check (length(key) between 1 and 200),
  operation text not null,
  request_hash text not null,
  response_encrypted text,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);

comment on table public.idempotency_keys is
  'First answers of requests by Idempotency-Key, for a day, so that a request sent twice happens once.';
comment on column public.idempotency_keys.request_hash is 'SHA-256 of the input.';
comment on column public.idempotency_keys.response_encrypted is
  'AES-256-GCM with the key id in the value; null while the request is worked on.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_users_role on public.users (role);
create index if not exists idx_users_created_at on public.users (created_at);
create index if not exists idx_users_verification_token on public.users (verification_token_hash)
  where verification_token_hash is not null;
create index if not exists idx_users_password_reset_token on public.users (password_reset_token_hash)
  where password_reset_token_hash is not null;
create index if not exists idx_sessions_user_id on public.sessions (user_id);
create index if not exists idx_sessions_expires_at on public.sessions (expires_at);
create index if not exists idx_api_keys_user_id on public.api_keys (user_id);
create index if not exists idx_oauth_accounts_user_id on public.oauth_accounts (user_id);
create index if not exists idx_role_permissions_permission on public.role_permissions (permission_id);
create index if not exists idx_user_roles_role on public.user_roles (role_id);
create index if not exists idx_user_roles_granted_by on public.user_roles (granted_by);
create index if not exists idx_idempotency_keys_created_at on public.idempotency_keys (created_at);
create index if not exists idx_auth_audit_log_user_id on public.auth_audit_log (user_id);
create index if not exists idx_auth_audit_log_created_at on public.auth_audit_log (created_at);
create index if not exists idx_auth_audit_log_event_type on public.auth_audit_log (event_type);

-- ------------------------------------------------------------------------------------------------ functions

-- Makes the profile of a new identity, and keeps its address equal. The first person of an installation becomes
-- super_admin; the lock makes two people who register at the same moment take turns.
create or replace function private.follow_identity()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    update public.users u
    set email = lower(new.email), email_verified = new.email_confirmed_at is not null
    where u.id = new.id;
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('first of public.users', 0));
  insert into public.users (id, email, name, email_verified, role)
  values (
    new.id,
    coalesce(lower(new.email), new.id || '@no-address.invalid'),
    nullif(btrim(new.raw_user_meta_data ->> 'name'), ''),
    new.email_confirmed_at is not null,
    case when exists (select from public.users) then 'user' else 'super_admin' end
  )
  on conflict (id) do nothing;
  return null;
end
$$;

-- Role and status are an administrator's to change; only a super_admin makes or unmakes administrators, and one
-- super_admin always remains.
create or replace function private.guard_user()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_caller_role text := (select u.role from public.users u where u.id = (select auth.uid()));
begin
  if old.role is distinct from new.role or old.status is distinct from new.status then
    if not private.is_service() and (not private.is_admin()
      or (v_caller_role <> 'super_admin' and ('super_admin' in (old.role, new.role) or 'admin' in (old.role, new.role))))
    then
      raise exception 'You may not change the role or status of this account' using errcode = '42501';
    end if;
    if old.role = 'super_admin' and old.status = 'active' then
      perform pg_advisory_xact_lock(hashtextextended('first of public.users', 0));
      if not exists (select from public.users u
        where u.id <> old.id and u.role = 'super_admin' and u.status = 'active')
        and (new.role <> 'super_admin' or new.status <> 'active')
      then
        raise exception 'This is the last active super_admin' using errcode = '23514',
          hint = 'Make another account super_admin first.';
      end if;
    end if;
  end if;
  return new;
end
$$;

create or replace function public.user_has_permission(p_user_id uuid, p_permission text)
returns boolean language sql stable set search_path = '' as $$
  select exists (
    select from public.users u
    join public.roles r on r.name = u.role
      or exists (select from public.user_roles ur where ur.user_id = u.id and ur.role_id = r.id)
    join public.role_permissions rp on rp.role_id = r.id
    join public.permissions p on p.id = rp.permission_id
    where u.id = p_user_id and u.status = 'active' and p.name = p_permission
  )
$$;

-- The active session with this token hash, and its user. Notes the activity once a minute.
create or replace function public.validate_session(p_token_hash text)
returns table (user_id uuid, user_email text, user_role text, session_id uuid, csrf_secret text, expires_at timestamptz)
language plpgsql volatile set search_path = '' as $$
begin
  update public.sessions s set last_activity_at = now()
  where s.token_hash = p_token_hash and s.is_active and s.expires_at > now()
    and s.last_activity_at < now() - interval '1 minute';
  return query
    select u.id, u.email, u.role, s.id, s.csrf_secret, s.expires_at
    from public.sessions s join public.users u on u.id = s.user_id
    where s.token_hash = p_token_hash and s.is_active and s.expires_at > now() and u.status = 'active';
end
$$;

-- The usable API key with this hash, and its user. Counts the use.
drop function if exists public.validate_api_key(text); -- its result had another column
create or replace function public.validate_api_key(p_key_hash text)
returns table (key_id uuid, user_id uuid, user_email text, user_role text, scopes text[], rate_limit int)
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
begin
  return query
    update public.api_keys k set last_used_at = now(), usage_count = k.usage_count + 1
    from public.users u
    where k.key_hash = p_key_hash and k.is_active and (k.expires_at is null or k.expires_at > now())
      and u.id = k.user_id and u.status = 'active'
    returning k.id, u.id, u.email, u.role, k.scopes, k.rate_limit;
end
$$;

create or replace function public.cleanup_expired_sessions()
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.sessions s where s.expires_at <= now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

create or replace function public.log_auth_event(
  p_user_id uuid, p_event_type text, p_event_data jsonb default '{}', p_ip_address text default null,
  p_user_agent text default null, p_success boolean default true, p_failure_reason text default null
)
returns uuid language sql volatile set search_path = '' as $$
  insert into public.auth_audit_log (user_id, event_type, event_data, ip_address, user_agent, success, failure_reason)
  values (p_user_id, p_event_type, p_event_data, p_ip_address, p_user_agent, p_success, p_failure_reason)
  returning id
$$;

-- What the sign-in flow needs to check a password. For the service alone.
create or replace function private.find_credentials(p_email text)
returns table (user_id uuid, password_hash text, status text, locked_until timestamptz)
language sql stable set search_path = '' as $$
  select u.id, u.password_hash, u.status, u.locked_until from public.users u where u.email = lower(p_email)
$$;

-- Counts a wrong password; after p_limit of them in a row the account is locked for p_lock. Returns until when.
create or replace function private.register_failed_sign_in(
  p_user_id uuid, p_limit int default 10, p_lock interval default '15 minutes'
)
returns timestamptz language sql volatile set search_path = '' as $$
  update public.users u
  set failed_login_count = case when u.failed_login_count + 1 >= p_limit then 0 else u.failed_login_count + 1 end,
      locked_until = case when u.failed_login_count + 1 >= p_limit then now() + p_lock else u.locked_until end
  where u.id = p_user_id
  returning u.locked_until
$$;

create or replace function private.register_sign_in(p_user_id uuid)
returns void language sql volatile set search_path = '' as $$
  update public.users u
  set failed_login_count = 0, locked_until = null, last_login_at = now(), login_count = u.login_count + 1
  where u.id = p_user_id
$$;

-- Sets a new password and ends every session of the account.
create or replace function private.set_password_hash(p_user_id uuid, p_password_hash text)
returns void language plpgsql volatile set search_path = '' as $$
begin
  update public.users u
  set password_hash = p_password_hash, failed_login_count = 0, locked_until = null,
      password_reset_token_hash = null, password_reset_expires_at = null
  where u.id = p_user_id;
  update public.sessions s set is_active = false where s.user_id = p_user_id and s.is_active;
end
$$;

-- Spends a set-up token once; false when it is unknown, used or expired.
create or replace function private.use_setup_token(p_token_hash text)
returns boolean language plpgsql volatile set search_path = '' as $$
begin
  update public.setup_tokens t set used_at = now()
  where t.token_hash = p_token_hash and t.used_at is null and t.expires_at > now();
  return found;
end
$$;

-- Takes one token from the bucket p_key, which holds p_limit and refills evenly over p_window. False: wait.
create or replace function private.take_rate_token(p_key text, p_limit int, p_window interval)
returns boolean language plpgsql volatile set search_path = '' as $$
declare
  v_left float8;
begin
  -- The row lock of the upsert makes callers of one bucket take turns; -1 marks a refusal and is put back to 0.
  insert into public.rate_limits as b (key, tokens, refilled_at)
  values (p_key, p_limit - 1, clock_timestamp())
  on conflict (key) do update set
    tokens = least(p_limit, b.tokens
      + p_limit * extract(epoch from clock_timestamp() - b.refilled_at) / extract(epoch from p_window)) - 1,
    refilled_at = clock_timestamp()
  returning b.tokens into v_left;
  if v_left < 0 then
    update public.rate_limits b set tokens = b.tokens + 1 where b.key = p_key;
    return false;
  end if;
  return true;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger follow_identity after insert on auth.users
  for each row execute function private.follow_identity();
create or replace trigger follow_identity_changes after update of email, email_confirmed_at on auth.users
  for each row execute function private.follow_identity();
create or replace trigger guard_user before update of role, status on public.users
  for each row execute function private.guard_user();
create or replace trigger refuse_agents before insert or update or delete on public.users
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.api_keys
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('public.user_has_permission(uuid, text)', 'authenticated');
call private.declare_execute('public.validate_session(text)');
call private.declare_execute('public.validate_api_key(text)');
call private.declare_execute('public.cleanup_expired_sessions()');
call private.declare_execute(
  'public.log_auth_event(uuid, text, jsonb, text, text, boolean, text)');
call private.declare_execute('private.find_credentials(text)');
call private.declare_execute('private.register_failed_sign_in(uuid, int, interval)');
call private.declare_execute('private.register_sign_in(uuid)');
call private.declare_execute('private.set_password_hash(uuid, text)');
call private.declare_execute('private.use_setup_token(text)');
call private.declare_execute('private.take_rate_token(text, int, interval)');
call private.declare_execute('private.follow_identity()');
call private.declare_execute('private.guard_user()');

call private.declare_access('public.users', 'special', 'email', p_actions => '{select, update}',
  p_protected => '{email_verified, password_hash, verification_token_hash, verification_expires_at,
    password_reset_token_hash, password_reset_expires_at, failed_login_count, locked_until, last_login_at, login_count}',
  p_hidden => '{password_hash, verification_token_hash, password_reset_token_hash}');
call private.declare_access('public.sessions', 'owner', p_actions => '{select, update, delete}',
  p_protected => '{token_hash, refresh_token_hash, csrf_secret, user_agent, ip_address, device_type, expires_at,
    last_activity_at}',
  p_hidden => '{token_hash, refresh_token_hash, csrf_secret}');
call private.declare_access('public.api_keys', 'owner', p_actions => '{select, update, delete}',
  p_protected => '{key_prefix, key_hash, scopes, rate_limit, last_used_at, usage_count, expires_at}',
  p_hidden => '{key_hash}');
call private.declare_access('public.oauth_accounts', 'owner', p_actions => '{select, delete}',
  p_hidden => '{access_token_encrypted, refresh_token_encrypted}');
call private.declare_access('public.permissions', 'catalog');
call private.declare_access('public.roles', 'catalog');
call private.declare_access('public.role_permissions', 'catalog');
call private.declare_access('public.user_roles', 'special', 'user_id');
call private.declare_access('public.auth_audit_log', 'special', 'user_id', p_actions => '{select}');
call private.declare_access('public.setup_tokens', 'service');
call private.declare_access('public.rate_limits', 'service');
call private.declare_access('public.idempotency_keys', 'service');

drop policy if exists "people may see themselves and administrators everybody" on public.users;
create policy "people may see themselves and administrators everybody" on public.users for select to authenticated
  using (id = any (array(select private.readable_user_ids())));
drop policy if exists "people may edit themselves and administrators everybody" on public.users;
create policy "people may edit themselves and administrators everybody" on public.users for update to authenticated
  using (id = any (array(select private.readable_user_ids())))
  with check (id = any (array(select private.readable_user_ids())));

-- A try with an unknown address has no user; administrators must see it all the same.
drop policy if exists "people may see what they did and administrators everything" on public.auth_audit_log;
create policy "people may see what they did and administrators everything" on public.auth_audit_log
  for select to authenticated
  using (user_id = any (array(select private.readable_user_ids())) or (user_id is null and (select private.is_admin())));

drop policy if exists "people may see their roles" on public.user_roles;
create policy "people may see their roles" on public.user_roles for select to authenticated
  using (user_id = any (array(select private.readable_user_ids())));
drop policy if exists "administrators may grant roles" on public.user_roles;
create policy "administrators may grant roles" on public.user_roles for insert to authenticated
  with check ((select private.is_admin()));
drop policy if exists "administrators may take roles back" on public.user_roles;
create policy "administrators may take roles back" on public.user_roles for delete to authenticated
  using ((select private.is_admin()));

-- ---------------------------------------------------------------------------------------------------- seeds

insert into public.roles (name, description, is_system) values
  ('user', 'Uses the platform within their own data', true),
  ('admin', 'Manages users, roles and settings', true),
  ('super_admin', 'Does everything', true)
on conflict (name) do update set description = excluded.description, is_system = true;

insert into public.permissions (name, category, description) values
  ('chat:read', 'chat', 'Read conversations'),
  ('chat:write', 'chat', 'Send messages'),
  ('chat:delete', 'chat', 'Delete conversations'),
  ('models:use', 'models', 'Call models through the OpenAI-compatible API'),
  ('memory:read', 'memory', 'Read memory'),
  ('memory:write', 'memory', 'Write memory'),
  ('memory:delete', 'memory', 'Delete memory'),
  ('files:read', 'files', 'Read files'),
  ('files:write', 'files', 'Upload and change files'),
  ('files:delete', 'files', 'Delete files'),
  ('personas:read', 'personas', 'Use personas'),
  ('personas:write', 'personas', 'Make and change personas'),
  ('personas:delete', 'personas', 'Delete personas'),
  ('tasks:read', 'tasks', 'See projects and tasks'),
  ('tasks:write', 'tasks', 'Make and change projects and tasks'),
  ('tasks:delete', 'tasks', 'Delete projects and tasks'),
  ('tasks:execute', 'tasks', 'Start agents'),
  ('admin:users', 'admin', 'Manage users'),
  ('admin:roles', 'admin', 'Manage roles'),
  ('admin:settings', 'admin', 'Manage the installation''s settings'),
  ('admin:audit', 'admin', 'Read the audit log'),
  ('api:keys', 'api', 'Make API keys'),
  ('api:unlimited', 'api', 'Use the API without a rate limit')
on conflict (name) do update set category = excluded.category, description = excluded.description;

insert into public.role_permissions (role_id, permission_id)
select r.id, p.id
from public.roles r
join public.permissions p on case r.name
  when 'super_admin' then true
  when 'admin' then p.category <> 'api'
  when 'user' then p.name in ('chat:read', 'chat:write', 'models:use', 'memory:read', 'memory:write', 'files:read',
    'files:write', 'personas:read', 'tasks:read', 'tasks:write')
  end
on conflict do nothing;

-- Identities that were there before this file (a Supabase project in use): the oldest becomes super_admin.
insert into public.users (id, email, name, email_verified, role, created_at)
select a.id, coalesce(lower(a.email), a.id || '@no-address.invalid'), a.raw_user_meta_data ->> 'name',
  a.email_confirmed_at is not null,
  case when row_number() over (order by a.created_at, a.id) = 1 and not exists (select from public.users)
    then 'super_admin' else 'user' end,
  coalesce(a.created_at, now())
from auth.users a
where not exists (select from public.users u where u.id = a.id)
on conflict (id) do nothing;
