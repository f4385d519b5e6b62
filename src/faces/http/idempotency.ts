import { sql } from 'kysely';
import type { Database } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { SecretBox } from '../../kernel/secret-box.ts';

export interface IdempotentCall {
  user_id: string;
  key: string;
  /** Id of the operation. */
  operation: string;
  input: Record<string, unknown>;
}

/** A call without an answer for so long lost its server: the next one with its key runs. */
const abandonedAfter = '2 minutes';

/**
 * First answers by `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), kept for a day. A key belongs to one
 * person and one request. Answers are encrypted: one of them may be a new API key. A call that fails keeps nothing,
 * so that it can be sent again; one whose server dies between its effect and its answer runs again.
 */
export class IdempotencyStore {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  /** Errors: `conflict` for the key of another request or of one that still runs, and those of `run`. */
  async once(call: IdempotentCall, run: () => Promise<unknown>): Promise<unknown> {
    const { user_id, key, operation, input } = call;
    const hash = sha256(canonical(input));
    const context = `idempotency_keys:${user_id}:${key}`;
    const known = await this.#database.asService('idempotency key', async (session) => {
      const { rows: mine } = await sql`
        insert into idempotency_keys as k (user_id, key, operation, request_hash)
        values (${user_id}, ${key}, ${operation}, ${hash})
        on conflict (user_id, key) do update set operation = excluded.operation,
          request_hash = excluded.request_hash, created_at = now()
          where k.response_encrypted is null and k.created_at < now() - ${abandonedAfter}::interval
        returning 1`.execute(session);
      if (mine.length > 0) return undefined;
      return session
        .selectFrom('idempotency_keys')
        .select(['operation', 'request_hash', 'response_encrypted'])
        .where('user_id', '=', user_id)
        .where('key', '=', key)
        .executeTakeFirst();
    });
    if (known) {
      if (known.operation !== operation || known.request_hash !== hash)
        throw new AppError('conflict', 'This Idempotency-Key belongs to another request.', {
          fix: 'Use a new key for a new request.',
        });
      if (known.response_encrypted === null)
        throw new AppError('conflict', 'The request with this Idempotency-Key is still being worked on.', {
          fix: 'Wait a moment and send it again.',
        });
      return JSON.parse(this.#secrets.open(known.response_encrypted, context)) as unknown;
    }
    let answer: unknown;
    try {
      answer = await run();
    } catch (error) {
      await this.#database.asService('idempotency key of a failed call', (session) =>
        session
          .deleteFrom('idempotency_keys')
          .where('user_id', '=', user_id)
          .where('key', '=', key)
          .execute(),
      );
      throw error;
    }
    const response_encrypted = this.#secrets.seal(JSON.stringify(answer), context);
    await this.#database.asService('answer of an idempotency key', (session) =>
      session
        .updateTable('idempotency_keys')
        .set({ response_encrypted })
        .where('user_id', '=', user_id)
        .where('key', '=', key)
        .execute(),
    );
    return answer;
  }
}

/** The same text for the same value, whatever the order of its fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
