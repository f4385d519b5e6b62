import { z } from 'zod';
import { cursor, email, id, limit, ok, page, time } from '../../operations/fields.ts';
import { contract, scopes } from '../../operations/operation.ts';

export const user = z.object({
  id,
  email: z.string(),
  name: z.string().nullable(),
  role: z.enum(['user', 'admin', 'super_admin']),
  status: z.enum(['active', 'suspended']),
  last_login_at: time.nullable(),
  created_at: time,
});
export type User = z.output<typeof user>;

/** NIST SP 800-63B: length decides; no composition rules. */
export const password = z.string().min(12, 'Use at least 12 characters.').max(200);

const signedIn = z.object({ user, csrf_token: z.string() });

export const session = z.object({
  id,
  user_agent: z.string().nullable(),
  ip_address: z.string().nullable(),
  last_activity_at: time,
  expires_at: time,
  created_at: time,
  current: z.boolean(),
});

export const apiKey = z.object({
  id,
  name: z.string(),
  key_prefix: z.string(),
  scopes: z.array(z.string()),
  /** Requests a minute. */
  rate_limit: z.number().int(),
  last_used_at: time.nullable(),
  expires_at: time.nullable(),
  created_at: time,
});

export const auditEvent = z.object({
  id,
  user_id: id.nullable(),
  email: z.string().nullable(),
  event_type: z.string(),
  event_data: z.record(z.string(), z.unknown()),
  ip_address: z.string().nullable(),
  success: z.boolean(),
  failure_reason: z.string().nullable(),
  created_at: time,
});

export const accessRow = z.object({
  table: z.string(),
  kind: z.string(),
  /** The rule in words. */
  sentence: z.string(),
  /** Row-level security is enabled and forced. */
  forced: z.boolean(),
  policies: z.array(z.object({ name: z.string(), action: z.string(), roles: z.array(z.string()) })),
});

/** Requests a minute of one person or address. */
export const requestsPerMinute = 1_200;
/** Requests a minute that a key allows of those. */
const rateLimit = z.number().int().min(1).max(requestsPerMinute).default(1_000);
const keyScopes = z.enum(['*', ...scopes.filter((scope) => scope.includes(':'))] as [string, ...string[]]);

export const authContract = {
  status: contract({
    id: 'auth.status',
    summary: 'Whether the server is set up and who is signed in',
    method: 'GET',
    path: '/auth/status',
    scope: 'public',
    input: z.object({}),
    output: z.object({
      needs_setup: z.boolean(),
      user: user.nullable(),
      /** To be sent as `X-CSRF-Token` with every changing request of a browser session. */
      csrf_token: z.string().nullable(),
      version: z.string(),
      engine: z.enum(['embedded', 'postgres']),
    }),
  }),
  setup: contract({
    id: 'auth.setup',
    summary: 'Create the first administrator with the one-time set-up link',
    method: 'POST',
    path: '/auth/setup',
    scope: 'public',
    input: z.object({
      token: z.string().max(200),
      email,
      password,
      name: z.string().trim().max(200).optional(),
    }),
    output: signedIn,
    errors: ['forbidden', 'conflict'],
  }),
  signIn: contract({
    id: 'auth.sign-in',
    summary: 'Sign in with email and password',
    method: 'POST',
    path: '/auth/sign-in',
    scope: 'public',
    input: z.object({ email, password: z.string().max(200) }),
    output: signedIn,
    errors: ['unauthenticated', 'locked', 'rate_limited'],
  }),
  signOut: contract({
    id: 'auth.sign-out',
    summary: 'End this session, or every session of the user',
    method: 'POST',
    path: '/auth/sign-out',
    scope: 'signed-in',
    input: z.object({ everywhere: z.boolean().default(false) }),
    output: ok,
  }),
  updateProfile: contract({
    id: 'auth.update-profile',
    summary: 'Change your name',
    method: 'PATCH',
    path: '/auth/profile',
    scope: 'signed-in',
    input: z.object({ name: z.string().trim().max(200) }),
    output: user,
  }),
  changePassword: contract({
    id: 'auth.change-password',
    summary: 'Change your password; every other session ends',
    method: 'POST',
    path: '/auth/password',
    scope: 'signed-in',
    input: z.object({ current_password: z.string().max(200), new_password: password }),
    output: ok,
    errors: ['unauthenticated'],
  }),
  sessions: contract({
    id: 'auth.sessions',
    summary: 'List your signed-in browsers',
    method: 'GET',
    path: '/auth/sessions',
    scope: 'signed-in',
    input: z.object({}),
    output: page(session),
  }),
  revokeSession: contract({
    id: 'auth.revoke-session',
    summary: 'Sign one browser out',
    method: 'DELETE',
    path: '/auth/sessions/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  listKeys: contract({
    id: 'keys.list',
    summary: 'List your API keys',
    method: 'GET',
    path: '/keys',
    scope: 'api:keys',
    input: z.object({}),
    output: page(apiKey),
  }),
  createKey: contract({
    id: 'keys.create',
    summary: 'Create an API key; the key is shown once',
    method: 'POST',
    path: '/keys',
    scope: 'api:keys',
    input: z.object({
      name: z.string().trim().min(1).max(200),
      scopes: z.array(keyScopes).min(1).default(['*']),
      rate_limit: rateLimit,
      expires_in_days: z.number().int().min(1).max(3650).optional(),
    }),
    output: z.object({ key: z.string(), api_key: apiKey }),
  }),
  revokeKey: contract({
    id: 'keys.revoke',
    summary: 'Revoke an API key at once',
    method: 'DELETE',
    path: '/keys/{id}',
    scope: 'api:keys',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  listUsers: contract({
    id: 'users.list',
    summary: 'List all users',
    method: 'GET',
    path: '/users',
    scope: 'admin:users',
    input: z.object({ search: z.string().max(200).optional(), limit, cursor }),
    output: page(user),
  }),
  createUser: contract({
    id: 'users.create',
    summary: 'Create a user',
    method: 'POST',
    path: '/users',
    scope: 'operator',
    input: z.object({
      email,
      password,
      name: z.string().trim().max(200).optional(),
      role: z.enum(['user', 'admin', 'super_admin']).default('user'),
    }),
    output: user,
    errors: ['conflict'],
  }),
  createUserKey: contract({
    id: 'users.create-key',
    summary: 'Create an API key for a user, from the command line',
    method: 'POST',
    path: '/users/keys',
    scope: 'operator',
    input: z.object({
      email,
      name: z.string().trim().min(1).max(200).default('command line'),
      scopes: z.array(keyScopes).min(1).default(['*']),
      rate_limit: rateLimit,
    }),
    output: z.object({ key: z.string(), api_key: apiKey }),
    errors: ['not_found'],
  }),
  updateUser: contract({
    id: 'users.update',
    summary: 'Change a user’s role, or suspend and restore them',
    method: 'PATCH',
    path: '/users/{id}',
    scope: 'admin:users',
    input: z.object({
      id,
      role: z.enum(['user', 'admin', 'super_admin']).optional(),
      status: z.enum(['active', 'suspended']).optional(),
    }),
    output: user,
    errors: ['not_found', 'forbidden'],
  }),
  listAudit: contract({
    id: 'audit.list',
    summary: 'List sign-ins, failures and changes of access',
    method: 'GET',
    path: '/audit',
    scope: 'admin:audit',
    input: z.object({ event_type: z.string().max(50).optional(), user_id: id.optional(), limit, cursor }),
    output: page(auditEvent),
  }),
  access: contract({
    id: 'access.list',
    summary: 'The access page: who may do what with every table, read from the live catalog',
    method: 'GET',
    path: '/access',
    scope: 'admin:audit',
    input: z.object({}),
    output: page(accessRow),
  }),
};
