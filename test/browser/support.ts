import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { type Script, ScriptedModel } from '../harness/model.ts';
import { openTestServer, type TestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';

export const person = { name: 'Ada Lovelace', email: 'ada@example.org', password: 'a long enough password' };

export interface Credentials {
  email: string;
  password: string;
}

export interface File {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const file = (name: string, content: string | Uint8Array): File => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

/** A server without an account, and a browser. */
export interface Console {
  server: TestServer;
  browser: Browser;
  /** A page in a browser profile of its own. Errors in it fail the test when the console closes. */
  page(options?: BrowserContextOptions): Promise<Page>;
  /** Watches another page of the same profile for errors. */
  watch(page: Page): Page;
  close(): Promise<void>;
}

export async function openConsole(settings: Record<string, string> = {}): Promise<Console> {
  const server = await openTestServer({ account: false, settings });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const errors: string[] = [];
  const watch = (page: Page): Page => {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => errors.push(String(error)));
    return page;
  };
  return {
    server,
    browser,
    watch,
    async page(options = {}) {
      const context = await browser.newContext({
        baseURL: server.url,
        viewport: { width: 1280, height: 860 },
        reducedMotion: 'reduce',
        ...options,
      });
      return watch(await context.newPage());
    },
    async close() {
      await browser.close();
      await server.close();
      if (errors.length > 0) throw new Error(`The pages threw errors:\n${errors.join('\n')}`);
    },
  };
}

/** A console whose first account is signed in on `page` and has a scripted model. */
export interface ModelConsole {
  console: Console;
  model: ScriptedModel;
  page: Page;
  close(): Promise<void>;
}

export async function openModelConsole(
  script: Script,
  settings: Record<string, string> = {},
): Promise<ModelConsole> {
  const model = await ScriptedModel.start(script);
  let console: Console | undefined;
  const close = async () => {
    await console?.close();
    await model.close();
  };
  try {
    console = await openConsole(settings);
    const page = await console.page();
    await setUp(page, console.server);
    await connectModel(page, model);
    return { console, model, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Follows the printed set-up link and creates the first account. */
export async function setUp(page: Page, server: TestServer): Promise<void> {
  const link = await until(
    async () => /http:\S+\/setup\?token=\S+/.exec(server.output())?.[0],
    'the set-up link is printed',
  );
  await page.goto(link);
  await page.getByLabel('Name (optional)').fill(person.name);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
}

/** Signs in on `page`; the Projects are open then. */
export async function signIn(page: Page, { email, password }: Credentials): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
}

/** Creates a project in the console; its Overview is open then. Gives its id. */
export async function createProject(page: Page, name: string, goal: string): Promise<string> {
  await page.goto('/projects?create=true');
  const dialog = page.getByRole('dialog', { name: 'New project' });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Goal (optional)').fill(goal);
  await dialog.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** Chooses files in the upload area and waits until the server has read each. */
export async function upload(page: Page, files: File[]): Promise<void> {
  await page.getByLabel('Files to upload').setInputFiles(files);
  for (const { name } of files)
    await page
      .getByRole('listitem')
      .filter({ hasText: name })
      .getByText('Ready', { exact: true })
      .waitFor({ timeout: 60_000 });
}

/** Has the goal planned, on the Overview. */
export async function plan(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByText(/\d+ tasks in \d+ workstreams?, ready for your review/).waitFor({ timeout: 60_000 });
}

/** Starts the planned work and waits for the end. */
export async function runToEnd(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start work' }).click();
  await badge(page, 'Completed').waitFor({ timeout: 120_000 });
}

/** The project's status beside its name. */
export const badge = (page: Page, label: string) =>
  page.getByRole('heading', { level: 1 }).getByText(label, { exact: true });

/** Opens a tab of a page, such as a project's Graph. */
export const openTab = (page: Page, name: string): Promise<void> =>
  page.getByRole('main').getByRole('link', { name, exact: true }).first().click();

/** Calls the API as the person who is signed in on `page`, for what a test only needs to be there. */
export async function call(page: Page, method: string, path: string, body: unknown): Promise<unknown> {
  const status = (await (await page.request.get('/api/auth/status')).json()) as { csrf_token: string };
  const response = await page.request.fetch(path, {
    method,
    data: body,
    headers: { 'x-csrf-token': status.csrf_token },
  });
  if (!response.ok()) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

/** Makes a scripted model the default connection, a model for each tier. */
export const connectModel = (page: Page, model: ScriptedModel): Promise<unknown> =>
  call(page, 'POST', '/api/providers', {
    kind: 'openai-compatible',
    name: 'Local model',
    base_url: model.url,
    api_key: 'sk-scripted',
    models: { haiku: 'small', sonnet: 'middle', opus: 'large' },
    is_default: true,
  });

/** Begins a chat with a message; it is open then, answered or not. Gives its id. */
export async function startChat(page: Page, content: string, place = '/chat/new'): Promise<string> {
  await page.goto(place);
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill(content);
  await message.press('Enter');
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** Clicks what downloads a file, and gives it. */
export async function download(page: Page, link: Locator): Promise<{ name: string; content: Buffer }> {
  const begun = page.waitForEvent('download');
  await link.click();
  const saved = await begun;
  return { name: saved.suggestedFilename(), content: readFileSync(await saved.path()) };
}

export const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The words of an element, white space counted as one. */
export const textOf = async (element: Locator): Promise<string> =>
  squeeze((await element.textContent()) ?? '');
