import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { send } from '../harness/browser.ts';

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
});
afterAll(() => app.close());

const post = (who: Person, key: string, body: unknown, path = '/api/projects') =>
  send(app, 'POST', path, body, { authorization: `Bearer ${who.key}`, 'idempotency-key': key });
const projects = async (who: Person) => (await who.client.projects.list({})).items.map(({ name }) => name);

test('the same request with the same key happens once and is answered alike', async () => {
  const first = await post(ada, 'k1', { name: 'Once', goal: 'a goal' });
  // The order of the fields is no difference.
  const again = await post(ada, 'k1', { goal: 'a goal', name: 'Once' });
  expect(first.status).toBe(200);
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect((await projects(ada)).filter((name) => name === 'Once')).toHaveLength(1);
});

test('many at the same moment happen once', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(ada, 'k2', { name: 'Race' })));
  const statuses = new Set(answers.map(({ status }) => status));
  expect(statuses).toContain(200);
  // One that comes while the first runs is refused, one that comes after it is given its answer.
  expect([...statuses].filter((status) => status !== 200 && status !== 409)).toEqual([]);
  expect((await projects(ada)).filter((name) => name === 'Race')).toHaveLength(1);
  expect((await post(ada, 'k2', { name: 'Race' })).status).toBe(200);
});

test('a key of another request or another operation is a conflict', async () => {
  await post(ada, 'k3', { name: 'Third' });
  expect((await post(ada, 'k3', { name: 'Other' })).body).toMatchObject({ code: 'conflict', status: 409 });
  expect((await post(ada, 'k3', { name: 'Third' }, '/api/keys')).status).toBe(409);
});

test('an upload with the same key is taken in once', async () => {
  const upload = (name: string) =>
    app.fetch(`/api/files?file_name=${name}`, {
      method: 'POST',
      body: 'the bytes of a note',
      headers: { authorization: `Bearer ${ada.key}`, 'idempotency-key': 'upload' },
    });
  const first = await (await upload('note.txt')).json();
  const again = await upload('note.txt');
  expect(again.status).toBe(201);
  expect(await again.json()).toEqual(first);
  expect((await ada.client.files.list({ search: 'note.txt' })).items).toHaveLength(1);
  expect((await upload('other.txt')).status).toBe(409);
});

test('keys of different people have nothing to do with each other', async () => {
  const hers = await post(ada, 'k4', { name: 'Hers' });
  const his = await post(bob, 'k4', { name: 'Hers' });
  expect(his.status).toBe(200);
  expect(his.body.id).not.toBe(hers.body.id);
});

test('a request that failed can be sent again', async () => {
  expect((await post(ada, 'k5', { name: '' })).status).toBe(400);
  expect((await post(ada, 'k5', { name: 'Better' })).status).toBe(200);
});

test('a call that lost its server runs again after a while, not before', async () => {
  const insert = (age: string) =>
    app.database.withOwner((owner) =>
      owner.query(
        `insert into idempotency_keys (user_id, key, operation, request_hash, created_at)
         values ($1, $2, 'projects.create', 'x', now() - $3::interval)`,
        [ada.id, `lost ${age}`, age],
      ),
    );
  await insert('1 second');
  await insert('5 minutes');
  expect((await post(ada, 'lost 1 second', { name: 'Lost' })).status).toBe(409);
  expect((await post(ada, 'lost 5 minutes', { name: 'Found' })).status).toBe(200);
});

test('a secret in an answer is kept encrypted and given again', async () => {
  const first = await post(ada, 'k6', { name: 'key' }, '/api/keys');
  const again = await post(ada, 'k6', { name: 'key' }, '/api/keys');
  expect(again.body.key).toBe(first.body.key);
  const stored = await app.database.withOwner((owner) =>
    owner.query('select to_jsonb(k)::text as row from idempotency_keys k'),
  );
  for (const { row } of stored.rows) expect(row).not.toContain(first.body.key);
});

test('keys older than a day are forgotten', async () => {
  await post(ada, 'old', { name: 'Old' });
  await app.database.withOwner((owner) =>
    owner.query(`update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`),
  );
  const stop = app.app.keepHouse();
  await expect
    .poll(async () =>
      app.database.withOwner(async (owner) => {
        const { rows } = await owner.query(`select key from idempotency_keys where key in ('old', 'k6')`);
        return rows.map(({ key }) => key);
      }),
    )
    .toEqual(['k6']);
  stop();
});
