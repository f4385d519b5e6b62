import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import {
  type Credentials,
  call,
  connectModel,
  createProject,
  type ModelConsole,
  openModelConsole,
  signIn,
  startChat,
  textOf,
} from './support.ts';

// Grace founds an organization and shares a project; Linus comes by a link and works in it, within its limit.
const grace = { email: 'grace@example.org', password: 'another long password' };
const linus = { email: 'linus@example.org', password: 'a third long password' };
let opened: ModelConsole;
let model: ScriptedModel;
/** The administrator's, who belongs to no organization. */
let page: Page;
let graces: Page;
let linuss: Page;
let organization: string;
let project: string;
let link: string;
beforeAll(async () => {
  opened = await openModelConsole(({ role }) => ({
    text: role === 'titler' ? 'About bees' : 'They dance.',
  }));
  ({ model, page } = opened);
  for (const person of [grace, linus]) await call(page, 'POST', '/api/users', person);
  graces = await opened.console.page();
  linuss = await opened.console.page();
  await signIn(graces, grace);
  project = await createProject(graces, 'Hives', '');
});
afterAll(() => opened?.close());

const listed = (on: Page, list: string, text: string): Locator =>
  on.getByRole('list', { name: list }).getByRole('listitem').filter({ hasText: text });
const answer = () => linuss.getByRole('article', { name: 'Answer' }).last();
const choose = async (on: Page, menu: string, item: string): Promise<void> => {
  await on.getByRole('button', { name: menu }).click();
  await on.getByRole('menuitem', { name: item }).click();
};

async function ask(content: string): Promise<void> {
  const message = linuss.getByRole('textbox', { name: 'Message' });
  await message.fill(content);
  await message.press('Enter');
  await linuss.getByRole('article', { name: 'You' }).getByText(content).waitFor();
}

async function follow(who: Credentials, on: Page): Promise<void> {
  await on.goto(link);
  await on.getByLabel('Email').fill(who.email);
  await on.getByLabel('Password').fill(who.password);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

test('a person founds an organization, gives it a project and makes a link for another', async () => {
  await graces.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Organizations' }).click();
  await graces.getByText('No organization yet').waitFor();
  await graces.getByRole('button', { name: 'New organization' }).first().click();
  const founding = graces.getByRole('dialog', { name: 'New organization' });
  await founding.getByLabel('Name').fill('Beekeepers');
  await founding.getByRole('button', { name: 'Create organization' }).click();
  await graces.getByRole('heading', { name: 'Beekeepers', level: 1 }).waitFor();
  organization = new URL(graces.url()).pathname;
  await listed(graces, 'Members', grace.email).getByText('Owner').waitFor();

  await graces.getByRole('button', { name: 'Invite', exact: true }).click();
  const inviting = graces.getByRole('dialog', { name: 'Invite to Beekeepers' });
  await inviting.getByLabel('E-mail address').fill(grace.email);
  await inviting.getByRole('button', { name: 'Make a link' }).click();
  await inviting.getByRole('alert').getByText('is a member already').waitFor();
  await inviting.getByLabel('E-mail address').fill(linus.email);
  await inviting.getByRole('button', { name: 'Make a link' }).click();
  await inviting.getByText('shown this once').waitFor();
  link = await textOf(inviting.getByLabel('link', { exact: true }));
  expect(link).toMatch(/^http.*\/invitation#[\w-]{40,}$/);
  await inviting.getByRole('button', { name: 'Done' }).click();
  await listed(graces, 'Invitations', linus.email)
    .getByText(/Member, works until/)
    .waitFor();

  await graces.goto(`/projects/${project}`);
  await choose(graces, 'More project actions', 'Organization');
  const moving = graces.getByRole('dialog', { name: 'Organization' });
  await moving.getByLabel('Belongs to').selectOption('Beekeepers');
  await moving.getByRole('button', { name: 'Save' }).click();
  await graces.getByRole('main').getByRole('link', { name: 'Beekeepers' }).click();
  await listed(graces, 'Projects', 'Hives').waitFor();
});

test('the link joins whom it is for, after signing in, and nobody else', async () => {
  await page.goto(link);
  await page.getByRole('alert').getByText('This invitation is for another e-mail address.').waitFor();
  await follow(linus, linuss);
  await linuss.getByRole('heading', { name: 'Join Beekeepers' }).waitFor();
  await linuss.getByRole('button', { name: 'Accept' }).click();
  await linuss.getByRole('heading', { name: 'Beekeepers', level: 1 }).waitFor();
  await listed(linuss, 'Members', linus.email).getByText('You').waitFor();
  // Only owners and admins invite, give roles and set limits.
  for (const name of ['Invite', 'Add a limit', /^Remove/])
    expect(await linuss.getByRole('button', { name }).count()).toBe(0);
  await listed(linuss, 'Projects', 'Hives').getByRole('link', { name: 'Hives' }).click();
  await linuss.getByRole('heading', { name: 'Hives', level: 1 }).waitFor();
  await linuss.goto(link);
  await linuss.getByRole('link', { name: 'Open the organization' }).click();
  await linuss.getByRole('heading', { name: 'Beekeepers', level: 1 }).waitFor();

  await graces.reload();
  await listed(graces, 'Members', linus.email).waitFor();
  await graces.getByText('None is open.').waitFor();
});

test('a limit set on its page stops chats of members in its projects, until it is raised', async () => {
  await connectModel(linuss, model);
  await startChat(linuss, 'How do bees talk?', `/chat/new?project=${project}`);
  await answer().getByText('They dance.').waitFor();
  await linuss.getByRole('heading', { name: 'About bees', level: 1 }).waitFor();

  await graces.goto(organization);
  await graces.getByRole('button', { name: 'Add a limit' }).click();
  const adding = graces.getByRole('dialog', { name: 'Add a limit' });
  await adding.getByText('For Beekeepers').waitFor();
  await adding.getByLabel('Holds').selectOption('For good');
  await adding.getByLabel('Tokens').fill('250');
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.waitFor({ state: 'detached' });
  await graces.getByText('240 of 250').waitFor();

  const asked = model.asked.length;
  await ask('And how do they find home?');
  const words = await textOf(answer().getByRole('alert'));
  expect(words).toContain('The organization limit in total allows 250 tokens: 240 are used');
  expect(words).toContain('raise it on the page of the organization');
  expect(model.asked).toHaveLength(asked);

  // The page of usage knows organizations too, and sets the same limit.
  await graces.goto('/settings/usage');
  await graces.getByRole('button', { name: 'Add a limit' }).click();
  await adding.getByLabel('For').selectOption('Organization Beekeepers');
  await adding.getByLabel('Holds').selectOption('For good');
  await adding.getByLabel('Tokens').fill('1000000');
  await adding.getByRole('button', { name: 'Save' }).click();
  await adding.waitFor({ state: 'detached' });
  await graces.getByText('240 of 1M').waitFor();
  await linuss.getByRole('button', { name: 'Answer again' }).last().click();
  await answer().getByText('They dance.').waitFor();
});

test('roles change, members leave, and a deleted organization leaves its projects to their owners', async () => {
  await graces.goto(organization);
  await graces.getByLabel(`Role of ${linus.email}`).selectOption('Admin');
  await graces.getByText('Role changed.').waitFor();
  await linuss.goto(organization);
  await linuss.getByRole('button', { name: 'Invite', exact: true }).waitFor();
  await choose(linuss, 'More organization actions', 'Name and rights');
  const editing = linuss.getByRole('dialog', { name: 'Name and rights' });
  await editing.getByLabel('Name').fill('Apiarists');
  await editing.getByRole('button', { name: 'Save' }).click();
  await linuss.getByRole('heading', { name: 'Apiarists', level: 1 }).waitFor();
  await choose(linuss, 'More organization actions', 'Leave');
  await linuss.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await linuss.getByText('No organization yet').waitFor();
  await linuss.goto('/projects');
  await linuss.getByText('Start your first project').waitFor();

  await graces.reload();
  await choose(graces, 'More organization actions', 'Leave');
  await graces.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await graces.getByText('The last owner of an organization cannot leave it').waitFor();
  await graces.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await choose(graces, 'More organization actions', 'Delete organization');
  const deleting = graces.getByRole('dialog', { name: 'Delete “Apiarists”?' });
  await deleting.getByText('Its project stays with its owner').waitFor();
  const confirm = deleting.getByRole('button', { name: 'Delete organization' });
  expect(await confirm.isDisabled()).toBe(true);
  await deleting.getByLabel(/^Type/).fill('Apiarists');
  await confirm.click();
  await graces.getByText('No organization yet').waitFor();
  await graces.goto(`/projects/${project}`);
  await graces.getByRole('heading', { name: 'Hives', level: 1 }).waitFor();
});
