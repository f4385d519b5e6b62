import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makePdf } from '../../src/providers/extraction/testing/make.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// Files attached to a question reach the model, as they are or as text, and the message says which.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  // The first account is the administrator's, who may read everything.
  await app.person('root@example.org');
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(() => ({ text: 'Seen.' }));
  await model.connect(ada);
  await app.work();
});
beforeEach(() => {
  model.asked.length = 0;
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const upload = async (name: string, content: string | Uint8Array, person = ada) =>
  ((await (await person.upload(name, content)).json()) as { id: string }).id;

/** Asks with files; gives the question as it is kept and what the model was shown of it. */
async function ask(content: string, file_ids: string[]) {
  const { id } = await ada.client.conversations.create({});
  await ada.client.conversations.send({ conversation_id: id, content, file_ids });
  const messages = await until(async () => {
    const shown = await ada.client.conversations.get({ conversation_id: id });
    return shown.messages.every(({ status }) => status === 'complete') && shown.messages;
  }, 'the answer is complete');
  const wire = model.asked.find(({ role }) => role === 'chat')?.messages.at(-1)?.content;
  return { id, question: messages[0], wire: wire as string | Record<string, unknown>[] };
}

test('a picture goes to a model that sees as a picture', async () => {
  const { question, wire } = await ask('What is this?', [await upload('dot.png', png)]);
  expect(question?.attachments).toMatchObject([
    { file_name: 'dot.png', file_type: 'image/png', file_size: png.length, delivered_as: 'native' },
  ]);
  expect(wire).toEqual([
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${png.toString('base64')}` } },
  ]);
});

test('a short file goes as its whole text, also when it was uploaded just now', async () => {
  const { question, wire } = await ask('Sum it up', [
    await upload('notes.md', '# Notes\n\nOtters hold hands.\n'),
  ]);
  expect(question?.attachments[0]?.delivered_as).toBe('text');
  expect(wire).toMatch(/^Sum it up\n\nAttached file “notes.md” \(text\/markdown\), its whole text/);
  expect(wire).toContain('Otters hold hands.');
});

test('of a long file go the passages found for the question', async () => {
  const filler = Array.from(
    { length: 400 },
    (_, index) =>
      `## Section ${index}\n\nParagraph ${index} is about the weather of day ${index} and nothing else at all.\n`,
  );
  filler[200] = '## Otters\n\nOtters hold hands while they sleep so that they do not drift apart.\n';
  const { question, wire } = await ask('Why do otters hold hands?', [
    await upload('long.md', filler.join('\n')),
  ]);
  expect(question?.attachments[0]?.delivered_as).toBe('passages');
  expect(wire).toContain('drift apart');
  expect(wire).not.toContain('weather of day 399');
  expect(String(wire).length).toBeLessThan(24_000);
});

test('what the model cannot be shown is said to it, and in the message', async () => {
  // This vendor takes pictures and no documents; the text of a PDF is read out of it.
  const pdf = await ask('Read it', [
    await upload('page.pdf', makePdf([['Rotate the secret every ninety days.']])),
  ]);
  expect(pdf.question?.attachments[0]?.delivered_as).toBe('text');
  expect(pdf.wire).toContain('ninety days');
});

test('files alone are a question, files of others are not attached, an edit keeps its files', async () => {
  const file = await upload('alone.md', 'Only the file speaks.');
  const { id, question } = await ask('', [file]);
  const foreign = await upload('secret.md', 'Bob’s secret', bob);
  await expect(
    ada.client.conversations.send({ conversation_id: id, content: 'And this?', file_ids: [foreign] }),
  ).rejects.toMatchObject({ problem: { code: 'not_found' } });
  await expect(ada.client.conversations.send({ conversation_id: id, content: ' ' })).rejects.toMatchObject({
    problem: { code: 'invalid_input' },
  });
  const edited = await ada.client.conversations.edit({
    message_id: question?.id ?? '',
    content: 'What is it?',
  });
  expect(edited.messages[0]?.attachments).toMatchObject([{ file_id: file, file_name: 'alone.md' }]);
});

test('a deleted file leaves its name, and the chat goes on', async () => {
  const file = await upload('gone.md', 'Soon to be gone.');
  const { id, question } = await ask('Read it', [file]);
  expect(question?.attachments[0]?.delivered_as).toBe('text');
  await ada.client.files.delete({ id: file });
  model.asked.length = 0;
  await ada.client.conversations.send({ conversation_id: id, content: 'Again?' });
  await until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id: id });
    return messages.length === 4 && messages.every(({ status }) => status === 'complete');
  }, 'the answer is complete');
  const wire = model.asked.find(({ role }) => role === 'chat')?.messages[1]?.content;
  expect(wire).toContain('“gone.md” (text/markdown) was deleted.');
  const { messages } = await ada.client.conversations.get({ conversation_id: id });
  expect(messages[0]?.attachments).toMatchObject([
    { file_id: null, file_name: 'gone.md', delivered_as: 'unread' },
  ]);
});
