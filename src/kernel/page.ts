import { AppError } from './errors.ts';

/** One page of a list. `next` is an opaque cursor, null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Position after the last row of a page in `(created_at, id)` order. */
export interface Cursor {
  at: string;
  id: string;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString('base64url');
}

/** Errors: `invalid_input` when the text is not a cursor that `encodeCursor` made. */
export function decodeCursor(text: string): Cursor {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown];
    if (typeof at === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(at))) return { at, id };
  } catch {
    // falls through to the one error below
  }
  throw new AppError('invalid_input', 'The cursor is not valid.', {
    fix: 'Pass the `next` value of the previous page unchanged, or leave it out for the first page.',
  });
}

/**
 * Cuts `rows` (fetched with `limit + 1`) to a page.
 * Rows carry `created_at` and `id`, the order of every list; the time's microseconds travel in the cursor, so that
 * rows of one millisecond are neither skipped nor repeated.
 */
export function toPage<T extends { created_at: Date | string; id: string }>(
  rows: T[],
  limit: number,
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? encodeCursor({ at: exactTime(last.created_at), id: last.id }) : null };
}

function exactTime(time: (Date & { exact?: string }) | string): string {
  return typeof time === 'string' ? time : (time.exact ?? time.toISOString());
}
