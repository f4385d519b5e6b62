import { timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Database, Principal, UserPrincipal } from '../../database/index.ts';
import { BoundedMap } from '../../kernel/bounded-map.ts';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import { type Caller, callerOfIdentity, callerOfKey, callerOfSession } from './queries.ts';

export interface AuthenticatorDeps {
  database: Database;
  /** Token of the data folder's owner file: whoever can read it is the operator. */
  operatorToken?: string;
  /** Accept tokens that this Supabase project signed. */
  supabase?: { url?: string | undefined; jwtSecret?: string | undefined };
}

/** Keys whose holder is remembered. */
const mostRemembered = 1_000;

/** All that is written is when and how often it was used, and every request waits for it. */
const noted = { durable: false, atOnce: true };

/** Turns what a request carries into whom it acts for. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #verify: ((token: string) => Promise<JWTPayload>) | undefined;
  /** By the hash of the key. */
  readonly #holders = new BoundedMap<string, UserPrincipal>(mostRemembered);

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
    this.#verify = supabaseVerifier(deps.supabase);
  }

  /** An API key, a Supabase token, or the operator's token. Errors: `unauthenticated`. */
  async bearer(token: string): Promise<Principal> {
    const { database, operatorToken } = this.#deps;
    if (operatorToken && same(token, operatorToken)) return { kind: 'operator' };
    if (token.startsWith('ma_')) {
      const hash = sha256(token);
      const caller = await database.asService('API key', (session) => callerOfKey(session, hash), noted);
      this.#holders.delete(hash);
      if (caller) {
        const principal = toPrincipal(caller);
        this.#holders.set(hash, principal);
        return principal;
      }
    } else if (this.#verify && token.split('.').length === 3) {
      const { sub } = await this.#verify(token).catch((cause: unknown) => {
        throw refused('The sign-in token is not valid.', cause);
      });
      const caller = z.uuid().safeParse(sub).success
        ? await database.asService('Supabase token', (session) => callerOfIdentity(session, String(sub)))
        : undefined;
      if (caller) return toPrincipal(caller);
    }
    throw refused('The API key is not valid, was revoked, or has expired.');
  }

  /**
   * Whom a key stood for when it was last checked. It proves nothing: for reading what will be needed while the key is
   * checked, and throwing it away when that finds somebody else or nobody.
   */
  expected(token: string): UserPrincipal | undefined {
    return this.#holders.get(sha256(token));
  }

  /** The holder of a session cookie and the token its requests must repeat. An ended session is nobody. */
  async session(token: string): Promise<{ principal: Principal; csrf_token: string | null }> {
    const caller = await this.#deps.database.asService(
      'session',
      (session) => callerOfSession(session, sha256(token)),
      noted,
    );
    return caller
      ? { principal: toPrincipal(caller), csrf_token: caller.csrf_secret }
      : { principal: { kind: 'anonymous' }, csrf_token: null };
  }
}

function toPrincipal(caller: Caller): UserPrincipal {
  return {
    kind: 'user',
    user_id: caller.user_id,
    role: caller.user_role,
    scopes: caller.scopes ?? ['*'],
    permissions: caller.permissions,
    ...(caller.session_id ? { session_id: caller.session_id } : {}),
    ...(caller.key_id ? { api_key_id: caller.key_id } : {}),
    ...(caller.rate_limit ? { rate_limit: caller.rate_limit } : {}),
  };
}

/** A token without an end would be good for ever. */
const accepted = { audience: 'authenticated', requiredClaims: ['exp', 'sub'] };

/** Supabase signs with the project's published keys, or (older projects) with a shared secret. */
function supabaseVerifier(supabase: AuthenticatorDeps['supabase']) {
  if (supabase?.jwtSecret) {
    const secret = new TextEncoder().encode(supabase.jwtSecret);
    return async (token: string) =>
      (await jwtVerify(token, secret, { ...accepted, algorithms: ['HS256'] })).payload;
  }
  if (supabase?.url) {
    const keys = createRemoteJWKSet(new URL(`${supabase.url}/auth/v1/.well-known/jwks.json`));
    return async (token: string) =>
      (await jwtVerify(token, keys, { ...accepted, algorithms: ['ES256', 'RS256'] })).payload;
  }
  return undefined;
}

const same = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));

const refused = (message: string, cause?: unknown): AppError =>
  new AppError('unauthenticated', message, { fix: 'Sign in again, or make a new key in Settings.', cause });
