-- Themes: how the console looks, for a person or an organization.
--
-- A theme is a set of design tokens for light and dark; two come with the system. user_themes is each person's choice,
-- organization_themes an organization's branding, which its members see unless they chose their own: get_theme() answers
-- with the one in force.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.themes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  tokens jsonb not null check (jsonb_typeof(tokens) = 'object'),
  custom_css text check (length(custom_css) <= 50000),
  visibility text not null default 'private' check (visibility in ('private', 'public')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (user_id, name)
);

comment on table public.themes is 'Looks of the console.';
comment on column public.themes.tokens is '{"light": {"token": value}, "dark": {…}}: colours, radii, fonts.';
comment on column public.themes.custom_css is 'Applied only for whoever wrote it: another''s CSS could mislead.';

create table if not exists public.user_themes (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  theme_id uuid references public.themes (id) on delete set null,
  mode text not null default 'system' check (mode in ('light', 'dark', 'system')),
  updated_at timestamptz not null default now()
);

comment on table public.user_themes is 'Each person''s choice.';
comment on column public.user_themes.theme_id is 'Null: the organization''s, or the system''s.';

create table if not exists public.organization_themes (
  org_id uuid primary key references public.organizations (id) on delete cascade,
  theme_id uuid not null references public.themes (id) on delete cascade,
  logo_path text,
  product_name text,
  updated_at timestamptz not null default now()
);

comment on table public.organization_themes is 'Branding of organizations.';
comment on column public.organization_themes.logo_path is 'Name in the bucket user-uploads.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_user_themes_theme on public.user_themes (theme_id);
create index if not exists idx_organization_themes_theme on public.organization_themes (theme_id);

-- ------------------------------------------------------------------------------------------------ functions

-- Members see the theme their organization chose, whoever made it.
create or replace function private.branding()
returns table (theme_id uuid, tokens jsonb, logo_path text, product_name text)
language sql stable security definer set search_path = '' as $$
  select t.id, t.tokens, o.logo_path, o.product_name
  from public.organization_members m
  join public.organization_themes o on o.org_id = m.org_id
  join public.themes t on t.id = o.theme_id
  where m.user_id = (select auth.uid())
  order by m.created_at limit 1
$$;

-- The theme in force for the caller: their own choice, else their organization's, else the system's first.
create or replace function public.get_theme()
returns table (theme_id uuid, tokens jsonb, mode text, logo_path text, product_name text)
language sql stable set search_path = '' as $$
  select coalesce(own.id, b.theme_id, s.id), coalesce(own.tokens, b.tokens, s.tokens), coalesce(u.mode, 'system'),
    b.logo_path, b.product_name
  from (select 1) one
  left join public.user_themes u on u.user_id = (select auth.uid())
  left join public.themes own on own.id = u.theme_id
  left join private.branding() b on true
  left join lateral (select t.id, t.tokens from public.themes t where t.is_system order by t.name limit 1) s on true
$$;

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.branding()', 'authenticated');
call private.declare_execute('public.get_theme()', 'authenticated');

call private.declare_access('public.themes', 'public', p_public => 'visibility');
call private.declare_access('public.user_themes', 'owner');
call private.declare_access('public.organization_themes', 'special', 'org_id');
call private.declare_reference('public.user_themes', 'theme_id', 'public.themes');
call private.declare_reference('public.organization_themes', 'theme_id', 'public.themes');

drop policy if exists "members may see their organization's theme" on public.organization_themes;
create policy "members may see their organization's theme" on public.organization_themes for select to authenticated
  using (org_id = any (array(select private.organization_ids('member'))));
do $$
declare
  v_action text;
begin
  foreach v_action in array array['insert', 'update', 'delete'] loop
    execute format('drop policy if exists %I on public.organization_themes', 'admins may ' || v_action || ' the theme');
    execute format('create policy %I on public.organization_themes for %s to authenticated %s', 'admins may ' || v_action || ' the theme',
      v_action, case v_action when 'insert' then 'with check (org_id = any (array(select private.organization_ids(''admin''))))'
        else 'using (org_id = any (array(select private.organization_ids(''admin''))))' end);
  end loop;
end
$$;

-- ---------------------------------------------------------------------------------------------------- seeds

insert into public.themes as t (user_id, name, tokens) values
  (null, 'Default', '{"light": {"accent": "#4f46e5", "background": "#ffffff", "foreground": "#111827", "radius": "8px"}, "dark": {"accent": "#818cf8", "background": "#0b0f19", "foreground": "#e5e7eb", "radius": "8px"}}'),
  (null, 'High contrast', '{"light": {"accent": "#0000c8", "background": "#ffffff", "foreground": "#000000", "radius": "4px"}, "dark": {"accent": "#ffd400", "background": "#000000", "foreground": "#ffffff", "radius": "4px"}}')
on conflict (user_id, name) do update set tokens = excluded.tokens where t.tokens is distinct from excluded.tokens;
