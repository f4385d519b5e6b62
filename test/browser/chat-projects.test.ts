import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import {
  call,
  createProject,
  file,
  type ModelConsole,
  openModelConsole,
  startChat,
  upload,
} from './support.ts';

// A folder of chats is a project: what it knows, remembers and chooses acts on a chat that is begun in it.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
let hives: string;
beforeAll(async () => {
  opened = await openModelConsole(({ role, brief, results }) => {
    if (role !== 'chat') return { text: 'About bees' };
    return results.length === 0 && brief.startsWith('Search')
      ? { tool: 'search_files', input: { query: brief } }
      : { text: 'That is all.' };
  });
  ({ model, page } = opened);
  hives = await createProject(page, 'Hives', '');
});
afterAll(() => opened?.close());

const answers = () => page.getByRole('article', { name: 'Answer' });
const asked = () => model.asked.findLast(({ role }) => role === 'chat');

async function begin(words: string, place: string): Promise<void> {
  await startChat(page, words, place);
  await answers().getByText('That is all.').waitFor();
}

test('a chat of a project finds its files and remembers what belongs to it, and no chat of another project does', async () => {
  await upload(page, [file('frames.md', 'The frames of the hive are of lime wood.')]);
  await page.goto('/files');
  await upload(page, [file('boat.md', 'The frames of the boat are of oak.')]);
  const { id: boats } = (await call(page, 'POST', '/api/projects', { name: 'Boats' })) as { id: string };
  await call(page, 'POST', '/api/memory', { content: 'Hives stand in the old orchard', project_id: hives });
  await call(page, 'POST', '/api/memory', { content: 'Hives of the boat hold honey', project_id: boats });
  await call(page, 'POST', '/api/memory', { content: 'Likes hives that are painted' });

  await begin('Search where the hives stand and what frames they have', `/chat/new?project=${hives}`);
  const found = asked()?.results.at(-1)?.content ?? '';
  expect(found).toContain('lime wood');
  expect(found).not.toContain('oak');
  expect(asked()?.context).toContain('Hives stand in the old orchard');
  expect(asked()?.context).toContain('Likes hives that are painted');
  expect(asked()?.context).not.toContain('Hives of the boat');

  await begin('Search where the hives stand and what frames they have', `/chat/new?project=${boats}`);
  expect(asked()?.results.at(-1)?.content).not.toContain('lime wood');
  expect(asked()?.context).toContain('Hives of the boat');
  expect(asked()?.context).not.toContain('old orchard');

  // A chat of no project looks into everything of the person.
  await begin('Search where the hives stand and what frames they have', '/chat/new');
  expect(asked()?.results.at(-1)?.content).toContain('lime wood');
  expect(asked()?.results.at(-1)?.content).toContain('oak');
  expect(asked()?.context).toContain('old orchard');
});

test('a new chat of a project begins with the persona and the preset of the project', async () => {
  await call(page, 'POST', '/api/personas', {
    name: 'Brother Adam',
    description: 'Keeps bees.',
    system_prompt: 'You are a monk who keeps bees.',
    capabilities: { file_analysis: true },
  });
  await call(page, 'POST', '/api/presets', { name: 'Sober', model_parameters: { temperature: 0.15 } });
  await page.goto(`/chat?project=${hives}`);
  const openDialog = async () => {
    await page.getByRole('button', { name: 'More for chats' }).click();
    await page.getByRole('menuitem', { name: 'Instructions of the project' }).click();
  };
  await openDialog();
  const dialog = page.getByRole('dialog', { name: 'Chats of the project' });
  await dialog.getByLabel('Persona').selectOption('Brother Adam');
  await dialog.getByLabel('Preset').selectOption('Sober');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  await openDialog();
  await dialog.locator('option:checked', { hasText: 'Brother Adam' }).waitFor({ state: 'attached' });
  await dialog.locator('option:checked', { hasText: 'Sober' }).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');

  // Shown before it is sent, and sent so.
  await page.goto(`/chat/new?project=${hives}`);
  await page.getByRole('button', { name: 'What is sent' }).click();
  const preview = page.getByRole('dialog', { name: 'What is sent' });
  await preview.getByText('temperature: 0.15').waitFor();
  await preview.getByText('You are a monk who keeps bees.').first().waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await begin('Which bees do you keep?', `/chat/new?project=${hives}`);
  await page.getByText('Brother Adam').waitFor();
  expect(asked()?.system).toContain('You are a monk who keeps bees.');
  expect(model.lastRequest().temperature).toBe(0.15);

  await begin('Which bees do you keep?', '/chat/new');
  expect(asked()?.system).not.toContain('monk');
  expect(model.lastRequest().temperature).toBe(0.7);
});
