import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { newToken, sha256 } from '../../kernel/ids.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { CallContext, UserContext } from '../../operations/index.ts';
import type { authContract } from './contract.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof authContract> = z.output<(typeof authContract)[K]['input']>;

const sessionDays = 30;
const setupHours = 24;
/** Sign-in tries per address of the network, in the database, so that all servers count together. */
const signInsPerQuarterHour = 30;

export interface AuthDeps {
  database: Database;
  clock: Clock;
  version: string;
  /** With Supabase, people sign in and are created there. */
  supabase: boolean;
}

/** Accounts, sessions, keys and the audit log. Passwords are Argon2id; tokens are stored as SHA-256. */
export class AuthService {
  readonly #deps: AuthDeps;

  constructor(deps: AuthDeps) {
    this.#deps = deps;
  }

  async status(context: CallContext) {
    const { principal, browser } = context;
    const state = await this.#deps.database.asService('sign-in state', async (session) => ({
      needs_setup: !(await queries.anyUser(session)),
      user: principal.kind === 'user' ? ((await queries.findUser(session, principal.user_id)) ?? null) : null,
      caller: browser?.token ? await queries.callerOfSession(session, sha256(browser.token)) : undefined,
    }));
    return {
      needs_setup: state.needs_setup,
      user: state.user,
      csrf_token: state.caller?.csrf_secret ?? null,
      version: this.#deps.version,
      engine: this.#deps.database.engine,
    };
  }

  /** A token for the one-time set-up link, or undefined when somebody is set up already. */
  async setupToken(): Promise<string | undefined> {
    return this.#deps.database.asService('set-up link', async (session) => {
      if (this.#deps.supabase || (await queries.anyUser(session))) return undefined;
      const token = newToken(24);
      await queries.insertSetupToken(
        session,
        sha256(token),
        new Date(this.#deps.clock.now() + setupHours * 3_600_000),
      );
      return token;
    });
  }

  /** The first administrator of a headless installation; nothing when somebody exists. */
  async init(email: string, password: string): Promise<boolean> {
    const hash = await hashPassword(password);
    return this.#deps.database.asService('first administrator', async (session) => {
      if (await queries.anyUser(session)) return false;
      const id = await queries.insertUser(session, email.toLowerCase(), undefined);
      await queries.setPasswordHash(session, id, hash);
      await queries.logAuthEvent(session, {
        user_id: id,
        event_type: 'user_created',
        event_data: { by: 'settings' },
      });
      return true;
    });
  }

  async setup(context: CallContext, input: Input<'setup'>) {
    await this.#limit(context);
    const hash = await hashPassword(input.password);
    const userId = await this.#deps.database.asService('set-up', async (session) => {
      if (await queries.anyUser(session))
        throw new AppError('conflict', 'This server is set up already.', {
          fix: 'Sign in, or ask its administrator.',
        });
      if (!(await queries.useSetupToken(session, sha256(input.token))))
        throw new AppError('forbidden', 'The set-up link is not valid any more.', {
          fix: 'Restart the server and open the link it prints.',
        });
      const id = await queries.insertUser(session, input.email, input.name);
      await queries.setPasswordHash(session, id, hash);
      await queries.logAuthEvent(session, {
        user_id: id,
        event_type: 'user_created',
        event_data: { by: 'set-up link' },
        ...seen(context),
      });
      return id;
    });
    return this.#open(context, userId);
  }

  async signIn(context: CallContext, input: Input<'signIn'>) {
    await this.#limit(context);
    const { database, clock } = this.#deps;
    const found = await database.asService('sign-in', (session) =>
      queries.findCredentials(session, input.email),
    );
    const matches = await verifyPassword(found?.password_hash ?? null, input.password);
    const locked = found?.locked_until && found.locked_until.getTime() > clock.now();
    const refuse = async (reason: string, error: AppError): Promise<never> => {
      await database.asService('failed sign-in', async (session) => {
        if (found && !locked && !matches) await queries.registerFailedSignIn(session, found.user_id);
        await queries.logAuthEvent(session, {
          user_id: found?.user_id ?? null,
          event_type: 'sign_in',
          success: false,
          failure_reason: reason,
          ...seen(context),
        });
      });
      throw error;
    };
    if (locked)
      await refuse(
        'locked',
        new AppError('locked', 'Too many wrong passwords: this account is locked for a while.', {
          fix: 'Try again in 15 minutes.',
        }),
      );
    if (!found || !matches)
      await refuse(
        found ? 'wrong password' : 'unknown address',
        new AppError('unauthenticated', 'Email or password is wrong.', { fix: 'Check both and try again.' }),
      );
    else if (found.status !== 'active')
      await refuse(
        'suspended',
        new AppError('forbidden', 'This account is suspended.', {
          fix: 'Ask an administrator of this server.',
        }),
      );
    return this.#open(context, (found as { user_id: string }).user_id);
  }

  async signOut(context: UserContext, input: Input<'signOut'>) {
    const { user_id, session_id } = context.principal;
    await this.#deps.database.asService('sign-out', async (session) => {
      await queries.endSessions(
        session,
        user_id,
        input.everywhere ? {} : { only: session_id ?? '00000000-0000-0000-0000-000000000000' },
      );
      await queries.logAuthEvent(session, {
        user_id,
        event_type: input.everywhere ? 'sign_out_everywhere' : 'sign_out',
        ...seen(context),
      });
    });
    context.browser?.drop();
    return { ok: true as const };
  }

  updateProfile(context: UserContext, input: Input<'updateProfile'>) {
    return this.#deps.database.as(context.principal, async (session) =>
      found(await queries.updateUser(session, context.principal.user_id, input), 'The user'),
    );
  }

  async changePassword(context: UserContext, input: Input<'changePassword'>) {
    const { user_id, session_id } = context.principal;
    await this.#limit(context);
    const stored = await this.#deps.database.asService('change password', async (session) => {
      const user = await queries.findUser(session, user_id);
      return user ? queries.findCredentials(session, user.email) : undefined;
    });
    if (!(await verifyPassword(stored?.password_hash ?? null, input.current_password)))
      throw new AppError('unauthenticated', 'The current password is wrong.', {
        fix: 'Check it and try again.',
      });
    const hash = await hashPassword(input.new_password);
    await this.#deps.database.asService('change password', async (session) => {
      // Ends every session; the one that asked goes on.
      await queries.setPasswordHash(session, user_id, hash);
      if (session_id) await queries.resumeSession(session, session_id);
      await queries.logAuthEvent(session, { user_id, event_type: 'password_changed', ...seen(context) });
    });
    return { ok: true as const };
  }

  async sessions(context: UserContext) {
    const { user_id, session_id } = context.principal;
    const rows = await this.#deps.database.as(context.principal, (session) =>
      queries.listSessions(session, user_id),
    );
    return { items: rows.map((row) => ({ ...row, current: row.id === session_id })), next: null };
  }

  async revokeSession(context: UserContext, id: string) {
    await this.#deps.database.as(context.principal, async (session) =>
      found((await queries.endSessions(session, context.principal.user_id, { only: id }))[0], 'The session'),
    );
    return { ok: true as const };
  }

  async listKeys(context: UserContext) {
    const items = await this.#deps.database.as(context.principal, (session) =>
      queries.listKeys(session, context.principal.user_id),
    );
    return { items, next: null };
  }

  /** A key can never do more than the caller: one made with a key gets at most that key's scopes. */
  createKey(context: UserContext, input: Input<'createKey'>) {
    const { principal } = context;
    const beyond = principal.scopes.includes('*')
      ? []
      : input.scopes.filter((scope) => !principal.scopes.includes(scope));
    if (beyond.length > 0)
      throw new AppError('forbidden', `This key cannot give away ${beyond.join(', ')}.`, {
        fix: 'Sign in, or use a key with those scopes.',
      });
    return this.#makeKey(context, principal.user_id, input);
  }

  async createUserKey(context: CallContext, input: Input<'createUserKey'>) {
    // A key acts as its user: an administrator who could make one for anybody could be anybody.
    if (context.principal.kind !== 'operator')
      throw new AppError('forbidden', 'Keys for other people are made on the machine itself.', {
        fix: 'Run `meta-agent key create` there, or make a key of your own.',
      });
    const user = await this.#deps.database.asService('key from the command line', async (session) =>
      found(await queries.findUserByEmail(session, input.email), `The user ${input.email}`),
    );
    return this.#makeKey(context, user.id, input);
  }

  async revokeKey(context: UserContext, id: string) {
    await this.#deps.database.as(context.principal, async (session) =>
      found(await queries.revokeKey(session, id), 'The key'),
    );
    await this.#log({
      user_id: context.principal.user_id,
      event_type: 'key_revoked',
      event_data: { id },
      ...seen(context),
    });
    return { ok: true as const };
  }

  async listUsers(context: UserContext, input: Input<'listUsers'>) {
    const rows = await this.#deps.database.as(context.principal, (session) =>
      queries.listUsers(session, { ...input, cursor: input.cursor ? decodeCursor(input.cursor) : undefined }),
    );
    return toPage(rows, input.limit);
  }

  async createUser(context: CallContext, input: Input<'createUser'>) {
    const { principal } = context;
    if (input.role !== 'user' && principal.kind === 'user' && principal.role !== 'super_admin')
      throw new AppError('forbidden', 'Only a super_admin makes administrators.', {
        fix: 'Create a plain user, or ask a super_admin.',
      });
    if (this.#deps.supabase)
      throw new AppError('conflict', 'People of this server are kept in Supabase.', {
        fix: 'Invite them there.',
      });
    const hash = await hashPassword(input.password);
    return this.#deps.database.asService('user creation', async (session) => {
      const id = await queries.insertUser(session, input.email, input.name);
      await queries.setPasswordHash(session, id, hash);
      const made = found(await queries.findUser(session, id), 'The user');
      // The very first person is super_admin whatever was asked for.
      const user =
        made.role === 'super_admin' || made.role === input.role
          ? made
          : found(await queries.updateUser(session, id, { role: input.role }), 'The user');
      await queries.logAuthEvent(session, {
        user_id: id,
        event_type: 'user_created',
        event_data: { role: user.role },
        ...seen(context),
      });
      return user;
    });
  }

  async updateUser(context: UserContext, { id, ...change }: Input<'updateUser'>) {
    const user = await this.#deps.database.as(context.principal, async (session) =>
      found(await queries.updateUser(session, id, change), 'The user'),
    );
    await this.#deps.database.asService('user change', async (session) => {
      if (user.status === 'suspended') await queries.endSessions(session, id, {});
      await queries.logAuthEvent(session, {
        user_id: id,
        event_type: 'user_changed',
        event_data: { ...change, by: context.principal.user_id },
        ...seen(context),
      });
    });
    return user;
  }

  async listAudit(context: UserContext, input: Input<'listAudit'>) {
    const rows = await this.#deps.database.as(context.principal, (session) =>
      queries.listAudit(session, { ...input, cursor: input.cursor ? decodeCursor(input.cursor) : undefined }),
    );
    const items = rows.map((row) => ({ ...row, event_data: row.event_data as Record<string, unknown> }));
    return toPage(items, input.limit);
  }

  async access(context: UserContext) {
    const items = await this.#deps.database.as(context.principal, (session) => queries.listAccess(session));
    return { items, next: null };
  }

  async #open(context: CallContext, userId: string) {
    const token = newToken();
    const csrf_token = newToken(24);
    const expires_at = new Date(this.#deps.clock.now() + sessionDays * 86_400_000);
    const user = await this.#deps.database.asService('sign-in', async (session) => {
      await queries.insertSession(session, {
        user_id: userId,
        token_hash: sha256(token),
        csrf_secret: csrf_token,
        user_agent: context.user_agent,
        ip_address: context.ip,
        expires_at,
      });
      await queries.registerSignIn(session, userId);
      await queries.logAuthEvent(session, { user_id: userId, event_type: 'sign_in', ...seen(context) });
      return found(await queries.findUser(session, userId), 'The user');
    });
    context.browser?.keep(token, expires_at);
    return { user, csrf_token };
  }

  async #makeKey(
    context: CallContext,
    userId: string,
    { name, scopes, rate_limit, expires_in_days: days }: Input<'createKey'>,
  ) {
    const key = `ma_${newToken()}`;
    const api_key = await this.#deps.database.asService('key creation', async (session) => {
      const row = await queries.insertKey(session, {
        user_id: userId,
        key_prefix: key.slice(0, 8),
        key_hash: sha256(key),
        name,
        scopes,
        rate_limit,
        expires_at: days === undefined ? null : new Date(this.#deps.clock.now() + days * 86_400_000),
      });
      await queries.logAuthEvent(session, {
        user_id: userId,
        event_type: 'key_created',
        event_data: { id: row.id, scopes },
        ...seen(context),
      });
      return row;
    });
    return { key, api_key };
  }

  async #limit(context: CallContext): Promise<void> {
    const allowed = await this.#deps.database.asService('sign-in limit', (session: Session) =>
      queries.takeRateToken(session, `sign-in:${context.ip ?? 'unknown'}`, signInsPerQuarterHour, 15),
    );
    if (!allowed)
      throw new AppError('rate_limited', 'Too many tries from this address.', {
        fix: 'Wait a few minutes and try again.',
      });
  }

  #log(event: queries.AuthEvent) {
    return this.#deps.database.asService('audit', (session) => queries.logAuthEvent(session, event));
  }
}

const seen = (context: CallContext) => ({ ip: context.ip, user_agent: context.user_agent });
