import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import { problemResponse } from '../problem.ts';

const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "object-src 'none'",
].join('; ');

export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const set = (name: string, value: string) => {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
  set('content-security-policy', contentSecurityPolicy);
  set('x-content-type-options', 'nosniff');
  set('referrer-policy', 'no-referrer');
  set('x-frame-options', 'DENY');
  set('cross-origin-opener-policy', 'same-origin');
};

/**
 * Refuses requests that name another host than this server's, so that a page on a foreign name that resolves
 * to this address (DNS rebinding) cannot talk to a server on loopback.
 */
export function hostCheck(publicUrl: string | undefined, boundHost: string): MiddlewareHandler {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', boundHost]);
  if (publicUrl) names.add(new URL(publicUrl).hostname);
  // Bound to every address, any name may lead here; the operator chose that.
  const open = boundHost === '0.0.0.0' || boundHost === '::';
  return async (c, next) => {
    const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!open && !names.has(host))
      return problemResponse(
        new AppError('forbidden', `This server is not called ${host || 'that'}.`, {
          fix: 'Open it under its own address, or set META_AGENT_PUBLIC_URL to the one you use.',
        }),
      );
    return next();
  };
}

/** A token bucket for each caller, in this process. Refuses with `rate_limited`. */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #perMinute: number;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** @param perMinute what this caller may, where it is not what everybody may. */
  take(caller: string, perMinute = this.#perMinute, now = Date.now()): void {
    const bucket = this.#buckets.get(caller) ?? { tokens: perMinute, at: now };
    bucket.tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
    bucket.at = now;
    if (bucket.tokens < 1)
      throw new AppError('rate_limited', 'Too many requests.', { fix: 'Wait a few seconds and try again.' });
    bucket.tokens -= 1;
    this.#buckets.set(caller, bucket);
    if (this.#buckets.size > 50_000) this.#buckets.clear();
  }
}
