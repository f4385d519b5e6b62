import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toolName } from '../../src/faces/mcp/server.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';

// The official client over streamable HTTP. Over stdio it is in server.test.ts.
let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
});
afterAll(() => app.close());

async function connect(key: string, mode: 'legacy' | 'auto' = 'auto'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1/mcp'), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
    fetch: (url, init) => app.fetch(new URL(url).pathname, init),
  });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return client;
}

const call = async (client: Client, name: string, input: Record<string, unknown> = {}) => {
  const result = await client.callTool({ name, arguments: input });
  const [part] = result.content as { text: string }[];
  return { isError: result.isError ?? false, text: part?.text ?? '' };
};

test.each([
  ['auto', '2026-07-28'],
  ['legacy', '2025-11-25'],
] as const)('a client that asks for %s speaks %s', async (mode, version) => {
  const client = await connect(ada.key, mode);
  expect(client.getNegotiatedProtocolVersion()).toBe(version);
  expect((await call(client, 'projects_list')).isError).toBe(false);
});

test('every operation that is a tool is listed, with its schema', async () => {
  const { tools } = await (await connect(ada.key)).listTools();
  const expected = app.app.registry.all().filter((operation) => operation.tool && !operation.flow);
  expect(tools.map(({ name }) => name).sort()).toEqual(expected.map(toolName).sort());
  for (const tool of tools) {
    expect(tool.description).toBeTruthy();
    expect(tool.inputSchema.type).toBe('object');
  }
});

test('a tool acts as its person, and nobody else', async () => {
  const made = await call(await connect(ada.key), 'projects_create', { name: 'By assistant' });
  const { id } = JSON.parse(made.text) as { id: string };
  expect((await ada.client.projects.get({ project_id: id })).name).toBe('By assistant');
  const seen = await call(await connect(bob.key), 'projects_get', { project_id: id });
  expect(seen).toMatchObject({ isError: true, text: expect.stringContaining('does not exist') });
});

test('any assistant shares one memory: remember, find, correct, replace, list, forget', async () => {
  const client = await connect(ada.key);
  const tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
  for (const name of ['search', 'create', 'list', 'update', 'delete', 'recall'])
    expect(tools.get(`memory_${name}`)?.description?.length, name).toBeGreaterThan(40);
  const made = JSON.parse(
    (await call(client, 'memory_create', { content: 'Prefers aisle seats', category: 'preference' })).text,
  );
  // Another assistant of the same person knows it; one of somebody else does not.
  const found = JSON.parse(
    (await call(await connect(ada.key), 'memory_search', { query: 'which seat on a plane?', max_tokens: 50 }))
      .text,
  );
  expect(found.items[0]).toMatchObject({ id: made.id, content: 'Prefers aisle seats' });
  expect(found.tokens_used).toBeGreaterThan(0);
  const bobs = await connect(bob.key);
  expect(JSON.parse((await call(bobs, 'memory_search', { query: 'aisle seats' })).text).items).toEqual([]);
  expect((await call(bobs, 'memory_update', { id: made.id, content: 'x' })).text).toContain('does not exist');
  expect((await call(bobs, 'memory_delete', { id: made.id })).isError).toBe(true);

  await call(client, 'memory_update', { id: made.id, content: 'Prefers aisle seats at the front' });
  const changed = JSON.parse(
    (await call(client, 'memory_create', { content: 'Prefers window seats', supersedes_id: made.id })).text,
  );
  const listed = JSON.parse((await call(client, 'memory_list', { all: true })).text);
  expect(listed.items).toMatchObject([
    { id: changed.id, supersedes_id: made.id },
    { id: made.id, content: 'Prefers aisle seats at the front', superseded_by: changed.id },
  ]);
  expect(JSON.parse((await call(client, 'memory_list', { ids: [made.id] })).text).items).toHaveLength(1);
  const refused = await call(client, 'memory_create', { content: 'My password is hunter2' });
  expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('a password') });
  for (const id of [changed.id, made.id])
    expect((await call(client, 'memory_delete', { id })).isError).toBe(false);
  expect(JSON.parse((await call(client, 'memory_list', { all: true })).text).items).toEqual([]);
});

test('errors are results that say what to do', async () => {
  const client = await connect(ada.key);
  expect(await call(client, 'projects_create', { name: '', owner: 'me' })).toEqual({
    isError: true,
    text: expect.stringMatching(/name: .* Correct the named fields/),
  });
  expect((await call(client, 'no_such_tool')).text).toContain('no_such_tool');
  expect((await call(client, 'files_search', { query: 'a\u0000b' })).isError).toBe(true);
});

test('scopes of the key hold', async () => {
  const { key } = await ada.client.auth.createKey({ name: 'reader', scopes: ['tasks:read'] });
  const client = await connect(key);
  expect((await call(client, 'projects_list')).isError).toBe(false);
  expect((await call(client, 'projects_create', { name: 'x' })).text).toContain('tasks:write');
});

test('without a key nobody connects', async () => {
  await expect(connect('ma_wrong')).rejects.toThrow(/401|not valid/i);
  const bare = await app.fetch('/mcp', { method: 'POST', body: '{}' });
  expect(bare.status).toBe(401);
});
