import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Console, call, createProject, file, openConsole, person, setUp, upload } from './support.ts';

let console_: Console;
beforeAll(async () => {
  console_ = await openConsole();
});
afterAll(() => console_?.close());

const grace = { name: 'Grace Hopper', email: 'grace@example.org', password: 'another long password' };

test('an administrator adds a person, who sees nothing of anybody else', async () => {
  const page = await console_.page();
  await setUp(page, console_.server);
  const id = await createProject(page, 'A secret project', 'Find out what nobody else may know');
  await upload(page, [file('secret.md', '# Secret\n\nNobody else may read this.\n')]);
  await call(page, 'POST', '/api/memory', { content: 'The code word is heron', category: 'fact' });
  const chat = (await call(page, 'POST', '/api/conversations', {})) as { id: string };

  await page.goto('/admin');
  await page.getByRole('button', { name: 'Create user' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create user' });
  await dialog.getByLabel('Name (optional)').fill(grace.name);
  await dialog.getByLabel('Email').fill(grace.email);
  await dialog.getByLabel('Password').fill(grace.password);
  await dialog.getByRole('button', { name: 'Create user' }).click();
  const row = page.getByRole('listitem').filter({ hasText: grace.email });
  await row.getByText('Never signed in').waitFor();

  const other = await console_.page();
  await other.goto(`/projects/${id}`);
  await other.getByLabel('Email').fill(grace.email);
  await other.getByLabel('Password').fill('not her password at all');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByRole('alert').waitFor();
  await other.getByLabel('Password').fill(grace.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  // Back where she was going, which is not hers to see.
  await other
    .getByRole('alert')
    .getByText(/not found|does not exist/i)
    .waitFor();
  await other.goto('/projects');
  await other.getByText('Start your first project').waitFor();
  await other.goto('/files');
  await other.getByText('No files yet').waitFor();
  await other.goto('/files?find=secret');
  await other.getByText('No passage found').waitFor();
  await other.goto('/memory');
  await other.getByText('Nothing is remembered yet').waitFor();
  await other.goto('/chat');
  await other.getByText('No chats yet.').waitFor();
  await other.goto(`/chat/${chat.id}`);
  await other
    .getByRole('alert')
    .getByText(/not found|does not exist/i)
    .waitFor();
  expect(await other.getByRole('link', { name: 'Admin' }).count()).toBe(0);
  await other.goto('/admin/audit');
  await other.getByText('For administrators only').waitFor();

  await page.goto('/admin/audit');
  const events = page.getByRole('main').getByRole('listitem');
  await events.filter({ hasText: grace.email }).filter({ hasText: 'Refused' }).first().waitFor();
  await events.filter({ hasText: person.email }).first().waitFor();
  await page.goto('/admin/access');
  await page.getByText(/Row-level security is forced on all \d+ tables/).waitFor();
  await page.getByLabel('Search tables and rules').fill('provider_secrets');
  await expect.poll(() => page.getByRole('main').getByRole('group').count()).toBeLessThan(5);

  // A suspended person is out at once.
  await page.goto('/admin');
  await row.getByRole('button', { name: 'Suspend' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await row.getByText('Suspended').waitFor();
  await other.goto('/projects');
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
});
