import './zod-config.ts';
import { ApiError, createClient } from '../../../src/client/index.ts';

let csrfToken: string | null = null;

/** Keeps the token that `auth.status` and sign-in hand out; every changing request carries it. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

export function getCsrfToken(): string | null {
  return csrfToken;
}

/** The API of the server that served this page, with its session cookie. */
export const api = createClient({ csrfToken: getCsrfToken });

export { ApiError };

export interface Trouble {
  code: string;
  title: string;
  fix: string | null;
  /** Sentences by input field, for forms. */
  fields: Record<string, string>;
}

/** No answer came at all: `fetch` throws a TypeError then. */
export const isUnreachable = (error: unknown): boolean => error instanceof TypeError;

/** What to tell a person about any thrown value. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) {
    const issues = error.problem.details?.issues;
    const fields: Record<string, string> = {};
    for (const issue of Array.isArray(issues) ? issues : [])
      if (isIssue(issue)) fields[issue.field] ??= issue.message;
    return { code: error.problem.code, title: error.problem.detail, fix: error.problem.fix ?? null, fields };
  }
  if (isUnreachable(error))
    return {
      code: 'unreachable',
      title: 'The server does not answer.',
      fix: 'Check that it is running, then try again.',
      fields: {},
    };
  return {
    code: 'internal',
    title: error instanceof Error ? error.message : 'Something went wrong.',
    fix: null,
    fields: {},
  };
}

function isIssue(value: unknown): value is { field: string; message: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'field' in value &&
    typeof value.field === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

/** Random id for idempotency keys. `crypto.randomUUID` exists on https and localhost only. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
