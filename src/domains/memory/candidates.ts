import { sql } from 'kysely';
import { olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { Category } from './queries.ts';

// Facts found in chats, from the moment they are found to the person's word.

const candidateFields = [
  'c.id',
  'c.content',
  'c.category',
  'c.project_id',
  'c.importance_score',
  'c.expires_at',
  'c.status',
  'c.contradicts_id',
  'c.extracted_by',
  'c.source_conversation_id',
  'c.source_message_id',
  'c.created_at',
] as const;

export const listCandidates = (
  session: Session,
  filter: { user_id: string; limit: number; cursor?: Cursor | undefined },
) =>
  session
    .selectFrom('meta_memory_candidates as c')
    .leftJoin('meta_memory_facts as f', 'f.id', 'c.contradicts_id')
    .select([...candidateFields, 'f.content as contradicts_content'])
    .where('c.user_id', '=', filter.user_id)
    .where('c.status', '=', 'pending')
    .where(olderThan(filter.cursor, 'c.created_at', 'c.id'))
    .orderBy('c.created_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(filter.limit + 1)
    .execute();

/** A candidate nobody has decided on, locked. */
export const holdCandidate = (session: Session, id: string, userId: string) =>
  session
    .selectFrom('meta_memory_candidates as c')
    .select(candidateFields)
    .where('c.id', '=', id)
    .where('c.user_id', '=', userId)
    .where('c.status', '=', 'pending')
    .forUpdate()
    .executeTakeFirst();

export const decide = (
  session: Session,
  id: string,
  change: { status: 'accepted' | 'edited' | 'rejected'; content?: string; fact_id?: string },
) =>
  session
    .updateTable('meta_memory_candidates')
    .set({ ...change, decided_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();

export interface CandidateInput {
  user_id: string;
  project_id: string | null;
  content: string;
  category: Category;
  importance_score: number;
  expires_at: Date | null;
  contradicts_id: string | null;
  extracted_by: string;
  source_conversation_id: string;
  source_message_id: string;
}

/** Asks about a fact once: not while the same question is open, and not again after it was rejected. */
export async function ask(session: Session, candidate: CandidateInput): Promise<void> {
  await sql`
    insert into meta_memory_candidates (user_id, project_id, content, category, importance_score, expires_at,
      contradicts_id, extracted_by, source_conversation_id, source_message_id)
    select ${candidate.user_id}::uuid, ${candidate.project_id}::uuid, ${candidate.content}::text,
      ${candidate.category}::memory_category, ${candidate.importance_score}::float8, ${candidate.expires_at}::timestamptz,
      ${candidate.contradicts_id}::uuid, ${candidate.extracted_by}::text, ${candidate.source_conversation_id}::uuid,
      ${candidate.source_message_id}::uuid
    where not exists (
      select from meta_memory_candidates c
      where c.user_id = ${candidate.user_id} and private.same_fact(c.content, ${candidate.content})
        and (c.status in ('pending', 'rejected') or c.source_message_id = ${candidate.source_message_id}))
    on conflict do nothing`.execute(session);
}
