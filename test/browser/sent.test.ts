import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import { call, file, type ModelConsole, openModelConsole, startChat, textOf } from './support.ts';

// What a person is shown before they send is what the vendor then receives.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role }) => ({
    text: role === 'titler' ? 'About bees' : 'Buckfast bees.',
  }));
  ({ model, page } = opened);
});
afterAll(() => opened?.close());

interface Part {
  from: string;
  title: string;
  text: string;
}

/** Opens every part of a section and reads it as it stands there. */
async function partsOf(dialog: Locator, section: string): Promise<Part[]> {
  const heading = dialog.page().getByRole('heading', { name: section });
  const groups = dialog.locator('section').filter({ has: heading }).getByRole('group');
  const parts: Part[] = [];
  for (const group of await groups.all()) {
    const summary = group.locator('summary');
    await summary.click();
    const [from = '', title = ''] = await summary.locator('span').allTextContents();
    parts.push({ from, title, text: (await group.locator('summary + div').textContent()) ?? '' });
  }
  return parts;
}

test('instructions, rules, memory and a file are shown with their source, byte for byte as they are sent', async () => {
  const project = (await call(page, 'POST', '/api/projects', { name: 'Bees' })) as { id: string };
  await call(page, 'PATCH', `/api/projects/${project.id}`, { instructions: 'Speak as a bee-keeper.' });
  const rule = { rule_type: 'global', name: 'Language', content: 'Answer in British English.' };
  await call(page, 'POST', '/api/rules', rule);
  await call(page, 'POST', '/api/memory', { content: 'Keeps bees of the kind Buckfast' });
  await call(page, 'PATCH', '/api/settings', { model_parameters: { temperature: 0.15, top_k: 7 } });

  const preview = page.getByRole('button', { name: 'What is sent' });
  const dialog = page.getByRole('dialog', { name: 'What is sent' });
  const told = async (from: string, section = 'Instructions') =>
    (await partsOf(dialog, section)).find((part) => part.from === from);
  // There is no chat yet.
  await page.goto(`/chat/new?project=${project.id}`);
  await preview.click();
  await dialog.getByText(/^To Local model\/middle/).waitFor();
  expect((await told('The project'))?.text).toBe('Speak as a bee-keeper.');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await startChat(page, 'Which bees do I keep?', `/chat/new?project=${project.id}`);
  const answers = page.getByRole('article', { name: 'Answer' });
  await answers.getByText('120 tokens').waitFor();

  // Nothing is written yet.
  await preview.click();
  await dialog.getByText(/^To Local model\/middle: about [\d,]+ tokens$/).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  const content = 'What of my bees in this hive? – “quoted” \u{1F41D}';
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill(content);
  await page
    .getByLabel('Files to attach')
    .setInputFiles([file('hive.md', '# Hive\n\nTwelve frames of brood.\n')]);
  await page.getByRole('button', { name: 'Remove hive.md' }).waitFor();
  const before = model.asked.length;
  await preview.click();
  await dialog.getByText(/^To Local model\/middle/).waitFor();

  const system = await partsOf(dialog, 'Instructions');
  expect(system[0]).toMatchObject({ from: 'Its role', title: '' });
  expect(await told('The project')).toMatchObject({
    title: 'Instructions of the project',
    text: 'Speak as a bee-keeper.',
  });
  expect((await told('Your rules'))?.text).toContain('Answer in British English.');
  expect((await told('Your memory', 'Given with the message'))?.text).toContain(
    'Keeps bees of the kind Buckfast',
  );
  const said = await partsOf(dialog, 'Conversation');
  expect(said.map(({ from }) => from)).toEqual(['You', 'Answer', 'You']);
  expect(said.at(-1)?.text).toContain(content);
  expect(said.at(-1)?.text).toContain('Attached file “hive.md”');
  expect(said.at(-1)?.text).toContain('Twelve frames of brood.');
  const tools = await partsOf(dialog, 'Tools it may call');
  expect(tools.map(({ from }) => from)).toContain('Search files');
  await dialog.getByText('temperature: 0.15').waitFor();
  await dialog.getByText('topK: the model has none, not sent').waitFor();
  const body = await dialog.getByRole('region', { name: 'Body of the request' }).textContent();
  expect(body).not.toContain('sk-scripted');
  // Looking asks nobody.
  expect(model.asked).toHaveLength(before);

  await dialog.getByRole('button', { name: 'Close' }).click();
  expect(await message.inputValue()).toBe(content);
  await page.getByRole('button', { name: 'Send' }).click();
  await answers.nth(1).getByText('120 tokens').waitFor();
  expect(model.lastBody()).toBe(body);
  const wire = model.lastRequest() as { messages: { content: string }[]; temperature: number };
  expect(wire.temperature).toBe(0.15);
  expect(wire.messages[0]?.content).toBe(
    system.map(({ title, text }) => (title === '' ? text : `${title}:\n${text}`)).join('\n\n'),
  );
  expect(wire.messages.slice(1).map((one) => one.content)).toEqual(said.map(({ text }) => text));
  const question = page.getByRole('article', { name: 'You' }).nth(1);
  await question.getByRole('link', { name: 'hive.md' }).getByText('its whole text was read').waitFor();
  expect(await textOf(answers.nth(1))).toContain('1 remembered fact used');

  // A private chat is told nothing of what is remembered.
  await page.goto('/chat/new');
  await page.getByLabel('Private').check();
  await message.fill('Which bees do I keep?');
  await message.press('Enter');
  await answers.getByText('120 tokens').waitFor();
  await message.fill('What of my bees in this hive?');
  await preview.click();
  await dialog.getByText(/^To Local model\/middle/).waitFor();
  const alone = (await partsOf(dialog, 'Instructions')).map(({ from }) => from);
  expect(alone).toContain('Your rules');
  expect(alone).not.toContain('The project');
  expect(await dialog.getByText('Keeps bees of the kind Buckfast').count()).toBe(0);
});
