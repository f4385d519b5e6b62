-- Projects, tasks and the agents that work on them.
--
-- meta_projects is the container; meta_project_members shares it; meta_workstreams group its meta_tasks;
-- meta_task_dependencies order them. A worker claims a ready task (get_ready_tasks is the one definition of
-- ready), runs the assigned agent and stores each attempt in meta_task_runs, what it made in meta_artifacts, what
-- it chose in meta_decisions and what it learned in meta_memory_facts (completed by 002_memory_schema.sql).
-- meta_budgets limit tokens and money per project and model tier; meta_budget_reservations hold what calls in
-- flight may still spend.
--
-- Flow: queued -> claim_tasks() sets running with a lease (who, until when, which attempt) -> extend_lease() keeps
-- it -> release_task() ends it, only for the worker and attempt that hold it. A lease that expires makes the task
-- claimable again with the next attempt number, so that a stale worker can write nothing. An agent may ask its
-- person: blocked with a question until it is answered. Channel meta_agent_tasks wakes workers.
--
-- Every row below a project carries project_id, set by trigger and never changed, so that one rule protects all:
-- viewers read, editors write. Costs are in US dollars; tokens are counts.

-- ---------------------------------------------------------------------------------------------------- types

call private.declare_enum('public.project_status', 'planning', 'active', 'paused', 'completed', 'archived');
call private.declare_enum('public.task_status',
  'queued', 'running', 'blocked', 'needs_review', 'revision_required', 'done', 'cancelled');
call private.declare_enum('public.run_status', 'running', 'completed', 'failed', 'cancelled');
call private.declare_enum('public.artifact_status', 'draft', 'verified', 'promoted');
call private.declare_enum('public.model_tier', 'haiku', 'sonnet', 'opus');

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.meta_projects (
  id uuid primary key default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  description text,
  goal text,
  status public.project_status not null default 'planning',
  owner_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.meta_projects
  add column if not exists instructions text,
  add column if not exists chat_defaults jsonb not null default '{}';

comment on table public.meta_projects is 'Project containers: a goal, its state and its owner.';
comment on column public.meta_projects.instructions is 'What every chat of the project is told, in the person''s own words.';
comment on column public.meta_projects.chat_defaults is 'Choices for chats of the project that made none: {"model_tier", "persona_id", "preset_id"}.';
comment on column public.meta_projects.goal is 'What is to be achieved, in the person''s own words.';
comment on column public.meta_projects.status is
  'planning: only the supervisor''s tasks run; active: all run; paused and later: none starts.';
comment on column public.meta_projects.metadata is 'Free object for integrations.';

create table if not exists public.meta_project_members (
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'viewer' check (role in ('owner', 'editor', 'viewer')),
  invited_by uuid default auth.uid() references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (project_id, user_id)
);

comment on table public.meta_project_members is
  'People a project is shared with; its owner_id needs no row here.';
comment on column public.meta_project_members.role is
  'viewer reads, editor writes, owner also shares and deletes.';

create table if not exists public.meta_workstreams (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  description text,
  lead_agent text,
  status text not null default 'active' check (status in ('active', 'paused', 'completed', 'archived')),
  priority int not null default 5 check (priority between 1 and 10),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (project_id, name)
);

comment on table public.meta_workstreams is 'Logical groupings of tasks within a project.';
comment on column public.meta_workstreams.lead_agent is 'Agent that leads the work, for example researcher.';
comment on column public.meta_workstreams.status is 'Tasks start only while their workstream is active.';
comment on column public.meta_workstreams.priority is '1 lowest to 10 highest.';

create table if not exists public.meta_tasks (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  workstream_id uuid not null references public.meta_workstreams (id) on delete cascade,
  parent_task_id uuid references public.meta_tasks (id) on delete set null,
  title text not null check (btrim(title) <> ''),
  description text,
  status public.task_status not null default 'queued',
  assigned_agent text,
  model_tier public.model_tier not null default 'sonnet',
  priority int not null default 5 check (priority between 1 and 10),
  definition_of_done jsonb not null default '[]',
  context_packet jsonb not null default '{}',
  thread_id uuid,
  requires_approval boolean not null default false,
  approved_at timestamptz,
  approved_by uuid references auth.users (id) on delete set null,
  question text,
  answer text,
  asked_at timestamptz,
  answered_at timestamptz,
  verification jsonb,
  retry_count int not null default 0 check (retry_count >= 0),
  max_retries int not null default 3 check (max_retries between 0 and 20),
  next_attempt_at timestamptz,
  last_error text,
  lease_owner text,
  lease_expires_at timestamptz,
  attempt int not null default 0,
  idempotency_key text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz
);

alter table public.meta_tasks add column if not exists lost_workers int not null default 0;

comment on table public.meta_tasks is
  'Individual work items with agent assignment; also the queue of the workers.';
comment on column public.meta_tasks.project_id is 'The workstream''s project, set by trigger.';
comment on column public.meta_tasks.status is
  'queued, running (leased), blocked (waits for an answer or is out of retries), needs_review, revision_required, done, cancelled.';
comment on column public.meta_tasks.assigned_agent is
  'Name of the agent that does it, for example supervisor or writer.';
comment on column public.meta_tasks.model_tier is 'Tier that decides the model and the budget.';
comment on column public.meta_tasks.priority is '1 lowest to 10 highest.';
comment on column public.meta_tasks.definition_of_done is
  'Array of sentences the verifier checks one by one.';
comment on column public.meta_tasks.context_packet is 'What the agent is given beside title and description.';
comment on column public.meta_tasks.thread_id is
  'The meta_conversations row that holds the agent''s transcript.';
comment on column public.meta_tasks.requires_approval is 'Does not start before a person approved it.';
comment on column public.meta_tasks.question is
  'What the agent asks its person; the task is blocked until answer is set.';
comment on column public.meta_tasks.verification is 'Last verdict: {"passed": boolean, "reasons": [text]}.';
comment on column public.meta_tasks.retry_count is
  'Attempts that failed; past max_retries the task is blocked.';
comment on column public.meta_tasks.next_attempt_at is 'Earliest start of the next attempt (backoff).';
comment on column public.meta_tasks.lease_owner is 'Worker that holds the task.';
comment on column public.meta_tasks.attempt is
  'Fencing number: writes of any but the current attempt are refused.';
comment on column public.meta_tasks.lost_workers is
  'Workers lost in a row without a step of progress. Not a retry: a machine that dies is not the task''s fault.';
comment on column public.meta_tasks.idempotency_key is
  'Key of the effect that made the task, so that a repeated step makes it once.';

create table if not exists public.meta_task_dependencies (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  task_id uuid not null references public.meta_tasks (id) on delete cascade,
  depends_on_task_id uuid not null references public.meta_tasks (id) on delete cascade,
  dependency_type text not null default 'blocks' check (dependency_type in ('blocks')),
  created_at timestamptz not null default now(),
  constraint no_self_dependency check (task_id <> depends_on_task_id),
  unique (task_id, depends_on_task_id)
);

comment on table public.meta_task_dependencies is
  'task_id may start when depends_on_task_id is done. Never a cycle.';
comment on column public.meta_task_dependencies.project_id is 'The project of both tasks, set by trigger.';

create table if not exists public.meta_task_runs (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  task_id uuid not null references public.meta_tasks (id) on delete cascade,
  attempt int not null default 1,
  agent_id text not null,
  model_used text not null,
  worker text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  status public.run_status not null default 'running',
  input_tokens bigint not null default 0 check (input_tokens >= 0),
  output_tokens bigint not null default 0 check (output_tokens >= 0),
  cached_tokens bigint not null default 0 check (cached_tokens >= 0),
  reasoning_tokens bigint not null default 0 check (reasoning_tokens >= 0),
  tokens_used bigint generated always as (input_tokens + output_tokens) stored,
  cost numeric(14, 6) not null default 0 check (cost >= 0),
  output jsonb not null default '{}',
  verdict jsonb,
  error_message text,
  unique (task_id, attempt)
);

comment on table public.meta_task_runs is 'Execution history and cost: one row for each attempt at a task.';
comment on column public.meta_task_runs.project_id is 'The task''s project, set by trigger.';
comment on column public.meta_task_runs.attempt is 'The fencing number of the task during this run.';
comment on column public.meta_task_runs.agent_id is 'Name of the agent that ran.';
comment on column public.meta_task_runs.worker is 'Worker process that ran it.';
comment on column public.meta_task_runs.cached_tokens is
  'Part of input_tokens that the provider read from its cache.';
comment on column public.meta_task_runs.reasoning_tokens is 'Part of output_tokens spent on reasoning.';
comment on column public.meta_task_runs.cost is 'US dollars.';
comment on column public.meta_task_runs.output is 'What the agent handed over: {"summary": text, …}.';
comment on column public.meta_task_runs.verdict is
  'What the verifier said of this run: {"passed": boolean, "reasons": [text]}.';

create table if not exists public.meta_artifacts (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  task_id uuid not null references public.meta_tasks (id) on delete cascade,
  run_id uuid references public.meta_task_runs (id) on delete set null,
  name text not null check (btrim(name) <> ''),
  version int not null default 1 check (version > 0),
  type text not null,
  bucket text not null default 'agent-artifacts',
  storage_path text not null,
  mime_type text,
  size_bytes bigint check (size_bytes >= 0),
  checksum text,
  content text,
  status public.artifact_status not null default 'draft',
  metadata jsonb not null default '{}',
  embedding extensions.vector,
  embedding_model text,
  idempotency_key text,
  search_vector tsvector generated always as
    (to_tsvector('pg_catalog.english', left(name || ' ' || coalesce(content, ''), 100000))) stored,
  search_length int generated always as
    (length(to_tsvector('pg_catalog.english', left(name || ' ' || coalesce(content, ''), 100000)))) stored,
  created_at timestamptz not null default now(),
  unique (task_id, name, version)
);

alter table public.meta_artifacts add column if not exists embedding_bits bit varying
  generated always as (extensions.binary_quantize(embedding)) stored;

comment on table public.meta_artifacts is 'Generated files and outputs; the bytes are in the bucket.';
comment on column public.meta_artifacts.embedding_bits is
  'Signs of the embedding: small enough to compare every row of a search.';
comment on column public.meta_artifacts.project_id is 'The task''s project, set by trigger.';
comment on column public.meta_artifacts.type is 'What it is, for example document, table, code.';
comment on column public.meta_artifacts.checksum is 'SHA-256 of the bytes, hexadecimal.';
comment on column public.meta_artifacts.content is 'The text of a textual artifact, for search and display.';
comment on column public.meta_artifacts.status is
  'draft, verified (passed its definition of done), promoted (a deliverable).';
comment on column public.meta_artifacts.embedding is
  'Embedding of the content by embedding_model, any width.';
comment on column public.meta_artifacts.idempotency_key is
  'Key of the tool call that made it, so that a repeated call makes it once.';
comment on column public.meta_artifacts.search_vector is
  'Lexemes of name and content (first 100,000 characters: a tsvector holds 1 MB).';
comment on column public.meta_artifacts.search_length is
  'Number of distinct lexemes, the document length of BM25.';

create table if not exists public.meta_decisions (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  task_id uuid references public.meta_tasks (id) on delete set null,
  run_id uuid references public.meta_task_runs (id) on delete set null,
  decision_text text not null check (btrim(decision_text) <> ''),
  rationale text,
  alternatives jsonb not null default '[]',
  made_by_agent text,
  made_by uuid default auth.uid() references auth.users (id) on delete set null,
  idempotency_key text,
  created_at timestamptz not null default now()
);

comment on table public.meta_decisions is 'Recorded decisions with rationale and alternatives.';
comment on column public.meta_decisions.alternatives is 'Array of {"option": text, "reason_rejected": text}.';
comment on column public.meta_decisions.made_by_agent is 'Agent that decided; null when a person did.';
comment on column public.meta_decisions.made_by is 'The person, or the person for whom the agent worked.';

create table if not exists public.meta_memory_facts (
  id uuid primary key default gen_random_uuid(),
  project_id uuid references public.meta_projects (id) on delete cascade,
  fact_type text not null default 'statement',
  content text not null check (btrim(content) <> ''),
  summary text,
  embedding extensions.vector,
  source_task_id uuid references public.meta_tasks (id) on delete set null,
  importance_score float8 not null default 0.5 check (importance_score between 0 and 1),
  created_at timestamptz not null default now(),
  expires_at timestamptz
);

comment on table public.meta_memory_facts is 'Semantic memory: one fact per row, a user''s or a project''s.';
comment on column public.meta_memory_facts.project_id is
  'Project whose members share the fact; null: it is the user''s own.';
comment on column public.meta_memory_facts.fact_type is
  'Free kind of the statement, for example statement or term.';
comment on column public.meta_memory_facts.embedding is
  'Embedding of the content by embedding_model, any width.';
comment on column public.meta_memory_facts.expires_at is 'From then on the fact is not used.';

create table if not exists public.meta_budgets (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.meta_projects (id) on delete cascade,
  model_tier public.model_tier not null,
  allocated_tokens bigint check (allocated_tokens >= 0),
  used_tokens bigint not null default 0 check (used_tokens >= 0),
  reserved_tokens bigint not null default 0 check (reserved_tokens >= 0),
  allocated_cost numeric(14, 6) check (allocated_cost >= 0),
  used_cost numeric(14, 6) not null default 0 check (used_cost >= 0),
  reserved_cost numeric(14, 6) not null default 0 check (reserved_cost >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (project_id, model_tier)
);

comment on table public.meta_budgets is 'Token and cost budgets by model tier. No row: no limit.';
comment on column public.meta_budgets.allocated_tokens is 'Limit in tokens; null: no limit in tokens.';
comment on column public.meta_budgets.allocated_cost is 'Limit in US dollars; null: no limit in money.';
comment on column public.meta_budgets.used_tokens is 'Settled use.';
comment on column public.meta_budgets.reserved_tokens is 'What calls in flight may still use.';

create table if not exists public.meta_budget_reservations (
  id uuid primary key default gen_random_uuid(),
  budget_id uuid not null references public.meta_budgets (id) on delete cascade,
  run_id uuid references public.meta_task_runs (id) on delete set null,
  tokens bigint not null check (tokens >= 0),
  cost numeric(14, 6) not null check (cost >= 0),
  expires_at timestamptz not null,
  released_at timestamptz,
  settled_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table public.meta_budget_reservations is
  'What a model call in flight may spend, until it is settled.';
comment on column public.meta_budget_reservations.expires_at is
  'A reservation of a call that never came back is released then.';
comment on column public.meta_budget_reservations.released_at is 'When the reserved amounts were given back.';
comment on column public.meta_budget_reservations.settled_at is 'When the real use was added; happens once.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_meta_projects_owner on public.meta_projects (owner_id);
create index if not exists idx_meta_project_members_user on public.meta_project_members (user_id);
create index if not exists idx_meta_project_members_invited_by on public.meta_project_members (invited_by);

create index if not exists idx_meta_tasks_status on public.meta_tasks (status);
create index if not exists idx_meta_tasks_workstream on public.meta_tasks (workstream_id);
-- With the status, so that what a project has in each is counted from the index alone.
create index if not exists idx_meta_tasks_project_status on public.meta_tasks (project_id, status);
drop index if exists public.idx_meta_tasks_project;
create index if not exists idx_meta_tasks_parent on public.meta_tasks (parent_task_id);
create index if not exists idx_meta_tasks_approved_by on public.meta_tasks (approved_by);
-- What waits in a project. Under row-level security a condition on an enum cannot be looked up in an index, as its
-- operator is not leakproof; that of a partial index is met without being asked.
create index if not exists idx_meta_tasks_waiting on public.meta_tasks (project_id) where status = 'queued';
create index if not exists idx_meta_tasks_queue on public.meta_tasks (priority desc, created_at)
  where status = 'queued';
create index if not exists idx_meta_tasks_lease on public.meta_tasks (lease_expires_at) where status = 'running';
create unique index if not exists idx_meta_tasks_idempotency on public.meta_tasks (project_id, idempotency_key)
  where idempotency_key is not null;

create index if not exists idx_meta_task_dependencies_depends_on
  on public.meta_task_dependencies (depends_on_task_id);
create index if not exists idx_meta_task_dependencies_project on public.meta_task_dependencies (project_id);
create index if not exists idx_meta_task_runs_project on public.meta_task_runs (project_id, started_at desc);

create index if not exists idx_meta_artifacts_project on public.meta_artifacts (project_id);
create index if not exists idx_meta_artifacts_run on public.meta_artifacts (run_id);
create index if not exists idx_meta_artifacts_search on public.meta_artifacts using gin (search_vector);
create unique index if not exists idx_meta_artifacts_idempotency
  on public.meta_artifacts (project_id, idempotency_key) where idempotency_key is not null;

create index if not exists idx_meta_decisions_project on public.meta_decisions (project_id, created_at desc);
create index if not exists idx_meta_decisions_task on public.meta_decisions (task_id);
create index if not exists idx_meta_decisions_run on public.meta_decisions (run_id);
create index if not exists idx_meta_decisions_made_by on public.meta_decisions (made_by);
create unique index if not exists idx_meta_decisions_idempotency
  on public.meta_decisions (project_id, idempotency_key) where idempotency_key is not null;

create index if not exists idx_meta_memory_project on public.meta_memory_facts (project_id);
create index if not exists idx_meta_memory_source_task on public.meta_memory_facts (source_task_id);

create index if not exists idx_meta_budget_reservations_budget on public.meta_budget_reservations (budget_id);
create index if not exists idx_meta_budget_reservations_run on public.meta_budget_reservations (run_id);
create index if not exists idx_meta_budget_reservations_open on public.meta_budget_reservations (expires_at)
  where released_at is null;

-- ------------------------------------------------------------------------------------------------ functions

-- Projects the caller may use with at least the given role (viewer, editor, owner). Policies call it once per
-- statement. Administrators may view every project.
create or replace function private.project_ids(p_min_role text)
returns setof uuid language plpgsql stable security definer set search_path = '' as $$
declare
  -- Without a sub-select: plpgsql evaluates a bare call far cheaper, and this runs in nearly every statement.
  v_user uuid := auth.uid();
begin
  if p_min_role = 'viewer' and private.is_admin() then
    return query select p.id from public.meta_projects p;
    return;
  end if;
  -- In plpgsql, whose plans are kept for the session. Nobody minds an id twice, and finding that out would take longer.
  return query
    select p.id from public.meta_projects p where p.owner_id = v_user
    union all
    select m.project_id from public.meta_project_members m
    where m.user_id = v_user
      and array_position(array['viewer', 'editor', 'owner'], m.role)
        >= array_position(array['viewer', 'editor', 'owner'], p_min_role);
end
$$;

-- Tasks that may start now. The one definition of ready; get_ready_tasks() and claim_tasks() read it.
create or replace view private.ready_tasks with (security_invoker = true) as
select t.id, t.project_id, t.workstream_id, t.title, t.priority, t.assigned_agent, t.model_tier, t.created_at
from public.meta_tasks t
join public.meta_workstreams w on w.id = t.workstream_id
join public.meta_projects p on p.id = t.project_id
where t.status = 'queued'
  and (p.status = 'active' or (p.status = 'planning' and t.assigned_agent = 'supervisor'))
  and w.status = 'active'
  and (t.next_attempt_at is null or t.next_attempt_at <= now())
  and (not t.requires_approval or t.approved_at is not null)
  and (t.lease_expires_at is null or t.lease_expires_at <= now())
  and not exists (
    select from public.meta_task_dependencies d
    join public.meta_tasks needed on needed.id = d.depends_on_task_id
    where d.task_id = t.id and needed.status <> 'done'
  );

comment on view private.ready_tasks is 'Tasks that may start now: the one definition of ready.';

-- Reads the view as the owner of the schema, for projects the caller may view: a task, its dependencies and what they
-- point to are of one project, so that one look at the project does. Under row-level security of each the planner
-- guesses few rows and loops: 100,000 tasks took 17 times as long.
create or replace function private.get_ready_tasks(p_workstream_id uuid)
returns table (id uuid, title text, priority int, assigned_agent text, model_tier public.model_tier)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
declare
  -- Null: of any project.
  v_projects uuid[] := case when not private.is_service() then array(select private.project_ids('viewer')) end;
begin
  if p_workstream_id is not null and v_projects is not null then
    -- Its tasks are of its project, so none of them needs to be asked.
    if not exists (
      select from public.meta_workstreams w where w.id = p_workstream_id and w.project_id = any (v_projects)
    ) then
      return;
    end if;
    v_projects := null;
  end if;
  return query
    select r.id, r.title, r.priority, r.assigned_agent, r.model_tier from private.ready_tasks r
    where (v_projects is null or r.project_id = any (v_projects))
      and (p_workstream_id is null or r.workstream_id = p_workstream_id)
    order by r.priority desc, r.created_at;
end
$$;

create or replace function public.get_ready_tasks(p_workstream_id uuid default null)
returns table (id uuid, title text, priority int, assigned_agent text, model_tier public.model_tier)
language sql stable set search_path = '' as $$
  select * from private.get_ready_tasks(p_workstream_id)
$$;

-- Gives a worker up to p_limit tasks: those whose worker was lost first, then ready ones. Each gets the next
-- attempt number and a lease. Many workers may call it at once; no task is given twice.
create or replace function public.claim_tasks(p_worker text, p_limit int default 1, p_lease interval default '30 seconds')
returns setof public.meta_tasks language plpgsql volatile set search_path = '' as $$
declare
  v_lost uuid[];
  v_ready uuid[];
begin
  v_lost := array(
    select t.id from public.meta_tasks t
    where t.status = 'running' and t.lease_expires_at <= now()
    order by t.lease_expires_at limit p_limit for update skip locked
  );
  update public.meta_task_runs r
  set status = 'failed', ended_at = now(), error_message = 'worker lost'
  where r.task_id = any (v_lost) and r.status = 'running';
  -- A task that takes its workers down with it must not do so for ever.
  update public.meta_tasks t
  set status = case when t.lost_workers + 1 >= 20 then 'blocked' else 'queued' end::public.task_status,
      lost_workers = t.lost_workers + 1, next_attempt_at = null,
      last_error = case when t.lost_workers + 1 >= 20
        then format('%s workers were lost at this task, one after the other', t.lost_workers + 1) end
  where t.id = any (v_lost);

  v_ready := array(
    select t.id from public.meta_tasks t
    where t.status = 'queued' and t.id in (select r.id from private.ready_tasks r)
    order by t.id = any (v_lost) desc, t.priority desc, t.created_at
    limit p_limit for update skip locked
  );
  -- The second look is a new snapshot, taken under the row locks: what another worker just took is not ready.
  return query
    update public.meta_tasks t
    set status = 'running', attempt = t.attempt + 1, lease_owner = p_worker, lease_expires_at = now() + p_lease,
        next_attempt_at = null, started_at = coalesce(t.started_at, now())
    where t.id = any (v_ready) and t.id in (select r.id from private.ready_tasks r)
    returning t.*;
end
$$;

-- Keeps a task for its worker. False: the lease was lost or the task was cancelled; the worker must stop.
create or replace function public.extend_lease(p_task_id uuid, p_worker text, p_attempt int, p_lease interval)
returns boolean language plpgsql volatile set search_path = '' as $$
begin
  update public.meta_tasks
  set lease_expires_at = now() + p_lease
  where id = p_task_id and lease_owner = p_worker and attempt = p_attempt and status = 'running';
  return found;
end
$$;

-- Holds a task's lease until the transaction ends, so that nobody takes it over between two writes. Raises MA409
-- when the caller is not the current holder. Call it first in every transaction that writes a run's results.
create or replace function public.hold_lease(p_task_id uuid, p_worker text, p_attempt int)
returns void language plpgsql volatile set search_path = '' as $$
begin
  perform from public.meta_tasks
  where id = p_task_id and lease_owner = p_worker and attempt = p_attempt and status = 'running'
  for share;
  if not found then
    raise exception 'Attempt % of this task no longer belongs to worker %', p_attempt, p_worker
      using errcode = 'MA409', hint = 'Stop working on it: it was cancelled or taken over.';
  end if;
end
$$;

-- Ends an attempt: sets the task's next status and gives up the lease. With p_error and status queued it counts a
-- retry, waits p_retry_after and, past max_retries, blocks the task. False: the caller does not hold the lease.
create or replace function public.release_task(
  p_task_id uuid, p_worker text, p_attempt int, p_status public.task_status,
  p_error text default null, p_retry_after interval default null, p_verification jsonb default null
)
returns boolean language plpgsql volatile set search_path = '' as $$
begin
  update public.meta_tasks t
  set status = case when p_status = 'queued' and p_error is not null and t.retry_count >= t.max_retries
        then 'blocked' else p_status end,
      retry_count = t.retry_count + case when p_status = 'queued' and p_error is not null then 1 else 0 end,
      next_attempt_at = case when p_status = 'queued' then now() + p_retry_after end,
      last_error = p_error,
      verification = coalesce(p_verification, t.verification)
  where t.id = p_task_id and t.lease_owner = p_worker and t.attempt = p_attempt and t.status = 'running';
  return found;
end
$$;

-- Tasks on one line from the first to the last inside it: agents that hand work on and on come to an end.
create or replace function private.max_task_depth()
returns int language sql immutable set search_path = '' as $$ select 5 $$;

-- The project of a new or moved task is its workstream's; a parent is of the same project and never a descendant.
create or replace function private.place_task()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_project uuid;
  v_ancestor uuid := new.parent_task_id;
  v_path uuid[] := array[new.id];
begin
  select w.project_id into v_project from public.meta_workstreams w where w.id = new.workstream_id;
  if v_project is null then
    raise exception 'The workstream of task "%" does not exist', new.title using errcode = '23503';
  elsif tg_op = 'UPDATE' and v_project <> old.project_id then
    raise exception 'Task "%" cannot move to another project', new.title using errcode = '23514';
  end if;
  new.project_id := v_project;
  if v_ancestor is not null and (tg_op = 'INSERT' or new.parent_task_id is distinct from old.parent_task_id) then
    perform pg_advisory_xact_lock(hashtextextended('meta_tasks of ' || v_project, 0));
    if not exists (select from public.meta_tasks t where t.id = v_ancestor and t.project_id = v_project) then
      raise exception 'The parent of task "%" is not a task of the same project', new.title using errcode = '23503';
    end if;
    while v_ancestor is not null loop
      v_path := v_path || v_ancestor;
      if v_ancestor = new.id then
        call private.raise_cycle('A task cannot be inside itself', v_path);
      elsif cardinality(v_path) > private.max_task_depth() then
        raise exception 'Task "%" would be more than % levels below the first', new.title, private.max_task_depth() - 1
          using errcode = '23514', hint = 'Do the work in the task itself, or put it beside its parent.';
      end if;
      select t.parent_task_id into v_ancestor from public.meta_tasks t where t.id = v_ancestor;
    end loop;
  end if;
  return new;
end
$$;

-- Refuses a cycle and names its path: titles in the message, ids as a JSON array in DETAIL.
create or replace procedure private.raise_cycle(p_message text, p_path uuid[])
language plpgsql set search_path = '' as $$
begin
  raise exception '%: %', p_message, (
    select string_agg(coalesce(t.title, u.id::text), ' -> ' order by u.position)
    from unnest(p_path) with ordinality as u (id, position)
    left join public.meta_tasks t on t.id = u.id
  ) using errcode = '23514', detail = to_jsonb(p_path)::text,
    hint = 'Remove one of the links on this path.';
end
$$;

-- Times that follow from a task's status, and what only a person may do: approve and answer.
create or replace function private.stamp_task()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_approved timestamptz := case when tg_op = 'UPDATE' then old.approved_at end;
  v_question text := case when tg_op = 'UPDATE' then old.question end;
  v_answer text := case when tg_op = 'UPDATE' then old.answer end;
  v_status public.task_status := case when tg_op = 'UPDATE' then old.status end;
  v_is_agent boolean := coalesce(current_setting('meta_agent.agent', true), '') <> '';
begin
  if v_is_agent and (new.approved_at is distinct from v_approved and new.approved_at is not null
    or new.answer is distinct from v_answer and new.answer is not null)
  then
    raise exception 'Only a person may approve a task or answer its question' using errcode = '42501';
  end if;
  if new.approved_at is distinct from v_approved then
    new.approved_by := case when new.approved_at is not null then (select auth.uid()) end;
  end if;
  if new.question is distinct from v_question then
    new.asked_at := case when new.question is not null then now() end;
    new.answer := case when new.answer is distinct from v_answer then new.answer end;
    new.answered_at := null;
  end if;
  if new.answer is distinct from v_answer and new.answer is not null then
    new.answered_at := now();
    if new.status = 'blocked' then
      new.status := 'queued';
    end if;
  end if;
  if new.status is distinct from v_status then
    if new.status <> 'running' then
      new.lease_owner := null;
      new.lease_expires_at := null;
    end if;
    new.completed_at := case when new.status in ('done', 'cancelled') then now() end;
  end if;
  return new;
end
$$;

-- A task cancelled under its agent: the run ends with it, whether or not the worker still lives.
create or replace function private.end_cancelled_run()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.meta_task_runs r set status = 'cancelled', ended_at = now()
  where r.task_id = new.id and r.status = 'running';
  return null;
end
$$;

-- Wakes the workers, for each row: a claim that finds nothing is an update as well, and by the statement it would wake
-- the worker that made it, without end. Postgres sends equal notices of one transaction once.
create or replace function private.notify_tasks()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  perform pg_notify('meta_agent_tasks', '');
  return null;
end
$$;

-- The project of a dependency is that of both its tasks.
create or replace function private.place_dependency()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select t.project_id into new.project_id
  from public.meta_tasks t
  join public.meta_tasks needed on needed.id = new.depends_on_task_id and needed.project_id = t.project_id
  where t.id = new.task_id;
  if not found then
    raise exception 'A task can depend only on a task of the same project' using errcode = '23503';
  end if;
  return new;
end
$$;

-- Walks breadth first from what the task now depends on; reaching the task again is a cycle. The lock makes two
-- people who add two halves of a cycle at the same moment wait for each other.
create or replace function private.refuse_dependency_cycle()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_frontier uuid[] := array[new.depends_on_task_id];
  v_seen uuid[] := array[new.depends_on_task_id];
  v_came_from jsonb := jsonb_build_object(new.depends_on_task_id, new.task_id);
  v_path uuid[] := array[new.task_id];
  v_edges jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('meta_task_dependencies of ' || new.project_id, 0));
  while cardinality(v_frontier) > 0 loop
    if new.task_id = any (v_frontier) then
      -- Back from the task along the edges that were walked.
      loop
        v_path := (v_came_from ->> v_path[1]::text)::uuid || v_path;
        exit when v_path[1] = new.task_id;
      end loop;
      call private.raise_cycle('These tasks would wait for each other', v_path);
    end if;
    select coalesce(jsonb_object_agg(e.depends_on_task_id, e.task_id), '{}') into v_edges
    from public.meta_task_dependencies e
    where e.task_id = any (v_frontier) and e.depends_on_task_id <> all (v_seen);
    v_came_from := v_came_from || v_edges;
    v_frontier := array(select jsonb_object_keys(v_edges)::uuid);
    v_seen := v_seen || v_frontier;
  end loop;
  return null;
end
$$;

-- The project of a run or artifact is its task's.
create or replace function private.place_under_task()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select t.project_id into new.project_id from public.meta_tasks t where t.id = new.task_id;
  if not found then
    raise exception 'The task does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

-- An artifact's file lies in the folder of whoever wrote it. Members of a project may read the files its artifacts
-- point to (017), so that pointing into somebody else's folder would open that person's private files.
create or replace function private.check_artifact_path()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if not private.is_service() and split_part(new.storage_path, '/', 1) is distinct from (select auth.uid())::text then
    raise exception 'The path of an artifact starts with the id of the user who writes it' using errcode = '42501';
  end if;
  return new;
end
$$;

-- What only a person may change: an agent must neither raise its own budget nor invite anybody.
create or replace function private.refuse_agents()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if coalesce(current_setting('meta_agent.agent', true), '') <> '' then
    raise exception 'An agent may not change %', tg_table_name using errcode = '42501';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

-- May the caller spend from this project? Its editors may, and the service for them.
create or replace function private.reserve_budget(
  p_project_id uuid, p_tier public.model_tier, p_tokens bigint, p_cost numeric, p_ttl interval, p_run_id uuid
)
returns uuid language plpgsql volatile security definer set search_path = '' as $$
declare
  v_budget public.meta_budgets;
  v_id uuid;
begin
  if not private.is_service() and p_project_id not in (select private.project_ids('editor')) then
    raise exception 'This project does not exist' using errcode = '42501';
  end if;
  if p_tokens < 0 or p_cost < 0 then
    raise exception 'A reservation cannot be negative' using errcode = '22023';
  end if;
  -- One caller at a time for each budget; the sums below are read under this lock.
  select * into v_budget from public.meta_budgets b
  where b.project_id = p_project_id and b.model_tier = p_tier for update;
  if not found then
    return null;
  end if;
  perform private.release_expired_reservations(v_budget.id);
  select * into v_budget from public.meta_budgets b where b.id = v_budget.id;
  if v_budget.used_tokens + v_budget.reserved_tokens + p_tokens > v_budget.allocated_tokens then
    raise exception 'The % budget of this project allows % tokens: % are used, % are reserved, and this call may need %',
      p_tier, v_budget.allocated_tokens, v_budget.used_tokens, v_budget.reserved_tokens, p_tokens
      using errcode = 'MA402', hint = 'Raise the project''s budget for this tier.';
  elsif v_budget.used_cost + v_budget.reserved_cost + p_cost > v_budget.allocated_cost then
    raise exception 'The % budget of this project allows $%: $% is used, $% is reserved, and this call may cost $%',
      p_tier, round(v_budget.allocated_cost, 4), round(v_budget.used_cost, 4), round(v_budget.reserved_cost, 4),
      round(p_cost, 4)
      using errcode = 'MA402', hint = 'Raise the project''s budget for this tier.';
  end if;
  update public.meta_budgets b
  set reserved_tokens = b.reserved_tokens + p_tokens, reserved_cost = b.reserved_cost + p_cost
  where b.id = v_budget.id;
  insert into public.meta_budget_reservations (budget_id, run_id, tokens, cost, expires_at)
  values (v_budget.id, p_run_id, p_tokens, p_cost, now() + p_ttl)
  returning id into v_id;
  return v_id;
end
$$;

create or replace function private.settle_budget(p_reservation uuid, p_tokens bigint, p_cost numeric)
returns void language plpgsql volatile security definer set search_path = '' as $$
declare
  v_budget uuid;
  v_reservation public.meta_budget_reservations;
begin
  -- Locks in the order reserve_budget uses: the budget, then its reservations.
  select b.id into v_budget
  from public.meta_budget_reservations r join public.meta_budgets b on b.id = r.budget_id
  where r.id = p_reservation
    and (private.is_service() or b.project_id in (select private.project_ids('editor')))
  for update of b;
  update public.meta_budget_reservations r set settled_at = now()
  where r.id = p_reservation and r.budget_id = v_budget and r.settled_at is null
  returning * into v_reservation;
  if not found then
    return;
  end if;
  update public.meta_budgets b
  set used_tokens = b.used_tokens + p_tokens,
      used_cost = b.used_cost + p_cost,
      reserved_tokens = b.reserved_tokens - case when v_reservation.released_at is null then v_reservation.tokens else 0 end,
      reserved_cost = b.reserved_cost - case when v_reservation.released_at is null then v_reservation.cost else 0 end
  where b.id = v_budget;
  update public.meta_budget_reservations r set released_at = now()
  where r.id = p_reservation and r.released_at is null;
end
$$;

create or replace function private.release_expired_reservations(p_budget_id uuid)
returns int language plpgsql volatile security definer set search_path = '' as $$
declare
  v_count int;
begin
  perform from public.meta_budgets b
  where b.id in (
    select r.budget_id from public.meta_budget_reservations r
    where r.released_at is null and r.expires_at <= now() and (p_budget_id is null or r.budget_id = p_budget_id)
  )
  order by b.id for update;
  with expired as (
    update public.meta_budget_reservations r set released_at = now()
    where r.released_at is null and r.expires_at <= now() and (p_budget_id is null or r.budget_id = p_budget_id)
    returning r.budget_id, r.tokens, r.cost
  ), totals as (
    select e.budget_id, sum(e.tokens) as tokens, sum(e.cost) as cost, count(*) as reservations
    from expired e group by e.budget_id
  ), given_back as (
    update public.meta_budgets b
    set reserved_tokens = b.reserved_tokens - t.tokens, reserved_cost = b.reserved_cost - t.cost
    from totals t where b.id = t.budget_id
    returning t.reservations
  )
  select coalesce(sum(g.reservations), 0) into v_count from given_back g;
  return v_count;
end
$$;

-- Reserves tokens and US dollars for one model call. Returns the reservation, or null when the project has no
-- budget for the tier. Raises MA402 when the limit would be passed.
create or replace function public.reserve_budget(
  p_project_id uuid, p_tier public.model_tier, p_tokens bigint, p_cost numeric,
  p_ttl interval default '10 minutes', p_run_id uuid default null
)
returns uuid language sql volatile set search_path = '' as $$
  select private.reserve_budget(p_project_id, p_tier, p_tokens, p_cost, p_ttl, p_run_id)
$$;

-- Replaces a reservation by what the call really used. Calling again, or with null, does nothing.
create or replace function public.settle_budget(p_reservation uuid, p_tokens bigint, p_cost numeric)
returns void language sql volatile set search_path = '' as $$
  select private.settle_budget(p_reservation, p_tokens, p_cost)
$$;

-- Gives back what calls that never came home had reserved; returns how many.
create or replace function public.release_expired_reservations()
returns int language sql volatile set search_path = '' as $$
  select private.release_expired_reservations(null)
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger place_task before insert or update of workstream_id, parent_task_id, project_id
  on public.meta_tasks for each row execute function private.place_task();
create or replace trigger stamp_task before insert or update of status, question, answer, approved_at
  on public.meta_tasks for each row execute function private.stamp_task();
create or replace trigger end_cancelled_run after update of status on public.meta_tasks
  for each row when (new.status = 'cancelled' and old.status is distinct from new.status)
  execute function private.end_cancelled_run();
create or replace trigger notify_tasks
  after insert or delete or update of status, next_attempt_at, approved_at, requires_approval
  on public.meta_tasks for each row execute function private.notify_tasks();
create or replace trigger notify_tasks after update of status on public.meta_projects
  for each row execute function private.notify_tasks();
create or replace trigger notify_tasks after update of status on public.meta_workstreams
  for each row execute function private.notify_tasks();
create or replace trigger notify_tasks after delete on public.meta_task_dependencies
  for each row execute function private.notify_tasks();
create or replace trigger place_dependency before insert or update on public.meta_task_dependencies
  for each row execute function private.place_dependency();
create or replace trigger refuse_dependency_cycle after insert or update on public.meta_task_dependencies
  for each row execute function private.refuse_dependency_cycle();
create or replace trigger place_under_task before insert or update of task_id, project_id on public.meta_task_runs
  for each row execute function private.place_under_task();
create or replace trigger place_under_task before insert or update of task_id, project_id on public.meta_artifacts
  for each row execute function private.place_under_task();
create or replace trigger check_artifact_path before insert or update of bucket, storage_path on public.meta_artifacts
  for each row execute function private.check_artifact_path();
create or replace trigger refuse_agents before insert or delete or update of allocated_tokens, allocated_cost
  on public.meta_budgets for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.meta_project_members
  for each row execute function private.refuse_agents();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.max_task_depth()', 'authenticated');
call private.declare_execute('private.project_ids(text)', 'anon', 'authenticated');
call private.declare_execute('private.get_ready_tasks(uuid)', 'authenticated');
call private.declare_execute('public.get_ready_tasks(uuid)', 'authenticated');
call private.declare_execute('public.claim_tasks(text, int, interval)');
call private.declare_execute('public.extend_lease(uuid, text, int, interval)');
call private.declare_execute('public.hold_lease(uuid, text, int)', 'authenticated');
call private.declare_execute(
  'public.release_task(uuid, text, int, public.task_status, text, interval, jsonb)');
call private.declare_execute(
  'private.reserve_budget(uuid, public.model_tier, bigint, numeric, interval, uuid)', 'authenticated');
call private.declare_execute(
  'public.reserve_budget(uuid, public.model_tier, bigint, numeric, interval, uuid)', 'authenticated');
call private.declare_execute('private.settle_budget(uuid, bigint, numeric)', 'authenticated');
call private.declare_execute('public.settle_budget(uuid, bigint, numeric)', 'authenticated');
call private.declare_execute('private.release_expired_reservations(uuid)');
call private.declare_execute('public.release_expired_reservations()');
call private.declare_execute('private.end_cancelled_run()');
revoke execute on procedure private.raise_cycle(text, uuid[]) from public;
grant execute on procedure private.raise_cycle(text, uuid[]) to authenticated, service_role;
revoke all on private.ready_tasks from public, anon;
grant select on private.ready_tasks to authenticated, service_role;

call private.declare_access('public.meta_projects', 'special', 'owner_id');
call private.declare_access('public.meta_project_members', 'special', 'project_id');
call private.declare_access('public.meta_workstreams', 'project');
call private.declare_access('public.meta_tasks', 'project', p_protected =>
  '{lease_owner, lease_expires_at, attempt, approved_by, asked_at, answered_at, started_at, completed_at}');
call private.declare_access('public.meta_task_dependencies', 'project');
call private.declare_access('public.meta_task_runs', 'project', p_actions => '{select}');
call private.declare_access('public.meta_artifacts', 'project');
call private.declare_access('public.meta_decisions', 'project');
call private.declare_reference('public.meta_artifacts', 'run_id', 'public.meta_task_runs');
call private.declare_reference('public.meta_decisions', 'task_id', 'public.meta_tasks');
call private.declare_reference('public.meta_decisions', 'run_id', 'public.meta_task_runs');
-- Closed until 002_memory_schema.sql gives facts their owner.
do $$
begin
  if not exists (select from private.access_declarations where table_name = 'public.meta_memory_facts') then
    call private.declare_access('public.meta_memory_facts', 'service');
  end if;
end
$$;
call private.declare_access('public.meta_budgets', 'project',
  p_protected => '{used_tokens, reserved_tokens, used_cost, reserved_cost}');
call private.declare_access('public.meta_budget_reservations', 'child', 'budget_id',
  p_parent => 'public.meta_budgets', p_actions => '{select}');

-- A project just inserted is not yet in project_ids() of the same statement, hence the owner column as well.
drop policy if exists "members and administrators may see a project" on public.meta_projects;
create policy "members and administrators may see a project" on public.meta_projects for select to authenticated
  using (owner_id = (select auth.uid()) or id = any (array(select private.project_ids('viewer'))));
drop policy if exists "everybody may start a project of their own" on public.meta_projects;
create policy "everybody may start a project of their own" on public.meta_projects for insert to authenticated
  with check (owner_id = (select auth.uid()));
drop policy if exists "editors may change a project" on public.meta_projects;
create policy "editors may change a project" on public.meta_projects for update to authenticated
  using (id = any (array(select private.project_ids('editor'))))
  with check (id = any (array(select private.project_ids('editor'))));
drop policy if exists "owners may delete a project" on public.meta_projects;
create policy "owners may delete a project" on public.meta_projects for delete to authenticated
  using (id = any (array(select private.project_ids('owner'))));

drop policy if exists "members may see each other" on public.meta_project_members;
create policy "members may see each other" on public.meta_project_members for select to authenticated
  using (project_id = any (array(select private.project_ids('viewer'))));
drop policy if exists "owners may invite" on public.meta_project_members;
create policy "owners may invite" on public.meta_project_members for insert to authenticated
  with check (project_id = any (array(select private.project_ids('owner'))));
drop policy if exists "owners may change roles" on public.meta_project_members;
create policy "owners may change roles" on public.meta_project_members for update to authenticated
  using (project_id = any (array(select private.project_ids('owner'))))
  with check (project_id = any (array(select private.project_ids('owner'))));
drop policy if exists "owners may remove members and members may leave" on public.meta_project_members;
create policy "owners may remove members and members may leave" on public.meta_project_members
  for delete to authenticated
  using (user_id = (select auth.uid()) or project_id = any (array(select private.project_ids('owner'))));
