-- Idea to launch: an idea passes six gated phases until it is a product.
--
-- idea_project_templates say what each phase asks (inputs), makes (outputs) and must pass (gates); an idea_project made
-- from one gets its six idea_project_phases by trigger: discovery active, the rest locked. Each phase collects inputs,
-- makes idea_phase_artifacts (every change kept in idea_artifact_revisions), talks in idea_phase_conversations and
-- records idea_project_decisions. Deciding a gate 'approved' completes the phase and opens the next (decide_gate());
-- the last one completes the project. Planning becomes a real project: meta_project_id, whose members then see the idea.
--
-- Gates: {"type": checklist | artifact_exists | approval | metric}; missing_for_gate() lists what a phase still lacks.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.idea_project_templates (
  id uuid primary key default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  description text,
  project_type text not null default 'custom',
  icon text not null default 'rocket',
  color text not null default '#6366f1',
  phases jsonb not null default '[]' check (jsonb_typeof(phases) = 'array'),
  default_platform text,
  suggested_stack text[] not null default '{}',
  estimated_duration text,
  is_public boolean not null default false,
  is_featured boolean not null default false,
  created_by uuid default auth.uid() references auth.users (id) on delete cascade,
  is_system boolean not null generated always as (created_by is null) stored,
  use_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.idea_project_templates is 'Project templates.';
comment on column public.idea_project_templates.phases is
  '[{"phase", "name", "inputs": [{"id", "type", "label", "required", "ai_assisted", "options"}], "outputs": [{"id", "kind", "format", "name"}], "gates": [{"id", "type", "label", "required"}]}].';
comment on column public.idea_project_templates.use_count is 'Projects made from it, kept by trigger.';
comment on column public.idea_project_templates.is_featured is 'Chosen by administrators.';

create table if not exists public.idea_projects (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  meta_project_id uuid references public.meta_projects (id) on delete set null,
  template_id uuid references public.idea_project_templates (id) on delete set null,
  name text not null check (btrim(name) <> ''),
  description text,
  project_type text not null default 'custom',
  current_phase text not null default 'discovery' constraint valid_phase
    check (current_phase in ('discovery', 'ideation', 'specification', 'planning', 'implementation', 'launch')),
  overall_status text not null default 'active' constraint valid_status
    check (overall_status in ('active', 'paused', 'completed', 'archived')),
  context jsonb not null default '{}',
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  last_activity_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.idea_projects is 'User projects on their way from idea to launch.';
comment on column public.idea_projects.meta_project_id is 'The real project its plan became; its members see the idea.';
comment on column public.idea_projects.context is 'What later phases build on: {"phase": {"summary", "inputs"}}.';
comment on column public.idea_projects.last_activity_at is 'Kept by trigger from phases, artifacts and conversations.';

create table if not exists public.idea_project_phases (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.idea_projects (id) on delete cascade,
  phase text not null constraint valid_phase
    check (phase in ('discovery', 'ideation', 'specification', 'planning', 'implementation', 'launch')),
  ordinal int not null generated always as (case phase when 'discovery' then 1 when 'ideation' then 2
    when 'specification' then 3 when 'planning' then 4 when 'implementation' then 5 else 6 end) stored,
  status text not null default 'locked' constraint valid_phase_status check (status in ('locked', 'active', 'completed', 'skipped')),
  inputs jsonb not null default '{}',
  gate_results jsonb not null default '{}',
  gate_status text not null default 'pending' constraint valid_gate_status
    check (gate_status in ('approved', 'rejected', 'needs_revision', 'pending')),
  gate_notes text,
  gate_decided_at timestamptz,
  gate_decided_by uuid references auth.users (id) on delete set null,
  started_at timestamptz,
  completed_at timestamptz,
  time_spent_minutes int not null default 0 check (time_spent_minutes >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (project_id, phase)
);

comment on table public.idea_project_phases is 'Phase data, six rows for each project.';
comment on column public.idea_project_phases.inputs is '{"input id": value} of the template.';
comment on column public.idea_project_phases.gate_results is '{"gate id": true | number | text}: what was ticked, measured, approved.';
comment on column public.idea_project_phases.gate_status is 'Decided by a person, see decide_gate().';

create table if not exists public.idea_phase_artifacts (
  id uuid primary key default gen_random_uuid(),
  phase_id uuid not null references public.idea_project_phases (id) on delete cascade,
  project_id uuid not null references public.idea_projects (id) on delete cascade,
  output_id text,
  name text not null check (btrim(name) <> ''),
  content text,
  format text not null default 'markdown',
  version int not null default 1,
  generated_by text not null default 'user' constraint valid_generated_by check (generated_by in ('user', 'ai', 'hybrid')),
  ai_model text,
  ai_prompt_used text,
  change_summary text,
  content_embedding extensions.vector,
  embedding_model text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.idea_phase_artifacts is 'Generated docs.';
comment on column public.idea_phase_artifacts.project_id is 'The phase''s project, set by trigger.';
comment on column public.idea_phase_artifacts.output_id is 'Which output of the template it is.';
comment on column public.idea_phase_artifacts.version is 'Rises with every change of content, see the revisions.';
comment on column public.idea_phase_artifacts.change_summary is 'Why the content changed last; copied into the revision.';
comment on column public.idea_phase_artifacts.content_embedding is 'Embedding of the content by embedding_model, any width.';

create table if not exists public.idea_artifact_revisions (
  id uuid primary key default gen_random_uuid(),
  artifact_id uuid not null references public.idea_phase_artifacts (id) on delete cascade,
  version int not null,
  content text not null,
  change_summary text,
  revised_by text not null default 'user' constraint valid_revised_by check (revised_by in ('user', 'ai')),
  created_at timestamptz not null default now(),
  unique (artifact_id, version)
);

comment on table public.idea_artifact_revisions is 'Version history, written by trigger: every content an artifact had.';

create table if not exists public.idea_phase_conversations (
  id uuid primary key default gen_random_uuid(),
  phase_id uuid not null references public.idea_project_phases (id) on delete cascade,
  project_id uuid not null references public.idea_projects (id) on delete cascade,
  prompt_id text,
  topic text,
  outcome text,
  message_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.idea_phase_conversations is 'AI chats of a phase.';
comment on column public.idea_phase_conversations.project_id is 'The phase''s project, set by trigger.';
comment on column public.idea_phase_conversations.message_count is 'Kept by trigger.';

create table if not exists public.idea_conversation_messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.idea_phase_conversations (id) on delete cascade,
  sequence bigint not null generated always as identity,
  role text not null constraint valid_role check (role in ('user', 'assistant', 'system')),
  content text not null,
  thinking text,
  tokens_used int not null default 0 check (tokens_used >= 0),
  model_used text,
  created_at timestamptz not null default now()
);

comment on table public.idea_conversation_messages is 'Messages, in the order of sequence.';

create table if not exists public.idea_project_decisions (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.idea_projects (id) on delete cascade,
  phase text not null check (phase in ('discovery', 'ideation', 'specification', 'planning', 'implementation', 'launch')),
  decision_type text not null constraint valid_decision_type
    check (decision_type in ('technical', 'business', 'design', 'scope', 'timeline')),
  question text not null,
  options jsonb not null default '[]',
  selected_option text,
  rationale text,
  decided_at timestamptz,
  decided_by text constraint valid_decided_by check (decided_by in ('user', 'ai_suggested')),
  created_at timestamptz not null default now()
);

comment on table public.idea_project_decisions is 'Key decisions.';
comment on column public.idea_project_decisions.options is '[{"id", "title", "pros": [text], "cons": [text]}].';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_idea_templates_created_by on public.idea_project_templates (created_by);
create unique index if not exists idx_idea_templates_system on public.idea_project_templates (name) where created_by is null;
create index if not exists idx_idea_projects_user on public.idea_projects (user_id, last_activity_at desc);
create index if not exists idx_idea_projects_meta_project on public.idea_projects (meta_project_id);
create index if not exists idx_idea_projects_template on public.idea_projects (template_id);
create index if not exists idx_idea_phases_decided_by on public.idea_project_phases (gate_decided_by);
create index if not exists idx_idea_artifacts_phase on public.idea_phase_artifacts (phase_id);
create index if not exists idx_idea_artifacts_project on public.idea_phase_artifacts (project_id);
create index if not exists idx_idea_conversations_phase on public.idea_phase_conversations (phase_id);
create index if not exists idx_idea_conversations_project on public.idea_phase_conversations (project_id);
create index if not exists idx_idea_messages_conversation on public.idea_conversation_messages (conversation_id, sequence);
create index if not exists idx_idea_decisions_project on public.idea_project_decisions (project_id, phase);

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.initialize_project_phases()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.idea_project_phases (project_id, phase, status, started_at)
  select new.id, p.phase, case p.phase when 'discovery' then 'active' else 'locked' end,
    case p.phase when 'discovery' then now() end
  from unnest(array['discovery', 'ideation', 'specification', 'planning', 'implementation', 'launch']) p (phase);
  update public.idea_project_templates t set use_count = t.use_count + 1 where t.id = new.template_id;
  return null;
end
$$;

-- Project of a phase's artifact or conversation.
create or replace function private.place_in_phase()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select p.project_id into new.project_id from public.idea_project_phases p where p.id = new.phase_id;
  if not found then
    raise exception 'The phase does not exist' using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace function private.update_project_activity()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.idea_projects p set last_activity_at = now()
  where p.id = case when tg_op = 'DELETE' then old.project_id else new.project_id end and p.last_activity_at < now();
  return null;
end
$$;

create or replace function private.version_artifact()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.version := old.version + 1;
  if new.content_embedding operator(extensions.=) old.content_embedding then
    new.content_embedding := null;
    new.embedding_model := null;
  end if;
  return new;
end
$$;

create or replace function private.keep_artifact_revision()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.idea_artifact_revisions (artifact_id, version, content, change_summary, revised_by)
  values (new.id, new.version, new.content, new.change_summary,
    case when new.generated_by = 'ai' or coalesce(current_setting('meta_agent.agent', true), '') <> '' then 'ai' else 'user' end)
  on conflict (artifact_id, version) do nothing;
  return null;
end
$$;

create or replace function private.count_idea_messages()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.idea_phase_conversations c
  set message_count = c.message_count + case tg_op when 'INSERT' then 1 else -1 end
  where c.id = case when tg_op = 'DELETE' then old.conversation_id else new.conversation_id end;
  return null;
end
$$;

-- What a phase still lacks, by its template: required inputs without a value, and required gates that are not met
-- (checklist: gate_results is true; metric: a value; artifact_exists: every output has an artifact; approval: the
-- decision itself). Empty: the gate can be approved. A project without template lacks nothing.
create or replace function public.missing_for_gate(p_phase_id uuid)
returns table (kind text, id text, label text) language sql stable set search_path = '' as $$
  with phase as (
    select p.*, t.definition
    from public.idea_project_phases p
    join public.idea_projects i on i.id = p.project_id
    left join public.idea_project_templates tpl on tpl.id = i.template_id
    left join lateral (select d as definition from jsonb_array_elements(tpl.phases) d where d ->> 'phase' = p.phase) t on true
    where p.id = p_phase_id
  )
  select 'input', n ->> 'id', coalesce(n ->> 'label', n ->> 'id')
  from phase p, jsonb_array_elements(p.definition -> 'inputs') n
  where (n ->> 'required')::boolean and coalesce(p.inputs ->> (n ->> 'id'), '') in ('', '[]')
  union all
  select 'output', o ->> 'id', coalesce(o ->> 'name', o ->> 'id')
  from phase p, jsonb_array_elements(p.definition -> 'gates') g, jsonb_array_elements(p.definition -> 'outputs') o
  where g ->> 'type' = 'artifact_exists' and (g ->> 'required')::boolean
    and not exists (select from public.idea_phase_artifacts a
      where a.phase_id = p.id and a.output_id = o ->> 'id' and btrim(coalesce(a.content, '')) <> '')
  union all
  select 'gate', g ->> 'id', coalesce(g ->> 'label', g ->> 'id')
  from phase p, jsonb_array_elements(p.definition -> 'gates') g
  where (g ->> 'required')::boolean
    and case g ->> 'type' when 'checklist' then p.gate_results -> (g ->> 'id') is distinct from 'true'::jsonb
      when 'metric' then coalesce(p.gate_results ->> (g ->> 'id'), '') = '' else false end
$$;

-- Decides the gate of an active phase. approved completes it and opens the next, or completes the project; anything
-- missing is refused with its list, unless p_skip says that the phase is skipped. Statuses and decisions have no other way.
create or replace function private.decide_gate(p_phase_id uuid, p_decision text, p_notes text, p_skip boolean)
returns public.idea_project_phases language plpgsql volatile security definer set search_path = '' as $$
declare
  v_phase public.idea_project_phases;
  v_missing text;
  v_next uuid;
begin
  if coalesce(current_setting('meta_agent.agent', true), '') <> '' then
    raise exception 'Only a person may decide a gate' using errcode = '42501';
  end if;
  select p.* into v_phase from public.idea_project_phases p
  join public.idea_projects i on i.id = p.project_id
  where p.id = p_phase_id and (private.is_service() or i.user_id = (select auth.uid())
    or i.meta_project_id in (select private.project_ids('editor')))
  for update of p;
  if not found then
    raise exception 'The phase does not exist' using errcode = 'MA404';
  elsif v_phase.status <> 'active' then
    raise exception 'The phase % is %, so its gate cannot be decided', v_phase.phase, v_phase.status using errcode = '23514';
  end if;
  if p_decision = 'approved' and not p_skip then
    select string_agg(m.label, ', ') into v_missing from public.missing_for_gate(p_phase_id) m;
    if v_missing is not null then
      raise exception 'The gate of % cannot be approved yet: % missing', v_phase.phase, v_missing using errcode = '23514',
        hint = 'Complete it, or skip the phase.';
    end if;
  end if;
  update public.idea_project_phases p
  set gate_status = p_decision, gate_notes = p_notes, gate_decided_at = now(), gate_decided_by = (select auth.uid()),
      status = case when p_decision = 'approved' then case when p_skip then 'skipped' else 'completed' end else p.status end,
      completed_at = case when p_decision = 'approved' then now() end
  where p.id = p_phase_id returning * into v_phase;
  if p_decision = 'approved' then
    update public.idea_project_phases p set status = 'active', started_at = now()
    where p.project_id = v_phase.project_id and p.ordinal = v_phase.ordinal + 1 and p.status = 'locked'
    returning p.id into v_next;
    update public.idea_projects i
    set current_phase = coalesce((select p.phase from public.idea_project_phases p where p.id = v_next), i.current_phase),
        overall_status = case when v_phase.ordinal = 6 then 'completed' else i.overall_status end,
        completed_at = case when v_phase.ordinal = 6 then now() end
    where i.id = v_phase.project_id;
  end if;
  return v_phase;
end
$$;

create or replace function public.decide_gate(
  p_phase_id uuid, p_decision text, p_notes text default null, p_skip boolean default false
)
returns public.idea_project_phases language sql volatile set search_path = '' as $$
  select private.decide_gate(p_phase_id, p_decision, p_notes, p_skip)
$$;

-- One row also for a project that is unknown or not visible: nothing of nothing.
create or replace function public.get_project_progress(project_uuid uuid)
returns table (phases_completed int, total_phases int, progress_percentage numeric)
language sql stable set search_path = '' as $$
  select count(*) filter (where p.status in ('completed', 'skipped'))::int, count(*)::int,
    coalesce(round(100.0 * count(*) filter (where p.status in ('completed', 'skipped')) / nullif(count(*), 0), 1), 0)
  from public.idea_project_phases p where p.project_id = project_uuid
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger trigger_initialize_phases after insert on public.idea_projects
  for each row execute function private.initialize_project_phases();
create or replace trigger place_in_phase before insert or update of phase_id, project_id on public.idea_phase_artifacts
  for each row execute function private.place_in_phase();
create or replace trigger place_in_phase before insert or update of phase_id, project_id on public.idea_phase_conversations
  for each row execute function private.place_in_phase();
create or replace trigger trigger_phase_activity after insert or update on public.idea_project_phases
  for each row execute function private.update_project_activity();
create or replace trigger trigger_artifact_activity after insert or update or delete on public.idea_phase_artifacts
  for each row execute function private.update_project_activity();
create or replace trigger trigger_conversation_activity after insert or update on public.idea_phase_conversations
  for each row execute function private.update_project_activity();
create or replace trigger version_artifact before update of content on public.idea_phase_artifacts
  for each row when (old.content is distinct from new.content) execute function private.version_artifact();
create or replace trigger keep_artifact_revision after insert or update of content on public.idea_phase_artifacts
  for each row when (new.content is not null) execute function private.keep_artifact_revision();
create or replace trigger count_idea_messages after insert or delete on public.idea_conversation_messages
  for each row execute function private.count_idea_messages();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.initialize_project_phases()');
call private.declare_execute('private.update_project_activity()');
call private.declare_execute('private.keep_artifact_revision()');
call private.declare_execute('private.count_idea_messages()');
call private.declare_execute('public.missing_for_gate(uuid)', 'authenticated');
call private.declare_execute('private.decide_gate(uuid, text, text, boolean)', 'authenticated');
call private.declare_execute('public.decide_gate(uuid, text, text, boolean)', 'authenticated');
call private.declare_execute('public.get_project_progress(uuid)', 'authenticated');

call private.declare_access('public.idea_project_templates', 'public', 'created_by', p_public => 'is_public',
  p_protected => '{use_count, is_featured}');
call private.declare_access('public.idea_projects', 'owner_or_project', p_project => 'meta_project_id',
  p_protected => '{last_activity_at, current_phase, completed_at}');
call private.declare_access('public.idea_project_phases', 'child', 'project_id', p_parent => 'public.idea_projects',
  p_actions => '{select, update}', p_protected => '{phase, status, gate_status, gate_notes, gate_decided_at, gate_decided_by,
  started_at, completed_at}');
call private.declare_access('public.idea_phase_artifacts', 'child', 'phase_id', p_parent => 'public.idea_project_phases',
  p_protected => '{project_id, version}');
call private.declare_access('public.idea_artifact_revisions', 'child', 'artifact_id', p_parent => 'public.idea_phase_artifacts',
  p_actions => '{select}');
call private.declare_access('public.idea_phase_conversations', 'child', 'phase_id', p_parent => 'public.idea_project_phases',
  p_protected => '{project_id, message_count}');
call private.declare_access('public.idea_conversation_messages', 'child', 'conversation_id',
  p_parent => 'public.idea_phase_conversations');
call private.declare_access('public.idea_project_decisions', 'child', 'project_id', p_parent => 'public.idea_projects');
call private.declare_reference('public.idea_projects', 'template_id', 'public.idea_project_templates');

-- ---------------------------------------------------------------------------------------------------- seeds

-- Written short: "id:type" with * for required, (ai) for assisted and {a|b} for options; outputs "id:kind/format";
-- gates "id:type" with *.
create or replace function private.idea_items(p_kind text, p_text text)
returns jsonb language sql immutable set search_path = '' as $$
  select coalesce(jsonb_agg(case p_kind
      when 'input' then jsonb_strip_nulls(jsonb_build_object('id', m.id, 'type', m.type, 'label', m.label,
        'required', m.item like '%*%', 'ai_assisted', m.item like '%(ai)%',
        'options', to_jsonb(string_to_array(substring(m.item from '\{(.*)\}'), '|'))))
      when 'output' then jsonb_build_object('id', m.id, 'name', m.label, 'kind', m.type, 'format', substring(m.item from '/(\w+)$'))
      else jsonb_build_object('id', m.id, 'type', m.type, 'label', m.label, 'required', m.item like '%*%') end order by m.n), '[]')
  from (
    select i.n, i.item, split_part(i.item, ':', 1) as id, substring(i.item from ':(\w+)') as type,
      replace(initcap(replace(split_part(i.item, ':', 1), '_', ' ')), ' Doc', ' Document') as label
    from unnest(string_to_array(nullif(p_text, ''), ', ')) with ordinality i (item, n)
  ) m
$$;
call private.declare_execute('private.idea_items(text, text)');

insert into public.idea_project_templates as t (created_by, name, description, project_type, icon, color, default_platform,
  suggested_stack, is_featured, phases)
select null, s.name, s.description, s.project_type, s.icon, s.color, s.platform, s.stack, true, (
  select jsonb_agg(jsonb_build_object('phase', (array['discovery', 'ideation', 'specification', 'planning', 'implementation',
      'launch'])[p.n], 'name', split_part(p.line, ' # ', 1), 'inputs', private.idea_items('input', split_part(p.line, ' # ', 2)),
      'outputs', private.idea_items('output', split_part(p.line, ' # ', 3)),
      'gates', private.idea_items('gate', split_part(p.line, ' # ', 4))) order by p.n)
  from unnest(s.phases) with ordinality p (line, n))
from (values
  ('New Product', 'From a problem worth solving to a product in use.', 'product', 'package', '#6366f1', 'github',
    array['Next.js', 'Supabase', 'TypeScript', 'Tailwind CSS'], array[
    'Discovery # initial_idea:textarea*(ai), target_users:textarea*(ai), problem:textarea*(ai) # problem_doc:document/markdown, user_personas:document/markdown, competitive_analysis:document/markdown # problem_validated:checklist*, users_identified:checklist*',
    'Ideation # solution_ideas:textarea*(ai), constraints:textarea(ai) # solution_brief:document/markdown, feature_list:checklist/markdown # solution_selected:checklist*',
    'Specification # tech_requirements:textarea*(ai) # spec_doc:document/markdown, architecture:diagram/mermaid, data_model:document/markdown # spec_complete:artifact_exists*',
    'Planning # timeline:text, team_size:text # plan_doc:document/markdown, tasks:checklist/markdown, milestones:document/markdown # plan_approved:approval*',
    'Implementation # repo_url:text # codebase:code/typescript, tests:code/typescript, docs:document/markdown # tests_passing:metric*, code_reviewed:checklist*',
    'Launch #  # launch_checklist:checklist/markdown, deployment_url:artifact/text, handoff:document/markdown # deployed:checklist*']),
  ('Marketing Campaign', 'From an audience to a campaign that runs and is measured.', 'marketing', 'megaphone', '#ec4899', null,
    array['Google Ads', 'Meta Ads', 'Mailchimp', 'Hootsuite'], array[
    'Research # campaign_goal:textarea*(ai), target_audience:textarea*(ai), budget:text # audience_analysis:document/markdown, competitor_ads:document/markdown # audience_defined:checklist*',
    'Creative Ideation # key_messages:textarea*(ai) # campaign_concepts:document/markdown, messaging_guide:document/markdown # concept_approved:approval*',
    'Asset Specs # channels:multi_select*{Social Media|Email|PPC|Content|PR} # asset_list:checklist/markdown, channel_strategy:document/markdown # assets_defined:checklist*',
    'Campaign Calendar # launch_date:text* # campaign_calendar:document/markdown, content_schedule:document/markdown # calendar_approved:approval*',
    'Asset Creation #  # creative_assets:artifact/markdown, copy_docs:document/markdown # assets_ready:checklist*',
    'Go Live #  # launch_checklist:checklist/markdown, tracking_setup:document/markdown, performance_dashboard:artifact/markdown # campaign_live:checklist*']),
  ('Lead Generation System', 'From an ideal customer to a funnel that fills itself.', 'lead_gen', 'users', '#10b981', null,
    array['HubSpot', 'Webflow', 'Zapier', 'Mailchimp'], array[
    'Lead Analysis # icp:textarea*(ai), lead_sources:textarea, conversion_goals:textarea*(ai) # icp_doc:document/markdown, funnel_analysis:document/markdown # icp_defined:checklist*',
    'Strategy Design # lead_magnets:textarea*(ai) # funnel_design:diagram/mermaid, lead_magnet_spec:document/markdown # strategy_approved:approval*',
    'Technical Spec # crm:select*{HubSpot|Salesforce|Pipedrive|Other} # integration_spec:document/markdown, automation_flows:diagram/mermaid # spec_complete:artifact_exists*',
    'Implementation Plan #  # task_list:checklist/markdown, timeline:document/markdown # plan_approved:approval*',
    'Build & Connect #  # landing_pages:artifact/markdown, email_sequences:document/markdown, integrations:document/markdown # system_tested:checklist*',
    'Go Live #  # launch_checklist:checklist/markdown, tracking_doc:document/markdown # system_live:checklist*']),
  ('AI Bot / Assistant', 'From a use case to an assistant that is watched in service.', 'bot', 'bot', '#8b5cf6', 'github',
    array['LangChain', 'OpenAI', 'Pinecone', 'Next.js'], array[
    'Use Case Analysis # bot_purpose:textarea*(ai), user_scenarios:textarea*(ai), knowledge_sources:textarea # use_case_doc:document/markdown, conversation_flows:diagram/mermaid # use_cases_defined:checklist*',
    'Personality & Tone # personality:textarea*(ai) # persona_doc:document/markdown, sample_dialogues:document/markdown # persona_approved:approval*',
    'Technical Design # model_choice:select*{GPT-4|Claude|Gemini|Custom}, integrations:multi_select*{Slack|Discord|Web Widget|API|WhatsApp} # architecture:diagram/mermaid, prompt_templates:document/markdown, api_spec:document/markdown # spec_complete:artifact_exists*',
    'Development Plan #  # dev_plan:document/markdown, test_plan:document/markdown # plan_approved:approval*',
    'Build & Train #  # bot_code:code/typescript, knowledge_base:artifact/markdown, test_results:document/markdown # bot_tested:checklist*',
    'Deploy & Monitor #  # deployment_doc:document/markdown, monitoring_setup:document/markdown # bot_live:checklist*'])
) as s (name, description, project_type, icon, color, platform, stack, phases)
on conflict (name) where created_by is null do update set description = excluded.description, project_type = excluded.project_type,
  icon = excluded.icon, color = excluded.color, default_platform = excluded.default_platform,
  suggested_stack = excluded.suggested_stack, phases = excluded.phases
where (t.description, t.project_type, t.icon, t.color, t.default_platform, t.suggested_stack, t.phases) is distinct from
  (excluded.description, excluded.project_type, excluded.icon, excluded.color, excluded.default_platform,
   excluded.suggested_stack, excluded.phases);
