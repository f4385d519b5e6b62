import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Received, sendJson, WireServer } from '../../src/providers/testing/server.ts';
import { png } from '../harness/chatgpt.ts';
import { startMcpServer } from '../harness/mcp-server.ts';
import type { Asked, Reply, ScriptedModel } from '../harness/model.ts';
import { unzip, zipOf } from '../harness/zip.ts';
import { download, file, type ModelConsole, openModelConsole, startChat, textOf } from './support.ts';

// Skills, functions, MCP servers and web search, as a person sets them up and sees a chat use them.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
/** What the model does, step by step; it ends with what the last tool gave it. */
let steps: Reply[] = [];
beforeAll(async () => {
  opened = await openModelConsole(
    ({ role, results }) =>
      role === 'chat'
        ? (steps.shift() ?? { text: `It says ${results.at(-1)?.content}` })
        : { text: 'A title' },
    { META_AGENT_MCP_COMMANDS: 'node' },
  );
  ({ model, page } = opened);
});
beforeEach(() => {
  steps = [];
});
afterAll(() => opened?.close());

const answer = () => page.getByRole('article', { name: 'Answer' });
const offered = (): Asked['tools'] => model.asked.findLast(({ role }) => role === 'chat')?.tools ?? [];

/** Opens the only tool call above the answer; gives what went in and what came out. */
async function openCall(name: string): Promise<{ input: string; result: string }> {
  await page.getByText(`1 tool call: ${name}`).click();
  await page.getByText(name, { exact: true }).click();
  return {
    input: await textOf(page.getByRole('region', { name: 'tool input' })),
    result: await textOf(page.getByRole('region', { name: 'tool result' })),
  };
}

test('a skill comes in as a zip, goes out as one, comes back the same, and a chat reads it', async () => {
  await page.goto('/settings/skills');
  await page.getByText('No skills yet').waitFor();
  const zip = page.getByLabel('Zip or SKILL.md');
  await zip.setInputFiles([file('notes.zip', await zipOf({ 'README.md': 'Not a skill.' }))]);
  await page.getByText(/no SKILL\.md/).waitFor();
  const head = '---\nname: bee-check\ndescription: Looks through a hive.\n---\nRead references/frames.md.\n';
  await zip.setInputFiles([
    file(
      'bee-check.zip',
      await zipOf({ 'bee-check/SKILL.md': head, 'bee-check/references/frames.md': 'Count twelve frames.' }),
    ),
  ]);
  await page.getByText('bee-check is installed.').waitFor();
  const row = page.getByRole('listitem').filter({ hasText: 'Looks through a hive.' });
  await row.getByText('1 file', { exact: true }).waitFor();

  const exported = await download(page, row.getByRole('link', { name: 'Export bee-check as a zip' }));
  expect(exported.name).toBe('bee-check.zip');
  await row.getByRole('button', { name: 'Delete bee-check' }).click();
  await page.getByText('No skills yet').waitFor();
  await zip.setInputFiles([file(exported.name, exported.content)]);
  await row.getByText('1 file', { exact: true }).waitFor();
  await page.getByRole('switch', { name: 'Use bee-check', checked: true }).waitFor();

  steps = [{ tool: 'load_skill', input: { name: 'bee-check', path: 'references/frames.md' } }];
  await startChat(page, 'Check the hive');
  await answer()
    .getByText(/It says .*Count twelve frames/)
    .waitFor();
  expect((await openCall('Load skill')).input).toContain('references/frames.md');
  // The model is told what it is for, and nothing of what is in it until it asks.
  const told = model.asked.find(({ role }) => role === 'chat')?.system;
  expect(told).toContain('Looks through a hive.');
  expect(told).not.toContain('Read references/frames.md');

  await page.goto('/settings/skills');
  await page.getByRole('switch', { name: 'Use bee-check' }).click();
  await page.getByRole('switch', { name: 'Use bee-check', checked: false }).waitFor();
  await startChat(page, 'Check it again');
  await answer().getByText('It says').waitFor();
  expect(offered()).not.toContain('load_skill');
});

test('a skill comes in as a folder with what is text in it; a broken SKILL.md says what is wrong', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'meta-agent-skill-')), 'bee-walk');
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const bring = () => page.getByLabel('Folder of a skill').setInputFiles(folder);
  await page.goto('/settings/skills');
  put('notes.md', 'Not yet a skill.');
  await bring();
  await page.getByText('There is no SKILL.md among the files.').waitFor();
  put('SKILL.md', 'Walk along the hives.');
  await bring();
  await page.getByText('SKILL.md does not begin with front matter between lines of ---.').waitFor();
  put('SKILL.md', '---\nname: Bee Walk\n---\nWalk along the hives.');
  await bring();
  await page.getByText(/name: lower-case letters, digits and single hyphens; description: /).waitFor();
  await page.getByText('Correct the front matter of SKILL.md.').waitFor();

  put('SKILL.md', '---\nname: bee-walk\ndescription: Walks along the hives.\n---\nRead steps/first.md.\n');
  put('steps/first.md', 'Begin in the south.');
  put('examples/other/SKILL.md', '---\nname: other\ndescription: Another.\n---\nNothing.\n');
  put('logo.png', png);
  put('.DS_Store', Buffer.from([0, 0, 0, 1]));
  await bring();
  await page.getByText('bee-walk is installed.').waitFor();
  await page.getByText(/^Left out, as too large or no text: .*logo\.png/).waitFor();
  const row = page.getByRole('listitem').filter({ hasText: 'Walks along the hives.' });
  await row.getByText('3 files', { exact: true }).waitFor();
  const exported = await download(page, row.getByRole('link', { name: 'Export bee-walk as a zip' }));
  expect(Object.keys(await unzip(exported.content)).sort()).toEqual([
    'bee-walk/SKILL.md',
    'bee-walk/examples/other/SKILL.md',
    'bee-walk/notes.md',
    'bee-walk/steps/first.md',
  ]);

  steps = [{ tool: 'load_skill', input: { name: 'bee-walk', path: 'steps/first.md' } }];
  await startChat(page, 'Where do I begin?');
  await answer()
    .getByText(/It says .*Begin in the south/)
    .waitFor();
  rmSync(dirname(folder), { recursive: true });
});

test('a function is written, shows its error, is corrected, and a chat calls it', async () => {
  await page.goto('/settings/functions');
  await page.getByText('No functions yet').waitFor();
  await page.getByRole('button', { name: 'Add a function' }).click();
  const form = page.getByRole('dialog', { name: 'Add a function' });
  await form.getByLabel('Name', { exact: true }).fill('count_vowels');
  await form.getByLabel('What it is for').fill('Counts the vowels of a text.');
  await form
    .getByLabel('Code')
    .fill('export default ({ text }: { text: string }) => { throw new Error("No vowels in " + text); };');
  await form.getByLabel('Try it with').fill('{"text": ');
  await form.getByRole('button', { name: 'Save and run' }).click();
  await form.getByText(/This is no JSON/).waitFor();
  await form.getByLabel('Try it with').fill('{"text": "aeiou b"}');
  await form.getByRole('button', { name: 'Save and run' }).click();
  await form.getByRole('status').getByText('No vowels in aeiou b').waitFor();
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('last test failed').waitFor();

  await page.getByRole('button', { name: 'Edit count_vowels' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit count_vowels' });
  await edit
    .getByLabel('Code')
    .fill(
      'export default ({ text }: { text: string }) => {\n' +
        '  console.log(text.length);\n  return { vowels: text.match(/[aeiou]/g)?.length ?? 0 };\n};\n',
    );
  await edit.getByLabel('Try it with').fill('{"text": "aeiou b"}');
  await edit.getByRole('button', { name: 'Save and run' }).click();
  await edit.getByRole('status').getByText('"vowels": 5').waitFor();
  // What it wrote to the console stands above its value.
  expect(await textOf(edit.getByRole('status'))).toMatch(/^7 \{/);
  await edit.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('last test passed').waitFor();

  steps = [{ tool: 'count_vowels', input: { text: 'a hive' } }];
  await startChat(page, 'How many vowels has a hive?');
  await answer()
    .getByText(/It says .*"vowels":\s*3/)
    .waitFor();
  const called = await openCall('Count vowels');
  expect(called.input).toBe('{ "text": "a hive" }');
  expect(called.result).toContain('"vowels": 3');

  // Input that does not fit is told to the model and shown as the result of the call.
  steps = [{ tool: 'count_vowels', input: { words: 1 } }];
  await startChat(page, 'And without a text?');
  await answer().getByText('It says').waitFor();
  expect((await openCall('Count vowels')).result).toContain('text');

  await page.goto('/settings/functions');
  await page.getByRole('switch', { name: 'Use count_vowels' }).click();
  await page.getByRole('switch', { name: 'Use count_vowels', checked: false }).waitFor();
  await startChat(page, 'Once more');
  await answer().getByText('It says').waitFor();
  expect(offered()).not.toContain('count_vowels');
});

test('an MCP server lists its tools; one is off, a chat asks before another, and a server that is down is said so', async () => {
  const adder = await startMcpServer();
  await page.goto('/settings/servers');
  await page.getByText('No servers yet').waitFor();
  await page.getByRole('button', { name: 'Add a server' }).click();
  const form = page.getByRole('dialog', { name: 'Add an MCP server' });
  await form.getByLabel('Name', { exact: true }).fill('Adder');
  await form.getByLabel('Address').fill(adder.url);
  await form.getByRole('button', { name: 'Add and connect' }).click();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: /^Adder/ }) });
  await card.getByText('healthy', { exact: true }).waitFor();
  await card.getByText('2 tools', { exact: true }).click();
  await card.getByText('Adds two numbers.').waitFor();
  await card.getByLabel('noise').click();
  await expect.poll(() => card.getByLabel('noise').isChecked()).toBe(false);

  steps = [{ tool: 'adder__add', input: { a: 2, b: 40 } }];
  await startChat(page, 'What is 2 and 40?');
  const asking = page.getByRole('region', { name: /^Allow Adder\s+add\?$/ });
  await asking.waitFor();
  expect(await textOf(asking.getByRole('region', { name: 'what the tool is called with' }))).toBe(
    '{ "a": 2, "b": 40 }',
  );
  expect(adder.calls).toHaveLength(0);
  expect(offered()).toContain('adder__add');
  expect(offered()).not.toContain('adder__noise');
  await asking.getByRole('button', { name: 'More choices' }).click();
  await asking.getByRole('menuitem', { name: 'Always allow in this chat' }).click();
  await answer()
    .getByText(/It says .*42/)
    .waitFor();
  await asking.waitFor({ state: 'detached' });
  expect(adder.calls).toHaveLength(1);

  // In the same chat, with the server down: the answer goes on and says so.
  adder.broken = true;
  steps = [{ tool: 'adder__add', input: { a: 1, b: 1 } }];
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('And 1 and 1?');
  await message.press('Enter');
  await answer()
    .last()
    .getByText(/It says .*The MCP server cannot be used/)
    .waitFor();
  await page.goto('/settings/servers');
  await card.getByText('unhealthy', { exact: true }).waitFor();
  await card.getByText(/The MCP server cannot be used.* then connect again/).waitFor();
  adder.broken = false;
  await card.getByRole('button', { name: 'Connect again' }).click();
  await card.getByText('healthy', { exact: true }).waitFor();
  await card.getByText('2 tools', { exact: true }).click();
  expect(await card.getByLabel('noise').isChecked()).toBe(false);

  await card.getByRole('button', { name: 'Remove Adder' }).click();
  await page
    .getByRole('dialog', { name: 'Remove “Adder”?' })
    .getByRole('button', { name: 'Remove server' })
    .click();
  await page.getByText('No servers yet').waitFor();
  await adder.close();
});

test('an MCP server is a command that an administrator allows, and no other', async () => {
  const script = fileURLToPath(new URL('../fixtures/mcp-stdio.mjs', import.meta.url));
  await page.goto('/settings/servers');
  await page.getByRole('button', { name: 'Add a server' }).click();
  const form = page.getByRole('dialog', { name: 'Add an MCP server' });
  await form.getByLabel('Name', { exact: true }).fill('Here');
  await form.getByLabel('Reached by').selectOption({ label: 'A command on the server’s machine' });
  await form.getByLabel('Command with its arguments').fill('bash -c ls');
  await form.getByRole('button', { name: 'Add and connect' }).click();
  await form.getByText('The command bash is not among those that may be started here.').waitFor();
  await form.getByLabel('Command with its arguments').fill(`node ${script}`);
  await form.getByLabel('Environment variables').fill('GREETING=hello');
  await form.getByRole('button', { name: 'Add and connect' }).click();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: /^Here/ }) });
  await card.getByText('healthy', { exact: true }).waitFor();
  await card.getByText('1 tool', { exact: true }).waitFor();

  steps = [{ tool: 'here__environment', input: {} }];
  await startChat(page, 'What is around you?');
  await page.getByRole('button', { name: 'Allow once' }).click();
  const said = answer().getByText(/It says .*GREETING/);
  await said.waitFor();
  // It is given what was written, and nothing of the server's own.
  expect(await textOf(said)).not.toContain('META_AGENT');

  await page.goto('/settings/servers');
  await card.getByRole('button', { name: 'Remove Here' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove server' }).click();
  await page.getByText('No servers yet').waitFor();
});

test('an MCP server that asks for a sign-in sends the person there; no is said, and yes lists tools that a chat calls', async () => {
  const guarded = await startMcpServer({ signIn: 'asks' });
  await page.goto('/settings/servers');
  await page.getByText('No servers yet').waitFor();
  await page.getByRole('button', { name: 'Add a server' }).click();
  const form = page.getByRole('dialog', { name: 'Add an MCP server' });
  await form.getByLabel('Name', { exact: true }).fill('Guarded');
  await form.getByLabel('Address').fill(guarded.url);
  await form.getByRole('button', { name: 'Add and connect' }).click();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: /^Guarded/ }) });
  await card.getByText('The server asks you to sign in. Press Sign in and come back.').waitFor();
  const signInAt = async (choice: string) => {
    await card.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'May Meta Agent add?' }).waitFor();
    await page.getByRole('link', { name: choice }).click();
  };

  await signInAt('Deny');
  await page.getByRole('alert').getByText('The sign-in was refused: The owner said no').waitFor();
  await page.getByRole('link', { name: 'MCP servers' }).click();
  // It is asked for as long as it is needed, whoever looks.
  await page.reload();
  await card.getByText('degraded', { exact: true }).waitFor();
  await signInAt('Allow');
  await page.getByText('Signed in at Guarded.').waitFor();
  await card.getByText('healthy', { exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/settings/servers');
  await card.getByText('2 tools', { exact: true }).click();
  await card.getByText('Adds two numbers.').waitFor();
  await card.getByRole('switch', { name: 'Use Guarded', checked: true }).waitFor();
  expect(await card.getByRole('button', { name: 'Sign in' }).count()).toBe(0);

  steps = [{ tool: 'guarded__add', input: { a: 2, b: 40 } }];
  await startChat(page, 'What is 2 and 40?');
  await page
    .getByRole('region', { name: /^Allow Guarded\s+add\?$/ })
    .getByRole('button', { name: 'Allow once' })
    .click();
  await answer()
    .getByText(/It says .*42/)
    .waitFor();
  expect(guarded.calls).toEqual(['Bearer access-token']);

  // An answer to a sign-in that nobody began here is not taken.
  await page.goto('/settings/servers/signed-in?code=the-code&state=guess');
  await page.getByRole('alert').getByText('The server does not exist').waitFor();
  await page.goto('/settings/servers');
  await card.getByRole('button', { name: 'Remove Guarded' }).click();
  await page
    .getByRole('dialog', { name: 'Remove “Guarded”?' })
    .getByRole('button', { name: 'Remove server' })
    .click();
  await page.getByText('No servers yet').waitFor();
  await guarded.close();
});

test('web search is connected and tested; a chat asks before it searches, and shows what it found', async () => {
  const engine = await WireServer.start((_request, response) => response.writeHead(403).end());
  await page.goto('/settings/web-search');
  await page.getByText('no engine is connected').waitFor();
  await page.getByLabel('Address').fill(engine.url);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Fails', { exact: true }).waitFor();
  await page.getByText('Allow the format json in its settings.yml').first().waitFor();
  engine.respond = (_request, response) =>
    sendJson(response, {
      results: [{ title: 'Bees at home', url: 'https://bees.example/1', content: 'They dance.' }],
    });
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Works', { exact: true }).waitFor();
  await page.getByRole('list', { name: 'Results of the test' }).getByText('Bees at home').waitFor();

  engine.received.length = 0;
  const search = { tool: 'web_search', input: { query: 'how bees dance' } };
  steps = [search, { text: 'They dance, as [Bees at home](https://bees.example/1) says.' }];
  await startChat(page, 'How do bees dance?');
  const asking = page.getByRole('region', { name: 'Allow Web search?' });
  await asking.getByText('how bees dance').waitFor();
  // It waits for the person, whoever looks and however often.
  await page.reload();
  await asking.getByText('how bees dance').waitFor();
  expect(engine.received).toHaveLength(0);
  await asking.getByRole('button', { name: 'Allow once' }).click();
  const link = answer().getByRole('link', { name: 'Bees at home' });
  await link.waitFor();
  expect(await link.getAttribute('href')).toBe('https://bees.example/1');
  expect(engine.received.map(({ url }) => new URL(url, engine.url).searchParams.get('q'))).toEqual([
    'how bees dance',
  ]);
  const called = await openCall('Web search');
  expect(called.input).toContain('how bees dance');
  expect(called.result).toContain('https://bees.example/1');

  steps = [search];
  await startChat(page, 'And once more?');
  await asking.getByRole('button', { name: 'Deny' }).click();
  await answer()
    .getByText(/It says .*did not allow this call/)
    .waitFor();
  expect(engine.received).toHaveLength(1);
  await page.goto('/settings/web-search');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('no engine is connected').waitFor();
  await engine.close();
});

const results = [{ title: 'Bees at home', url: 'https://bees.example/1' }];
/** Engines of vendors as they speak, with what they say to a wrong key. */
const vendors = [
  {
    name: 'Brave Search',
    keyOf: ({ headers }: Received) => headers['x-subscription-token'],
    queryOf: ({ url }: Received) => new URL(url, 'http://engine').searchParams.get('q'),
    answer: { type: 'search', web: { results: results.map((one) => ({ ...one, description: 'Dance.' })) } },
    wrongKey: { status: 422, body: { type: 'ErrorResponse', error: { code: 'SUBSCRIPTION_TOKEN_INVALID' } } },
    said: 'Check the key of Brave Search in Settings.',
  },
  {
    name: 'Tavily',
    keyOf: ({ headers }: Received) => headers.authorization?.replace(/^Bearer /, ''),
    queryOf: ({ body }: Received) => (JSON.parse(body.toString()) as { query: string }).query,
    answer: { results: results.map((one) => ({ ...one, content: 'Dance.', score: 0.9 })) },
    wrongKey: { status: 401, body: { detail: { error: 'Unauthorized: missing or invalid API key.' } } },
    said: 'Tavily refuses the key. Check the key in Settings, Web search.',
  },
];

test('web search of vendors needs a key; a wrong one is said, and with the right one a chat searches', async () => {
  const key = 'the-right-key';
  const engine = await WireServer.start(() => {});
  // Their addresses are the vendors' own, which the page does not ask for.
  await page.route('/api/web-search', (route) => {
    const body = route.request().postDataJSON() as object | null;
    return body
      ? route.continue({ postData: JSON.stringify({ ...body, base_url: engine.url }) })
      : route.continue();
  });
  const found = page.getByRole('list', { name: 'Results of the test' });
  await page.goto('/settings/web-search');
  await page.getByText('no engine is connected').waitFor();
  for (const vendor of vendors) {
    engine.respond = (request, response) =>
      vendor.keyOf(request) === key
        ? sendJson(response, vendor.answer)
        : sendJson(response, vendor.wrongKey.body, vendor.wrongKey.status);
    const form = page.getByRole('form', { name: 'Connect web search' });
    const save = form.getByRole('button', { name: /^(Connect|Save)$/ });
    const connection = page.getByRole('heading', { name: new RegExp(`^${vendor.name}`), level: 2 });
    await form.getByLabel('Engine').selectOption(vendor.name);
    await form.getByLabel('Key').fill('a-wrong-key');
    await save.click();
    await connection.waitFor();
    // What was found with another one is not of this one.
    await found.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await connection.getByText('Fails', { exact: true }).waitFor();
    await page.getByText(vendor.said).waitFor();
    await form.getByLabel('Key').fill(key);
    await save.click();
    await connection.getByText('Fails', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await connection.getByText('Works', { exact: true }).waitFor();
    await page.getByText(`${vendor.name} answers with 1 result.`).waitFor();
    await found.getByText('Bees at home').waitFor();
    // The key is kept, and not given out again.
    await page.reload();
    await connection.getByText('Works', { exact: true }).waitFor();
    expect(await form.getByLabel('Key').inputValue()).toBe('');

    engine.received.length = 0;
    steps = [{ tool: 'web_search', input: { query: 'how bees dance' } }];
    await startChat(page, 'How do bees dance?');
    await page
      .getByRole('region', { name: 'Allow Web search?' })
      .getByRole('button', { name: 'Allow once' })
      .click();
    await answer()
      .getByText(/It says .*https:\/\/bees\.example\/1/)
      .waitFor();
    expect(engine.received.map(vendor.queryOf)).toEqual(['how bees dance']);
    await page.goto('/settings/web-search');
  }
  await engine.close();
});
