import { sql } from 'kysely';
import { containing, json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';

const conversationFields = [
  'id',
  'project_id',
  'title',
  'model_used',
  'message_count',
  'total_tokens',
  'is_pinned',
  'is_archived',
  'created_at',
  'updated_at',
] as const;

/** A person's own chats, last used first. Transcripts of tasks are not among them. */
export const listConversations = (
  session: Session,
  filter: {
    user_id: string;
    project_id?: string | undefined;
    search?: string | undefined;
    archived: boolean;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  session
    .selectFrom('meta_conversations')
    .select(conversationFields)
    .where('user_id', '=', filter.user_id)
    .where('agent_type', '<>', 'task')
    .where('deleted_at', 'is', null)
    .where('is_archived', '=', filter.archived)
    .$if(filter.project_id !== undefined, (query) => query.where('project_id', '=', filter.project_id ?? ''))
    .$if(filter.search !== undefined, (query) =>
      query.where('title', 'ilike', containing(filter.search ?? '')),
    )
    .where(olderThan(filter.cursor, 'updated_at'))
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findConversation = (session: Session, id: string) =>
  session
    .selectFrom('meta_conversations')
    .select(conversationFields)
    .where('id', '=', id)
    .where('agent_type', '<>', 'task')
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

export const insertConversation = (
  session: Session,
  row: { user_id: string; project_id?: string | undefined; title?: string | undefined },
) =>
  session
    .insertInto('meta_conversations')
    .values(row)
    .returning(conversationFields)
    .executeTakeFirstOrThrow();

export const updateConversation = (
  session: Session,
  id: string,
  change: {
    title?: string | undefined;
    model_used?: string | undefined;
    is_pinned?: boolean | undefined;
    is_archived?: boolean | undefined;
  },
) =>
  session
    .updateTable('meta_conversations')
    .set(change)
    .where('id', '=', id)
    .where('agent_type', '<>', 'task')
    .returning(conversationFields)
    .executeTakeFirst();

export const deleteConversation = (session: Session, id: string) =>
  session
    .deleteFrom('meta_conversations')
    .where('id', '=', id)
    .where('agent_type', '<>', 'task')
    .returning('id')
    .executeTakeFirst();

const messageFields = [
  'id',
  'conversation_id',
  'parent_message_id',
  'role',
  'content',
  'status',
  'error',
  'model_used',
  'tool_name',
  'tool_input',
  'tool_output',
  'metadata',
  'input_tokens',
  'output_tokens',
  'cost',
  'sequence',
  'created_at',
] as const;

/** Messages of the active branch, oldest first. */
export const listMessages = (session: Session, conversationId: string) =>
  session
    .selectFrom('meta_messages')
    .select(messageFields)
    .where('conversation_id', '=', conversationId)
    .where('is_active_branch', '=', true)
    // Calls of tools on the way to an answer are shown by their results.
    .where('tool_calls', 'is', null)
    .orderBy('sequence')
    .execute();
export type MessageRow = Awaited<ReturnType<typeof listMessages>>[number];

export const findMessage = (session: Session, id: string) =>
  session.selectFrom('meta_messages').select(messageFields).where('id', '=', id).executeTakeFirst();

export async function insertMessage(
  session: Session,
  row: {
    conversation_id: string;
    parent_message_id?: string | null;
    role: 'user' | 'assistant';
    content: string;
    status: 'complete' | 'streaming';
    metadata?: Record<string, unknown>;
    idempotency_key?: string | undefined;
  },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into meta_messages (conversation_id, parent_message_id, role, content, status, metadata, idempotency_key)
    values (${row.conversation_id}, ${row.parent_message_id ?? null}, ${row.role}, ${row.content}, ${row.status},
      ${json(row.metadata ?? {})}, ${row.idempotency_key ?? null})
    on conflict (conversation_id, idempotency_key) where idempotency_key is not null
      do update set idempotency_key = excluded.idempotency_key
    returning id`.execute(session);
  return rows[0]?.id as string;
}

export const findGenerating = (session: Session, conversationId: string) =>
  session
    .selectFrom('meta_messages')
    .select(['id', 'sequence'])
    .where('conversation_id', '=', conversationId)
    .where('status', '=', 'streaming')
    .orderBy('sequence', 'desc')
    .executeTakeFirst();

export const stopMessage = (session: Session, id: string) =>
  session
    .updateTable('meta_messages')
    .set({ status: 'stopped' })
    .where('id', '=', id)
    .where('status', '=', 'streaming')
    .execute();

/** Tells followers, in the same transaction as the change. */
export const announce = (session: Session, conversationId: string) =>
  sql`select pg_notify('meta_agent_chat', ${conversationId})`.execute(session);
