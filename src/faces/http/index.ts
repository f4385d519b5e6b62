export { createHttpApp, type HttpAppDeps } from './app.ts';
export { RateLimiter } from './security.ts';
