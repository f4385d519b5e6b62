import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(() => ({ text: 'Aye.' }));
  await model.connect(bob);
  await app.work();
});
afterAll(async () => {
  await model.close();
  await app.close();
});

const pirate = {
  name: 'Captain Ünal',
  description: 'Answers like a pirate',
  system_prompt: 'Talk like a pirate.',
  category: 'fun',
  visibility: 'public' as const,
  model_config: { preferred_model: 'opus', temperature: 0.1 },
};

async function withKnowledge(more: { visibility?: 'private' | 'unlisted' | 'public' } = {}) {
  const persona = await ada.client.personas.create({ ...pirate, ...more });
  const response = await ada.upload(
    'map.md',
    '# Map\n\nThe treasure lies under the third palm of Tortuga.\n',
  );
  const { id: file_id } = (await response.json()) as { id: string };
  await until(
    async () => (await ada.client.files.get({ id: file_id })).processing_status === 'completed',
    'the file is read',
  );
  const knowledge = await ada.client.personas.addKnowledge({ persona_id: persona.id, file_id });
  return { persona, file_id, knowledge };
}

test('a persona is made, changed, listed by its category, and deleted by its creator alone', async () => {
  const made = await ada.client.personas.create(pirate);
  expect(made.slug).toMatch(/^captain-u-?nal-/);
  const path = { persona_id: made.id };
  expect(await bob.client.personas.get(path)).toMatchObject({ name: pirate.name, version: 1 });
  await expect(bob.client.personas.update({ ...path, name: 'Mine' })).rejects.toThrow('does not exist');
  await expect(bob.client.personas.delete(path)).rejects.toThrow('does not exist');
  await expect(bob.client.personas.listKnowledge(path)).rejects.toThrow('not yours');
  expect(await ada.client.personas.update({ ...path, system_prompt: 'Sing.' })).toMatchObject({ version: 2 });
  expect((await bob.client.personas.list({ category: 'fun' })).items.map(({ id }) => id)).toContain(made.id);
  expect((await bob.client.personas.categories({})).items).toContainEqual({ category: 'fun', count: 1 });
  await ada.client.personas.update({ ...path, visibility: 'private' });
  await expect(bob.client.personas.get(path)).rejects.toThrow('does not exist');
  await ada.client.personas.delete(path);
  expect((await ada.client.personas.list({})).items).toEqual([]);
});

test('a chat with a persona has its prompt and parameters, and finds what it knows', async () => {
  const { persona } = await withKnowledge();
  model.script = ({ results }) =>
    results.length === 0
      ? { tool: 'search_persona_knowledge', input: { query: 'Where is the treasure?' } }
      : { text: 'Aye.' };
  const { id: conversation_id } = await bob.client.conversations.create({ persona_id: persona.id });
  await bob.client.conversations.send({ conversation_id, content: 'Where is the treasure?' });
  await until(async () => {
    const { messages } = await bob.client.conversations.get({ conversation_id });
    return messages.some(({ content, status }) => content === 'Aye.' && status === 'complete');
  }, 'the answer is given');
  const asked = model.asked.find(({ results }) => results.length > 0);
  expect(asked?.system).toContain('You speak as Captain Ünal:\nTalk like a pirate.');
  expect(asked?.results[0]?.content).toContain('third palm of Tortuga');
  expect(asked?.tools).not.toContain('search_files');
  expect(asked?.model).toBe('large');
  await expect(bob.client.conversations.create({ persona_id: conversation_id })).rejects.toThrow();
});

test('as a model it has its prompt and knowledge; who may not use it does not find it', async () => {
  const { persona, file_id, knowledge } = await withKnowledge({ visibility: 'unlisted' });
  model.script = () => ({ text: 'Under the palm.' });
  const call = (key: string) =>
    app.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: `persona/${persona.slug}`,
        messages: [{ role: 'user', content: 'Where is the treasure?' }],
      }),
    });
  // Knowing the slug of an unlisted persona is the key to it; its file stays closed.
  expect((await call(bob.key)).status).toBe(200);
  expect(model.asked.at(-1)).toMatchObject({ model: 'large' });
  expect(model.asked.at(-1)?.system).toMatch(/Talk like a pirate\.[\s\S]*From map\.md:\n[\s\S]*Tortuga/);
  await expect(bob.client.files.get({ id: file_id })).rejects.toThrow('does not exist');
  const names = async (key: string) =>
    JSON.stringify(
      await (await app.fetch('/v1/models', { headers: { authorization: `Bearer ${key}` } })).json(),
    );
  expect(await names(bob.key)).not.toContain(persona.slug);
  expect(await names(ada.key)).toContain(`persona/${persona.slug}`);

  const path = { persona_id: persona.id };
  await ada.client.personas.removeKnowledge({ ...path, knowledge_id: knowledge.id });
  await call(bob.key);
  expect(model.asked.at(-1)?.system).toBe('Talk like a pirate.');
  await ada.client.personas.update({ ...path, visibility: 'private' });
  expect((await call(bob.key)).status).toBe(404);
});

test('a file of somebody else becomes nobody’s knowledge, however the row came there', async () => {
  const { persona } = await withKnowledge();
  const secret = (await (await bob.upload('diary.md', 'Bob fears the kraken of the deep sea.')).json()) as {
    id: string;
  };
  await until(
    async () => (await bob.client.files.get({ id: secret.id })).processing_status === 'completed',
    'the file is read',
  );
  await expect(
    ada.client.personas.addKnowledge({ persona_id: persona.id, file_id: secret.id }),
  ).rejects.toThrow('does not exist');
  await app.database.withOwner((owner) =>
    owner.query(
      `insert into persona_knowledge (persona_id, file_metadata_id, file_name, file_type, file_size, storage_path)
       values ($1, $2, 'diary.md', 'text/markdown', 1, 'x')`,
      [persona.id, secret.id],
    ),
  );
  const speaker = await bob.client.personas.get({ persona_id: persona.id });
  await app.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${bob.key}` },
    body: JSON.stringify({
      model: `persona/${speaker.slug}`,
      messages: [{ role: 'user', content: 'Who fears the kraken of the deep sea?' }],
    }),
  });
  expect(model.asked.at(-1)?.system).not.toContain('kraken');
});
