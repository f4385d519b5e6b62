import { sql } from 'kysely';
import type { Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import type { BriefResult } from '../../providers/model/index.ts';
import type { StoredContent } from '../files/index.ts';

export interface CitationInput {
  marker: string | number;
  passage_id: string;
  quote: string;
}

export interface CheckedCitation {
  ordinal: number;
  chunk_id: string;
  file_metadata_id: string;
  quote: string;
  char_start: number;
  char_end: number;
}

/**
 * Finds each quote in its passage. White space may differ (a model wraps lines); nothing else.
 * Errors: `unprocessable` naming each marker whose quote is not in the passage, or whose passage does not exist.
 */
export async function checkCitations(
  session: Session,
  citations: CitationInput[],
): Promise<CheckedCitation[]> {
  if (citations.length === 0) return [];
  const { rows } = await sql<{ id: string; file_metadata_id: string; content: string; char_start: number }>`
    select id, file_metadata_id, content, char_start from meta_file_chunks
    where id = any (${citations.map(({ passage_id }) => passage_id)}::uuid[])`.execute(session);
  const passages = new Map(rows.map((row) => [row.id, row]));
  const faults: string[] = [];
  const checked = citations.flatMap(({ marker, passage_id, quote }) => {
    const ordinal = Number(String(marker).replace(/[[\]]/g, ''));
    const passage = passages.get(passage_id);
    const place = passage && locate(passage.content, quote);
    if (!passage || !place) {
      faults.push(`[${ordinal}] ${passage ? 'the quote is not in the passage' : 'there is no such passage'}`);
      return [];
    }
    return [
      {
        ordinal,
        chunk_id: passage_id,
        file_metadata_id: passage.file_metadata_id,
        quote: passage.content.slice(place.start, place.end),
        char_start: passage.char_start + place.start,
        char_end: passage.char_start + place.end,
      },
    ];
  });
  if (faults.length > 0)
    throw new AppError('unprocessable', `Some citations do not hold: ${faults.join('; ')}.`, {
      fix: 'Quote words that stand in the passage, exactly as they stand there.',
    });
  const twice = checked.find(
    ({ ordinal }, index) => checked.findIndex((other) => other.ordinal === ordinal) !== index,
  );
  if (twice)
    throw new AppError('unprocessable', `The marker [${twice.ordinal}] is listed twice.`, {
      fix: 'Give each citation a number of its own.',
    });
  return checked;
}

/** Where `quote` stands in `text`, white space counted as equal; undefined when it does not. */
export function locate(text: string, quote: string): { start: number; end: number } | undefined {
  const exact = text.indexOf(quote);
  if (exact >= 0) return { start: exact, end: exact + quote.length };
  const words = quote.trim().split(/\s+/);
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+');
  const match = new RegExp(pattern).exec(text);
  return match ? { start: match.index, end: match.index + match[0].length } : undefined;
}

export interface ArtifactInput {
  task_id: string;
  project_id: string;
  run_id: string;
  name: string;
  type: string;
  content: string;
  stored: StoredContent;
  checksum: string;
  idempotency_key: string;
}

/** A new artifact, or a new version of the one of that name. */
export async function insertArtifact(
  session: Session,
  row: ArtifactInput,
): Promise<{ id: string; version: number }> {
  const { rows } = await sql<{ id: string; version: number }>`
    insert into meta_artifacts (project_id, task_id, run_id, name, version, type, bucket, storage_path, mime_type,
      size_bytes, checksum, content, idempotency_key)
    values (${row.project_id}, ${row.task_id}, ${row.run_id}, ${row.name},
      (select coalesce(max(version), 0) + 1 from meta_artifacts where task_id = ${row.task_id} and name = ${row.name}),
      ${row.type}, ${row.stored.bucket}, ${row.stored.path}, 'text/markdown', ${row.stored.size}, ${row.checksum},
      ${row.content}, ${row.idempotency_key})
    returning id, version`.execute(session);
  return rows[0] as { id: string; version: number };
}

export async function insertCitations(
  session: Session,
  artifactId: string,
  projectId: string,
  citations: CheckedCitation[],
): Promise<void> {
  if (citations.length === 0) return;
  await session
    .insertInto('meta_artifact_citations')
    .values(citations.map((citation) => ({ ...citation, artifact_id: artifactId, project_id: projectId })))
    .execute();
}

export async function countSubtasks(session: Session, taskId: string): Promise<number> {
  const { count } = await session
    .selectFrom('meta_tasks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('parent_task_id', '=', taskId)
    .executeTakeFirstOrThrow();
  return count;
}

/** Tasks that wait for this one. */
export async function dependentsOf(session: Session, taskId: string): Promise<string[]> {
  const rows = await session
    .selectFrom('meta_task_dependencies')
    .select('task_id')
    .where('depends_on_task_id', '=', taskId)
    .execute();
  return rows.map((row) => row.task_id);
}

/** The newest version of each artifact of the given tasks, as a brief shows them. */
export async function resultsOf(session: Session, taskIds: string[]): Promise<BriefResult[]> {
  if (taskIds.length === 0) return [];
  const { rows } = await sql<{
    task: string;
    agent: string | null;
    artifact: string;
    content: string | null;
    citations: {
      marker: number;
      passage_id: string | null;
      file: string | null;
      quote: string;
      heading_path: string[] | null;
      page: number | null;
    }[];
  }>`
    select t.title as task, t.assigned_agent as agent, a.name as artifact, a.content,
      coalesce((select jsonb_agg(jsonb_build_object('marker', c.ordinal, 'passage_id', c.chunk_id,
          'file', f.file_name, 'quote', c.quote, 'heading_path', k.heading_path, 'page', k.page) order by c.ordinal)
        from meta_artifact_citations c left join meta_file_metadata f on f.id = c.file_metadata_id
        left join meta_file_chunks k on k.id = c.chunk_id
        where c.artifact_id = a.id), '[]') as citations
    from meta_artifacts a join meta_tasks t on t.id = a.task_id
    where a.task_id = any (${taskIds}::uuid[])
      and a.version = (select max(o.version) from meta_artifacts o where o.task_id = a.task_id and o.name = a.name)
    order by t.created_at, a.created_at`.execute(session);
  return rows.map((row) => ({
    task: row.task,
    agent: row.agent ?? '',
    artifact: row.artifact,
    content: row.content ?? '',
    citations: row.citations.map((citation) => ({
      marker: String(citation.marker),
      passageId: citation.passage_id ?? '',
      file: citation.file ?? '',
      quote: citation.quote,
      ...(citation.heading_path ? { headingPath: citation.heading_path } : {}),
      ...(citation.page === null ? {} : { page: citation.page }),
    })),
  }));
}
