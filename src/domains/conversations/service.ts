import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import { embedQuery } from '../../providers/embedding/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';
import type { conversationsContract } from './contract.ts';
import * as queries from './queries.ts';
import { searchMessages } from './search.ts';
import { toMessage } from './view.ts';

type Input<K extends keyof typeof conversationsContract> = z.output<
  (typeof conversationsContract)[K]['input']
>;

/** Conversations of a person over their own files and memory. */
export class ConversationService {
  readonly #database: Database;
  readonly #embedding: PersonalEmbedding;

  constructor(database: Database, embedding: PersonalEmbedding) {
    this.#database = database;
    this.#embedding = embedding;
  }

  async list(context: UserContext, input: Input<'list'>) {
    const { pinned, rest } = await this.#database.as(context.principal, (session) =>
      queries.listConversations(session, {
        ...input,
        user_id: context.principal.user_id,
        cursor: input.cursor ? decodeCursor(input.cursor) : undefined,
      }),
    );
    // The order is by last use, so the cursor carries that time.
    const { items, next } = toPage(
      rest.map((row) => ({ ...row, created_at: row.last_message_at as Date, made_at: row.created_at })),
      input.limit,
    );
    return {
      items: [...pinned, ...items.map(({ made_at, ...row }) => ({ ...row, created_at: made_at }))],
      next,
    };
  }

  create(context: UserContext, input: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      const chosen = input.project_id
        ? found(await queries.findChatDefaults(session, input.project_id), 'The project')
        : undefined;
      return queries.insertConversation(session, {
        ...input,
        persona_id: input.persona_id ?? chosen?.persona_id ?? undefined,
        settings: chosen?.settings,
        user_id: context.principal.user_id,
        is_titled: Boolean(input.title),
      });
    });
  }

  get(context: UserContext, id: string) {
    return this.#database.as(context.principal, (session) => readConversation(session, id));
  }

  update(context: UserContext, { conversation_id, ...change }: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      if (change.project_id) await mustSeeProject(session, change.project_id);
      if (Object.keys(change).length === 0)
        return found(await queries.findConversation(session, conversation_id), 'The conversation');
      const titled = change.title === undefined ? {} : { is_titled: true };
      return found(
        await queries.updateConversation(session, conversation_id, { ...change, ...titled }),
        'The conversation',
      );
    });
  }

  /** Into the trash, or out of the world; an answer that is being produced is stopped. */
  async delete(context: UserContext, { conversation_id: id, permanently }: Input<'delete'>) {
    await this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, id, 'anywhere'), 'The conversation');
      if (permanently) {
        found(await queries.deleteConversation(session, id), 'The conversation');
        return;
      }
      const generating = await queries.findGenerating(session, id);
      if (generating) await queries.stopMessage(session, generating.id);
      found(await queries.updateConversation(session, id, { deleted_at: new Date() }), 'The conversation');
    });
    return { ok: true as const };
  }

  restore(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, id, 'anywhere'), 'The conversation');
      return found(await queries.updateConversation(session, id, { deleted_at: null }), 'The conversation');
    });
  }

  emptyTrash(context: UserContext, { project_id }: Input<'emptyTrash'>) {
    return this.#database.as(context.principal, async (session) => ({
      deleted: await queries.emptyTrash(session, { user_id: context.principal.user_id, project_id }),
    }));
  }

  tree(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, id), 'The conversation');
      return { items: await queries.listTree(session, id) };
    });
  }

  /** Facts an answer was given that the caller may read; those forgotten since are missing. */
  facts(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const { memory_ids } = toMessage(found(await queries.findMessage(session, id), 'The answer'));
      return { items: await queries.listFacts(session, memory_ids) };
    });
  }

  rate(context: UserContext, { message_id, rating, feedback }: Input<'rate'>) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.findMessage(session, message_id), 'The answer');
      found(
        await queries.rateMessage(session, message_id, {
          user_rating: rating,
          user_feedback: rating === null ? null : feedback || null,
        }),
        'The answer',
      );
      return toMessage(found(await queries.findMessage(session, message_id), 'The answer'));
    });
  }

  /** What the person said and was answered, in all of their conversations or those of one project. */
  async search(context: UserContext, { query, project_id, limit }: Input<'search'>) {
    const vector = await embedQuery(this.#embedding.for(context.principal), query, context.signal);
    const items = await this.#database.as(context.principal, (session) =>
      searchMessages(session, {
        query,
        ...vector,
        filter: project_id ? { project_id } : { user_id: context.principal.user_id },
        limit,
      }),
    );
    return { items, next: null };
  }
}

/** A conversation and its shown branch. Errors: `not_found`. */
export async function readConversation(session: Session, id: string) {
  const conversation = found(await queries.findConversation(session, id), 'The conversation');
  const messages = await queries.listMessages(session, id);
  return { conversation, messages: messages.map(toMessage) };
}

async function mustSeeProject(session: Session, id: string): Promise<void> {
  found(
    await session.selectFrom('meta_projects').select('id').where('id', '=', id).executeTakeFirst(),
    'The project',
  );
}
