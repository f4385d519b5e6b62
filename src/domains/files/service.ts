import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { z } from 'zod';
import { type Database, found, type Session, type UserPrincipal } from '../../database/index.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { newId, sha256 } from '../../kernel/ids.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import { embedQuery } from '../../providers/embedding/index.ts';
import { detectMimeType } from '../../providers/extraction/index.ts';
import type { StorageProvider } from '../../providers/storage/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';
import type { filesContract } from './contract.ts';
import * as queries from './queries.ts';

/** Who named no bucket is told nothing of buckets. */
const unread = (cause: AppError): AppError =>
  new AppError('unsupported_type', 'Files of this kind are not read.', {
    fix: 'Choose a PDF, a Word document (.docx), an Excel workbook (.xlsx), a presentation (.pptx), a picture, HTML or plain text.',
    cause,
  });

type Input<K extends keyof typeof filesContract> = z.output<(typeof filesContract)[K]['input']>;

/** Content is kept once per SHA-256 in this one place, whoever uploaded it and to whichever bucket. */
const contentBucket = 'content';
const contentKey = (checksum: string): string => `${checksum.slice(0, 2)}/${checksum}`;

/** Bytes read to decide what a file is. */
const headBytes = 64 * 1024;

export interface FilesDeps {
  database: Database;
  storage: StorageProvider;
  embedding: PersonalEmbedding;
  /** For uploads on their way in. */
  tempDir: string;
}

export interface Upload {
  file_name: string;
  bucket?: string | undefined;
  project_id?: string | undefined;
  /** Declared length in bytes, when the client says it. */
  length?: number | undefined;
  body: ReadableStream<Uint8Array> | null;
}

/** A person, or who works for one. */
type Caller = Pick<UserContext, 'principal' | 'signal'>;

/** Where the bytes of something are. */
export interface StoredContent {
  bucket: string;
  path: string;
  size: number;
  checksum: string;
}

/** Files: stored once per content, read in the background, searched by words and meaning. */
export class FileService {
  readonly #deps: FilesDeps;
  /** Storing and freeing the same content take turns. */
  readonly #locks = new Map<string, Promise<unknown>>();

  constructor(deps: FilesDeps) {
    this.#deps = deps;
    mkdirSync(deps.tempDir, { recursive: true });
  }

  async list(context: UserContext, input: Input<'list'>) {
    const rows = await this.#deps.database.as(context.principal, (session) =>
      queries.listFiles(session, { ...input, cursor: input.cursor ? decodeCursor(input.cursor) : undefined }),
    );
    const { items, next } = toPage(rows, input.limit);
    return { items: items.map(toFile), next };
  }

  get(context: UserContext, id: string) {
    return this.#deps.database.as(context.principal, async (session) =>
      toFile(found(await queries.findFile(session, id), 'The file')),
    );
  }

  /**
   * Takes a file in: checks name, size and type, keeps its content once, and queues it to be read.
   * Errors: `invalid_input` (empty, bad name), `too_large`, `unsupported_type`, `not_found` (bucket, project).
   */
  async upload(context: Caller, upload: Upload) {
    const { database, tempDir } = this.#deps;
    const { principal } = context;
    const file_name = cleanName(upload.file_name);
    const temp = join(tempDir, newId());
    try {
      const received = await this.#receive(upload, temp, context.signal);
      const mime_type = await detectMimeType(received.head, file_name);
      const bucket = upload.bucket ?? (mime_type.startsWith('image/') ? 'user-uploads' : 'knowledge-base');
      const { checksum, size } = received;
      const id = newId();
      const file_path = `${principal.user_id}/${id}/${file_name}`;
      if (upload.project_id) await this.#mustSeeProject(principal, upload.project_id);
      const row = await this.#locked(checksum, async () => {
        await this.#keep(checksum, createReadStream(temp), mime_type, context.signal);
        // A row of `files` says that its owner has these bytes, so only the service, which saw them, writes it.
        await database.asService('content of an upload', (session) =>
          queries.ensureContent(session, {
            id: checksum,
            user_id: principal.user_id,
            filename: contentKey(checksum),
            original_name: file_name,
            mime_type,
            size,
            path: contentKey(checksum),
          }),
        );
        try {
          return await database.as(principal, async (session) => {
            const file = await queries.insertFile(session, {
              id,
              file_id: checksum,
              bucket,
              file_path,
              file_name,
              original_name: file_name,
              mime_type,
              size_bytes: size,
              checksum,
              project_id: upload.project_id ?? null,
              processing_status: 'pending',
            });
            await queries.insertObject(session, {
              bucket,
              name: file_path,
              user_id: principal.user_id,
              size,
              mime_type,
              checksum,
            });
            return file;
          });
        } catch (error) {
          await this.#free(checksum, principal.user_id);
          throw upload.bucket === undefined && isAppError(error, 'unsupported_type') ? unread(error) : error;
        }
      });
      return toFile(row);
    } finally {
      await rm(temp, { force: true });
    }
  }

  /** Keeps bytes that the product made, such as an artifact. Harmless when repeated. */
  async putContent(
    principal: UserPrincipal,
    bucket: string,
    bytes: Uint8Array,
    mimeType: string,
    signal?: AbortSignal,
  ): Promise<StoredContent> {
    const checksum = sha256(bytes);
    await this.#locked(checksum, () => this.#keep(checksum, bytes, mimeType, signal));
    return { bucket, path: `${principal.user_id}/${checksum}`, size: bytes.byteLength, checksum };
  }

  /** Notes the address of kept bytes in a transaction of the caller's, whose rights decide whether it may lie there. */
  async recordObject(
    session: Session,
    owner: UserPrincipal,
    stored: StoredContent,
    mimeType: string,
  ): Promise<void> {
    const { bucket, path, size, checksum } = stored;
    await queries.insertObject(session, {
      bucket,
      name: path,
      user_id: owner.user_id,
      size,
      mime_type: mimeType,
      checksum,
    });
  }

  /**
   * Frees contents that nothing refers to any more (deleted projects, uploads that died half way) and that are
   * older than an hour, so that none on its way in is taken. Returns how many.
   */
  async sweep(now: number): Promise<number> {
    const { database, storage, tempDir } = this.#deps;
    // What a killed server had received of an upload.
    for (const name of await readdir(tempDir)) {
      const path = join(tempDir, name);
      const { mtimeMs } = await stat(path);
      if (now - mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
    }
    let freed = 0;
    for (let after: string | undefined; ; ) {
      const objects = await storage.list(contentBucket, { limit: 500, ...(after ? { after } : {}) });
      for (const { key, modifiedAt } of objects) {
        if (now - Date.parse(modifiedAt) < 3_600_000) continue;
        const checksum = key.split('/').at(-1) ?? '';
        await this.#locked(checksum, async () => {
          const used = await database.asService('sweep unused content', async (session) => {
            await queries.dropUnusedContent(session, checksum);
            return queries.contentInUse(session, checksum);
          });
          if (used) return;
          await storage.delete(contentBucket, key);
          freed++;
        });
      }
      after = objects.at(-1)?.key;
      if (objects.length < 500) return freed;
    }
  }

  /** The bytes of a file the caller may see. */
  content(context: UserContext, id: string) {
    return this.contentFor(context.principal, id, context.signal);
  }

  /** The same for whoever works for a person. Errors: `not_found`. */
  async contentFor(principal: UserPrincipal, id: string, signal: AbortSignal) {
    const row = await this.#deps.database.as(principal, async (session) =>
      found(await queries.findFile(session, id), 'The file'),
    );
    const object = await this.openContent(row.file_id ?? '', signal);
    return { ...object, file_name: row.file_name, mime_type: row.mime_type ?? 'application/octet-stream' };
  }

  /** The bytes of a content by its checksum, for whoever was seen to may read it. */
  openContent(checksum: string, signal?: AbortSignal) {
    return this.#deps.storage.get(contentBucket, contentKey(checksum), signal ? { signal } : {});
  }

  async text(context: UserContext, { id, offset, limit }: Input<'text'>) {
    return this.readText(context.principal, id, offset, limit);
  }

  /** Errors: `not_found`, `unprocessable` while there is no text. */
  async readText(principal: UserPrincipal, id: string, offset: number, limit: number) {
    const { database } = this.#deps;
    const file = await database.as(principal, async (session) =>
      found(await queries.findFile(session, id), 'The file'),
    );
    const text = await database.asService('text of a visible file', (session) =>
      queries.readText(session, id),
    );
    if (text === undefined)
      throw new AppError(
        'unprocessable',
        file.processing_status === 'failed'
          ? `The file could not be read: ${file.processing_error ?? 'unknown reason'}`
          : 'The file is still being read.',
        {
          fix:
            file.processing_status === 'failed' ? 'Upload another version of it.' : 'Try again in a moment.',
          details: { status: file.processing_status },
        },
      );
    return {
      id,
      file_name: file.file_name,
      text: text.slice(offset, offset + limit),
      offset,
      total: text.length,
    };
  }

  update(context: UserContext, { id, file_name, ...change }: Input<'update'>) {
    return this.#deps.database.as(context.principal, async (session) => {
      if (change.project_id) found(await queries.findProject(session, change.project_id), 'The project');
      const rename = file_name === undefined ? {} : { file_name: cleanName(file_name) };
      return toFile(found(await queries.updateFile(session, id, { ...change, ...rename }), 'The file'));
    });
  }

  async delete(context: Caller, id: string) {
    const row = await this.#deps.database.as(context.principal, async (session) =>
      found(await queries.deleteFile(session, id), 'The file'),
    );
    const checksum = row.file_id;
    if (checksum) await this.#locked(checksum, () => this.#free(checksum, row.user_id));
    return { ok: true as const };
  }

  retry(context: UserContext, id: string) {
    return this.#deps.database.as(context.principal, async (session) => {
      found(await queries.findFile(session, id), 'The file');
      const row = await queries.queueFile(session, id);
      if (!row) throw new AppError('conflict', 'The file did not fail.', { fix: 'Reload to see its state.' });
      return toFile(row);
    });
  }

  async search(context: UserContext, input: Input<'search'>) {
    const items = await this.searchPassages(context.principal, {
      ...input,
      project_id: input.project_id ?? null,
      signal: context.signal,
    });
    return { items, next: null };
  }

  /** Passages by words and meaning: of one file, of one project, or of everything that is the caller's own. */
  async searchPassages(
    principal: UserPrincipal,
    search: {
      query: string;
      project_id: string | null;
      file_id?: string;
      limit: number;
      min_similarity?: number | undefined;
      signal?: AbortSignal;
    },
  ): Promise<queries.PassageRow[]> {
    const { database, embedding } = this.#deps;
    const vector = await embedQuery(embedding.for(principal), search.query, search.signal);
    return database.as(principal, (session) =>
      queries.searchPassages(session, {
        query: search.query,
        ...vector,
        filter:
          search.file_id !== undefined
            ? { file_metadata_id: search.file_id }
            : search.project_id === null
              ? { user_id: principal.user_id }
              : { project_id: search.project_id },
        limit: search.limit,
        min_similarity: search.min_similarity,
      }),
    );
  }

  /**
   * Passages of these files for somebody who may see what is drawn from them and not the files; the caller has seen to
   * that.
   */
  async searchShared(
    principal: UserPrincipal,
    fileIds: string[],
    query: string,
    limit: number,
    signal?: AbortSignal,
  ): Promise<queries.PassageRow[]> {
    const { database, embedding } = this.#deps;
    const vector = await embedQuery(embedding.for(principal), query, signal);
    return database.asService('passages of shared files', (session) =>
      queries.searchPassages(session, { query, ...vector, filter: { file_metadata_id: fileIds }, limit }),
    );
  }

  /** What an agent sees of the documents of a project (or of the person, outside one). */
  async listDocuments(principal: UserPrincipal, projectId: string | null) {
    const rows = await this.#deps.database.as(principal, (session) =>
      queries.listFiles(session, { ...(projectId === null ? {} : { project_id: projectId }), limit: 200 }),
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.file_name,
      type: row.mime_type,
      characters: row.char_count ?? 0,
      status: row.processing_status,
    }));
  }

  async quota(context: UserContext) {
    const { user_id } = context.principal;
    const row = found(
      await this.#deps.database.as(context.principal, (session) => queries.storageSummary(session, user_id)),
      'The quota',
    );
    const { bucket_breakdown, ...totals } = row;
    const buckets = Object.entries(bucket_breakdown).map(([bucket, { count, size }]) => ({
      bucket,
      count,
      size_bytes: size,
    }));
    return { ...totals, buckets };
  }

  /** Writes the body to a temporary file, hashing it as it passes, and stops at the bucket's limit. */
  async #receive(upload: Upload, path: string, signal: AbortSignal) {
    const limit = await this.#limitOf(upload.bucket ?? 'knowledge-base');
    const tooLarge = () =>
      new AppError('too_large', `The file is larger than ${Math.floor(limit / 1_048_576)} MB.`, {
        fix: 'Split it into smaller files, or upload only the part you need.',
        details: { limit_bytes: limit },
      });
    if (upload.length !== undefined && upload.length > limit) throw tooLarge();
    const hash = createHash('sha256');
    const target = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    let size = 0;
    try {
      for await (const chunk of upload.body ?? []) {
        signal.throwIfAborted();
        size += chunk.byteLength;
        if (size > limit) throw tooLarge();
        hash.update(chunk);
        if (!target.write(chunk)) await once(target, 'drain');
      }
    } finally {
      target.end();
      await finished(target);
    }
    if (size === 0)
      throw new AppError('invalid_input', 'The file is empty.', { fix: 'Choose a file that has content.' });
    const head = Buffer.alloc(Math.min(headBytes, size));
    const file = await open(path);
    try {
      await file.read(head, 0, head.length, 0);
    } finally {
      await file.close();
    }
    return { size, checksum: hash.digest('hex'), head };
  }

  async #limitOf(bucket: string): Promise<number> {
    const row = await this.#deps.database.asService('limits of a bucket', (session) =>
      queries.findBucket(session, bucket),
    );
    return found(row, `The bucket ${bucket}`).file_size_limit ?? Number.MAX_SAFE_INTEGER;
  }

  #mustSeeProject(principal: UserPrincipal, id: string) {
    return this.#deps.database.as(principal, async (session) =>
      found(await queries.findProject(session, id), 'The project'),
    );
  }

  /** Removes an owner's claim to a content that no file of theirs has, and the bytes when nobody has them. */
  async #free(checksum: string, userId: string): Promise<void> {
    const { database, storage } = this.#deps;
    const used = await database.asService('free the space of a file', async (session) => {
      await queries.dropUnusedContent(session, checksum, userId);
      return queries.contentInUse(session, checksum);
    });
    if (!used) await storage.delete(contentBucket, contentKey(checksum));
  }

  async #keep(
    checksum: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    contentType: string,
    signal?: AbortSignal,
  ) {
    const { storage } = this.#deps;
    if (await storage.head(contentBucket, contentKey(checksum), signal)) return;
    const stored = await storage.put(contentBucket, contentKey(checksum), content, {
      contentType,
      ...(signal ? { signal } : {}),
    });
    if (stored.sha256 !== checksum) {
      await storage.delete(contentBucket, contentKey(checksum));
      throw new AppError('provider_failed', 'The file did not arrive whole.', { fix: 'Upload it again.' });
    }
  }

  async #locked<T>(checksum: string, work: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(checksum) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(work);
    const settled = mine.catch(() => {});
    this.#locks.set(checksum, settled);
    try {
      return await mine;
    } finally {
      if (this.#locks.get(checksum) === settled) this.#locks.delete(checksum);
    }
  }
}

function toFile({ char_count, ...row }: queries.FileRow) {
  return {
    ...row,
    bucket: row.bucket as z.output<typeof import('./contract.ts').bucket>,
    mime_type: row.mime_type ?? 'application/octet-stream',
    checksum: row.checksum ?? '',
    text_length: char_count ?? 0,
  };
}

/** The last part of a name without what file systems, headers and terminals would act on. */
export function cleanName(name: string): string {
  const clean = (name.split(/[/\\]/).at(-1) ?? '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
    .replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069"<>|:*?]/g, '')
    .trim()
    .replace(/^\.+/, '');
  if (clean === '')
    throw new AppError('invalid_input', 'The file has no usable name.', {
      fix: 'Rename it and upload it again.',
    });
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 ? clean.slice(dot).slice(0, 20) : '';
  return clean.length <= 200 ? clean : clean.slice(0, 200 - ending.length) + ending;
}
