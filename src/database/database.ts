import type { Duplex } from 'node:stream';
import {
  type CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import { AppError } from '../kernel/errors.ts';
import { EmbeddedEngine, InterruptedError } from './embedded.ts';
import { toAppError } from './errors.ts';
import type { Principal } from './principal.ts';
import { forgetStatements, gather, isStalePlan, statementName } from './statements.ts';
import type { DB } from './types.gen.ts';

/** A typed query builder bound to one transaction of one principal. Always the first argument of a query. */
export type Session = Kysely<DB>;

export interface SessionOptions {
  /** Cancels the running statement when it aborts. */
  signal?: AbortSignal;
  /** Overrides the statement timeout for this session. */
  timeoutMs?: number;
  /** False for texts that callers write: they would take the places of the program's own among those prepared. */
  prepares?: boolean;
  /**
   * False: the commit does not wait for the disk, and a crash of the database server may lose it. For what is worth
   * less than the wait: a count, a reservation that runs out by itself.
   */
  durable?: boolean;
  /** True: all that `work` sends, it sends before it waits for any of it; as if it began with `last()`. */
  atOnce?: boolean;
}

/**
 * What happens in a transaction. `last()` says that what is sent after it, before anything is waited for, is the end: the
 * commit travels with it, one way less. What is thrown because of its results undoes nothing.
 */
export type Work<T> = (session: Session, last: () => void) => Promise<T>;

export interface DatabaseOptions {
  /** Postgres connection string; undefined opens the embedded database. */
  url?: string;
  /** Folder of the embedded database; undefined keeps it in memory. */
  dataDir?: string;
  poolSize?: number;
  statementTimeoutMs?: number;
}

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    // int8 and numeric: tokens, bytes and money of one row fit a double; sums are made in SQL.
    if (oid === 20 || oid === 1700) return Number;
    if (oid === 1082) return String;
    if (oid === 1184) return exactDate;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/** A Date keeps milliseconds, PostgreSQL microseconds: `exact` keeps them for the cursors of pages. */
function exactDate(text: string): Date & { exact: string } {
  const exact = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  const date = new Date(exact) as Date & { exact: string };
  Object.defineProperty(date, 'exact', { value: exact });
  return date;
}

/** How long a connection that nobody uses is kept: a new one starts a process, and plans all its statements anew. */
const idleMs = 600_000;

/** How often a transaction that lost to a concurrent one (SQLSTATE 40001, 40P01) is tried again. */
const conflictRetries = 3;

/**
 * The only way to the data. `as` runs work inside one transaction that acts as a principal under row-level
 * security; `asService` acts for the system and names its reason. Nothing that waits for the outside world
 * belongs inside either.
 */
export class Database {
  readonly engine: 'embedded' | 'postgres';
  readonly #pool: pg.Pool;
  readonly #embedded: EmbeddedEngine | undefined;
  readonly #url: string | undefined;
  readonly #timeoutMs: number;
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  #listenClient: pg.Client | undefined;
  /** The end of the transaction that was begun last on the embedded database. */
  #lastEnd: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: DatabaseOptions, embedded: EmbeddedEngine | undefined) {
    this.engine = embedded ? 'embedded' : 'postgres';
    this.#embedded = embedded;
    this.#url = options.url;
    this.#timeoutMs = options.statementTimeoutMs ?? 15_000;
    this.#pool = new pg.Pool(
      embedded
        ? {
            max: 1,
            idleTimeoutMillis: 0,
            pipeline: true,
            types,
            user: 'postgres',
            database: 'postgres',
            stream: () => embedded.connect() as Duplex & pg.ClientConfig['stream'],
          }
        : {
            connectionString: options.url,
            max: options.poolSize ?? 10,
            idleTimeoutMillis: idleMs,
            connectionTimeoutMillis: 10_000,
            application_name: 'meta-agent',
            pipeline: true,
            types,
          },
    );
    // A client that breaks while idle is dropped by the pool; the next session opens another.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      // A client that breaks while it works fails its statements; the event itself has no other reader.
      client.on('error', () => {});
      if (!embedded) return;
      client.on('notification', (message) => this.#notify(message.channel, message.payload ?? ''));
      // The one session of the engine outlives its clients, and so do the statements they prepared.
      client.query('deallocate all').catch(() => {});
      for (const channel of this.#listeners.keys())
        client.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => {});
    });
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const embedded =
      options.url === undefined
        ? new EmbeddedEngine({
            ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
          })
        : undefined;
    await embedded?.start();
    const database = new Database(options, embedded);
    try {
      await database.#pool.query('select 1');
    } catch (error) {
      await database.close();
      throw toAppError(error);
    }
    return database;
  }

  /** Runs `work` in one transaction that can read and write exactly what `principal` may. */
  as<T>(principal: Principal, work: Work<T>, options: SessionOptions = {}): Promise<T> {
    if (principal.kind === 'operator')
      throw new AppError('forbidden', 'The command line itself owns nothing here.', {
        fix: 'Use an API key of a person: meta-agent key create.',
      });
    if (principal.kind === 'anonymous')
      return this.#transaction({ role: 'anon', claims: { role: 'anon' }, agent: '' }, work, options);
    return this.#transaction(
      {
        role: 'authenticated',
        claims: { sub: principal.user_id, role: 'authenticated' },
        agent: principal.agent ?? '',
      },
      work,
      options,
    );
  }

  /**
   * Runs `work` as the system. For what no user may do: claiming work, signing in, metering.
   * @param reason why the system acts, for the reader and for `pg_stat_activity`.
   */
  asService<T>(reason: string, work: Work<T>, options: SessionOptions = {}): Promise<T> {
    return this.#transaction(
      { role: 'service_role', claims: { role: 'service_role', reason }, agent: '' },
      work,
      options,
    );
  }

  /** A connection as the role that owns the schema, for deploying and verifying only. */
  async withOwner<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      return await work(client);
    } catch (error) {
      throw toAppError(error);
    } finally {
      client.release();
    }
  }

  /** Calls `handler` with the payload of every NOTIFY on `channel`. Returns the way to stop. */
  async listen(channel: string, handler: (payload: string) => void): Promise<() => void> {
    let handlers = this.#listeners.get(channel);
    if (!handlers) {
      handlers = new Set();
      this.#listeners.set(channel, handlers);
      await this.#listenOn(channel);
    }
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#listenClient?.end().catch(() => {});
    await this.#pool.end();
    await this.#embedded?.close();
  }

  async #transaction<T>(
    actor: { role: string; claims: Record<string, string>; agent: string },
    work: Work<T>,
    options: SessionOptions,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(actor, work, options);
      } catch (error) {
        const lostToAnother =
          error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');
        const mayGoOn = lostToAnother || isStalePlan(error) || error instanceof BehindInterruptedError;
        if (!mayGoOn || attempt >= conflictRetries)
          throw toAppError(error instanceof BehindInterruptedError ? error.cause : error);
      }
    }
  }

  async #attempt<T>(
    actor: { role: string; claims: Record<string, string>; agent: string },
    work: Work<T>,
    options: SessionOptions,
  ): Promise<T> {
    options.signal?.throwIfAborted();
    const client = await this.#pool.connect();
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const transaction: Transaction = { client, prepares: options.prepares ?? true, isOpen: true };
    const handsOn = this.#embedded !== undefined && options.atOnce === true;
    const guard = this.#guard(client, timeoutMs, options.signal);
    let ended = () => {};
    this.#lastEnd = new Promise<void>((resolve) => {
      ended = resolve;
    });
    let broken: Error | undefined;
    try {
      const last = () => {
        transaction.committed ??= commitBehind(transaction, () => {
          // The next one travels behind this, instead of waiting until its results are back.
          if (handsOn) client.release();
        });
      };
      if (options.atOnce) last();
      // Sent together with the first statement of the work; an error in either aborts the transaction,
      // so nothing can run without the role and the claims.
      gather(client);
      const durable = options.durable ?? true;
      const opened = Promise.all([
        client.query('begin'),
        client.query({
          name: durable ? 'claims' : 'claims, not durable',
          text: `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
                        set_config('meta_agent.agent', $3, true), set_config('statement_timeout', $4, true)
                        ${durable ? '' : ", set_config('synchronous_commit', 'off', true)"}`,
          values: [actor.role, JSON.stringify(actor.claims), actor.agent, String(timeoutMs)],
        }),
      ]);
      const openFailure = opened.then(
        () => undefined,
        (error: unknown) => error,
      );
      try {
        const result = await work(sessionOn(transaction), last);
        await opened;
        const { command } = await (transaction.committed ?? commit(transaction));
        if (command !== 'COMMIT')
          throw new AppError('conflict', 'The change was not kept.', { fix: 'Try again.' });
        return result;
      } catch (error) {
        const cause = (await openFailure) ?? (isAborted(error) ? transaction.failure : error);
        transaction.isOpen = false;
        // A commit ends it also where it was aborted.
        if (transaction.committed) await transaction.committed.catch(() => {});
        else
          await client.query('rollback').catch((rollbackError: Error) => {
            broken = rollbackError;
          });
        if (isStalePlan(cause)) {
          forgetStatements();
          broken = cause as Error;
        }
        if (cause instanceof InterruptedError && !guard.hasFired)
          throw new BehindInterruptedError('It waited behind what was interrupted.', { cause });
        throw cause;
      }
    } finally {
      guard.stop();
      ended();
      if (!handsOn) client.release(broken);
    }
  }

  /**
   * Enforces the timeout from outside (embedded, from when what was begun before it has ended) and the caller's abort
   * (Postgres).
   */
  #guard(client: pg.PoolClient, timeoutMs: number, signal: AbortSignal | undefined): Guard {
    if (this.#embedded) {
      const embedded = this.#embedded;
      let timer: NodeJS.Timeout | undefined;
      let isStopped = false;
      const guard: Guard = {
        hasFired: false,
        stop() {
          isStopped = true;
          clearTimeout(timer);
        },
      };
      void this.#lastEnd.then(() => {
        if (isStopped) return;
        timer = setTimeout(() => {
          guard.hasFired = true;
          void embedded.interrupt();
        }, timeoutMs);
      });
      return guard;
    }
    if (!signal) return { hasFired: false, stop() {} };
    const { processID } = client as unknown as { processID: number };
    const cancel = () => {
      this.#pool.query('select pg_cancel_backend($1)', [processID]).catch(() => {});
    };
    signal.addEventListener('abort', cancel, { once: true });
    return { hasFired: false, stop: () => signal.removeEventListener('abort', cancel) };
  }

  #notify(channel: string, payload: string): void {
    for (const handler of this.#listeners.get(channel) ?? []) handler(payload);
  }

  async #listenOn(channel: string): Promise<void> {
    const statement = `listen ${pg.escapeIdentifier(channel)}`;
    if (this.#embedded) {
      await this.#pool.query(statement);
      return;
    }
    this.#listenClient ??= await this.#openListener();
    await this.#listenClient.query(statement);
  }

  async #openListener(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url, application_name: 'meta-agent listen' });
    client.on('notification', (message) => this.#notify(message.channel, message.payload ?? ''));
    client.on('error', () => {
      this.#listenClient = undefined;
      if (!this.#closed) setTimeout(() => void this.#reopenListener(), 1_000).unref();
    });
    await client.connect();
    return client;
  }

  async #reopenListener(): Promise<void> {
    try {
      this.#listenClient = await this.#openListener();
      for (const channel of this.#listeners.keys())
        await this.#listenClient.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch {
      if (!this.#closed) setTimeout(() => void this.#reopenListener(), 5_000).unref();
    }
  }
}

/** What ends a transaction from outside. */
interface Guard {
  /** Whether its time was up. */
  hasFired: boolean;
  stop(): void;
}

/** Nothing of the transaction was run: the thread was stopped while it worked on another, before it. */
class BehindInterruptedError extends Error {}

/** One transaction on one connection. */
interface Transaction {
  client: pg.PoolClient;
  prepares: boolean;
  /** False from its end on: what is sent later would run outside of it, without the rights it was given. */
  isOpen: boolean;
  /** The commit, where it is sent before its end is waited for. */
  committed?: Promise<pg.QueryResult>;
  /** Of the first statement that failed: those behind it are only told that the transaction is aborted. */
  failure?: unknown;
}

/** Whether a statement was refused because one before it failed. */
const isAborted = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '25P02';

function commit(transaction: Transaction): Promise<pg.QueryResult> {
  transaction.isOpen = false;
  return transaction.client.query('commit');
}

/** Commits behind the statements that are sent in this turn of the event loop. Asked for before they are gathered. */
function commitBehind(transaction: Transaction, sent: () => void): Promise<pg.QueryResult> {
  const committed = new Promise<pg.QueryResult>((resolve, reject) => {
    setImmediate(() => {
      commit(transaction).then(resolve, reject);
      sent();
    });
  });
  committed.catch(() => {});
  return committed;
}

/** Kysely over one connection that is already inside a transaction. */
function sessionOn(transaction: Transaction): Session {
  const { client, prepares } = transaction;
  const connection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (!transaction.isOpen)
        throw new AppError('internal', 'The transaction has ended: a statement came after it.');
      gather(client);
      const result = await client
        .query({
          ...(prepares ? { name: statementName(query.sql) } : {}),
          text: query.sql,
          values: query.parameters as unknown[],
        })
        .catch((error: unknown) => {
          transaction.failure ??= error;
          throw error;
        });
      return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    },
    // biome-ignore lint/correctness/useYield: sessions are short transactions; streaming rows is not offered
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new AppError('internal', 'A session does not stream rows; page through them.');
    },
  };
  return new Kysely<DB>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => ({
        init: async () => {},
        acquireConnection: async () => connection,
        beginTransaction: async () => {
          throw new AppError('internal', 'A session already is a transaction.');
        },
        commitTransaction: async () => {},
        rollbackTransaction: async () => {},
        releaseConnection: async () => {},
        destroy: async () => {},
      }),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
