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
