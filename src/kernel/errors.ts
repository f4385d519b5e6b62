/**
 * The one error class. Everything a caller can see is an AppError: a code from `errorCodes`,
 * a plain sentence about what happened, and a fix that says what to do about it.
 * Faces render it as RFC 9457 problem+json; any other thrown value becomes `internal`.
 */
export const errorCodes = {
  invalid_input: 400,
  unauthenticated: 401,
  budget_exceeded: 402,
  forbidden: 403,
  not_found: 404,
  timeout: 408,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_type: 415,
  unprocessable: 422,
  locked: 423,
  rate_limited: 429,
  cancelled: 499,
  internal: 500,
  provider_failed: 502,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorOptions {
  /** What the caller can do about it, one sentence. */
  fix?: string;
  /** Structured facts a program can use (field paths, limits, a cycle). Never secrets. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.fix = options.fix;
    this.details = options.details;
  }

  get status(): number {
    return errorCodes[this.code];
  }
}

/** True when `error` is an AppError, of the given code if one is named. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/** The sentence of any thrown value, for logs and for stored error columns. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
