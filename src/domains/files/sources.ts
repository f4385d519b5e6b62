import { sql } from 'kysely';
import type { Database } from '../../database/index.ts';
import type { Claim, WorkSource } from '../../jobs/index.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { chunkText, type TextExtractor } from '../../providers/extraction/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';
import * as queries from './queries.ts';
import type { FileService } from './service.ts';

/** Largest file whose text is read. */
const maxReadBytes = 100 * 1024 * 1024;

/** English prose in the tokenizers of the large models. */
const charactersPerToken = 4;

interface FileClaim extends Claim {
  row: queries.FileClaimRow;
}

/** Uploaded files: their text is extracted, cut into passages and kept. */
export class FileSource implements WorkSource<FileClaim> {
  readonly name = 'file';
  readonly channel = 'meta_agent_files';
  readonly concurrency = 1;
  readonly #database: Database;
  readonly #files: FileService;
  readonly #extractor: TextExtractor;

  constructor(database: Database, files: FileService, extractor: TextExtractor) {
    this.#database = database;
    this.#files = files;
    this.#extractor = extractor;
  }

  async claim(worker: string, limit: number, leaseSeconds: number): Promise<FileClaim[]> {
    const rows = await this.#database.asService(
      'claim files',
      (session) => queries.claimFiles(session, worker, limit, leaseSeconds),
      { atOnce: true },
    );
    return rows.map((row) => ({ id: row.id, attempt: row.attempt, row }));
  }

  extend({ id, attempt }: FileClaim, worker: string, leaseSeconds: number): Promise<boolean> {
    return this.#database.asService(
      'extend a lease',
      (session) => queries.extendFileLease(session, id, worker, attempt, leaseSeconds),
      { atOnce: true },
    );
  }

  async run({ id, attempt, row }: FileClaim, worker: string, signal: AbortSignal): Promise<void> {
    const { user_id, file_id } = row;
    try {
      if (file_id === null) throw new AppError('unprocessable', 'The content of this file is gone.');
      const known = await this.#database.asService('known text', (session) =>
        queries.findText(session, user_id, file_id),
      );
      const stored = known ?? (await this.#extract(file_id, signal));
      const sizes = await this.#database.asService('how a person wants passages cut', (session) =>
        queries.findPassageSizes(session, user_id),
      );
      const chunks = chunkText(stored.text, {
        mimeType: row.mime_type ?? 'text/plain',
        size: sizes.size * charactersPerToken,
        overlap: sizes.overlap * charactersPerToken,
        ...(stored.pages ? { pages: stored.pages } : {}),
      });
      await this.#database.asService('keep the text of a file', async (session) => {
        await queries.storeText(session, { id, user_id, file_id }, stored, chunks);
        if (!(await queries.releaseFile(session, { id, attempt }, worker, 'completed', null, null)))
          throw new AppError('conflict', 'The file was taken over.');
      });
    } catch (error) {
      if (signal.aborted || isAppError(error, 'conflict') || isAppError(error, 'not_found')) return;
      const hopeless =
        isAppError(error, 'unprocessable') ||
        isAppError(error, 'unsupported_type') ||
        isAppError(error, 'too_large');
      const message = isAppError(error)
        ? error.message
        : 'The file could not be read because of a fault on the server.';
      await this.#database.asService('a file that cannot be read', (session) =>
        queries.releaseFile(
          session,
          { id, attempt },
          worker,
          hopeless || attempt >= 3 ? 'failed' : 'pending',
          message,
          hopeless || attempt >= 3 ? null : 10 * attempt,
        ),
      );
      if (!hopeless) throw error;
    }
  }

  async #extract(checksum: string, signal: AbortSignal): Promise<queries.StoredText> {
    const { body, size } = await this.#files.openContent(checksum, signal);
    if (size > maxReadBytes)
      throw new AppError('too_large', 'The file is kept, but is too large to be read for search.');
    const bytes = new Uint8Array(await new Response(body).arrayBuffer());
    const { text, pages } = await this.#extractor.extract(bytes, { signal });
    return { text, pages: pages ?? null };
  }
}

const sources = ['memory', 'chunks', 'messages', 'prompts'] as const;
const tables = {
  memory: 'meta_memory_facts',
  chunks: 'meta_file_chunks',
  messages: 'meta_messages',
  prompts: 'prompt_library',
} as const;

interface EmbeddingRow {
  id: string;
  content: string;
  content_md5: string;
  /** Null of what the installation itself brings. */
  user_id: string | null;
  project_id: string | null;
}

interface EmbeddingClaim extends Claim {
  source: (typeof sources)[number];
  rows: EmbeddingRow[];
}

/** Rows without an embedding of the current model, in batches. Search works by words until they have one. */
export class EmbeddingSource implements WorkSource<EmbeddingClaim> {
  readonly name = 'embedding';
  readonly channel = 'meta_agent_embeddings';
  readonly concurrency = 1;
  /** A question is answered first: the answer needs the encoder and, embedded, the one connection. */
  readonly delayMs = 300;
  readonly #database: Database;
  readonly #embedding: PersonalEmbedding;

  constructor(database: Database, embedding: PersonalEmbedding) {
    this.#database = database;
    this.#embedding = embedding;
  }

  async claim(worker: string): Promise<EmbeddingClaim[]> {
    for (const source of sources) {
      const { rows } = await this.#database.asService(
        'claim rows to embed',
        (session) =>
          sql<EmbeddingRow>`
          with claimed as (select * from claim_rows_to_embed(${source}, ${this.#embedding.model}, ${worker}, 32))
          select c.*, t.user_id, t.project_id from claimed c join ${sql.table(tables[source])} t on t.id = c.id`.execute(
            session,
          ),
        { atOnce: true },
      );
      if (rows.length > 0) return [{ id: `${source}:${rows[0]?.id}`, attempt: 1, source, rows }];
    }
    return [];
  }

  /** The claim in the database outlives any batch; a batch done twice gives the same vectors. */
  async extend(): Promise<boolean> {
    return true;
  }

  async run({ source, rows }: EmbeddingClaim, _worker: string, signal: AbortSignal): Promise<void> {
    const known = source === 'prompts' ? await this.#restore(rows) : new Set();
    const missing = rows.filter(({ id }) => !known.has(id));
    for (const owned of byOwner(missing)) await this.#embed(source, owned, signal);
  }

  /** Prompts whose vector was kept, from before the model or the text was another. */
  async #restore(rows: EmbeddingRow[]): Promise<Set<string>> {
    const restored = await this.#database.asService('embeddings that were kept', (session) =>
      sql<{ id: string }>`
        select id from restore_prompt_embeddings(${this.#embedding.model}, ${rows.map(({ id }) => id)}::uuid[]) id`.execute(
        session,
      ),
    );
    return new Set(restored.rows.map(({ id }) => id));
  }

  async #embed(source: EmbeddingClaim['source'], rows: EmbeddingRow[], signal: AbortSignal): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const texts = rows.map(({ content }) => content);
    const vectors = await this.#embedding
      .for(first)
      .embed(texts, signal)
      .catch((error: unknown) => {
        // Search goes by words until the limit of use leaves room again: the claim runs out and comes back.
        if (isAppError(error, 'budget_exceeded')) return null;
        throw error;
      });
    if (vectors === null) return;
    const stored = rows.map(({ id, content_md5 }, index) => ({ id, content_md5, embedding: vectors[index] }));
    await this.#database.asService('keep embeddings', (session) =>
      sql`select store_embeddings(${source}, ${this.#embedding.model}, ${JSON.stringify(stored)}::jsonb)`.execute(
        session,
      ),
    );
  }
}

/** Each person pays for their own, in the project it belongs to. */
function byOwner(rows: EmbeddingRow[]): EmbeddingRow[][] {
  const groups = new Map<string, EmbeddingRow[]>();
  for (const row of rows) {
    const key = `${row.user_id}:${row.project_id}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
