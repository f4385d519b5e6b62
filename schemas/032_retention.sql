-- Retention: how long what grows without end is kept.
--
-- Each of retention_rules names rows of one table by their age (and a condition) and how long they are kept; null keeps
-- them for good. The defaults are those below; administrators change keep_for, and a deployment leaves it as it is.
-- run_retention() is the one housekeeping call: the server makes it each hour. It ends what is silent (presence, rooms,
-- editors), gives back budget reservations that ran out, and deletes what is too old, at most p_batch rows of each rule, so
-- that no transaction is long; called again until no rule removes a full batch, it is done.
--
-- Sums outlive what they sum up (usage_daily, image_generation_stats, the counters of sessions), and so does history that
-- somebody may have to answer for (meta_task_history, meta_project_history, meta_task_runs), unless an administrator says so.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.retention_rules (
  name text primary key,
  table_name text not null,
  column_name text not null,
  condition text not null default 'true',
  keep_for interval check (keep_for >= interval '0'),
  description text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.retention_rules is 'How long rows of a kind are kept; run_retention() deletes older ones.';
comment on column public.retention_rules.column_name is 'The time that a row''s age is counted from.';
comment on column public.retention_rules.condition is 'SQL condition on alias t for the rows that are meant.';
comment on column public.retention_rules.keep_for is 'Null keeps them for good.';

-- ------------------------------------------------------------------------------------------------ functions

-- Declares which rows end, and their default period; an index finds the old ones without reading the table.
create or replace procedure private.declare_retention(
  p_name text, p_table regclass, p_column text, p_keep_for interval, p_description text, p_condition text default 'true'
)
language plpgsql set search_path = '' as $$
declare
  v_table text := (select relname from pg_catalog.pg_class where oid = p_table);
begin
  insert into public.retention_rules (name, table_name, column_name, condition, keep_for, description)
  values (p_name, 'public.' || quote_ident(v_table), p_column, p_condition, p_keep_for, p_description)
  on conflict (name) do update set table_name = excluded.table_name, column_name = excluded.column_name,
    condition = excluded.condition, description = excluded.description;
  if not exists (
    select from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = p_table and a.attname = p_column)
  then
    execute format('create index %I on %s using brin (%I)', 'idx_' || v_table || '_age', p_table, p_column);
  end if;
end
$$;

-- The one housekeeping call: what was done, by name, where anything was.
create or replace function public.run_retention(p_batch int default 5000)
returns table (name text, row_count bigint) language plpgsql volatile set search_path = '' as $$
declare
  v_rule record;
begin
  return query
    select d.name, d.row_count from (values
      ('presence that went silent', public.cleanup_stale_presence()::bigint),
      ('rooms that everybody left', public.end_inactive_sessions()::bigint),
      ('editors that went silent', public.cleanup_ide_sync()::bigint),
      ('budget reservations that ran out', public.release_expired_reservations()::bigint)
    ) as d (name, row_count) where d.row_count > 0;
  for v_rule in select * from public.retention_rules r where r.keep_for is not null order by r.name loop
    name := v_rule.name;
    execute format(
      'with old as (select t.ctid from %s t where t.%I < now() - $1 and (%s) limit $2 for update skip locked)
       delete from %1$s t using old where t.ctid = old.ctid', v_rule.table_name, v_rule.column_name, v_rule.condition)
      using v_rule.keep_for, p_batch;
    get diagnostics row_count = row_count;
    if row_count > 0 then
      return next;
    end if;
  end loop;
end
$$;

comment on function public.run_retention(int) is
  'Ends what is silent and deletes what is too old, at most so many rows of each rule; the server calls it each hour.';

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.declare_retention(text, regclass, text, interval, text, text) from public;
call private.declare_execute('public.run_retention(int)');

call private.declare_access('public.retention_rules', 'catalog', p_actions => '{select, update}',
  p_protected => '{name, table_name, column_name, condition, description}');

-- ---------------------------------------------------------------------------------------------------- seeds

call private.declare_retention('sessions', 'public.sessions', 'expires_at', '0', 'Sign-ins after they expired.');
call private.declare_retention('setup_tokens', 'public.setup_tokens', 'expires_at', '7 days', 'Setup links after they expired.');
call private.declare_retention('idempotency_keys', 'public.idempotency_keys', 'created_at', '1 day', 'Answers to repeat.');
call private.declare_retention('rate_limits', 'public.rate_limits', 'refilled_at', '1 day', 'Rate limits nobody used lately.');
call private.declare_retention('organization_invitations', 'public.organization_invitations', 'expires_at', '30 days',
  'Invitations after they expired.');
call private.declare_retention('conversation_trash', 'public.meta_conversations', 'deleted_at', '30 days',
  'Conversations in the trash, with their messages.');
call private.declare_retention('memory_trash', 'public.meta_memory_trash', 'deleted_at', '1 hour', 'Facts that were forgotten.');
call private.declare_retention('memory_candidates', 'public.meta_memory_candidates', 'decided_at', '30 days',
  'Facts found in chats that became memories; rejected ones stay, so that they are not asked about again.', 't.status <> ''rejected''');
call private.declare_retention('memory_extractions', 'public.meta_memory_extractions', 'created_at', '1 day',
  'Turns of chats that were read for facts.', 't.status in (''done'', ''failed'')');
call private.declare_retention('auth_audit_log', 'public.auth_audit_log', 'created_at', '2 years', 'Sign-ins and what changed rights.');
call private.declare_retention('settings_history', 'public.settings_history', 'changed_at', '1 year', 'What settings were before.');
call private.declare_retention('task_history', 'public.meta_task_history', 'created_at', null, 'Who changed what in tasks.');
call private.declare_retention('project_history', 'public.meta_project_history', 'created_at', null, 'Who changed what in projects.');
call private.declare_retention('task_runs', 'public.meta_task_runs', 'started_at', null, 'Runs of tasks, with their cost.',
  't.status <> ''running''');
call private.declare_retention('budget_reservations', 'public.meta_budget_reservations', 'created_at', '90 days',
  'Reservations that were settled or given back.', 't.released_at is not null');
call private.declare_retention('api_usage', 'public.api_usage', 'created_at', '1 year', 'Calls of models; usage_daily keeps their sums.');
call private.declare_retention('presence_history', 'public.presence_history', 'started_at', '90 days', 'When people were here.',
  't.ended_at is not null');
call private.declare_retention('realtime_events', 'public.realtime_events', 'timestamp', '30 days', 'What happened in rooms.');
call private.declare_retention('realtime_operations', 'public.realtime_operations', 'applied_at', '90 days',
  'Changes made in rooms; the text they led to stays.');
call private.declare_retention('sync_conflicts', 'public.sync_conflicts', 'resolved_at', '90 days', 'Conflicts that were resolved.');
call private.declare_retention('research_events', 'public.research_events', 'created_at', '90 days', 'Progress of research.');
call private.declare_retention('workflow_logs', 'public.meta_workflow_logs', 'created_at', '90 days', 'What runs of workflows told.');
call private.declare_retention('workflow_executions', 'public.workflow_executions', 'completed_at', '1 year', 'Replays that ended.');
call private.declare_retention('task_executions', 'public.task_executions', 'completed_at', '1 year', 'Executions of schedules that ended.');
call private.declare_retention('video_analytics', 'public.video_analytics', 'created_at', '1 year', 'Who watched what.');
call private.declare_retention('google_workspace_actions', 'public.google_workspace_actions', 'created_at', '1 year',
  'What was done in Google Workspace.');
call private.declare_retention('google_ai_features_usage', 'public.google_ai_features_usage', 'created_at', '1 year',
  'What models did in Google Workspace.');
call private.declare_retention('sync_events', 'public.sync_events', 'created_at', '90 days', 'Changes for other machines.');
call private.declare_retention('notifications_read', 'public.notifications', 'created_at', '90 days', 'Notifications that were read.',
  't.read_at is not null');
call private.declare_retention('notifications', 'public.notifications', 'created_at', '1 year', 'All other notifications.');
