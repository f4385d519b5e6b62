import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTextExtractor } from '../../src/providers/extraction/index.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { chatgpt, node, png, say } from '../harness/chatgpt.ts';
import { claude } from '../harness/claude.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';
import { unzip, zipOf } from '../harness/zip.ts';

// Chats go out in five formats, and come in from ChatGPT and Claude: once, with their branches and files.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  await app.person('root@example.org');
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(({ role }) => ({
    text:
      role === 'titler'
        ? 'Ünïcode & <b>Ελληνικά</b>'
        : '# Heading\n\n- Привет\n- <script>alert(1)</script>\n\n[x](javascript:alert(1)) ![p](https://example.org/p.png)',
  }));
  await model.connect(ada);
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const get = (path: string, person = ada) =>
  app.fetch(path, { headers: { authorization: `Bearer ${person.key}` } });
const exportOf = (id: string, format: string) =>
  get(`/api/conversations/export?conversation_id=${id}&format=${format}`);

async function importing(source: string, file_name: string, content: string | Uint8Array, person = ada) {
  const response = await app.fetch(`/api/imports?source=${source}&file_name=${file_name}`, {
    method: 'POST',
    body: content,
    headers: { authorization: `Bearer ${person.key}` },
  });
  const job = (await response.json()) as { id: string; code?: string };
  if (response.status !== 201) return { refused: job.code };
  return until(async () => {
    const { items } = await person.client.conversations.listImports({});
    const found = items.find(({ id }) => id === job.id);
    return found && !['pending', 'running'].includes(found.status) && found;
  }, 'the import has ended');
}
const titled = async (title: string, person = ada) =>
  (await person.client.conversations.list({ search: title })).items[0]?.id ?? '';

test('one chat goes out in five formats, and nothing in it runs', async () => {
  const { id } = await ada.client.conversations.create({});
  await ada.client.conversations.send({
    conversation_id: id,
    content: 'Schöne Grüße <img src=x onerror=alert(1)>',
  });
  await until(async () => {
    const { conversation } = await ada.client.conversations.get({ conversation_id: id });
    return conversation.title?.startsWith('Ünïcode');
  }, 'the chat is titled');
  const markdown = await exportOf(id, 'markdown');
  expect(markdown.headers.get('content-disposition')).toContain(
    encodeURIComponent('Ünïcode b Ελληνικά b.md'),
  );
  expect(await markdown.text()).toContain('## You\n\nSchöne Grüße');
  const html = await (await exportOf(id, 'html')).text();
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain('&lt;script&gt;');
  expect(html).not.toMatch(/<script|<img|<b>|href="javascript/);
  const text = await (await exportOf(id, 'text')).text();
  expect(text).toContain('Привет');
  const json = (await (await exportOf(id, 'json')).json()) as { messages: unknown[] };
  expect(json.messages).toHaveLength(2);
  const pdf = new Uint8Array(await (await exportOf(id, 'pdf')).arrayBuffer());
  const extractor = createTextExtractor();
  try {
    const read = (await extractor.extract(pdf)).text;
    for (const words of ['Ünïcode', 'Ελληνικά', 'Schöne Grüße', '• Привет']) expect(read).toContain(words);
  } finally {
    await extractor.close();
  }
  expect((await get(`/api/conversations/export?conversation_id=${id}`, bob)).status).toBe(404);
  expect((await app.fetch(`/api/conversations/export?conversation_id=${id}`)).status).toBe(401);
  expect((await exportOf(id, 'exe')).status).toBe(400);
});

test('all chats go out as one archive', async () => {
  await ada.client.conversations.create({ title: '../../etc/passwd' });
  const bytes = Buffer.from(await (await get('/api/conversations/export?format=text')).arrayBuffer());
  const names = Object.keys(await unzip(bytes));
  expect(names.sort()).toEqual([
    expect.stringMatching(/^etc passwd-[0-9a-f]{8}\.txt$/),
    expect.stringMatching(/^Ünïcode b Ελληνικά b-[0-9a-f]{8}\.txt$/),
  ]);
});

test('a ChatGPT export comes in with branches, steps and files, and a second time changes nothing', async () => {
  const zip = await zipOf({
    'conversations.json': JSON.stringify([
      chatgpt,
      { title: 'Broken' },
      7,
      { ...chatgpt, conversation_id: 'gpt-2', mapping: {} },
    ]),
    'file-abc-zebra.png': png,
  });
  const job = await importing('chatgpt', 'export.zip', zip);
  expect(job).toMatchObject({ status: 'completed', progress: 100, created_count: 1, failed_count: 3 });
  const report = 'report' in job ? job.report.map(({ kind, problem }) => `${kind}: ${problem}`) : [];
  expect(report).toContain('file: lost.pdf: The export does not hold this file.');
  expect(report.filter((line) => line.includes('hangs on no beginning'))).toHaveLength(2);
  const id = await titled('Imported zebras');
  const { conversation, messages } = await ada.client.conversations.get({ conversation_id: id });
  expect(conversation.last_message_at).toBe('2023-11-14T22:13:20.500Z');
  expect(messages.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'Why stripes?'],
    ['assistant', 'Stripes confuse flies.'],
    ['tool', ''],
    ['tool', 'a page about zebras'],
  ]);
  expect(messages[0]?.attachments).toMatchObject([{ file_name: 'zebra.png', file_type: 'image/png' }]);
  expect(messages[1]).toMatchObject({ model_used: 'gpt-4o', branch: { count: 2 } });
  const again = await importing('chatgpt', 'export.zip', zip);
  expect(again).toMatchObject({ status: 'completed', created_count: 0, skipped_count: 1 });
  expect((await ada.client.conversations.get({ conversation_id: id })).messages).toEqual(messages);
  expect((await ada.client.files.list({ search: 'zebra' })).items).toHaveLength(1);
  // The archive itself does not stay among the files.
  expect((await ada.client.files.list({ search: 'export.zip' })).items).toEqual([]);
});

test('an export that has grown adds what is new, and an imported chat goes on here', async () => {
  const id = await titled('Imported zebras');
  await ada.client.conversations.send({ conversation_id: id, content: 'Go on' });
  await until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id: id });
    return messages.every(({ status }) => status === 'complete');
  }, 'the answer is complete');
  const { a2 } = chatgpt.mapping;
  const grown = {
    ...chatgpt,
    mapping: {
      ...chatgpt.mapping,
      a2: { ...a2, children: ['q3'] },
      q3: node('q3', 'a2', [], say('user', 'Grown')),
    },
  };
  await importing('chatgpt', 'conversations.json', JSON.stringify([grown]));
  const { items } = await ada.client.conversations.tree({ conversation_id: id });
  expect(items.map(({ preview }) => preview)).toContain('Grown');
  // What is shown is what the person went on with.
  expect(
    (await ada.client.conversations.get({ conversation_id: id })).messages.map(({ content }) => content),
  ).toContain('Go on');
});

test('a Claude export comes in with the texts of its attachments', async () => {
  const job = await importing('claude', 'conversations.json', `\ufeff ${JSON.stringify([claude])}`);
  expect(job).toMatchObject({ status: 'completed', created_count: 1, failed_count: 0 });
  expect('report' in job && job.report.map(({ kind }) => kind).sort()).toEqual(['file', 'message']);
  const { messages } = await ada.client.conversations.get({
    conversation_id: await titled('Imported otters'),
  });
  expect(messages[0]?.attachments.map(({ file_name }) => file_name)).toEqual(['notes.pdf.txt']);
  expect(messages[1]).toMatchObject({ content: 'They hold hands.', reasoning: 'Let me see' });
  expect(messages[2]).toMatchObject({ role: 'tool', tool_name: 'repl' });
  expect(await titled('Imported otters', bob)).toBe('');
});

test('what is no export, is broken or would burst is refused with a reason', async () => {
  expect(await importing('chatgpt', 'photo.png', png)).toMatchObject({ refused: 'unsupported_type' });
  expect(await importing('chatgpt', 'a.zip', await zipOf({ 'other.txt': 'x' }))).toMatchObject({
    status: 'failed',
    error_message: expect.stringContaining('no conversations.json'),
  });
  expect(await importing('chatgpt', 'a.json', '{"not": "a list"}')).toMatchObject({
    status: 'failed',
    error_message: expect.stringContaining('no list of conversations'),
  });
  expect(await importing('claude', 'a.json', '[{"uuid": "cut", "name"')).toMatchObject({
    status: 'failed',
    error_message: expect.stringContaining('ends in the middle'),
  });
  const bomb = await zipOf({ 'conversations.json': '['.concat(' '.repeat(50 * 1024 * 1024), ']') });
  expect(bomb.length).toBeLessThan(100_000);
  expect(await importing('chatgpt', 'bomb.zip', bomb)).toMatchObject({
    status: 'failed',
    error_message: expect.stringContaining('far more than it is'),
  });
  expect(await importing('claude', 'a.json', JSON.stringify([chatgpt]))).toMatchObject({
    status: 'failed',
    error_message: 'This is an export of ChatGPT, not of Claude. Import it again as one of ChatGPT.',
  });
  expect(await importing('nobody', 'a.json', '[]')).toMatchObject({ refused: 'invalid_input' });
  // Nothing of it stays among the files.
  for (const search of ['a.zip', 'a.json', 'bomb.zip'])
    expect((await ada.client.files.list({ search })).items).toEqual([]);
});

test('an import is stopped by its owner alone', async () => {
  const many = Array.from({ length: 400 }, (_, index) => ({
    ...chatgpt,
    conversation_id: `many-${index}`,
    title: 'Many',
  }));
  const response = await app.fetch('/api/imports?source=chatgpt&file_name=many.json', {
    method: 'POST',
    body: JSON.stringify(many),
    headers: { authorization: `Bearer ${ada.key}` },
  });
  const { id: import_id } = (await response.json()) as { id: string };
  await expect(bob.client.conversations.cancelImport({ import_id })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  expect(await ada.client.conversations.cancelImport({ import_id })).toMatchObject({ status: 'cancelled' });
  expect((await ada.client.files.list({ search: 'many.json' })).items).toEqual([]);
  const ended = await until(async () => {
    const { items } = await ada.client.conversations.listImports({});
    return items.find(({ id, completed_at }) => id === import_id && completed_at !== null);
  }, 'it has stopped');
  expect(ended).toMatchObject({ status: 'cancelled' });
  expect(ended.created_count).toBeLessThan(400);
});
