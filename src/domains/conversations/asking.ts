import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { UserContext } from '../../operations/index.ts';
import type { conversationsContract } from './contract.ts';
import type { LiveText } from './live-text.ts';
import * as queries from './queries.ts';
import type { ReadAhead } from './read-ahead.ts';
import { readConversation } from './service.ts';
import { toMessage } from './view.ts';

type Input<K extends keyof typeof conversationsContract> = z.output<
  (typeof conversationsContract)[K]['input']
>;

const titleLength = 80;

/** Questions and the places of their answers; a worker produces the answers. */
export class Asking {
  readonly #database: Database;
  readonly #live: LiveText;
  readonly #ahead: ReadAhead;

  constructor(database: Database, live: LiveText, ahead: ReadAhead) {
    this.#database = database;
    this.#live = live;
    this.#ahead = ahead;
  }

  /** Keeps the question and the place of its answer in one transaction, after the last message that is shown. */
  async send(context: UserContext, input: Input<'send'>) {
    const { conversation_id: id, content, file_ids } = input;
    mustSaySomething(content, file_ids);
    const key = context.idempotency_key;
    const ids = { user_id: newId(), answer_id: newId() };
    const reading = { conversation_id: id, answer_id: ids.answer_id, principal: context.principal };
    this.#ahead.begin(reading);
    const { asked, sent } = await this.#database.as(context.principal, async (session, last) => {
      // They travel together and run in this order: what is read of the tree is read under the lock.
      const [row, , generating, leaf] = await Promise.all([
        queries.findConversation(session, id),
        queries.lockConversation(session, id),
        queries.findGenerating(session, id),
        queries.findLeaf(session, id),
      ]);
      const conversation = found(row, 'The conversation');
      mustBeFree(generating, key);
      if (!conversation.is_private) this.#ahead.look(reading, content, conversation.project_id);
      // Whether files that go along are there is known only afterwards.
      const isAlone = file_ids.length === 0;
      if (isAlone) last();
      const asking = ask(session, {
        ...ids,
        conversation_id: id,
        parent_message_id: leaf,
        content,
        file_ids,
        key,
      });
      const [asked, sent] = await Promise.all([
        asking,
        isAlone ? readQuestion(session, ids) : asking.then((given) => readQuestion(session, given)),
        ...(conversation.title
          ? []
          : [queries.updateConversation(session, id, { title: titleOf(content, 'New chat') })]),
      ]);
      return { asked, sent };
    });
    // A repeated request finds what it asked the first time, under other ids.
    return (
      sent ??
      this.#database.as(context.principal, async (session) =>
        found(await readQuestion(session, asked), 'The message'),
      )
    );
  }

  /** Another version of a question beside it. Files stay attached unless others are named. */
  edit(context: UserContext, { message_id, content, file_ids }: Input<'edit'>) {
    const key = context.idempotency_key;
    return this.#database.as(context.principal, async (session) => {
      const edited = await this.#place(session, message_id, 'user', key);
      const kept =
        file_ids.length > 0
          ? file_ids
          : (await queries.filesOf(session, message_id)).filter((id) => id !== null);
      mustSaySomething(content, kept);
      const { answer_id } = await ask(session, {
        conversation_id: edited.conversation_id,
        parent_message_id: edited.parent_message_id,
        content,
        file_ids: kept,
        key,
      });
      await queries.switchBranch(session, answer_id);
      return readConversation(session, edited.conversation_id);
    });
  }

  /** Another answer beside the one there is. */
  regenerate(context: UserContext, { message_id }: Input<'regenerate'>) {
    const key = context.idempotency_key;
    return this.#database.as(context.principal, async (session) => {
      const { conversation_id, parent_message_id } = await this.#place(session, message_id, 'assistant', key);
      const answer_id = await queries.insertMessage(session, {
        conversation_id,
        parent_message_id,
        role: 'assistant',
        content: '',
        status: 'streaming',
        idempotency_key: key && `answer:${key}`,
      });
      await queries.switchBranch(session, answer_id);
      await Promise.all([queries.announceAnswer(session), queries.announce(session, conversation_id)]);
      return readConversation(session, conversation_id);
    });
  }

  show(context: UserContext, { message_id }: Input<'show'>) {
    return this.#database.as(context.principal, async (session) => {
      const { conversation_id } = await findTurn(session, message_id);
      await queries.switchBranch(session, message_id);
      await queries.announce(session, conversation_id);
      return readConversation(session, conversation_id);
    });
  }

  deleteBranch(context: UserContext, { message_id }: Input<'deleteBranch'>) {
    return this.#database.as(context.principal, async (session) => {
      const { conversation_id } = await findTurn(session, message_id);
      await queries.deleteBranch(session, message_id);
      await queries.announce(session, conversation_id);
      return readConversation(session, conversation_id);
    });
  }

  async stop(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, id), 'The conversation');
      const generating = await queries.findGenerating(session, id);
      if (generating) await queries.stopMessage(session, generating.id, this.#live.get(generating.id)?.text);
      await queries.announce(session, id);
    });
    return { ok: true as const };
  }

  /** The message a new version is made of. */
  async #place(session: Session, id: string, role: 'user' | 'assistant', key: string | undefined) {
    const message = await findTurn(session, id);
    if (message.role !== role)
      throw new AppError(
        'invalid_input',
        role === 'user' ? 'Only what a person said can be edited.' : 'Only an answer can be produced again.',
        { fix: role === 'user' ? 'Have the answer produced again instead.' : 'Edit the question instead.' },
      );
    await queries.lockConversation(session, message.conversation_id);
    mustBeFree(await queries.findGenerating(session, message.conversation_id), key);
    return message;
  }
}

/** A message of the tree; a step of an answer is none. Errors: `not_found`. */
async function findTurn(session: Session, id: string) {
  const message = await queries.findMessage(session, id);
  return found(message?.role === 'tool' ? undefined : message, 'The message');
}

/** A question and the place of its answer; undefined when they are not there. */
async function readQuestion(
  session: Session,
  { user_id, answer_id }: { user_id: string; answer_id: string },
) {
  const messages = await queries.findMessages(session, [user_id, answer_id]);
  const [question, answer] = [messages.get(user_id), messages.get(answer_id)];
  return question && answer
    ? { user_message: toMessage(question), assistant_message: toMessage(answer) }
    : undefined;
}

interface Question {
  /** Ids that the question and its answer get, unless they were asked with this key before. */
  user_id?: string;
  answer_id?: string;
  conversation_id: string;
  parent_message_id: string | null;
  content: string;
  file_ids: string[];
  key: string | undefined;
}

/** A question under a message, with its files, and the place of its answer. */
async function ask(
  session: Session,
  { conversation_id, parent_message_id, content, file_ids, key, ...ids }: Question,
) {
  const question = { id: ids.user_id ?? newId(), conversation_id, idempotency_key: key && `ask:${key}` };
  // They travel together; a repeated request finds the question it asked the first time.
  const [user_id, answer_id] = await Promise.all([
    queries.insertMessage(session, {
      ...question,
      parent_message_id,
      role: 'user',
      content,
      status: 'complete',
    }),
    queries.insertMessage(session, {
      id: ids.answer_id ?? newId(),
      conversation_id,
      parent_message_id: queries.messageOf(question),
      role: 'assistant',
      content: '',
      status: 'streaming',
      idempotency_key: key && `answer:${key}`,
    }),
    queries.announceAnswer(session),
    queries.announce(session, conversation_id),
  ]);
  if (file_ids.length > 0 && (await queries.attachFiles(session, user_id, file_ids)) < file_ids.length)
    throw new AppError('not_found', 'A file that is attached does not exist.', {
      fix: 'Remove it, or upload it again.',
    });
  return { user_id, answer_id };
}

function mustSaySomething(content: string, fileIds: string[]): void {
  if (content === '' && fileIds.length === 0)
    throw new AppError('invalid_input', 'The message is empty.', {
      fix: 'Write something, or attach a file.',
      details: { issues: [{ field: 'content', message: 'Write something, or attach a file.' }] },
    });
}

/** One answer of a conversation at a time. A repeated request with a key finds its own answer under way. */
function mustBeFree(generating: { status: string } | undefined, key: string | undefined): void {
  if (!generating || key) return;
  throw generating.status === 'waiting'
    ? new AppError('conflict', 'An answer waits for your decision on a tool call.', {
        fix: 'Allow or deny the call, or stop the answer.',
      })
    : new AppError('conflict', 'An answer is still being produced.', { fix: 'Wait for it, or stop it.' });
}

/** The beginning of what was said. */
function titleOf(content: string, otherwise: string): string {
  const line = content.trim().split('\n')[0] || otherwise;
  return line.length > titleLength ? `${line.slice(0, titleLength - 1).trimEnd()}…` : line;
}
