import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import { call, type ModelConsole, openModelConsole, startChat, textOf } from './support.ts';

// What stands at an answer: its rating, the settings it was made with, and the facts it used.
let opened: ModelConsole;
let model: ScriptedModel;
let page: Page;
beforeAll(async () => {
  opened = await openModelConsole(({ role }) => ({
    text: role === 'titler' ? 'About bees' : role === 'chat' ? 'They dance.' : 'No facts.',
  }));
  ({ model, page } = opened);
});
afterAll(() => opened?.close());

const answers = () => page.getByRole('article', { name: 'Answer' });
async function done(index: number): Promise<void> {
  await answers().nth(index).getByText('120 tokens').waitFor();
  // Markdown is loaded with the first answer; what stands below it moves when it comes.
  await answers().nth(index).locator('.markdown').waitFor();
}
const menu = async (item: string): Promise<void> => {
  await page
    .locator('header')
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
};
async function say(words: string): Promise<void> {
  const before = await answers().count();
  await page.getByRole('textbox', { name: 'Message' }).fill(words);
  await page.keyboard.press('Enter');
  await done(before);
}

test('formulas are drawn, code is coloured, and money stays money', async () => {
  const { script } = model;
  model.script = (asked) =>
    asked.role === 'chat'
      ? {
          text: [
            'It costs $5 and $10, and \\(e^{i\\pi} = -1\\).',
            '\\[ \\sum_{i=1}^n i = \\frac{n(n+1)}{2} \\]',
            '```python\ndef area(w):\n    return w * "$a$"\n```',
          ].join('\n\n'),
        }
      : script(asked);
  await startChat(page, 'Show me formulas and code.');
  await done(0);
  const answer = answers().first();
  await answer.getByText('It costs $5 and $10').waitFor();
  // KaTeX keeps what was written beside the MathML.
  const written = answer.locator('annotation[encoding="application/x-tex"]');
  await answer.getByRole('region', { name: 'Formula' }).locator('math').waitFor();
  expect(await written.allTextContents()).toEqual(['e^{i\\pi} = -1', '\\sum_{i=1}^n i = \\frac{n(n+1)}{2}']);
  const code = answer.getByRole('region', { name: 'python code' });
  expect(await code.locator('.hljs-keyword').allTextContents()).toEqual(['def', 'return']);
  expect(await code.textContent()).toBe('def area(w):\n    return w * "$a$"');
  model.script = script;
});

test('a rating has a reason and words, is changed, taken back, and kept over a reload', async () => {
  await startChat(page, 'What do bees do?');
  await done(0);
  const thumb = (name: string, pressed: boolean) => page.getByRole('button', { name, pressed });
  await thumb('Good answer', false).click();
  await thumb('Good answer', true).waitFor();
  await page.reload();
  await thumb('Good answer', true).waitFor();

  await thumb('Bad answer', false).click();
  const rating = page.getByRole('dialog', { name: 'What was wrong?' });
  await rating.getByLabel('Reason').selectOption('Too short');
  await rating.getByLabel('In your words (optional)').fill('Nothing of the honey.');
  await rating.getByRole('button', { name: 'Rate as bad' }).click();
  await thumb('Bad answer', true).waitFor();
  await thumb('Good answer', false).waitFor();
  await page.reload();
  await thumb('Bad answer', true).click();
  expect(await rating.getByLabel('Reason').inputValue()).toBe('Too short');
  expect(await rating.getByLabel('In your words (optional)').inputValue()).toBe('Nothing of the honey.');
  await rating.getByLabel('Reason').selectOption('Not true');
  await rating.getByRole('button', { name: 'Rate as bad' }).click();
  await rating.waitFor({ state: 'detached' });
  await page.reload();
  await thumb('Bad answer', true).click();
  expect(await rating.getByLabel('Reason').inputValue()).toBe('Not true');

  await rating.getByRole('button', { name: 'Take the rating back' }).click();
  await thumb('Bad answer', false).waitFor();
  await page.reload();
  await thumb('Bad answer', false).click();
  expect(await rating.getByLabel('In your words (optional)').inputValue()).toBe('');
  await page.keyboard.press('Escape');
});

test('a parameter reaches the model as set on the page, and stands at the answer it was used for', async () => {
  await menu('Settings of this chat');
  const dialog = page.getByRole('dialog', { name: 'Settings of this chat' });
  const field = (name: string): Locator => dialog.getByLabel(name, { exact: true });
  await field('Temperature').fill('0.35');
  await field('Temperature').blur();
  // The next change does not wait for the one before it.
  await field('Top K').fill('12');
  await field('Top K').blur();
  await dialog.getByText('Not supported by Local model/middle: not sent').first().waitFor();
  await expect.poll(() => dialog.getByText('set here', { exact: true }).count()).toBe(2);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await say('Do they sing?');
  expect(model.lastRequest().temperature).toBe(0.35);
  expect(model.lastBody()).not.toContain('top_k');

  // A preset of one's own, chosen in the chat, acts from the next answer on.
  await call(page, 'POST', '/api/presets', { name: 'Lively', model_parameters: { temperature: 1.4 } });
  await page.reload();
  await menu('Settings of this chat');
  await dialog.getByLabel('Preset').selectOption('Lively');
  await expect.poll(() => field('Temperature').inputValue()).toBe('1.4');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await say('Do they swim?');
  expect(model.lastRequest().temperature).toBe(1.4);

  await page.reload();
  const settings = page.getByRole('list', { name: 'Settings it was made with' });
  for (const [index, temperature] of [
    [0, '0.7'],
    [1, '0.35'],
    [2, '1.4'],
  ] as const) {
    await answers().nth(index).getByText('Settings it was made with').click();
    await answers()
      .nth(index)
      .locator(settings)
      .getByText(`Temperature: ${temperature}`, { exact: true })
      .waitFor();
    expect(await answers().nth(index).locator(settings).getByText('Top K').count()).toBe(0);
  }
});

test('an answer shows the facts it used; a private chat uses and remembers none', async () => {
  await call(page, 'POST', '/api/memory', { content: 'Keeps bees of the kind Buckfast' });
  await startChat(page, 'Which kind of bees do I keep?');
  await done(0);
  expect(model.lastBody()).toContain('Keeps bees of the kind Buckfast');
  await answers().getByText('1 remembered fact used').click();
  const facts = page.getByRole('list', { name: 'Facts used' });
  await facts.getByRole('link', { name: 'Keeps bees of the kind Buckfast' }).click();
  await page.getByRole('heading', { name: 'Memory', level: 1 }).waitFor();
  await page.getByText('Keeps bees of the kind Buckfast').first().waitFor();

  await page.goto('/chat/new');
  await page.getByLabel('Private').check();
  await page
    .getByRole('textbox', { name: 'Message' })
    .fill('My name is Ada and I live in London. Which bees do I keep?');
  await page.keyboard.press('Enter');
  await done(0);
  await page.getByText('Private', { exact: true }).waitFor();
  expect(model.lastBody()).not.toContain('Buckfast');
  expect(model.asked.findLast(({ role }) => role === 'chat')?.tools).not.toContain('remember');
  expect(await textOf(answers().first())).not.toContain('remembered');

  // What is said in the open after it is found; by then the private one would have been read too.
  await startChat(page, 'I live in Paris.');
  await done(0);
  await page.goto('/memory');
  await page.getByText(/Paris/).first().waitFor();
  expect(await page.getByText(/London/).count()).toBe(0);
});
