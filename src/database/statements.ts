import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** Statements a process prepares at most; each connection keeps the plans of those it ran. */
const mostPrepared = 500;
/** Texts that are remembered to have come once. */
const mostSeen = 5_000;

const names = new Map<string, string | null>();
let prepared = 0;
let generation = 0;

/**
 * The name under which a statement is prepared, from the second time it comes: parsing and planning one under row-level
 * security takes longer than running it. Undefined: it is planned each time, as texts made for one call are.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known) return known;
  if (known === undefined) {
    if (names.size < mostSeen) names.set(text, null);
    return undefined;
  }
  if (prepared === mostPrepared) return undefined;
  const name = `s${generation}.${++prepared}`;
  names.set(text, name);
  return name;
}

/** Prepares all statements anew, under other names: where one is stale, others may be. */
export function forgetStatements(): void {
  names.clear();
  prepared = 0;
  generation++;
}

/** A prepared statement whose tables were changed since, by another version of this program. */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof Error &&
  (error as { code?: string }).code === '0A000' &&
  error.message.includes('cached plan');

/** What is sent in one turn of the event loop travels in one write: each costs a system call. */
export function gather(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
