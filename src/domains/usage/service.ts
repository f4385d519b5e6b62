import type { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import type { usageContract } from './contract.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof usageContract> = z.output<(typeof usageContract)[K]['input']>;

/** Calls of one query of the table that is downloaded. */
const pageOfTable = 1_000;
const columns = [
  'created_at',
  'provider',
  'model',
  'endpoint',
  'project_id',
  'conversation_id',
  'message_id',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'cost_usd',
  'duration_ms',
  'status',
] as const;

/** What was used, under the reader's rights. */
export class UsageService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  summary(context: UserContext, input: Input<'summary'>) {
    return this.#database.as(context.principal, (session) =>
      queries.summary(session, { ...input, user_id: context.principal.user_id }),
    );
  }

  async calls(context: UserContext, { limit, cursor, days, project_id, ...filter }: Input<'calls'>) {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const period = { user_id: context.principal.user_id, days, project_id };
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listCalls(session, period, filter, after, limit + 1),
    );
    return toPage(rows, limit);
  }

  /** Every call of the time as comma-separated values, in pages, so that a long year needs no memory. */
  async *table(context: UserContext, input: { days: number; project_id?: string | undefined }) {
    const period = { user_id: context.principal.user_id, ...input };
    yield `${columns.join(',')}\r\n`;
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      const { items, next } = toPage(
        await this.#database.as(
          context.principal,
          (session) => queries.listCalls(session, period, {}, after, pageOfTable + 1),
          { signal: context.signal },
        ),
        pageOfTable,
      );
      yield items.map((row) => `${columns.map((column) => cell(row[column])).join(',')}\r\n`).join('');
      cursor = next;
    }
  }
}

/** Spreadsheets run a text that begins like a formula; an apostrophe keeps it a text. */
function cell(value: Date | string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return value.toISOString();
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
