-- Feedback: ratings, reviews and reports.
--
-- A rating is one person's vote of 1 to 5 on one thing (a listing, skill, persona, agent, prompt or workflow) that they
-- can see and that is not their own; voting again changes the vote. A review is the text to a rating; review_votes say
-- who found it helpful. rating_summaries hold count, average and histogram of each thing, kept by trigger from the votes
-- themselves, and copied to the thing where it has columns for them. reports tell administrators of what breaks the
-- rules, one open report for each person and thing.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.ratings (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  target_type text not null check (target_type in ('listing', 'skill', 'persona', 'agent', 'prompt', 'workflow')),
  target_id uuid not null,
  rating int not null check (rating between 1 and 5),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, target_type, target_id)
);

comment on table public.ratings is 'Votes, one for each person and thing; who voted what is theirs to know.';

create table if not exists public.reviews (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  rating_id uuid not null unique references public.ratings (id) on delete cascade,
  target_type text not null,
  target_id uuid not null,
  title text,
  body text not null check (btrim(body) <> '' and length(body) <= 10000),
  is_visible boolean not null default true,
  helpful_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.reviews is 'Texts to ratings, for everybody to read.';
comment on column public.reviews.target_type is 'The rating''s, set by trigger, as target_id.';
comment on column public.reviews.is_visible is 'False once an administrator hid it.';
comment on column public.reviews.helpful_count is 'Kept by trigger.';

create table if not exists public.review_votes (
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  review_id uuid not null references public.reviews (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, review_id)
);

comment on table public.review_votes is 'Who found which review helpful.';

create table if not exists public.rating_summaries (
  target_type text not null,
  target_id uuid not null,
  rating_count int not null default 0,
  rating_average numeric(3, 2) not null default 0,
  histogram int[] not null default '{0,0,0,0,0}',
  updated_at timestamptz not null default now(),
  primary key (target_type, target_id)
);

comment on table public.rating_summaries is 'Count and average of the votes on a thing, kept by trigger.';
comment on column public.rating_summaries.histogram is 'Votes of 1, 2, 3, 4 and 5.';

create table if not exists public.reports (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  target_type text not null check (target_type in ('listing', 'skill', 'persona', 'agent', 'prompt', 'workflow', 'review', 'image',
    'video', 'message', 'user')),
  target_id uuid not null,
  reason text not null check (reason in ('spam', 'abuse', 'copyright', 'malware', 'privacy', 'other')),
  details text check (length(details) <= 10000),
  status text not null default 'open' check (status in ('open', 'resolved', 'dismissed')),
  resolution text,
  resolved_by uuid references auth.users (id) on delete set null,
  resolved_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table public.reports is 'What somebody found to break the rules.';
comment on column public.reports.resolution is 'What was done about it.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_ratings_target on public.ratings (target_type, target_id);
create index if not exists idx_reviews_user on public.reviews (user_id);
create index if not exists idx_reviews_target on public.reviews (target_type, target_id, helpful_count desc);
create index if not exists idx_review_votes_review on public.review_votes (review_id);
create unique index if not exists idx_reports_open on public.reports (user_id, target_type, target_id) where status = 'open';
create index if not exists idx_reports_user on public.reports (user_id);
create index if not exists idx_reports_status on public.reports (created_at) where status = 'open';
create index if not exists idx_reports_resolved_by on public.reports (resolved_by);

-- ------------------------------------------------------------------------------------------------ functions

-- Owner of a thing that can be rated, if the caller can see it. Runs as the caller.
create or replace function private.rating_target(p_target_type text, p_target_id uuid, out owner_id uuid, out is_there boolean)
language plpgsql stable set search_path = '' as $$
begin
  case p_target_type
    when 'listing' then select l.publisher_id, true into owner_id, is_there from public.marketplace_listings l where l.id = p_target_id;
    when 'skill' then select s.creator_id, true into owner_id, is_there from public.skills s where s.id = p_target_id;
    when 'persona' then select p.creator_id, true into owner_id, is_there from public.personas p where p.id = p_target_id;
    when 'agent' then select a.user_id, true into owner_id, is_there from public.custom_agents a where a.id = p_target_id;
    when 'prompt' then select p.user_id, true into owner_id, is_there from public.prompt_library p where p.id = p_target_id;
    when 'workflow' then select w.user_id, true into owner_id, is_there from public.meta_workflows w where w.id = p_target_id;
  end case;
end
$$;

create or replace function private.check_rating()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_target record;
begin
  select * into v_target from private.rating_target(new.target_type, new.target_id);
  if v_target.is_there is null then
    raise exception 'What is rated does not exist' using errcode = '23503';
  elsif v_target.owner_id = new.user_id then
    raise exception 'Nobody rates their own work' using errcode = '23514';
  end if;
  return new;
end
$$;

-- Counts the votes of a thing anew: a sum kept by adding and subtracting would drift.
create or replace function private.summarise_ratings()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_type text := case when tg_op = 'DELETE' then old.target_type else new.target_type end;
  v_id uuid := case when tg_op = 'DELETE' then old.target_id else new.target_id end;
  v_summary public.rating_summaries;
begin
  -- The lock makes concurrent voters on one thing take turns, so that the last count sees every vote.
  perform pg_advisory_xact_lock(hashtextextended('ratings of ' || v_type || v_id, 0));
  insert into public.rating_summaries as s (target_type, target_id, rating_count, rating_average, histogram)
  select v_type, v_id, count(*), coalesce(avg(r.rating), 0), array[count(*) filter (where r.rating = 1),
    count(*) filter (where r.rating = 2), count(*) filter (where r.rating = 3), count(*) filter (where r.rating = 4),
    count(*) filter (where r.rating = 5)]
  from public.ratings r where r.target_type = v_type and r.target_id = v_id
  on conflict (target_type, target_id) do update set rating_count = excluded.rating_count,
    rating_average = excluded.rating_average, histogram = excluded.histogram
  returning * into v_summary;
  if v_type = 'listing' then
    update public.marketplace_listings l set rating_average = v_summary.rating_average, rating_count = v_summary.rating_count
    where l.id = v_id;
  elsif v_type = 'skill' then
    update public.skills s set rating = v_summary.rating_average where s.id = v_id;
  end if;
  return null;
end
$$;

-- A review is to the writer's own rating.
create or replace function private.place_review()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select r.user_id, r.target_type, r.target_id into new.user_id, new.target_type, new.target_id
  from public.ratings r where r.id = new.rating_id and (r.user_id = (select auth.uid()) or private.is_service());
  if not found then
    raise exception 'A review needs a rating of one''s own' using errcode = '23503', hint = 'Rate it first.';
  end if;
  return new;
end
$$;

create or replace function private.count_helpful()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Writers at once take turns here, so that each counts what those before it wrote.
  perform from public.reviews r where r.id = case when tg_op = 'DELETE' then old.review_id else new.review_id end for no key update;
  update public.reviews r
  set helpful_count = (select count(*) from public.review_votes v where v.review_id = r.id)
  where r.id = case when tg_op = 'DELETE' then old.review_id else new.review_id end;
  return null;
end
$$;

create or replace function private.stamp_report()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.resolved_at := case when new.status <> 'open' then now() end;
  new.resolved_by := case when new.status <> 'open' then (select auth.uid()) end;
  return new;
end
$$;

-- Votes on a thing go with it. The argument is the target type.
create or replace function private.forget_ratings()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.ratings r where r.target_type = tg_argv[0] and r.target_id = old.id;
  delete from public.rating_summaries s where s.target_type = tg_argv[0] and s.target_id = old.id;
  return null;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger check_rating before insert or update of target_type, target_id on public.ratings
  for each row execute function private.check_rating();
create or replace trigger summarise_ratings after insert or delete or update of rating on public.ratings
  for each row execute function private.summarise_ratings();
create or replace trigger place_review before insert or update of rating_id, target_type, target_id on public.reviews
  for each row execute function private.place_review();
create or replace trigger count_helpful after insert or delete on public.review_votes
  for each row execute function private.count_helpful();
create or replace trigger stamp_report before update of status on public.reports
  for each row execute function private.stamp_report();
create or replace trigger forget_ratings after delete on public.marketplace_listings
  for each row execute function private.forget_ratings('listing');
create or replace trigger forget_ratings after delete on public.skills for each row execute function private.forget_ratings('skill');
create or replace trigger forget_ratings after delete on public.personas for each row execute function private.forget_ratings('persona');
create or replace trigger forget_ratings after delete on public.custom_agents for each row execute function private.forget_ratings('agent');
create or replace trigger forget_ratings after delete on public.prompt_library for each row execute function private.forget_ratings('prompt');
create or replace trigger forget_ratings after delete on public.meta_workflows for each row execute function private.forget_ratings('workflow');

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.rating_target(text, uuid)', 'authenticated');
call private.declare_execute('private.summarise_ratings()');
call private.declare_execute('private.count_helpful()');
call private.declare_execute('private.forget_ratings()');

call private.declare_access('public.ratings', 'owner');
call private.declare_access('public.reviews', 'public', p_public => 'is_visible',
  p_protected => '{target_type, target_id, is_visible, helpful_count}');
call private.declare_access('public.review_votes', 'owner');
call private.declare_access('public.rating_summaries', 'catalog', p_actions => '{select}');
call private.declare_access('public.reports', 'special', 'user_id', p_protected => '{resolved_by, resolved_at}');
call private.declare_reference('public.review_votes', 'review_id', 'public.reviews');

drop policy if exists "people may see their reports and administrators all" on public.reports;
create policy "people may see their reports and administrators all" on public.reports for select to authenticated
  using (user_id = any (array(select private.readable_user_ids())));
drop policy if exists "everybody may report" on public.reports;
create policy "everybody may report" on public.reports for insert to authenticated
  with check (user_id = (select auth.uid()) and status = 'open' and resolution is null);
drop policy if exists "administrators may resolve reports" on public.reports;
create policy "administrators may resolve reports" on public.reports for update to authenticated
  using ((select private.is_admin())) with check ((select private.is_admin()));
drop policy if exists "people may take open reports back" on public.reports;
create policy "people may take open reports back" on public.reports for delete to authenticated
  using (user_id = (select auth.uid()) and status = 'open');
