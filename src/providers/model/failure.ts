import { APICallError } from '@ai-sdk/provider';
import { messageOf } from '../../kernel/errors.ts';
import type { ModelError, ModelErrorCode } from './port.ts';

const retryable: ReadonlySet<ModelErrorCode> = new Set([
  'rate_limited',
  'overloaded',
  'network',
  'incomplete',
  'empty',
  'timeout',
]);

/** An error of the model port; whether it may be retried follows from its code. */
export function modelError(
  code: ModelErrorCode,
  message: string,
  more: Pick<ModelError, 'status' | 'retryAfterMs'> = {},
): ModelError {
  return { code, message, retryable: retryable.has(code), ...more };
}

/** What a header says: seconds, a date (RFC 9110), or milliseconds in `retry-after-ms`. */
export function retryAfter(headers: Record<string, string> | undefined, now: number): number | undefined {
  const milliseconds = Number(headers?.['retry-after-ms'] ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const value = headers?.['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const until = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

const contextPattern =
  /context[ _](?:length|window)|maximum context|too many (?:input )?tokens|prompt is too long|exceeds? .{0,40}tokens|input token count/i;
const quotaPattern =
  /insufficient_quota|billing|credit balance|exceeded your current quota|payment required/i;

/** The error of an HTTP answer. `detail` is the vendor's own sentence, shown where it helps and never with a 401. */
export function httpError(
  status: number,
  detail: string,
  connection: string,
  retryAfterMs?: number,
): ModelError {
  const says = detail === '' ? '' : ` The provider says: ${detail.slice(0, 400)}`;
  if (status === 401) {
    return modelError(
      'unauthenticated',
      `${connection} refuses the API key. Check the key in Settings, or make a new one at the provider.`,
      { status },
    );
  }
  if (status === 403) {
    return modelError(
      'forbidden',
      `${connection} does not allow this. Check in the provider's console that the key may use this model.`,
      { status },
    );
  }
  if (status === 402 || (status === 429 && quotaPattern.test(detail))) {
    return modelError(
      'quota_exhausted',
      `The account at ${connection} has no credit left. Add credit or raise its limit at the provider.`,
      { status },
    );
  }
  if (status === 404) {
    return modelError(
      'not_found',
      `${connection} does not know this model or address. Check the model name and the base URL.${says}`,
      { status },
    );
  }
  if (status === 429) {
    return modelError('rate_limited', `${connection} asks to slow down (429).`, { status, retryAfterMs });
  }
  if (status === 408)
    return modelError('timeout', `${connection} took too long (408).`, { status, retryAfterMs });
  if (status === 409 || status >= 500) {
    return modelError('overloaded', `${connection} failed on its side (${status}).${says}`, {
      status,
      retryAfterMs,
    });
  }
  if (contextPattern.test(detail) || status === 413) {
    return modelError(
      'context_too_long',
      `The request is longer than the model reads. Shorten the task or choose a model with a larger context.${says}`,
      { status },
    );
  }
  return modelError('invalid_request', `${connection} refuses the request (${status}).${says}`, { status });
}

/** The status that an error inside a stream stands for: vendors name it by a type. */
const streamTypes: [RegExp, number][] = [
  [/overloaded|unavailable/i, 529],
  [/rate_limit|resource_exhausted/i, 429],
  [/authentication|invalid_api_key|unauthenticated/i, 401],
  [/permission/i, 403],
  [/not_found/i, 404],
  [/invalid_request|invalid_argument|context_length/i, 400],
  [/api_error|server_error|internal/i, 500],
];

const sentenceOf = (body: string): string => {
  try {
    const parsed = JSON.parse(body) as {
      error?: { message?: unknown; code?: unknown } | string;
      message?: unknown;
    };
    const error = parsed.error;
    const message = typeof error === 'string' ? error : (error?.message ?? parsed.message);
    const code = typeof error === 'object' && typeof error.code === 'string' ? ` (${error.code})` : '';
    return typeof message === 'string' ? `${message}${code}` : '';
  } catch {
    return /<html/i.test(body) ? '' : body.slice(0, 200);
  }
};

function isNetwork(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    const code = (e as { code?: unknown }).code;
    if (typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code)) return true;
    if (/fetch failed|terminated|socket|network|cannot connect|other side closed|premature/i.test(e.message))
      return true;
  }
  return false;
}

/** Any thrown value or error event as an error of the port. */
export function classify(error: unknown, connection: string, now: number): ModelError {
  if (APICallError.isInstance(error)) {
    if (error.statusCode !== undefined && error.statusCode >= 400) {
      const detail = sentenceOf(error.responseBody ?? '');
      return httpError(error.statusCode, detail, connection, retryAfter(error.responseHeaders, now));
    }
    if (error.statusCode !== undefined) {
      return modelError('incomplete', `The answer of ${connection} could not be read.`, {
        status: error.statusCode,
      });
    }
  }
  if (isNetwork(error)) {
    return modelError(
      'network',
      `${connection} cannot be reached or broke the connection. Check the base URL and that the server runs.`,
    );
  }
  const text =
    error instanceof Error
      ? `${error.name} ${error.message}`
      : typeof error === 'string'
        ? error
        : (JSON.stringify(error) ?? '');
  const status = streamTypes.find(([pattern]) => pattern.test(text))?.[1];
  if (status !== undefined)
    return httpError(status, error instanceof Error ? error.message : sentenceOf(text), connection);
  if (
    error instanceof Error &&
    (/JSON|parse|validation/i.test(error.name) || /ended without|no output generated/i.test(error.message))
  ) {
    return modelError('incomplete', `The answer of ${connection} broke off or could not be read.`);
  }
  return modelError('unknown', `${connection} failed: ${messageOf(error).slice(0, 300)}`);
}
