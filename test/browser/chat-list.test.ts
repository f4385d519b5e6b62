import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import { type ModelConsole, openModelConsole, startChat } from './support.ts';

// Titles, the trash, and one chat in two tabs.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role, brief }) =>
    role === 'titler'
      ? { text: brief.includes('wasps') ? 'Wasps at work' : 'Bees at work' }
      : {
          slowly: 'They begin in the morning, when the sun is up, and they end late at night.'.split(
            /(?<= )/,
          ),
          everyMs: 20,
        },
  );
  ({ model, page } = opened);
});
afterAll(() => opened?.close());

const chats = () => page.getByRole('navigation', { name: 'Chats' });
const row = (title: string) => chats().getByRole('listitem').filter({ hasText: title });
const answers = (on: Page) => on.getByRole('article', { name: 'Answer' });
const choose = async (title: string, item: string): Promise<void> => {
  await row(title)
    .getByRole('button', { name: `Actions for ${title}` })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
};

test('a title is made after the first answer, and one that a person gives stays', async () => {
  model.held = true;
  const id = await startChat(page, 'When do bees begin?');
  await answers(page)
    .getByText(/^They begin/)
    .waitFor();
  await page.getByRole('heading', { name: 'When do bees begin?', level: 1 }).waitFor();
  model.held = false;
  await page.getByRole('heading', { name: 'Bees at work', level: 1 }).waitFor();
  await row('Bees at work').waitFor();

  await choose('Bees at work', 'Rename');
  const dialog = page.getByRole('dialog', { name: 'Rename chat' });
  await dialog.getByRole('textbox').fill('Early bees');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'Early bees', level: 1 }).waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('And on Sundays?');
  await page.keyboard.press('Enter');
  await answers(page).nth(1).getByText('120 tokens').waitFor();
  await page.goto(`/chat/${id}`);
  await page.getByRole('heading', { name: 'Early bees', level: 1 }).waitFor();
  await row('Early bees').waitFor();
  expect(await row('Bees at work').count()).toBe(0);
});

test('what is stopped in one tab is stopped in the other', async () => {
  model.held = true;
  const other = opened.console.watch(await page.context().newPage());
  await other.goto(page.url());
  await page.getByRole('textbox', { name: 'Message' }).fill('And in winter?');
  await page.keyboard.press('Enter');
  await answers(other)
    .nth(2)
    .getByText(/^They begin/)
    .waitFor();
  await other.getByRole('button', { name: 'Stop the answer' }).click();
  for (const tab of [other, page]) {
    await answers(tab).nth(2).getByText('Stopped').waitFor();
    await answers(tab)
      .nth(2)
      .getByText(/^They begin/)
      .waitFor();
    await tab.getByRole('button', { name: 'Send' }).waitFor();
  }
  model.held = false;
  expect(await answers(page).nth(2).getByText('at night').count()).toBe(0);
  // Where it was stopped one goes on.
  await page.getByRole('textbox', { name: 'Message' }).fill('And in spring?');
  await page.keyboard.press('Enter');
  await answers(other).nth(3).getByText('at night.').waitFor();
  await other.close();
});

test('the trash says until when it keeps a chat, and asks before it is emptied', async () => {
  await startChat(page, 'When do wasps begin?');
  await row('Wasps at work').waitFor();
  await answers(page).getByText('120 tokens').waitFor();
  await choose('Early bees', 'Move to the trash');
  await row('Early bees').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Trash' }).click();
  const { items } = (await (await page.request.get('/api/conversations?view=trash')).json()) as {
    items: { deleted_at: string; kept_until: string }[];
  };
  const [thrown] = items;
  const days = (Date.parse(thrown?.kept_until ?? '') - Date.parse(thrown?.deleted_at ?? '')) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  const until = await page.evaluate(
    `new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date('${thrown?.kept_until}'))`,
  );
  await row('Early bees').getByText(`Kept until ${until}`).waitFor();

  const confirm = page.getByRole('dialog', { name: 'Empty the trash?' });
  await page.getByRole('button', { name: 'Empty the trash' }).click();
  await confirm.getByRole('button', { name: 'Cancel' }).click();
  await row('Early bees').waitFor();
  await page.getByRole('button', { name: 'Empty the trash' }).click();
  await confirm.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByText('1 chat deleted.').waitFor();
  await chats().getByText('The trash is empty.').waitFor();
  expect(await page.getByRole('button', { name: 'Empty the trash' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Back to chats' }).click();
  await row('Wasps at work').waitFor();
  await page.reload();
  await row('Wasps at work').waitFor();
  expect(await row('Early bees').count()).toBe(0);
});
