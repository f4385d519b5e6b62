import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found, type Session } from '../../../database/index.ts';
import { AppError } from '../../../kernel/errors.ts';
import { newToken, sha256 } from '../../../kernel/ids.ts';
import type { CallContext, UserContext } from '../../../operations/index.ts';
import { hashPassword, takeRateToken, verifyPassword } from '../../auth/index.ts';
import * as queries from '../queries.ts';
import type { messageCitation } from '../shapes/contract.ts';
import type { sharesContract } from './contract.ts';

type Input<K extends keyof typeof sharesContract> = z.output<(typeof sharesContract)[K]['input']>;

/** Tries of a link's password from one address, and from all of them, in a quarter of an hour. */
const triesPerAddress = 10;
const triesPerLink = 100;

interface ShareRow {
  id: string;
  conversation_id: string;
  has_password: boolean;
  expires_at: Date | null;
  view_count: number;
  created_at: Date;
}

/** Links that show a branch as it was when they were made, to whoever has them. */
export class Sharing {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, id), 'The conversation');
      const { rows } = await sql<Omit<ShareRow, 'has_password'>>`
        select id, conversation_id, expires_at, view_count, created_at, has_password from meta_conversation_shares
        where conversation_id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())
        order by created_at desc`.execute(session);
      return { items: rows as ShareRow[] };
    });
  }

  /** Errors: `not_found`, `conflict` while there is nothing to show. */
  async create(context: UserContext, input: Input<'createShare'>) {
    const { conversation_id, password, expires_in_days } = input;
    const token = newToken();
    const hash = password === undefined ? null : await hashPassword(password);
    return this.#database.as(context.principal, async (session) => {
      found(await queries.findConversation(session, conversation_id), 'The conversation');
      const leaf = await queries.findLeaf(session, conversation_id);
      if (leaf === null)
        throw new AppError('conflict', 'Nothing was said in this conversation yet.', {
          fix: 'Say something first.',
        });
      const { rows } = await sql<ShareRow>`
        insert into meta_conversation_shares
          (conversation_id, share_token_hash, password_hash, expires_at, leaf_message_id, is_public)
        values (${conversation_id}, ${sha256(token)}, ${hash},
          now() + make_interval(days => ${expires_in_days ?? null}::int), ${leaf}, true)
        returning id, conversation_id, expires_at, view_count, created_at, has_password`.execute(session);
      return { share: found(rows[0], 'The link'), token };
    });
  }

  async revoke(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      const { rows } = await sql`update meta_conversation_shares set revoked_at = now()
        where id = ${id} and revoked_at is null returning id`.execute(session);
      found(rows[0], 'The link');
    });
    return { ok: true as const };
  }

  /**
   * What a link shows; without its password only that it needs one.
   * Errors: `not_found` (also when it was closed), `unauthenticated` for a wrong password, `rate_limited`.
   */
  async open(context: CallContext, { token, password, again }: Input<'openShare'>) {
    const share = await this.#database.asService('a shared link', (session) =>
      findShare(session, sha256(token)),
    );
    if (!share)
      throw new AppError('not_found', 'This link shows nothing.', {
        fix: 'It may have been closed or have expired. Ask who sent it for another.',
      });
    if (share.password_hash !== null) {
      if (password === undefined) return { title: null, needs_password: true, messages: [] };
      await this.#limit(share.share_id, context.ip ?? 'unknown');
      if (!(await verifyPassword(share.password_hash, password)))
        throw new AppError('unauthenticated', 'The password is wrong.', { fix: 'Check it and try again.' });
    }
    const messages = await this.#database.asService('what a link shows', async (session) => {
      if (!again)
        await sql`update meta_conversation_shares set view_count = view_count + 1 where id = ${share.share_id}`.execute(
          session,
        );
      return sharedMessages(session, share.leaf_message_id);
    });
    return { title: share.title, needs_password: false, messages };
  }

  async #limit(shareId: string, ip: string): Promise<void> {
    const allowed = await this.#database.asService(
      'tries of a link’s password',
      async (session) =>
        (await takeRateToken(session, `share:${shareId}:${ip}`, triesPerAddress, 15)) &&
        (await takeRateToken(session, `share:${shareId}`, triesPerLink, 15)),
    );
    if (!allowed)
      throw new AppError('rate_limited', 'Too many tries of this link’s password.', {
        fix: 'Wait a quarter of an hour and try again.',
      });
  }
}

async function findShare(session: Session, hash: string) {
  const { rows } = await sql<{
    share_id: string;
    conversation_id: string;
    password_hash: string | null;
    leaf_message_id: string | null;
    title: string | null;
  }>`select * from find_conversation_share(${hash})`.execute(session);
  return rows[0];
}

interface SharedRow {
  role: 'user' | 'assistant';
  content: string;
  citations: z.output<typeof messageCitation>[];
  attachments: string[];
  created_at: Date;
}

/** What was said, with quotations and names of files; no tool, thought, memory, cost or id. */
async function sharedMessages(session: Session, leaf: string | null) {
  if (leaf === null) return [];
  const { rows } = await sql<SharedRow>`
    select m.role, m.content, coalesce(m.metadata -> 'citations', '[]') as citations, m.created_at,
      array(select a.file_name from meta_message_attachments a where a.message_id = m.id order by a.position) as attachments
    from message_path(${leaf}) p join meta_messages m on m.id = p.id
    where m.role in ('user', 'assistant') and m.status in ('complete', 'stopped')
    order by m.sequence`.execute(session);
  return rows.map((row) => ({
    ...row,
    citations: row.citations.map(({ marker, quote, file_name }) => ({ marker, quote, file_name })),
  }));
}
