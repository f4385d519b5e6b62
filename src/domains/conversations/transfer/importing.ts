import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found, type Session } from '../../../database/index.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { UserContext } from '../../../operations/index.ts';
import type { FileService } from '../../files/index.ts';
import type { importJob, importsContract } from './contract.ts';
import { dropExport } from './import-source.ts';

type Input<K extends keyof typeof importsContract> = z.output<(typeof importsContract)[K]['input']>;
export type ImportSourceName = 'chatgpt' | 'claude';

const fields = [
  'id',
  'source',
  'status',
  'progress',
  'created_count',
  'skipped_count',
  'failed_count',
  'error_message',
  'created_at',
] as const;
// One that was stopped has ended when its worker says so, when that worker was lost, or at once where none had begun.
const completed_at = sql<Date | null>`coalesce(completed_at, case when status = 'cancelled'
  and coalesce(lease_expires_at, created_at) < now() then coalesce(lease_expires_at, created_at) end)`.as(
  'completed_at',
);
const report = sql<z.output<typeof importJob>['report']>`report`.as('report');

/** Imports as people ask for them; a worker does the work. */
export class Importing {
  readonly #database: Database;
  readonly #files: FileService;

  constructor(database: Database, files: FileService) {
    this.#database = database;
    this.#files = files;
  }

  /** Takes an export in and queues it. Errors: those of an upload, `unsupported_type` for neither zip nor JSON. */
  async start(
    context: UserContext,
    upload: {
      source: ImportSourceName;
      file_name: string;
      project_id?: string | undefined;
      length?: number | undefined;
      body: ReadableStream<Uint8Array> | null;
    },
  ) {
    const { source, project_id, ...file } = upload;
    const stored = await this.#files.upload(context, { ...file, bucket: 'task-attachments' });
    if (!/zip|json/.test(stored.mime_type)) {
      await this.#files.delete(context, stored.id);
      throw new AppError('unsupported_type', 'This is no data export.', {
        fix: 'Choose the zip as it was downloaded, or conversations.json out of it.',
      });
    }
    return this.#database.as(context.principal, async (session) => {
      const { id } = await session
        .insertInto('import_jobs')
        .values({
          user_id: context.principal.user_id,
          source,
          project_id: project_id ?? null,
          bucket: 'task-attachments',
          storage_path: stored.id,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return read(session, id);
    });
  }

  list(context: UserContext) {
    return this.#database.as(context.principal, async (session) => ({
      items: await session
        .selectFrom('import_jobs')
        .select([...fields, completed_at, report])
        .where('user_id', '=', context.principal.user_id)
        .where('source', 'in', ['chatgpt', 'claude'])
        .orderBy('created_at', 'desc')
        .limit(50)
        .execute(),
    }));
  }

  /** Stops an import; what it made so far stays, its export does not. */
  async cancel(context: UserContext, { import_id }: Input<'cancelImport'>) {
    const { job, storage_path } = await this.#database.as(context.principal, async (session) => {
      const row = await session
        .updateTable('import_jobs')
        .set({ status: 'cancelled' })
        .where('id', '=', import_id)
        .where('status', 'in', ['pending', 'running'])
        .returning('storage_path')
        .executeTakeFirst();
      if (!row) {
        await read(session, import_id);
        throw new AppError('conflict', 'The import has ended already.', { fix: 'Reload to see how.' });
      }
      return { job: await read(session, import_id), storage_path: row.storage_path };
    });
    if (storage_path !== null) await dropExport(this.#files, context, storage_path);
    return job;
  }
}

const read = async (session: Session, id: string) =>
  found(
    await session
      .selectFrom('import_jobs')
      .select([...fields, completed_at, report])
      .where('id', '=', id)
      .executeTakeFirst(),
    'The import',
  );
