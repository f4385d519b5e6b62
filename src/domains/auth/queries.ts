import { sql } from 'kysely';
import { containing, json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';

export interface Caller {
  user_id: string;
  user_role: 'user' | 'admin' | 'super_admin';
  permissions: string[];
  session_id: string | null;
  csrf_secret: string | null;
  key_id: string | null;
  scopes: string[] | null;
  rate_limit: number | null;
}

const permissions = sql`array(
  select distinct p.name from permissions p
  join role_permissions rp on rp.permission_id = p.id join roles r on r.id = rp.role_id
  where r.name = v.user_role or r.id in (select ur.role_id from user_roles ur where ur.user_id = v.user_id)
)`;

/** Who holds a session token; undefined when it ended. */
export async function callerOfSession(session: Session, tokenHash: string): Promise<Caller | undefined> {
  const { rows } = await sql<Caller>`
    select v.user_id, v.user_role, ${permissions} as permissions, v.session_id, v.csrf_secret,
           null::uuid as key_id, null::text[] as scopes, null::int as rate_limit
    from validate_session(${tokenHash}) v`.execute(session);
  return rows[0];
}

/** Who holds an API key; undefined when it ended. */
export async function callerOfKey(session: Session, keyHash: string): Promise<Caller | undefined> {
  const { rows } = await sql<Caller>`
    select v.user_id, v.user_role, ${permissions} as permissions, null::uuid as session_id,
           null::text as csrf_secret, v.key_id, v.scopes, v.rate_limit
    from validate_api_key(${keyHash}) v`.execute(session);
  return rows[0];
}

/** The user behind a token that Supabase signed. */
export async function callerOfIdentity(session: Session, userId: string): Promise<Caller | undefined> {
  const { rows } = await sql<Caller>`
    select v.user_id, v.user_role, ${permissions} as permissions, null::uuid as session_id,
           null::text as csrf_secret, null::uuid as key_id, null::text[] as scopes, null::int as rate_limit
    from (select id as user_id, role as user_role from users where id = ${userId} and status = 'active') v`.execute(
    session,
  );
  return rows[0];
}

export const userFields = ['id', 'email', 'name', 'role', 'status', 'last_login_at', 'created_at'] as const;

export const findUser = (session: Session, id: string) =>
  session.selectFrom('users').select(userFields).where('id', '=', id).executeTakeFirst();

export const findUserByEmail = (session: Session, email: string) =>
  session.selectFrom('users').select(userFields).where('email', '=', email).executeTakeFirst();

export async function anyUser(session: Session): Promise<boolean> {
  return (await session.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Creates the identity; a trigger makes the profile. Errors: `conflict` for an address that exists. */
export async function insertUser(session: Session, email: string, name: string | undefined): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into auth.users (email, email_confirmed_at, raw_user_meta_data)
    values (${email}, now(), ${json(name === undefined ? {} : { name })}) returning id`.execute(session);
  return rows[0]?.id as string;
}

export const setPasswordHash = (session: Session, userId: string, hash: string) =>
  sql`select private.set_password_hash(${userId}, ${hash})`.execute(session);

export const updateUser = (
  session: Session,
  id: string,
  change: {
    name?: string;
    role?: 'user' | 'admin' | 'super_admin' | undefined;
    status?: 'active' | 'suspended' | undefined;
  },
) => session.updateTable('users').set(change).where('id', '=', id).returning(userFields).executeTakeFirst();

export const listUsers = (
  session: Session,
  filter: { search?: string | undefined; limit: number; cursor?: Cursor | undefined },
) =>
  session
    .selectFrom('users')
    .select(userFields)
    .$if(filter.search !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('email', 'ilike', containing(filter.search ?? '')),
          eb('name', 'ilike', containing(filter.search ?? '')),
        ]),
      ),
    )
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export async function findCredentials(session: Session, email: string) {
  const { rows } = await sql<{
    user_id: string;
    password_hash: string | null;
    status: string;
    locked_until: Date | null;
  }>`select * from private.find_credentials(${email})`.execute(session);
  return rows[0];
}

export const registerFailedSignIn = async (session: Session, userId: string) => {
  const { rows } = await sql<{ locked_until: Date | null }>`
    select private.register_failed_sign_in(${userId}) as locked_until`.execute(session);
  return rows[0]?.locked_until ?? null;
};

export const registerSignIn = (session: Session, userId: string) =>
  sql`select private.register_sign_in(${userId})`.execute(session);

export interface SessionInput {
  user_id: string;
  token_hash: string;
  csrf_secret: string;
  user_agent?: string | undefined;
  ip_address?: string | undefined;
  expires_at: Date;
}

export const insertSession = (session: Session, row: SessionInput) =>
  session.insertInto('sessions').values(row).returning('id').executeTakeFirstOrThrow();

export const listSessions = (session: Session, userId: string) =>
  session
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'ip_address', 'last_activity_at', 'expires_at', 'created_at'])
    .where('user_id', '=', userId)
    .where('is_active', '=', true)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('last_activity_at', 'desc')
    .execute();

export const resumeSession = (session: Session, id: string) =>
  session.updateTable('sessions').set({ is_active: true }).where('id', '=', id).execute();

/** Ends sessions of a user: one, or all. */
export const endSessions = (session: Session, userId: string, which: { only?: string }) =>
  session
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .$if(which.only !== undefined, (query) => query.where('id', '=', which.only ?? ''))
    .returning('id')
    .execute();

const keyFields = [
  'id',
  'name',
  'key_prefix',
  'scopes',
  'rate_limit',
  'last_used_at',
  'expires_at',
  'created_at',
] as const;

export const listKeys = (session: Session, userId: string) =>
  session
    .selectFrom('api_keys')
    .select(keyFields)
    .where('user_id', '=', userId)
    .where('is_active', '=', true)
    .orderBy('created_at', 'desc')
    .execute();

export const insertKey = (
  session: Session,
  row: {
    user_id: string;
    key_prefix: string;
    key_hash: string;
    name: string;
    scopes: string[];
    rate_limit: number;
    expires_at: Date | null;
  },
) => session.insertInto('api_keys').values(row).returning(keyFields).executeTakeFirstOrThrow();

export const revokeKey = (session: Session, id: string) =>
  session
    .updateTable('api_keys')
    .set({ is_active: false })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();

export const insertSetupToken = (session: Session, tokenHash: string, expiresAt: Date) =>
  session.insertInto('setup_tokens').values({ token_hash: tokenHash, expires_at: expiresAt }).execute();

export async function useSetupToken(session: Session, tokenHash: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`select private.use_setup_token(${tokenHash}) as used`.execute(
    session,
  );
  return rows[0]?.used ?? false;
}

/** Counts one try against a bucket of `limit` per `minutes`; false when it is empty. */
export async function takeRateToken(
  session: Session,
  key: string,
  limit: number,
  minutes: number,
): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select private.take_rate_token(${key}, ${limit}, make_interval(mins => ${minutes})) as taken`.execute(
    session,
  );
  return rows[0]?.taken ?? false;
}

export interface AuthEvent {
  user_id: string | null;
  event_type: string;
  event_data?: Record<string, unknown>;
  ip?: string | undefined;
  user_agent?: string | undefined;
  success?: boolean;
  failure_reason?: string;
}

export const logAuthEvent = (session: Session, event: AuthEvent) =>
  sql`select log_auth_event(${event.user_id}::uuid, ${event.event_type}, ${json(event.event_data ?? {})},
    ${event.ip ?? null}, ${event.user_agent ?? null}, ${event.success ?? true}, ${event.failure_reason ?? null})`.execute(
    session,
  );

export const listAudit = (
  session: Session,
  filter: {
    event_type?: string | undefined;
    user_id?: string | undefined;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  session
    .selectFrom('auth_audit_log as a')
    .leftJoin('users as u', 'u.id', 'a.user_id')
    .select([
      'a.id',
      'a.user_id',
      'u.email',
      'a.event_type',
      'a.event_data',
      'a.ip_address',
      'a.success',
      'a.failure_reason',
      'a.created_at',
    ])
    .$if(filter.event_type !== undefined, (query) =>
      query.where('a.event_type', '=', filter.event_type ?? ''),
    )
    .$if(filter.user_id !== undefined, (query) => query.where('a.user_id', '=', filter.user_id ?? ''))
    .where(olderThan(filter.cursor, 'a.created_at', 'a.id'))
    .orderBy('a.created_at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export interface AccessRow {
  table: string;
  kind: string;
  sentence: string;
  forced: boolean;
  policies: { name: string; action: string; roles: string[] }[];
}

/** The access page, read from the catalog: declared rule, row-level security state and the policies in force. */
export async function listAccess(session: Session): Promise<AccessRow[]> {
  const { rows } = await sql<AccessRow>`
    select d.table_name as "table", d.kind, d.sentence,
      c.relrowsecurity and c.relforcerowsecurity as forced,
      coalesce((select jsonb_agg(jsonb_build_object(
          'name', p.policyname, 'action', lower(p.cmd), 'roles', p.roles) order by p.policyname)
        from pg_catalog.pg_policies p
        where p.schemaname = n.nspname and p.tablename = c.relname), '[]') as policies
    from private.access_declarations d
    join pg_catalog.pg_class c on c.oid = to_regclass(d.table_name)
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    order by d.table_name`.execute(session);
  return rows;
}
