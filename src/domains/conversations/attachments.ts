import { sql } from 'kysely';
import type { Database, Session, UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isAppError } from '../../kernel/errors.ts';
import type { MessagePart } from '../../providers/model/index.ts';
import type { Step } from '../agents/index.ts';
import type { FileService } from '../files/index.ts';
import type { ResolvedModel } from '../settings/index.ts';
import type { Attachment } from './shapes/contract.ts';

/** Characters of a file that are given whole; of a longer one, the passages found for the question. */
const wholeText = 24_000;
const passagesOfFile = 12;
/** Bytes given as they are: vendors refuse larger requests. */
const maxNativeBytes = 15 * 1024 * 1024;
/** A file that was just uploaded is waited for while it is read. */
const readWaitMs = 60_000;
const lookEveryMs = 250;

interface AttachmentDeps {
  database: Database;
  clock: Clock;
  files: FileService;
}

interface AttachmentRow {
  id: string;
  message_id: string;
  file_metadata_id: string | null;
  file_name: string;
  file_type: string;
  file_size: number | null;
}

export interface Unsent {
  message_id: string;
  file_ids: string[];
}

/** As they will stand in the table, in the order they were chosen. */
async function unsentRows(session: Session, { message_id, file_ids }: Unsent): Promise<AttachmentRow[]> {
  const { rows } = await sql<AttachmentRow>`
    select gen_random_uuid() as id, ${message_id} as message_id, f.id as file_metadata_id, f.file_name,
      coalesce(f.mime_type, 'application/octet-stream') as file_type, f.size_bytes as file_size
    from meta_file_metadata f join unnest(${file_ids}::uuid[]) with ordinality a (id, position) on a.id = f.id
    order by a.position`.execute(session);
  return rows;
}

type Delivery = NonNullable<Attachment['delivered_as']>;

/**
 * What is attached to the questions a model is shown, as parts of their messages: pictures and documents as they are
 * where the model takes them, else their text. Read once for an answer, under the rights of the person who asked.
 */
export class AttachedFiles {
  readonly #deps: AttachmentDeps;
  readonly #principal: UserPrincipal;
  readonly #model: ResolvedModel;
  #read: Promise<Map<string, MessagePart[]>> | undefined;

  readonly #unsent: Unsent | undefined;

  /** @param unsent files that go with a question that is not asked yet. */
  constructor(deps: AttachmentDeps, principal: UserPrincipal, model: ResolvedModel, unsent?: Unsent) {
    this.#deps = deps;
    this.#principal = principal;
    this.#model = model;
    this.#unsent = unsent;
  }

  parts(steps: Step[], signal: AbortSignal): Promise<ReadonlyMap<string, MessagePart[]>> {
    this.#read ??= this.#readAll(steps, signal);
    return this.#read;
  }

  async #readAll(steps: Step[], signal: AbortSignal): Promise<Map<string, MessagePart[]>> {
    const questions = new Map(
      steps.filter((step) => step.role === 'user').map((step) => [step.id, step.content]),
    );
    if (!steps.some((step) => step.has_attachments)) return new Map();
    const rows = await this.#deps.database.as(this.#principal, async (session) => {
      const found = await sql<AttachmentRow>`
        select a.id, a.message_id, a.file_metadata_id, a.file_name, a.file_type, a.file_size
        from meta_message_attachments a join meta_messages m on m.id = a.message_id
        where a.message_id = any (${[...questions.keys()]}::uuid[]) order by m.sequence desc, a.position`.execute(
        session,
      );
      return [...(this.#unsent ? await unsentRows(session, this.#unsent) : []), ...found.rows];
    });
    const parts = new Map<string, MessagePart[]>();
    const delivered: { id: string; as: Delivery }[] = [];
    let bytesLeft = maxNativeBytes;
    // Newest first: what a question was just asked with goes before what stands far above it.
    for (const row of rows) {
      const native = await this.#native(row, bytesLeft, signal);
      if (native?.type === 'image' || native?.type === 'file') bytesLeft -= row.file_size ?? 0;
      const given = native
        ? { part: native, as: 'native' as const }
        : await this.#text(row, questions.get(row.message_id) ?? '', signal);
      parts.set(row.message_id, [...(parts.get(row.message_id) ?? []), given.part]);
      delivered.push({ id: row.id, as: given.as });
    }
    if (delivered.length > 0)
      await this.#deps.database.as(this.#principal, (session) =>
        sql`update meta_message_attachments a set delivered_as = d.delivered
          from unnest(${delivered.map(({ id }) => id)}::uuid[], ${delivered.map((row) => row.as)}::text[]) d (id, delivered)
          where a.id = d.id and a.delivered_as is distinct from d.delivered`.execute(session),
      );
    return parts;
  }

  /** The file itself, where the model takes its type. */
  async #native(
    row: AttachmentRow,
    bytesLeft: number,
    signal: AbortSignal,
  ): Promise<MessagePart | undefined> {
    const { media } = this.#model.provider.capabilities(this.#model.model);
    const taken = media.some((type) =>
      type.endsWith('/*') ? row.file_type.startsWith(type.slice(0, -1)) : type === row.file_type,
    );
    if (!taken || row.file_metadata_id === null || (row.file_size ?? 0) > bytesLeft) return undefined;
    try {
      const { body } = await this.#deps.files.contentFor(this.#principal, row.file_metadata_id, signal);
      const data = Buffer.from(await new Response(body).arrayBuffer()).toString('base64');
      return row.file_type.startsWith('image/')
        ? { type: 'image', mediaType: row.file_type, data }
        : { type: 'file', mediaType: row.file_type, data, name: row.file_name };
    } catch (error) {
      if (isAppError(error, 'not_found')) return undefined;
      throw error;
    }
  }

  async #text(
    row: AttachmentRow,
    question: string,
    signal: AbortSignal,
  ): Promise<{ part: MessagePart; as: Delivery }> {
    const told = (what: string): MessagePart => ({
      type: 'text',
      text: `Attached file “${row.file_name}” (${row.file_type})${what}`,
    });
    const file_id = row.file_metadata_id;
    if (file_id === null) return { part: told(' was deleted.'), as: 'unread' };
    const text = await this.#readText(file_id, signal);
    if (text === undefined || text.total === 0)
      return { part: told(' has no text, and you cannot see it. Say so.'), as: 'unread' };
    if (text.total <= wholeText)
      return { part: told(`, its whole text, id ${file_id}:\n\n${text.text}`), as: 'text' };
    const passages = await this.#deps.files.searchPassages(this.#principal, {
      query: question.slice(0, 2_000) || row.file_name,
      project_id: null,
      file_id,
      limit: passagesOfFile,
      signal,
    });
    const list = passages.map(({ id, text }) => `[passage ${id}]\n${text}`).join('\n\n');
    return {
      part: told(
        `, ${text.total} characters, id ${file_id}. Passages found for the question; read_file gives the rest:\n\n` +
          `[beginning]\n${text.text.slice(0, 1_000)}\n\n${list}`,
      ),
      as: 'passages',
    };
  }

  /** The text once it has been read; undefined where there is none. */
  async #readText(fileId: string, signal: AbortSignal) {
    const { files, clock } = this.#deps;
    for (const end = clock.now() + readWaitMs; ; ) {
      try {
        return await files.readText(this.#principal, fileId, 0, wholeText);
      } catch (error) {
        if (isAppError(error, 'not_found')) return undefined;
        if (!isAppError(error, 'unprocessable')) throw error;
        if (error.details?.status === 'failed' || clock.now() > end) return undefined;
        await clock.sleep(lookEveryMs, signal);
      }
    }
  }
}
