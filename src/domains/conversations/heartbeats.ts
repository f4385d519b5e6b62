import { sql } from 'kysely';
import type { Database } from '../../database/index.ts';

interface Beat {
  id: string;
  attempt: number;
  resolve: (held: boolean) => void;
  reject: (error: unknown) => void;
}

/** Beats that come within this time travel together: hundreds of answers at once are one statement. */
const togetherMs = 50;

/** Extends the leases of a process's answers. */
export class Heartbeats {
  readonly #database: Database;
  #waiting: Beat[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** False when the lease was lost or the answer was stopped. */
  beat(id: string, attempt: number, worker: string, leaseSeconds: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setTimeout(() => void this.#send(worker, leaseSeconds), togetherMs);
      this.#waiting.push({ id, attempt, resolve, reject });
    });
  }

  async #send(worker: string, leaseSeconds: number): Promise<void> {
    const beats = this.#waiting;
    this.#waiting = [];
    try {
      const held = await this.#database.asService(
        'extend leases',
        async (session) => {
          const { rows } = await sql<{ id: string; held: boolean }>`
          select b.id, extend_message_lease(b.id, ${worker}, b.attempt, make_interval(secs => ${leaseSeconds})) as held
          from unnest(${beats.map(({ id }) => id)}::uuid[], ${beats.map(({ attempt }) => attempt)}::int[]) b (id, attempt)`.execute(
            session,
          );
          return new Map(rows.map((row) => [row.id, row.held]));
        },
        { atOnce: true },
      );
      for (const { id, resolve } of beats) resolve(held.get(id) ?? false);
    } catch (error) {
      for (const { reject } of beats) reject(error);
    }
  }
}
