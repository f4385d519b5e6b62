import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// What is shown before a message is sent is what the vendor then receives.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  await app.person('root@example.org');
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(({ role }) =>
    role === 'chat' ? { text: 'Understood.' } : { text: 'A title' },
  );
  await model.connect(ada);
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});

async function ask(conversation_id: string, content: string, file_ids: string[] = []) {
  await ada.client.conversations.send({ conversation_id, content, file_ids });
  await until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id });
    return messages.every(({ status }) => status !== 'streaming');
  }, 'the answer ended');
}

const storedRows = () =>
  app.database.withOwner(async (owner) => {
    const { rows } = await owner.query(
      `select (select count(*) from meta_messages) as messages, (select count(*) from meta_message_attachments) as attachments,
         (select sum(access_count) from meta_memory_facts) as uses, (select count(*) from api_usage) as calls`,
    );
    return rows[0];
  });

test('every part is told with where it is from, and the body is what goes over the wire, byte for byte', async () => {
  const { client } = ada;
  const project = await client.projects.create({ name: 'Bees' });
  await client.projects.update({ project_id: project.id, instructions: 'Speak as a bee-keeper.' });
  await client.preferences.createRule({
    rule_type: 'global',
    name: 'Language',
    content: 'Answer in British English.',
  });
  await client.memory.create({ content: 'Keeps bees of the kind Buckfast' });
  await client.extensions.importSkill({
    files: { 'SKILL.md': '---\nname: hive-check\ndescription: Looks through a hive.\n---\nOpen it.\n' },
  });
  await client.preferences.update({
    model_parameters: { temperature: 0.15, top_k: 7, max_output_tokens: 321 },
    reasoning_config: { confidence_threshold: 0.8 },
  });
  const { id: conversation_id } = await client.conversations.create({ project_id: project.id });
  await ask(conversation_id, 'Which bees do I keep?');
  const file = (await (await ada.upload('hive “1”.md', '# Hive\n\nTwelve frames of brood.\n')).json()) as {
    id: string;
  };
  await until(
    async () => (await client.files.get({ id: file.id })).processing_status === 'completed',
    'it is read',
  );

  const before = await storedRows();
  const content = 'What of my bees in this hive? – "quoted" \u{1F41D}';
  const shown = await client.conversations.preview({ conversation_id, content, file_ids: [file.id] });
  expect(await storedRows()).toEqual(before);

  expect(shown.system.map(({ source }) => source)).toEqual([
    'role',
    'project',
    'rules',
    'settings',
    'skills',
  ]);
  expect(shown.context.map(({ source }) => source)).toEqual(['memory']);
  expect(shown.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(shown.messages.at(-1)?.text).toContain('Twelve frames of brood.');
  expect(shown.parameters).toMatchObject({ temperature: 0.15, maxOutputTokens: 321 });
  expect(shown.unsupported).toContain('topK');
  expect(shown.messages.at(-1)?.text).toContain(shown.context[0]?.text);
  expect(shown.messages[0]?.text).toBe('Which bees do I keep?');
  const parts = [...shown.system, ...shown.messages, ...shown.tools];
  for (const { tokens } of parts) expect(tokens).toBeGreaterThan(0);
  expect(shown.tokens).toBeGreaterThan(parts.reduce((sum, { tokens }) => sum + tokens, 0) * 0.9);

  await ask(conversation_id, content, [file.id]);
  expect(shown.body).toBe(model.lastBody());
  const wire = model.lastRequest() as {
    messages: { role: string; content: string }[];
    tools: { function: { name: string } }[];
  };
  expect(wire.messages[0]?.content).toBe(
    shown.system.map(({ title, text }) => (title === '' ? text : `${title}:\n${text}`)).join('\n\n'),
  );
  expect(wire.messages.slice(1).map((message) => message.content)).toEqual(
    shown.messages.map(({ text }) => text),
  );
  expect(wire.tools.map((tool) => tool.function.name)).toEqual(shown.tools.map(({ name }) => name));
});

test('the first message of a conversation is shown before there is one', async () => {
  const { client } = ada;
  const { id: project_id } = await client.projects.create({ name: 'Wasps' });
  await client.projects.update({ project_id, instructions: 'Speak as a wasp.' });
  await client.preferences.createRule({
    rule_type: 'project',
    project_id,
    name: 'Length',
    content: 'Be brief.',
  });
  const before = await storedRows();
  const said = { content: 'Which bees do I keep?' };
  const shown = await client.conversations.previewFirst({ project_id, ...said });
  expect(await storedRows()).toEqual(before);
  const text = [...shown.system, ...shown.context].map((part) => part.text).join('\n');
  for (const part of ['Speak as a wasp.', 'Be brief.', 'Buckfast']) expect(text).toContain(part);
  const { id } = await client.conversations.create({ project_id });
  await ask(id, said.content);
  expect(shown.body).toBe(model.lastBody());

  const hidden = await client.conversations.previewFirst({ project_id, is_private: true, ...said });
  expect(hidden.context).toEqual([]);
  await expect(bob.client.conversations.previewFirst({ project_id, ...said })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
});

test('what does not fit is said to be left out, and is', async () => {
  const { id: conversation_id } = await ada.client.conversations.create({});
  for (const n of [1, 2]) await ask(conversation_id, `${n} ${'many words of no use '.repeat(600)}`);
  await ada.client.preferences.setConversation({
    conversation_id,
    model_parameters: { max_input_tokens: 5_000 },
  });
  const shown = await ada.client.conversations.preview({ conversation_id, content: 'And now?' });
  expect(shown.left_out).toBeGreaterThan(0);
  await ask(conversation_id, 'And now?');
  expect(shown.body).toBe(model.lastBody());
});

test('the built-in model is given the same parts, and nothing leaves the server', async () => {
  const { id: conversation_id } = await bob.client.conversations.create({});
  const shown = await bob.client.conversations.preview({ conversation_id, content: 'Hello' });
  expect(shown).toMatchObject({ body: null, body_length: null, messages: [{ role: 'user', text: 'Hello' }] });
  await expect(ada.client.conversations.preview({ conversation_id, content: 'Hello' })).rejects.toMatchObject(
    {
      problem: { code: 'not_found' },
    },
  );
});
