import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Console, file, openConsole, setUp, upload } from './support.ts';

// The prompt library as a person keeps it and uses it in a chat.
let console_: Console;
beforeAll(async () => {
  console_ = await openConsole();
});
afterAll(() => console_?.close());

test('a prompt is kept, found, inserted with its variables filled in, changed, restored, and moved as a file', async () => {
  const page = await console_.page();
  await setUp(page, console_.server);
  await page.goto('/prompts');
  await page.getByText('No prompts yet').waitFor();

  // A category, and a prompt in it.
  await page.getByRole('button', { name: 'More for prompts' }).click();
  await page.getByRole('menuitem', { name: 'Categories' }).click();
  const categories = page.getByRole('dialog', { name: 'Categories' });
  await categories.getByLabel('New category').fill('Letters');
  await categories.getByRole('button', { name: 'Add' }).click();
  await categories.getByRole('listitem').getByText('Letters').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New prompt' }).first().click();
  const form = page.getByRole('dialog', { name: 'New prompt' });
  await form.getByLabel('Title').fill('Thank you letter');
  await form.getByLabel('Prompt', { exact: true }).fill('Thank {{name}} in a {{tone}} tone.');
  await form.getByLabel('Default of name (optional)').fill('Grace');
  await form.getByLabel('Kind of tone').selectOption('choice');
  await form.getByLabel('Choices of tone').fill('warm, short');
  await form.getByLabel('Category').selectOption('Letters');
  await form.getByRole('button', { name: 'Save prompt' }).click();
  const list = page.getByRole('list', { name: 'Prompts' });
  await list.getByText('Thank you letter').waitFor();
  await page.getByRole('button', { name: 'Favourite: Thank you letter' }).click();
  await page.getByRole('button', { name: 'Favourite: Thank you letter', pressed: true }).waitFor();
  await page.getByLabel('Whose').selectOption('Favourites');
  await list.getByText('Thank you letter').waitFor();
  await page.getByLabel('Whose').selectOption('Of projects');
  await page.getByText('No prompt matches').waitFor();
  await page.getByRole('button', { name: 'Clear search and filters' }).click();

  // In a chat, by keyboard alone.
  await page.goto('/chat/new');
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.click();
  await page.keyboard.type('/thank');
  await page.getByRole('option', { name: /Thank you letter/, selected: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('listbox', { name: 'Prompts' }).waitFor({ state: 'detached' });
  await page.keyboard.type(' you');
  await page.getByRole('option', { name: /Thank you letter/, selected: true }).waitFor();
  await page.keyboard.press('Enter');
  const fill = page.getByRole('dialog', { name: 'Thank you letter' });
  expect(await fill.getByLabel('name').inputValue()).toBe('Grace');
  await fill.getByLabel('name').fill('Ada');
  await fill.getByLabel('tone').selectOption('warm');
  await page.keyboard.press('Tab');
  await fill.getByRole('button', { name: 'Insert' }).click();
  await expect.poll(() => message.inputValue()).toBe('Thank Ada in a warm tone.');

  // Found by its words, changed, and an older version back.
  await page.goto('/prompts?search=thank');
  await page.getByRole('list', { name: 'Found, best first' }).getByText('Used 1 time').waitFor();
  await page.getByRole('button', { name: /^Thank you letter/ }).click();
  const sheet = page.getByRole('dialog', { name: 'Thank you letter' });
  await sheet.getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit the prompt' });
  await edit.getByLabel('Prompt', { exact: true }).fill('Thank {{name}} briefly.');
  await edit.getByRole('button', { name: 'Save prompt' }).click();
  await sheet.getByText('Thank {{name}} briefly.').first().waitFor();
  await sheet.getByRole('button', { name: /Version 1/ }).click();
  await sheet.getByText('Thank {{name}} in a {{tone}} tone.').waitFor();
  await sheet.getByRole('button', { name: 'Restore version 1' }).click();
  await sheet.getByRole('button', { name: /Version 3/ }).waitFor();
  await page.keyboard.press('Escape');

  // Out and in as a file.
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'More for prompts' }).click();
  await page.getByRole('menuitem', { name: 'Export my prompts' }).click();
  const exported = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as {
    prompts: { title: string }[];
  };
  expect(exported.prompts).toMatchObject([{ title: 'Thank you letter', category: 'Letters' }]);
  const more = { ...exported, prompts: [...exported.prompts, { title: 'Second', content: 'Another.' }] };
  const input = page.getByLabel('File of prompts to import');
  await input.setInputFiles([file('prompts.json', JSON.stringify(more))]);
  await page.getByText('1 prompt imported, 1 you had already.').waitFor();
  await input.setInputFiles([file('broken.json', 'not json')]);
  await page.getByText('broken.json is not a JSON file.').waitFor();

  // A file goes along, and stays attached over a reload.
  await page.goto('/files');
  await upload(page, [file('terms.md', 'The terms are fair.')]);
  await page.goto('/prompts');
  await page.getByRole('button', { name: /^Second/ }).click();
  await page.getByRole('dialog', { name: 'Second' }).getByRole('button', { name: 'Edit' }).click();
  await edit.getByRole('button', { name: 'Choose files' }).click();
  const files = page.getByRole('dialog', { name: 'Attach files' });
  await files.getByLabel('terms.md').check();
  await files.getByRole('button', { name: 'Attach' }).click();
  await edit.getByRole('list', { name: 'Files that go along' }).getByText('terms.md').waitFor();
  await edit.getByRole('button', { name: 'Save prompt' }).click();
  await page.getByText('Goes along: terms.md').waitFor();

  // Used from its page, and deleted.
  await page.getByRole('button', { name: 'Use in a new chat' }).click();
  await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Another.');
  await page.reload();
  await page.getByRole('list', { name: 'Files to send' }).getByText('terms.md').waitFor();
  await page.goto('/prompts');
  await page.getByRole('button', { name: /^Second/ }).click();
  await page.getByRole('dialog', { name: 'Second' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete Second?' }).getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => page.getByRole('button', { name: /^Second/ }).count()).toBe(0);
});
