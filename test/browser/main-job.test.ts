import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDocx, makePdf } from '../../src/providers/extraction/testing/make.ts';
import { until } from '../harness/until.ts';
import {
  badge,
  type Console,
  createProject,
  file,
  openConsole,
  openTab,
  person,
  plan,
  setUp,
  squeeze,
  textOf,
  upload,
} from './support.ts';

// What a new person does, from the printed link to cited work.
let console_: Console;
beforeAll(async () => {
  console_ = await openConsole();
});
afterAll(() => console_?.close());

const specification = readFileSync(new URL('../fixtures/DATABASE_SCHEMA.md', import.meta.url), 'utf8');
const handbook = makePdf(
  [
    ['Operations handbook', 'This page only introduces the handbook.'],
    ['Key rotation', 'The signing secret is rotated every ninety days by the platform team.'],
  ],
  'Operations handbook',
);
const minutes = makeDocx([
  { heading: 'Backups' },
  { text: 'Backups of the database are kept for thirty-five days in a second region.' },
]);
const goal =
  'List every table that stores a secret or a token, and which schema file defines it\n' +
  'How often is the signing secret rotated?\n' +
  'How long are backups of the database kept?';

/** Opens each source of the artifact on the page; gives the file and the marked words of each. */
async function openSources(page: Page): Promise<{ name: string; quote: string; marked: string }[]> {
  const sources = page.getByRole('region', { name: 'Sources' }).getByRole('listitem');
  const opened = [];
  for (const source of await sources.all()) {
    const quote = /“(.*)”/.exec(await textOf(source))?.[1] ?? '';
    await source.getByRole('button').click();
    const panel = page.getByRole('dialog');
    const mark = panel.locator('mark');
    await mark.waitFor();
    // Marked words are in view, and not only somewhere on the page.
    const box = await mark.boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect(box?.y).toBeLessThan(page.viewportSize()?.height ?? 0);
    opened.push({
      name: await textOf(panel.getByRole('heading').first()),
      quote,
      marked: await textOf(mark),
    });
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  }
  return opened;
}

test('from the set-up link to cited deliverables', async () => {
  let page = await console_.page();
  await setUp(page, console_.server);

  const id = await createProject(page, 'Security review', goal);
  await upload(page, [
    file('DATABASE_SCHEMA.md', specification),
    file('handbook.pdf', handbook),
    file('minutes.docx', minutes),
  ]);
  await plan(page);

  // The plan as a graph: a node a task, an arrow a dependency.
  await page.getByRole('link', { name: 'Review in Graph' }).click();
  const nodes = page.locator('.react-flow__node-task');
  await nodes.first().waitFor();
  const { tasks } = (await (await page.request.get(`/api/projects/${id}/graph`)).json()) as {
    tasks: { depends_on: string[] }[];
  };
  expect(await nodes.count()).toBe(tasks.length);
  const arrows = tasks.flatMap((task) => task.depends_on).length;
  expect(arrows).toBeGreaterThan(1);
  await expect.poll(() => page.locator('.react-flow__edge').count()).toBe(arrows);

  // A person changes the plan.
  await nodes.filter({ hasText: 'Tabulate' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('textbox', { name: 'Title' }).fill('Put the evidence into one table');
  await sheet.getByRole('button', { name: 'Save changes' }).click();
  await sheet.getByRole('heading', { name: 'Put the evidence into one table' }).waitFor();
  await page.keyboard.press('Escape');
  await nodes.filter({ hasText: 'Put the evidence into one table' }).waitFor();

  // Work goes on when the page is loaded again, and when nobody looks.
  await openTab(page, 'Overview');
  await page.getByRole('button', { name: 'Start work' }).click();
  await page.getByRole('heading', { name: 'Working now' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Security review' }).waitFor();
  const { request } = page.context();
  const context = page.context();
  await page.close();
  await until(
    async () => {
      const project = (await (await request.get(`/api/projects/${id}`)).json()) as { status: string };
      return project.status === 'completed';
    },
    'the project is completed',
    120_000,
  );

  // The deliverable, with every quoted passage where its citation says.
  page = console_.watch(await context.newPage());
  await page.goto(`/projects/${id}`);
  await badge(page, 'Completed').waitFor();
  const deliverables = page.getByRole('heading', { name: 'Deliverables' }).locator('xpath=../..');
  await deliverables.getByRole('link').first().click();
  const answer = page.getByRole('main').getByRole('heading', { level: 2 }).first();
  await answer.waitFor();
  const article = page.getByRole('main');
  await article.getByText('google_oauth_tokens').first().waitFor();
  await article.getByText('011_google_workspace_schema.sql').first().waitFor();
  const sources = await openSources(page);
  expect(sources.length).toBeGreaterThan(3);
  for (const { quote, marked } of sources) expect(marked).toBe(quote);
  const cited = new Set(sources.map(({ name }) => name));
  expect([...cited].sort()).toEqual(['DATABASE_SCHEMA.md', 'handbook.pdf', 'minutes.docx']);
  await page.getByRole('region', { name: 'Sources' }).getByText('handbook.pdf › page 2').first().waitFor();
  const plain = squeeze(specification);
  for (const { name, quote } of sources) if (name === 'DATABASE_SCHEMA.md') expect(plain).toContain(quote);

  // A marker in the text opens the same panel, at an address that can be shared.
  await page.getByRole('button', { name: 'Open source 1', exact: true }).first().click();
  await page.getByRole('dialog').locator('mark').waitFor();
  expect(new URL(page.url()).searchParams.get('cite')).toBe('1');
  await page.keyboard.press('Escape');

  await openTab(page, 'Decisions');
  await page
    .getByText(/findings? (is|are) included/)
    .first()
    .waitFor();
  await openTab(page, 'History');
  await page.getByText(person.name).first().waitFor();
  await page.getByText(`Researcher (for ${person.name})`).first().waitFor();
  await page.getByText('“Put the evidence into one table”').first().waitFor();
  await openTab(page, 'Budget');
  await page
    .getByRole('heading', { name: /sonnet/i })
    .first()
    .waitFor();
  const used = await textOf(
    page
      .getByRole('main')
      .locator('p', { hasText: /tokens/ })
      .first(),
  );
  expect(Number(/([\d,.]+)K? tokens/.exec(used)?.[1]?.replaceAll(',', ''))).toBeGreaterThan(0);
});
