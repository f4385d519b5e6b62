-- Research: a question becomes a cited report.
--
-- A research_session searches research_sources, scores their credibility (authority 40 %, recency 30 %, bias 30 %, each
-- with its reasons), extracts research_facts with the passages that say so (fact_sources), finds fact_contradictions,
-- builds a graph of knowledge_nodes and knowledge_relationships, proposes research_follow_ups and writes a
-- research_report, each sentence of which with a claim points to a passage (research_citations). research_events tell
-- what happens while it happens.
--
-- Flow (queue research): pending -> claim_work() -> researching -> analyzing -> synthesizing -> completed. checkpoint
-- holds what is done, so that another worker goes on where one was lost. A session and all below it belong to a person
-- and, when it is in a project, to its members. Counters are kept by trigger.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.research_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  query text not null check (btrim(query) <> ''),
  status text not null default 'pending' check (status in
    ('pending', 'researching', 'analyzing', 'synthesizing', 'paused', 'completed', 'failed', 'cancelled')),
  depth text not null default 'standard' check (depth in ('quick', 'standard', 'deep', 'exhaustive')),
  max_sources int not null default 20 check (max_sources between 1 and 500),
  include_academic boolean not null default true,
  include_news boolean not null default true,
  include_forums boolean not null default false,
  date_range_start timestamptz,
  date_range_end timestamptz,
  required_domains text[],
  excluded_domains text[],
  citation_style text not null default 'apa' check (citation_style in ('apa', 'mla', 'chicago', 'ieee')),
  generate_report boolean not null default true,
  report_format text not null default 'detailed' check (report_format in ('summary', 'detailed', 'academic')),
  plan jsonb not null default '[]',
  checkpoint jsonb not null default '{}',
  sources_searched int not null default 0,
  sources_used int not null default 0,
  facts_extracted int not null default 0,
  contradictions_found int not null default 0,
  total_tokens bigint not null default 0 check (total_tokens >= 0),
  cost_usd numeric(14, 6) not null default 0 check (cost_usd >= 0),
  duration_ms bigint not null default 0 check (duration_ms >= 0),
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz,
  check (date_range_end >= date_range_start)
);

comment on table public.research_sessions is 'Research queries and how far they are.';
comment on column public.research_sessions.plan is '[{"question": text, "done": boolean}].';
comment on column public.research_sessions.checkpoint is 'What is done, so that another worker can go on: an object.';
comment on column public.research_sessions.sources_searched is 'Sources found; kept by trigger, as the next three.';

create table if not exists public.research_sources (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  url text not null,
  title text not null,
  content text,
  snippet text,
  author text,
  publish_date timestamptz,
  source_type text not null default 'web' check (source_type in
    ('web', 'academic', 'news', 'forum', 'wikipedia', 'reddit', 'stackoverflow', 'arxiv', 'file')),
  provider text not null,
  authority_score float8 not null default 0.5 check (authority_score between 0 and 1),
  recency_score float8 not null default 0.5 check (recency_score between 0 and 1),
  bias_score float8 not null default 0.5 check (bias_score between 0 and 1),
  overall_credibility float8 not null default 0.5 check (overall_credibility between 0 and 1),
  score_reasons jsonb not null default '{}',
  is_processed boolean not null default false,
  is_used boolean not null default false,
  processing_error text,
  created_at timestamptz not null default now(),
  processed_at timestamptz,
  unique (session_id, url)
);

comment on table public.research_sources is 'Found sources with credibility.';
comment on column public.research_sources.source_type is 'file: one of the person''s own files.';
comment on column public.research_sources.bias_score is '0 balanced to 1 one-sided.';
comment on column public.research_sources.overall_credibility is
  '0.4 authority + 0.3 recency + 0.3 (1 - bias), set by trigger.';
comment on column public.research_sources.score_reasons is '{"authority": text, "recency": text, "bias": text}.';

create table if not exists public.research_facts (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  statement text not null check (btrim(statement) <> ''),
  context text,
  confidence float8 not null default 0.5 check (confidence between 0 and 1),
  verification_status text not null default 'unverified'
    check (verification_status in ('verified', 'unverified', 'contradicted', 'needs_review')),
  verification_count int not null default 0,
  idempotency_key text,
  extracted_at timestamptz not null default now()
);

comment on table public.research_facts is 'Extracted facts.';
comment on column public.research_facts.verification_count is 'Sources that state it, kept by trigger.';

create table if not exists public.fact_sources (
  fact_id uuid not null references public.research_facts (id) on delete cascade,
  source_id uuid not null references public.research_sources (id) on delete cascade,
  quote text,
  char_start int check (char_start >= 0),
  char_end int check (char_end >= char_start),
  primary key (fact_id, source_id)
);

comment on table public.fact_sources is 'Fact-source mapping, with the passage that says so.';
comment on column public.fact_sources.quote is 'The passage, word for word.';
comment on column public.fact_sources.char_start is 'Offset of the passage in the source''s content.';

create table if not exists public.fact_contradictions (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  fact_id_1 uuid not null references public.research_facts (id) on delete cascade,
  fact_id_2 uuid not null references public.research_facts (id) on delete cascade,
  explanation text,
  severity text not null default 'minor' check (severity in ('minor', 'moderate', 'major')),
  created_at timestamptz not null default now(),
  check (fact_id_1 <> fact_id_2)
);

comment on table public.fact_contradictions is 'Conflicting facts, each pair once.';

create table if not exists public.knowledge_nodes (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  entity text not null check (btrim(entity) <> ''),
  entity_type text not null check (entity_type in ('person', 'organization', 'concept', 'event', 'place', 'thing')),
  properties jsonb not null default '{}',
  importance float8 not null default 0.5 check (importance between 0 and 1),
  created_at timestamptz not null default now()
);

comment on table public.knowledge_nodes is 'Knowledge graph entities, each once in a session.';
comment on column public.knowledge_nodes.properties is 'What is known of it: {"name": value}.';

create table if not exists public.knowledge_relationships (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  source_node_id uuid not null references public.knowledge_nodes (id) on delete cascade,
  target_node_id uuid not null references public.knowledge_nodes (id) on delete cascade,
  relationship_type text not null,
  fact_id uuid references public.research_facts (id) on delete set null,
  properties jsonb not null default '{}',
  strength float8 not null default 0.5 check (strength between 0 and 1),
  created_at timestamptz not null default now(),
  unique (source_node_id, target_node_id, relationship_type)
);

comment on table public.knowledge_relationships is 'Entity connections.';
comment on column public.knowledge_relationships.fact_id is 'The fact that says so.';
comment on column public.knowledge_relationships.properties is 'What is known of it: {"name": value}.';

create table if not exists public.research_follow_ups (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  question text not null,
  rationale text,
  priority float8 not null default 0.5 check (priority between 0 and 1),
  status text not null default 'pending' check (status in ('pending', 'researched', 'skipped')),
  created_at timestamptz not null default now(),
  researched_at timestamptz,
  unique (session_id, question)
);

comment on table public.research_follow_ups is 'Suggested questions.';

create table if not exists public.research_reports (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null unique references public.research_sessions (id) on delete cascade,
  title text not null,
  abstract text,
  sections jsonb not null default '[]',
  key_findings text[] not null default '{}',
  limitations text[] not null default '{}',
  bibliography text[] not null default '{}',
  word_count int check (word_count >= 0),
  generated_at timestamptz not null default now()
);

comment on table public.research_reports is 'Generated reports, one for each session.';
comment on column public.research_reports.sections is '[{"title", "content", "citations": [ordinal]}].';
comment on column public.research_reports.bibliography is 'Entries in the session''s citation style.';

create table if not exists public.research_citations (
  id uuid primary key default gen_random_uuid(),
  report_id uuid not null references public.research_reports (id) on delete cascade,
  ordinal int not null check (ordinal > 0),
  sentence text not null,
  fact_id uuid references public.research_facts (id) on delete set null,
  source_id uuid references public.research_sources (id) on delete set null,
  quote text not null,
  unique (report_id, ordinal)
);

comment on table public.research_citations is 'Which passage each claim of a report rests on: [ordinal] in its text.';
comment on column public.research_citations.sentence is 'The claim, as the report words it.';
comment on column public.research_citations.quote is 'The passage; it stays when its source is removed.';

create table if not exists public.research_events (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.research_sessions (id) on delete cascade,
  sequence bigint not null generated always as identity,
  event_type text not null check (event_type in ('planned', 'searching', 'source_found', 'source_read', 'fact_extracted',
    'contradiction_detected', 'status_change', 'report_written', 'error', 'note')),
  event_data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.research_events is 'Progress, shown live. Removed with the session.';
comment on column public.research_events.sequence is 'Order of the events; a follower asks for those after the last it saw.';
comment on column public.research_events.event_data is 'What happened, by event_type: {"source_id", "title", …}.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_research_sessions_user_id on public.research_sessions (user_id, created_at desc);
create index if not exists idx_research_sessions_project_id on public.research_sessions (project_id);
create index if not exists idx_research_sources_credibility on public.research_sources (session_id, overall_credibility desc);
create index if not exists idx_research_facts_session_id on public.research_facts (session_id, confidence desc);
create unique index if not exists idx_research_facts_statement on public.research_facts (session_id, md5(lower(btrim(statement))));
create index if not exists idx_fact_sources_source_id on public.fact_sources (source_id);
create index if not exists idx_fact_contradictions_session_id on public.fact_contradictions (session_id);
create index if not exists idx_fact_contradictions_fact_1 on public.fact_contradictions (fact_id_1);
create index if not exists idx_fact_contradictions_fact_2 on public.fact_contradictions (fact_id_2);
create unique index if not exists idx_fact_contradictions_pair on public.fact_contradictions
  (least(fact_id_1, fact_id_2), greatest(fact_id_1, fact_id_2));
create unique index if not exists idx_knowledge_nodes_entity on public.knowledge_nodes (session_id, lower(entity), entity_type);
create index if not exists idx_knowledge_relationships_session_id on public.knowledge_relationships (session_id);
create index if not exists idx_knowledge_relationships_target_node on public.knowledge_relationships (target_node_id);
create index if not exists idx_knowledge_relationships_fact on public.knowledge_relationships (fact_id);
create index if not exists idx_research_citations_fact on public.research_citations (fact_id);
create index if not exists idx_research_citations_source on public.research_citations (source_id);
create index if not exists idx_research_events_session_id on public.research_events (session_id, sequence);

-- ------------------------------------------------------------------------------------------------ functions

-- Authority 40 %, recency 30 %, absence of bias 30 %; each 0 to 1.
create or replace function public.calculate_credibility_score(p_authority float8, p_recency float8, p_bias float8)
returns float8 language sql immutable set search_path = '' as $$
  select 0.4 * p_authority + 0.3 * p_recency + 0.3 * (1 - p_bias)
$$;

create or replace function private.score_source()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.overall_credibility := public.calculate_credibility_score(new.authority_score, new.recency_score, new.bias_score);
  return new;
end
$$;

-- Counters of a session, once per statement, over the sessions the statement touched.
create or replace function private.count_research()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Writers at once take turns here, so that each counts what those before it wrote.
  perform from public.research_sessions r where r.id in (select c.session_id from changed_rows c)
  order by r.id for no key update;
  update public.research_sessions r
  set sources_searched = (select count(*) from public.research_sources s where s.session_id = r.id),
      sources_used = (select count(*) from public.research_sources s where s.session_id = r.id and s.is_used),
      facts_extracted = (select count(*) from public.research_facts f where f.session_id = r.id),
      contradictions_found = (select count(*) from public.fact_contradictions c where c.session_id = r.id)
  where r.id in (select c.session_id from changed_rows c);
  return null;
end
$$;

-- A fact is stated by as many sources as are mapped to it; fact and source are of one session.
create or replace function private.count_fact_sources()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' and not exists (
    select from public.research_facts f join public.research_sources s on s.session_id = f.session_id
    where f.id = new.fact_id and s.id = new.source_id)
  then
    raise exception 'The fact and its source are not of one research' using errcode = '23503';
  end if;
  perform from public.research_facts f where f.id = case when tg_op = 'DELETE' then old.fact_id else new.fact_id end for no key update;
  update public.research_facts f
  set verification_count = (select count(*) from public.fact_sources s where s.fact_id = f.id)
  where f.id = case when tg_op = 'DELETE' then old.fact_id else new.fact_id end;
  return null;
end
$$;

create or replace function public.get_research_summary(p_session_id uuid)
returns table (session_id uuid, query text, status text, total_sources int, verified_facts int, contradictions int,
  top_sources jsonb)
language sql stable set search_path = '' as $$
  select r.id, r.query, r.status,
    (select count(*)::int from public.research_sources s where s.session_id = r.id),
    (select count(*)::int from public.research_facts f where f.session_id = r.id and f.verification_status = 'verified'),
    (select count(*)::int from public.fact_contradictions c where c.session_id = r.id),
    coalesce((
      select jsonb_agg(jsonb_build_object('id', t.id, 'title', t.title, 'url', t.url, 'credibility', t.overall_credibility)
        order by t.overall_credibility desc, t.id)
      from (
        select * from public.research_sources s where s.session_id = r.id and s.is_used
        order by s.overall_credibility desc, s.id limit 5
      ) t
    ), '[]')
  from public.research_sessions r where r.id = p_session_id
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger score_source before insert or update of authority_score, recency_score, bias_score, overall_credibility
  on public.research_sources for each row execute function private.score_source();
do $$
declare
  v_table text;
begin
  foreach v_table in array array['research_sources', 'research_facts', 'fact_contradictions'] loop
    execute format('create or replace trigger count_inserted after insert on public.%I referencing new table as changed_rows
      for each statement execute function private.count_research()', v_table);
    execute format('create or replace trigger count_updated after update on public.%I referencing new table as changed_rows
      for each statement execute function private.count_research()', v_table);
    execute format('create or replace trigger count_deleted after delete on public.%I referencing old table as changed_rows
      for each statement execute function private.count_research()', v_table);
  end loop;
end
$$;
create or replace trigger count_fact_sources after insert or delete on public.fact_sources
  for each row execute function private.count_fact_sources();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('research', 'public.research_sessions', 'researching', 'failed', 'error_message',
  't.status in (''pending'', ''researching'', ''analyzing'', ''synthesizing'')');

call private.declare_execute('private.count_research()');
call private.declare_execute('private.count_fact_sources()');
call private.declare_execute('public.calculate_credibility_score(float8, float8, float8)', 'authenticated');
call private.declare_execute('public.get_research_summary(uuid)', 'authenticated');

call private.declare_access('public.research_sessions', 'owner_or_project', p_protected => '{sources_searched, sources_used,
  facts_extracted, contradictions_found, total_tokens, cost_usd, duration_ms, checkpoint, error_message}');
call private.declare_child('public.research_sources', 'session_id', 'public.research_sessions', p_protected => '{overall_credibility}');
call private.declare_child('public.research_facts', 'session_id', 'public.research_sessions', p_protected => '{verification_count}');
call private.declare_access('public.fact_sources', 'child', 'fact_id', p_parent => 'public.research_facts');
call private.declare_access('public.fact_contradictions', 'child', 'session_id', p_parent => 'public.research_sessions');
call private.declare_access('public.knowledge_nodes', 'child', 'session_id', p_parent => 'public.research_sessions');
call private.declare_access('public.knowledge_relationships', 'child', 'session_id', p_parent => 'public.research_sessions');
call private.declare_access('public.research_follow_ups', 'child', 'session_id', p_parent => 'public.research_sessions');
call private.declare_access('public.research_reports', 'child', 'session_id', p_parent => 'public.research_sessions');
call private.declare_access('public.research_citations', 'child', 'report_id', p_parent => 'public.research_reports');
call private.declare_child('public.research_events', 'session_id', 'public.research_sessions', p_actions => '{select}');
call private.declare_reference('public.fact_sources', 'source_id', 'public.research_sources');
call private.declare_reference('public.fact_contradictions', 'fact_id_1', 'public.research_facts', 'session_id');
call private.declare_reference('public.fact_contradictions', 'fact_id_2', 'public.research_facts', 'session_id');
call private.declare_reference('public.knowledge_relationships', 'source_node_id', 'public.knowledge_nodes', 'session_id');
call private.declare_reference('public.knowledge_relationships', 'target_node_id', 'public.knowledge_nodes', 'session_id');
call private.declare_reference('public.knowledge_relationships', 'fact_id', 'public.research_facts', 'session_id');
call private.declare_reference('public.research_citations', 'fact_id', 'public.research_facts');
call private.declare_reference('public.research_citations', 'source_id', 'public.research_sources');
call private.declare_events('public.research_sessions', 'research_session');
call private.declare_events('public.research_events', 'research_event', 'session_id');
