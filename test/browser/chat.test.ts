import { afterAll, beforeAll, expect, test } from 'vitest';
import { quoting } from './quoting-model.ts';
import { file, type ModelConsole, openModelConsole, textOf, upload } from './support.ts';

// A vendor that pauses half-way, so that a reload or a stop is surely in the middle of an answer.
let opened: ModelConsole;
beforeAll(async () => {
  opened = await openModelConsole(quoting);
});
afterAll(() => opened?.close());

test('answers stream, outlive the page, show in every tab, cite, stop, and can be deleted', async () => {
  const { model: vendor, page } = opened;
  await page.goto('/files');
  await upload(page, [
    file('rotation.md', '# Rotation\n\nThe signing secret is rotated every ninety days.\n'),
  ]);

  // No project: the chat looks into all documents.
  vendor.held = true;
  await page.goto('/chat');
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('How often is the signing secret rotated?');
  await message.press('Enter');
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
  const answer = page.getByRole('article', { name: 'Answer' }).last();
  await answer.getByText('I looked into').waitFor();
  expect(await answer.getAttribute('aria-busy')).toBe('true');
  const half = await textOf(answer);

  await page.reload();
  await answer.getByText('I looked into').waitFor();
  const second = opened.console.watch(await page.context().newPage());
  await second.goto(page.url());
  const same = second.getByRole('article', { name: 'Answer' }).last();
  await same.getByText('I looked into').waitFor();
  expect(await same.getAttribute('aria-busy')).toBe('true');
  vendor.held = false;
  for (const [tab, article] of [
    [page, answer],
    [second, same],
  ] as const) {
    await article.getByRole('button', { name: 'Open source 1', exact: true }).waitFor();
    await expect.poll(() => article.getAttribute('aria-busy')).toBe('false');
    expect((await textOf(article)).length).toBeGreaterThan(half.length);
    await article.getByText('Local model/middle').waitFor();
    await article.getByText('tokens').waitFor();
    expect(await tab.getByRole('article').count()).toBe(2);
  }
  expect(await textOf(answer)).toBe(await textOf(same));

  await answer.getByRole('button', { name: 'Open source 1', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'rotation.md' });
  expect(await textOf(panel.locator('mark'))).toContain('signing secret');
  await page.keyboard.press('Escape');

  vendor.held = true;
  await message.fill('And who rotates it?');
  await message.press('Shift+Enter');
  await message.press('Enter');
  const stopped = page.getByRole('article', { name: 'Answer' }).nth(1);
  await stopped.getByText('I looked into').waitFor();
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await stopped.getByText('Stopped').waitFor();
  vendor.held = false;
  await page.reload();
  await stopped.getByText('Stopped').waitFor();
  await stopped.getByText('I looked into').waitFor();

  const url = page.url();
  const title = await textOf(page.getByRole('heading', { level: 1 }));
  const chats = page.getByRole('navigation', { name: 'Chats' });
  await chats.getByRole('button', { name: `Actions for ${title}` }).click();
  await chats.getByRole('menuitem', { name: 'Move to the trash' }).click();
  await chats.getByText('No chats yet.').waitFor();
  await page.getByRole('link', { name: 'Trash' }).click();
  await chats.getByRole('button', { name: `Actions for ${title}` }).click();
  await chats.getByRole('menuitem', { name: 'Delete for good' }).click();
  const confirm = page.getByRole('dialog', { name: /^Delete/ });
  await confirm.getByRole('button', { name: 'Cancel' }).click();
  await chats.getByText(title).waitFor();
  await chats.getByRole('button', { name: `Actions for ${title}` }).click();
  await chats.getByRole('menuitem', { name: 'Delete for good' }).click();
  await confirm.getByRole('button', { name: 'Delete for good' }).click();
  await chats.getByText('The trash is empty.').waitFor();
  await page.goto(url);
  await page
    .getByRole('alert')
    .getByText(/not found|does not exist/i)
    .waitFor();
});
