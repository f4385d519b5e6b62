import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Console, file, openConsole, setUp, textOf, upload } from './support.ts';

let console_: Console;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), 'meta-agent-files-'));
beforeAll(async () => {
  console_ = await openConsole();
  page = await console_.page();
  await setUp(page, console_.server);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await console_?.close();
});

test('files: what is refused says why, what is read can be searched, deleted space comes back', async () => {
  await page.goto('/files');
  const input = page.getByLabel('Files to upload');
  const uploads = page.getByRole('list', { name: 'Uploads' }).getByRole('listitem');

  await input.setInputFiles([file('empty.md', '')]);
  await uploads.filter({ hasText: 'empty.md' }).getByText('The file is empty.').waitFor();
  const large = join(folder, 'large.md');
  const handle = openSync(large, 'w');
  ftruncateSync(handle, 52_428_800 + 1);
  closeSync(handle);
  await input.setInputFiles(large);
  await uploads.filter({ hasText: 'large.md' }).getByText('The file is larger than 50 MB.').waitFor();
  await page.getByRole('button', { name: 'Remove empty.md' }).click();
  await page.getByRole('button', { name: 'Remove large.md' }).click();
  expect(await uploads.count()).toBe(0);

  await input.setInputFiles([file('broken.pdf', '%PDF-1.4\nthis is not how a PDF goes on')]);
  const broken = page.getByRole('listitem').filter({ hasText: 'broken.pdf' });
  await broken.getByText('Not read').waitFor();
  await broken.getByRole('button', { name: 'broken.pdf' }).click();
  const sheet = page.getByRole('dialog', { name: 'broken.pdf' });
  await sheet.getByRole('alert').getByText('The PDF is damaged and cannot be read.').waitFor();
  await sheet.getByRole('button', { name: 'Read again' }).waitFor();
  await page.keyboard.press('Escape');

  await upload(page, [
    file('rotation.md', '# Rotation\n\nThe signing secret is rotated every ninety days.\n'),
  ]);
  await page.getByRole('textbox', { name: 'Search inside documents' }).fill('signing secret');
  await page.keyboard.press('Enter');
  const found = page.getByRole('search', { name: 'Search inside documents' }).getByRole('listitem').first();
  await found.waitFor();
  expect(await textOf(found.locator('mark').first())).toMatch(/signing/i);
  expect(new URL(page.url()).searchParams.get('find')).toBe('signing secret');
  await found.getByRole('button').click();
  const passage = page.getByRole('dialog', { name: 'rotation.md' });
  expect(await textOf(passage.locator('mark'))).toContain('rotated every ninety days');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close search results' }).click();

  const space = page.getByRole('region', { name: 'Space' });
  await space.getByText('2 files').waitFor();
  await page.getByRole('button', { name: 'broken.pdf' }).click();
  await sheet.getByRole('button', { name: 'Delete file' }).click();
  await page
    .getByRole('dialog', { name: /^Delete/ })
    .getByRole('button', { name: 'Delete file' })
    .click();
  await broken.waitFor({ state: 'detached' });
  await space.getByText('1 file', { exact: true }).waitFor();
});
