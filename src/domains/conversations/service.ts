import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import type { conversationsContract } from './contract.ts';
import * as queries from './queries.ts';
import { toMessage } from './view.ts';

type Input<K extends keyof typeof conversationsContract> = z.output<
  (typeof conversationsContract)[K]['input']
>;

const titleLength = 80;

/** Conversations of a person over their own files and memory. */
export class ConversationService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext, input: Input<'list'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listConversations(session, {
        ...input,
        user_id: context.principal.user_id,
        cursor: input.cursor ? decodeCursor(input.cursor) : undefined,
      }),
    );
    // The order is by last use, so the cursor carries that time.
    const { items, next } = toPage(
      rows.map((row) => ({ ...row, created_at: row.updated_at, made_at: row.created_at })),
      input.limit,
    );
    return { items: items.map(({ made_at, ...row }) => ({ ...row, created_at: made_at })), next };
  }

  create(context: UserContext, input: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      if (input.project_id)
        found(
          await session
            .selectFrom('meta_projects')
            .select('id')
            .where('id', '=', input.project_id)
            .executeTakeFirst(),
          'The project',
        );
      return queries.insertConversation(session, { ...input, user_id: context.principal.user_id });
    });
  }

  get(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const conversation = found(await queries.findConversation(session, id), 'The conversation');
      const messages = await queries.listMessages(session, id);
      return { conversation, messages: messages.map(toMessage) };
    });
  }

  update(context: UserContext, { conversation_id, ...change }: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      if (Object.keys(change).length === 0)
        return found(await queries.findConversation(session, conversation_id), 'The conversation');
      return found(await queries.updateConversation(session, conversation_id, change), 'The conversation');
    });
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteConversation(session, id), 'The conversation'),
    );
    return { ok: true as const };
  }

  /** Keeps the question and the place of its answer in one transaction; a worker produces the answer. */
  send(context: UserContext, input: Input<'send'>) {
    const { conversation_id, content } = input;
    const key = context.idempotency_key;
    return this.#database.as(context.principal, async (session) => {
      const conversation = found(
        await queries.findConversation(session, conversation_id),
        'The conversation',
      );
      const userId = await queries.insertMessage(session, {
        conversation_id,
        role: 'user',
        content,
        status: 'complete',
        idempotency_key: key && `ask:${key}`,
      });
      const generating = await queries.findGenerating(session, conversation_id);
      if (generating && !key)
        throw new AppError('conflict', 'An answer is still being produced.', {
          fix: 'Wait for it, or stop it.',
        });
      const answerId = await queries.insertMessage(session, {
        conversation_id,
        parent_message_id: userId,
        role: 'assistant',
        content: '',
        status: 'streaming',
        idempotency_key: key && `answer:${key}`,
      });
      if (!conversation.title)
        await queries.updateConversation(session, conversation_id, { title: titleOf(content) });
      await sql`select pg_notify('meta_agent_answers', '')`.execute(session);
      return {
        user_message: toMessage(found(await queries.findMessage(session, userId), 'The message')),
        assistant_message: toMessage(found(await queries.findMessage(session, answerId), 'The message')),
      };
    });
  }

  async stop(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, id), 'The conversation');
      const generating = await queries.findGenerating(session, id);
      if (generating) await queries.stopMessage(session, generating.id);
      await queries.announce(session, id);
    });
    return { ok: true as const };
  }
}

function titleOf(content: string): string {
  const line = content.trim().split('\n')[0] ?? '';
  return line.length > titleLength ? `${line.slice(0, titleLength - 1).trimEnd()}…` : line;
}
