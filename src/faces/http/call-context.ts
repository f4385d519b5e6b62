import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { anonymous, type Principal } from '../../database/index.ts';
import type { Authenticator } from '../../domains/auth/index.ts';
import { AppError } from '../../kernel/errors.ts';
import type { BrowserSession, CallContext } from '../../operations/index.ts';
import type { RateLimiter } from './security.ts';

export type Env = { Bindings: HttpBindings };

const cookieName = 'meta_agent_session';

export interface ContextDeps {
  authenticator: Authenticator;
  /** Whether cookies are marked Secure. */
  secureCookies: boolean;
  trustProxy: boolean;
  limiter: RateLimiter;
}

export interface HttpCall {
  context: CallContext;
  /** Aborting it tells the operation that nobody waits any more. */
  abort: AbortController;
}

/**
 * Who is calling, and how. A bearer token wins over the cookie; a browser session that changes something must
 * also send its CSRF token. Errors: `unauthenticated` for a bad token, `forbidden` for a missing CSRF token,
 * `rate_limited`.
 */
export async function openCall(c: Context<Env>, deps: ContextDeps): Promise<HttpCall> {
  const ip = clientAddress(c, deps.trustProxy);
  const user_agent = c.req.header('user-agent')?.slice(0, 500);
  const bearer = bearerOf(c);
  const cookie = bearer === undefined ? getCookie(c, cookieName) : undefined;
  let principal: Principal = anonymous;
  if (bearer === undefined && c.req.header('sec-fetch-site') === 'cross-site' && c.req.method !== 'GET')
    throw new AppError('forbidden', 'The request comes from another site.', {
      fix: 'Open this application itself and try again.',
    });
  if (bearer) principal = await deps.authenticator.bearer(bearer);
  else if (cookie) {
    const session = await deps.authenticator.session(cookie);
    principal = session.principal;
    const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD';
    if (principal.kind === 'user' && changes && c.req.header('x-csrf-token') !== session.csrf_token)
      throw new AppError('forbidden', 'The request does not come from this application’s page.', {
        fix: 'Reload the page and try again.',
      });
  }
  deps.limiter.take(principal.kind === 'user' ? principal.user_id : `ip:${ip}`);
  if (principal.kind === 'user' && principal.api_key_id !== undefined)
    deps.limiter.take(principal.api_key_id, principal.rate_limit);
  const abort = new AbortController();
  c.req.raw.signal.addEventListener('abort', () => abort.abort(), { once: true });
  const idempotency_key = c.req.header('idempotency-key')?.slice(0, 200);
  return {
    abort,
    context: {
      principal,
      signal: abort.signal,
      ip,
      ...(user_agent === undefined ? {} : { user_agent }),
      ...(idempotency_key === undefined ? {} : { idempotency_key }),
      ...(bearer === undefined ? { browser: browserSession(c, cookie, deps.secureCookies) } : {}),
    },
  };
}

export const bearerOf = (c: Context<Env>): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];

function browserSession(c: Context<Env>, token: string | undefined, secure: boolean): BrowserSession {
  const options = { httpOnly: true, sameSite: 'Lax', path: '/', secure } as const;
  return {
    token,
    keep: (value, expires_at) => setCookie(c, cookieName, value, { ...options, expires: expires_at }),
    drop: () => setCookie(c, cookieName, '', { ...options, maxAge: 0 }),
  };
}

/** A proxy adds the address it saw at the end of X-Forwarded-For; what stands before that, the client may have made up. */
function clientAddress(c: Context<Env>, trustProxy: boolean): string {
  const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return forwarded || c.env?.incoming?.socket?.remoteAddress || 'unknown';
}
