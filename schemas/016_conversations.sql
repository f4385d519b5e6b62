-- Conversations: chats of people and transcripts of agents.
--
-- meta_conversations contain meta_messages in the order of sequence. In a chat they are a tree: each message stands
-- under the one it follows (parent_message_id), siblings are versions of the same place, and is_active_branch marks the
-- one path from a root to a leaf that is shown. A parent is older than what follows it, so the order of sequence is
-- the order of every path. switch_branch() shows another path, delete_branch() ends one. Steps on the way to an answer
-- (tool calls and their results, is_step) stand under the answer and are shown with it.
--
-- meta_message_attachments join messages to files; meta_conversation_shares are links to a path as it was when the link
-- was made, stored as hashes, with expiry and password. A conversation in a project is read by its members, and its
-- editors may speak in it: an answer is produced with the rights of whoever asked (author_id). Agent transcripts have
-- agent_type task, and meta_tasks.thread_id points to them.
--
-- A tool that asks first (meta_tool_permissions) pauses the answer: it is waiting until the person who asked decides
-- the row of meta_tool_approvals, which no agent may.
--
-- Answers: the server inserts an assistant message with status streaming; whoever generates it holds a lease on the
-- row (claim_messages, extend_message_lease), so that leaving the page stops nothing and a crashed server's answer
-- is taken up by another. Messages carry user_id and project_id of their conversation, set by trigger, so that
-- search starts from an index. Totals of a conversation are kept by trigger.
-- deleted_at is the trash: set it to hide, clear it to restore, delete the row to end it.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.meta_conversations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  agent_type text not null default 'general' check (agent_type in ('thinking', 'research', 'general', 'voice', 'task')),
  title text,
  summary text,
  model_used text,
  total_tokens bigint not null default 0,
  total_cost numeric(14, 6) not null default 0,
  message_count int not null default 0,
  last_sequence bigint not null default 0,
  last_message_at timestamptz not null default now(),
  is_archived boolean not null default false,
  is_pinned boolean not null default false,
  metadata jsonb not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.meta_conversations is 'Conversation containers.';
comment on column public.meta_conversations.project_id is
  'Folder of the conversation; its members can read it.';
comment on column public.meta_conversations.agent_type is
  'Who is talked to; task: the transcript of an agent''s run.';
comment on column public.meta_conversations.total_tokens is 'Input and output tokens of all messages.';
comment on column public.meta_conversations.total_cost is 'US dollars.';
comment on column public.meta_conversations.last_sequence is 'Sequence of the newest message.';
comment on column public.meta_conversations.deleted_at is 'When it was moved to the trash.';
comment on column public.meta_conversations.metadata is
  'Choices for this conversation: {"provider_id", "model_tier", "import": {"source", "external_id"}, …}.';

alter table public.meta_conversations add column if not exists is_private boolean not null default false;
alter table public.meta_conversations add column if not exists is_titled boolean not null default false;
alter table public.meta_conversations
  add column if not exists persona_id uuid references public.personas (id) on delete set null;
update public.meta_conversations set last_message_at = created_at where last_message_at is null;
alter table public.meta_conversations
  alter column last_message_at set default now(),
  alter column last_message_at set not null;

comment on column public.meta_conversations.is_private is
  'Nothing is remembered from it, nothing remembered is used, and no search finds its messages.';
comment on column public.meta_conversations.last_message_at is
  'When something was said last, the order of lists; of an empty conversation, when it was begun.';
comment on column public.meta_conversations.persona_id is 'Who answers; null: the assistant without a persona.';
comment on column public.meta_conversations.is_titled is
  'The title was chosen by a person or made from the first exchange; false: it is the beginning of the question.';

create table if not exists public.meta_messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.meta_conversations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete set null,
  parent_message_id uuid references public.meta_messages (id) on delete set null,
  sequence bigint not null,
  role text not null check (role in ('user', 'assistant', 'system', 'tool')),
  content text not null default '',
  content_type text not null default 'text' check (content_type in ('text', 'markdown', 'code', 'image', 'audio')),
  status text not null default 'complete' check (status in ('complete', 'streaming', 'waiting', 'stopped', 'failed')),
  error text,
  reasoning text,
  tool_calls jsonb,
  tool_call_id text,
  tool_name text,
  tool_input jsonb,
  tool_output jsonb,
  branch_name text,
  is_active_branch boolean not null default true,
  model_used text,
  input_tokens bigint not null default 0 check (input_tokens >= 0),
  output_tokens bigint not null default 0 check (output_tokens >= 0),
  cached_tokens bigint not null default 0 check (cached_tokens >= 0),
  reasoning_tokens bigint not null default 0 check (reasoning_tokens >= 0),
  tokens_used bigint generated always as (input_tokens + output_tokens) stored,
  cost numeric(14, 6) not null default 0 check (cost >= 0),
  user_rating int check (user_rating between 1 and 5),
  user_feedback text,
  metadata jsonb not null default '{}',
  idempotency_key text,
  lease_owner text,
  lease_expires_at timestamptz,
  attempt int not null default 0,
  embedding extensions.vector,
  embedding_model text,
  search_vector tsvector generated always as (to_tsvector('pg_catalog.english', left(content, 100000))) stored,
  search_length int generated always as (length(to_tsvector('pg_catalog.english', left(content, 100000)))) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (conversation_id, sequence)
);

-- Conversations of an earlier release were a list; the tree is made of it once.
do $$
begin
  if not exists (select from pg_catalog.pg_attribute
    where attrelid = 'public.meta_messages'::regclass and attname = 'is_step')
  then
    update public.meta_messages m set parent_message_id = (
      select b.id from public.meta_messages b
      where b.conversation_id = m.conversation_id and b.sequence < m.sequence and b.role in ('user', 'assistant')
        and b.tool_calls is null
      order by b.sequence desc limit 1)
    where m.role = 'user' and m.parent_message_id is null
      and m.conversation_id in (select c.id from public.meta_conversations c where c.agent_type <> 'task');
  end if;
  if not exists (select from pg_catalog.pg_constraint where conrelid = 'public.meta_messages'::regclass
    and conname = 'meta_messages_status_check' and pg_get_constraintdef(oid) like '%waiting%')
  then
    alter table public.meta_messages drop constraint if exists meta_messages_status_check;
    alter table public.meta_messages add constraint meta_messages_status_check
      check (status in ('complete', 'streaming', 'waiting', 'stopped', 'failed'));
  end if;
end
$$;

alter table public.meta_messages
  add column if not exists author_id uuid references auth.users (id) on delete set null,
  add column if not exists is_step boolean not null generated always as (role = 'tool' or tool_calls is not null) stored,
  add column if not exists embedding_bits bit varying
    generated always as (extensions.binary_quantize(embedding)) stored;

comment on table public.meta_messages is 'Individual messages, in the order of sequence.';
comment on column public.meta_messages.author_id is
  'Who said it, or asked for the answer, which is produced with their rights; set by trigger.';
comment on column public.meta_messages.is_step is
  'A tool call on the way to an answer, or its result.';
comment on column public.meta_messages.embedding_bits is
  'Signs of the embedding: small enough to compare every row of a search.';
comment on column public.meta_messages.user_id is 'Owner of the conversation, set by trigger.';
comment on column public.meta_messages.project_id is 'Project of the conversation, set by trigger.';
comment on column public.meta_messages.parent_message_id is
  'Message it follows; siblings are versions of the same place. Of a step: the answer it serves.';
comment on column public.meta_messages.sequence is 'Position in the conversation, given by trigger.';
comment on column public.meta_messages.status is
  'streaming while it is generated; waiting for a person''s decision on a tool call; stopped by the person; failed with error.';
comment on column public.meta_messages.reasoning is
  'What the model thought before it answered, where it says so.';
comment on column public.meta_messages.tool_calls is
  'Calls an assistant message asks for: [{"id", "name", "input"}].';
comment on column public.meta_messages.tool_call_id is 'The call a tool message answers.';
comment on column public.meta_messages.tool_output is 'What the tool returned.';
comment on column public.meta_messages.is_active_branch is
  'On the path that is shown; false for versions that were edited or regenerated away.';
comment on column public.meta_messages.cached_tokens is
  'Part of input_tokens read from the provider''s cache.';
comment on column public.meta_messages.reasoning_tokens is 'Part of output_tokens spent on reasoning.';
comment on column public.meta_messages.cost is 'US dollars.';
comment on column public.meta_messages.metadata is
  '{"citations": [{"chunk_id", "quote"}], "memories": [id], …}.';
comment on column public.meta_messages.idempotency_key is
  'A repeated request with the same key makes one message.';
comment on column public.meta_messages.lease_owner is 'Process that generates the answer.';
comment on column public.meta_messages.attempt is 'Fencing number of the generation.';
comment on column public.meta_messages.embedding is 'Embedding of the content by embedding_model, any width.';
comment on column public.meta_messages.search_vector is 'Lexemes of the content (first 100,000 characters).';
comment on column public.meta_messages.search_length is
  'Number of distinct lexemes, the document length of BM25.';

create table if not exists public.meta_message_attachments (
  id uuid primary key default gen_random_uuid(),
  message_id uuid not null references public.meta_messages (id) on delete cascade,
  file_metadata_id uuid,
  file_name text not null,
  file_type text not null,
  file_size bigint check (file_size >= 0),
  storage_path text not null,
  thumbnail_path text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
);

alter table public.meta_message_attachments
  add column if not exists position int not null default 0,
  add column if not exists delivered_as text check (delivered_as in ('native', 'text', 'passages', 'unread'));

comment on table public.meta_message_attachments is 'Files attached to messages.';
comment on column public.meta_message_attachments.position is 'Order within the message, from 0.';
comment on column public.meta_message_attachments.delivered_as is
  'How the model was last given it: native as an image or document, text as its whole text, passages as the parts found '
  'for the question, unread when it has no text and the model does not take its type.';
comment on column public.meta_message_attachments.file_metadata_id is
  'The file; null once it was deleted, the name stays.';
comment on column public.meta_message_attachments.file_type is 'MIME type.';

create table if not exists public.meta_conversation_shares (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.meta_conversations (id) on delete cascade,
  share_token_hash text not null unique,
  shared_by uuid default auth.uid() references auth.users (id) on delete cascade,
  password_hash text,
  expires_at timestamptz,
  revoked_at timestamptz,
  view_count int not null default 0,
  is_public boolean not null default false,
  created_at timestamptz not null default now()
);

alter table public.meta_conversation_shares
  add column if not exists leaf_message_id uuid references public.meta_messages (id) on delete cascade,
  add column if not exists has_password boolean not null generated always as (password_hash is not null) stored;

comment on table public.meta_conversation_shares is 'Sharing links.';
comment on column public.meta_conversation_shares.leaf_message_id is
  'Last message the link shows, with those before it on its path; what was said later stays private.';
comment on column public.meta_conversation_shares.has_password is
  'Whether a password is asked for; its hash is never shown.';
comment on column public.meta_conversation_shares.share_token_hash is 'SHA-256 of the token in the link.';
comment on column public.meta_conversation_shares.password_hash is
  'Argon2id of the password the reader must give; null: none.';
comment on column public.meta_conversation_shares.is_public is
  'Opens for everybody with the link; false: for signed-in users with it.';

create table if not exists public.meta_tool_permissions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  conversation_id uuid references public.meta_conversations (id) on delete cascade,
  tool_name text not null check (btrim(tool_name) <> ''),
  permission text not null check (permission in ('always', 'ask', 'never')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (user_id, tool_name, conversation_id)
);

comment on table public.meta_tool_permissions is
  'What a person decided about a tool in chats; one of a conversation goes before the general one.';
comment on column public.meta_tool_permissions.conversation_id is 'Null: in all conversations.';
comment on column public.meta_tool_permissions.permission is
  'always runs without asking; ask pauses the answer; never refuses the call.';

create table if not exists public.meta_tool_approvals (
  id uuid primary key default gen_random_uuid(),
  message_id uuid not null references public.meta_messages (id) on delete cascade,
  call_key text not null,
  tool_name text not null,
  tool_input jsonb not null default '{}',
  decision text check (decision in ('allowed', 'denied')),
  decided_by uuid references auth.users (id) on delete set null,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  unique (message_id, call_key)
);

comment on table public.meta_tool_approvals is 'Tool calls of answers that a person was asked to allow.';
comment on column public.meta_tool_approvals.message_id is 'The answer that waits.';
comment on column public.meta_tool_approvals.call_key is 'Step and place of the call, the key of its effect.';
comment on column public.meta_tool_approvals.tool_input is 'What the tool is called with, as it was shown.';
comment on column public.meta_tool_approvals.decision is 'Null until the person who asked has decided.';
comment on column public.meta_tool_approvals.decided_by is 'Set by trigger, as decided_at.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_conversations_user_last on public.meta_conversations (user_id, last_message_at desc);
drop index if exists public.idx_conversations_user_id; -- it was ordered by updated_at
create index if not exists idx_conversations_imported on public.meta_conversations
  (user_id, (metadata #>> '{import,source}'), (metadata #>> '{import,external_id}')) where metadata ? 'import';
create index if not exists idx_conversations_persona on public.meta_conversations (persona_id);
create index if not exists idx_conversations_project_id on public.meta_conversations (project_id);
create index if not exists idx_conversations_trash on public.meta_conversations (deleted_at) where deleted_at is not null;
create index if not exists idx_messages_user_id on public.meta_messages (user_id);
create index if not exists idx_messages_project_id on public.meta_messages (project_id);
create index if not exists idx_messages_parent_id on public.meta_messages (parent_message_id);
create index if not exists idx_messages_generating on public.meta_messages (lease_expires_at) where status = 'streaming';
create index if not exists idx_messages_search on public.meta_messages using gin (search_vector);
create index if not exists idx_messages_embedding_model on public.meta_messages (embedding_model, id);
create unique index if not exists idx_messages_idempotency on public.meta_messages (conversation_id, idempotency_key)
  where idempotency_key is not null;
create index if not exists idx_message_attachments_message_id on public.meta_message_attachments (message_id);
create index if not exists idx_messages_author_id on public.meta_messages (author_id);
create index if not exists idx_conversation_shares_leaf on public.meta_conversation_shares (leaf_message_id);
create index if not exists idx_tool_permissions_conversation_id on public.meta_tool_permissions (conversation_id);
create index if not exists idx_tool_approvals_decided_by on public.meta_tool_approvals (decided_by);
create index if not exists idx_conversation_shares_conversation_id on public.meta_conversation_shares (conversation_id);
create index if not exists idx_conversation_shares_shared_by on public.meta_conversation_shares (shared_by);

call private.declare_foreign_key('public.meta_tasks', 'thread_id', 'public.meta_conversations', 'set null');
call private.declare_foreign_key('public.files', 'conversation_id', 'public.meta_conversations', 'set null');
call private.declare_foreign_key(
  'public.meta_memory_facts', 'source_conversation_id', 'public.meta_conversations', 'set null');
call private.declare_foreign_key('public.meta_memory_facts', 'source_message_id', 'public.meta_messages', 'set null');
call private.declare_foreign_key(
  'public.meta_memory_candidates', 'source_conversation_id', 'public.meta_conversations', 'cascade');
call private.declare_foreign_key('public.meta_memory_candidates', 'source_message_id', 'public.meta_messages', 'cascade');
call private.declare_foreign_key('public.meta_memory_extractions', 'message_id', 'public.meta_messages', 'cascade');

-- ------------------------------------------------------------------------------------------------ functions

-- A new message takes the next sequence, and owner and project of its conversation. The conversation's row lock
-- makes writers of one conversation take turns.
create or replace function private.place_message()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    new.conversation_id := old.conversation_id;
    new.sequence := old.sequence;
    return new;
  end if;
  update public.meta_conversations c
  set last_sequence = c.last_sequence + 1,
      last_message_at = case when c.last_sequence = 0 then new.created_at else greatest(c.last_message_at, new.created_at) end
  where c.id = new.conversation_id
  returning c.last_sequence, c.user_id, c.project_id into new.sequence, new.user_id, new.project_id;
  if not found then
    raise exception 'The conversation does not exist' using errcode = '23503';
  elsif new.parent_message_id is not null and not exists (select from public.meta_messages m
    where m.id = new.parent_message_id and m.conversation_id = new.conversation_id)
  then
    raise exception 'The parent message is not in this conversation' using errcode = '23503';
  end if;
  new.author_id := coalesce((select auth.uid()), new.author_id);
  -- A step is shown where its answer is; is_step itself is not computed yet.
  if new.parent_message_id is not null and (new.role = 'tool' or new.tool_calls is not null) then
    select m.is_active_branch into new.is_active_branch from public.meta_messages m where m.id = new.parent_message_id;
  end if;
  return new;
end
$$;

-- An answer that waits has no holder, so that it can be claimed at once when it goes on.
create or replace function private.release_answer()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  new.lease_owner := null;
  new.lease_expires_at := null;
  return new;
end
$$;

-- Shows the path through a message, down to the newest leaf below it. Returns that leaf; null when there is no such
-- message. An editor of the project may switch, for all of its readers.
create or replace function public.switch_branch(p_message_id uuid)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_conversation uuid;
  v_leaf uuid;
begin
  select m.conversation_id into v_conversation from public.meta_messages m where m.id = p_message_id and not m.is_step;
  if not found then
    return null;
  end if;
  -- In turn with writers of the conversation, which place_message() holds by the same lock.
  perform from public.meta_conversations c where c.id = v_conversation for update;
  with recursive below as (
    select m.id, m.sequence from public.meta_messages m where m.id = p_message_id
    union all
    select m.id, m.sequence from public.meta_messages m join below b on m.parent_message_id = b.id where not m.is_step
  )
  select b.id into v_leaf from below b order by b.sequence desc limit 1;
  with recursive path as (
    select m.id, m.parent_message_id from public.meta_messages m where m.id = v_leaf
    union all
    select m.id, m.parent_message_id from public.meta_messages m join path p on m.id = p.parent_message_id
  )
  update public.meta_messages m set is_active_branch = not m.is_active_branch
  where m.conversation_id = v_conversation
    and m.is_active_branch <> coalesce(case when m.is_step then m.parent_message_id else m.id end in (select p.id from path p), false);
  return v_leaf;
end
$$;

-- Deletes a message and everything that follows it. When it was shown, the newest other version of its place is shown
-- instead, or the conversation ends with what stood before it. Returns the leaf shown then; null when nothing is left.
create or replace function public.delete_branch(p_message_id uuid)
returns uuid language plpgsql volatile set search_path = '' as $$
declare
  v_message public.meta_messages;
  v_next uuid;
begin
  select * into v_message from public.meta_messages m where m.id = p_message_id and not m.is_step;
  if not found then
    return null;
  end if;
  perform from public.meta_conversations c where c.id = v_message.conversation_id for update;
  with recursive below as (
    select m.id from public.meta_messages m where m.id = p_message_id
    union all
    select m.id from public.meta_messages m join below b on m.parent_message_id = b.id
  )
  delete from public.meta_messages m where m.id in (select b.id from below b);
  select m.id into v_next from public.meta_messages m
  where m.conversation_id = v_message.conversation_id and not m.is_step
    and (m.is_active_branch or m.parent_message_id is not distinct from v_message.parent_message_id)
  order by m.parent_message_id is not distinct from v_message.parent_message_id and v_message.is_active_branch desc,
    m.is_active_branch desc, m.sequence desc
  limit 1;
  return public.switch_branch(v_next);
end
$$;

-- The messages from a root to this one, oldest first, without steps.
create or replace function public.message_path(p_message_id uuid)
returns table (id uuid, sequence bigint) language plpgsql stable set search_path = '' as $$
begin
  -- In plpgsql, as claim_messages(), whose plans are kept: each answer waits for both.
  return query
  with recursive path as (
    select m.id, m.sequence, m.parent_message_id from public.meta_messages m where m.id = p_message_id and not m.is_step
    union all
    select m.id, m.sequence, m.parent_message_id from public.meta_messages m join path p on m.id = p.parent_message_id
  )
  select p.id, p.sequence from path p order by p.sequence;
end
$$;

-- Who said a message or asked for it, by name, for those who may read it and nobody else.
create or replace function private.author_name(p_message_id uuid)
returns text language sql stable security definer set search_path = '' as $$
  select coalesce(u.name, u.email) from public.meta_messages m
  join public.users u on u.id = coalesce(m.author_id, m.user_id)
  where m.id = p_message_id
    and (private.is_service() or m.user_id = (select auth.uid()) or m.project_id in (select private.project_ids('viewer')))
$$;

-- Ends conversations that have been in the trash for longer. Returns how many.
create or replace function public.purge_deleted_conversations(p_after interval default '30 days')
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  delete from public.meta_conversations c where c.deleted_at < now() - p_after;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- A decision is the person's who asked: the call runs with their rights. Agents ask and never decide.
create or replace function private.guard_tool_approval()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (new.message_id, new.call_key, new.tool_name, new.tool_input)
    is distinct from (old.message_id, old.call_key, old.tool_name, old.tool_input)
  then
    raise exception 'A tool call that was shown for a decision stays as it is' using errcode = '42501';
  elsif new.decision is null then
    return new;
  elsif coalesce(current_setting('meta_agent.agent', true), '') <> '' then
    raise exception 'An agent may not decide on a tool call' using errcode = '42501';
  elsif not private.is_service() and (select auth.uid()) is distinct from
    (select m.author_id from public.meta_messages m where m.id = new.message_id)
  then
    raise exception 'Only the person who asked may decide on a tool call' using errcode = '42501';
  end if;
  new.decided_by := (select auth.uid());
  new.decided_at := now();
  return new;
end
$$;

-- A conversation that moves to another project takes its messages along.
create or replace function private.move_messages()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.meta_messages m set project_id = new.project_id, user_id = new.user_id
  where m.conversation_id = new.id;
  return null;
end
$$;

create or replace function private.update_conversation_stats()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
declare
  v_messages int := case tg_op when 'INSERT' then 1 when 'DELETE' then -1 else 0 end;
  v_tokens bigint := 0;
  v_cost numeric := 0;
begin
  if tg_op <> 'DELETE' then
    v_tokens := new.input_tokens + new.output_tokens;
    v_cost := new.cost;
  end if;
  if tg_op <> 'INSERT' then
    v_tokens := v_tokens - old.input_tokens - old.output_tokens;
    v_cost := v_cost - old.cost;
  end if;
  update public.meta_conversations c
  set message_count = c.message_count + v_messages,
      total_tokens = c.total_tokens + v_tokens,
      total_cost = c.total_cost + v_cost
  where c.id = case when tg_op = 'DELETE' then old.conversation_id else new.conversation_id end;
  return null;
end
$$;

-- A task's transcript goes with it. Only one of the same project: thread_id is the editors' to write.
create or replace function private.delete_task_transcript()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.meta_conversations c
  where c.id = old.thread_id and c.agent_type = 'task' and c.project_id = old.project_id;
  return null;
end
$$;

-- A project's transcripts go before its conversations are set free, after which nobody could tell whose they were.
create or replace function private.delete_project_transcripts()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.meta_conversations c where c.project_id = old.id and c.agent_type = 'task';
  return old;
end
$$;

-- Gives a process up to p_limit answers that nobody generates: new ones and those of a lost process.
create or replace function public.claim_messages(p_worker text, p_limit int default 1, p_lease interval default '30 seconds')
returns setof public.meta_messages language plpgsql volatile set search_path = '' as $$
begin
  return query
  update public.meta_messages m
  set lease_owner = p_worker, lease_expires_at = now() + p_lease, attempt = m.attempt + 1
  where m.id in (
    select c.id from public.meta_messages c
    where c.status = 'streaming' and (c.lease_expires_at is null or c.lease_expires_at <= now())
      -- What the agent of a task says is under the lease of the task.
      and not exists (select from public.meta_conversations t where t.id = c.conversation_id and t.agent_type = 'task')
    order by c.created_at limit p_limit for update skip locked
  )
  returning m.*;
end
$$;

-- Keeps an answer for the process that generates it, also while that titles the conversation of a complete one. False:
-- it was taken over or stopped; write no more.
create or replace function public.extend_message_lease(p_message_id uuid, p_worker text, p_attempt int, p_lease interval)
returns boolean language plpgsql volatile set search_path = '' as $$
begin
  update public.meta_messages m set lease_expires_at = now() + p_lease
  where m.id = p_message_id and m.lease_owner = p_worker and m.attempt = p_attempt and m.status in ('streaming', 'complete');
  return found;
end
$$;

-- A user's messages by meaning: cosine similarity of at least p_min_similarity, nearest first. Without
-- p_embedding_model those of the model of the user's newest embedded message are compared.
create or replace function public.search_messages_by_similarity(
  p_user_id uuid, p_query_embedding extensions.vector, p_limit int default 20, p_conversation_id uuid default null,
  p_min_similarity float8 default 0.7, p_embedding_model text default null
)
returns table (message_id uuid, conversation_id uuid, role text, content text, similarity float8, created_at timestamptz)
language sql stable set search_path = '' as $$
  select m.id, m.conversation_id, m.role, m.content, s.similarity, m.created_at
  from private.search_vectors('messages', p_query_embedding,
    coalesce(p_embedding_model, (
      select n.embedding_model from public.meta_messages n
      where n.user_id = p_user_id and n.embedding_model is not null order by n.created_at desc limit 1)),
    p_limit,
    jsonb_build_object('user_id', p_user_id)
      || case when p_conversation_id is null then '{}' else jsonb_build_object('conversation_id', p_conversation_id) end) s
  join public.meta_messages m on m.id = s.id
  where s.similarity >= p_min_similarity
  order by s.similarity desc
$$;

-- A conversation and the last p_limit messages of its active branch, oldest first. No row when it is not visible.
create or replace function public.get_conversation_with_messages(p_conversation_id uuid, p_limit int default 100)
returns table (conversation jsonb, messages jsonb) language sql stable set search_path = '' as $$
  select to_jsonb(c) - 'last_sequence', coalesce((
    select jsonb_agg(to_jsonb(m) - array['embedding', 'embedding_bits', 'embedding_model', 'search_vector', 'search_length',
      'lease_owner', 'lease_expires_at', 'attempt', 'idempotency_key'] order by m.sequence)
    from (
      select * from public.meta_messages l
      where l.conversation_id = c.id and l.is_active_branch
      order by l.sequence desc limit p_limit
    ) m
  ), '[]')
  from public.meta_conversations c where c.id = p_conversation_id
$$;

-- The share behind a link that is neither revoked nor expired. For the server, which checks the password and then
-- shows the conversation as the service.
drop function if exists public.find_conversation_share(text); -- its result had fewer columns
create function public.find_conversation_share(p_share_token_hash text)
returns table (share_id uuid, conversation_id uuid, password_hash text, is_public boolean, leaf_message_id uuid, title text)
language sql stable set search_path = '' as $$
  select s.id, s.conversation_id, s.password_hash, s.is_public, s.leaf_message_id, c.title
  from public.meta_conversation_shares s join public.meta_conversations c on c.id = s.conversation_id
  where s.share_token_hash = p_share_token_hash and s.revoked_at is null
    and (s.expires_at is null or s.expires_at > now()) and c.deleted_at is null
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger place_message before insert or update of conversation_id, sequence on public.meta_messages
  for each row execute function private.place_message();
create or replace trigger update_conversation_stats_trigger
  after insert or delete or update of input_tokens, output_tokens, cost on public.meta_messages
  for each row execute function private.update_conversation_stats();
create or replace trigger move_messages after update of project_id, user_id on public.meta_conversations
  for each row when (old.project_id is distinct from new.project_id or old.user_id is distinct from new.user_id)
  execute function private.move_messages();
create or replace trigger release_answer before update of status on public.meta_messages
  for each row when (new.status = 'waiting') execute function private.release_answer();
create or replace trigger forget_embedding before update of content on public.meta_messages
  for each row when (old.content is distinct from new.content) execute function private.forget_embedding();
create or replace trigger queue_memory_extraction after update of status on public.meta_messages
  for each row when (new.role = 'assistant' and new.status = 'complete' and old.status <> 'complete')
  execute function private.queue_memory_extraction();
create or replace trigger notify_change after insert or update of content, status on public.meta_messages
  for each row execute function private.notify_project_change('step');
create or replace trigger delete_task_transcript after delete on public.meta_tasks
  for each row when (old.thread_id is not null) execute function private.delete_task_transcript();
-- Their names in an earlier release.
drop trigger if exists delete_task_thread on public.meta_tasks;
drop function if exists private.delete_task_thread();
create or replace trigger delete_project_transcripts before delete on public.meta_projects
  for each row execute function private.delete_project_transcripts();
create or replace trigger refuse_agents before insert or update or delete on public.meta_conversation_shares
  for each row execute function private.refuse_agents();
create or replace trigger refuse_agents before insert or update or delete on public.meta_tool_permissions
  for each row execute function private.refuse_agents();
create or replace trigger guard_tool_approval before insert or update on public.meta_tool_approvals
  for each row execute function private.guard_tool_approval();

-- What the caller cannot see does not exist.
call private.declare_reference('public.meta_messages', 'conversation_id', 'public.meta_conversations');
call private.declare_reference('public.meta_messages', 'parent_message_id', 'public.meta_messages');
call private.declare_reference('public.meta_conversations', 'persona_id', 'public.personas');
call private.declare_reference('public.meta_tasks', 'thread_id', 'public.meta_conversations');
call private.declare_reference('public.meta_memory_facts', 'source_conversation_id', 'public.meta_conversations');
call private.declare_reference('public.meta_memory_facts', 'source_message_id', 'public.meta_messages');
call private.declare_reference('public.meta_memory_candidates', 'source_conversation_id', 'public.meta_conversations');
call private.declare_reference('public.meta_memory_candidates', 'source_message_id', 'public.meta_messages');
-- What a link shows is of its conversation: whoever opens it is shown it without rights of their own.
call private.declare_reference('public.meta_conversation_shares', 'leaf_message_id', 'public.meta_messages', 'conversation_id');

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.place_message()');
call private.declare_execute('private.move_messages()');
call private.declare_execute('private.update_conversation_stats()');
call private.declare_execute('private.delete_task_transcript()');
call private.declare_execute('private.delete_project_transcripts()');
call private.declare_execute('public.claim_messages(text, int, interval)');
call private.declare_execute('public.extend_message_lease(uuid, text, int, interval)');
call private.declare_execute(
  'public.search_messages_by_similarity(uuid, extensions.vector, int, uuid, float8, text)', 'authenticated');
call private.declare_execute('public.get_conversation_with_messages(uuid, int)', 'authenticated');
call private.declare_execute('public.find_conversation_share(text)');
call private.declare_execute('public.switch_branch(uuid)', 'authenticated');
call private.declare_execute('public.delete_branch(uuid)', 'authenticated');
call private.declare_execute('public.message_path(uuid)', 'authenticated');
call private.declare_execute('public.purge_deleted_conversations(interval)');
call private.declare_execute('private.author_name(uuid)', 'authenticated');

call private.declare_reference(
  'public.meta_memory_candidates', 'source_conversation_id', 'public.meta_conversations');
call private.declare_reference('public.meta_memory_candidates', 'source_message_id', 'public.meta_messages');
call private.declare_access('public.meta_conversations', 'owner_or_project',
  p_protected => '{total_tokens, total_cost, message_count, last_sequence, last_message_at}');
call private.declare_access('public.meta_messages', 'owner_or_project', p_parent => 'public.meta_conversations',
  p_protected => '{user_id, author_id, project_id, sequence, lease_owner, lease_expires_at, attempt}');
call private.declare_access('public.meta_message_attachments', 'child', 'message_id', p_parent => 'public.meta_messages');
call private.declare_access('public.meta_conversation_shares', 'child', 'conversation_id',
  p_parent => 'public.meta_conversations', p_protected => '{shared_by, view_count}',
  p_hidden => '{share_token_hash, password_hash}');
call private.declare_access('public.meta_tool_permissions', 'owner');
call private.declare_reference('public.meta_tool_permissions', 'conversation_id', 'public.meta_conversations');
call private.declare_access('public.meta_tool_approvals', 'child', 'message_id', p_parent => 'public.meta_messages',
  p_actions => '{select, insert, update}', p_protected => '{decided_by, decided_at}');

-- Chats only: what agents say on the way to a task's result is found in its artifacts.
call private.declare_search('messages', 'public.meta_messages', '{user_id, project_id, conversation_id, role}',
  't.role in (''user'', ''assistant'') and t.status = ''complete'' and not t.is_step and t.conversation_id not in (
    select c.id from public.meta_conversations c where c.deleted_at is not null or c.is_private or c.agent_type = ''task'')',
  't.content', 'idx_messages_embedding', 't.conversation_id', 't.sequence');
