import { type Database, found } from '../../database/index.ts';
import type { UserContext } from '../../operations/index.ts';
import { findConversation, listMessages } from './queries.ts';
import { toMessage } from './view.ts';

/** Follows one conversation out of the database: every follower reads its own rows, under its own rights. */
export class ConversationEvents {
  readonly #database: Database;
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async start(): Promise<void> {
    await this.#database.listen('meta_agent_chat', (conversationId) => {
      for (const wake of this.#followers.get(conversationId) ?? []) wake();
    });
  }

  /**
   * Messages and their growing text until nothing is being produced. `offset` is how many characters of
   * `message_id` the caller has already, so that a reload goes on where it was.
   */
  async *follow(
    context: UserContext,
    input: { conversation_id: string; message_id?: string | undefined; offset: number },
  ) {
    const { conversation_id: id } = input;
    const has = new Map<string, number>(input.message_id ? [[input.message_id, input.offset]] : []);
    const told = new Set<string>();
    let wake: () => void = () => {};
    let pending = false;
    const tell = () => {
      pending = true;
      wake();
    };
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(tell));
    context.signal.addEventListener('abort', tell, { once: true });
    try {
      while (!context.signal.aborted) {
        pending = false;
        const messages = await this.#database.as(context.principal, async (session) => {
          found(await findConversation(session, id), 'The conversation');
          return listMessages(session, id);
        });
        const growing = messages.filter(
          (message) => message.role === 'assistant' && message.status === 'streaming',
        );
        for (const message of growing) {
          const message_id = message.id;
          const offset = has.get(message_id) ?? 0;
          const text = message.content.slice(offset);
          if (!told.has(message_id)) {
            told.add(message_id);
            const soFar = message.content.slice(0, offset);
            yield {
              type: 'message' as const,
              message_id,
              message: toMessage({ ...message, content: soFar }),
            };
          }
          if (text) {
            has.set(message_id, offset + text.length);
            yield { type: 'text' as const, message_id, text, offset };
          }
        }
        for (const message of messages) {
          if (message.status === 'streaming' || told.has(`${message.id}:${message.status}`)) continue;
          told.add(`${message.id}:${message.status}`);
          yield {
            type: message.role === 'tool' ? ('tool' as const) : ('message' as const),
            message_id: message.id,
            message: toMessage(message),
          };
        }
        if (growing.length === 0) {
          yield { type: 'done' as const };
          return;
        }
        if (!pending)
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, 1_000);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
            if (pending) wake();
          });
      }
    } finally {
      followers.delete(tell);
      if (followers.size === 0) this.#followers.delete(id);
    }
  }
}
