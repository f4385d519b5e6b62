import { type Database, found } from '../../database/index.ts';
import type { UserContext } from '../../operations/index.ts';
import { findConversation, listMessages, type MessageRow } from './queries.ts';
import { toMessage } from './view.ts';

/** How often a follower looks without being told, while something grows and while nothing does. */
const growingPollMs = 1_000;
const quietPollMs = 15_000;

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
   * Messages and their growing text until nothing is being produced; with `stay`, also what happens later.
   * `offset` is how many characters of `message_id` the caller has already, so that a reload goes on where it was.
   */
  async *follow(
    context: UserContext,
    input: { conversation_id: string; message_id?: string | undefined; offset: number; stay: boolean },
  ) {
    const { conversation_id: id } = input;
    const told = new Told(input.message_id, input.offset);
    const woken = new Woken();
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(woken.now));
    context.signal.addEventListener('abort', woken.now, { once: true });
    try {
      while (!context.signal.aborted) {
        woken.begin();
        const { title, messages } = await this.#database.as(context.principal, async (session) => {
          const { title } = found(await findConversation(session, id), 'The conversation');
          return { title, messages: await listMessages(session, id) };
        });
        for (const message of messages) yield* told.events(message);
        const growing = messages.some((message) => message.status === 'streaming');
        if (!growing && !input.stay) {
          yield { type: 'done' as const };
          return;
        }
        if (!growing && told.isNews([title, ...messages.map((message) => `${message.id} ${message.status}`)]))
          yield { type: 'changed' as const };
        await woken.wait(growing ? growingPollMs : quietPollMs);
      }
    } finally {
      followers.delete(woken.now);
      if (followers.size === 0) this.#followers.delete(id);
    }
  }
}

/** What one follower has been told. */
class Told {
  /** Characters of growing messages the follower has. */
  readonly #length: Map<string, number>;
  readonly #messages = new Set<string>();
  #state: string | undefined;

  constructor(messageId: string | undefined, offset: number) {
    this.#length = new Map(messageId ? [[messageId, offset]] : []);
  }

  *events(message: MessageRow) {
    const message_id = message.id;
    if (message.status !== 'streaming') {
      if (this.#messages.has(`${message_id} ${message.status}`)) return;
      this.#messages.add(`${message_id} ${message.status}`);
      // It may go on growing: an answer waits, and goes on once its call is decided.
      this.#messages.delete(`${message_id} streaming`);
      yield {
        type: message.role === 'tool' ? ('tool' as const) : ('message' as const),
        message_id,
        message: toMessage(message),
      };
      return;
    }
    const has = this.#length.get(message_id) ?? 0;
    // What a crashed process said last is taken back and said again; the follower begins again with what is left.
    const offset = Math.min(has, message.content.length);
    if (!this.#messages.has(`${message_id} streaming`) || offset < has) {
      this.#messages.add(`${message_id} streaming`);
      yield {
        type: 'message' as const,
        message_id,
        message: toMessage({ ...message, content: message.content.slice(0, offset) }),
      };
    }
    const text = message.content.slice(offset);
    this.#length.set(message_id, message.content.length);
    if (text) yield { type: 'text' as const, message_id, text, offset };
  }

  /** Whether what is shown differs from the last time this was asked; the first time nothing is news. */
  isNews(state: (string | null)[]): boolean {
    const now = state.join('\n');
    const news = this.#state !== undefined && this.#state !== now;
    this.#state = now;
    return news;
  }
}

/** A wake-up that is not lost between two waits. */
class Woken {
  #pending = false;
  #resolve: () => void = () => {};

  readonly now = (): void => {
    this.#pending = true;
    this.#resolve();
  };

  begin(): void {
    this.#pending = false;
  }

  async wait(ms: number): Promise<void> {
    if (this.#pending) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
