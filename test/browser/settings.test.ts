import { afterAll, beforeAll, expect, test } from 'vitest';
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
});
