import { type Database, found } from '../../database/index.ts';
import type { UserContext } from '../../operations/index.ts';
import type { LiveAnswer, LiveText } from './live-text.ts';
import { findConversation, listMessages, type MessageRow } from './queries.ts';
import { toMessage } from './view.ts';

/** How often a follower looks without being told, while something grows and while nothing does. */
const growingPollMs = 1_000;
const quietPollMs = 15_000;

/** Follows one conversation out of the database: every follower reads its own rows, under its own rights. */
export class ConversationEvents {
  readonly #database: Database;
  readonly #live: LiveText;
  readonly #followers = new Map<string, Set<Woken>>();

  constructor(database: Database, live: LiveText) {
    this.#database = database;
    this.#live = live;
  }

  async start(): Promise<void> {
    this.#live.listen((conversationId) => {
      for (const woken of this.#followers.get(conversationId) ?? []) woken.now('text');
    });
    await this.#database.listen('meta_agent_chat', (payload) => {
      const [conversationId = '', what, id = ''] = payload.split(' ');
      for (const woken of this.#followers.get(conversationId) ?? []) {
        if (what === 'canvas') woken.artifacts.add(id);
        // In the next turn: the worker that is to answer asks the database first.
        if (what !== 'text' || !woken.isLive) setImmediate(() => woken.now('rows'));
      }
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
    this.#followers.set(id, followers.add(woken));
    const onAbort = () => woken.now('rows');
    context.signal.addEventListener('abort', onAbort, { once: true });
    try {
      let shown = await this.#read(context, id);
      while (!context.signal.aborted) {
        let growing = false;
        woken.isLive = false;
        for (const message of shown.messages) {
          const live = message.status === 'streaming' ? this.#live.get(message.id) : undefined;
          growing ||= message.status === 'streaming';
          woken.isLive ||= live !== undefined;
          yield* told.events(live === undefined ? message : { ...message, content: live.text });
          if (live !== undefined) yield* told.writing(message.id, live);
        }
        if (!growing && !input.stay) {
          yield { type: 'done' as const };
          return;
        }
        if (!growing && told.isNews(shown)) yield { type: 'changed' as const };
        for (const artifact_id of woken.artifacts) yield { type: 'artifact' as const, artifact_id };
        woken.artifacts.clear();
        const what = await woken.wait(growing && !woken.isLive ? growingPollMs : quietPollMs);
        if (what === 'rows' && !context.signal.aborted) shown = await this.#read(context, id);
      }
    } finally {
      followers.delete(woken);
      if (followers.size === 0) this.#followers.delete(id);
    }
  }

  #read(context: UserContext, id: string) {
    return this.#database.as(
      context.principal,
      async (session) => {
        const [conversation, messages] = await Promise.all([
          findConversation(session, id),
          listMessages(session, id),
        ]);
        return { title: found(conversation, 'The conversation').title, messages };
      },
      { atOnce: true },
    );
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

  /** What the model thinks, and the call it writes: it is kept nowhere, and told to those who watch. */
  *writing(message_id: string, { reasoning, call, round }: LiveAnswer) {
    const more = (what: string, text: string) => {
      const offset = this.#length.get(what) ?? 0;
      this.#length.set(what, text.length);
      return { message_id, text: text.slice(offset), offset };
    };
    const thoughts = more(`${message_id} ${round}`, reasoning);
    if (thoughts.text) yield { type: 'reasoning' as const, ...thoughts };
    if (call === null) return;
    const key = `${message_id} ${round} ${call.id}`;
    const isNew = !this.#length.has(key);
    const input = more(key, call.input);
    if (isNew || input.text) yield { type: 'call' as const, tool_name: call.tool, ...input };
  }

  /**
   * Whether what is shown differs from the last time this was asked. The first time it is news: the title or the
   * branch may have changed between the follower's own reading and the beginning of this.
   */
  isNews({ title, messages }: { title: string | null; messages: MessageRow[] }): boolean {
    const now = [title, ...messages.map((message) => `${message.id} ${message.status}`)].join('\n');
    const news = this.#state !== now;
    this.#state = now;
    return news;
  }
}

/** A wake-up that is not lost between two waits, and what it was for: text from memory, or rows to be read again. */
class Woken {
  /** Reads along with an answer that this process produces. */
  isLive = false;
  /** Artifacts beside the conversation that changed since it was last told. */
  readonly artifacts = new Set<string>();
  #what: 'rows' | 'text' | undefined;
  #resolve: () => void = () => {};

  now(what: 'rows' | 'text'): void {
    if (this.#what !== 'rows') this.#what = what;
    this.#resolve();
  }

  /** What one was woken for; rows when nothing came for `ms`. */
  async wait(ms: number): Promise<'rows' | 'text'> {
    if (this.#what === undefined)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    const what = this.#what ?? 'rows';
    this.#what = undefined;
    return what;
  }
}
