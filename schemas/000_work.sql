-- Work: one way for rows to be a queue, and for rows below a parent to be where their parent is.
--
-- A table whose rows are work for a process (a research to do, an image to make, a workflow to go on with) is declared
-- by one line, after which every such table is claimed, kept and given back by the same four functions:
--
--   call private.declare_work('research', 'public.research_sessions', 'researching', 'failed', 'error_message',
--     't.status in (''pending'', ''researching'')');
--
-- Flow: a row meets the condition -> claim_work() gives it a lease (who, until when) and the next attempt number, and
-- sets the running status -> extend_work() keeps it; false means stop, it was cancelled or taken over -> hold_work()
-- at the start of every transaction that writes results -> release_work() ends the attempt: with an error it counts a
-- failure and either waits (retry) or, past the limit, fails. A worker that is lost counts as a failure too. Two
-- workers never hold one row: claims skip locked rows, and a stale worker is refused by its attempt number (MA409).
-- Channel meta_agent_work carries the name of the queue that may have work. (Tasks, answers and files of 001, 016 and
-- 017 have rules of their own and keep their own functions of the same shape.)
--
-- declare_child() makes rows below a parent carry its user_id and project_id, set by trigger and moved along, so that
-- access to them starts from an index. declare_reference() refuses a reference to a row the caller cannot see.
-- declare_events() announces changes on channel meta_agent_events for whoever follows them live.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists private.work_queues (
  queue text primary key,
  table_name text not null,
  running_status text not null,
  failed_status text not null,
  error_column text not null,
  condition text not null,
  ready text not null,
  ordering text not null,
  max_failures int not null
);

comment on table private.work_queues is 'Tables whose rows are work. Written by private.declare_work().';
comment on column private.work_queues.running_status is 'Status a claim sets.';
comment on column private.work_queues.failed_status is 'Status of a row whose failures passed the limit.';
comment on column private.work_queues.condition is 'SQL condition on alias t: the row needs work, waiting or under way.';
comment on column private.work_queues.ready is 'Further SQL condition on alias t for a row to be claimed now.';
comment on column private.work_queues.ordering is 'SQL order on alias t.';
comment on column private.work_queues.max_failures is
  'Failures in a row after which a row fails; a column max_retries of the table goes before it.';

-- ------------------------------------------------------------------------------------------------ functions

-- Wakes the workers of the queue named by the trigger's argument. For each row, not statement: a claim that finds nothing
-- must not wake the one who asked.
create or replace function private.notify_work()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  perform pg_notify('meta_agent_work', tg_argv[0]);
  return null;
end
$$;

create or replace procedure private.declare_work(
  p_queue text, p_table regclass, p_running text, p_failed text, p_error_column text, p_condition text,
  p_ordering text default 't.created_at', p_max_failures int default 5, p_ready text default 'true'
)
language plpgsql set search_path = '' as $$
declare
  v_name text := (select relname from pg_catalog.pg_class where oid = p_table);
begin
  execute format($sql$
    alter table %1$s
      add column if not exists lease_owner text,
      add column if not exists lease_expires_at timestamptz,
      add column if not exists attempt int not null default 0,
      add column if not exists failures int not null default 0,
      add column if not exists next_attempt_at timestamptz;
    comment on column %1$s.lease_owner is 'Worker that holds the row, until lease_expires_at.';
    comment on column %1$s.attempt is 'Fencing number: writes of any but the current attempt are refused.';
    comment on column %1$s.failures is 'Failed attempts in a row.';
    comment on column %1$s.next_attempt_at is 'Earliest next attempt.';
    create index if not exists %2$I on %1$s (lease_expires_at) where %3$s;
    create or replace trigger notify_work after insert or update of status, next_attempt_at on %1$s
      for each row execute function private.notify_work(%4$L);
    $sql$, p_table, 'idx_' || v_name || '_work', regexp_replace(p_condition, '\mt\.', '', 'g'), p_queue);
  insert into private.work_queues (queue, table_name, running_status, failed_status, error_column, condition, ready,
    ordering, max_failures)
  values (p_queue, p_table::text, p_running, p_failed, p_error_column, p_condition, p_ready, p_ordering, p_max_failures)
  on conflict (queue) do update set table_name = excluded.table_name, running_status = excluded.running_status,
    failed_status = excluded.failed_status, error_column = excluded.error_column, condition = excluded.condition,
    ready = excluded.ready, ordering = excluded.ordering, max_failures = excluded.max_failures;
end
$$;

create or replace function private.work_queue(p_queue text)
returns private.work_queues language plpgsql stable set search_path = '' as $$
declare
  v_queue private.work_queues;
begin
  select * into v_queue from private.work_queues q where q.queue = p_queue;
  if not found then
    raise exception 'There is no queue "%"', p_queue using errcode = '22023',
      hint = 'Known: ' || (select string_agg(q.queue, ', ' order by q.queue) from private.work_queues q);
  end if;
  return v_queue;
end
$$;

-- Gives a worker up to p_limit rows of a queue: new ones, due ones and those of a lost worker.
create or replace function public.claim_work(
  p_queue text, p_worker text, p_limit int default 1, p_lease interval default '30 seconds'
)
returns table (id uuid, attempt int) language plpgsql volatile set search_path = '' as $$
declare
  v_queue private.work_queues := private.work_queue(p_queue);
begin
  -- What takes its workers down with it must not do so for ever.
  execute format($sql$
    update %1$s t set status = %2$L, %3$I = format('%%s workers in a row were lost at this', t.failures + 1),
      failures = t.failures + 1, lease_owner = null, lease_expires_at = null
    where (%4$s) and t.lease_expires_at <= now() and t.failures >= %5$s
    $sql$, v_queue.table_name, v_queue.failed_status, v_queue.error_column, v_queue.condition, v_queue.max_failures);
  return query execute format($sql$
    update %1$s t
    set status = %2$L, lease_owner = $1, lease_expires_at = now() + $3, attempt = t.attempt + 1, next_attempt_at = null,
      failures = t.failures + case when t.lease_owner is null then 0 else 1 end
    where t.id in (
      select t.id from %1$s t
      where (%3$s) and (t.lease_expires_at is null or t.lease_expires_at <= now())
        and (t.next_attempt_at is null or t.next_attempt_at <= now()) and (%5$s)
      order by %4$s limit $2 for update skip locked
    )
    returning t.id, t.attempt
    $sql$, v_queue.table_name, v_queue.running_status, v_queue.condition, v_queue.ordering, v_queue.ready)
  using p_worker, p_limit, p_lease;
end
$$;

-- Keeps a row for its worker. False: the lease was lost, or the row was cancelled; the worker must stop.
create or replace function public.extend_work(p_queue text, p_id uuid, p_worker text, p_attempt int, p_lease interval)
returns boolean language plpgsql volatile set search_path = '' as $$
declare
  v_queue private.work_queues := private.work_queue(p_queue);
  v_count int;
begin
  execute format('update %s t set lease_expires_at = now() + $4
    where t.id = $1 and t.lease_owner = $2 and t.attempt = $3 and (%s)', v_queue.table_name, v_queue.condition)
  using p_id, p_worker, p_attempt, p_lease;
  get diagnostics v_count = row_count;
  return v_count > 0;
end
$$;

-- Holds a lease until the transaction ends, so that nobody takes the row over between two writes. Raises MA409.
create or replace function public.hold_work(p_queue text, p_id uuid, p_worker text, p_attempt int)
returns void language plpgsql volatile set search_path = '' as $$
declare
  v_queue private.work_queues := private.work_queue(p_queue);
  v_found boolean;
begin
  execute format('select true from %s t where t.id = $1 and t.lease_owner = $2 and t.attempt = $3 and (%s) for share',
    v_queue.table_name, v_queue.condition) into v_found using p_id, p_worker, p_attempt;
  if v_found is null then
    raise exception 'Attempt % of this work no longer belongs to worker %', p_attempt, p_worker
      using errcode = 'MA409', hint = 'Stop working on it: it was cancelled or taken over.';
  end if;
end
$$;

-- Ends an attempt: sets the status and gives up the lease. With p_error and p_retry_after the row is tried again after
-- that time, and fails once its failures pass the limit. False: the caller does not hold the lease.
create or replace function public.release_work(
  p_queue text, p_id uuid, p_worker text, p_attempt int, p_status text, p_error text default null,
  p_retry_after interval default null
)
returns boolean language plpgsql volatile set search_path = '' as $$
declare
  v_queue private.work_queues := private.work_queue(p_queue);
  v_count int;
begin
  execute format($sql$
    update %1$s t
    set status = case when $5 is not null and $6 is not null and t.failures + 1 > %3$s then %2$L else $4 end,
      failures = case when $5 is null then 0 else t.failures + 1 end,
      %4$I = $5, next_attempt_at = now() + $6, lease_owner = null, lease_expires_at = null
    where t.id = $1 and t.lease_owner = $2 and t.attempt = $3 and (%5$s)
    $sql$, v_queue.table_name, v_queue.failed_status,
    case when exists (select from pg_catalog.pg_attribute
      where attrelid = v_queue.table_name::regclass and attname = 'max_retries')
    then 't.max_retries' else v_queue.max_failures::text end,
    v_queue.error_column, v_queue.condition)
  using p_id, p_worker, p_attempt, p_status, p_error, p_retry_after;
  get diagnostics v_count = row_count;
  return v_count > 0;
end
$$;

-- Gives a row user_id and project_id of its parent; arguments: parent table, column that points to it.
create or replace function private.place_child()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_user uuid;
  v_project uuid;
  v_found boolean;
begin
  execute format('select p.user_id, p.project_id, true from %s p where p.id = ($1).%I', tg_argv[0], tg_argv[1])
    into v_user, v_project, v_found using new;
  if v_found is null then
    raise exception 'The row of % that this belongs to does not exist', tg_argv[0] using errcode = '23503';
  end if;
  new.user_id := v_user;
  new.project_id := v_project;
  return new;
end
$$;

-- Rows below follow their parent to another project or owner; arguments: table of the rows, column that points here.
create or replace function private.move_children()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  execute format('update %s c set user_id = $1, project_id = $2 where c.%I = $3', tg_argv[0], tg_argv[1])
    using new.user_id, new.project_id, new.id;
  return null;
end
$$;

-- Makes a table carry user_id and project_id of its parent, and declares its access by them.
create or replace procedure private.declare_child(
  p_table regclass, p_column text, p_parent regclass, p_actions text[] default array['select', 'insert', 'update', 'delete'],
  p_protected text[] default '{}', p_hidden text[] default '{}'
)
language plpgsql set search_path = '' as $$
declare
  v_name text := (select relname from pg_catalog.pg_class where oid = p_table);
begin
  execute format($sql$
    alter table %1$s
      add column if not exists user_id uuid not null references auth.users (id) on delete cascade,
      add column if not exists project_id uuid references public.meta_projects (id) on delete cascade;
    comment on column %1$s.user_id is 'Owner of the row of %4$s, set by trigger.';
    comment on column %1$s.project_id is 'Project of the row of %4$s, set by trigger.';
    create index if not exists %5$I on %1$s (user_id);
    create index if not exists %6$I on %1$s (project_id);
    create or replace trigger place_child before insert or update of %3$I, user_id, project_id on %1$s
      for each row execute function private.place_child(%2$L, %3$L);
    create or replace trigger %7$I after update of user_id, project_id on %2$s
      for each row when (old.project_id is distinct from new.project_id or old.user_id is distinct from new.user_id)
      execute function private.move_children(%1$L, %3$L);
    $sql$, p_table, p_parent, p_column, replace(p_parent::text, 'public.', ''), 'idx_' || v_name || '_user_id',
    'idx_' || v_name || '_project_id', 'move_' || v_name);
  call private.declare_access(p_table, 'owner_or_project', p_parent => p_parent, p_actions => p_actions,
    p_protected => array['user_id', 'project_id'] || p_protected, p_hidden => p_hidden);
end
$$;

-- Tells followers on channel meta_agent_events that a row changed: which and whose, never what is in it. Arguments:
-- the name the API uses, and the column with the id of what people follow (the row's own id without it).
create or replace function private.notify_event()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  perform pg_notify('meta_agent_events', jsonb_strip_nulls(jsonb_build_object(
    'what', tg_argv[0], 'id', v_row -> 'id', 'of', v_row -> coalesce(tg_argv[1], 'id'),
    'user_id', v_row -> 'user_id', 'project_id', v_row -> 'project_id'))::text);
  return null;
end
$$;

create or replace procedure private.declare_events(p_table regclass, p_what text, p_of text default 'id')
language plpgsql set search_path = '' as $$
begin
  execute format('create or replace trigger notify_event after insert or update or delete on %s
    for each row execute function private.notify_event(%L, %L)', p_table, p_what, p_of);
end
$$;

-- Refuses a reference to a row the caller cannot see, in the words of one that does not exist. Arguments: column,
-- table it points to, and optionally a column of both rows that must be equal (rows of one owner, of one session).
create or replace function private.check_reference()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_new jsonb := to_jsonb(new);
  v_found boolean;
begin
  if v_new ->> tg_argv[0] is null or tg_op = 'UPDATE' and to_jsonb(old) -> tg_argv[0] = v_new -> tg_argv[0] then
    return new;
  end if;
  execute format('select true from %s r where r.id = %L', tg_argv[1], v_new ->> tg_argv[0])
    || case when tg_nargs > 2 then format(' and r.%I = %L', tg_argv[2], v_new ->> tg_argv[2]) else '' end
    into v_found;
  if v_found is null then
    raise exception 'The row of % that % points to does not exist', tg_argv[1], tg_argv[0] using errcode = '23503';
  end if;
  return new;
end
$$;

create or replace procedure private.declare_reference(p_table regclass, p_column text, p_target regclass, p_same text default null)
language plpgsql set search_path = '' as $$
begin
  execute format('create or replace trigger %I before insert or update of %I on %s
    for each row execute function private.check_reference(%L, %L%s)', 'check_' || p_column, p_column, p_table, p_column,
    p_target, ', ' || quote_literal(p_same));
end
$$;

comment on procedure private.declare_work(text, regclass, text, text, text, text, text, int, text) is
  'Makes the rows of a table work that is claimed under a lease.';
comment on procedure private.declare_child(regclass, text, regclass, text[], text[], text[]) is
  'Makes a table carry owner and project of its parent, and declares its access by them.';
comment on procedure private.declare_events(regclass, text, text) is
  'Announces changes of a table''s rows on channel meta_agent_events.';
comment on procedure private.declare_reference(regclass, text, regclass, text) is
  'Refuses references to rows the caller cannot see.';

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.declare_work(text, regclass, text, text, text, text, text, int, text) from public;
revoke execute on procedure private.declare_child(regclass, text, regclass, text[], text[], text[]) from public;
revoke execute on procedure private.declare_events(regclass, text, text) from public;
revoke execute on procedure private.declare_reference(regclass, text, regclass, text) from public;
call private.declare_execute('private.work_queue(text)');
call private.declare_execute('private.move_children()');
call private.declare_execute('public.claim_work(text, text, int, interval)');
call private.declare_execute('public.extend_work(text, uuid, text, int, interval)');
call private.declare_execute('public.hold_work(text, uuid, text, int)');
call private.declare_execute('public.release_work(text, uuid, text, int, text, text, interval)');

call private.declare_access('private.work_queues', 'service');
