import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser } from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let user: UserPrincipal;
beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database, 'Ada@Example.org');
  user = await createTestUser(database);
});
afterAll(() => opened.close());

const session = (token: string, expires = '1 hour') =>
  asService(
    database,
    sql`insert into sessions (user_id, token_hash, csrf_secret, expires_at)
      values (${user.user_id}, ${token}, 'secret', now() + ${expires}::interval)`,
  );
const valid = (token: string) =>
  asService(database, sql<{ user_id: string }>`select * from validate_session(${token})`);

describe('identities', () => {
  test('the profile follows the identity', async () => {
    expect(
      await asUser(database, admin, sql`select email, role from users where id = ${admin.user_id}`),
    ).toEqual([{ email: 'ada@example.org', role: 'super_admin' }]);
    await asService(
      database,
      sql`update auth.users set email = 'Countess@Example.org', email_confirmed_at = now() where id = ${admin.user_id}`,
    );
    expect(
      await asUser(database, admin, sql`select email, email_verified from users where id = ${admin.user_id}`),
    ).toEqual([{ email: 'countess@example.org', email_verified: true }]);
  });

  test('one address, one identity, whatever its case', async () => {
    await expect(
      asService(database, sql`insert into auth.users (email) values ('COUNTESS@example.org')`),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  test('people who register at the same moment: one is the administrator', async () => {
    const fresh = await openTestDatabase();
    try {
      await Promise.all(Array.from({ length: 4 }, () => createTestUser(fresh.database)));
      const found = await asService(
        fresh.database,
        sql<{ role: string }>`select role from users order by role`,
      );
      expect(found.map(({ role }) => role)).toEqual(['super_admin', 'user', 'user', 'user']);
    } finally {
      await fresh.close();
    }
  });
});

describe('sessions and keys', () => {
  test('a session is valid until it expires, is ended, or its user suspended', async () => {
    await session('good');
    await session('old', '-1 second');
    expect(await valid('good')).toMatchObject([
      { user_id: user.user_id, user_role: 'user', csrf_secret: 'secret' },
    ]);
    expect(await valid('old')).toEqual([]);
    expect(await valid('unknown')).toEqual([]);
    await asUser(database, admin, sql`update users set status = 'suspended' where id = ${user.user_id}`);
    expect(await valid('good')).toEqual([]);
    await asUser(database, admin, sql`update users set status = 'active' where id = ${user.user_id}`);
    expect(await valid('good')).toHaveLength(1);
    await asUser(database, user, sql`update sessions set is_active = false`);
    expect(await valid('good')).toEqual([]);
    expect(await asService(database, sql`select cleanup_expired_sessions() as n`)).toEqual([{ n: 1 }]);
  });

  test('nobody makes a session or key for themselves through the API', async () => {
    await expect(
      asUser(
        database,
        user,
        sql`insert into sessions (token_hash, csrf_secret, expires_at) values ('x', 'x', now())`,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      asUser(database, user, sql`insert into api_keys (key_hash, key_prefix, name) values ('x', 'x', 'x')`),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a key is counted and ends with its time', async () => {
    await asService(
      database,
      sql`insert into api_keys (user_id, key_hash, key_prefix, name, expires_at)
        values (${user.user_id}, 'live', 'ma_1', 'k', null), (${user.user_id}, 'old', 'ma_2', 'k', now())`,
    );
    const use = (hash: string) =>
      asService(database, sql`select user_id, scopes from validate_api_key(${hash})`);
    expect(await use('live')).toEqual([{ user_id: user.user_id, scopes: ['read', 'write'] }]);
    expect(await use('old')).toEqual([]);
    expect(
      await asUser(
        database,
        user,
        sql`select usage_count::int as n from api_keys where name = 'k' order by 1`,
      ),
    ).toEqual([{ n: 0 }, { n: 1 }]);
    await expect(asUser(database, user, sql`update api_keys set scopes = '{admin}'`)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('a set-up link works once', async () => {
    await asService(
      database,
      sql`insert into setup_tokens (token_hash, expires_at) values ('t', now() + interval '1 hour'), ('late', now())`,
    );
    const use = async (hash: string) =>
      (await asService(database, sql<{ ok: boolean }>`select private.use_setup_token(${hash}) as ok`))[0]?.ok;
    const outcomes = await Promise.all([use('t'), use('t'), use('late'), use('none')]);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });
});

describe('passwords', () => {
  const credentials = async () =>
    (
      await asService(
        database,
        sql<{
          password_hash: string;
          locked_until: Date | null;
        }>`select * from private.find_credentials('countess@example.org')`,
      )
    )[0];

  test('wrong passwords lock the account for a while; signing in clears the count', async () => {
    await asService(database, sql`select private.set_password_hash(${admin.user_id}, 'hash')`);
    const fail = () =>
      asService(database, sql`select private.register_failed_sign_in(${admin.user_id}, 3, '10 minutes')`);
    await fail();
    await fail();
    expect((await credentials())?.locked_until).toBeNull();
    await fail();
    expect((await credentials())?.locked_until?.getTime()).toBeGreaterThan(Date.now());
    await asService(database, sql`select private.register_sign_in(${admin.user_id})`);
    expect(await credentials()).toMatchObject({ locked_until: null, password_hash: 'hash' });
  });

  test('a new password ends every session', async () => {
    await session('open');
    await asService(database, sql`select private.set_password_hash(${user.user_id}, 'new')`);
    expect(await valid('open')).toEqual([]);
  });

  test('only the service sees credentials', async () => {
    await expect(
      asUser(database, admin, sql`select * from private.find_credentials('countess@example.org')`),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('rate limits', () => {
  const take = async (key: string, window = '1 hour') =>
    (
      await asService(
        database,
        sql<{ ok: boolean }>`select private.take_rate_token(${key}, 5, ${window}) as ok`,
      )
    )[0]?.ok;

  test('eight callers at once get five tokens', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => take('burst')));
    expect(taken.filter(Boolean)).toHaveLength(5);
    expect(await take('another')).toBe(true);
  });

  test('the bucket refills evenly', async () => {
    for (let index = 0; index < 5; index++) await take('slow');
    expect(await take('slow')).toBe(false);
    await asService(
      database,
      sql`update rate_limits set refilled_at = refilled_at - interval '13 minutes' where key = 'slow'`,
    );
    expect([await take('slow'), await take('slow')]).toEqual([true, false]);
  });
});

describe('permissions', () => {
  const may = async (as: UserPrincipal, permission: string) =>
    (
      await asUser(
        database,
        as,
        sql<{ ok: boolean }>`select user_has_permission(${as.user_id}, ${permission}) as ok`,
      )
    )[0]?.ok;

  test("come from the user's role and further roles", async () => {
    expect([
      await may(user, 'chat:read'),
      await may(user, 'tasks:execute'),
      await may(admin, 'api:unlimited'),
    ]).toEqual([true, false, true]);
    await asUser(
      database,
      admin,
      sql`insert into user_roles (user_id, role_id) select ${user.user_id}, id from roles where name = 'admin'`,
    );
    expect(await may(user, 'tasks:execute')).toBe(true);
    // A further role gives permissions, not the administrator's sight of everybody's rows.
    expect(await asUser(database, user, sql`select id from users`)).toHaveLength(1);
    await expect(asUser(database, user, sql`insert into roles (name) values ('boss')`)).rejects.toMatchObject(
      { code: 'forbidden' },
    );
  });
});
