import { Readable } from 'node:stream';
import { sql } from 'kysely';
import yazl from 'yazl';
import { type Database, found, type Session, type UserPrincipal } from '../../../database/index.ts';
import type { UserContext } from '../../../operations/index.ts';
import { findConversation } from '../queries.ts';
import {
  type ExportedConversation,
  type ExportedMessage,
  type ExportFormat,
  endings,
  toHtml,
  toJson,
  toMarkdown,
  toText,
} from './format.ts';
import { toPdf } from './pdf.ts';

export interface ExportedFile {
  name: string;
  type: string;
  body: ReadableStream<Uint8Array>;
}

/** Writes conversations out: one as a file, all of a person's as an archive that is made while it is sent. */
export class Exporting {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Errors: `not_found`. */
  async one(context: UserContext, id: string, format: ExportFormat): Promise<ExportedFile> {
    const conversation = await this.#read(context.principal, id);
    const bytes = await render(conversation, format);
    return {
      name: `${fileName(conversation.title)}.${endings[format].ending}`,
      type: endings[format].type,
      body: Readable.toWeb(Readable.from([bytes])) as ReadableStream<Uint8Array>,
    };
  }

  /** Every conversation of the person outside the trash. */
  async all(context: UserContext, format: ExportFormat): Promise<ExportedFile> {
    const { principal, signal } = context;
    const ids = await this.#database.as(principal, async (session) =>
      (
        await session
          .selectFrom('meta_conversations')
          .select('id')
          .where('user_id', '=', principal.user_id)
          .where('agent_type', '<>', 'task')
          .where('deleted_at', 'is', null)
          .orderBy('created_at')
          .execute()
      ).map(({ id }) => id),
    );
    const zip = new yazl.ZipFile();
    const fill = async (): Promise<void> => {
      for (const id of ids) {
        signal.throwIfAborted();
        const conversation = await this.#read(principal, id);
        // The id tells two of the same title apart.
        const name = `${fileName(conversation.title)}-${id.slice(0, 8)}.${endings[format].ending}`;
        zip.addBuffer(await render(conversation, format), name, { mtime: conversation.created_at });
        await new Promise((resolve) => setImmediate(resolve));
      }
      zip.end();
    };
    const body = zip.outputStream as Readable;
    fill().catch((error: unknown) => body.destroy(error as Error));
    return {
      name: `chats-${format}.zip`,
      type: 'application/zip',
      body: Readable.toWeb(body) as ReadableStream<Uint8Array>,
    };
  }

  #read(principal: UserPrincipal, id: string): Promise<ExportedConversation> {
    return this.#database.as(principal, async (session) => {
      const conversation = found(await findConversation(session, id), 'The conversation');
      return {
        id,
        title: conversation.title ?? 'New chat',
        created_at: conversation.created_at as Date,
        messages: await readMessages(session, id),
      };
    });
  }
}

async function render(conversation: ExportedConversation, format: ExportFormat): Promise<Buffer> {
  switch (format) {
    case 'json':
      return Buffer.from(toJson(conversation));
    case 'markdown':
      return Buffer.from(toMarkdown(conversation));
    case 'html':
      return Buffer.from(toHtml(conversation));
    case 'text':
      return Buffer.from(toText(conversation));
    case 'pdf':
      return toPdf(conversation);
  }
}

async function readMessages(session: Session, id: string): Promise<ExportedMessage[]> {
  const { rows } = await sql<ExportedMessage>`
    select m.id, m.parent_message_id, m.role, m.content, m.status, m.is_active_branch as is_shown, m.is_step, m.model_used,
      m.tool_name, m.tool_input, m.tool_output, m.input_tokens, m.output_tokens, m.cost, m.user_rating, m.user_feedback,
      m.created_at, coalesce((
        select jsonb_agg(jsonb_build_object('marker', c.value -> 'marker', 'quote', c.value -> 'quote',
          'file_name', c.value -> 'file_name'))
        from jsonb_array_elements(m.metadata -> 'citations') c), '[]') as citations,
      coalesce((
        select jsonb_agg(jsonb_build_object('file_name', a.file_name, 'file_type', a.file_type, 'file_size', a.file_size)
          order by a.position)
        from meta_message_attachments a where a.message_id = m.id), '[]') as attachments
    from meta_messages m where m.conversation_id = ${id} order by m.sequence`.execute(session);
  return rows;
}

/** A title as a name that every file system takes. */
function fileName(title: string): string {
  const name = title
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N} _-]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 60)
    .trim();
  return name || 'chat';
}
