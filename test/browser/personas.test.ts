import { afterAll, beforeAll, expect, test } from 'vitest';
import { file, type ModelConsole, openModelConsole, upload } from './support.ts';

// A persona as a person makes it, gives it knowledge and talks to it.
let opened: ModelConsole;
beforeAll(async () => {
  opened = await openModelConsole(() => ({ text: 'Arr, three knots.' }));
});
afterAll(() => opened?.close());

test('a persona is made, knows a file, is talked to, changed and deleted', async () => {
  const { model, page } = opened;
  await page.goto('/files');
  await upload(page, [file('knots.md', 'A knot is 1.852 km/h.')]);

  await page.goto('/personas');
  await page.getByText('No personas yet').waitFor();
  await page.getByRole('button', { name: 'New persona' }).first().click();
  const form = page.getByRole('dialog', { name: 'New persona' });
  await form.getByLabel('Name').fill('Captain Grey');
  await form.getByLabel('What it is for').fill('Tells how fast ships are.');
  await form.getByLabel('Who it is').fill('You are an old captain. Speak of the sea.');
  await form.getByLabel('Ways to begin (optional)').fill('How fast is she?');
  await form.getByLabel('Model').selectOption('The strongest model');
  await form.getByRole('button', { name: 'Save persona' }).click();
  const card = page.getByRole('article', { name: 'Captain Grey' });
  await card.getByText('Only you').waitFor();

  await card.getByRole('button', { name: 'More for Captain Grey' }).click();
  await page.getByRole('menuitem', { name: 'What it knows' }).click();
  const knowledge = page.getByRole('dialog', { name: 'What Captain Grey knows' });
  await knowledge.getByRole('button', { name: 'Add files' }).click();
  const picking = page.getByRole('dialog', { name: 'Attach files' });
  await picking.getByLabel('knots.md').check();
  await picking.getByRole('button', { name: 'Attach' }).click();
  await knowledge.getByRole('list', { name: 'Files it draws on' }).getByText('knots.md').waitFor();
  await page.keyboard.press('Escape');

  await card.getByRole('button', { name: 'How fast is she?' }).click();
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
  await page.getByText('Arr, three knots.').waitFor();
  await page.getByText('Captain Grey').waitFor();
  const asked = model.asked.find(({ system }) => system.includes('old captain'));
  expect(asked?.model).toBe('large');
  expect(asked?.tools).toContain('search_persona_knowledge');

  await page.goto('/personas?search=grey');
  await card.getByRole('button', { name: 'More for Captain Grey' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit Captain Grey' });
  await edit.getByLabel('Who may talk to it').selectOption('Everybody who signs in here');
  await edit.getByRole('button', { name: 'Save persona' }).click();
  await card.getByText('Everybody').waitFor();
  await card.getByRole('button', { name: 'More for Captain Grey' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No persona matches').waitFor();
});
