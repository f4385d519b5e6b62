import { sql } from 'kysely';
import { containing, json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { Chunk } from '../../providers/extraction/index.ts';

const fileFields = [
  'id',
  'bucket',
  'file_path',
  'file_name',
  'mime_type',
  'size_bytes',
  'checksum',
  'project_id',
  'processing_status',
  'processing_error',
  'char_count',
  'page_count',
  'tags',
  'created_at',
] as const;

/** Things that hold the same bytes and text as another upload of the owner share one row of `files`. */
export interface ContentInput {
  id: string;
  user_id: string;
  filename: string;
  original_name: string;
  mime_type: string;
  size: number;
  path: string;
}

export const ensureContent = (session: Session, row: ContentInput) =>
  session
    .insertInto('files')
    .values(row)
    .onConflict((conflict) => conflict.columns(['user_id', 'id']).doNothing())
    .execute();

export interface FileInput {
  id: string;
  file_id: string;
  bucket: string;
  file_path: string;
  file_name: string;
  original_name: string;
  mime_type: string;
  size_bytes: number;
  checksum: string;
  project_id: string | null;
  task_id?: string;
  /** `completed` for what is not read, such as an artifact whose text is known. */
  processing_status: 'pending' | 'completed';
}

export const insertFile = (session: Session, row: FileInput) =>
  session.insertInto('meta_file_metadata').values(row).returning(fileFields).executeTakeFirstOrThrow();

/** The address of an object, under the names that Supabase uses; its policies decide who may write there. */
export const insertObject = (
  session: Session,
  row: { bucket: string; name: string; user_id: string; size: number; mime_type: string; checksum: string },
) =>
  sql`insert into storage.objects (bucket_id, name, owner, owner_id, metadata)
    values (${row.bucket}, ${row.name}, ${row.user_id}::uuid, ${row.user_id},
      ${json({ size: row.size, mimetype: row.mime_type, eTag: row.checksum })})
    on conflict (bucket_id, name) do nothing`.execute(session);

export const deleteObject = (session: Session, bucket: string, name: string) =>
  sql`delete from storage.objects where bucket_id = ${bucket} and name = ${name}`.execute(session);

/** Documents of the caller, without what agents made. */
export const listFiles = (
  session: Session,
  filter: {
    project_id?: string | undefined;
    bucket?: string | undefined;
    search?: string | undefined;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  session
    .selectFrom('meta_file_metadata')
    .select(fileFields)
    .$if(filter.bucket !== undefined, (query) => query.where('bucket', '=', filter.bucket ?? ''))
    .$if(filter.bucket === undefined, (query) => query.where('bucket', '<>', 'agent-artifacts'))
    .$if(filter.project_id !== undefined, (query) => query.where('project_id', '=', filter.project_id ?? ''))
    .$if(filter.search !== undefined, (query) =>
      query.where('file_name', 'ilike', containing(filter.search ?? '')),
    )
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findFile = (session: Session, id: string) =>
  session
    .selectFrom('meta_file_metadata')
    .select([...fileFields, 'user_id', 'file_id'])
    .where('id', '=', id)
    .executeTakeFirst();
export type FileRow = Awaited<ReturnType<typeof insertFile>>;

export const updateFile = (
  session: Session,
  id: string,
  change: {
    file_name?: string | undefined;
    tags?: string[] | undefined;
    project_id?: string | null | undefined;
  },
) =>
  session
    .updateTable('meta_file_metadata')
    .set(change)
    .where('id', '=', id)
    .returning(fileFields)
    .executeTakeFirst();

export const queueFile = (session: Session, id: string) =>
  session
    .updateTable('meta_file_metadata')
    .set({ processing_status: 'pending', processing_error: null })
    .where('id', '=', id)
    .where('processing_status', '=', 'failed')
    .returning(fileFields)
    .executeTakeFirst();

/** Deletes a file and, when it was the owner's last with this content, the owner's text of it. */
export async function deleteFile(session: Session, id: string) {
  const row = await session
    .deleteFrom('meta_file_metadata')
    .where('id', '=', id)
    .returning(['bucket', 'file_path', 'file_id', 'user_id'])
    .executeTakeFirst();
  if (row) await deleteObject(session, row.bucket, row.file_path);
  return row;
}

/** Removes the owner's row (or everybody's) of a content that no file of that owner refers to. */
export const dropUnusedContent = (session: Session, fileId: string, userId?: string) =>
  sql`delete from files f where f.id = ${fileId} and (${userId ?? null}::uuid is null or f.user_id = ${userId ?? null})
    and not exists (select from meta_file_metadata m where m.user_id = f.user_id and m.file_id = f.id)`.execute(
    session,
  );

export const findProject = (session: Session, id: string) =>
  session.selectFrom('meta_projects').select('id').where('id', '=', id).executeTakeFirst();

/** Whether anybody's file or artifact still has this content. */
export async function contentInUse(session: Session, checksum: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select from files where id = ${checksum}) or
           exists (select from meta_file_metadata where checksum = ${checksum}) or
           exists (select from meta_artifacts where checksum = ${checksum}) as used`.execute(session);
  return rows[0]?.used ?? true;
}

/**
 * The extracted text behind a file the caller was seen to may see; asked for by the service. Whole, because its
 * positions count UTF-16 units, as JavaScript does, and SQL counts characters.
 */
export async function readText(session: Session, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ text: string }>`
    select f.extracted_text as text
    from meta_file_metadata m join files f on f.user_id = m.user_id and f.id = m.file_id
    where m.id = ${id} and f.extracted_text is not null`.execute(session);
  return rows[0]?.text;
}

export interface PassageRow {
  id: string;
  file_id: string;
  file_name: string;
  heading_path: string[];
  page: number | null;
  char_start: number;
  char_end: number;
  text: string;
  score: number;
}

export async function searchPassages(
  session: Session,
  search: {
    query: string;
    embedding: number[] | null;
    embedding_model: string | null;
    filter: Record<string, unknown>;
    limit: number;
    /** Passages that share no word with the query need at least this cosine similarity. */
    min_similarity?: number | undefined;
  },
): Promise<PassageRow[]> {
  const { rows } = await sql<PassageRow>`
    select c.id, c.file_metadata_id as file_id, f.file_name, c.heading_path, c.page, c.char_start, c.char_end,
           c.content as text, s.score
    from search_hybrid('chunks', ${search.query},
      ${search.embedding === null ? null : JSON.stringify(search.embedding)}::extensions.vector,
      ${search.embedding_model}, ${search.limit}, ${json(search.filter)}) s
    join meta_file_chunks c on c.id = s.id
    join meta_file_metadata f on f.id = c.file_metadata_id
    where s.lexical > 0 or s.semantic >= ${search.min_similarity ?? 0}
    order by s.score desc, c.id`.execute(session);
  return rows;
}

/** How a person wants their files cut into passages, in tokens. */
export async function findPassageSizes(session: Session, userId: string) {
  const { rows } = await sql<{ size: number; overlap: number }>`
    select (rag ->> 'chunk_size')::int as size, (rag ->> 'chunk_overlap')::int as overlap
    from (select get_user_settings(${userId}) -> 'rag_config' as rag) s`.execute(session);
  return rows[0] as { size: number; overlap: number };
}

export async function storageSummary(session: Session, userId: string) {
  const { rows } = await sql<{
    total_quota_bytes: number;
    used_bytes: number;
    file_count: number;
    usage_percentage: number;
    bucket_breakdown: Record<string, { count: number; size: number }>;
  }>`select * from get_storage_summary(${userId})`.execute(session);
  return rows[0];
}

export async function findBucket(session: Session, id: string) {
  const { rows } = await sql<{ file_size_limit: number | null; allowed_mime_types: string[] | null }>`
    select file_size_limit, allowed_mime_types from storage.buckets where id = ${id}`.execute(session);
  return rows[0];
}

export interface FileClaimRow {
  id: string;
  attempt: number;
  user_id: string;
  file_id: string | null;
  file_name: string;
  mime_type: string | null;
}

export async function claimFiles(session: Session, worker: string, limit: number, leaseSeconds: number) {
  const { rows } = await sql<FileClaimRow>`
    select id, attempt, user_id, file_id, file_name, mime_type
    from claim_files_to_process(${worker}, ${limit}, make_interval(secs => ${leaseSeconds}))`.execute(
    session,
  );
  return rows;
}

export async function extendFileLease(
  session: Session,
  id: string,
  worker: string,
  attempt: number,
  leaseSeconds: number,
) {
  const { rows } = await sql<{ held: boolean }>`
    select extend_file_lease(${id}, ${worker}, ${attempt}, make_interval(secs => ${leaseSeconds})) as held`.execute(
    session,
  );
  return rows[0]?.held ?? false;
}

/** Ends the processing of a file. False: another worker has it now, and nothing of this transaction may stay. */
export async function releaseFile(
  session: Session,
  claim: { id: string; attempt: number },
  worker: string,
  status: 'completed' | 'failed' | 'pending',
  error: string | null,
  retryAfterSeconds: number | null,
): Promise<boolean> {
  const { rows } = await sql<{ released: boolean }>`
    select release_file(${claim.id}, ${worker}, ${claim.attempt}, ${status}, ${error},
      make_interval(secs => ${retryAfterSeconds})) as released`.execute(session);
  return rows[0]?.released ?? false;
}

export interface StoredText {
  text: string;
  pages: { page: number; start: number; end: number }[] | null;
}

export async function findText(
  session: Session,
  userId: string,
  fileId: string,
): Promise<StoredText | undefined> {
  const { rows } = await sql<StoredText>`
    select extracted_text as text, page_map as pages from files
    where user_id = ${userId} and id = ${fileId} and extracted_text is not null`.execute(session);
  return rows[0];
}

export async function storeText(
  session: Session,
  file: { id: string; user_id: string; file_id: string },
  stored: StoredText,
  chunks: Chunk[],
): Promise<void> {
  await sql`update files set extracted_text = ${stored.text}, page_map = ${stored.pages ? json(stored.pages) : null},
      page_count = ${stored.pages?.length ?? null}
    where user_id = ${file.user_id} and id = ${file.file_id}`.execute(session);
  await sql`delete from meta_file_chunks where file_metadata_id = ${file.id}`.execute(session);
  if (chunks.length > 0)
    await sql`insert into meta_file_chunks (file_metadata_id, user_id, ordinal, heading_path, page, char_start, char_end, content)
      select ${file.id}, ${file.user_id}, c.ordinal, array(select jsonb_array_elements_text(c."headingPath")), c.page,
             c."charStart", c."charEnd", c.content
      from jsonb_to_recordset(${json(chunks)}) as c (ordinal int, "headingPath" jsonb, page int, "charStart" int,
        "charEnd" int, content text)`.execute(session);
  await sql`update meta_file_metadata set char_count = ${stored.text.length}, page_count = ${stored.pages?.length ?? null}
    where id = ${file.id}`.execute(session);
}
