import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedModel } from '../harness/model.ts';
import { type ModelConsole, openModelConsole } from './support.ts';

// The chat with a thumb on a phone, and with keys alone.
let opened: ModelConsole;
let model: ScriptedModel;
let count = 0;
beforeAll(async () => {
  opened = await openModelConsole(({ role }) =>
    role === 'titler'
      ? { text: 'About bees' }
      : { slowly: `Answer ${++count}: they dance in eights.`.split(/(?<= )/), everyMs: 20 },
  );
  ({ model } = opened);
});
afterAll(() => opened?.close());

const answers = (page: Page) => page.getByRole('article', { name: 'Answer' });
const inView = async (page: Page): Promise<void> => {
  const [width, within] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
    number,
    number,
  ];
  expect(width).toBeLessThanOrEqual(within);
};

test('on a phone one writes, sends, stops, goes to the list and back, and switches between versions', async () => {
  const state = await opened.page.context().storageState();
  const page = await opened.console.page({
    storageState: state,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.goto('/chat');
  await page.getByText('No chats yet.').waitFor();
  await inView(page);
  await page.getByRole('link', { name: 'New chat' }).tap();
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.tap();
  await message.fill('How do bees talk?');
  model.held = true;
  await page.getByRole('button', { name: 'Send' }).tap();
  await answers(page).getByText('Answer 1:').waitFor();
  await inView(page);
  await page.getByRole('button', { name: 'Stop the answer' }).tap();
  await answers(page).getByText('Stopped').waitFor();
  model.held = false;

  await page.getByRole('button', { name: 'Answer again' }).tap();
  await answers(page).getByText('Answer 2: they dance in eights.').waitFor();
  await page.getByRole('button', { name: 'Previous version' }).tap();
  await answers(page).getByText('Answer 1:').waitFor();
  await page.getByText('1/2').waitFor();
  await inView(page);

  await page.getByRole('link', { name: 'All chats' }).tap();
  await message.waitFor({ state: 'detached' });
  await inView(page);
  await page.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: 'About bees' }).tap();
  await answers(page).getByText('Answer 1:').waitFor();
  await page.getByRole('button', { name: 'Overview' }).tap();
  await page
    .getByRole('dialog', { name: 'Overview' })
    .getByRole('button', { name: /Answer 2/ })
    .tap();
  await answers(page).getByText('Answer 2: they dance in eights.').waitFor();
  await page.context().close();
});

test('with keys alone one writes, sends, stops, switches between versions and opens another chat', async () => {
  const { page } = opened;
  const focused = (): Promise<unknown> =>
    page.evaluate(
      'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim()',
    );
  const tabTo = async (name: string | RegExp, key = 'Tab'): Promise<void> => {
    for (let presses = 0; presses < 60; presses++) {
      const at = String(await focused());
      if (typeof name === 'string' ? at === name : name.test(at)) return;
      await page.keyboard.press(key);
    }
    throw new Error(`${key} never reached ${name}.`);
  };
  await page.goto('/chat/new');
  await expect.poll(focused).toBe('Message');
  await page.keyboard.type('How do bees ');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('find home?');
  model.held = true;
  await page.keyboard.press('Enter');
  await page.getByRole('article', { name: 'You' }).getByText('find home?').waitFor();
  await answers(page)
    .getByText(/^Answer \d+:/)
    .waitFor();
  await expect.poll(focused).toBe('Message');
  await tabTo('Stop the answer');
  await page.keyboard.press('Enter');
  await answers(page).getByText('Stopped').waitFor();
  model.held = false;
  // The button is gone; one types on.
  expect(await focused()).toBe('Message');

  await tabTo('Answer again', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await answers(page).getByText('they dance in eights.').waitFor();
  await page.getByText('2/2').waitFor();
  await tabTo('Previous version', 'Shift+Tab');
  // The notice of the switch can be here before its answer, and brings the version already.
  await page.route('**/messages/*/show', async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await route.fulfill({ response });
  });
  await page.keyboard.press('Enter');
  await answers(page).getByText('Stopped').waitFor();
  // The focus stays among the versions.
  await expect.poll(focused).toBe('Next version');
  await page.keyboard.press('Enter');
  await answers(page).getByText('they dance in eights.').waitFor();
  await expect.poll(focused).toBe('Previous version');

  await tabTo('Search chats', 'Shift+Tab');
  await tabTo(/^About bees/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await tabTo(/^About bees/);
  await page.keyboard.press('Enter');
  await page.getByRole('article', { name: 'You' }).getByText('How do bees talk?').waitFor();
  await expect.poll(focused).toBe('Message');
});
