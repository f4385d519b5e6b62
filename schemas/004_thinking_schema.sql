-- Thinking: reasoning as a stored tree.
--
-- A thinking_session answers a query by growing thought_nodes from one root; thinking_templates steer it step by step;
-- bookmarked_thoughts are what people keep. A node has a type, a confidence, a critique in its reasoning, and the
-- alternatives that were weighed; thought_links join nodes across the tree (a synthesis merges branches, a revision
-- replaces a thought), so that the tree is also a graph.
--
-- Flow: insert a session (status thinking) -> a worker claims it (queue thinking), inserts nodes, moves
-- current_node_id -> completed with final_conclusion. paused stops it; setting thinking again goes on; setting
-- current_node_id to an older node branches from there. Depth and place of a node are given by trigger and never
-- change, so that a tree has no cycle. Nodes carry owner and project of their session.
-- 020_advanced_settings.sql adds the metrics of reasoning (inflections, reflections, turns) to the session.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.thinking_templates (
  id text primary key default gen_random_uuid()::text,
  user_id uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (user_id is null) stored,
  name text not null check (btrim(name) <> ''),
  description text not null default '',
  steps jsonb not null check (jsonb_typeof(steps) = 'array'),
  category text not null default 'general',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.thinking_templates is 'Pre-built reasoning frameworks, and people''s own.';
comment on column public.thinking_templates.steps is
  '[{"order": int, "type": node type, "prompt": text, "minConfidence": 0 to 100}].';

create table if not exists public.thinking_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  template_id text references public.thinking_templates (id) on delete set null,
  query text not null check (btrim(query) <> ''),
  root_node_id uuid,
  current_node_id uuid,
  config jsonb not null default '{}',
  status text not null default 'thinking' check (status in ('thinking', 'paused', 'completed', 'error', 'cancelled')),
  stats jsonb not null default '{}',
  final_conclusion text,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  completed_at timestamptz
);

comment on table public.thinking_sessions is 'Reasoning sessions: a question and the tree of thoughts about it.';
comment on column public.thinking_sessions.root_node_id is 'The first node, set by trigger.';
comment on column public.thinking_sessions.current_node_id is 'Where thinking goes on; an older node branches.';
comment on column public.thinking_sessions.config is
  '{"strategy": "chain" | "tree" | "graph", "maxDepth", "beamWidth", "model_tier", …}.';
comment on column public.thinking_sessions.stats is 'Last result of calculate_session_stats().';

create table if not exists public.thought_nodes (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.thinking_sessions (id) on delete cascade,
  parent_id uuid references public.thought_nodes (id) on delete cascade,
  content text not null,
  type text not null check (type in ('observation', 'hypothesis', 'analysis', 'critique', 'conclusion', 'question',
    'evidence', 'alternative', 'synthesis')),
  confidence int not null check (confidence between 0 and 100),
  depth int not null default 0 check (depth >= 0),
  metadata jsonb not null default '{}',
  status text not null default 'exploring'
    check (status in ('exploring', 'completed', 'abandoned', 'bookmarked', 'revised')),
  reasoning text,
  alternatives jsonb not null default '[]',
  created_at timestamptz not null default clock_timestamp()
);

comment on table public.thought_nodes is 'Individual thoughts in tree structure.';
comment on column public.thought_nodes.parent_id is 'The thought it follows from; never changes.';
comment on column public.thought_nodes.confidence is 'Per cent.';
comment on column public.thought_nodes.depth is 'Steps from the root, set by trigger.';
comment on column public.thought_nodes.reasoning is 'Why, and the critique of it.';
comment on column public.thought_nodes.alternatives is '[{"content": text, "confidence": int}]: weighed, not taken.';

create table if not exists public.thought_links (
  from_node_id uuid not null references public.thought_nodes (id) on delete cascade,
  to_node_id uuid not null references public.thought_nodes (id) on delete cascade,
  kind text not null check (kind in ('merges', 'revises', 'supports', 'contradicts')),
  created_at timestamptz not null default now(),
  primary key (from_node_id, to_node_id, kind),
  check (from_node_id <> to_node_id)
);

comment on table public.thought_links is 'Relations of thoughts across the tree: from merges (revises, …) to.';

create table if not exists public.bookmarked_thoughts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  session_id uuid not null references public.thinking_sessions (id) on delete cascade,
  node_id uuid not null references public.thought_nodes (id) on delete cascade,
  note text,
  created_at timestamptz not null default now(),
  unique (user_id, node_id)
);

comment on table public.bookmarked_thoughts is 'Saved thought branches, each person''s own.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_thinking_templates_user on public.thinking_templates (user_id);
create index if not exists idx_thinking_sessions_user_project on public.thinking_sessions (user_id, project_id);
create index if not exists idx_thinking_sessions_project_id on public.thinking_sessions (project_id);
create index if not exists idx_thinking_sessions_created_at on public.thinking_sessions (user_id, created_at desc);
create index if not exists idx_thinking_sessions_template on public.thinking_sessions (template_id);
create index if not exists idx_thought_nodes_session_depth on public.thought_nodes (session_id, depth);
create index if not exists idx_thought_nodes_parent_id on public.thought_nodes (parent_id);
create index if not exists idx_thought_links_to on public.thought_links (to_node_id);
create index if not exists idx_bookmarked_thoughts_session_id on public.bookmarked_thoughts (session_id);
create index if not exists idx_bookmarked_thoughts_node_id on public.bookmarked_thoughts (node_id);

call private.declare_foreign_key('public.thinking_sessions', 'root_node_id', 'public.thought_nodes', 'set null');
call private.declare_foreign_key('public.thinking_sessions', 'current_node_id', 'public.thought_nodes', 'set null');

-- ------------------------------------------------------------------------------------------------ functions

-- A node keeps its place; its parent is a node of the same session, one step nearer to the root.
create or replace function private.place_thought()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    new.session_id := old.session_id;
    new.parent_id := old.parent_id;
    new.depth := old.depth;
    return new;
  end if;
  new.depth := 0;
  if new.parent_id is not null then
    select n.depth + 1 into new.depth from public.thought_nodes n
    where n.id = new.parent_id and n.session_id = new.session_id;
    if not found then
      raise exception 'The thought it follows from is not in this session' using errcode = '23503';
    end if;
  end if;
  return new;
end
$$;

-- On node change the session is touched, once per statement; the first node becomes its root.
create or replace function private.update_thinking_session_timestamp()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.thinking_sessions s
  set updated_at = now(), root_node_id = coalesce(s.root_node_id, c.root), current_node_id = coalesce(s.current_node_id, c.root)
  from (
    select n.session_id, (array_agg(n.id order by n.created_at) filter (where n.parent_id is null))[1] as root
    from changed_nodes n group by n.session_id
  ) c
  where s.id = c.session_id;
  return null;
end
$$;

-- From the root to a node.
create or replace function public.get_thinking_path(p_node_id uuid)
returns table (id uuid, parent_id uuid, content text, type text, confidence int, depth int, status text, reasoning text,
  created_at timestamptz)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
begin
  -- In plpgsql, whose plans are kept for the session: planning under row-level security takes longer than the walk.
  return query
  with recursive path as (
    select n.id, n.parent_id, n.content, n.type, n.confidence, n.depth, n.status, n.reasoning, n.created_at
    from public.thought_nodes n where n.id = p_node_id
    union all
    select n.id, n.parent_id, n.content, n.type, n.confidence, n.depth, n.status, n.reasoning, n.created_at
    from path p join public.thought_nodes n on n.id = p.parent_id
  )
  select * from path p order by p.depth;
end
$$;

-- A node and all its descendants, nearest first; children are the ids of the next step.
create or replace function public.get_thinking_subtree(p_node_id uuid)
returns table (id uuid, parent_id uuid, content text, type text, confidence int, depth int, status text, children jsonb,
  created_at timestamptz)
language sql stable set search_path = '' as $$
  with recursive subtree as (
    select n.* from public.thought_nodes n where n.id = p_node_id
    union all
    select n.* from subtree s join public.thought_nodes n on n.parent_id = s.id
  ), families as (
    select s.parent_id, jsonb_agg(s.id order by s.created_at) as children
    from subtree s where s.id <> p_node_id group by s.parent_id
  )
  select s.id, s.parent_id, s.content, s.type, s.confidence, s.depth, s.status, coalesce(f.children, '[]'), s.created_at
  from subtree s left join families f on f.parent_id = s.id
  order by s.depth, s.created_at
$$;

create or replace function public.calculate_session_stats(p_session_id uuid)
returns jsonb language sql stable set search_path = '' as $$
  with nodes as materialized (
    select n.type, n.status, n.depth, n.confidence from public.thought_nodes n where n.session_id = p_session_id
  )
  select jsonb_build_object(
    'totalNodes', count(*),
    'maxDepth', coalesce(max(n.depth), 0),
    'avgConfidence', coalesce(round(avg(n.confidence), 2), 0),
    'nodesByType', coalesce((select jsonb_object_agg(g.type, g.n)
      from (select m.type, count(*) as n from nodes m group by m.type) g), '{}'),
    'nodesByStatus', coalesce((select jsonb_object_agg(g.status, g.n)
      from (select m.status, count(*) as n from nodes m group by m.status) g), '{}'),
    'highConfidenceNodes', count(*) filter (where n.confidence >= 80),
    'lowConfidenceNodes', count(*) filter (where n.confidence < 60),
    'bookmarkedNodes', (select count(distinct b.node_id) from public.bookmarked_thoughts b where b.session_id = p_session_id))
  from nodes n
$$;

-- Quality branches: paths from a root to a leaf, without abandoned or revised thoughts, that are at least p_min_depth
-- steps long and whose average confidence is at least p_min_confidence; best first. node_id is the leaf.
create or replace function public.find_high_confidence_branches(
  p_session_id uuid, p_min_confidence int default 80, p_min_depth int default 3
)
returns table (node_id uuid, path_text text, avg_confidence numeric, max_depth int)
language sql stable set search_path = '' as $$
  with recursive branches as (
    select n.id, n.depth, n.confidence::numeric as total
    from public.thought_nodes n
    where n.session_id = p_session_id and n.parent_id is null and n.status not in ('abandoned', 'revised')
    union all
    select n.id, n.depth, b.total + n.confidence
    from branches b join public.thought_nodes n on n.parent_id = b.id and n.status not in ('abandoned', 'revised')
  ), good as materialized (
    select b.id, b.depth, b.total / (b.depth + 1) as average
    from branches b
    where b.depth >= p_min_depth and b.total / (b.depth + 1) >= p_min_confidence
      and not exists (select from public.thought_nodes c
        where c.parent_id = b.id and c.status not in ('abandoned', 'revised'))
  )
  select g.id, (select string_agg(p.content, ' -> ' order by p.depth) from public.get_thinking_path(g.id) p),
    round(g.average, 2), g.depth
  from good g
  order by g.average desc, g.depth desc, g.id
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger place_thought before insert or update of session_id, parent_id, depth on public.thought_nodes
  for each row execute function private.place_thought();
create or replace trigger trigger_update_session_on_node_insert after insert on public.thought_nodes
  referencing new table as changed_nodes for each statement execute function private.update_thinking_session_timestamp();
create or replace trigger trigger_update_session_on_node_change after update on public.thought_nodes
  referencing new table as changed_nodes for each statement execute function private.update_thinking_session_timestamp();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_work('thinking', 'public.thinking_sessions', 'thinking', 'error', 'error_message', 't.status = ''thinking''');

call private.declare_execute('private.update_thinking_session_timestamp()');
call private.declare_execute('public.get_thinking_path(uuid)', 'authenticated');
call private.declare_execute('public.get_thinking_subtree(uuid)', 'authenticated');
call private.declare_execute('public.calculate_session_stats(uuid)', 'authenticated');
call private.declare_execute('public.find_high_confidence_branches(uuid, int, int)', 'authenticated');

call private.declare_access('public.thinking_templates', 'owner');
-- The metrics among these come with 020.
call private.declare_access('public.thinking_sessions', 'owner_or_project', p_protected => '{stats, root_node_id, error_message,
  inflection_count, reflection_count, turn_count, thinking_tokens, output_tokens, cost_usd, initial_confidence,
  final_confidence, thinking_duration_ms, total_duration_ms, thought_stream}');
call private.declare_child('public.thought_nodes', 'session_id', 'public.thinking_sessions', p_protected => '{depth}');
call private.declare_access('public.thought_links', 'child', 'from_node_id', p_parent => 'public.thought_nodes');
call private.declare_access('public.bookmarked_thoughts', 'owner');
call private.declare_reference('public.thinking_sessions', 'template_id', 'public.thinking_templates');
call private.declare_reference('public.thinking_sessions', 'current_node_id', 'public.thought_nodes');
call private.declare_reference('public.thought_links', 'to_node_id', 'public.thought_nodes');
call private.declare_reference('public.bookmarked_thoughts', 'session_id', 'public.thinking_sessions');
call private.declare_reference('public.bookmarked_thoughts', 'node_id', 'public.thought_nodes', 'session_id');
call private.declare_events('public.thinking_sessions', 'thinking_session');
call private.declare_events('public.thought_nodes', 'thought', 'session_id');

-- ---------------------------------------------------------------------------------------------------- seeds

insert into public.thinking_templates (id, user_id, name, description, category, steps)
select t.id, null, t.name, t.description, t.category, (
  select jsonb_agg(jsonb_build_object('order', s.n, 'type', s.step[1], 'minConfidence', s.step[2]::int, 'prompt', s.step[3])
    order by s.n)
  from (select n, string_to_array(line, '|') as step from unnest(t.steps) with ordinality u (line, n)) s)
from (values
  ('problem-solving', 'Problem Solving', 'From what is known to a tested solution.', 'general', array[
    'observation|70|State the problem and the facts that are known.',
    'analysis|65|Find the causes and the constraints.',
    'hypothesis|60|Propose solutions that fit the constraints.',
    'analysis|70|Compare the solutions by cost, risk and effect.',
    'critique|65|Say what could go wrong with the best one.',
    'conclusion|75|Recommend a solution and its first step.']),
  ('code-review', 'Code Review', 'Reads a change as its next maintainer would.', 'development', array[
    'observation|80|Say what the code does and what the change is meant to do.',
    'analysis|70|Check that it is right: edge cases, errors, concurrency.',
    'analysis|75|Check security: input, rights, secrets.',
    'analysis|65|Check performance and what it costs at scale.',
    'critique|70|Judge clarity, structure and tests.',
    'conclusion|75|List what must change, what could, and what is good.']),
  ('research', 'Research Analysis', 'From a question to an answer with evidence.', 'analysis', array[
    'question|75|Make the question precise and say what would answer it.',
    'hypothesis|65|State possible answers.',
    'evidence|70|Gather evidence for and against each, with its source.',
    'analysis|70|Weigh the evidence by its quality.',
    'critique|65|Look for gaps, bias and other explanations.',
    'conclusion|75|Answer, with the confidence the evidence allows.']),
  ('creative', 'Creative Ideation', 'Many ideas first, judgement later.', 'creative', array[
    'observation|70|Describe the brief, the audience and the limits.',
    'hypothesis|50|Produce many different ideas without judging them.',
    'synthesis|60|Combine ideas into a few strong concepts.',
    'analysis|65|Test each concept against the brief.',
    'critique|70|Name the weakness of each and how to mend it.',
    'conclusion|75|Choose a concept and describe it fully.']),
  ('debugging', 'Systematic Debugging', 'Finds the cause before it changes anything.', 'development', array[
    'observation|80|Describe the symptom, how to reproduce it, and what changed.',
    'analysis|70|Narrow down where it happens.',
    'hypothesis|65|List possible causes, most likely first.',
    'evidence|75|Test the causes, one observation each.',
    'conclusion|80|Name the cause and the correction.',
    'critique|85|Check that the correction works, breaks nothing and is tested.']),
  ('decision-making', 'Decision Analysis', 'Chooses between options by stated criteria.', 'analysis', array[
    'observation|75|State the decision, its context and its deadline.',
    'analysis|70|Set the criteria and their weights.',
    'hypothesis|65|List the options.',
    'analysis|70|Rate each option by each criterion.',
    'critique|65|Ask what would make the best option wrong.',
    'conclusion|75|Decide, and say when to look at it again.'])
) as t (id, name, description, category, steps)
on conflict (id) do update set name = excluded.name, description = excluded.description, category = excluded.category,
  steps = excluded.steps
where (thinking_templates.name, thinking_templates.description, thinking_templates.category, thinking_templates.steps)
  is distinct from (excluded.name, excluded.description, excluded.category, excluded.steps)
  and thinking_templates.is_system;
