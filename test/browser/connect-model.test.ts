import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScriptedModel } from '../harness/model.ts';
import { quoting } from './quoting-model.ts';
import {
  type Console,
  createProject,
  file,
  openConsole,
  openTab,
  plan,
  runToEnd,
  setUp,
  textOf,
  upload,
} from './support.ts';

const key = 'sk-the-right-key';
let console_: Console;
let vendor: ScriptedModel;
beforeAll(async () => {
  vendor = await ScriptedModel.start(quoting);
  vendor.key = key;
  console_ = await openConsole();
});
afterAll(async () => {
  await console_?.close();
  await vendor?.close();
});

test('a connected model answers for projects; a wrong key is said plainly', async () => {
  const page = await console_.page();
  await setUp(page, console_.server);
  const banner = page.getByRole('complementary', { name: 'Model in use' });
  await banner.getByRole('link', { name: 'Connect a model' }).click();

  await page.getByRole('main').getByRole('button', { name: 'Connect a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a model' });
  await dialog.getByLabel('Provider').selectOption('openai-compatible');
  await dialog.getByLabel('Name').fill('Local model');
  await dialog.getByLabel('Base URL').fill(vendor.url);
  await dialog.getByLabel('API key').fill('sk-a-wrong-key');
  await dialog.getByLabel('Standard').fill('middle');
  await dialog.getByRole('button', { name: 'Save and test' }).click();
  const change = page.getByRole('dialog', { name: 'Change Local model' });
  await change.getByText('Local model refuses the API key.').waitFor();

  await change.getByLabel('API key').fill(key);
  await change.getByLabel('Strong').fill('large');
  await change.getByRole('button', { name: 'Save and test' }).click();
  await change.getByText('3 models to choose from.').waitFor();
  await change.getByRole('button', { name: 'Save', exact: true }).click();
  await change.waitFor({ state: 'detached' });

  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: /Local model/ }) });
  await card.getByText('Default', { exact: true }).waitFor();
  await card.getByText('key stored').waitFor();
  await banner.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(key);

  await createProject(page, 'Runs on it', 'How often is the signing secret rotated?');
  await upload(page, [
    file('rotation.md', '# Rotation\n\nThe signing secret is rotated every ninety days.\n'),
  ]);
  await plan(page);
  await page.getByRole('button', { name: /Write the answer/ }).waitFor();
  await runToEnd(page);
  await openTab(page, 'Runs');
  await page.getByText('Writer with Local model/middle').first().waitFor();
  await page.getByText('Researcher with Local model/middle').first().waitFor();
  await page.getByText('Supervisor with Local model/large').first().waitFor();
  expect(new Set(vendor.asked.map(({ model }) => model))).toEqual(new Set(['middle', 'large']));

  await openTab(page, 'Artifacts');
  await page.getByRole('button', { name: 'Open source 1', exact: true }).first().click();
  const mark = page.getByRole('dialog').locator('mark');
  expect(await textOf(mark)).toContain('signing secret is rotated');
});
