export { createHttpApp, type HttpAppDeps } from './app.ts';
export { IdempotencyStore } from './idempotency.ts';
export { RateLimiter } from './security.ts';
