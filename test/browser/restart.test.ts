import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Console, createProject, openConsole, setUp } from './support.ts';

let console_: Console;
beforeAll(async () => {
  console_ = await openConsole();
});
afterAll(() => console_?.close());

test('while the server is away the page stays and says so, and goes on when it is back', async () => {
  const { server } = console_;
  const page = await console_.page();
  await setUp(page, server);
  await createProject(page, 'Outlives a restart', 'Nothing shown is lost');
  await page.getByText('Live', { exact: true }).waitFor();

  await server.kill();
  const banner = page.getByText('The server does not answer. Reconnecting');
  await banner.waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Board', exact: true }).click();
  await page.getByRole('heading', { name: 'Outlives a restart' }).waitFor();
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.getByText('Nothing shown is lost').waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Goal').fill('Written while it was away');
  await page.getByRole('button', { name: 'Save goal' }).click();
  await page.getByRole('alert').getByText('The server does not answer.').waitFor();

  await server.start();
  await banner.waitFor({ state: 'detached', timeout: 30_000 });
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await page.getByLabel('Goal').inputValue()).toBe('Written while it was away');
  await page.getByRole('button', { name: 'Save goal' }).click();
  await page.getByRole('paragraph').filter({ hasText: 'Written while it was away' }).waitFor();
});
