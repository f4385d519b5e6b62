-- Lead inbox: a website's visitors, and talking to them.
--
-- A lead is somebody who left a trace; conversations are chats with leads and messages what was said in them, by the
-- visitor, an agent or a person. A website's chat widget speaks through the server, which writes as the service with the
-- widget's owner; visitors never have a database role. visitor_token_hash lets the same browser go on with its chat.
--
-- These three tables may exist already, with rows (000_tables.sql). (The chats of people with models are
-- meta_conversations of 016.) Totals of a conversation are kept by trigger; leads of a project are its members'.

-- --------------------------------------------------------------------------------------------------- tables

call private.complete_table('public.leads', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid(),
  project_id uuid,
  name text,
  email text,
  phone text,
  company text,
  source text,
  status text not null default 'new' check (status in ('new', 'contacted', 'qualified', 'converted', 'lost')),
  score int check (score between 0 and 100),
  notes text,
  tags text[] not null default '{}',
  assigned_to uuid,
  consent_at timestamptz,
  last_contact_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
$$);

comment on table public.leads is 'People who may become customers.';
comment on column public.leads.source is 'Where they came from, for example website-chat.';
comment on column public.leads.assigned_to is 'Person who looks after them.';
comment on column public.leads.consent_at is 'When they agreed to be contacted.';

call private.complete_table('public.conversations', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid default auth.uid(),
  project_id uuid,
  lead_id uuid,
  channel text not null default 'website' check (channel in ('website', 'email', 'sms', 'whatsapp', 'phone', 'other')),
  status text not null default 'open' check (status in ('open', 'waiting', 'closed')),
  subject text,
  is_ai_enabled boolean not null default true,
  visitor_token_hash text,
  page_url text,
  message_count int not null default 0,
  unread_count int not null default 0,
  last_message_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
$$);

comment on table public.conversations is 'Chats with leads.';
comment on column public.conversations.is_ai_enabled is 'Whether an agent answers until a person does.';
comment on column public.conversations.visitor_token_hash is 'SHA-256 of the token in the visitor''s browser.';
comment on column public.conversations.unread_count is 'Visitor''s messages since the last answer or mark_conversation_read().';

call private.complete_table('public.messages', $$
  id uuid primary key default gen_random_uuid(),
  user_id uuid,
  project_id uuid,
  conversation_id uuid,
  role text not null default 'visitor',
  content text not null default '',
  sender_id uuid,
  agent text,
  model_used text,
  tokens_used int not null default 0,
  cost_usd numeric(14, 6) not null default 0,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
$$);

comment on table public.messages is 'What was said in chats with leads.';
comment on column public.messages.user_id is 'Owner of the conversation, set by trigger, as project_id.';
comment on column public.messages.role is 'visitor, agent, person or system.';
comment on column public.messages.sender_id is 'The person who wrote it.';
comment on column public.messages.agent is 'The agent that wrote it.';

-- -------------------------------------------------------------------------------------------------- indexes

do $$
declare
  v_table text;
begin
  foreach v_table in array array['leads', 'conversations', 'messages'] loop
    call private.adopt_foreign_key(('public.' || v_table)::regclass, 'user_id', 'auth.users', 'cascade');
    call private.adopt_foreign_key(('public.' || v_table)::regclass, 'project_id', 'public.meta_projects', 'set null');
  end loop;
end
$$;
call private.adopt_foreign_key('public.leads', 'assigned_to', 'auth.users', 'set null');
call private.adopt_foreign_key('public.conversations', 'lead_id', 'public.leads', 'set null');
call private.adopt_foreign_key('public.messages', 'conversation_id', 'public.conversations', 'cascade');
call private.adopt_foreign_key('public.messages', 'sender_id', 'auth.users', 'set null');
create index if not exists idx_leads_email on public.leads (user_id, lower(email));
create index if not exists idx_lead_conversations_open on public.conversations (user_id, last_message_at desc) where status <> 'closed';
create unique index if not exists idx_lead_conversations_visitor on public.conversations (visitor_token_hash)
  where visitor_token_hash is not null;
create index if not exists idx_lead_messages_conversation on public.messages (conversation_id, created_at);

-- ------------------------------------------------------------------------------------------------ functions

create or replace function private.count_lead_messages()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update public.conversations c
    set message_count = c.message_count + 1, last_message_at = new.created_at,
        unread_count = case new.role when 'visitor' then c.unread_count + 1 when 'person' then 0 else c.unread_count end,
        status = case when new.role = 'visitor' and c.status = 'closed' then 'open' else c.status end
    where c.id = new.conversation_id;
    update public.leads l set last_contact_at = new.created_at
    from public.conversations c where c.id = new.conversation_id and l.id = c.lead_id and new.role in ('agent', 'person');
  else
    update public.conversations c set message_count = greatest(c.message_count - 1, 0) where c.id = old.conversation_id;
  end if;
  return null;
end
$$;

create or replace function private.mark_conversation_read(p_conversation_id uuid)
returns void language sql volatile security definer set search_path = '' as $$
  update public.conversations c set unread_count = 0
  where c.id = p_conversation_id and (private.is_service() or c.user_id = (select auth.uid())
    or c.project_id in (select private.project_ids('viewer')))
$$;

create or replace function public.mark_conversation_read(p_conversation_id uuid)
returns void language sql volatile set search_path = '' as $$ select private.mark_conversation_read(p_conversation_id) $$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger count_lead_messages after insert or delete on public.messages
  for each row execute function private.count_lead_messages();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.count_lead_messages()');
call private.declare_execute('private.mark_conversation_read(uuid)', 'authenticated');
call private.declare_execute('public.mark_conversation_read(uuid)', 'authenticated');

call private.declare_access('public.leads', 'owner_or_project');
call private.declare_access('public.conversations', 'owner_or_project', p_protected => '{message_count, unread_count, last_message_at}',
  p_hidden => '{visitor_token_hash}');
call private.declare_child('public.messages', 'conversation_id', 'public.conversations', p_protected => '{tokens_used, cost_usd}');
call private.declare_reference('public.conversations', 'lead_id', 'public.leads');
call private.declare_events('public.conversations', 'lead_conversation');
call private.declare_events('public.messages', 'lead_message', 'conversation_id');
