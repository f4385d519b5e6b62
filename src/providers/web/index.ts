export { type GuardedFetch, guardedFetch, mustBeHttp } from './guarded-fetch.ts';
