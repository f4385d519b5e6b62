import { sql } from 'kysely';
import { json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';

const factFields = [
  'id',
  'content',
  'category',
  'project_id',
  'importance_score',
  'enabled',
  'valid_from',
  'valid_to',
  'supersedes_id',
  'last_accessed_at',
  'expires_at',
  'created_at',
] as const;

export type Category = 'preference' | 'fact' | 'instruction' | 'context';

/** Facts in force, newest first; `all` adds those that are switched off or were replaced. */
export const listFacts = (
  session: Session,
  filter: {
    category?: Category | undefined;
    project_id?: string | undefined;
    all: boolean;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  session
    .selectFrom('meta_memory_facts')
    .select(factFields)
    .$if(!filter.all, (query) => query.where('enabled', '=', true).where('superseded_by', 'is', null))
    .$if(filter.category !== undefined, (query) => query.where('category', '=', filter.category ?? 'fact'))
    .$if(filter.project_id !== undefined, (query) => query.where('project_id', '=', filter.project_id ?? ''))
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
  importance_score?: number | undefined;
  supersedes_id?: string | undefined;
  /** Where it came from: task_id, conversation_id, message_id. */
  source?: Record<string, string>;
  idempotency_key?: string;
}

/** Keeps a fact once; the same words again strengthen the one that exists. */
export async function storeFact(session: Session, fact: FactInput): Promise<{ id: string; is_new: boolean }> {
  const { rows } = await sql<{ id: string; is_new: boolean }>`
    select id, is_new from store_memory(${fact.user_id}, ${fact.content}, ${fact.project_id}::uuid,
      ${fact.category}::memory_category, ${fact.importance_score ?? 0.5}, null, null, ${fact.supersedes_id ?? null}::uuid,
      ${json(fact.source ?? {})}, ${fact.idempotency_key ?? null})`.execute(session);
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

export const deleteFact = (session: Session, id: string) =>
  session.deleteFrom('meta_memory_facts').where('id', '=', id).returning('id').executeTakeFirst();

export const clearFacts = (session: Session, userId: string, projectId: string | undefined) =>
  session
    .deleteFrom('meta_memory_facts')
    .where('user_id', '=', userId)
    .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId ?? ''))
    .returning('id')
    .execute();

/** The best facts for a query; each counts as used. */
export async function searchFacts(
  session: Session,
  search: {
    query: string;
    embedding: number[] | null;
    embedding_model: string | null;
    filter: Record<string, unknown>;
    limit: number;
  },
): Promise<(FactRow & { score: number })[]> {
  const { rows } = await sql<FactRow & { score: number }>`
    select f.id, f.content, f.category, f.project_id, f.importance_score, f.enabled, f.valid_from, f.valid_to,
           f.supersedes_id, f.last_accessed_at, f.expires_at, f.created_at, s.score
    from search_hybrid('memory', ${search.query},
      ${search.embedding === null ? null : JSON.stringify(search.embedding)}::extensions.vector,
      ${search.embedding_model}, ${search.limit}, ${json(search.filter)}) s
    join meta_memory_facts f on f.id = s.id
    order by s.score desc, f.id`.execute(session);
  if (rows.length > 0) await sql`select touch_memories(${rows.map(({ id }) => id)}::uuid[])`.execute(session);
  return rows;
}
