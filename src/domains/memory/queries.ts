import { sql } from 'kysely';
import { json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';

const factFields = [
  'id',
  'content',
  'category',
  'project_id',
  'persona_id',
  'importance_score',
  'enabled',
  'valid_from',
  'valid_to',
  'supersedes_id',
  'superseded_by',
  'source_conversation_id',
  'last_accessed_at',
  'access_count',
  'expires_at',
  'created_at',
] as const;

export type Category = 'preference' | 'fact' | 'instruction' | 'context';

/** Facts in force, newest first; `all` adds those that are switched off or were replaced, `ids` wants named ones. */
export const listFacts = (
  session: Session,
  filter: {
    category?: Category | undefined;
    project_id?: string | undefined;
    scope?: 'own' | 'project' | undefined;
    ids?: string[] | undefined;
    all: boolean;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  session
    .selectFrom('meta_memory_facts')
    .select(factFields)
    .$if(!filter.all && filter.ids === undefined, (query) =>
      query.where('enabled', '=', true).where('superseded_by', 'is', null).where('valid_to', 'is', null),
    )
    .$if(filter.ids !== undefined, (query) => query.where('id', 'in', filter.ids ?? []))
    .$if(filter.category !== undefined, (query) => query.where('category', '=', filter.category ?? 'fact'))
    .$if(filter.project_id !== undefined, (query) => query.where('project_id', '=', filter.project_id ?? ''))
    .$if(filter.scope !== undefined, (query) =>
      query.where('project_id', filter.scope === 'own' ? 'is' : 'is not', null),
    )
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findFact = (session: Session, id: string) =>
  session.selectFrom('meta_memory_facts').select(factFields).where('id', '=', id).executeTakeFirst();
export type FactRow = NonNullable<Awaited<ReturnType<typeof findFact>>>;

export interface FactInput {
  user_id: string;
  content: string;
  category: Category;
  project_id: string | null;
  persona_id?: string | null | undefined;
  importance_score?: number | undefined;
  expires_at?: string | Date | null | undefined;
  supersedes_id?: string | null | undefined;
  /** Where it came from: task_id, conversation_id, message_id. */
  source?: Record<string, string>;
  idempotency_key?: string;
}

/** Keeps a fact once; the same statement again strengthens the one that exists. Errors: `unprocessable` for a secret. */
export async function storeFact(session: Session, fact: FactInput): Promise<{ id: string; is_new: boolean }> {
  const { rows } = await sql<{ id: string; is_new: boolean }>`
    select id, is_new from store_memory(${fact.user_id}, ${fact.content}, ${fact.project_id}::uuid,
      ${fact.category}::memory_category, ${fact.importance_score ?? 0.5}, null,
      ${fact.expires_at ?? null}::timestamptz, ${fact.supersedes_id ?? null}::uuid,
      ${json(fact.source ?? {})}, ${fact.idempotency_key ?? null}, null, null, ${fact.persona_id ?? null}::uuid)`.execute(
    session,
  );
  return rows[0] as { id: string; is_new: boolean };
}

export const updateFact = (
  session: Session,
  id: string,
  change: {
    content?: string | undefined;
    category?: Category | undefined;
    importance_score?: number | undefined;
    enabled?: boolean | undefined;
    expires_at?: string | null | undefined;
  },
) =>
  session
    .updateTable('meta_memory_facts')
    .set(change)
    .where('id', '=', id)
    .returning(factFields)
    .executeTakeFirst();

export async function forgetFact(session: Session, id: string): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`select forget_memory(${id}) as done`.execute(session);
  return rows[0]?.done ?? false;
}

export async function restoreFact(session: Session, id: string): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`select restore_memory(${id}) as done`.execute(session);
  return rows[0]?.done ?? false;
}

export const mergeFacts = (session: Session, keepId: string, otherId: string, content: string | undefined) =>
  sql`select merge_memories(${keepId}, ${otherId}, ${content ?? null})`.execute(session);

export const clearFacts = (session: Session, userId: string, projectId: string | undefined) =>
  session
    .deleteFrom('meta_memory_facts')
    .where('user_id', '=', userId)
    .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId ?? ''))
    .returning('id')
    .execute();

/** What was forgotten before, and what was found and never accepted, goes with a clear. */
export async function clearTraces(
  session: Session,
  userId: string,
  projectId: string | undefined,
): Promise<void> {
  await session
    .deleteFrom('meta_memory_candidates')
    .where('user_id', '=', userId)
    .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId ?? ''))
    .execute();
  await session
    .deleteFrom('meta_memory_trash')
    .where('user_id', '=', userId)
    .$if(projectId !== undefined, (query) =>
      query.where(sql<string>`fact ->> 'project_id'`, '=', projectId ?? ''),
    )
    .execute();
}

export interface FactSearch {
  query: string;
  embedding: number[] | null;
  embedding_model: string | null;
  filter: Record<string, unknown>;
  limit: number;
}

/** The best facts for a query. */
export async function searchFacts(
  session: Session,
  search: FactSearch,
): Promise<(FactRow & { score: number })[]> {
  const { rows } = await sql<FactRow & { score: number }>`
    select ${sql.join(factFields.map((field) => sql.ref(`f.${field}`)))}, s.score
    from search_hybrid('memory', ${search.query},
      ${search.embedding === null ? null : JSON.stringify(search.embedding)}::extensions.vector,
      ${search.embedding_model}, ${search.limit}, ${json(search.filter)}) s
    join meta_memory_facts f on f.id = s.id
    order by s.score desc, f.id`.execute(session);
  return rows;
}

/** Notes that the facts were used: what is used stays longer. */
export const touchFacts = (session: Session, ids: string[]) =>
  sql`select touch_memories(${ids}::uuid[])`.execute(session);

export interface RecalledRow {
  message_id: string;
  conversation_id: string;
  title: string | null;
  role: string;
  content: string;
  score: number;
  created_at: Date;
}

/** The conversations of a person that speak of something, each by its best message. */
export async function recall(session: Session, search: FactSearch): Promise<RecalledRow[]> {
  const { rows } = await sql<RecalledRow>`
    select m.id as message_id, m.conversation_id, c.title, m.role, m.content, s.score, m.created_at
    from search_groups('messages', ${search.query},
      ${search.embedding === null ? null : JSON.stringify(search.embedding)}::extensions.vector,
      ${search.embedding_model}, ${search.limit}, ${json(search.filter)}) s
    join meta_messages m on m.id = s.best_id join meta_conversations c on c.id = s.id
    order by s.score desc, c.id`.execute(session);
  return rows;
}

export const findSettings = (session: Session, userId: string) =>
  session
    .selectFrom('meta_memory_settings')
    .select(['extraction', 'use_model', 'max_facts'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
export type SettingsRow = NonNullable<Awaited<ReturnType<typeof findSettings>>>;

export const storeSettings = (session: Session, userId: string, settings: SettingsRow) =>
  session
    .insertInto('meta_memory_settings')
    .values({ user_id: userId, ...settings })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(settings))
    .execute();

export const evictFacts = (session: Session, userId: string) =>
  sql`select evict_memories(${userId})`.execute(session);
