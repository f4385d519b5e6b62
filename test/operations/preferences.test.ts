import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// Settings that act: what is set reaches the model, from the place it was set in, and is shown as it is.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  await app.person('root@example.org');
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(() => ({ text: 'Understood.' }));
  await model.connect(ada);
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});
beforeEach(() => {
  model.script = () => ({ text: 'Understood.' });
});

const settings = () => ada.client.preferences;
/** The last question of a chat; its title is asked for afterwards. */
const asked = () => model.asked.findLast(({ role }) => role === 'chat');

async function ask(conversation_id: string, content = 'Do you hear me?') {
  const { assistant_message } = await ada.client.conversations.send({ conversation_id, content });
  return until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id });
    const answer = messages.find(({ id }) => id === assistant_message.id);
    return answer && answer.status !== 'streaming' ? answer : undefined;
  }, 'the answer is given');
}

async function newChat(project_id?: string): Promise<string> {
  const { id } = await ada.client.conversations.create(project_id ? { project_id } : {});
  return id;
}

const effective = async (conversation_id?: string) => {
  const { parameters } = await settings().effective(conversation_id ? { conversation_id } : {});
  return Object.fromEntries(parameters.map(({ name, ...rest }) => [name, rest]));
};

describe('parameters', () => {
  test('somebody who changed nothing has the defaults of the specification', async () => {
    expect(await bob.client.preferences.get({})).toMatchObject({
      model_parameters: {
        temperature: 0.7,
        top_p: 1,
        top_k: 40,
        max_output_tokens: 4096,
        stop_sequences: [],
      },
      reasoning_config: { reasoning_effort: 'medium', thinking_budget: 10_000 },
      search_config: { search_depth: 5, max_sources: 10 },
      rag_config: { chunk_size: 512, chunk_overlap: 50, similarity_threshold: 0.7 },
      active_preset: 'balanced',
    });
  });

  test('what is set is on the wire and kept with the answer; what the model has not is said and not sent', async () => {
    await settings().update({
      model_parameters: {
        temperature: 0.15,
        top_p: 0.9,
        top_k: 7,
        frequency_penalty: 0.25,
        presence_penalty: -0.5,
        seed: 99,
        stop_sequences: ['###'],
        max_output_tokens: 321,
      },
      reasoning_config: { reasoning_effort: 'low', thinking_budget: 2_000 },
    });
    const answer = await ask(await newChat());
    const sent = model.lastRequest();
    expect(sent).toMatchObject({
      temperature: 0.15,
      top_p: 0.9,
      frequency_penalty: 0.25,
      presence_penalty: -0.5,
      seed: 99,
      stop: ['###'],
      max_tokens: 321,
      reasoning_effort: 'low',
    });
    expect(JSON.stringify(sent)).not.toMatch(/top_k|thinking/);
    expect(answer.parameters).toEqual({
      temperature: 0.15,
      topP: 0.9,
      frequencyPenalty: 0.25,
      presencePenalty: -0.5,
      seed: 99,
      stopSequences: ['###'],
      maxOutputTokens: 321,
      reasoningEffort: 'low',
    });
    expect(await effective()).toMatchObject({
      temperature: { value: 0.15, source: 'settings', supported: true },
      top_k: { value: 7, source: 'settings', supported: false },
      thinking_budget: { value: 2_000, supported: false },
      max_sources: { value: 10, source: 'default', supported: true },
    });
    expect((await settings().get({})).active_preset).toBe('custom');
  });

  test('a parameter that is left to the vendor is not sent', async () => {
    await settings().update({ model_parameters: { temperature: null, seed: null, stop_sequences: [] } });
    await ask(await newChat());
    const sent = model.lastRequest();
    for (const name of ['temperature', 'seed', 'stop']) expect(sent).not.toHaveProperty(name);
  });

  test('one conversation has its own, and its own model', async () => {
    const here = await newChat();
    await settings().setConversation({
      conversation_id: here,
      model: 'large',
      model_parameters: { temperature: 1.5 },
    });
    await ask(here);
    expect(model.lastRequest()).toMatchObject({ model: 'large', temperature: 1.5, top_p: 0.9 });
    expect(await effective(here)).toMatchObject({ temperature: { value: 1.5, source: 'conversation' } });
    await ask(await newChat());
    expect(model.lastRequest()).toMatchObject({ model: 'middle' });
    await settings().setConversation({ conversation_id: here });
    await ask(here);
    expect(model.lastRequest()).toMatchObject({ model: 'middle' });
    await expect(
      bob.client.preferences.setConversation({ conversation_id: here, model: 'x' }),
    ).rejects.toMatchObject({ problem: { code: 'not_found' } });
  });

  test('the oldest messages are left out when more than fits was said', async () => {
    const here = await newChat();
    await ask(here, `The first one. ${'apples and pears '.repeat(800)}`);
    await ask(here, 'The second one.');
    await settings().setConversation({
      conversation_id: here,
      model_parameters: { max_input_tokens: 1_500 },
    });
    await ask(here, 'The third one.');
    const said = JSON.stringify(model.lastRequest().messages);
    expect(said).not.toContain('The first one.');
    expect(said).toContain('The second one.');
    expect(said).toContain('The third one.');
  });

  test('an answer makes as many searches as are allowed, and is told so', async () => {
    const here = await newChat();
    await settings().setConversation({ conversation_id: here, search_config: { search_depth: 2 } });
    model.script = ({ results }) =>
      results.length < 4
        ? { tool: 'search_memory', input: { query: `try ${results.length}` } }
        : { text: results.map(({ content }) => (content.includes('used up') ? 'no' : 'yes')).join(' ') };
    expect((await ask(here)).content).toBe('yes yes no no');
  });

  test('what the model thought is shown, or is not', async () => {
    model.script = () => ({ text: 'Blue.', reasoning: 'The sky is asked about.' });
    const here = await newChat();
    expect((await ask(here)).reasoning).toBe('The sky is asked about.');
    await settings().setConversation({
      conversation_id: here,
      reasoning_config: { show_thinking: false },
    });
    expect((await ask(here)).reasoning).toBeNull();
  });

  test('documents are offered to search, or are not', async () => {
    const here = await newChat();
    await settings().setConversation({ conversation_id: here, rag_config: { enabled: false } });
    await ask(here);
    expect(asked()?.tools).not.toContain('search_files');
    expect(asked()?.tools).toContain('search_memory');
  });

  test('values outside their range and fields that do not exist are refused, and nothing is changed', async () => {
    const before = await settings().get({});
    for (const change of [
      { model_parameters: { temperature: 3 } },
      { model_parameters: { warmth: 1 } },
      { rag_config: { chunk_size: 100, chunk_overlap: 90 } },
      { reasoning_config: { reasoning_effort: 'heroic' } },
    ])
      await expect(settings().update(change as never)).rejects.toMatchObject({
        problem: { code: 'invalid_input' },
      });
    expect(await settings().get({})).toEqual(before);
  });
});

describe('passages', () => {
  const passages = async (name: string) => {
    const { id } = (await (await ada.upload(name, text)).json()) as { id: string };
    await until(
      async () => (await ada.client.files.get({ id })).processing_status === 'completed' || undefined,
      'the file is read',
    );
    const { rows } = await app.database.withOwner((owner) =>
      owner.query<{ size: number }>(
        'select length(content) as size from meta_file_chunks where file_metadata_id = $1',
        [id],
      ),
    );
    return rows.map(({ size }) => size);
  };
  const text = Array.from(
    { length: 60 },
    (_, n) => `Paragraph ${n} tells of ${'many things '.repeat(12)}.`,
  ).join('\n\n');

  test('are as long as is set when the file is read', async () => {
    await settings().update({ rag_config: { chunk_size: 512, chunk_overlap: 0 } });
    const wide = await passages('wide.txt');
    await settings().update({ rag_config: { chunk_size: 100 } });
    const narrow = await passages('narrow.txt');
    expect(Math.max(...wide)).toBeGreaterThan(1_500);
    expect(Math.max(...narrow)).toBeLessThan(450);
  });
});

describe('presets', () => {
  test('the four of the system are there, can be applied and not be changed', async () => {
    const { items } = await settings().listPresets({});
    expect(items.filter(({ is_system }) => is_system).map(({ name }) => name)).toEqual([
      'Balanced',
      'Creative',
      'Maximum Reasoning',
      'Precise',
    ]);
    const creative = items.find(({ name }) => name === 'Creative');
    const applied = await settings().applyPreset({ id: String(creative?.id) });
    expect(applied).toMatchObject({ active_preset: 'creative', model_parameters: { temperature: 1.2 } });
    await ask(await newChat());
    expect(model.lastRequest()).toMatchObject({ temperature: 1.2, top_p: 0.95, presence_penalty: 0.3 });
    expect(await effective()).toMatchObject({ temperature: { source: 'preset' } });
    await expect(settings().deletePreset({ id: String(creative?.id) })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
  });

  test('one’s own keep what is set now, and come back whole', async () => {
    await settings().update({ model_parameters: { temperature: 0.33 } });
    const mine = await settings().createPreset({ name: 'Mine' });
    await settings().update({ model_parameters: { temperature: 2 } });
    expect((await settings().applyPreset({ id: mine.id })).model_parameters.temperature).toBe(0.33);
    await settings().updatePreset({ id: mine.id, name: 'Still mine', model_parameters: { top_p: 0.5 } });
    expect((await settings().listPresets({})).items.find(({ id }) => id === mine.id)).toMatchObject({
      name: 'Still mine',
      model_parameters: { temperature: 0.33, top_p: 0.5 },
    });
    expect((await bob.client.preferences.listPresets({})).items).toHaveLength(4);
    await expect(settings().createPreset({ name: 'Still mine' })).rejects.toMatchObject({
      problem: { code: 'conflict' },
    });
    await settings().deletePreset({ id: mine.id });
  });
});

describe('rules', () => {
  test('stand in the prompt from the widest to the narrowest, and only where they hold', async () => {
    const { id: project_id } = await ada.client.projects.create({ name: 'Ruled' });
    const here = await newChat(project_id);
    const rule = (rule_type: 'global' | 'project' | 'conversation', content: string, more = {}) =>
      settings().createRule({ rule_type, name: `${rule_type} rule`, content, ...more });
    await rule('conversation', 'Speak of cats.', { conversation_id: here });
    await rule('project', 'Speak of birds.', { project_id });
    const everywhere = await rule('global', 'Speak of dogs.');
    await rule('global', 'Speak of horses.', { priority: 5 });
    await ask(here);
    const prompt = asked()?.system ?? '';
    const places = ['horses', 'dogs', 'birds', 'cats'].map((word) => prompt.indexOf(word));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    await ask(await newChat());
    expect(asked()?.system).toContain('dogs');
    expect(asked()?.system).not.toMatch(/birds|cats/);
    await settings().updateRule({ id: everywhere.id, enabled: false });
    await ask(await newChat());
    expect(asked()?.system).not.toContain('dogs');
    expect((await bob.client.preferences.listRules({})).items).toEqual([]);
  });

  test('a rule says where it belongs, and only there', async () => {
    const lost = [
      { rule_type: 'project' as const, name: 'x', content: 'y' },
      { rule_type: 'global' as const, name: 'x', content: 'y', conversation_id: await newChat() },
    ];
    for (const input of lost)
      await expect(settings().createRule(input)).rejects.toMatchObject({
        problem: { code: 'invalid_input' },
      });
    await expect(
      bob.client.preferences.createRule({
        rule_type: 'conversation',
        name: 'x',
        content: 'y',
        conversation_id: await newChat(),
      }),
    ).rejects.toMatchObject({ problem: { code: 'conflict' } });
  });
});

describe('history', () => {
  const last = async () => (await settings().history({ limit: 1 })).items[0];

  test('a change says what it was and can be undone; the undoing too', async () => {
    await settings().update({ model_parameters: { temperature: 0.1 } });
    await settings().update({ model_parameters: { temperature: 0.9 } });
    const change = await last();
    expect(change).toMatchObject({
      table_name: 'user_settings',
      action: 'update',
      before: { model_parameters: { temperature: 0.1 } },
      after: { model_parameters: { temperature: 0.9 } },
    });
    await settings().undo({ id: String(change?.id) });
    expect((await settings().get({})).model_parameters.temperature).toBe(0.1);
    await expect(settings().undo({ id: String(change?.id) })).rejects.toMatchObject({
      problem: { code: 'conflict', fix: 'Undo the later change first.' },
    });
    await settings().undo({ id: String((await last())?.id) });
    expect((await settings().get({})).model_parameters.temperature).toBe(0.9);
  });

  test('what was deleted comes back, what was made goes', async () => {
    const rule = await settings().createRule({ rule_type: 'global', name: 'Brief', content: 'Be brief.' });
    await settings().deleteRule({ id: rule.id });
    await settings().undo({ id: String((await last())?.id) });
    const { items } = await settings().listRules({});
    expect(items.find(({ id }) => id === rule.id)).toEqual(rule);
    const preset = await settings().createPreset({ name: 'For a moment' });
    await settings().undo({ id: String((await last())?.id) });
    expect((await settings().listPresets({})).items.map(({ id }) => id)).not.toContain(preset.id);
  });

  test('of somebody else cannot be read or undone', async () => {
    const change = await last();
    expect((await bob.client.preferences.history({})).items).toEqual([]);
    await expect(bob.client.preferences.undo({ id: String(change?.id) })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
  });
});
