import type { z } from 'zod';
import { contracts } from '../domains/contracts.ts';
import type { OperationShape } from '../operations/operation.ts';

/** RFC 9457 problem details, as every error of the API comes. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  fix?: string;
  details?: Record<string, unknown>;
}

/** A refused call. `problem.fix` says what to do. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

export interface ClientOptions {
  /** Address of the server, without a trailing slash. Empty for the page's own server. */
  url?: string;
  /** API key; a browser session needs none. */
  key?: string;
  /** Sent as `X-CSRF-Token`, for browser sessions. */
  csrfToken?: () => string | null;
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  idempotencyKey?: string;
}

type Call<S extends OperationShape> = S['flow'] extends true
  ? (input: z.input<S['input']>, options?: CallOptions) => AsyncIterable<z.output<S['output']>>
  : (input: z.input<S['input']>, options?: CallOptions) => Promise<z.output<S['output']>>;

export type Client = {
  [D in keyof typeof contracts]: {
    [O in keyof (typeof contracts)[D]]: (typeof contracts)[D][O] extends infer S extends OperationShape
      ? Call<S>
      : never;
  };
};

/**
 * A typed client of the API: `client.projects.create({ name })`. Errors: `ApiError` with the server's problem.
 * Flows are async iterables that end when the signal aborts or the server is done.
 */
export function createClient(options: ClientOptions = {}): Client {
  const client: Record<string, Record<string, unknown>> = {};
  for (const [domain, shapes] of Object.entries(contracts)) {
    client[domain] = Object.fromEntries(
      Object.entries(shapes).map(([key, shape]: [string, OperationShape]) => [
        key,
        (input: Record<string, unknown> = {}, call: CallOptions = {}) =>
          shape.flow ? follow(options, shape, input, call) : request(options, shape, input, call),
      ]),
    );
  }
  return client as Client;
}

async function open(
  options: ClientOptions,
  shape: OperationShape,
  input: Record<string, unknown>,
  call: CallOptions,
): Promise<Response> {
  const rest = { ...input };
  const path = shape.path.replace(/\{([^}]+)\}/g, (_, field: string) => {
    const value = rest[field];
    delete rest[field];
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  const inQuery = shape.method === 'GET' || shape.method === 'DELETE';
  if (inQuery)
    for (const [field, value] of Object.entries(rest))
      if (value !== undefined && value !== null) query.set(field, String(value));
  const headers: Record<string, string> = {};
  if (options.key) headers.authorization = `Bearer ${options.key}`;
  const csrf = shape.method === 'GET' ? null : options.csrfToken?.();
  if (csrf) headers['x-csrf-token'] = csrf;
  if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey;
  if (!inQuery) headers['content-type'] = 'application/json';
  const response = await (options.fetch ?? fetch)(
    `${options.url ?? ''}/api${path}${query.size > 0 ? `?${query}` : ''}`,
    {
      method: shape.method,
      headers,
      ...(inQuery ? {} : { body: JSON.stringify(rest) }),
      ...(call.signal ? { signal: call.signal } : {}),
    },
  );
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response;
}

/** The problem of a refused response, whatever came in its place. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === 'object' && body !== null && 'detail' in body) return body as Problem;
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: 'internal',
    detail: `The server answered ${response.status}.`,
  };
}

async function request(
  options: ClientOptions,
  shape: OperationShape,
  input: Record<string, unknown>,
  call: CallOptions,
): Promise<unknown> {
  return (await open(options, shape, input, call)).json();
}

async function* follow(
  options: ClientOptions,
  shape: OperationShape,
  input: Record<string, unknown>,
  call: CallOptions,
): AsyncGenerator<unknown> {
  const response = await open(options, shape, input, call);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += value;
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const lines = buffer.slice(0, end).split('\n');
        const data = lines
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trimStart())
          .join('\n');
        buffer = buffer.slice(end + 2);
        if (lines.includes('event: error')) throw new ApiError(JSON.parse(data) as Problem);
        if (data) yield JSON.parse(data);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
