import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  call,
  connectModel,
  type ModelConsole,
  openModelConsole,
  signIn,
  startChat,
  textOf,
} from './support.ts';

// A chat is read by whoever has its link, and written in by the members of its project.
const grace = { name: 'Grace Hopper', email: 'grace@example.org', password: 'another long password' };
let opened: ModelConsole;
let page: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role, brief }) => ({
    text: role === 'titler' ? 'About bees' : `You asked: ${brief}`,
  }));
  ({ page } = opened);
});
afterAll(() => opened?.close());

const answer = (on: Page, words: string) =>
  on.getByRole('article', { name: 'Answer' }).getByText(`You asked: ${words}`);
const openShare = async () => {
  await page.locator('header').getByRole('button', { name: 'Actions for About bees' }).click();
  await page.getByRole('menuitem', { name: 'Share' }).click();
  return page.getByRole('dialog', { name: 'Share this chat' });
};

async function say(on: Page, words: string): Promise<void> {
  const message = on.getByRole('textbox', { name: 'Message' });
  await message.fill(words);
  await message.press('Enter');
  await answer(on, words).waitFor();
}

test('a link shows what was said until it is closed, also to who has it open', async () => {
  await startChat(page, 'Do bees sleep?');
  await answer(page, 'Do bees sleep?').waitFor();
  await page.getByRole('heading', { name: 'About bees', level: 1 }).waitFor();
  const dialog = await openShare();
  await dialog.getByLabel('The link works').selectOption('for 7 days');
  await dialog.getByLabel('Password (optional)').fill('short');
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  await dialog.locator('input:invalid').waitFor();
  await dialog.getByLabel('Password (optional)').fill('open sesame');
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await textOf(dialog.getByRole('region', { name: 'link' }));
  const open = dialog.getByRole('list', { name: 'Open links' }).getByRole('listitem');
  await open.getByLabel('With a password').waitFor();
  await open.getByText(/0 views, works until /).waitFor();

  const reader = await opened.console.page();
  await reader.goto(link);
  await reader.getByLabel('Password').fill('wrong password');
  await reader.getByRole('button', { name: 'Open' }).click();
  await reader.getByRole('alert').getByText('The password is wrong.').waitFor();
  expect(await reader.getByText('Do bees sleep?').count()).toBe(0);
  await reader.getByLabel('Password').fill('open sesame');
  await reader.getByRole('button', { name: 'Open' }).click();
  await answer(reader, 'Do bees sleep?').waitFor();
  await reader.getByText('Read only').waitFor();
  expect(await reader.getByRole('textbox').count()).toBe(0);
  expect(await reader.getByRole('button', { name: /Edit|Answer again|Delete/ }).count()).toBe(0);

  // What is said later is not shown; who comes back while the link is open sees the same.
  await page.keyboard.press('Escape');
  await say(page, 'And wasps?');
  const comeBack = () => reader.evaluate('dispatchEvent(new Event("focus"))');
  const asked = reader.waitForResponse('**/api/shared');
  await comeBack();
  expect((await asked).status()).toBe(200);
  await answer(reader, 'Do bees sleep?').waitFor();
  expect(await reader.getByText('And wasps?').count()).toBe(0);

  await openShare();
  await open.getByText(/^1 view, works until /).waitFor();
  await dialog.getByRole('button', { name: 'Close link' }).click();
  await dialog.getByText('There are none.').waitFor();
  await page.keyboard.press('Escape');
  await comeBack();
  await reader.getByRole('alert').getByText('This link shows nothing.').waitFor();
  expect(await reader.getByText('Do bees sleep?').count()).toBe(0);
});

test('members of its project write in one chat, and each sees live what the other says', async () => {
  await call(page, 'POST', '/api/users', grace);
  const graces = await opened.console.page();
  await signIn(graces, grace);
  await connectModel(graces, opened.model);
  const project = (await call(page, 'POST', '/api/projects', { name: 'Hives' })) as { id: string };
  const organization = (await call(page, 'POST', '/api/organizations', { name: 'Beekeepers' })) as {
    id: string;
  };
  const { token } = (await call(page, 'POST', `/api/organizations/${organization.id}/invitations`, {
    email: grace.email,
  })) as { token: string };
  await call(graces, 'POST', '/api/organization-invitations/accept', { token });
  await call(page, 'PUT', `/api/organizations/${organization.id}/projects/${project.id}`, {});

  await startChat(page, 'Who feeds the bees?', `/chat/new?project=${project.id}`);
  await answer(page, 'Who feeds the bees?').waitFor();
  await graces.goto(`/chat?project=${project.id}`);
  await graces.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: 'About bees' }).click();
  await answer(graces, 'Who feeds the bees?').waitFor();
  // Who said what is told apart.
  await graces.getByRole('article', { name: 'Ada Lovelace' }).getByText('Who feeds the bees?').waitFor();
  expect(await graces.getByRole('article', { name: 'You' }).count()).toBe(0);

  await say(graces, 'I do, each morning.');
  await page.getByRole('article', { name: 'Grace Hopper' }).getByText('I do, each morning.').waitFor();
  await answer(page, 'I do, each morning.').waitFor();
  await say(page, 'Then I do it at noon.');
  await graces.getByRole('article', { name: 'Ada Lovelace' }).getByText('Then I do it at noon.').waitFor();
  await answer(graces, 'Then I do it at noon.').waitFor();

  // Who is no longer a member sees it no more.
  const { id } = ((await (await graces.request.get('/api/auth/status')).json()) as { user: { id: string } })
    .user;
  await call(page, 'DELETE', `/api/organizations/${organization.id}/members/${id}`, {});
  await graces.reload();
  await graces
    .getByRole('alert')
    .getByText(/not found|does not exist/i)
    .waitFor();
});
