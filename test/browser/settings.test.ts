import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMcpServer } from '../harness/mcp-server.ts';
import { type Console, openConsole, openTab, setUp } from './support.ts';

let console_: Console;
beforeAll(async () => {
  console_ = await openConsole();
});
afterAll(() => console_.close());

test('parameters, presets and rules are kept over a reload, refused when wrong, and undone', async () => {
  const page = await console_.page();
  await setUp(page, console_.server);

  await page.goto('/settings/parameters');
  const temperature = page.getByLabel('Temperature', { exact: true });
  expect(await temperature.inputValue()).toBe('0.7');
  // The built-in model has none of the sampling settings, and the page says so.
  expect(await page.getByText(/Not supported by builtin/).count()).toBeGreaterThan(5);

  await temperature.fill('9');
  await temperature.blur();
  await page.getByText('Give a number from 0 to 2, or leave it empty.').waitFor();
  await temperature.fill('0.25');
  await temperature.blur();
  await expect
    .poll(() => page.getByRole('button', { name: 'Balanced' }).getAttribute('aria-pressed'))
    .toBe('false');
  await page.reload();
  expect(await temperature.inputValue()).toBe('0.25');

  await page.getByRole('button', { name: 'Keep as preset' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Sober');
  await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('button', { name: 'Creative' }).click();
  await expect.poll(() => temperature.inputValue()).toBe('1.2');
  await page.getByRole('button', { name: 'Sober', exact: true }).click();
  await expect.poll(() => temperature.inputValue()).toBe('0.25');

  await openTab(page, 'Rules');
  await page.getByText('No rules yet').waitFor();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Language');
  await page.getByRole('dialog').getByLabel('What is to be observed').fill('Answer in British English.');
  await page.getByRole('dialog').getByRole('button', { name: 'Add rule' }).click();
  await page.getByText('Answer in British English.').waitFor();
  await page.getByRole('switch', { name: 'Language is on' }).click();
  await expect
    .poll(() => page.getByRole('switch', { name: 'Language is on' }).getAttribute('aria-checked'))
    .toBe('false');
  await page.getByRole('button', { name: 'Delete Language' }).click();
  await page.getByText('No rules yet').waitFor();

  await openTab(page, 'History');
  const deleted = page.getByRole('listitem').filter({ hasText: 'Rule deleted' });
  await deleted.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone.').waitFor();
  await openTab(page, 'Rules');
  await page.getByText('Answer in British English.').waitFor();

  // One chat has its own, which the others do not.
  await page.goto('/chat');
  await page.getByRole('textbox', { name: 'Message' }).fill('What do you know?');
  await page.keyboard.press('Enter');
  await page.getByRole('article', { name: 'Answer' }).waitFor();
  await page
    .getByRole('button', { name: /^Actions for/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Settings of this chat' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of this chat' });
  await dialog.getByLabel('Search depth', { exact: true }).fill('2');
  await dialog.getByLabel('Search depth', { exact: true }).blur();
  await dialog.getByText('set here').waitFor();
  await dialog.getByRole('button', { name: 'Use my settings again' }).click();
  await expect.poll(() => dialog.getByLabel('Search depth', { exact: true }).inputValue()).toBe('5');

  await page.goto('/settings/functions');
  await page.getByRole('button', { name: 'Add a function' }).click();
  const form = page.getByRole('dialog', { name: 'Add a function' });
  await form.getByLabel('Name', { exact: true }).fill('count_words');
  await form.getByRole('button', { name: 'Save and run' }).click();
  await form.getByRole('status').filter({ hasText: '3' }).waitFor();
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('last test passed').waitFor();

  await page.goto('/settings/skills');
  await page.getByLabel('Zip or SKILL.md').setInputFiles({
    name: 'SKILL.md',
    mimeType: 'text/markdown',
    buffer: Buffer.from('---\nname: short-answers\ndescription: Answer in one line.\n---\nOne line.'),
  });
  await page.getByText('short-answers is installed.').waitFor();
  await page.getByRole('switch', { name: 'Use short-answers' }).waitFor();

  const mcp = await startMcpServer();
  await page.goto('/settings/servers');
  await page.getByRole('button', { name: 'Add a server' }).click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Adder');
  await page.getByRole('dialog').getByLabel('Address').fill(mcp.url);
  await page.getByRole('dialog').getByRole('button', { name: 'Add and connect' }).click();
  await page.getByText('healthy', { exact: true }).waitFor();
  await page.getByText('2 tools', { exact: true }).click();
  await page.getByLabel('noise').click();
  await expect.poll(() => page.getByLabel('noise').isChecked()).toBe(false);
  await page.reload();
  await page.getByText('2 tools', { exact: true }).click();
  await expect.poll(() => page.getByLabel('noise').isChecked()).toBe(false);
  await mcp.close();
  await page.getByRole('button', { name: 'Connect again' }).click();
  await page.getByText('unhealthy', { exact: true }).waitFor();
});
