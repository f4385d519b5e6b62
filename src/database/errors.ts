import pg from 'pg';
import { AppError, type ErrorCode, isAppError } from '../kernel/errors.ts';

/** The one table that maps SQLSTATE to the product's errors. Longest prefix wins. */
const bySqlState: Record<string, { code: ErrorCode; message?: string; fix: string }> = {
  '22': { code: 'invalid_input', fix: 'Correct the value and send it again.' },
  '22001': { code: 'invalid_input', message: 'A text is too long.', fix: 'Shorten it and send it again.' },
  '22021': {
    code: 'invalid_input',
    message: 'The text holds a character that cannot be stored.',
    fix: 'Remove NUL and broken characters.',
  },
  '22P05': {
    code: 'invalid_input',
    message: 'The text holds a character that cannot be stored.',
    fix: 'Remove NUL and broken characters.',
  },
  '23502': {
    code: 'invalid_input',
    message: 'A required value is missing.',
    fix: 'Give every required field.',
  },
  '23503': {
    code: 'conflict',
    message: 'It refers to something that does not exist, or something still refers to it.',
    fix: 'Reload and try again.',
  },
  '23505': {
    code: 'conflict',
    message: 'There is already one with the same name or key.',
    fix: 'Choose another name, or change the one that exists.',
  },
  '23514': { code: 'invalid_input', fix: 'Correct the value and send it again.' },
  '23P01': {
    code: 'conflict',
    message: 'It overlaps with something that exists.',
    fix: 'Change one of the two.',
  },
  '40': {
    code: 'conflict',
    message: 'Someone else changed the same thing at the same moment.',
    fix: 'Try again.',
  },
  '42501': {
    code: 'forbidden',
    message: 'You may not do that.',
    fix: 'Ask the owner or an administrator for access.',
  },
  '53': {
    code: 'unavailable',
    message: 'The database has no room or no free connection.',
    fix: 'Try again; an administrator should look at the database.',
  },
  '55P03': { code: 'locked', message: 'It is being changed by someone else.', fix: 'Try again.' },
  '57014': { code: 'timeout', message: 'The database took too long.', fix: 'Ask for less at a time.' },
  '57P': { code: 'unavailable', message: 'The database is restarting.', fix: 'Try again in a few seconds.' },
  '08': {
    code: 'unavailable',
    message: 'The database cannot be reached.',
    fix: 'Try again; `meta-agent doctor` tells what is wrong.',
  },
  // Raised by our own SQL, with a sentence for people.
  MA402: {
    code: 'budget_exceeded',
    fix: 'Raise the budget of the project or wait for running work to settle.',
  },
  MA404: { code: 'not_found', fix: 'Check the id; it may have been deleted.' },
  MA409: { code: 'conflict', fix: 'Reload and try again.' },
  MA413: {
    code: 'too_large',
    fix: 'Delete files you no longer need, or ask an administrator for a larger quota.',
  },
  MA415: { code: 'unsupported_type', fix: 'Convert it to a type that is taken, or choose another bucket.' },
  MA422: { code: 'unprocessable', fix: 'Correct it and try again.' },
};

/** Plain sentences of our own constraints reach people; PostgreSQL's own check text names columns and does not. */
function sentence(error: pg.DatabaseError): string | undefined {
  const ours =
    error.constraint === undefined && error.code !== undefined && /^(23514|22023|MA)/.test(error.code);
  if (ours) return error.message;
  if (error.code === '23514')
    return `The value is not allowed (${(error.constraint ?? '').replaceAll('_', ' ')}).`;
  return undefined;
}

/** Any error of the driver as an AppError; other errors are returned unchanged. */
export function toAppError(error: unknown): unknown {
  if (isAppError(error)) return error;
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) {
    if (error instanceof Error && /timeout|terminated|ECONNREFUSED|ECONNRESET|Connection/.test(error.message))
      return new AppError(
        /statement timeout/.test(error.message) ? 'timeout' : 'unavailable',
        /statement timeout/.test(error.message)
          ? 'The database took too long.'
          : 'The database cannot be reached.',
        { cause: error, fix: 'Try again; `meta-agent doctor` tells what is wrong.' },
      );
    return error;
  }
  const { code } = error;
  const known = bySqlState[code] ?? bySqlState[code.slice(0, 3)] ?? bySqlState[code.slice(0, 2)];
  if (known === undefined) return error;
  const message = sentence(error) ?? known.message ?? 'The value is not valid.';
  return new AppError(known.code, message, {
    fix: (error.hint !== undefined && sentence(error) !== undefined ? error.hint : undefined) ?? known.fix,
    details: jsonDetail(error.detail, sentence(error) !== undefined),
    cause: error,
  });
}

/** Our own SQL may put a json object into DETAIL; PostgreSQL's DETAIL holds values of rows and never leaves. */
function jsonDetail(detail: string | undefined, ours: boolean): Record<string, unknown> | undefined {
  if (!ours || detail === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(detail);
    if (Array.isArray(value)) return { path: value };
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
