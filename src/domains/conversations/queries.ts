import { type RawBuilder, sql } from 'kysely';
import { containing, json, olderThan, type Session } from '../../database/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { ConversationSettings } from '../preferences/index.ts';
import type { Attachment, ConversationView, Message } from './shapes/contract.ts';

const conversationFields = [
  'id',
  'user_id',
  'project_id',
  'persona_id',
  'title',
  'model_used',
  'message_count',
  'total_tokens',
  'total_cost',
  'is_pinned',
  'is_archived',
  'is_private',
  'last_message_at',
  'deleted_at',
  'created_at',
  'updated_at',
] as const;
const chosenTier = sql<'haiku' | 'sonnet' | 'opus' | null>`metadata ->> 'model_tier'`.as('model_tier');
/** As long as the rule that empties the trash lets it be. */
const keptUntil = sql<Date | null>`case when deleted_at is not null then
  deleted_at + (select r.keep_for from retention_rules r where r.name = 'conversation_trash') end`.as(
  'kept_until',
);
const conversationColumns = [...conversationFields, chosenTier, keptUntil] as const;

interface ListFilter {
  user_id: string;
  project_id?: string | undefined;
  search?: string | undefined;
  view: ConversationView;
  limit: number;
  cursor?: Cursor | undefined;
}

/**
 * A person's own chats, or those of a project of theirs with the other members', pinned first, then last used first.
 * Transcripts of tasks are not among them. Pinned ones come with the first page.
 */
export async function listConversations(session: Session, filter: ListFilter) {
  const base = session
    .selectFrom('meta_conversations')
    .select(conversationColumns)
    .where('agent_type', '<>', 'task')
    .where('deleted_at', filter.view === 'trash' ? 'is not' : 'is', null)
    .$if(filter.view !== 'trash', (query) => query.where('is_archived', '=', filter.view === 'archived'))
    .$if(filter.project_id === undefined, (query) => query.where('user_id', '=', filter.user_id))
    .$if(filter.project_id !== undefined, (query) => query.where('project_id', '=', filter.project_id ?? ''))
    .$if(filter.search !== undefined, (query) =>
      query.where('title', 'ilike', containing(filter.search ?? '')),
    )
    .orderBy('last_message_at', 'desc')
    .orderBy('id', 'desc');
  const pinned = filter.cursor ? [] : await base.where('is_pinned', '=', true).limit(200).execute();
  const rest = await base
    .where('is_pinned', '=', false)
    .where(olderThan(filter.cursor, 'last_message_at'))
    .limit(filter.limit + 1)
    .execute();
  return { pinned, rest };
}

export const findConversation = (
  session: Session,
  id: string,
  where: 'anywhere' | 'not in the trash' = 'not in the trash',
) =>
  session
    .selectFrom('meta_conversations')
    .select(conversationColumns)
    .where('id', '=', id)
    .where('agent_type', '<>', 'task')
    .$if(where === 'not in the trash', (query) => query.where('deleted_at', 'is', null))
    .executeTakeFirst();

/**
 * What a new chat of a project begins with: the persona, and the parameters of the preset, that the project chose and
 * the caller can see. Undefined where they cannot see the project.
 */
export async function findChatDefaults(session: Session, projectId: string) {
  const { rows } = await sql<{ persona_id: string | null; settings: ConversationSettings | null }>`
    select (select a.id from personas a where a.id = (p.chat_defaults ->> 'persona_id')::uuid) as persona_id,
      (select jsonb_build_object('model_parameters', r.model_parameters, 'reasoning_config', r.reasoning_config,
         'search_config', r.search_config, 'rag_config', r.rag_config)
       from parameter_presets r where r.id = (p.chat_defaults ->> 'preset_id')::uuid) as settings
    from meta_projects p where p.id = ${projectId}`.execute(session);
  return rows[0];
}

export const insertConversation = (
  session: Session,
  {
    settings,
    ...columns
  }: {
    user_id: string;
    project_id?: string | undefined;
    persona_id?: string | undefined;
    title?: string | undefined;
    is_titled: boolean;
    is_private: boolean;
    settings?: ConversationSettings | null | undefined;
  },
) =>
  session
    .insertInto('meta_conversations')
    .values({ ...columns, ...(settings && { metadata: json({ settings }) }) })
    .returning(conversationColumns)
    .executeTakeFirstOrThrow();

export const updateConversation = (
  session: Session,
  id: string,
  change: {
    title?: string | undefined;
    is_titled?: boolean | undefined;
    is_pinned?: boolean | undefined;
    is_archived?: boolean | undefined;
    is_private?: boolean | undefined;
    project_id?: string | null | undefined;
    deleted_at?: Date | null | undefined;
    model_tier?: string | null | undefined;
  },
) => {
  const { model_tier, ...columns } = change;
  return session
    .updateTable('meta_conversations')
    .set(columns)
    .$if(model_tier !== undefined, (query) =>
      query.set({ metadata: sql`jsonb_strip_nulls(metadata || ${json({ model_tier })})` }),
    )
    .where('id', '=', id)
    .where('agent_type', '<>', 'task')
    .returning(conversationColumns)
    .executeTakeFirst();
};

/** Ends what a person sees in the trash and may delete: their own, or what is in a project. Gives how many. */
export async function emptyTrash(
  session: Session,
  { user_id, project_id }: { user_id: string; project_id?: string | undefined },
): Promise<number> {
  const deleted = await session
    .deleteFrom('meta_conversations')
    .where('agent_type', '<>', 'task')
    .where('deleted_at', 'is not', null)
    .$if(project_id === undefined, (query) => query.where('user_id', '=', user_id))
    .$if(project_id !== undefined, (query) => query.where('project_id', '=', project_id ?? ''))
    .returning('id')
    .execute();
  return deleted.length;
}

export const deleteConversation = (session: Session, id: string) =>
  session
    .deleteFrom('meta_conversations')
    .where('id', '=', id)
    .where('agent_type', '<>', 'task')
    .returning('id')
    .executeTakeFirst();

/** Holds a conversation until the transaction ends, so that what is read of its tree stays true. */
export const lockConversation = (session: Session, id: string) =>
  sql`select 1 from meta_conversations where id = ${id} for update`.execute(session);

export type MessageRow = Omit<Message, 'citations' | 'memory_ids' | 'is_error' | 'created_at'> & {
  metadata: Record<string, unknown>;
  created_at: Date;
};

const messageColumns = sql`
  m.id, m.conversation_id, m.parent_message_id, m.author_id,
  case when coalesce(m.author_id, m.user_id) <> (select auth.uid()) then private.author_name(m.id) end as author_name,
  m.role, m.content, m.status, m.error, m.reasoning, m.model_used, m.tool_name, m.tool_input, m.tool_output, m.metadata, m.user_rating, m.user_feedback, m.input_tokens,
  m.output_tokens, m.cost, m.sequence, m.created_at,
  jsonb_build_object('index', coalesce(t.index, 1), 'count', coalesce(t.count, 1), 'previous_id', t.previous_id,
    'next_id', t.next_id) as branch,
  coalesce((
    select jsonb_agg(jsonb_build_object('id', a.id, 'file_id', a.file_metadata_id, 'file_name', a.file_name,
      'file_type', a.file_type, 'file_size', a.file_size, 'delivered_as', a.delivered_as) order by a.position)
    from meta_message_attachments a where a.message_id = m.id), '[]') as attachments,
  case when m.status = 'waiting' then (
    select jsonb_build_object('id', p.id, 'tool_name', p.tool_name, 'tool_input', p.tool_input)
    from meta_tool_approvals p where p.message_id = m.id and p.decision is null order by p.created_at limit 1
  ) end as approval`;

/** Messages of the shown branch, oldest first, with their places among their versions. */
export async function listMessages(session: Session, conversationId: string): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    with turns as materialized (
      select id, row_number() over places as index, count(*) over (partition by parent_message_id) as count,
        lag(id) over places as previous_id, lead(id) over places as next_id
      from meta_messages where conversation_id = ${conversationId} and not is_step
      window places as (partition by parent_message_id order by sequence)
    )
    select ${messageColumns}
    from meta_messages m left join turns t on t.id = m.id
    -- Calls of tools on the way to an answer are shown by their results.
    where m.conversation_id = ${conversationId} and m.is_active_branch and m.tool_calls is null
    order by m.sequence`.execute(session);
  return rows;
}

/** Messages of chats by their ids, at least one, those that the caller can see. */
export async function findMessages(session: Session, ids: string[]): Promise<Map<string, MessageRow>> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns}
    from meta_messages m left join lateral (
      select count(*) as count, count(*) filter (where s.sequence <= m.sequence) as index,
        (array_agg(s.id order by s.sequence desc) filter (where s.sequence < m.sequence))[1] as previous_id,
        (array_agg(s.id order by s.sequence) filter (where s.sequence > m.sequence))[1] as next_id
      from meta_messages s
      where s.conversation_id = m.conversation_id and s.parent_message_id is not distinct from m.parent_message_id
        and not s.is_step
    ) t on true
    join meta_conversations c on c.id = m.conversation_id
    where m.id in (${sql.join(ids)}) and c.agent_type <> 'task' and c.deleted_at is null`.execute(session);
  return new Map(rows.map((row) => [row.id, row]));
}

export const findMessage = async (session: Session, id: string): Promise<MessageRow | undefined> =>
  (await findMessages(session, [id])).get(id);

/** Every message of every branch, without steps. */
export async function listTree(session: Session, conversationId: string) {
  const { rows } = await sql<{
    id: string;
    parent_message_id: string | null;
    role: Message['role'];
    preview: string;
    is_shown: boolean;
    status: Message['status'];
    created_at: Date;
  }>`select id, parent_message_id, role, left(content, 200) as preview, is_active_branch as is_shown, status, created_at
     from meta_messages where conversation_id = ${conversationId} and not is_step order by sequence`.execute(
    session,
  );
  return rows;
}

/** The last message of the shown branch. */
export async function findLeaf(session: Session, conversationId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from meta_messages
    where conversation_id = ${conversationId} and is_active_branch and not is_step
    order by sequence desc limit 1`.execute(session);
  return rows[0]?.id ?? null;
}

export async function insertMessage(
  session: Session,
  row: {
    id?: string;
    conversation_id: string;
    parent_message_id: string | null | RawBuilder<string>;
    role: 'user' | 'assistant';
    content: string;
    status: 'complete' | 'streaming';
    idempotency_key?: string | undefined;
  },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into meta_messages (id, conversation_id, parent_message_id, role, content, status, idempotency_key)
    values (${row.id ?? newId()}, ${row.conversation_id}, ${row.parent_message_id}, ${row.role}, ${row.content}, ${row.status},
      ${row.idempotency_key ?? null})
    on conflict (conversation_id, idempotency_key) where idempotency_key is not null
      do update set idempotency_key = excluded.idempotency_key
    returning id`.execute(session);
  return rows[0]?.id as string;
}

/** The id of a message that is inserted with this id, or was inserted before with this key. */
export const messageOf = (row: {
  id: string;
  conversation_id: string;
  idempotency_key: string | undefined;
}): RawBuilder<string> =>
  sql`(select id from meta_messages where conversation_id = ${row.conversation_id}
    and (id = ${row.id} or idempotency_key = ${row.idempotency_key ?? null}))`;

/** Attaches files the caller can see, in the given order. Returns how many there were. */
export async function attachFiles(session: Session, messageId: string, fileIds: string[]): Promise<number> {
  const { rows } = await sql`
    insert into meta_message_attachments (message_id, file_metadata_id, file_name, file_type, file_size, storage_path, position)
    select ${messageId}, f.id, f.file_name, coalesce(f.mime_type, 'application/octet-stream'), f.size_bytes, f.file_path,
      i.place - 1
    from unnest(${fileIds}::uuid[]) with ordinality i (id, place) join meta_file_metadata f on f.id = i.id
    returning 1`.execute(session);
  return rows.length;
}

/** The attachments of one message, again on another: an edited question keeps its files. */
export const filesOf = async (session: Session, messageId: string): Promise<Attachment['file_id'][]> =>
  (
    await session
      .selectFrom('meta_message_attachments')
      .select('file_metadata_id')
      .where('message_id', '=', messageId)
      .orderBy('position')
      .execute()
  ).map((row) => row.file_metadata_id);

/** The answer that is being produced, or waits for a decision. */
export const findGenerating = (session: Session, conversationId: string) =>
  session
    .selectFrom('meta_messages')
    .select(['id', 'sequence', 'status'])
    .where('conversation_id', '=', conversationId)
    .where('status', 'in', ['streaming', 'waiting'])
    .orderBy('sequence', 'desc')
    .executeTakeFirst();

/** @param text what was said so far where this process knows more of it than the database. */
export const stopMessage = (session: Session, id: string, text?: string) =>
  session
    .updateTable('meta_messages')
    .set({
      status: 'stopped',
      ...(text === undefined
        ? {}
        : {
            content: sql<string>`case when starts_with(${text}::text, content) then ${text}::text else content end`,
          }),
    })
    .where('id', '=', id)
    .where('status', 'in', ['streaming', 'waiting'])
    .execute();

export const listFacts = async (session: Session, ids: string[]) =>
  ids.length === 0
    ? []
    : session.selectFrom('meta_memory_facts').select(['id', 'content']).where('id', 'in', ids).execute();

export const rateMessage = (
  session: Session,
  id: string,
  rating: { user_rating: number | null; user_feedback: string | null },
) =>
  session
    .updateTable('meta_messages')
    .set(rating)
    .where('id', '=', id)
    .where('role', '=', 'assistant')
    .returning('id')
    .executeTakeFirst();

export const switchBranch = (session: Session, messageId: string) =>
  sql`select switch_branch(${messageId})`.execute(session);

export const deleteBranch = (session: Session, messageId: string) =>
  sql`select delete_branch(${messageId})`.execute(session);

/** Tells followers, in the same transaction as the change. */
export const announce = (session: Session, conversationId: string) =>
  sql`select pg_notify('meta_agent_chat', ${conversationId})`.execute(session);

/** The same of text that has grown: whoever reads along in the process that produces it knows already. */
export const announceText = (session: Session, conversationId: string) =>
  sql`select pg_notify('meta_agent_chat', ${`${conversationId} text`})`.execute(session);

/** Tells workers that an answer is to be produced. */
export const announceAnswer = (session: Session) =>
  sql`select pg_notify('meta_agent_answers', '')`.execute(session);
