-- Organizations: teams that share projects.
--
-- An organization has organization_members (owner, admin, member) and organization_invitations. A project belongs to one
-- by its organization_id; then every member of the organization is a member of the project: triggers keep rows of
-- meta_project_members in step (marked by their organization_id), so that private.project_ids() stays the one answer to
-- who may use a project. Owners and admins become owners of its projects, members get default_project_role; a role given
-- to somebody in person stays.
--
-- Only a project's owner who belongs to the organization can put it in, and only an owner of the project takes it out.
-- Invitations are links whose token is stored as SHA-256; accept_invitation() joins whoever holds one. An organization
-- always has an owner: the last cannot leave, and whoever answers for it hands that on when they do.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  slug text not null unique default gen_random_uuid()::text check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  owner_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  billing_plan text not null default 'free',
  default_project_role text not null default 'editor' check (default_project_role in ('editor', 'viewer')),
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.organizations is 'Teams.';
comment on column public.organizations.owner_id is 'Who answers for it; always a member with role owner.';
comment on column public.organizations.default_project_role is 'What its members may do in its projects.';
comment on column public.organizations.settings is '{"allowed_email_domains": [text], …}.';

create table if not exists public.organization_members (
  org_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'member' check (role in ('owner', 'admin', 'member')),
  invited_by uuid default auth.uid() references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);

comment on table public.organization_members is 'Who belongs to it.';
comment on column public.organization_members.role is 'owner and admin manage members and projects; member works.';

create table if not exists public.organization_invitations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  email text not null,
  role text not null default 'member' check (role in ('admin', 'member')),
  token_hash text not null unique,
  invited_by uuid default auth.uid() references auth.users (id) on delete set null,
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table public.organization_invitations is 'Invitations by link.';
comment on column public.organization_invitations.token_hash is 'SHA-256 of the token in the link.';

alter table public.meta_projects add column if not exists organization_id uuid;
alter table public.meta_project_members add column if not exists organization_id uuid;
comment on column public.meta_projects.organization_id is 'Organization whose members share it.';
comment on column public.meta_project_members.organization_id is
  'Set: the row follows from membership in that organization; null: given in person.';

-- -------------------------------------------------------------------------------------------------- indexes

call private.declare_foreign_key('public.meta_projects', 'organization_id', 'public.organizations', 'set null');
call private.declare_foreign_key('public.meta_project_members', 'organization_id', 'public.organizations', 'cascade');
create index if not exists idx_organizations_owner on public.organizations (owner_id);
create index if not exists idx_organization_members_user on public.organization_members (user_id);
create index if not exists idx_organization_members_invited_by on public.organization_members (invited_by);
create index if not exists idx_organization_invitations_org on public.organization_invitations (org_id);
create index if not exists idx_organization_invitations_invited_by on public.organization_invitations (invited_by);

-- ------------------------------------------------------------------------------------------------ functions

-- Organizations the caller belongs to with at least the given role (member, admin, owner). Administrators see all.
create or replace function private.organization_ids(p_min_role text)
returns setof uuid language sql stable security definer set search_path = '' as $$
  select m.org_id from public.organization_members m
  where m.user_id = (select auth.uid())
    and array_position(array['member', 'admin', 'owner'], m.role) >= array_position(array['member', 'admin', 'owner'], p_min_role)
  union
  select o.id from public.organizations o where p_min_role = 'member' and (select private.is_admin())
$$;

-- Makes the members of one organization, or of one project, those of its projects.
create or replace function private.sync_organization(p_org_id uuid, p_project_id uuid default null)
returns void language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.meta_project_members m
  using public.meta_projects p
  where p.id = m.project_id and m.organization_id is not null
    and (p.id = p_project_id or m.organization_id = p_org_id)
    and not exists (select from public.organization_members o
      where o.org_id = p.organization_id and o.org_id = m.organization_id and o.user_id = m.user_id and p.owner_id <> m.user_id);
  insert into public.meta_project_members as m (project_id, user_id, role, invited_by, organization_id)
  select p.id, o.user_id, case o.role when 'member' then g.default_project_role else 'owner' end, null, o.org_id
  from public.organization_members o
  join public.organizations g on g.id = o.org_id
  join public.meta_projects p on p.organization_id = o.org_id and p.owner_id <> o.user_id
  where o.org_id = p_org_id and (p_project_id is null or p.id = p_project_id)
  on conflict (project_id, user_id) do update set role = excluded.role
  where m.organization_id is not null and m.role <> excluded.role;
end
$$;

-- Members, settings and projects of an organization: whatever changed, its projects' members follow.
create or replace function private.follow_organization()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  perform private.sync_organization(
    (v_row ->> case tg_table_name when 'meta_projects' then 'organization_id' when 'organizations' then 'id' else 'org_id' end)::uuid,
    case tg_table_name when 'meta_projects' then (v_row ->> 'id')::uuid end);
  return null;
end
$$;

-- A role somebody is given in person no longer follows from the organization.
create or replace function private.keep_personal_role()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if pg_trigger_depth() = 1 then
    new.organization_id := null;
  end if;
  return new;
end
$$;

create or replace function private.found_organization()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.organization_members (org_id, user_id, role) values (new.id, new.owner_id, 'owner')
  on conflict (org_id, user_id) do update set role = 'owner';
  return null;
end
$$;

-- The last owner stays, as long as the organization and the account exist.
create or replace function private.keep_an_owner()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if old.role = 'owner' and (tg_op = 'DELETE' or new.role <> 'owner')
    and exists (select from public.organizations o where o.id = old.org_id)
    and exists (select from auth.users u where u.id = old.user_id)
  then
    -- Two owners who leave at the same moment take turns.
    perform from public.organizations o where o.id = old.org_id for update;
    if not exists (select from public.organization_members m where m.org_id = old.org_id and m.role = 'owner' and m.user_id <> old.user_id) then
      raise exception 'The last owner of an organization cannot leave it' using errcode = '23514',
        hint = 'Make somebody else owner first, or delete the organization.';
    end if;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

-- The account that answers for an organization is one of its owners: when it no longer is, the longest-standing takes over.
create or replace function private.hand_on_organization()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.organizations o set owner_id = m.user_id
  from (select x.user_id from public.organization_members x
    where x.org_id = old.org_id and x.role = 'owner' order by x.created_at, x.user_id limit 1) m
  where o.id = old.org_id and o.owner_id = old.user_id
    and not exists (select from public.organization_members x
      where x.org_id = o.id and x.user_id = o.owner_id and x.role = 'owner');
  return null;
end
$$;

-- An organization with another owner outlives the account that answers for it.
create or replace function private.leave_organizations()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.organization_members m
  where m.user_id = old.id and exists (select from public.organization_members o
    where o.org_id = m.org_id and o.role = 'owner' and o.user_id <> m.user_id);
  return old;
end
$$;

-- Only an owner of the project who belongs to the organization may put it there, and only an owner takes it out. Sees
-- every organization: to whom its own is hidden, it must not look deleted.
create or replace function private.check_organization()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- There is no old row on insert: its columns are null.
  if new.organization_id is not distinct from old.organization_id or private.is_service()
    -- A deleted organization leaves its projects to their owners.
    or (new.organization_id is null and not exists (select from public.organizations o where o.id = old.organization_id))
  then
    return new;
  elsif coalesce(current_setting('meta_agent.agent', true), '') <> '' then
    raise exception 'An agent may not share a project with an organization' using errcode = '42501';
  elsif tg_op = 'UPDATE' and not exists (select from private.project_ids('owner') p where p = new.id) then
    raise exception 'Only an owner of a project says which organization it belongs to' using errcode = '42501';
  elsif new.organization_id is not null and not exists (select from public.organization_members m
      where m.org_id = new.organization_id and m.user_id = (select auth.uid()))
  then
    raise exception 'Only who belongs to the organization may put a project there' using errcode = '42501';
  end if;
  return new;
end
$$;

-- Who belongs to an organization, with the names that members show each other and nobody else.
create or replace function private.organization_people(p_org_id uuid)
returns table (user_id uuid, email text, name text, role text, created_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select m.user_id, u.email, u.name, m.role, m.created_at
  from public.organization_members m join public.users u on u.id = m.user_id
  where m.org_id = p_org_id and (private.is_service() or m.org_id in (select private.organization_ids('member')))
$$;

create or replace function private.accept_invitation(p_token_hash text)
returns uuid language plpgsql volatile security definer set search_path = '' as $$
declare
  v_invitation public.organization_invitations;
begin
  update public.organization_invitations i set accepted_at = now()
  where i.token_hash = p_token_hash and i.accepted_at is null and i.expires_at > now()
    and exists (select from auth.users u where u.id = (select auth.uid()) and lower(u.email) = lower(i.email))
  returning * into v_invitation;
  if not found then
    raise exception 'This invitation does not exist, was used, has expired, or is for another address' using errcode = 'MA404',
      hint = 'Ask for a new one.';
  end if;
  insert into public.organization_members (org_id, user_id, role, invited_by)
  values (v_invitation.org_id, (select auth.uid()), v_invitation.role, v_invitation.invited_by)
  on conflict (org_id, user_id) do nothing;
  return v_invitation.org_id;
end
$$;

-- Joins the organization whose invitation has this token; returns its id. MA404 when there is none for the caller.
create or replace function public.accept_invitation(p_token_hash text)
returns uuid language sql volatile set search_path = '' as $$ select private.accept_invitation(p_token_hash) $$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger found_organization after insert or update of owner_id on public.organizations
  for each row execute function private.found_organization();
create or replace trigger follow_organization after update of default_project_role on public.organizations
  for each row execute function private.follow_organization();
create or replace trigger keep_an_owner before delete or update of role on public.organization_members
  for each row execute function private.keep_an_owner();
create or replace trigger hand_on_organization after delete or update of role, user_id on public.organization_members
  for each row when (old.role = 'owner') execute function private.hand_on_organization();
create or replace trigger leave_organizations before delete on auth.users
  for each row execute function private.leave_organizations();
create or replace trigger follow_organization after insert or delete or update of role, user_id on public.organization_members
  for each row execute function private.follow_organization();
create or replace trigger check_organization before insert or update of organization_id on public.meta_projects
  for each row execute function private.check_organization();
create or replace trigger follow_organization_of_new after insert on public.meta_projects
  for each row when (new.organization_id is not null) execute function private.follow_organization();
create or replace trigger follow_organization after update of organization_id, owner_id on public.meta_projects
  for each row when (old.organization_id is distinct from new.organization_id or old.owner_id <> new.owner_id)
  execute function private.follow_organization();
create or replace trigger keep_personal_role before update of role on public.meta_project_members
  for each row when (old.role <> new.role) execute function private.keep_personal_role();
create or replace trigger refuse_agents before insert or update or delete on public.organizations
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.organization_members
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.organization_invitations
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.organization_ids(text)', 'authenticated');
call private.declare_execute('private.sync_organization(uuid, uuid)');
call private.declare_execute('private.follow_organization()');
call private.declare_execute('private.found_organization()');
call private.declare_execute('private.keep_an_owner()');
call private.declare_execute('private.hand_on_organization()');
call private.declare_execute('private.leave_organizations()');
call private.declare_execute('private.check_organization()');
call private.declare_execute('private.organization_people(uuid)', 'authenticated');
call private.declare_execute('private.accept_invitation(text)', 'authenticated');
call private.declare_execute('public.accept_invitation(text)', 'authenticated');

-- Who answers for it is set once and then follows from its owners: an admin must not make themselves one.
call private.declare_access('public.organizations', 'special', 'owner_id', p_protected => '{billing_plan}');
call private.declare_access('public.organization_members', 'special', 'org_id');
call private.declare_access('public.organization_invitations', 'special', 'org_id', p_protected => '{accepted_at}',
  p_hidden => '{token_hash}');
call private.declare_reference('public.meta_project_members', 'organization_id', 'public.organizations');
-- The columns above came after these tables were declared.
call private.apply_access('public.meta_projects');
call private.apply_access('public.meta_project_members');

drop policy if exists "members may see their organization" on public.organizations;
create policy "members may see their organization" on public.organizations for select to authenticated
  using (owner_id = (select auth.uid()) or id = any (array(select private.organization_ids('member'))));
drop policy if exists "everybody may found an organization" on public.organizations;
create policy "everybody may found an organization" on public.organizations for insert to authenticated
  with check (owner_id = (select auth.uid()));
drop policy if exists "admins may change their organization" on public.organizations;
create policy "admins may change their organization" on public.organizations for update to authenticated
  using (id = any (array(select private.organization_ids('admin'))))
  with check (id = any (array(select private.organization_ids('admin'))));
drop policy if exists "owners may delete their organization" on public.organizations;
create policy "owners may delete their organization" on public.organizations for delete to authenticated
  using (id = any (array(select private.organization_ids('owner'))));

drop policy if exists "members may see each other" on public.organization_members;
create policy "members may see each other" on public.organization_members for select to authenticated
  using (org_id = any (array(select private.organization_ids('member'))));
drop policy if exists "admins may add members and owners anybody" on public.organization_members;
create policy "admins may add members and owners anybody" on public.organization_members for insert to authenticated
  with check (org_id = any (array(select private.organization_ids('owner')))
    or (role <> 'owner' and org_id = any (array(select private.organization_ids('admin')))));
drop policy if exists "admins may change members and owners anybody" on public.organization_members;
create policy "admins may change members and owners anybody" on public.organization_members for update to authenticated
  using (org_id = any (array(select private.organization_ids('owner')))
    or (role <> 'owner' and org_id = any (array(select private.organization_ids('admin')))))
  with check (org_id = any (array(select private.organization_ids('owner')))
    or (role <> 'owner' and org_id = any (array(select private.organization_ids('admin')))));
drop policy if exists "admins may remove members and everybody may leave" on public.organization_members;
create policy "admins may remove members and everybody may leave" on public.organization_members for delete to authenticated
  using (user_id = (select auth.uid()) or org_id = any (array(select private.organization_ids('owner')))
    or (role <> 'owner' and org_id = any (array(select private.organization_ids('admin')))));

do $$
declare
  v_action text;
begin
  foreach v_action in array array['select', 'insert', 'update', 'delete'] loop
    execute format('drop policy if exists %I on public.organization_invitations', 'admins may ' || v_action || ' invitations');
    execute format('create policy %I on public.organization_invitations for %s to authenticated %s',
      'admins may ' || v_action || ' invitations', v_action,
      case v_action when 'insert' then 'with check (org_id = any (array(select private.organization_ids(''admin''))))'
        when 'select' then 'using (org_id = any (array(select private.organization_ids(''admin''))) or (select private.is_admin()))'
        else 'using (org_id = any (array(select private.organization_ids(''admin''))))' end);
  end loop;
end
$$;
