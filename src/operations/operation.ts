import type { z } from 'zod';
import type { Principal, UserPrincipal } from '../database/index.ts';
import type { ErrorCode } from '../kernel/errors.ts';

/**
 * What a caller must hold. `public` needs no sign-in; `operator` is for whoever holds the machine (the command
 * line) or an administrator; the others are permissions of the specification that an API key can be limited to.
 */
export const scopes = [
  'public',
  'signed-in',
  'operator',
  'chat:read',
  'chat:write',
  'chat:delete',
  'models:use',
  'memory:read',
  'memory:write',
  'memory:delete',
  'files:read',
  'files:write',
  'files:delete',
  'personas:read',
  'personas:write',
  'personas:delete',
  'tasks:read',
  'tasks:write',
  'tasks:delete',
  'tasks:execute',
  'admin:users',
  'admin:settings',
  'admin:audit',
  'api:keys',
] as const;
export type Scope = (typeof scopes)[number];

/** Everything an operation knows about its caller. */
export interface CallContext<P extends Principal = Principal> {
  principal: P;
  /** Aborts when the caller goes away. */
  signal: AbortSignal;
  ip?: string;
  user_agent?: string;
  /** The caller's `Idempotency-Key`: the same key gives the first answer again. */
  idempotency_key?: string;
  /** Present on calls of a browser: keeps or drops its session cookie. */
  browser?: BrowserSession;
}

export interface BrowserSession {
  /** The session's secret, when the browser sent one. */
  readonly token: string | undefined;
  keep(token: string, expires_at: Date): void;
  drop(): void;
}

/** Contexts of operations that need a signed-in user. */
export type UserContext = CallContext<UserPrincipal>;

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface OperationShape {
  /** `<domain>.<verb>`, the name on every face: route, tool `domain_verb`, command `domain verb`, client call. */
  id: string;
  summary: string;
  description?: string;
  method: HttpMethod;
  /** Below `/api`, with `{field}` for inputs that travel in the path. */
  path: string;
  scope: Scope;
  input: z.ZodObject;
  /** Of the answer; for a flow, of each event. */
  output: z.ZodType;
  /** Codes a caller should expect besides invalid input, missing sign-in and internal faults. */
  errors?: readonly ErrorCode[];
  example?: Record<string, unknown>;
  /** A flow streams events over server-sent events until it ends. */
  flow?: boolean;
  /** Offered to assistants over MCP. */
  tool?: boolean;
}

export interface Operation extends OperationShape {
  handle(context: CallContext, input: Record<string, unknown>): Promise<unknown> | AsyncIterable<unknown>;
}

type Handler<S extends OperationShape> = (
  context: S['scope'] extends 'public' | 'operator' ? CallContext : UserContext,
  input: z.output<S['input']>,
) => S['flow'] extends true ? AsyncIterable<z.input<S['output']>> : Promise<z.input<S['output']>>;

/**
 * Declares an operation for both sides: the server attaches what answers it, the console and the client call it.
 * Contract files hold nothing but these and their schemas, so that they run anywhere.
 */
export const contract = <const S extends OperationShape>(shape: S): S => shape;

/** Attaches what answers an operation. Everything a face needs is in the shape. */
export function defineOperation<const S extends OperationShape>(shape: S, handle: Handler<S>): Operation {
  return { ...shape, handle: handle as Operation['handle'] };
}
