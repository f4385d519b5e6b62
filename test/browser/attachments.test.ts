import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  makeDocx,
  makePdf,
  makePptx,
  makeShape,
  makeXlsx,
} from '../../src/providers/extraction/testing/make.ts';
import { wires } from '../../src/providers/model/testing/wire.ts';
import { WireServer } from '../../src/providers/testing/server.ts';
import type { ScriptedModel } from '../harness/model.ts';
import { call, type File, file, type ModelConsole, openModelConsole } from './support.ts';

// Files go along as the model takes them: one vendor takes pictures alone, the other PDFs as well.
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const pdf = makePdf([['The hive stands on oak legs.']]);
const documents = [
  file('hive.pdf', pdf),
  file('frames.docx', makeDocx([{ text: 'Ten frames hang in it.' }])),
  file(
    'honey.xlsx',
    makeXlsx('Honey', ['<c r="A1" t="s"><v>0</v></c><c r="B1"><v>38</v></c>'], ['<t>Kilograms</t>']),
  ),
  file(
    'wax.pptx',
    makePptx([{ shapes: makeShape('type="title"', '<a:r><a:t>Wax is sold in spring.</a:t></a:r>') }]),
  ),
  file('queen.txt', 'The queen is marked in blue.'),
  file('comb.png', Buffer.from(png, 'base64')),
];
const native = 'seen by the model as it is';
const asText = 'its whole text was read';
const folder = mkdtempSync(join(tmpdir(), 'meta-agent-attachments-'));
let opened: ModelConsole;
let model: ScriptedModel;
let claude: WireServer;
let page: Page;
beforeAll(async () => {
  claude = await WireServer.start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(wires.anthropic.events({ text: ['I see it.'] }).join(''));
  });
  opened = await openModelConsole(({ role }) => ({ text: role === 'titler' ? 'Hives' : 'I have read it.' }));
  ({ model, page } = opened);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await opened?.close();
  await claude?.close();
});

const message = () => page.getByRole('textbox', { name: 'Message' });
const toSend = () => page.getByRole('list', { name: 'Files to send' }).getByRole('listitem');
const sent = (name: string) =>
  page.getByRole('list', { name: 'Attached files' }).getByRole('listitem').filter({ hasText: name }).last();
const choose = (files: File[]) => page.getByLabel('Files to attach').setInputFiles(files);

async function ask(content: string, answer: string): Promise<void> {
  const before = await page.getByRole('article', { name: 'Answer' }).count();
  await message().fill(content);
  await expect.poll(() => page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
  await message().press('Enter');
  await page.getByRole('article', { name: 'Answer' }).nth(before).getByText(answer).waitFor();
}

/** The parts of the last question as they stood on the wire. */
const parts = () =>
  (
    model.lastRequest().messages as {
      content: { type: string; text?: string; image_url?: { url: string } }[];
    }[]
  ).at(-1)?.content ?? [];

test('each kind reaches a model as it takes it, and the question says how', async () => {
  await page.goto('/chat/new');
  await choose(documents);
  await expect.poll(() => toSend().count()).toBe(documents.length);
  await ask('What do you see?', 'I have read it.');
  for (const { name } of documents)
    await sent(name)
      .getByText(name.endsWith('.png') ? native : asText)
      .waitFor();
  const told = parts().flatMap(({ text }) => text ?? []);
  for (const text of [
    'The hive stands on oak legs.',
    'Ten frames hang in it.',
    '| Kilograms | 38 |',
    'Wax is sold in spring.',
    'The queen is marked in blue.',
    'What do you see?',
  ])
    expect(told.join('\n')).toContain(text);
  expect(parts().filter(({ type }) => type === 'image_url')).toEqual([
    { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
  ]);
});

test('a vendor that takes PDFs is given the PDF itself', async () => {
  await call(page, 'POST', '/api/providers', {
    kind: 'anthropic',
    name: 'Claude',
    base_url: claude.url,
    api_key: 'sk-claude',
    models: { sonnet: 'claude-sonnet-4-6' },
    is_default: true,
  });
  await page.goto('/chat/new');
  await choose([file('hive.pdf', pdf), file('frames.docx', makeDocx([{ text: 'Ten frames hang in it.' }]))]);
  await ask('And now?', 'I see it.');
  await sent('hive.pdf').getByText(native).waitFor();
  await sent('frames.docx').getByText(asText).waitFor();
  const bodies = claude.received.map(({ body }) => body.toString());
  const asked = JSON.parse(bodies.find((body) => body.includes('And now?')) ?? '') as {
    messages: { content: { type: string; source?: object }[] }[];
  };
  const content = asked.messages.at(-1)?.content ?? [];
  expect(content.find(({ type }) => type === 'document')).toMatchObject({
    source: { type: 'base64', media_type: 'application/pdf', data: Buffer.from(pdf).toString('base64') },
  });
  expect(JSON.stringify(content)).toContain('Ten frames hang in it.');
  await call(page, 'PATCH', `/api/providers/${await scripted()}`, { is_default: true });
});

async function scripted(): Promise<string> {
  const { items } = (await (await page.request.get('/api/providers')).json()) as {
    items: { id: string; name: string }[];
  };
  return items.find(({ name }) => name === 'Local model')?.id ?? '';
}

test('what is refused says why, and what is removed does not go along', async () => {
  await page.goto('/chat/new');
  const program = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(64)]);
  await choose([
    file('program.md', program),
    file('empty.md', ''),
    file('secret.md', 'The key lies under the hive.'),
    file('open.md', 'The gate is open.'),
  ]);
  const large = join(folder, 'large.txt');
  writeFileSync(large, Buffer.alloc(52_428_801, 'a'));
  await page.getByLabel('Files to attach').setInputFiles(large);
  const why = (name: string) => toSend().filter({ hasText: name }).getByRole('alert');
  await why('large.txt').getByText('The file is larger than 50 MB.').waitFor({ timeout: 60_000 });
  await why('empty.md').getByText('The file is empty.').waitFor();
  await why('program.md')
    .getByText(/Files of this kind are not read\. Choose a PDF/)
    .waitFor();
  await message().fill('What is open?');
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  for (const name of ['large.txt', 'program.md', 'empty.md', 'secret.md'])
    await page.getByRole('button', { name: `Remove ${name}` }).click();
  await expect.poll(() => toSend().count()).toBe(1);
  await ask('What is open?', 'I have read it.');
  await sent('open.md').getByText(asText).waitFor();
  expect(model.lastBody()).toContain('The gate is open.');
  expect(model.lastBody()).not.toContain('under the hive');
});

test('a picture is pasted, and a file dropped anywhere on the chat', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.write([new ClipboardItem({
    'image/png': new Blob([Uint8Array.from(atob('${png}'), (letter) => letter.charCodeAt(0))], { type: 'image/png' }),
  })])`);
  await message().focus();
  await page.keyboard.press('Control+V');
  await page.getByRole('button', { name: 'Remove image.png' }).waitFor();

  const held = await page.evaluateHandle(`(() => {
    const held = new DataTransfer();
    held.items.add(new File(['Drones leave in autumn.'], 'drones.md'));
    return held;
  })()`);
  // Beside the form, where a browser would open the file in place of the chat.
  const messages = page.getByRole('article', { name: 'You' }).first();
  await messages.dispatchEvent('dragover', { dataTransfer: held });
  await expect.poll(() => message().getAttribute('placeholder')).toBe('Drop files to attach them');
  await messages.dispatchEvent('drop', { dataTransfer: held });
  await page.getByRole('button', { name: 'Remove drones.md' }).waitFor();
  await ask('And these?', 'I have read it.');
  await sent('image.png').getByText(native).waitFor();
  await sent('drones.md').getByText(asText).waitFor();
  expect(
    parts()
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['image_url', 'text', 'text']);
});
