import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Console,
  call,
  createProject,
  file,
  openConsole,
  plan,
  runToEnd,
  setUp,
  upload,
} from './support.ts';

// Every page and the main dialogs, over the results of a finished project.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface View {
  path: string;
  /** What shows that the page has come. */
  ready: (page: Page) => Promise<unknown>;
}

let console_: Console;
let state: Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;
let views: View[];

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name }).first().waitFor();
const words = (text: string | RegExp) => (page: Page) => page.getByText(text).first().waitFor();
const dialog = (name: string | RegExp) => (page: Page) => page.getByRole('dialog', { name }).waitFor();

beforeAll(async () => {
  console_ = await openConsole();
  const page = await console_.page();
  await setUp(page, console_.server);
  await call(page, 'POST', '/api/memory', {
    content: 'Reports are written in British English',
    category: 'fact',
  });
  const drawn = (await call(page, 'POST', '/api/canvas', {
    title: 'Rotation drawn',
    content_type: 'markdown',
    content: '# Rotation\n\nEvery ninety days.',
  })) as { id: string };
  await call(page, 'PATCH', `/api/canvas/${drawn.id}`, {
    content: '# Rotation\n\nEach quarter.',
    version: 1,
  });
  const kept = (await call(page, 'POST', '/api/prompts', {
    title: 'Ask for dates',
    content: 'When is {{what}} due?',
    is_favorite: true,
    is_public: true,
    tags: ['dates'],
  })) as { id: string };
  const { id: team } = (await call(page, 'POST', '/api/organizations', { name: 'Initech' })) as {
    id: string;
  };
  await call(page, 'POST', `/api/organizations/${team}/invitations`, { email: 'grace@example.org' });
  await call(page, 'PUT', '/api/usage-limits', { organization_id: team, max_tokens: 1e9 });
  const empty = await createProject(page, 'Not planned yet', '');
  const id = await createProject(page, 'Key rotation', 'How often is the signing secret rotated?');
  await upload(page, [
    file('rotation.md', '# Rotation\n\nThe signing secret is rotated every ninety days.\n'),
  ]);
  await plan(page);
  await runToEnd(page);
  const { tasks } = (await (await page.request.get(`/api/projects/${id}/graph`)).json()) as {
    tasks: { id: string }[];
  };
  const files = (await (await page.request.get('/api/files')).json()) as { items: { id: string }[] };
  await page.goto('/chat');
  await page.getByRole('textbox', { name: 'Message' }).fill('How often is the signing secret rotated?');
  await page.keyboard.press('Enter');
  await page.getByRole('list', { name: 'Sources' }).waitFor();
  const chat = new URL(page.url()).pathname;
  state = await page.context().storageState();
  await page.context().close();
  const project = `/projects/${id}`;
  views = [
    { path: '/projects', ready: words('Key rotation') },
    { path: '/projects?create=true', ready: dialog('New project') },
    { path: `/projects/${empty}`, ready: words('Drop documents here') },
    { path: `/projects/${empty}/graph`, ready: words('No plan yet') },
    { path: project, ready: heading('Deliverables') },
    { path: `${project}/graph`, ready: (page) => page.locator('.react-flow__node-task').first().waitFor() },
    { path: `${project}/board`, ready: heading(/Done/) },
    { path: `${project}/runs`, ready: words(/^Researcher with/) },
    { path: `${project}/artifacts`, ready: heading('Sources') },
    {
      path: `${project}/artifacts?cite=1`,
      ready: (page) => page.getByRole('dialog').locator('mark').waitFor(),
    },
    { path: `${project}/decisions`, ready: words(/included/) },
    { path: `${project}/budget`, ready: heading(/sonnet/) },
    { path: `${project}/history`, ready: words(/Researcher \(for/) },
    {
      path: `${project}?task=${tasks[0]?.id}`,
      ready: (page) => page.getByRole('dialog').getByLabel('Title').waitFor(),
    },
    {
      path: '/projects/00000000-0000-4000-8000-000000000000',
      ready: (page) => page.getByRole('alert').waitFor(),
    },
    { path: '/files', ready: words('rotation.md') },
    { path: '/files?find=secret', ready: heading(/Passages for/) },
    { path: `/files?file=${files.items[0]?.id}`, ready: dialog('rotation.md') },
    { path: '/memory', ready: words('British English') },
    { path: '/canvas', ready: words('Rotation drawn') },
    { path: `/canvas/${drawn.id}`, ready: words('Each quarter.') },
    {
      path: `/canvas/${drawn.id}`,
      ready: async (page) => {
        await page.getByRole('button', { name: 'Edit' }).click();
        await page.getByRole('textbox', { name: 'Content of Rotation drawn' }).waitFor();
      },
    },
    {
      path: `/canvas/${drawn.id}`,
      ready: async (page) => {
        await page.getByRole('button', { name: 'Versions' }).click();
        await page.getByRole('button', { name: /Version 1/ }).click();
        await page.locator('.cm-deletedChunk').waitFor();
      },
    },
    { path: '/prompts', ready: words('Ask for dates') },
    { path: `/prompts?prompt=${kept.id}`, ready: dialog('Ask for dates') },
    { path: '/organizations', ready: words('Initech') },
    { path: '/organizations?create=true', ready: dialog('New organization') },
    { path: `/organizations/${team}`, ready: words('Organization, a month') },
    {
      path: `/organizations/${team}`,
      ready: async (page) => {
        await page.getByRole('button', { name: 'New link for grace@example.org' }).click();
        await dialog('Invite to Initech')(page);
      },
    },
    { path: '/invitation#guessed', ready: (page) => page.getByRole('alert').waitFor() },
    { path: '/personas', ready: words('No personas yet') },
    {
      path: '/personas',
      ready: async (page) => {
        await page.getByRole('button', { name: 'New persona' }).first().click();
        await page.getByRole('dialog', { name: 'New persona' }).waitFor();
      },
    },
    { path: '/chat', ready: words('rotated') },
    { path: '/chat/new', ready: heading('What would you like to know?') },
    {
      path: '/chat/new',
      ready: async (page) => {
        await page.getByRole('textbox', { name: 'Message' }).fill('/ask');
        await page.getByRole('option', { name: /Ask for dates/ }).waitFor();
      },
    },
    { path: `${chat}?artifact=all`, ready: words('Nothing is on the canvas yet') },
    { path: chat, ready: (page) => page.getByRole('list', { name: 'Sources' }).waitFor() },
    { path: '/settings', ready: words('Default') },
    {
      path: '/settings/keys',
      ready: (page) => page.getByRole('button', { name: 'Create key' }).first().waitFor(),
    },
    { path: '/settings/account', ready: words(/sign out everywhere/i) },
    { path: '/settings/usage', ready: heading('Tokens by day') },
    { path: '/admin', ready: (page) => page.getByLabel('Role of ada@example.org').waitFor() },
    { path: '/admin/audit', ready: words('Done') },
    { path: '/admin/access', ready: words(/Row-level security is forced/) },
    { path: '/nowhere', ready: heading(/./) },
  ];
});
afterAll(() => console_?.close());

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)} })`,
  )) as AxeResults;
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  );
}

const looks: [string, BrowserContextOptions][] = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', { viewport: { width: 390, height: 844 } }],
];

for (const [name, options] of looks)
  test(`every page is clean ${name}`, async () => {
    const page = await console_.page({ ...options, storageState: state });
    const faults: Record<string, unknown> = {};
    for (const { path, ready } of views) {
      await page.goto(path);
      await ready(page);
      const wrong = await violations(page);
      const beyond = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
      if (beyond > 0) wrong.push(`${beyond} pixels beyond the right edge`);
      if (wrong.length > 0) faults[path] = wrong;
    }
    const outside = await console_.page(options);
    await outside.goto('/sign-in');
    await outside.getByRole('heading', { name: 'Sign in' }).waitFor();
    const wrong = await violations(outside);
    if (wrong.length > 0) faults['/sign-in'] = wrong;
    expect(faults).toEqual({});
  });

test('a project is created by keyboard alone', async () => {
  const page = await console_.page({ storageState: state });
  await page.goto('/memory');
  await page.getByRole('heading', { name: 'Memory' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Skip to content');
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
  await tabTo(page, 'New project');
  await page.keyboard.press('Enter');
  const create = page.getByRole('dialog', { name: 'New project' });
  await create.waitFor();
  await page.keyboard.press('Escape');
  await create.waitFor({ state: 'detached' });
  expect(await focused(page)).toBe('New project');

  await page.keyboard.press('Enter');
  await create.waitFor();
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Nothing needs a mouse');
  await tabTo(page, 'Create project');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'By keyboard', level: 1 }).waitFor();

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'Find anything' });
  await palette.waitFor();
  await page.keyboard.type('Key rot');
  await page.getByRole('option', { name: /Key rotation/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Key rotation', level: 1 }).waitFor();
});

const focused = async (page: Page): Promise<string> =>
  (await page.evaluate('(document.activeElement?.textContent ?? "").trim()')) as string;

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached “${name}”.`);
}
