import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import { type Console, call, openConsole, setUp } from './support.ts';

let console_: Console;
let page: Page;
beforeAll(async () => {
  console_ = await openConsole();
  page = await console_.page();
  await setUp(page, console_.server);
});
afterAll(() => console_?.close());

const row = (text: string) => page.getByRole('listitem').filter({ hasText: text });
const remember = (content: string, more: object = {}) =>
  call(page, 'POST', '/api/memory', { content, ...more }) as Promise<{ id: string }>;

async function choose(text: string, action: string): Promise<void> {
  await row(text).getByRole('button', { name: 'Fact actions' }).click();
  await row(text).getByRole('menuitem', { name: action }).click();
}

/** Says something in a new chat and waits until it was read for facts. */
async function say(content: string, finds: string): Promise<void> {
  await page.goto('/chat');
  await page.getByRole('textbox', { name: 'Message' }).fill(content);
  await page.keyboard.press('Enter');
  await until(async () => {
    const answer = await page.request.get('/api/memory/candidates');
    return (await answer.text()).includes(finds);
  }, `found: ${finds}`);
  await page.goto('/memory');
}

test('add, edit, switch off and on; a secret is refused with the reason', async () => {
  await page.goto('/memory');
  await page.getByText('Nothing is remembered yet').waitFor();
  await page.getByRole('button', { name: 'Add a fact' }).first().click();
  const add = page.getByRole('dialog', { name: 'Add a fact' });
  await add.getByLabel('What should be remembered').fill('The card is 4111 1111 1111 1111');
  await add.getByRole('button', { name: 'Remember' }).click();
  await add.getByRole('alert').getByText('This holds a card number').waitFor();
  await add.getByLabel('What should be remembered').fill('Reports are written in British English');
  await add.getByRole('button', { name: 'Remember' }).click();
  await row('Reports are written').waitFor();

  await choose('Reports are written', 'Edit');
  const edit = page.getByRole('dialog', { name: 'Edit fact' });
  await edit.getByLabel('What should be remembered').fill('Reports are written in plain British English');
  await edit.getByLabel('Category').selectOption('instruction');
  await edit.getByRole('button', { name: 'Save' }).click();
  const fact = row('plain British English');
  await fact.getByText('Instruction').waitFor();

  await fact.getByRole('switch').click();
  await fact.waitFor({ state: 'detached' });
  await page.getByLabel('Show what is off or replaced').check();
  expect(await fact.getByRole('switch').getAttribute('aria-checked')).toBe('false');
  await fact.getByRole('switch').click();
  await expect.poll(() => fact.getByRole('switch').getAttribute('aria-checked')).toBe('true');
});

test('forgetting can be undone', async () => {
  await page.goto('/memory');
  await choose('plain British English', 'Forget');
  await row('plain British English').waitFor({ state: 'detached' });
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await row('plain British English').waitFor();
});

test('the timeline has days and what was replaced; search and filters narrow', async () => {
  const project = (await call(page, 'POST', '/api/projects', { name: 'Launch' })) as { id: string };
  const old = await remember('The office is in Rome');
  await remember('The office is in Oslo', { supersedes_id: old.id });
  await remember('The launch is in the spring', { project_id: project.id, category: 'context' });
  await page.goto('/memory');
  const today = new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(new Date());
  const day = page.getByRole('region', { name: today });
  await day.getByRole('listitem').filter({ hasText: 'Oslo' }).waitFor();
  expect(await row('Rome').count()).toBe(0);
  await page.getByLabel('Show what is off or replaced').check();
  await row('The office is in Rome')
    .getByText(/Replaced/)
    .waitFor();
  await page.getByLabel('Show what is off or replaced').uncheck();

  await page.getByLabel('Scope').selectOption({ label: 'Of projects' });
  await row('Oslo').waitFor({ state: 'detached' });
  await row('The launch').getByText('One project only').waitFor();
  await page.getByLabel('Scope').selectOption({ label: 'Every scope' });
  await page.getByLabel('Category').selectOption({ label: 'Instruction' });
  await row('Oslo').waitFor({ state: 'detached' });
  await row('plain British English').waitFor();
  await page.getByLabel('Category').selectOption({ label: 'Every category' });
  await page.getByRole('searchbox', { name: 'Search memory' }).fill('where is the office');
  await page.getByRole('list', { name: 'Found, best first' }).waitFor();
  await expect
    .poll(() =>
      page.getByRole('list', { name: 'Found, best first' }).getByRole('listitem').first().textContent(),
    )
    .toContain('The office is in Oslo');
  await page.getByRole('searchbox', { name: 'Search memory' }).fill('');
  await row('The launch').waitFor();
});

test('two facts become one', async () => {
  await remember('Likes hiking');
  await remember('Likes hiking in the Alps in winter');
  await page.goto('/memory');
  await page
    .getByRole('listitem')
    .filter({ hasText: /^Likes hiking(?! in)/ })
    .getByRole('button', { name: 'Fact actions' })
    .click();
  await page.getByRole('menuitem', { name: 'Merge with another…' }).click();
  const merge = page.getByRole('dialog', { name: 'Merge facts' });
  await merge.getByLabel('Merge with').selectOption({ label: 'Likes hiking in the Alps in winter' });
  await merge.getByLabel('What is remembered then').fill('Likes hiking, in winter in the Alps');
  await merge.getByRole('button', { name: 'Merge' }).click();
  await merge.waitFor({ state: 'detached' });
  await row('Likes hiking, in winter').waitFor();
  await row('Likes hiking in the Alps').waitFor({ state: 'detached' });
});

test('what a chat tells is asked about: remember, other words, reject, and contradictions', async () => {
  await say('My name is Ada Lovelace. I prefer short answers. I live in Oslo.', 'Lives in Oslo');
  const found = page.getByRole('list', { name: 'Found in chats' }).getByRole('listitem');
  await found.filter({ hasText: 'Is called Ada' }).getByRole('button', { name: 'Remember' }).click();
  await found.filter({ hasText: 'Prefers short' }).getByRole('button', { name: 'Edit' }).click();
  const words = page.getByRole('dialog', { name: 'Remember in other words' });
  await words.getByLabel('What should be remembered').fill('Prefers short answers with examples');
  await words.getByRole('button', { name: 'Remember' }).click();
  await found.filter({ hasText: 'Lives in Oslo' }).getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('list', { name: 'Found in chats' }).waitFor({ state: 'detached' });
  await row('Is called Ada Lovelace').getByRole('link', { name: 'a chat' }).waitFor();
  await row('Prefers short answers with examples').waitFor();
  expect(await row('Lives in Oslo').count()).toBe(0);

  await remember('Works at Initech');
  await say('I work at Globex.', 'Works at Globex');
  const asked = found.filter({ hasText: 'Works at Globex' });
  await asked.getByText('Works at Initech').waitFor();
  await asked.getByRole('button', { name: 'Keep both' }).waitFor();
  await asked.getByRole('button', { name: 'Keep the old one' }).waitFor();
  await asked.getByRole('button', { name: 'Replace' }).click();
  await row('Works at Globex').getByRole('switch').waitFor();
  await row('Works at Initech').waitFor({ state: 'detached' });
});

test('how it learns is chosen', async () => {
  await page.goto('/memory');
  await page.getByRole('button', { name: 'How it learns' }).click();
  const dialog = page.getByRole('dialog', { name: 'How memory learns' });
  await dialog.getByLabel('Facts found in chats').selectOption('automatic');
  await dialog.getByLabel('Let the connected model look too').check();
  await dialog.getByLabel('Most facts to keep').fill('200');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await (await page.request.get('/api/memory/settings')).json()).toEqual({
    extraction: 'automatic',
    use_model: true,
    max_facts: 200,
  });
});

test('forget everything, by typed words', async () => {
  await page.getByRole('button', { name: 'Forget everything' }).click();
  const confirm = page.getByRole('dialog', { name: 'Forget everything?' });
  const forget = confirm.getByRole('button', { name: 'Forget everything' });
  expect(await forget.isDisabled()).toBe(true);
  await confirm.getByLabel(/^Type/).fill('forget');
  expect(await forget.isDisabled()).toBe(true);
  await confirm.getByLabel(/^Type/).fill('forget everything');
  await forget.click();
  await page.getByText('Nothing is remembered yet').waitFor();
});
