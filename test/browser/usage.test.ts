import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import {
  call,
  download,
  type ModelConsole,
  openModelConsole,
  openTab,
  person,
  startChat,
  textOf,
} from './support.ts';

// What a person sees of tokens and money, and how a limit holds a chat back.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role }) => ({
    text: role === 'titler' ? 'About bees' : 'They dance.',
  }));
  ({ model, page } = opened);
});
afterAll(() => opened?.close());

const figure = (name: string) =>
  textOf(page.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd'));
const rowsOf = async (table: string): Promise<string[][]> => {
  const rows = page.getByRole('region', { name: table }).getByRole('row');
  const cells = await Promise.all((await rows.all()).map((row) => row.getByRole('cell').allTextContents()));
  return cells.slice(1).sort();
};

/** An answer and the title of its chat: each 100 tokens in and 20 out; only the model of the answer has a price. */
async function chat(place?: string): Promise<string> {
  const id = await startChat(page, 'How do bees talk?', place);
  await page.getByRole('article', { name: 'Answer' }).getByText('$0.30').waitFor();
  await page.getByRole('heading', { name: 'About bees', level: 1 }).waitFor();
  return id;
}

test('tokens and money are shown by day, model, project and chat, and go out as CSV', async () => {
  const project = (await call(page, 'POST', '/api/projects', { name: 'Hives' })) as { id: string };
  await page.goto('/settings/usage');
  await page.getByText('No model was called in this time').waitFor();
  await page.getByRole('button', { name: 'Set a price' }).click();
  const price = page.getByRole('dialog', { name: 'Set a price' });
  await price.getByLabel('Kind of connection').selectOption('openai-compatible');
  await price.getByLabel('Model').fill('mid*');
  await price.getByLabel('Input', { exact: true }).fill('1000');
  await price.getByLabel('Output').fill('10000');
  await price.getByRole('button', { name: 'Save' }).click();
  await price.waitFor({ state: 'detached' });
  await page.getByRole('cell', { name: 'mid*', exact: true }).waitFor();

  const outside = await chat();
  const inside = await chat(`/chat/new?project=${project.id}`);
  await page.goto('/settings');
  await openTab(page, 'Usage');
  await page.getByRole('region', { name: 'Usage by model' }).waitFor();
  expect(await figure('Calls')).toBe('4');
  expect(await figure('Tokens in')).toBe('400');
  expect(await figure('Tokens out')).toBe('80');
  expect(await figure('Cost')).toBe('$0.60');
  expect(await rowsOf('Usage by model')).toEqual([
    ['middle', 'openai-compatible', '2', '240', '$0.60'],
    ['small', 'openai-compatible', '2', '240', '$0'],
  ]);
  expect(await rowsOf('Usage by project')).toEqual([
    ['Hives', '2', '240', '$0.30'],
    ['Outside of projects', '2', '240', '$0.30'],
  ]);
  expect(await rowsOf('Usage by chat')).toEqual([
    ['About bees', '2', '240', '$0.30'],
    ['About bees', '2', '240', '$0.30'],
  ]);
  await page.getByRole('img', { name: /most on \d{4}-\d\d-\d\d: 480$/ }).waitFor();
  await page.getByRole('img', { name: /most on \d{4}-\d\d-\d\d: \$0\.60$/ }).waitFor();

  const csv = page.getByRole('link', { name: 'Every call as CSV' });
  const all = await download(page, csv);
  expect(all.name).toBe('usage-30-days.csv');
  const [head = '', ...calls] = all.content.toString().trim().split('\r\n');
  expect(calls).toHaveLength(4);
  const column = (name: string) => calls.map((line) => line.split(',')[head.split(',').indexOf(name)]);
  expect(column('cost_usd').map(Number).sort()).toEqual([0, 0, 0.3, 0.3]);
  expect(column('conversation_id').sort()).toEqual([outside, outside, inside, inside].sort());

  await page.getByLabel('Whose usage').selectOption('Hives');
  await page.getByLabel('Period').selectOption('Last 7 days');
  await expect.poll(() => csv.getAttribute('href')).toContain(`days=7&project_id=${project.id}`);
  await expect.poll(() => rowsOf('Usage by project')).toEqual([['Hives', '2', '240', '$0.30']]);
  expect(await figure('Cost')).toBe('$0.30');
  const own = await download(page, csv);
  expect(own.name).toBe('usage-7-days.csv');
  expect(own.content.toString().trim().split('\r\n').slice(1)).toHaveLength(2);
  expect(own.content.toString()).not.toContain(outside);

  // A limit that leaves a cent: the next answer is not begun, and the chat says why and what to do.
  await page.getByRole('button', { name: 'Add a limit' }).click();
  const adding = page.getByRole('dialog', { name: 'Add a limit' });
  await adding.getByLabel('Holds').selectOption('For good');
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.getByRole('alert').waitFor();
  await adding.getByLabel('Money in US dollars').fill('0.61');
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.waitFor({ state: 'detached' });
  await page.getByText('$0.60 of $0.61').waitFor();
  expect(await page.getByRole('meter', { name: 'Money used' }).getAttribute('aria-valuenow')).toBe('98');
  const asked = model.asked.length;
  await page.goto(`/chat/${outside}`);
  const warning = page.getByRole('complementary', { name: 'Limit of use' });
  await warning.getByText(`98 % of the limit of ${person.email} are used.`).waitFor();
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('And how do they find home?');
  await message.press('Enter');
  const stopped = page.getByRole('article', { name: 'Answer' }).last().getByRole('alert');
  await stopped.getByText('The user limit in total allows $0.6100: $0.6000 is used').waitFor();
  expect(await textOf(stopped)).toContain('raise it in Settings, Usage');
  expect(model.asked).toHaveLength(asked);

  // Raised, it goes on.
  await warning.getByRole('link', { name: 'See usage' }).click();
  await page.getByRole('button', { name: `Change the limit of ${person.email}, in total` }).click();
  const changing = page.getByRole('dialog', { name: `Limit of ${person.email}` });
  expect(await changing.getByLabel('Money in US dollars').inputValue()).toBe('0.61');
  await changing.getByLabel('Money in US dollars').fill('1000');
  await changing.getByRole('button', { name: 'Save' }).click();
  await page.getByText('$0.60 of $1,000.00').waitFor();
  await warning.waitFor({ state: 'detached' });
  await page.goto(`/chat/${outside}`);
  await stopped.waitFor();
  await page.getByRole('button', { name: 'Answer again' }).last().click();
  const answered = page.getByRole('article', { name: 'Answer' }).last();
  await answered.getByText('They dance.').waitFor();
  await answered.getByText('$0.30').waitFor();

  await page.goto('/settings/usage');
  await page.getByText('$0.90 of $1,000.00').waitFor();
  await page.getByRole('button', { name: `Remove the limit of ${person.email}, in total` }).click();
  await page
    .getByRole('dialog', { name: 'Remove this limit?' })
    .getByRole('button', { name: 'Remove' })
    .click();
  await page.getByText('No limits').waitFor();
  await page.getByRole('button', { name: /^Remove the price of mid\*/ }).click();
  await page.getByText('The prices that the program brings along hold for every model.').waitFor();
});
