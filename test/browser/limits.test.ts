import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import {
  call,
  connectModel,
  type ModelConsole,
  openModelConsole,
  signIn,
  startChat,
  textOf,
} from './support.ts';

// Limits that others keep: of a project, by its owner, and of a person, by an administrator.
const grace = { email: 'grace@example.org', password: 'another long password' };
let opened: ModelConsole;
let model: ScriptedModel;
/** The administrator's. */
let page: Page;
let graces: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role }) => ({
    text: role === 'titler' ? 'About bees' : 'They dance.',
  }));
  ({ model, page } = opened);
  await call(page, 'POST', '/api/users', grace);
  graces = await opened.console.page();
  await signIn(graces, grace);
  await connectModel(graces, model);
});
afterAll(() => opened?.close());

const answer = () => graces.getByRole('article', { name: 'Answer' }).last();
const limitOf = (on: Page, name: string): Locator =>
  on.getByRole('listitem').filter({ has: on.getByRole('heading', { name, level: 3, exact: true }) });
const warning = (on: Page): Locator => on.getByRole('complementary', { name: 'Limit of use' });

/** A question that is answered and titled: with each of the two go 120 tokens. */
async function talk(place?: string): Promise<string> {
  const id = await startChat(graces, 'How do bees talk?', place);
  await answer().getByText('They dance.').waitFor();
  await answer().getByText('120 tokens').waitFor();
  await graces.getByRole('heading', { name: 'About bees', level: 1 }).waitFor();
  return id;
}

/** Asks in the chat that is open and gives what is said instead of an answer. */
async function refused(): Promise<string> {
  const asked = model.asked.length;
  const message = graces.getByRole('textbox', { name: 'Message' });
  await message.fill('And how do they find home?');
  await message.press('Enter');
  await graces.getByRole('article', { name: 'You' }).getByText('And how do they find home?').waitFor();
  const words = await textOf(answer().getByRole('alert'));
  expect(model.asked).toHaveLength(asked);
  return words;
}

/** What was refused is asked again, and answered. */
async function goesOn(): Promise<void> {
  await graces.getByRole('button', { name: 'Answer again' }).last().click();
  await answer().getByText('They dance.').waitFor();
}

async function change(on: Page, name: string, tokens: string): Promise<void> {
  await limitOf(on, name)
    .getByRole('button', { name: /^Change the limit/ })
    .click();
  const dialog = on.getByRole('dialog', { name: `Limit of ${name}` });
  await dialog.getByLabel('Tokens').fill(tokens);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('the owner of a project limits it: its chats stop and say which limit, others go on', async () => {
  const { id } = (await call(graces, 'POST', '/api/projects', { name: 'Hives' })) as { id: string };
  const inside = await talk(`/chat/new?project=${id}`);

  await graces.goto('/settings/usage');
  await graces.getByRole('button', { name: 'Add a limit' }).click();
  const adding = graces.getByRole('dialog', { name: 'Add a limit' });
  await adding.getByLabel('For').selectOption('Project Hives');
  // Other people are an administrator's to limit.
  expect(await adding.getByRole('option', { name: 'Another person' }).count()).toBe(0);
  await adding.getByLabel('Holds').selectOption('For good');
  await adding.getByLabel('Tokens').fill('250');
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.waitFor({ state: 'detached' });
  await limitOf(graces, 'Hives').getByText('Project, in total').waitFor();
  await limitOf(graces, 'Hives').getByText('240 of 250').waitFor();
  await warning(graces).getByText('96 % of the limit of Hives are used.').waitFor();

  await graces.goto(`/chat/${inside}`);
  await answer().getByText('They dance.').waitFor();
  const words = await refused();
  expect(words).toContain('The project limit in total allows 250 tokens: 240 are used');
  expect(words).toContain('raise it in Settings, Usage, as an owner of the project');
  // Outside of the project nothing is limited.
  await talk();

  await graces.goto('/settings/usage');
  await limitOf(graces, 'Hives').getByText('240 of 250').waitFor();
  await change(graces, 'Hives', '1000000');
  await limitOf(graces, 'Hives').getByText('240 of 1M').waitFor();
  await graces.goto(`/chat/${inside}`);
  await answer().getByRole('alert').waitFor();
  await goesOn();
});

test('an administrator limits another person, who is told so and goes on when it is raised', async () => {
  const chat = await talk();
  await page.goto('/settings/usage');
  await limitOf(page, 'Hives').waitFor();
  await page.getByRole('button', { name: 'Add a limit' }).click();
  const adding = page.getByRole('dialog', { name: 'Add a limit' });
  await adding.getByLabel('For').selectOption('Another person');
  await adding.getByLabel('E-mail address').fill('nobody@example.org');
  await adding.getByLabel('Holds').selectOption('Each day');
  await adding.getByLabel('Tokens').fill('100');
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.getByRole('alert').getByText('Nobody here has this e-mail address.').waitFor();
  await adding.getByLabel('E-mail address').fill(grace.email);
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.waitFor({ state: 'detached' });
  await limitOf(page, grace.email).getByText('Person, a day').waitFor();
  // It is used up and hers alone: the administrator is not warned of it.
  await limitOf(page, grace.email).getByRole('meter', { name: 'Tokens used' }).waitFor();
  expect(await warning(page).count()).toBe(0);

  await graces.goto('/settings/usage');
  const hers = limitOf(graces, grace.email);
  await hers.getByText('Set by an administrator.').waitFor();
  expect(await hers.getByRole('button').count()).toBe(0);
  await warning(graces).getByText(`The limit of ${grace.email} is used up`).waitFor();
  await graces.goto(`/chat/${chat}`);
  await answer().getByText('They dance.').waitFor();
  const words = await refused();
  expect(words).toContain('The user limit per day allows 100 tokens:');
  expect(words).toMatch(/Wait until \d{4}-\d\d-\d\d 00:00 UTC, or ask an administrator to raise it\.$/);
  await startChat(page, 'How do bees talk?');
  await page.getByRole('article', { name: 'Answer' }).getByText('They dance.').waitFor();

  await page.goto('/settings/usage');
  await change(page, grace.email, '1000000');
  await limitOf(page, grace.email).getByText('of 1M').waitFor();
  await goesOn();
});
