import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { startMcpServer } from '../harness/mcp-server.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// MCP servers, functions, skills and queries: added by a person, used by the model in their chats, and by nobody else.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp({ META_AGENT_MCP_COMMANDS: 'node' });
  await app.person('root@example.org');
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(() => ({ text: 'Understood.' }));
  for (const person of [ada, bob]) await model.connect(person);
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const mine = () => ada.client.extensions;

/** Has the model call one tool and say what came back. */
async function useTool(person: Person, tool: string, input: unknown): Promise<string> {
  model.script = ({ results }) => (results[0] ? { text: results[0].content } : { tool, input });
  const { id } = await person.client.conversations.create({});
  const { assistant_message } = await person.client.conversations.send({
    conversation_id: id,
    content: 'Do it.',
  });
  return until(async () => {
    const { messages } = await person.client.conversations.get({ conversation_id: id });
    const answer = messages.find((message) => message.id === assistant_message.id);
    if (answer?.status === 'waiting' && answer.approval)
      await person.client.conversations.decide({
        approval_id: answer.approval.id,
        decision: 'allowed',
        holds: 'always',
      });
    return answer?.status === 'complete' ? answer.content : undefined;
  }, 'the answer is given');
}

/** The last question of a chat; its title is asked for afterwards. */
const lastAsked = () => model.asked.findLast(({ role }) => role === 'chat');
const offered = () => lastAsked()?.tools ?? [];

describe('MCP servers', () => {
  test.each([
    ['the stateless revision', false, '2026-07-28'],
    ['an earlier revision', true, '2025-11-25'],
  ])('of %s are connected, their tools listed, called and switched off', async (_, legacyOnly, version) => {
    const server = await startMcpServer({ legacyOnly, key: 'k-1' });
    const server_id = `adder${legacyOnly ? '-old' : ''}`;
    const made = await mine().createServer({
      server_id,
      server_name: 'Adder',
      url: server.url,
      secrets: { authorization: 'Bearer k-1' },
    });
    expect(made).toMatchObject({ enabled: false, health_status: 'unknown', tools: [] });
    const { server: connected } = await mine().connectServer({ id: made.id });
    expect(connected).toMatchObject({
      enabled: true,
      health_status: 'healthy',
      health_message: `adder, MCP ${version}, 2 tools.`,
      tools: [{ name: 'add' }, { name: 'noise' }],
      secret_names: ['authorization'],
    });
    expect(JSON.stringify(connected)).not.toContain('k-1');
    expect(await useTool(ada, `${server_id}__add`, { a: 2, b: 3 })).toContain('5');
    expect(server.calls).toEqual(['Bearer k-1']);
    await mine().updateServer({ id: made.id, tools: { noise: false } });
    await useTool(ada, 'run_code', { code: '1' });
    expect(offered()).toContain(`${server_id}__add`);
    expect(offered()).not.toContain(`${server_id}__noise`);
    await useTool(bob, 'run_code', { code: '1' });
    expect(offered()).toContain('run_code');
    expect(offered().join()).not.toContain(server_id);
    await server.close();
    await mine().deleteServer({ id: made.id });
  });

  test('that fail say why, and are well again when they are', async () => {
    const server = await startMcpServer();
    server.broken = true;
    const { id } = await mine().createServer({ server_id: 'frail', server_name: 'Frail', url: server.url });
    const { server: failed } = await mine().connectServer({ id });
    expect(failed).toMatchObject({ enabled: false, health_status: 'unhealthy' });
    expect(failed.health_message).toMatch(
      /cannot be used: .*[^.]\. Check its address.* then connect again\.$/,
    );
    server.broken = false;
    expect((await mine().connectServer({ id })).server.health_status).toBe('healthy');
    await server.close();
    expect((await mine().connectServer({ id })).server.health_status).toBe('unhealthy');
    await mine().deleteServer({ id });
  });

  test('may ask for a sign-in, which belongs to whoever began it', async () => {
    const server = await startMcpServer({ signIn: true });
    const { id } = await mine().createServer({
      server_id: 'guarded',
      server_name: 'Guarded',
      url: server.url,
    });
    const { server: waiting, authorization_url } = await mine().connectServer({ id });
    expect(waiting).toMatchObject({ enabled: false, health_status: 'degraded', signed_in: false });
    const sent = await fetch(String(authorization_url), { redirect: 'manual' });
    const back = new URL(sent.headers.get('location') ?? '');
    expect(back.pathname).toBe('/settings/servers/signed-in');
    const answer = { code: back.searchParams.get('code') ?? '', state: back.searchParams.get('state') ?? '' };
    await expect(bob.client.extensions.finishSignIn(answer)).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
    await expect(mine().finishSignIn({ ...answer, state: `${id}.guess` })).rejects.toMatchObject({
      problem: { code: 'forbidden' },
    });
    expect(await mine().finishSignIn(answer)).toMatchObject({
      enabled: true,
      signed_in: true,
      health_status: 'healthy',
    });
    expect(await useTool(ada, 'guarded__add', { a: 20, b: 1 })).toContain('21');
    const { rows } = await app.database.withOwner((owner) =>
      owner.query('select secrets_encrypted from mcp_configs where id = $1', [id]),
    );
    expect(rows[0].secrets_encrypted).toMatch(/^v1\./);
    await mine().deleteServer({ id });
    await server.close();
  });

  test('over stdio run only commands that are allowed, and see nothing of our environment', async () => {
    const script = join(import.meta.dirname, '..', 'fixtures', 'mcp-stdio.mjs');
    await expect(
      mine().createServer({ server_id: 'sh', server_name: 'Shell', transport: 'stdio', command: 'sh' }),
    ).rejects.toMatchObject({ problem: { code: 'forbidden', fix: 'Use one of: node.' } });
    const { id } = await mine().createServer({
      server_id: 'local',
      server_name: 'Local',
      transport: 'stdio',
      command: 'node',
      args: [script],
      secrets: { GIVEN: 'x' },
    });
    expect((await mine().connectServer({ id })).server.health_status).toBe('healthy');
    process.env.META_AGENT_SECRET_OF_OURS = 'x';
    onTestFinished(() => {
      delete process.env.META_AGENT_SECRET_OF_OURS;
    });
    const seen = await useTool(ada, 'local__environment', {});
    expect(seen).toContain('GIVEN');
    expect(seen).not.toMatch(/META_AGENT/);
    await mine().deleteServer({ id });
  });

  test('need a web address', async () => {
    for (const url of ['file:///etc/passwd', 'nonsense', 'http://user:secret@example.org'])
      await expect(mine().createServer({ server_id: 'x', server_name: 'x', url })).rejects.toMatchObject({
        problem: { code: 'invalid_input' },
      });
  });
});

describe('functions', () => {
  const double = {
    name: 'double_it',
    description: 'Doubles a number.',
    parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
    code: 'export default ({ n }: { n: number }) => n * 2',
  };

  test('are tried out, and called by the model with arguments that fit', async () => {
    const fn = await mine().createFunction(double);
    expect(await mine().runFunction({ id: fn.id, input: { n: 21 } })).toMatchObject({
      value: 42,
      error: null,
    });
    expect((await mine().listFunctions({})).items).toMatchObject([{ last_test_status: 'passed' }]);
    expect(await useTool(ada, 'double_it', { n: 4 })).toBe('8');
    expect(await useTool(ada, 'double_it', { n: 'four' })).toMatch(/n: .*number/i);
    await mine().updateFunction({ id: fn.id, code: 'export default () => { throw new Error("no") }' });
    expect((await mine().runFunction({ id: fn.id, input: { n: 1 } })).error).toMatch(/Error: no/);
    await mine().updateFunction({ id: fn.id, enabled: false });
    await useTool(ada, 'run_code', { code: '1' });
    expect(offered()).not.toContain('double_it');
    await expect(bob.client.extensions.runFunction({ id: fn.id, input: {} })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
    await mine().deleteFunction({ id: fn.id });
  });

  test('need a schema of an object and a name of their own', async () => {
    await expect(mine().createFunction({ ...double, parameters: { type: 'string' } })).rejects.toMatchObject({
      problem: { code: 'invalid_input' },
    });
    const { id } = await mine().createFunction(double);
    await expect(mine().createFunction(double)).rejects.toMatchObject({ problem: { code: 'conflict' } });
    await mine().deleteFunction({ id });
  });
});

describe('skills', () => {
  const text =
    '---\nname: release-notes\ndescription: Write release notes from a list of changes.\n---\n\nBegin with thanks.\n';
  const files = { 'release-notes/SKILL.md': text, 'release-notes/references/tone.md': 'Be friendly.' };

  test('are the outermost SKILL.md of a folder, without what file managers leave there', async () => {
    const skill = await mine().importSkill({
      files: {
        'release-notes/.DS_Store': '\0',
        'release-notes/a/SKILL.md': text.replace('release-notes', 'inner'),
        ...files,
      },
    });
    expect(skill).toMatchObject({ name: 'release-notes', files: ['a/SKILL.md', 'references/tone.md'] });
    await mine().deleteSkill({ id: skill.id });
  });

  test('are imported, named to the model, loaded when wanted, exported as they came', async () => {
    const skill = await mine().importSkill({ files });
    expect(skill).toMatchObject({
      name: 'release-notes',
      installed: true,
      enabled: true,
      files: ['references/tone.md'],
    });
    expect(await useTool(ada, 'load_skill', { name: 'release-notes' })).toContain('Begin with thanks.');
    expect(lastAsked()?.system).toContain('release-notes: Write release notes');
    expect(lastAsked()?.system).not.toContain('Begin with thanks.');
    expect(await useTool(ada, 'load_skill', { name: 'release-notes', path: 'references/tone.md' })).toContain(
      'friendly',
    );
    expect(await useTool(ada, 'load_skill', { name: 'release-notes', path: '../../etc/passwd' })).toMatch(
      /no path/,
    );
    expect((await mine().exportSkill({ id: skill.id })).files).toEqual({
      'SKILL.md': text,
      'references/tone.md': 'Be friendly.',
    });
    expect((await mine().importSkill({ files: { 'SKILL.md': text } })).id).toBe(skill.id);
    expect((await bob.client.extensions.listSkills({})).items).toEqual([]);
    await mine().updateSkill({ id: skill.id, visibility: 'public' });
    const [shared] = (await bob.client.extensions.listSkills({ search: 'release' })).items;
    expect(shared).toMatchObject({ installed: false, is_own: false });
    await bob.client.extensions.updateSkill({ id: skill.id, enabled: true });
    expect(await useTool(bob, 'load_skill', { name: 'release-notes' })).toContain('Begin with thanks.');
    expect((await bob.client.extensions.importSkill({ files: { 'SKILL.md': text } })).slug).not.toBe(
      skill.slug,
    );
  });

  test.each([
    ['without SKILL.md', { 'README.md': 'x' }, /no SKILL.md/],
    ['without front matter', { 'SKILL.md': 'Just text' }, /front matter/],
    ['with a bad name', { 'SKILL.md': '---\nname: Not Good\ndescription: x\n---\n' }, /name/],
    ['with YAML that unfolds', { 'SKILL.md': '---\nname: &n x\ndescription: *n\n---\n' }, /aliases/],
    ['with a path out of it', { 'SKILL.md': text, '../x': 'y' }, /no path inside/],
    ['with what is no text', { 'SKILL.md': text, 'logo.png': 'PNG\0' }, /“logo.png” is no text/],
  ])('%s are refused', async (_, files, message) => {
    await expect(mine().importSkill({ files })).rejects.toThrow(message);
  });
});

describe('queries', () => {
  const query = (sql: string, who = ada) => useTool(who, 'query_database', { sql });

  test('read what the person may see', async () => {
    await ada.client.projects.create({ name: 'Queried' });
    expect(await query("select name from meta_projects where name = 'Queried';")).toContain(
      '"name":"Queried"',
    );
    expect(await query("select name from meta_projects where name = 'Queried'", bob)).toContain('"rows":[]');
    expect(
      await query('with p as (select count(*) as n from meta_projects) select n, round(1.5) from p'),
    ).toContain('"n":');
    expect(await useTool(ada, 'describe_tables', { tables: ['meta_projects'] })).toContain('owner_id uuid');
  });

  test.each([
    'delete from meta_projects',
    'select 1; select 2',
    "select set_config('role', 'service_role', true)",
    "select set_config('request.jwt.claims', '{}', true)",
    "select pg_catalog.set_config('role', 'postgres', true)",
    'with gone as (delete from meta_projects returning *) select * from gone',
    'select * into stolen from meta_projects',
    'select * from meta_projects for update',
    'select pg_sleep(100)',
    "select query_to_xml('select 1', true, true, '')",
    'select * from pg_stat_activity',
    'select * from auth.users',
    "copy meta_projects to program 'true'",
    'select * from meta_projects) as x; drop table meta_tasks; --',
    'select 1 --',
    'do $$ begin perform 1; end $$',
    'reset role',
    'select secret_encrypted from model_providers',
  ])('%s changes nothing and reaches nothing', async (sql) => {
    const answer = await query(sql);
    if (sql === 'select 1 --') expect(answer).toContain('rows');
    else expect(answer).toMatch(/error/);
  });
});
