import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTextExtractor } from '../../src/providers/extraction/index.ts';
import { chatgpt, node, png, say } from '../harness/chatgpt.ts';
import { claude } from '../harness/claude.ts';
import type { ScriptedModel } from '../harness/model.ts';
import { unzip, zipOf } from '../harness/zip.ts';
import { call, download, file, type ModelConsole, openModelConsole, startChat, textOf } from './support.ts';

// Chats as they go out and come in, are found again, and are kept in order.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
let answers: string[] = [];
let title = '';
beforeAll(async () => {
  opened = await openModelConsole(({ role }) => ({
    text: role === 'titler' ? title : (answers.shift() ?? 'Nothing more.'),
  }));
  ({ model, page } = opened);
});
beforeEach(() => {
  answers = [];
});
afterAll(() => opened?.close());

const chats = () => page.getByRole('navigation', { name: 'Chats' });
const actions = (name: string) => page.getByRole('button', { name: `Actions for ${name}`, exact: true });
const row = (name: string) =>
  chats()
    .getByRole('listitem')
    .filter({ has: actions(name) });
const said = () => page.getByRole('article');

/** An item of the menu of a chat in the list. */
async function choose(name: string, item: string): Promise<void> {
  await row(name).getByRole('button', { name: 'Actions for' }).click();
  await row(name).getByRole('menuitem', { name: item }).click();
}

/** An item of the menu above the list. */
async function chooseAbove(item: string): Promise<void> {
  await page.getByRole('button', { name: 'More for chats' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Begins a chat and waits for the answer and the title. */
async function talk(name: string, answer: string, place?: string): Promise<string> {
  title = name;
  answers = [answer];
  const id = await startChat(page, `Tell me about ${name}`, place);
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  await row(name).waitFor();
  return id;
}

/** Downloads from the dialog that is open. */
async function exportAs(format: string): Promise<{ name: string; content: Buffer }> {
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  await dialog.getByLabel('Format').selectOption(format);
  await dialog
    .getByText(format === 'JSON, with every branch' ? /^Every branch/ : /^The branch that is shown/)
    .waitFor();
  const file = await download(page, dialog.getByRole('link', { name: 'Download' }));
  await dialog.waitFor({ state: 'detached' });
  return file;
}

test('one chat goes out in five formats, and all of them as an archive', async () => {
  await talk('Bees', '# Dances\n\n- An older answer, <b>plain</b>.');
  answers = ['# Dances\n\n- They dance in **eights**.'];
  await page.getByRole('button', { name: 'Answer again' }).click();
  await said().getByText('They dance in eights.').waitFor();
  const file: Record<string, string> = {};
  let pdf: Uint8Array = new Uint8Array();
  for (const [format, ending] of [
    ['Markdown', 'md'],
    ['Web page (HTML)', 'html'],
    ['Plain text', 'txt'],
    ['JSON, with every branch', 'json'],
    ['PDF', 'pdf'],
  ] as const) {
    await choose('Bees', 'Export');
    const { name, content } = await exportAs(format);
    expect(name).toBe(`Bees.${ending}`);
    file[ending] = content.toString();
    if (ending === 'pdf') pdf = content;
  }
  expect(file.md).toContain('# Bees\n');
  expect(file.md).toContain('## You\n\nTell me about Bees');
  expect(file.md).toContain('- They dance in **eights**.');
  expect(file.md).not.toContain('An older answer');
  expect(file.txt).toContain('They dance in **eights**.');
  const { messages } = JSON.parse(file.json ?? '') as { messages: { role: string; content: string }[] };
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
  expect(messages[1]?.content).toContain('An older answer, <b>plain</b>.');
  const web = await opened.console.page();
  await web.setContent(file.html ?? '');
  await web.getByRole('heading', { name: 'Bees', level: 1 }).waitFor();
  await web.getByRole('listitem').getByText('They dance in eights.').waitFor();
  await web.context().close();
  const extractor = createTextExtractor();
  try {
    const { text } = await extractor.extract(pdf);
    expect(text).toContain('Tell me about Bees');
    expect(text).toContain('They dance in eights.');
  } finally {
    await extractor.close();
  }

  await talk('Wasps', 'They make paper.');
  await chooseAbove('Export all chats');
  const all = await exportAs('Plain text');
  expect(all.name).toBe('chats-text.zip');
  const files = Object.entries(await unzip(all.content)).sort();
  expect(files).toEqual([
    [expect.stringMatching(/^Bees-[0-9a-f]{8}\.txt$/), expect.stringContaining('They dance')],
    [expect.stringMatching(/^Wasps-[0-9a-f]{8}\.txt$/), expect.stringContaining('They make paper.')],
  ]);
});

/** Sixty messages in a row; the third question is the only one about okapis. */
const long = {
  title: 'A long talk',
  conversation_id: 'gpt-long',
  create_time: 1_690_000_000,
  current_node: 'n60',
  mapping: Object.fromEntries(
    Array.from({ length: 61 }, (_, at) => {
      const words = at === 5 ? 'Do okapis have stripes?' : `Words about many things, number ${at}.`;
      const message = at === 0 ? null : say(at % 2 === 1 ? 'user' : 'assistant', words);
      return [`n${at}`, node(`n${at}`, at === 0 ? null : `n${at - 1}`, [`n${at + 1}`], message)];
    }),
  ),
};

/** Imports that were asked for, the newest first. */
const jobs = () => page.getByRole('list', { name: 'Imports' }).locator('> li');

/** Chooses an export on the page of imports, and sends it. */
async function bring(name: string, content: string | Uint8Array): Promise<void> {
  await page.getByLabel('Export to import').setInputFiles([file(name, content)]);
  await page.getByText(name, { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
}

test('a ChatGPT export comes in, says what was not taken, and a second time adds nothing', async () => {
  await page.goto('/chat');
  await chooseAbove('Import from ChatGPT or Claude');
  await page.getByText('There were none yet.').waitFor();
  await bring('notes.json', '{"not": "an export"}');
  await jobs()
    .first()
    .getByText(/no list of conversations/)
    .waitFor();

  const zip = await zipOf({
    'conversations.json': JSON.stringify([chatgpt, long, { title: 'Broken' }]),
    'file-abc-zebra.png': png,
  });
  await bring('export.zip', zip);
  await jobs().first().getByText('2 chats imported, 0 there already, 1 not taken').waitFor();
  await jobs()
    .first()
    .getByText(/things could not be taken/)
    .click();
  await jobs().first().getByText('lost.pdf: The export does not hold this file.').waitFor();

  // The list beside it has them at once.
  await row('Imported zebras').getByRole('link').click();
  await said().getByText('Stripes confuse flies.').waitFor();
  await said().getByText('Why stripes?').waitFor();
  await page.getByRole('list', { name: 'Attached files' }).getByText('zebra.png').waitFor();
  await page.getByText('gpt-4o').waitFor();
  await page.getByText('1/2', { exact: true }).waitFor();
  const before = await textOf(page.getByRole('region', { name: 'Messages' }));

  await chooseAbove('Import from ChatGPT or Claude');
  await bring('export.zip', zip);
  await jobs().nth(2).waitFor();
  await jobs().first().getByText('0 chats imported, 2 there already, 1 not taken').waitFor();
  expect(await row('Imported zebras').count()).toBe(1);
  await row('Imported zebras').getByRole('link').click();
  await said().getByText('Stripes confuse flies.').waitFor();
  expect(await textOf(page.getByRole('region', { name: 'Messages' }))).toBe(before);
});

test('a Claude export comes in with what was attached and thought, and a second time adds nothing', async () => {
  await page.goto('/chat');
  await chooseAbove('Import from ChatGPT or Claude');
  await page.getByLabel('From').selectOption('Claude');
  const zip = await zipOf({
    'conversations.json': JSON.stringify([{ name: 'Broken' }, claude]),
    'users.json': '[]',
  });
  await bring('claude.zip', zip);
  await jobs().first().getByText('1 chat imported, 0 there already, 1 not taken').waitFor();
  await jobs().first().getByText('Claude', { exact: true }).waitFor();
  await jobs()
    .first()
    .getByText(/things could not be taken/)
    .click();
  await jobs().first().getByText('photo.jpg: The export does not hold this file.').waitFor();
  await jobs().first().getByText('It is of nobody that is known.').waitFor();

  await row('Imported otters').getByRole('link').click();
  await said().getByText('Sum this up').waitFor();
  await said().getByText('They hold hands.').waitFor();
  expect(await said().count()).toBe(2);
  await page.getByRole('list', { name: 'Attached files' }).getByText('notes.pdf.txt').waitFor();
  await page.getByText('1 tool call: Repl').waitFor();
  await page.getByText('What the model thought').click();
  await page.getByText('Let me see').waitFor();

  await chooseAbove('Import from ChatGPT or Claude');
  await page.getByLabel('From').selectOption('Claude');
  await bring('claude.zip', zip);
  await jobs().first().getByText('0 chats imported, 1 there already, 1 not taken').waitFor();
  expect(await row('Imported otters').count()).toBe(1);
});

test('what was said is found by its words and opens at its place, in a version that is not shown as well', async () => {
  await page.goto('/chat');
  const search = page.getByRole('searchbox', { name: 'Search chats' });
  const found = page.getByRole('region', { name: 'Said in chats' });
  await search.fill('okapi');
  await chats().getByText('No title matches.').waitFor();
  const hit = found.getByRole('link').filter({ hasText: /You in A long talk.*okapis/ });
  expect(await textOf(hit.locator('mark').first())).toBe('okapis');
  await hit.click();
  const place = said().filter({ hasText: 'Do okapis have stripes?' });
  await place.waitFor();
  const height = page.viewportSize()?.height ?? 0;
  await expect.poll(async () => (await place.boundingBox())?.y).toBeGreaterThan(0);
  await expect.poll(async () => (await place.boundingBox())?.y).toBeLessThan(height);
  expect(await said().count()).toBe(60);
  // The end is not in view: it is the place, and not the whole, that was opened.
  await page.getByRole('button', { name: 'Latest' }).waitFor();

  await search.fill('older answer plain');
  await found
    .getByRole('link')
    .filter({ hasText: /Answer in Bees.*older answer/ })
    .click();
  await said()
    .getByText(/An older answer/)
    .waitFor();
  await page.getByText('1/2', { exact: true }).waitFor();
  await search.fill('submarine');
  await found.getByText('Nothing was said about it.').waitFor();
  await search.fill('wasp');
  await row('Wasps').waitFor();
  await search.fill('');
  await row('Bees').waitFor();
});

test('a folder has its own chats and instructions, which reach the model', async () => {
  await call(page, 'POST', '/api/projects', { name: 'Hives' });
  await page.goto('/chat');
  await row('Wasps').waitFor();
  await page.getByLabel('Folder').selectOption('Hives');
  await chats().getByText('No chats yet.').waitFor();
  await chooseAbove('Instructions of the project');
  const dialog = page.getByRole('dialog', { name: 'Chats of the project' });
  await dialog.getByLabel('Instructions (optional)').fill('Speak as a bee-keeper.');
  await dialog.getByLabel('Model').selectOption('Strong model');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const folder = new URL(page.url()).searchParams.get('project');
  await talk('Frames', 'Twelve of them.', `/chat/new?project=${folder}`);
  expect(await chats().getByRole('listitem').count()).toBe(1);
  const asked = () => model.asked.findLast(({ role }) => role === 'chat');
  expect(asked()).toMatchObject({
    model: 'large',
    system: expect.stringContaining('Speak as a bee-keeper.'),
  });

  // A chat from outside comes in, and is told the same from then on.
  await page.getByLabel('Folder').selectOption('All folders');
  await row('Wasps').getByRole('link').click();
  await said().getByText('They make paper.').waitFor();
  await choose('Wasps', 'Move to a project');
  const moving = page.getByRole('dialog', { name: 'Move to a project' });
  await moving.getByLabel('Project').selectOption('Hives');
  await moving.getByRole('button', { name: 'Move' }).click();
  await moving.waitFor({ state: 'detached' });
  answers = ['From wood.'];
  await page.getByRole('textbox', { name: 'Message' }).fill('From what?');
  await page.keyboard.press('Enter');
  await said().getByText('From wood.').waitFor();
  expect(asked()?.system).toContain('Speak as a bee-keeper.');
  await page.getByLabel('Folder').selectOption('Hives');
  await row('Bees').waitFor({ state: 'detached' });
  await row('Wasps').waitFor();
  await row('Frames').waitFor();
});

test('a chat is pinned, archived, thrown away and taken back', async () => {
  await page.goto('/chat');
  const names = () => chats().getByRole('listitem').getByRole('link').allTextContents();
  await choose('A long talk', 'Pin');
  await row('A long talk').getByLabel('Pinned').waitFor();
  await expect.poll(async () => (await names())[0]).toContain('A long talk');
  await choose('A long talk', 'Unpin');
  await row('A long talk').getByLabel('Pinned').waitFor({ state: 'detached' });
  await expect.poll(async () => (await names())[0]).not.toContain('A long talk');

  await choose('Bees', 'Archive');
  await row('Bees').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Archive' }).click();
  await choose('Bees', 'Take out of the archive');
  await chats().getByText('Nothing is archived.').waitFor();
  await page.getByRole('link', { name: 'Back to chats' }).click();
  await row('Bees').getByRole('link').click();
  await said().getByText('Tell me about Bees').waitFor();

  await choose('Bees', 'Move to the trash');
  await page.getByText('Moved to the trash, which tells until when it is kept.').waitFor();
  await row('Bees').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'What would you like to know?' }).waitFor();
  // What is in the trash is not found.
  const search = page.getByRole('searchbox', { name: 'Search chats' });
  await search.fill('older answer plain');
  const found = page.getByRole('region', { name: 'Said in chats' });
  await found.getByRole('paragraph').or(found.getByRole('link').first()).waitFor();
  expect(await found.getByText('in Bees').count()).toBe(0);
  await search.fill('');
  await page.getByRole('link', { name: 'Trash' }).click();
  await choose('Bees', 'Restore');
  await page.getByText('Taken out of the trash.').waitFor();
  await chats().getByText('The trash is empty.').waitFor();
  await page.getByRole('link', { name: 'Back to chats' }).click();
  await row('Bees').getByRole('link').click();
  await said().getByText('Tell me about Bees').waitFor();
});

test('an import that is stopped half-way says so and keeps whole chats alone; once more brings the rest', async () => {
  const project = (await call(page, 'POST', '/api/projects', { name: 'Old talks' })) as { id: string };
  const total = 1500;
  const talks = Array.from({ length: total }, (_, at) => ({
    uuid: `talk-${at}`,
    name: `Old talk ${at}`,
    created_at: '2019-05-01T10:00:00Z',
    chat_messages: ['human', 'assistant'].map((sender) => ({
      uuid: `talk-${at}-${sender}`,
      sender,
      text: `Words of the ${sender}.`,
      created_at: '2019-05-01T10:00:00Z',
    })),
  }));
  await page.goto('/chat');
  await chooseAbove('Import from ChatGPT or Claude');
  await page.getByLabel('From').selectOption('Claude');
  await page.getByLabel('Into').selectOption('Old talks');
  await bring('talks.json', JSON.stringify(talks));
  const job = jobs().first();
  await job.getByRole('progressbar', { name: 'Importing from Claude' }).waitFor();
  await job
    .getByRole('status')
    .getByText(/^[1-9]\d* chats? imported/)
    .waitFor();
  await job.getByRole('button', { name: 'Stop' }).click();
  const stopped = job
    .getByRole('status')
    .getByText(/^Stopped: \d+ chats? imported, 0 there already, 0 not taken$/);
  await stopped.waitFor();
  const kept = Number(/\d+/.exec(await textOf(stopped))?.[0]);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(total);
  await job.getByRole('progressbar').waitFor({ state: 'detached' });

  // What came in is whole, and the export itself does not stay among the files.
  await page.goto(`/chat?project=${project.id}`);
  await chooseAbove('Export all chats');
  const all = Object.values(await unzip((await exportAs('Plain text')).content));
  expect(all.filter((text) => text.startsWith('Old talk '))).toHaveLength(kept);
  for (const text of all.filter((text) => text.startsWith('Old talk ')))
    expect(text).toMatch(/Words of the human\.[\s\S]+Words of the assistant\./);
  await page.goto('/files?search=talks.json');
  await page.getByText('No file matches').waitFor();

  await page.goto('/chat');
  await chooseAbove('Import from ChatGPT or Claude');
  await page.getByLabel('From').selectOption('Claude');
  await page.getByLabel('Into').selectOption('Old talks');
  await bring('talks.json', JSON.stringify(talks.slice(0, kept + 1)));
  await job.getByText(`1 chat imported, ${kept} there already, 0 not taken`).waitFor();
});
