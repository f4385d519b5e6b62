import { type RawBuilder, sql } from 'kysely';
import { AppError } from '../kernel/errors.ts';
import type { Cursor } from '../kernel/page.ts';

/** A value for a jsonb column. The driver would turn a JavaScript array into an SQL array. */
export const json = (value: unknown): RawBuilder<unknown> => sql`${JSON.stringify(value)}::jsonb`;

/** A pattern for `ilike` that finds `text` literally, anywhere. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * Rows after the cursor of a list that is newest first. Everything without a cursor.
 * @param at the time the list is ordered by, `id` beside it.
 */
export function olderThan(cursor: Cursor | undefined, at = 'created_at', id = 'id'): RawBuilder<boolean> {
  return cursor === undefined
    ? sql<boolean>`true`
    : sql<boolean>`(${sql.ref(at)}, ${sql.ref(id)}) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`;
}

/**
 * The row, or `not_found`: a row that does not exist and one that row-level security hides look the same.
 * @param what the thing in words, as in "The project".
 */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined)
    throw new AppError('not_found', `${what} does not exist, or you may not see it.`, {
      fix: 'Check the address; it may have been deleted or not shared with you.',
    });
  return row;
}
