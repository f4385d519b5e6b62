import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { type Database, json, type UserPrincipal } from '../../../database/index.ts';
import type { Claim, WorkSource } from '../../../jobs/index.ts';
import { AppError, isAppError, messageOf } from '../../../kernel/errors.ts';
import { newId } from '../../../kernel/ids.ts';
import type { UserContext } from '../../../operations/index.ts';
import type { FileService } from '../../files/index.ts';
import { Archive } from './archive.ts';
import { readChatGpt } from './chatgpt.ts';
import { readClaude } from './claude.ts';
import type { ImportedAttachment, ImportedConversation, Problem } from './imported.ts';
import { arrayElements } from './json-array.ts';
import { findImported, type Origin, storeConversation } from './store.ts';

/** Text of one conversation in an export; nobody's is longer. */
const maxConversationBytes = 64 * 1024 * 1024;
/** Problems that are kept for the report. */
const maxReported = 500;
const readers = { chatgpt: readChatGpt, claude: readClaude };
const names = { chatgpt: 'ChatGPT', claude: 'Claude' };
/** What a conversation has in the export of each, and in no other. */
const marks = { chatgpt: 'mapping', claude: 'chat_messages' };

export interface ImportDeps {
  database: Database;
  files: FileService;
  /** For archives while they are read. */
  tempDir: string;
}

/** Deletes the uploaded export of an import that has ended, which nobody asked to keep. */
export async function dropExport(
  files: FileService,
  context: Pick<UserContext, 'principal' | 'signal'>,
  id: string,
): Promise<void> {
  await files.delete(context, id).catch((error: unknown) => {
    if (!isAppError(error, 'not_found')) throw error;
  });
}

interface ImportClaim extends Claim {
  user_id: string;
  project_id: string | null;
  source: keyof typeof readers;
  /** Id of the uploaded file. */
  storage_path: string;
}

/** Exports of other products, read conversation by conversation. Repeating or resuming one makes nothing twice. */
export class ImportSource implements WorkSource<ImportClaim> {
  readonly name = 'import';
  readonly channel = 'meta_agent_work';
  readonly concurrency = 1;
  readonly #deps: ImportDeps;

  constructor(deps: ImportDeps) {
    this.#deps = deps;
  }

  claim(worker: string, limit: number, leaseSeconds: number): Promise<ImportClaim[]> {
    return this.#deps.database.asService(
      'claim imports',
      async (session) => {
        const { rows } = await sql<ImportClaim>`
        select w.id, w.attempt, j.user_id, j.project_id, j.source, j.storage_path
        from claim_work('imports', ${worker}, ${limit}, make_interval(secs => ${leaseSeconds})) w
        join import_jobs j on j.id = w.id`.execute(session);
        return rows;
      },
      { atOnce: true },
    );
  }

  extend({ id, attempt }: ImportClaim, worker: string, leaseSeconds: number): Promise<boolean> {
    return this.#deps.database.asService(
      'extend a lease',
      async (session) => {
        const { rows } = await sql<{ held: boolean }>`
        select extend_work('imports', ${id}, ${worker}, ${attempt}, make_interval(secs => ${leaseSeconds})) as held`.execute(
          session,
        );
        return rows[0]?.held ?? false;
      },
      { atOnce: true },
    );
  }

  async run(claim: ImportClaim, worker: string, signal: AbortSignal): Promise<void> {
    const path = join(this.#deps.tempDir, `import-${newId()}`);
    const context = { principal: await this.#principal(claim.user_id), signal };
    try {
      const run = new ImportRun(this.#deps, claim, context, path);
      await run.all();
      await this.#end(claim, worker, 'completed', null);
      await dropExport(this.#deps.files, context, claim.storage_path);
    } catch (error) {
      if (signal.aborted || isAppError(error, 'conflict')) return await this.#stopped(claim);
      await this.#end(
        claim,
        worker,
        'failed',
        isAppError(error) ? `${error.message} ${error.fix ?? ''}`.trim() : 'A fault on the server.',
      );
      await dropExport(this.#deps.files, context, claim.storage_path);
      if (!isAppError(error)) throw error;
    } finally {
      await rm(path, { force: true });
    }
  }

  #end({ id, attempt }: ImportClaim, worker: string, status: string, error: string | null) {
    return this.#deps.database.asService('end an import', async (session) => {
      await sql`select release_work('imports', ${id}, ${worker}, ${attempt}, ${status}, ${error})`.execute(
        session,
      );
      await sql`update import_jobs set completed_at = now(),
          progress = case when status = 'completed' then 100 else progress end
        where id = ${id} and status in ('completed', 'failed')`.execute(session);
    });
  }

  /** Says of an import that its owner stopped that no more comes in; one that another worker took over goes on. */
  async #stopped({ id, attempt }: ImportClaim): Promise<void> {
    await this.#deps.database.asService('a stopped import has ended', (session) =>
      sql`update import_jobs set completed_at = now() where id = ${id} and attempt = ${attempt} and status = 'cancelled'`.execute(
        session,
      ),
    );
  }

  #principal(userId: string): Promise<UserPrincipal> {
    return this.#deps.database.asService('whose import', async (session) => {
      const row = await session
        .selectFrom('users')
        .select('role')
        .where('id', '=', userId)
        .executeTakeFirstOrThrow();
      return {
        kind: 'user',
        user_id: userId,
        role: row.role,
        scopes: ['*'],
        permissions: [],
        agent: 'import',
      };
    });
  }
}

/** One pass over one file. */
class ImportRun {
  readonly #deps: ImportDeps;
  readonly #job: ImportClaim;
  readonly #context: Pick<UserContext, 'principal' | 'signal'>;
  readonly #path: string;
  readonly #origin: Origin;
  readonly #problems: Problem[] = [];
  #bytes = 0;

  constructor(
    deps: ImportDeps,
    job: ImportClaim,
    context: Pick<UserContext, 'principal' | 'signal'>,
    path: string,
  ) {
    this.#deps = deps;
    this.#job = job;
    this.#context = context;
    this.#path = path;
    this.#origin = { user_id: job.user_id, source: job.source, project_id: job.project_id };
  }

  async all(): Promise<void> {
    const { principal, signal } = this.#context;
    const stored = await this.#deps.files.contentFor(principal, this.#job.storage_path, signal);
    const archive = /zip/.test(stored.mime_type) ? await this.#unpack(stored.body) : undefined;
    try {
      const list = archive
        ? await archive.file('conversations.json')
        : {
            body: Readable.fromWeb(stored.body as Parameters<typeof Readable.fromWeb>[0]),
            size: stored.size,
          };
      if (!list)
        throw new AppError('unprocessable', 'The zip holds no conversations.json.', {
          fix: 'Choose the data export of ChatGPT or Claude as it was downloaded.',
        });
      let index = 0;
      for await (const text of arrayElements(this.#counted(list.body), maxConversationBytes)) {
        signal.throwIfAborted();
        if (index === 0) mustBeFrom(this.#job.source, text);
        await this.#one(text, index++, archive);
        await this.#report(Math.min(99, Math.floor((this.#bytes / Math.max(1, list.size)) * 100)));
      }
    } finally {
      archive?.close();
    }
  }

  async #unpack(body: ReadableStream<Uint8Array>): Promise<Archive> {
    const { signal } = this.#context;
    const from = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(from, createWriteStream(this.#path, { mode: 0o600 }), { signal });
    return Archive.open(this.#path);
  }

  async *#counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.#bytes += chunk.byteLength;
      yield chunk;
    }
  }

  /** One broken conversation does not keep the others out. */
  async #one(text: string | null, index: number, archive: Archive | undefined): Promise<void> {
    const { principal } = this.#context;
    let external_id = `number ${index + 1}`;
    try {
      if (text === null) throw new AppError('too_large', 'The conversation is larger than 64 MB.');
      const imported = readers[this.#job.source](parse(text));
      if (imported.external_id === '') throw new AppError('unprocessable', 'The conversation has no id.');
      external_id = imported.external_id;
      this.#problems.push(...imported.problems);
      if (imported.messages.length === 0) throw new AppError('unprocessable', 'Nothing was said in it.');
      const known = await this.#deps.database.as(principal, (session) =>
        findImported(session, this.#origin, external_id),
      );
      if (known?.deleted_at) return await this.#note(external_id, known.id, 'skipped');
      const missing = imported.messages.filter((message) => !known?.has(message));
      const files =
        missing.length === 0 ? new Map() : await this.#upload({ ...imported, messages: missing }, archive);
      const { id, is_new, added } = await this.#deps.database.as(principal, (session) =>
        storeConversation(session, this.#origin, imported, files),
      );
      if (is_new || added === 0) await this.#note(external_id, id, is_new ? 'created' : 'skipped');
      else
        await this.#note(
          `${external_id} from message ${imported.messages.length - added + 1}`,
          id,
          'created',
        );
    } catch (error) {
      if (!isAppError(error) || error.code === 'internal' || error.code === 'unavailable') throw error;
      this.#problems.push({ kind: 'conversation', external_id, problem: error.message });
      await this.#note(external_id, null, 'failed', error.message);
    }
  }

  /** Uploads what is attached; a file that cannot be had is reported and its name is lost with it. */
  async #upload(
    imported: ImportedConversation,
    archive: Archive | undefined,
  ): Promise<Map<string, string[]>> {
    const files = new Map<string, string[]>();
    for (const message of imported.messages)
      for (const attachment of message.attachments) {
        try {
          const id = await this.#uploadOne(attachment, archive);
          files.set(message.external_id, [...(files.get(message.external_id) ?? []), id]);
        } catch (error) {
          if (!isAppError(error)) throw error;
          this.#problems.push({
            kind: 'file',
            external_id: message.external_id,
            problem: `${attachment.name}: ${messageOf(error)}`,
          });
        }
      }
    return files;
  }

  async #uploadOne(attachment: ImportedAttachment, archive: Archive | undefined): Promise<string> {
    const { name, text, entry } = attachment;
    const project = this.#job.project_id ? { project_id: this.#job.project_id } : {};
    if (text !== undefined) {
      const file_name = /\.(txt|md|csv|json|html)$/i.test(name) ? name : `${name}.txt`;
      const body = new Blob([text]).stream();
      return (await this.#deps.files.upload(this.#context, { file_name, body, ...project })).id;
    }
    const found = entry === undefined ? undefined : await archive?.beginning(entry);
    if (!found) throw new AppError('not_found', 'The export does not hold this file.');
    const file_name = name === entry ? found.name : name;
    const body = Readable.toWeb(found.body) as ReadableStream<Uint8Array>;
    return (await this.#deps.files.upload(this.#context, { file_name, length: found.size, body, ...project }))
      .id;
  }

  #note(external_id: string, item: string | null, outcome: string, error: string | null = null) {
    return this.#deps.database.asService('what was imported', async (session) => {
      // What an earlier import made and the person deleted since is made again.
      await sql`delete from import_items i where i.user_id = ${this.#job.user_id} and i.source = ${this.#job.source}
        and i.kind = 'conversation' and i.external_id = ${external_id} and ${outcome} = 'created'`.execute(
        session,
      );
      await sql`insert into import_items (job_id, kind, external_id, item_id, outcome, error)
        values (${this.#job.id}, 'conversation', ${external_id}, ${item}, ${outcome}, ${error})
        on conflict (job_id, kind, external_id) do nothing`.execute(session);
    });
  }

  /** Errors: `conflict` when its owner has stopped it. */
  async #report(progress: number): Promise<void> {
    await this.#deps.database.asService('progress of an import', async (session) => {
      const { rows } = await sql`
        update import_jobs set progress = ${progress}, report = ${json(this.#problems.slice(0, maxReported))}
        where id = ${this.#job.id} and status = 'running' returning id`.execute(session);
      if (rows.length === 0) throw new AppError('conflict', 'The import was stopped.');
    });
  }
}

/** Errors: `unprocessable` for the export of another product, of which every conversation would fail by itself. */
function mustBeFrom(source: keyof typeof names, first: string | null): void {
  const other = source === 'claude' ? 'chatgpt' : 'claude';
  const conversation = first === null ? null : parseIfValid(first);
  if (typeof conversation !== 'object' || conversation === null) return;
  if (!(marks[other] in conversation) || marks[source] in conversation) return;
  throw new AppError('unprocessable', `This is an export of ${names[other]}, not of ${names[source]}.`, {
    fix: `Import it again as one of ${names[other]}.`,
  });
}

function parse(text: string): unknown {
  const value = parseIfValid(text);
  if (value === undefined) throw new AppError('unprocessable', 'The conversation is not valid JSON.');
  return value;
}

function parseIfValid(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
