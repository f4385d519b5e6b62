import { sql } from 'kysely';
import type { z } from 'zod';
import type { Session } from '../../database/index.ts';
import { locate } from '../agents/index.ts';
import type { messageCitation } from './shapes/contract.ts';

/** `[1] 6f2c… "quote"`: how an answer names the passages behind its markers, one a line at its end. */
const citationLine =
  /^\s*\[(\d+)\]\s*[:(]?\s*([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)?\s*[:,–-]?\s*["“](.+)["”]\s*$/;

/**
 * Takes the citation lines out of an answer and finds each quote in its passage. A citation that does not hold is
 * left out: what is shown as a quotation is one.
 */
export async function readCitations(
  session: Session,
  content: string,
): Promise<{ content: string; citations: z.input<typeof messageCitation>[] }> {
  const lines = content.split('\n');
  const named = lines.flatMap((line) => {
    const [, marker, passage_id, quote] = citationLine.exec(line) ?? [];
    return marker && passage_id && quote ? [{ marker: Number(marker), passage_id, quote }] : [];
  });
  if (named.length === 0) return { content, citations: [] };
  const { rows } = await sql<{
    id: string;
    file_id: string;
    file_name: string;
    content: string;
    char_start: number;
  }>`select c.id, c.file_metadata_id as file_id, f.file_name, c.content, c.char_start
     from meta_file_chunks c join meta_file_metadata f on f.id = c.file_metadata_id
     where c.id = any (${named.map(({ passage_id }) => passage_id)}::uuid[])`.execute(session);
  const passages = new Map(rows.map((row) => [row.id, row]));
  const citations = named.flatMap(({ marker, passage_id, quote }) => {
    const passage = passages.get(passage_id);
    const place = passage && locate(passage.content, quote);
    if (!passage || !place) return [];
    return [
      {
        marker,
        quote: passage.content.slice(place.start, place.end),
        file_id: passage.file_id,
        file_name: passage.file_name,
        char_start: passage.char_start + place.start,
        char_end: passage.char_start + place.end,
      },
    ];
  });
  return {
    content: lines
      .filter((line) => !citationLine.test(line))
      .join('\n')
      .trimEnd(),
    citations,
  };
}
