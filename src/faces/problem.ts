import { STATUS_CODES } from 'node:http';
import { AppError, isAppError } from '../kernel/errors.ts';

/** RFC 9457 problem details of any thrown value. Whatever is not an AppError says nothing about the inside. */
export function problemOf(error: unknown): { status: number; body: Record<string, unknown> } {
  const known = isAppError(error)
    ? error
    : new AppError('internal', 'Something went wrong on the server.', {
        fix: 'Try again; the server’s log has the details.',
      });
  return {
    status: known.status,
    body: {
      type: `urn:meta-agent:problem:${known.code}`,
      title: STATUS_CODES[known.status] ?? known.code,
      status: known.status,
      code: known.code,
      detail: known.message,
      ...(known.fix === undefined ? {} : { fix: known.fix }),
      ...(known.details === undefined ? {} : { details: known.details }),
    },
  };
}

export function problemResponse(error: unknown): Response {
  const { status, body } = problemOf(error);
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(status === 429 ? { 'retry-after': '5' } : {}),
    },
  });
}
