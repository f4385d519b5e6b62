import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScriptedModel } from '../harness/model.ts';
import { admin, openTestServer, type TestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';

// The program itself: a server process, and commands beside it.
let server: TestServer;
let model: ScriptedModel;
/** What the server printed before it was killed. */
let log = '';
const onPostgres = Boolean(process.env.META_AGENT_TEST_DATABASE_URL);
beforeAll(async () => {
  server = await openTestServer({
    settings: { META_AGENT_LOG_LEVEL: 'debug', META_AGENT_LEASE_SECONDS: '2' },
  });
  model = await ScriptedModel.start(() => ({ text: 'An answer.' }));
}, 120_000);
afterAll(async () => {
  await server.close();
  await model.close();
});

const withKey = () => ({ META_AGENT_KEY: server.key });

test('commands work beside the running server', async () => {
  const user = await server.run(
    'user',
    'create',
    '--email',
    'eve@example.org',
    '--password',
    'a long enough password',
  );
  expect(user).toMatchObject({ code: 0 });
  expect(JSON.parse(user.stdout)).toMatchObject({ email: 'eve@example.org', role: 'user' });
  const again = await server.run(
    'user',
    'create',
    '--email',
    'eve@example.org',
    '--password',
    'a long enough password',
  );
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/error: .+\nfix: /);

  const short = await server.run('user', 'create', '--email', 'x@example.org', '--password', 'short');
  expect(short.code).toBe(3);
  expect(short.stderr).toContain('12 characters');

  const key = await server.run(
    'key',
    'create',
    '--email',
    'eve@example.org',
    '--scopes',
    'tasks:read,tasks:write',
  );
  const made = JSON.parse(key.stdout) as { key: string; api_key: { scopes: string[] } };
  expect(made.api_key.scopes).toEqual(['tasks:read', 'tasks:write']);
  const withEve = { META_AGENT_KEY: made.key };
  const called = await server.runWith(withEve, 'call', 'projects.create', '--input', '{"name":"By command"}');
  expect(JSON.parse(called.stdout)).toMatchObject({ name: 'By command' });
  const listed = await server.runWith(withEve, 'projects', 'list', '--limit', '1');
  expect(JSON.parse(listed.stdout).items).toHaveLength(1);

  expect((await server.runWith(withEve, 'call', 'files.list')).code).toBe(5);
  expect((await server.run('call', 'projects.list')).code).toBe(5);
  expect((await server.run('call', 'no.such')).code).toBe(1);
  const broken = await server.run('call', 'projects.list', '--input', '{');
  expect(broken.code).toBe(3);
  expect(broken.stderr).not.toContain('    at ');
  const flow = await server.runWith(withEve, 'call', 'projects.events', '--input', '{}');
  expect(flow.code).not.toBe(0);
  expect(flow.stderr).not.toContain('    at ');
}, 120_000);

test('the doctor finds nothing wrong, and one folder has one owner', async () => {
  const doctor = await server.run('doctor');
  expect(doctor.stdout).not.toMatch(/^fail/m);
  expect(doctor.code).toBe(0);
  if (onPostgres) return;
  for (const command of [
    ['start', '--port', '0'],
    ['db', 'verify'],
    ['db', 'deploy'],
  ])
    expect(await server.run(...command)).toMatchObject({ code: 1, stderr: expect.stringContaining('fix: ') });
}, 60_000);

test('a file of 200 MB is refused while it comes, and the answer arrives', async () => {
  const status = await new Promise<number>((resolve, reject) => {
    const upload = request(
      `${server.url}/api/files?file_name=big.txt`,
      { method: 'POST', headers: { authorization: `Bearer ${server.key}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    upload.on('error', reject);
    const chunk = Buffer.alloc(1024 * 1024, 65);
    let sent = 0;
    const more = () => {
      while (sent++ < 200) if (!upload.write(chunk)) return void upload.once('drain', more);
      upload.end();
    };
    more();
  });
  expect(status).toBe(413);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
}, 60_000);

test('a server that dies in the middle of an answer goes on with it', async () => {
  await server.client.settings.createProvider({
    kind: 'openai-compatible',
    name: 'Slow',
    base_url: model.url,
    api_key: 'sk-scripted',
    models: { sonnet: 'm' },
  });
  const words = Array.from({ length: 30 }, (_, index) => `w${index} `);
  model.script = () => ({ slowly: words, everyMs: 100 });
  const { id: conversation_id } = await server.client.conversations.create({});
  const { assistant_message } = await server.client.conversations.send({ conversation_id, content: 'Go' });
  const look = async () =>
    (await server.client.conversations.get({ conversation_id })).messages.find(
      ({ id }) => id === assistant_message.id,
    );
  await until(async () => ((await look())?.content.length ?? 0) > 5, 'it has begun');
  log += server.output();
  await server.kill();
  await server.start();
  const ended = await until(async () => {
    const message = await look();
    return message?.status === 'streaming' ? undefined : message;
  }, 'the answer has ended');
  expect(ended).toMatchObject({ status: 'complete', content: words.join('') });
}, 120_000);

test('the log tells nothing secret', () => {
  log += server.output();
  expect(log).toContain('is running at');
  for (const secret of [server.key, admin.password, 'sk-scripted']) expect(log).not.toContain(secret);
});

test('MCP over stdio, without a server', async () => {
  await server.kill();
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({ ...server.command('mcp', withKey()), stderr: 'ignore' }) as Parameters<
      Client['connect']
    >[0],
  );
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('projects_list');
  const result = await client.callTool({ name: 'projects_create', arguments: { name: 'Over stdio' } });
  expect(result.isError).toBeFalsy();
  await client.close();
  expect(await server.run('mcp')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('META_AGENT_KEY'),
  });
}, 60_000);

test('db verify prints the access page and finds nothing missing', async () => {
  const verified = await server.run('db', 'verify', '--json');
  const result = JSON.parse(verified.stdout) as {
    ok: boolean;
    faults: string[];
    access: { table: string }[];
  };
  expect(result.faults).toEqual([]);
  expect(verified.code).toBe(0);
  expect(result.access.map(({ table }) => table)).toContain('public.meta_projects');
  expect((await server.run('db', 'deploy')).code).toBe(0);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect((await server.run('--version')).stdout.trim()).toBe(version);
}, 90_000);
