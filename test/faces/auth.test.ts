import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type Person, password, type TestApp } from '../harness/app.ts';
import { Browser, send } from '../harness/browser.ts';

let app: TestApp;
let root: Person;
let bob: Person;
let addresses = 0;
const browser = () => new Browser(app, `192.0.2.${++addresses}`);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

beforeAll(async () => {
  app = await openTestApp({ META_AGENT_TRUST_PROXY: 'true' });
});
afterAll(() => app.close());

const profile = { email: 'root@example.org', password, name: 'Root' };

test('the set-up link makes one administrator, once', async () => {
  const token = await app.app.auth.setupToken();
  const page = browser();
  expect((await page.call('GET', '/api/auth/status')).body).toMatchObject({ needs_setup: true, user: null });
  expect((await page.call('POST', '/api/auth/setup', { ...profile, token: 'guess' })).status).toBe(403);
  const made = await page.call('POST', '/api/auth/setup', { ...profile, token });
  expect(made.body.user).toMatchObject({ email: profile.email, role: 'super_admin' });
  expect((await browser().call('POST', '/api/auth/setup', { ...profile, token })).status).toBe(409);
  expect(await app.app.auth.setupToken()).toBeUndefined();
  root = {
    ...(await app.person('helper@example.org')),
    id: made.body.user.id,
    email: profile.email,
  };
  root.key = (await page.call('POST', '/api/keys', { name: 'tests' })).body.key;
  bob = await app.person('bob@example.org');
});

describe('browser sessions', () => {
  test('a cookie is HttpOnly and SameSite, and Secure behind https', async () => {
    const answer = await browser().signIn(bob.email, password);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly/);
    expect(answer.headers.get('set-cookie')).toMatch(/SameSite=Lax/);
    const secured = await openTestApp({ META_AGENT_PUBLIC_URL: 'https://agents.example.org' });
    try {
      const { email } = await secured.person('ann@example.org');
      const { headers } = await send(secured, 'POST', '/api/auth/sign-in', { email, password });
      expect(headers.get('set-cookie')).toMatch(/Secure/);
    } finally {
      await secured.close();
    }
  });

  test('a change needs the CSRF token; a look does not', async () => {
    const page = browser();
    await page.signIn(bob.email, password);
    const wrong = { 'x-csrf-token': 'guess' };
    expect((await page.call('GET', '/api/projects', undefined, wrong)).status).toBe(200);
    const refused = await page.call('POST', '/api/projects', { name: 'p' }, wrong);
    expect(refused.body).toMatchObject({ code: 'forbidden', fix: expect.any(String) });
    expect((await page.call('POST', '/api/projects', { name: 'p' })).status).toBe(200);
    expect((await page.call('POST', '/api/files?file_name=a.md', 'text', wrong)).status).toBe(403);
    expect((await page.call('POST', '/mcp', {}, wrong)).status).toBe(403);
  });

  test('another site can neither sign anybody in nor set up', async () => {
    const page = browser();
    const cross = { 'sec-fetch-site': 'cross-site' };
    const body = { email: bob.email, password };
    expect((await page.call('POST', '/api/auth/sign-in', body, cross)).status).toBe(403);
  });

  test('sign-out ends one browser, or all of them', async () => {
    const [one, two, three] = [browser(), browser(), browser()];
    for (const page of [one, two, three]) await page.signIn(bob.email, password);
    expect((await one.call('POST', '/api/auth/sign-out', {})).status).toBe(200);
    expect((await one.call('GET', '/api/projects')).status).toBe(401);
    expect((await two.call('GET', '/api/projects')).status).toBe(200);
    await two.call('POST', '/api/auth/sign-out', { everywhere: true });
    expect((await three.call('GET', '/api/projects')).status).toBe(401);
  });

  test('a listed browser can be signed out from another', async () => {
    const [one, two] = [browser(), browser()];
    await one.signIn(bob.email, password);
    await two.signIn(bob.email, password);
    const { items } = (await one.call('GET', '/api/auth/sessions')).body;
    const other = items.find((session: { current: boolean }) => !session.current);
    expect((await one.call('DELETE', `/api/auth/sessions/${other.id}`)).status).toBe(200);
    expect((await two.call('GET', '/api/projects')).status).toBe(401);
    expect((await one.call('GET', '/api/projects')).status).toBe(200);
  });

  test('a new password ends every other session and takes effect', async () => {
    const { email } = await app.person('changer@example.org');
    const [one, two] = [browser(), browser()];
    await one.signIn(email, password);
    await two.signIn(email, password);
    const change = { current_password: password, new_password: 'another long password' };
    const wrong = await one.call('POST', '/api/auth/password', { ...change, current_password: 'nope' });
    expect(wrong.status).toBe(401);
    expect((await one.call('POST', '/api/auth/password', change)).status).toBe(200);
    expect((await one.call('GET', '/api/projects')).status).toBe(200);
    expect((await two.call('GET', '/api/projects')).status).toBe(401);
    expect((await browser().signIn(email, password)).status).toBe(401);
    expect((await browser().signIn(email, change.new_password)).status).toBe(200);
  });
});

describe('guessing', () => {
  test('wrong passwords lock the account, from wherever they come', async () => {
    const { email } = await app.person('locked@example.org');
    for (let i = 0; i < 10; i++) expect((await browser().signIn(email, 'wrong')).status).toBe(401);
    const locked = await browser().signIn(email, password);
    expect(locked.body).toMatchObject({ code: 'locked', status: 423 });
    await app.database.withOwner((owner) =>
      owner.query(`update users set locked_until = now() - interval '1 second' where email = $1`, [email]),
    );
    expect((await browser().signIn(email, password)).status).toBe(200);
  });

  test('an unknown address is answered like a wrong password', async () => {
    const [unknown, wrong] = [
      await browser().signIn('nobody@example.org', 'wrong'),
      await browser().signIn(bob.email, 'wrong'),
    ];
    expect(unknown.body).toEqual(wrong.body);
  });

  test('one network address gets a limited number of tries, whatever it claims to forward', async () => {
    const statuses = [];
    for (let i = 0; i < 31; i++)
      statuses.push(
        (
          await browser().call(
            'POST',
            '/api/auth/sign-in',
            { email: `guess${i}@example.org`, password: 'wrong' },
            { 'x-forwarded-for': `198.51.100.${i}, 203.0.113.9` },
          )
        ).status,
      );
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(401));
    expect(statuses[30]).toBe(429);
  });
});

describe('API keys', () => {
  const key = async (scopes: string[]) =>
    (await send(app, 'POST', '/api/keys', { name: 'k', scopes }, bearer(bob.key))).body;

  test('a key does what its scopes say and nothing else', async () => {
    const { key: reader } = await key(['tasks:read']);
    expect((await send(app, 'GET', '/api/projects', undefined, bearer(reader))).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/api/projects', { name: 'p' }],
      ['GET', '/api/files', undefined],
      ['POST', '/api/files?file_name=a.md', 'text'],
      ['GET', '/api/memory', undefined],
      ['GET', '/api/keys', undefined],
      ['POST', '/api/providers', { kind: 'ollama', name: 'mine' }],
      ['PATCH', '/api/auth/profile', { name: 'Mallory' }],
      ['POST', '/api/auth/sign-out', { everywhere: true }],
    ] as const) {
      const { body: problem } = await send(app, method, path, body, bearer(reader));
      expect(problem, `${method} ${path}`).toMatchObject({ code: 'forbidden', fix: expect.any(String) });
    }
  });

  test('a key gives away no more than it has', async () => {
    const { key: maker } = await key(['api:keys', 'tasks:read']);
    const ask = (scopes: string[]) => send(app, 'POST', '/api/keys', { name: 'k', scopes }, bearer(maker));
    expect((await ask(['*'])).status).toBe(403);
    expect((await ask(['tasks:write'])).status).toBe(403);
    expect((await ask(['tasks:read'])).status).toBe(200);
  });

  test('a key makes as many requests a minute as it allows; the person’s others go on', async () => {
    const { body } = await send(app, 'POST', '/api/keys', { name: 'slow', rate_limit: 3 }, bearer(bob.key));
    expect(body.api_key).toMatchObject({ rate_limit: 3 });
    const ask = (by: string) => send(app, 'GET', '/api/projects', undefined, bearer(by));
    const answers = [];
    for (let request = 0; request < 4; request++) answers.push((await ask(body.key)).status);
    expect(answers).toEqual([200, 200, 200, 429]);
    expect((await ask(bob.key)).status).toBe(200);
    const refused = await send(app, 'POST', '/api/keys', { name: 'none', rate_limit: 0 }, bearer(bob.key));
    expect(refused.body).toMatchObject({ code: 'invalid_input' });
  });

  test('a revoked, expired or unknown key is refused', async () => {
    const { key: revoked, api_key } = await key(['*']);
    const expired = (await key(['*'])) as { key: string; api_key: { id: string } };
    expect((await send(app, 'DELETE', `/api/keys/${api_key.id}`, undefined, bearer(bob.key))).status).toBe(
      200,
    );
    await app.database.withOwner((owner) =>
      owner.query(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [
        expired.api_key.id,
      ]),
    );
    for (const bad of [revoked, expired.key, 'ma_unknown', 'nonsense', 'a.b.c'])
      expect((await send(app, 'GET', '/api/projects', undefined, bearer(bad))).body.code).toBe(
        'unauthenticated',
      );
  });
});

describe('roles', () => {
  test('users, audit and access are for administrators', async () => {
    for (const path of ['/api/users', '/api/audit', '/api/access']) {
      expect((await send(app, 'GET', path, undefined, bearer(bob.key))).status).toBe(403);
      expect((await send(app, 'GET', path, undefined, bearer(root.key))).status).toBe(200);
    }
  });

  test('an administrator makes no administrator and no key of somebody else', async () => {
    const admin = await app.person('admin@example.org');
    await send(app, 'PATCH', `/api/users/${admin.id}`, { role: 'admin' }, bearer(root.key));
    const account = { email: 'new@example.org', password };
    const create = (role: string) => send(app, 'POST', '/api/users', { ...account, role }, bearer(admin.key));
    expect((await create('super_admin')).body.code).toBe('forbidden');
    expect((await create('admin')).body.code).toBe('forbidden');
    expect((await create('user')).status).toBe(200);
    for (const who of [admin, root]) {
      const { status } = await send(app, 'POST', '/api/users/keys', { email: bob.email }, bearer(who.key));
      expect(status).toBe(403);
    }
    const promote = await send(app, 'PATCH', `/api/users/${bob.id}`, { role: 'admin' }, bearer(admin.key));
    expect(promote.status).toBe(403);
  });

  test('a suspended user is out at once, with every browser and key', async () => {
    const eve = await app.person('eve@example.org');
    const page = browser();
    await page.signIn(eve.email, password);
    const suspend = (status: string) =>
      send(app, 'PATCH', `/api/users/${eve.id}`, { status }, bearer(root.key));
    expect((await suspend('suspended')).status).toBe(200);
    expect((await page.call('GET', '/api/projects')).status).toBe(401);
    expect((await send(app, 'GET', '/api/projects', undefined, bearer(eve.key))).status).toBe(401);
    expect((await browser().signIn(eve.email, password)).body.code).toBe('forbidden');
    await suspend('active');
    expect((await browser().signIn(eve.email, password)).status).toBe(200);
  });

  test('the last super_admin cannot lock everybody out', async () => {
    for (const change of [{ role: 'user' }, { status: 'suspended' }]) {
      const { body } = await send(app, 'PATCH', `/api/users/${root.id}`, change, bearer(root.key));
      expect(body).toMatchObject({ code: 'invalid_input', detail: expect.stringContaining('last active') });
    }
  });

  test('what happened is in the audit log', async () => {
    const { body } = await send(app, 'GET', '/api/audit?limit=200', undefined, bearer(root.key));
    const seen = new Set(
      body.items.map(
        (event: { event_type: string; success: boolean; failure_reason: string | null }) =>
          `${event.event_type} ${event.failure_reason ?? event.success}`,
      ),
    );
    for (const event of [
      'user_created true',
      'sign_in true',
      'sign_in wrong password',
      'sign_in unknown address',
      'sign_in locked',
      'sign_in suspended',
      'sign_out true',
      'sign_out_everywhere true',
      'password_changed true',
      'key_created true',
      'key_revoked true',
      'user_changed true',
    ])
      expect(seen).toContain(event);
  });
});

test('a request for another host is refused', async () => {
  const { app: product } = app;
  for (const host of ['evil.example', 'evil.example:3100', '127.0.0.1.evil.example', ''])
    expect((await product.createHttp().request('/healthz', { headers: { host } })).status).toBe(403);
  for (const host of ['localhost:3100', '127.0.0.1:3100', '[::1]:3100', 'LOCALHOST'])
    expect((await product.createHttp().request('/healthz', { headers: { host } })).status).toBe(200);
});
