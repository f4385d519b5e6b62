import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import {
  call,
  createProject,
  file,
  type ModelConsole,
  openModelConsole,
  signIn,
  startChat,
  upload,
} from './support.ts';

// The model calls the tool that the question names; it then answers with what it was told.
const grace = { email: 'grace@example.org', password: 'another long password' };
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role, brief, results }) => {
    if (role === 'titler') return { text: 'Tools at work' };
    const [, tool = '', input = ''] = /^Use (\w+) with (.*)$/s.exec(brief) ?? [];
    return results.length > 0 || tool === '' ? { text: 'That is all.' } : { tool, input };
  });
  ({ model, page } = opened);
});
afterAll(() => opened?.close());

const message = () => page.getByRole('textbox', { name: 'Message' });
const answers = () => page.getByRole('article', { name: 'Answer' });
/** What the model was told of its last call. */
const told = () => model.asked.findLast(({ results }) => results.length > 0)?.results.at(-1)?.content ?? '';

async function use(tool: string, input: object): Promise<void> {
  const words = `Use ${tool} with ${JSON.stringify(input)}`;
  if (page.url().includes('/chat/')) {
    await message().fill(words);
    await message().press('Enter');
  } else await startChat(page, words);
}

/** Asks for a call and opens what is shown of it. */
async function used(tool: string, input: object): Promise<Locator> {
  const before = page.url().includes('/chat/') ? await answers().count() : 0;
  await use(tool, input);
  await answers().nth(before).getByText('That is all.').waitFor();
  return lastCall();
}

async function lastCall(): Promise<Locator> {
  const group = page.getByRole('group').filter({ hasText: '1 tool call:' }).last();
  await group.locator('summary').first().click();
  await group.getByRole('listitem').locator('summary').click();
  return group;
}

const result = (shown: Locator) => shown.getByRole('region', { name: 'tool result' });

async function openTools(): Promise<Locator> {
  // Those above the chat: its row in the list is called the same, and so are those of earlier chats.
  await page.locator('header').getByRole('button', { name: 'Actions for Tools at work' }).click();
  await page.getByRole('menuitem', { name: 'Tools' }).click();
  return page.getByRole('dialog', { name: 'Tools' });
}

/** Chooses on the page what a tool may do; it is still chosen after a reload. */
async function allow(where: string, choice: string): Promise<void> {
  const select = (await openTools()).getByRole('combobox', { name: where });
  await select.selectOption(choice);
  await expect.poll(() => select.inputValue()).toBe(choice);
  await page.reload();
  const again = (await openTools()).getByRole('combobox', { name: where });
  await expect.poll(() => again.inputValue()).toBe(choice);
  await page.keyboard.press('Escape');
}

test('SQL reads the rows of the person alone, and a write is refused', async () => {
  await call(page, 'POST', '/api/users', grace);
  const graces = await opened.console.page();
  await signIn(graces, grace);
  await createProject(graces, 'Secret hives', '');
  await createProject(page, 'Own hives', '');

  const read = await used('query_database', { sql: 'select name from meta_projects' });
  await result(read).getByText('Own hives').waitFor();
  // The person is an administrator; what acts for them in a chat is not.
  expect(told()).not.toContain('Secret hives');

  const refused = await used('query_database', { sql: 'delete from meta_projects' });
  await refused.getByText('1 without result').waitFor();
  await refused.getByText('Only one SELECT can be run.').first().waitFor();
  expect(told()).toContain('Only one SELECT can be run.');
  const { items } = (await (await page.request.get('/api/projects')).json()) as { items: { name: string }[] };
  expect(items.map(({ name }) => name)).toContain('Own hives');
});

test('code runs in the sandbox: its result is shown, and so is its error', async () => {
  const ran = await used('run_code', { code: "console.log('sorting'); [3, 1, 2].sort().join('-')" });
  await result(ran).getByText('1-2-3').waitFor();
  await result(ran).getByText('sorting').waitFor();
  expect(told()).toContain('1-2-3');

  const failed = await used('run_code', { code: 'honey.length' });
  await failed.getByText('1 without result').waitFor();
  await failed
    .getByText(/honey.*is not defined/)
    .first()
    .waitFor();
  expect(told()).toMatch(/honey.*is not defined/);
});

test('files are searched, and a fact is kept that another chat finds', async () => {
  await page.goto('/files');
  await upload(page, [file('swarm.md', 'A swarm leaves the hive in May.')]);
  const found = await used('search_files', { query: 'When does a swarm leave?' });
  await result(found).getByText('A swarm leaves the hive in May.').waitFor();
  const kept = await used('remember', { content: 'Keeps bees on the roof' });
  expect(await kept.getByText('without result').count()).toBe(0);

  await page.goto('/memory');
  await page.getByText('Keeps bees on the roof').first().waitFor();
  const known = await used('search_memory', { query: 'Where are the bees kept?' });
  await result(known).getByText('Keeps bees on the roof').waitFor();
});

test('a tool asks, never runs or runs always, as chosen on the page; no is told to the model and shown', async () => {
  await allow('Run code in every chat', 'ask');
  await use('run_code', { code: '6 * 7' });
  const ask = page.getByRole('region', { name: 'Allow Run code?' });
  await ask.getByText('6 * 7').waitFor();
  await ask.getByRole('button', { name: 'Deny' }).click();
  await answers().last().getByText('That is all.').waitFor();
  const denied = await lastCall();
  await denied.getByText('The person did not allow this call.').first().waitFor();
  expect(told()).toContain('The person did not allow this call.');

  await allow('Run code in every chat', 'never');
  const never = await used('run_code', { code: '6 * 8' });
  await never.getByText('The person did not allow this call.').first().waitFor();
  expect(told()).not.toContain('48');

  // What is chosen for one chat comes first there.
  await allow('Run code in this chat', 'always');
  await result(await used('run_code', { code: '6 * 9' }))
    .getByText('54')
    .waitFor();

  // A decision that is to hold is kept as a choice.
  await allow('Run code in this chat', 'ask');
  await use('run_code', { code: '6 * 10' });
  await ask.getByRole('button', { name: 'More choices' }).click();
  await page.getByRole('menuitem', { name: 'Always allow in this chat' }).click();
  await answers().last().getByText('That is all.').waitFor();
  const kept = (await openTools()).getByRole('combobox', { name: 'Run code in this chat' });
  await expect.poll(() => kept.inputValue()).toBe('always');
  await page.keyboard.press('Escape');
  await result(await used('run_code', { code: '6 * 11' }))
    .getByText('66')
    .waitFor();
});
