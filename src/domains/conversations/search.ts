import { sql } from 'kysely';
import { json, type Session } from '../../database/index.ts';

interface Search {
  query: string;
  embedding: number[] | null;
  embedding_model: string | null;
  filter: Record<string, unknown>;
  limit: number;
}

interface Found {
  message_id: string;
  conversation_id: string;
  title: string | null;
  role: 'user' | 'assistant';
  content: string;
  score: number;
  created_at: Date;
}

/** Similarity below which what shares no word with the query is not shown. */
const leastSimilarity = 0.35;

/** Characters of an excerpt. */
const excerptLength = 240;

/** Messages by words and meaning, best first, each with the part around the first word that was found. */
export async function searchMessages(session: Session, search: Search) {
  const { rows } = await sql<Found>`
    select m.id as message_id, m.conversation_id, c.title, m.role, m.content, s.score, m.created_at
    from search_hybrid('messages', ${search.query},
      ${search.embedding === null ? null : JSON.stringify(search.embedding)}::extensions.vector,
      ${search.embedding_model}, ${search.limit}, ${json(search.filter)}) s
    join meta_messages m on m.id = s.id join meta_conversations c on c.id = m.conversation_id
    where s.lexical > 0 or s.semantic >= ${leastSimilarity}
    order by s.score desc, m.id`.execute(session);
  return rows.map(({ content, ...row }) => ({ ...row, excerpt: excerptOf(content, search.query) }));
}

/** The part of a text around the first of the words, whole words at both ends. */
export function excerptOf(text: string, query: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  if (flat.length <= excerptLength) return flat;
  const lower = flat.toLowerCase();
  const places = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2)
    .map((word) => lower.indexOf(word.slice(0, Math.max(4, word.length - 2))))
    .filter((place) => place >= 0);
  const at = places.length > 0 ? Math.min(...places) : 0;
  const from = Math.max(0, Math.min(at - excerptLength / 3, flat.length - excerptLength));
  const start = from === 0 ? 0 : flat.indexOf(' ', from) + 1;
  const end = Math.min(flat.length, start + excerptLength);
  return `${start > 0 ? '…' : ''}${flat.slice(start, end).trimEnd()}${end < flat.length ? '…' : ''}`;
}
