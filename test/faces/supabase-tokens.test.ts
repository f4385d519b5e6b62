import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { openTestApp, type TestApp } from '../harness/app.ts';
import { send } from '../harness/browser.ts';

// The server behind Supabase Auth: people are made there, and its tokens are the sign-in.
const secret = 'a shared secret of the Supabase project';
let app: TestApp;
const ada = newId();
const mallory = newId();

beforeAll(async () => {
  app = await openTestApp({ META_AGENT_SUPABASE_JWT_SECRET: secret });
  await app.database.withOwner(async (owner) => {
    for (const [id, email] of [
      [ada, 'ada@example.org'],
      [mallory, 'mallory@example.org'],
    ])
      await owner.query('insert into auth.users (id, email) values ($1, $2)', [id, email]);
    await owner.query(`update users set status = 'suspended' where id = $1`, [mallory]);
  });
});
afterAll(() => app.close());

const now = () => Math.floor(Date.now() / 1000);
const claims = { sub: ada, aud: 'authenticated', role: 'authenticated', exp: now() + 600 };
const sign = (payload: Record<string, unknown>, key = secret, alg = 'HS256') =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
const ask = (token: string) =>
  send(app, 'GET', '/api/auth/status', undefined, { authorization: `Bearer ${token}` });

test('a token of the project signs its user in', async () => {
  const { status, body } = await ask(await sign(claims));
  expect(status).toBe(200);
  expect(body.user).toMatchObject({ id: ada, email: 'ada@example.org' });
});

const { exp: _, ...endless } = claims;
test.each<[string, () => string | Promise<string>]>([
  ['expired', () => sign({ ...claims, exp: now() - 60 })],
  ['without an end', () => sign(endless)],
  ['for another audience', () => sign({ ...claims, aud: 'anon' })],
  ['signed with another secret', () => sign(claims, 'another secret of somebody else')],
  ['signed with another algorithm', () => sign(claims, secret.padEnd(64), 'HS512')],
  ['not signed', () => new UnsecuredJWT(claims).encode()],
  ['of somebody unknown', () => sign({ ...claims, sub: newId() })],
  ['of nobody', () => sign({ ...claims, sub: '' })],
  ['with a sub that is no id', () => sign({ ...claims, sub: 'root' })],
  ['of a suspended user', () => sign({ ...claims, sub: mallory })],
])('a token %s is refused', async (_name, make) => {
  const { status, body } = await ask(await make());
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthenticated' });
});

test('a token is not taken where Supabase is not configured', async () => {
  const plain = await openTestApp();
  try {
    const { status } = await send(plain, 'GET', '/api/auth/status', undefined, {
      authorization: `Bearer ${await sign(claims)}`,
    });
    expect(status).toBe(401);
  } finally {
    await plain.close();
  }
});

test('nobody is created beside Supabase', async () => {
  expect(await app.app.auth.setupToken()).toBeUndefined();
  const { body } = await send(
    app,
    'POST',
    '/api/users',
    { email: 'x@example.org', password: 'a long enough password' },
    { authorization: 'Bearer operator' },
  );
  expect(body.code).toBe('conflict');
});
