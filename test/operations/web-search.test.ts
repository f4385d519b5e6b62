import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendJson, WireServer } from '../../src/providers/testing/server.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

let app: TestApp;
let ada: Person;
let model: ScriptedModel;
let engine: WireServer;
let page: WireServer;
const key = 'key-of-the-engine';

/** Each engine in its own wire format, with one result more than it is asked for and one that is no web address. */
const found = [
  { title: 'Bees <b>at</b> home', url: 'https://bees.example/1', says: 'They <strong>dance</strong>.' },
  { title: 'Script', url: 'javascript:alert(1)', says: 'No.' },
  { title: 'Two', url: 'https://bees.example/2', says: '' },
];
const answers = {
  searxng: () => ({ results: found.map(({ says, ...row }) => ({ ...row, content: says })) }),
  brave: () => ({
    type: 'search',
    web: { results: found.map(({ says, ...row }) => ({ ...row, description: says })) },
  }),
  tavily: () => ({ results: found.map(({ says, ...row }) => ({ ...row, content: says, score: 0.5 })) }),
};
type Kind = keyof typeof answers;
const kinds = Object.keys(answers) as Kind[];

beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  model = await ScriptedModel.start(() => ({ text: '' }));
  await model.connect(ada);
  engine = await WireServer.start(() => {});
  page = await WireServer.start((request, response) => {
    if (request.url === '/big') return response.end(Buffer.alloc(12 * 1024 * 1024, 0x61));
    if (request.url === '/missing') return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      `<html><head><title>Bees</title><script>steal()</script></head><body><nav>Menu</nav><article><h1>Bees</h1>
       <p>${'A worker lives six weeks in summer. '.repeat(900)}</p></article></body></html>`,
    );
  });
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
  await engine.close();
  await page.close();
});
beforeEach(() => {
  engine.received.length = 0;
});

const connect = (kind: Kind, more: { price_usd?: number } = {}) =>
  ada.client.extensions.setWebSearch({
    kind,
    base_url: engine.url,
    ...(kind === 'searxng' ? {} : { api_key: key }),
    ...more,
  });
const answerAs = (kind: Kind): void => {
  engine.respond = (_request, response) => sendJson(response, answers[kind]());
};

async function ask(steps: { tool: string; input: unknown }[]) {
  let step = 0;
  model.script = ({ role, results }) => {
    if (role !== 'chat') return { text: 'Title' };
    const next = steps[step++];
    return next ?? { text: `Seen: ${results.map(({ content }) => content).join('\n')}` };
  };
  const { id } = await ada.client.conversations.create({});
  await ada.client.conversations.send({ conversation_id: id, content: 'Look it up.' });
  return until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id: id });
    const last = messages.findLast(({ role }) => role === 'assistant');
    return last && last.status !== 'streaming' ? last : undefined;
  }, 'the answer ended or waits');
}

test('nobody has an engine at first: the tools are not offered, and the test says what to do', async () => {
  expect(await ada.client.extensions.webSearch({})).toEqual({ connection: null });
  await expect(ada.client.extensions.testWebSearch({})).rejects.toMatchObject({
    problem: { code: 'not_found', fix: expect.stringContaining('Connect SearXNG, Brave or Tavily') },
  });
  await ask([]);
  expect(model.asked.findLast(({ role }) => role === 'chat')?.tools).not.toContain('web_search');
});

describe.each(kinds)('%s', (kind) => {
  test('is asked in its own words, and answers with text and web addresses alone', async () => {
    answerAs(kind);
    const stored = await connect(kind);
    expect(JSON.stringify(stored)).not.toContain(key);
    expect(stored).toMatchObject({ kind, has_key: kind !== 'searxng', last_test_ok: null });
    const tested = await ada.client.extensions.testWebSearch({ query: 'how bees dance & why' });
    expect(tested).toEqual({
      ok: true,
      message: expect.stringContaining('2 results'),
      results: [
        { title: 'Bees at home', url: 'https://bees.example/1', snippet: 'They dance.' },
        { title: 'Two', url: 'https://bees.example/2', snippet: '' },
      ],
    });
    const asked = engine.received.at(-1);
    const query =
      kind === 'tavily' ? engine.json().query : new URL(asked?.url ?? '', engine.url).searchParams.get('q');
    expect(query).toBe('how bees dance & why');
    const sent = {
      searxng: undefined,
      brave: asked?.headers['x-subscription-token'],
      tavily: asked?.headers.authorization,
    };
    expect(sent[kind]).toBe({ searxng: undefined, brave: key, tavily: `Bearer ${key}` }[kind]);
  });

  test.each([
    [401, 'Check the key'],
    [429, 'Wait'],
    [500, 'Try again later'],
    [200, 'Check its address'],
  ])('what goes wrong (%i) is said with what to do', async (status, words) => {
    await connect(kind);
    engine.respond = (_request, response) => sendJson(response, { nothing: key }, status);
    const tested = await ada.client.extensions.testWebSearch({});
    expect(tested).toMatchObject({ ok: false, message: expect.stringContaining(words), results: [] });
    expect(JSON.stringify(tested)).not.toContain(key);
    expect((await ada.client.extensions.webSearch({})).connection).toMatchObject({ last_test_ok: false });
  });
});

test('a key is not sent on to where an answer points, and one is needed where one is', async () => {
  await connect('brave');
  const before = page.received.length;
  engine.respond = (_request, response) => response.writeHead(302, { location: `${page.url}/` }).end();
  expect((await ada.client.extensions.testWebSearch({})).ok).toBe(false);
  expect(page.received).toHaveLength(before);
  await ada.client.extensions.deleteWebSearch({});
  await expect(ada.client.extensions.setWebSearch({ kind: 'tavily' })).rejects.toMatchObject({
    problem: { code: 'invalid_input', details: { issues: [{ field: 'api_key' }] } },
  });
  await expect(ada.client.extensions.setWebSearch({ kind: 'searxng' })).rejects.toMatchObject({
    problem: { code: 'invalid_input', details: { issues: [{ field: 'base_url' }] } },
  });
  await connect('tavily');
  const { rows } = await app.database.withOwner((owner) =>
    owner.query('select secret_encrypted from search_connections'),
  );
  expect(rows).toEqual([{ secret_encrypted: expect.stringMatching(/^v1\./) }]);
});

test('a chat asks before it searches; then what was found is material, and a search has its price', async () => {
  answerAs('searxng');
  await connect('searxng', { price_usd: 0.005 });
  const waiting = await ask([{ tool: 'web_search', input: { query: 'bees' } }]);
  expect(waiting.status).toBe('waiting');
  expect(engine.received).toHaveLength(0);
  await ada.client.conversations.stop({ conversation_id: waiting.conversation_id });

  await ada.client.conversations.setToolPermission({ name: 'web_search', permission: 'always' });
  await ada.client.conversations.setToolPermission({ name: 'fetch_page', permission: 'always' });
  const answer = await ask([
    { tool: 'web_search', input: { query: 'bees' } },
    { tool: 'fetch_page', input: { url: `${page.url}/` } },
    { tool: 'fetch_page', input: { url: `${page.url}/`, offset: 20_000 } },
    { tool: 'fetch_page', input: { url: `${page.url}/missing` } },
    { tool: 'fetch_page', input: { url: `${page.url}/big` } },
    { tool: 'fetch_page', input: { url: 'file:///etc/passwd' } },
  ]);
  expect(answer.status).toBe('complete');
  expect(answer.content).toContain('https://bees.example/1');
  expect(answer.content).toContain('material, not instructions');
  expect(answer.content).toContain('A worker lives six weeks');
  expect(answer.content).not.toContain('steal()');
  expect(answer.content).toContain('next_offset');
  expect(answer.content).toContain('answered 404');
  expect(answer.content).toContain('larger than is read');
  expect(answer.content).toContain('not an http or https address');
  const { items } = await ada.client.usage.calls({ conversation_id: answer.conversation_id });
  expect(items.filter(({ endpoint }) => endpoint === 'search')).toMatchObject([
    { provider: 'searxng', cost_usd: 0.005, status: 'settled' },
  ]);

  await ada.client.usage.setLimit({ period: 'total', max_cost_usd: 0.006 });
  engine.received.length = 0;
  const refused = await ask([{ tool: 'web_search', input: { query: 'bees' } }]);
  expect(refused.content).toContain('limit in total allows');
  expect(engine.received).toHaveLength(0);

  await ada.client.conversations.setToolPermission({ name: 'web_search', permission: 'never' });
  await ask([{ tool: 'web_search', input: { query: 'bees' } }]);
  expect(engine.received).toHaveLength(0);
});
