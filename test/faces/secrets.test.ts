import { afterAll, beforeAll, expect, test } from 'vitest';
import { callOperation } from '../../src/operations/index.ts';
import { openTestApp, type Person, password, type TestApp } from '../harness/app.ts';
import { Browser, send } from '../harness/browser.ts';
import { ScriptedModel } from '../harness/model.ts';
import { activeProject, untilTask } from '../harness/project.ts';

// What must never come out: keys of providers, hashes, session tokens; not in an answer, an error or an event.
// The log of a real server is looked at in server.test.ts.
const providerKey = 'sk-do-not-tell-4711';
let app: TestApp;
let root: Person;
let model: ScriptedModel;

beforeAll(async () => {
  app = await openTestApp();
  root = await app.person('root@example.org');
  // A vendor that repeats the key in its error.
  model = await ScriptedModel.start(() => ({ status: 400, message: `Bad request with ${providerKey}` }));
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});

test('no secret leaves through any operation, error or event', async () => {
  const seen: string[] = [];
  const page = new Browser(app, '192.0.2.1');
  await page.signIn(root.email, password);
  const connection = await root.client.settings.createProvider({
    kind: 'openai-compatible',
    name: 'Leaky',
    base_url: model.url,
    api_key: providerKey,
    models: { sonnet: 'm' },
  });
  seen.push(JSON.stringify(await root.client.settings.testProvider({ id: connection.id })));
  const { project_id, workstream_id } = await activeProject(root, 'Leaks');
  const events = new AbortController();
  const told: unknown[] = [];
  const following = (async () => {
    for await (const event of root.client.projects.events({ project_id }, { signal: events.signal }))
      told.push(event);
  })().catch(() => {});
  const { id } = await root.client.projects.createTask({ workstream_id, title: 'Leak' });
  const task = await untilTask(root, id, ['blocked']);
  expect(task.last_error).toContain('Bad request with ***');

  const principal = await app.app.authenticator.bearer(root.key);
  for (const operation of app.app.registry.all().filter(({ method, flow }) => method === 'GET' && !flow)) {
    const input = Object.fromEntries(
      Object.entries({ id, project_id, query: 'leak' }).filter(([field]) => field in operation.input.shape),
    );
    const answer = await Promise.resolve()
      .then(() => callOperation(operation, { principal, signal: events.signal }, input))
      .catch((error: Error) => ({ ...error, message: error.message }));
    seen.push(JSON.stringify(answer));
  }
  seen.push(
    JSON.stringify(await send(app, 'GET', '/api/projects', undefined, { authorization: 'Bearer ma_x' })),
  );
  events.abort();
  await following;
  expect(told.length).toBeGreaterThan(0);
  seen.push(JSON.stringify(told));

  const secrets = await app.database.withOwner(async (owner) => {
    const { rows } = await owner.query(`
      select password_hash as secret from users where password_hash is not null
      union all select token_hash from sessions union all select csrf_secret from sessions
      union all select key_hash from api_keys
      union all select secret_encrypted from model_providers where secret_encrypted is not null`);
    return rows.map(({ secret }) => secret as string);
  });
  expect(secrets.length).toBeGreaterThan(4);
  const cookie = page.cookie.split('=')[1] ?? '';
  for (const secret of [providerKey, password, root.key, cookie, ...secrets])
    expect(seen.join('\n').includes(secret), secret.slice(0, 12)).toBe(false);
});
