import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Script } from '../harness/model.ts';
import { file, type ModelConsole, openModelConsole, textOf } from './support.ts';

// A chat as a person works in it: versions, overview, files, tools that ask, ratings, links, search, lists.
let opened: ModelConsole;
let count = 0;
const speaking: Script = ({ role, messages }) => {
  if (role === 'titler') return { text: 'Zebras and stripes' };
  const last = messages.at(-1);
  const asked = typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content);
  if (asked.startsWith('Remember')) return { tool: 'remember', input: { content: 'Ada likes stripes' } };
  return { text: `Answer ${++count}.\n\n\`\`\`js\nconst stripes = ${count};\n\`\`\`` };
};
beforeAll(async () => {
  opened = await openModelConsole(speaking);
});
afterAll(() => opened?.close());

test('questions and answers have versions, files go along, tools ask, and links show what was shared', async () => {
  const { page } = opened;
  await page.goto('/chat');
  await page.getByRole('button', { name: 'What do you remember about my work?' }).click();
  const message = page.getByRole('textbox', { name: 'Message' });
  expect(await message.inputValue()).toBe('What do you remember about my work?');
  await message.fill('Why do zebras have stripes?');
  // What was typed outlives a reload.
  await page.reload();
  expect(await message.inputValue()).toBe('Why do zebras have stripes?');
  await message.press('Enter');
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
  const answers = page.getByRole('article', { name: 'Answer' });
  const questions = page.getByRole('article', { name: 'You' });
  await answers.getByText('Answer 1.').waitFor();
  await answers.getByText('120 tokens').waitFor();
  expect(await message.inputValue()).toBe('');
  await page.getByRole('heading', { name: 'Zebras and stripes', level: 1 }).waitFor();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await answers.getByRole('button', { name: 'Copy js code' }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('const stripes = 1;');

  // Versions of the answer and of the question.
  await page.getByRole('button', { name: 'Answer again' }).click();
  await answers.getByText('Answer 2.').waitFor();
  await page.getByText('2/2').waitFor();
  await page.getByRole('button', { name: 'Previous version' }).click();
  await answers.getByText('Answer 1.').waitFor();
  await questions.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit the message' }).fill('Why do okapis have stripes?');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await answers.getByText('Answer 3.').waitFor();
  expect(await questions.count()).toBe(1);
  await page.getByRole('button', { name: 'Overview' }).click();
  const overview = page.getByRole('dialog', { name: 'Overview' });
  await expect.poll(() => overview.getByRole('listitem').count()).toBe(5);
  await overview.getByRole('button', { name: /Answer 2\./ }).click();
  await answers.getByText('Answer 2.').waitFor();
  await questions.getByText('Why do zebras have stripes?').waitFor();

  // Files: an upload that fails keeps the text, another goes along and says how it was read.
  await message.fill('And this file?');
  await page.route('**/api/files?*', (route) => route.abort(), { times: 1 });
  await page.getByLabel('Files to attach').setInputFiles([file('stripes.md', 'Stripes confuse flies.')]);
  const files = page.getByRole('list', { name: 'Files to send' });
  await files.getByRole('alert').waitFor();
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await files.getByRole('button', { name: 'Upload stripes.md again' }).click();
  await files.getByRole('alert').waitFor({ state: 'detached' });
  expect(await message.inputValue()).toBe('And this file?');
  await expect.poll(() => page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
  await message.press('Enter');
  await page.getByRole('list', { name: 'Attached files' }).getByText('its whole text was read').waitFor();
  await answers.getByText('Answer 4.').waitFor();

  // A tool that asks.
  const conversation = page.url().split('/').at(-1)?.slice(0, 36) ?? '';
  await page.getByRole('button', { name: 'Actions for Zebras and stripes' }).last().click();
  await page.getByRole('menuitem', { name: 'Tools' }).click();
  const tools = page.getByRole('dialog', { name: 'Tools' });
  await tools.getByRole('combobox', { name: 'Remember in this chat' }).selectOption('ask');
  await expect
    .poll(() => tools.getByRole('combobox', { name: 'Remember in this chat' }).inputValue())
    .toBe('ask');
  await page.keyboard.press('Escape');
  await message.fill('Remember that I like stripes');
  await message.press('Enter');
  const ask = page.getByRole('region', { name: 'Allow Remember?' });
  await ask.getByText('Ada likes stripes').waitFor();
  await page.reload();
  await ask.getByRole('button', { name: 'Allow once' }).click();
  await answers.getByText('Answer 5.').waitFor();
  await page.getByText('1 tool call: Remember').click();

  // A rating with its reason.
  await answers.last().hover();
  await page.getByRole('button', { name: 'Bad answer' }).last().click();
  const rating = page.getByRole('dialog', { name: 'What was wrong?' });
  await rating.getByRole('combobox', { name: 'Reason' }).selectOption('Too short');
  await rating.getByRole('button', { name: 'Rate as bad' }).click();
  await page.getByRole('button', { name: 'Bad answer', pressed: true }).waitFor();

  // A link, read without an account.
  await page.getByRole('button', { name: 'Actions for Zebras and stripes' }).last().click();
  await page.getByRole('menuitem', { name: 'Share' }).click();
  const share = page.getByRole('dialog', { name: 'Share this chat' });
  await share.getByLabel('Password (optional)').fill('open sesame');
  await share.getByRole('button', { name: 'Make a link' }).click();
  const link = await textOf(share.getByRole('region', { name: 'link' }));
  const reader = await opened.console.page();
  await reader.goto(link);
  await reader.getByLabel('Password').fill('wrong password');
  await reader.getByRole('button', { name: 'Open' }).click();
  await reader.getByRole('alert').getByText('The password is wrong.').waitFor();
  await reader.getByLabel('Password').fill('open sesame');
  await reader.getByRole('button', { name: 'Open' }).click();
  await reader.getByText('Answer 5.').waitFor();
  await reader.getByText('stripes.md').waitFor();
  await share.getByRole('button', { name: 'Close link' }).click();
  await share.getByText('There are none.').waitFor();
  await reader.reload();
  await reader.getByRole('alert').getByText('This link shows nothing.').waitFor();
  await page.keyboard.press('Escape');

  // Search finds what was said, also on a branch that is not shown, and goes there.
  await page.getByRole('searchbox', { name: 'Search chats' }).fill('okapis');
  const said = page.getByRole('region', { name: 'Said in chats' });
  await said.locator('mark').first().waitFor();
  await said
    .getByRole('link', { name: /okapis/ })
    .first()
    .click();
  await questions.getByText('Why do okapis have stripes?').waitFor();
  expect(page.url()).toContain(conversation);

  // Downloads.
  await page.getByRole('searchbox', { name: 'Search chats' }).fill('');
  await page.getByRole('button', { name: 'Actions for Zebras and stripes' }).last().click();
  await page.getByRole('menuitem', { name: 'Export' }).click();
  const exporting = page.getByRole('dialog', { name: 'Export this chat' });
  await exporting.getByRole('combobox', { name: 'Format' }).selectOption('pdf');
  const download = page.waitForEvent('download');
  await exporting.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('Zebras and stripes.pdf');

  // Trash and back.
  const chats = page.getByRole('navigation', { name: 'Chats' });
  await chats.getByRole('button', { name: 'Actions for Zebras and stripes' }).click();
  await page.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await chats.getByText('No chats yet.').waitFor();
  await page.getByRole('link', { name: 'Trash' }).click();
  await chats.getByRole('button', { name: 'Actions for Zebras and stripes' }).click();
  await page.getByRole('menuitem', { name: 'Restore' }).click();
  await chats.getByText('The trash is empty.').waitFor();
  await page.getByRole('link', { name: 'Back to chats' }).click();
  await chats.getByRole('link', { name: 'Zebras and stripes' }).waitFor();

  // Import.
  await page.getByRole('button', { name: 'More for chats' }).click();
  await page.getByRole('menuitem', { name: 'Import from ChatGPT or Claude' }).click();
  await page.getByRole('combobox', { name: 'From' }).selectOption('claude');
  const exported = [
    {
      uuid: 'c1',
      name: 'From elsewhere',
      chat_messages: [{ uuid: 'm1', sender: 'human', text: 'Hello there', files: [{ file_name: 'x.png' }] }],
    },
  ];
  await page
    .getByLabel('Export to import')
    .setInputFiles([file('conversations.json', JSON.stringify(exported))]);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const imports = page.getByRole('list', { name: 'Imports' });
  await imports.getByText('1 chat imported').waitFor();
  await imports.getByText('1 thing could not be taken').click();
  await chats.getByRole('link', { name: 'From elsewhere' }).click();
  await questions.getByText('Hello there').waitFor();
});
