import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { send } from '../harness/browser.ts';

// Whatever is sent, the answer is a problem with a code, a sentence and a fix, and nothing is lost.
let app: TestApp;
let ada: Person;
let project_id: string;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  project_id = (await ada.client.projects.create({ name: 'Kept', goal: 'Stay as I am' })).id;
});
afterAll(() => app.close());

const call = async (method: string, path: string, body?: unknown) =>
  send(app, method, path, body, { authorization: `Bearer ${ada.key}`, 'content-type': 'application/json' });

async function refused(answer: Awaited<ReturnType<typeof call>>, status: number, code: string) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: `urn:meta-agent:problem:${code}`,
    status,
    code,
    detail: expect.stringMatching(/\.$/),
    fix: expect.stringMatching(/\.$/),
  });
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).not.toMatch(/select |insert |pg_|node_modules|\.ts:/i);
}

describe('a request body', () => {
  test.each<[string, string]>([
    ['broken', '{"name": "x"'],
    ['a list', '[1, 2]'],
    ['a number', '12'],
    ['null', 'null'],
    ['a text', '"name"'],
    ['HTML', '<html></html>'],
    ['deep', '['.repeat(100_000)],
  ])('that is %s is refused', async (_name, body) => {
    await refused(await call('POST', '/api/projects', body), 400, 'invalid_input');
  });

  test('in broken UTF-8 is refused', async () => {
    const response = await app.fetch('/api/projects', {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.key}`, 'content-type': 'application/json' },
      body: Buffer.from([...Buffer.from('{"name":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_input', detail: /JSON/ });
  });

  test('larger than 4 MB is refused, declared or not', async () => {
    const large = JSON.stringify({ name: 'x', goal: 'y'.repeat(5 * 1024 * 1024) });
    await refused(await call('POST', '/api/projects', large), 413, 'too_large');
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
        if (sent > 512 * 1024 * 1024) controller.close();
      },
    });
    const response = await app.fetch('/api/projects', {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.key}` },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });
});

describe('a field', () => {
  test('that is unknown is named', async () => {
    const answer = await call('POST', '/api/projects', { name: 'x', owner_id: ada.id });
    await refused(answer, 400, 'invalid_input');
    expect(answer.body.details.issues).toEqual([{ field: 'owner_id', message: expect.any(String) }]);
  });

  test('of a wrong type is named, all of them at once', async () => {
    const answer = await call('POST', '/api/projects', { name: 7, goal: ['x'] });
    await refused(answer, 400, 'invalid_input');
    expect(answer.body.details.issues.map(({ field }: { field: string }) => field)).toEqual(['name', 'goal']);
  });

  test.each<[string, string, string, Record<string, unknown>]>([
    ['NUL in a name', 'POST', '/api/projects', { name: 'a\u0000b' }],
    ['NUL in a fact', 'POST', '/api/memory', { content: 'a\u0000b' }],
    [
      'an infinite number',
      'POST',
      '/api/memory',
      { content: 'x', importance_score: Number.POSITIVE_INFINITY },
    ],
    [
      'a huge number',
      'PUT',
      '/api/projects/PROJECT/budgets/opus',
      { allocated_tokens: 1e300, allocated_cost: null },
    ],
    [
      'too much money',
      'PUT',
      '/api/projects/PROJECT/budgets/opus',
      { allocated_tokens: null, allocated_cost: 1e300 },
    ],
    [
      'a negative number',
      'PUT',
      '/api/projects/PROJECT/budgets/opus',
      { allocated_tokens: -1, allocated_cost: 0 },
    ],
    [
      'an unknown tier',
      'PUT',
      '/api/projects/PROJECT/budgets/best',
      { allocated_tokens: 1, allocated_cost: 0 },
    ],
    ['a goal of 1 MB', 'PATCH', '/api/projects/PROJECT', { goal: 'x'.repeat(1024 * 1024) }],
    ['a name of spaces', 'PATCH', '/api/projects/PROJECT', { name: '   ' }],
  ])('with %s is refused', async (_name, method, path, body) => {
    await refused(await call(method, path.replace('PROJECT', project_id), body), 400, 'invalid_input');
  });

  test.each<[string, string]>([
    ['an id that is none', '/api/projects/1; drop table meta_projects'],
    ['an id with broken percent signs', '/api/projects/%E0%A4%A'],
    ['a cursor that is none', '/api/projects?cursor=%00%ff'],
    [
      'a cursor with a wrong id',
      `/api/projects?cursor=${Buffer.from('["2020-01-01","x"]').toString('base64url')}`,
    ],
    [
      'a cursor beyond time',
      `/api/projects?cursor=${Buffer.from('["+275760-09-13T00:00:00Z","x"]').toString('base64url')}`,
    ],
    ['a limit of nothing', '/api/projects?limit=0'],
    ['a limit of everything', '/api/projects?limit=1e9'],
    ['a limit given twice', '/api/projects?limit=1&limit=2'],
    ['a status that is none', '/api/projects?status=lost'],
    ['an unknown filter', '/api/projects?owner=me'],
    ['NUL in a search', '/api/files/search?query=a%00b'],
    ['a position beyond everything', '/api/tasks/00000000-0000-4000-8000-000000000000/steps?after=1e30'],
  ])('with %s is refused', async (_name, path) => {
    await refused(await call('GET', path), 400, 'invalid_input');
  });

  test('text of every script is kept as it is', async () => {
    const name = 'Ünïcode 漢字 🧪 ‏עברית\u202Eabc ";drop table--';
    const made = await ada.client.projects.create({ name });
    expect((await ada.client.projects.get({ project_id: made.id })).name).toBe(name);
  });

  test('with half a character is kept with its replacement', async () => {
    const answer = await call('POST', '/api/projects', '{"name":"half \\ud83e"}');
    expect(answer.body.name).toBe('half \ufffd');
  });
});

describe('a path', () => {
  test('that does not exist answers with a problem', async () => {
    await refused(await call('GET', '/api/nothing'), 404, 'not_found');
    await refused(await call('DELETE', '/api/projects'), 404, 'not_found');
    await refused(await call('GET', '/api/files/not-an-id/content'), 404, 'not_found');
  });

  test('of the console gives a page or nothing, and never a file beside it', async () => {
    for (const path of [
      '/%E0%A4%A',
      '/..%2f..%2fpackage.json',
      '/assets/..%2f..%2f..%2fpackage.json',
      '/%00',
    ])
      expect(await (await app.fetch(path)).text(), path).not.toContain('"meta-agent"');
  });
});

describe('dependencies', () => {
  test('a cycle is refused and its path named by titles', async () => {
    const { client } = ada;
    const { id: workstream_id } = await client.projects.createWorkstream({ project_id, name: 'W' });
    const add = async (title: string, depends_on: string[] = []) =>
      (await client.projects.createTask({ workstream_id, title, depends_on })).id;
    const dig = await add('Dig');
    const lay = await add('Lay', [dig]);
    const build = await add('Build', [lay]);
    const answer = await call('PUT', `/api/tasks/${dig}/dependencies/${build}`, {});
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_input', fix: expect.any(String) });
    expect(answer.body.detail).toContain('Dig -> Build -> Lay -> Dig');
    expect(answer.body.details.path).toEqual([dig, build, lay, dig]);
    expect((await call('PUT', `/api/tasks/${dig}/dependencies/${dig}`, {})).status).toBe(400);
    const { tasks } = await client.projects.graph({ project_id });
    expect(tasks.find(({ id }) => id === dig)?.depends_on).toEqual([]);
  });
});

test('nothing was lost', async () => {
  expect(await ada.client.projects.get({ project_id })).toMatchObject({ name: 'Kept', goal: 'Stay as I am' });
  expect((await app.fetch('/readyz')).status).toBe(200);
});
