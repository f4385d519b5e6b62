import { AppError, type ErrorCode, isAppError } from '../../kernel/errors.ts';
import type { ModelErrorCode } from '../../providers/model/index.ts';

export interface OpenAiError {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

interface Kind {
  status: number;
  type: string;
  code: string | null;
}

const invalid = (status: number, code: string | null = null): Kind => ({
  status,
  type: 'invalid_request_error',
  code,
});
const server = (status: number, code: string): Kind => ({ status, type: 'server_error', code });

/** How the vendor of a model failed. Its refusal of our key is no fault of the caller's key, so it is no 401. */
const ofModel: Partial<Record<ModelErrorCode, Kind>> = {
  not_found: invalid(404, 'model_not_found'),
  invalid_request: invalid(400),
  context_too_long: invalid(400, 'context_length_exceeded'),
  rate_limited: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  quota_exhausted: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  overloaded: server(503, 'overloaded'),
  timeout: server(504, 'timeout'),
};

const ofApp: Partial<Record<ErrorCode, Kind>> = {
  unauthenticated: invalid(401, 'invalid_api_key'),
  forbidden: { status: 403, type: 'permission_error', code: 'insufficient_permissions' },
  budget_exceeded: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  rate_limited: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  unavailable: server(503, 'unavailable'),
  provider_failed: server(502, 'provider_failed'),
  internal: server(500, 'internal_error'),
};

const defaultWaitMs = 5_000;

/** Any thrown value as OpenAI's error object, with its status and headers. Says nothing of the inside. */
export function openAiErrorOf(error: unknown): {
  status: number;
  error: OpenAiError;
  headers: Record<string, string>;
} {
  const known = isAppError(error)
    ? error
    : new AppError('internal', 'Something went wrong on the server.', {
        fix: 'Try again; the server’s log has the details.',
      });
  const { details = {} } = known;
  const detailed = typeof details.code === 'string' ? details.code : null;
  const { status, type, code } =
    (known.code === 'provider_failed' && ofModel[detailed as ModelErrorCode]) ||
    ofApp[known.code] ||
    invalid(known.status, detailed);
  // Clients repeat 429 and 5xx by themselves unless they are told that it is of no use.
  const final = details.retryable === false || type === 'insufficient_quota';
  const waitMs = typeof details.retry_after_ms === 'number' ? details.retry_after_ms : defaultWaitMs;
  const issues = details.issues as { field: string }[] | undefined;
  return {
    status,
    error: {
      message: `${known.message} ${known.fix ?? ''}`.trim(),
      type,
      param: issues?.[0]?.field || null,
      code,
    },
    headers: {
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(final ? { 'x-should-retry': 'false' } : {}),
      ...(status === 429 && !final ? { 'retry-after': String(Math.ceil(waitMs / 1_000)) } : {}),
    },
  };
}

export function openAiErrorResponse(thrown: unknown): Response {
  const { status, error, headers } = openAiErrorOf(thrown);
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store', ...headers } });
}

/** What the API has and this server does not: said, so that nobody thinks it took effect. */
export const unsupported = (param: string, why: string, fix = 'Leave it out.'): AppError =>
  new AppError('invalid_input', `${param}: ${why}`, {
    fix,
    details: { code: 'unsupported_parameter', issues: [{ field: param }] },
  });

/** Errors: `unsupported_parameter` for the first of these fields that has a value other than the one allowed. */
export function refuseFields(
  body: Record<string, unknown>,
  fields: Record<string, { allowed?: unknown[]; why: string; fix?: string }>,
): void {
  for (const [param, { allowed = [], why, fix }] of Object.entries(fields)) {
    const value = body[param];
    const empty = value == null || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!empty && !allowed.includes(value)) throw unsupported(param, why, fix);
  }
}
