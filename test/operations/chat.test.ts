import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// A chat: its answer is produced whether or not anybody watches, and can be followed from anywhere.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
const words = Array.from({ length: 12 }, (_, index) => `word${index} `);
const whole = words.join('');
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(() => ({ text: 'An answer.' }));
  await model.connect(ada);
  await app.work();
});
beforeEach(() => {
  model.asked.length = 0;
  model.script = () => ({ slowly: words, everyMs: 60 });
});
afterAll(async () => {
  await app.close();
  await model.close();
});

async function ask(content: string, conversation_id?: string) {
  const id = conversation_id ?? (await ada.client.conversations.create({})).id;
  const sent = await ada.client.conversations.send({ conversation_id: id, content });
  return { conversation_id: id, message_id: sent.assistant_message.id, sent };
}

/** Puts a message together out of what a follower is told. */
async function follow(
  input: { conversation_id: string; message_id?: string; offset?: number },
  message_id: string,
  { client }: Person = ada,
  until: (text: string) => boolean = () => false,
) {
  const abort = new AbortController();
  const before = input.offset ?? 0;
  let text = '';
  let pieces = 0;
  const kinds: string[] = [];
  for await (const event of client.conversations.follow(input, { signal: abort.signal })) {
    kinds.push(event.type);
    if (event.type === 'text' && event.message_id === message_id) {
      expect(event.offset).toBe(before + text.length);
      text += event.text;
      pieces++;
      if (until(text)) {
        abort.abort();
        break;
      }
    }
  }
  return { text, pieces, kinds };
}

const answer = (conversation_id: string, message_id: string) =>
  until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id });
    const found = messages.find(({ id }) => id === message_id);
    return found && found.status !== 'streaming' ? found : undefined;
  }, 'the answer has ended');

test('a model that speaks before the place of its answer is open is heard from its first word', async () => {
  // A statement waits here before it locks the row that keeping the first words holds. Were that to wait in turn, only the
  // timeout of statements would end it, later than this test.
  await app.database.withOwner((client) =>
    client.query(`
      create function private.open_late() returns trigger language plpgsql set search_path = '' as
        $$ begin perform pg_sleep(0.5); return null; end $$;
      create trigger open_late before update of model_used on public.meta_messages
        for each statement execute function private.open_late()`),
  );
  try {
    const { conversation_id, message_id } = await ask('Hurry');
    const { text } = await follow({ conversation_id }, message_id);
    expect(text).toBe(words.join(''));
    expect(await answer(conversation_id, message_id)).toMatchObject({
      status: 'complete',
      content: words.join(''),
    });
  } finally {
    await app.database.withOwner((client) =>
      client.query(`
        drop trigger open_late on public.meta_messages; drop function private.open_late()`),
    );
  }
}, 30_000);

test('what a model thinks and the call it writes are seen as they come, and kept only where they belong', async () => {
  const content = 'A line of the artifact.\n'.repeat(8);
  const input = { title: 'A text', content_type: 'markdown', content };
  model.script = ({ results }) =>
    results.length > 0
      ? { text: 'Written.' }
      : { tool: 'create_artifact', input, reasoning: 'They want a text.', everyMs: 30 };
  const { conversation_id, message_id } = await ask('Write a text');
  let thoughts = '';
  const calls: string[] = [];
  for await (const event of ada.client.conversations.follow({ conversation_id })) {
    if (event.message_id !== message_id) continue;
    if (event.type === 'reasoning') thoughts = thoughts.slice(0, event.offset) + event.text;
    if (event.type !== 'call') continue;
    expect(event.tool_name).toBe('create_artifact');
    calls.push((calls.at(-1) ?? '').slice(0, event.offset) + event.text);
  }
  expect(thoughts).toBe('They want a text.');
  expect(calls.length).toBeGreaterThan(2);
  expect(JSON.parse(calls.at(-1) ?? '')).toEqual(input);
  expect(await answer(conversation_id, message_id)).toMatchObject({
    status: 'complete',
    content: 'Written.',
  });

  await ada.client.preferences.setConversation({
    conversation_id,
    reasoning_config: { show_thinking: false },
  });
  model.script = () => ({ text: 'Said.', reasoning: 'Secretly.' });
  const second = await ask('Once more', conversation_id);
  const { kinds } = await follow({ conversation_id }, second.message_id);
  expect(kinds).toContain('text');
  expect(kinds).not.toContain('reasoning');
});

test('an answer grows before the eyes of two followers', async () => {
  const { conversation_id, message_id } = await ask('Tell me');
  const [one, two] = await Promise.all([
    follow({ conversation_id }, message_id),
    follow({ conversation_id }, message_id),
  ]);
  for (const { pieces, kinds } of [one, two]) {
    expect(pieces).toBeGreaterThan(1);
    expect(kinds.at(-1)).toBe('done');
  }
  expect(await answer(conversation_id, message_id)).toMatchObject({ status: 'complete', content: whole });
});

test('what was said is shown while the vendor pauses', async () => {
  model.script = () => ({ slowly: words, everyMs: 1 });
  model.held = true;
  try {
    const { conversation_id, message_id } = await ask('Slowly?');
    // The vendor has sent five words and sends nothing more until it is let go.
    await until(async () => {
      const { messages } = await ada.client.conversations.get({ conversation_id });
      return messages.find(({ id }) => id === message_id)?.content.includes('word4');
    }, 'the last word before the pause is there');
    model.held = false;
    expect(await answer(conversation_id, message_id)).toMatchObject({ status: 'complete', content: whole });
  } finally {
    model.held = false;
  }
});

test('who leaves and returns goes on in the middle', async () => {
  const { conversation_id, message_id } = await ask('Tell me');
  const first = await follow({ conversation_id }, message_id, ada, (text) => text.length > 10);
  const rest = await follow({ conversation_id, message_id, offset: first.text.length }, message_id);
  expect(whole.startsWith(first.text + rest.text)).toBe(true);
  expect(rest.text.length).toBeGreaterThan(0);
  expect((await answer(conversation_id, message_id)).content).toBe(whole);
});

test('nobody has to watch', async () => {
  const { conversation_id, message_id } = await ask('Tell me');
  expect(await answer(conversation_id, message_id)).toMatchObject({ content: whole, status: 'complete' });
  expect((await follow({ conversation_id }, message_id)).kinds.at(-1)).toBe('done');
});

test('somebody else cannot follow', async () => {
  const { conversation_id, message_id } = await ask('Tell me');
  await expect(follow({ conversation_id }, message_id, bob)).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  await answer(conversation_id, message_id);
});

test('stop ends it, keeps what was said, and takes the next question', async () => {
  model.script = () => ({ slowly: Array.from({ length: 400 }, (_, index) => `w${index} `), everyMs: 50 });
  const { conversation_id, message_id } = await ask('Tell me everything');
  await follow({ conversation_id }, message_id, ada, (text) => text.length > 10);
  await expect(ask('Are you there?', conversation_id)).rejects.toMatchObject({
    problem: { code: 'conflict' },
  });
  await ada.client.conversations.stop({ conversation_id });
  const stopped = await answer(conversation_id, message_id);
  expect(stopped.status).toBe('stopped');
  expect(stopped.content).toMatch(/^w0 w1 /);
  model.script = () => ({ text: 'Here I am.' });
  const next = await ask('Are you there?', conversation_id);
  expect((await answer(conversation_id, next.message_id)).content).toBe('Here I am.');
  // Nothing is added to what was stopped.
  expect((await answer(conversation_id, message_id)).content).toBe(stopped.content);
});

test('a vendor that refuses marks the answer failed, with the reason, and the chat goes on', async () => {
  model.script = () => ({ status: 401 });
  const { conversation_id, message_id } = await ask('Hello');
  const failed = await answer(conversation_id, message_id);
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('refuses the API key') });
  model.script = () => ({ text: 'Better now.' });
  const next = await ask('And now?', conversation_id);
  expect((await answer(conversation_id, next.message_id)).content).toBe('Better now.');
});

test('a stream that breaks is said again, once', async () => {
  let tries = 0;
  model.script = () => (++tries === 1 ? { fault: 'half' } : { text: 'The whole answer.' });
  const { conversation_id, message_id } = await ask('Hello');
  expect(await answer(conversation_id, message_id)).toMatchObject({
    status: 'complete',
    content: 'The whole answer.',
  });
});

test('each call of an answer has a key of its own, by which a vendor would know it again', async () => {
  let calls = 0;
  const from = model.headers().length;
  model.script = ({ role }) => {
    if (role !== 'chat') return { text: 'Keys' };
    calls++;
    return calls === 1
      ? { fault: 'half' }
      : calls === 2
        ? { tool: 'search_files', input: { query: 'keys' } }
        : { text: 'There are none.' };
  };
  const { conversation_id, message_id } = await ask('Where are the keys?');
  expect(await answer(conversation_id, message_id)).toMatchObject({ content: 'There are none.' });
  const keys = model
    .headers()
    .slice(from)
    .flatMap((headers) => headers['idempotency-key'] ?? []);
  const ofAnswer = keys.filter((key) => key.startsWith(message_id));
  expect(ofAnswer).toHaveLength(3);
  expect(new Set(ofAnswer).size).toBe(3);
});

test('citations are found in their passages, invented ones are left out, and facts used are listed', async () => {
  const { id: project_id } = await ada.client.projects.create({ name: 'Otters' });
  const text = '# Otters\n\nOtters hold hands while they sleep.\n';
  const file = (await (await ada.upload('otters.md', text, project_id)).json()) as { id: string };
  await until(
    async () => (await ada.client.files.get({ id: file.id })).processing_status === 'completed',
    'the file is read',
  );
  const fact = await ada.client.memory.create({ content: 'I prefer short answers about otters' });
  await bob.client.memory.create({ content: 'Bob also asks about otters' });
  model.script = ({ results }) => {
    const found = results.at(-1);
    if (!found) return { tool: 'search_files', input: { query: 'how otters sleep' } };
    const id = /"id":"([0-9a-f-]{36})"/.exec(found.content)?.[1];
    return {
      text: `They hold hands [1]. They fly [2].\n\n[1] ${id} "Otters hold hands"\n[2] ${id} "Otters fly"`,
    };
  };
  const { id: conversation_id } = await ada.client.conversations.create({ project_id });
  const { message_id } = await ask('How do otters sleep?', conversation_id);
  const given = await answer(conversation_id, message_id);
  expect(given.content).toBe('They hold hands [1]. They fly [2].');
  const at = text.indexOf('Otters hold');
  expect(given.citations).toEqual([
    {
      marker: 1,
      quote: 'Otters hold hands',
      file_id: file.id,
      file_name: 'otters.md',
      char_start: at,
      char_end: at + 17,
    },
  ]);
  expect(given.memory_ids).toEqual([fact.id]);
  const first = model.asked.find(({ role }) => role === 'chat');
  expect(first?.context).toContain('I prefer short answers');
  expect(JSON.stringify(first?.messages)).not.toContain('Bob');
  expect(given).toMatchObject({ input_tokens: 200, output_tokens: 40, model_used: 'Scripted/middle' });
  const { messages } = await ada.client.conversations.get({ conversation_id });
  expect(messages.filter(({ role }) => role === 'tool').map(({ tool_name }) => tool_name)).toEqual([
    'search_files',
  ]);
});

test('a conversation is titled by its first question, unless it has a title', async () => {
  model.script = ({ role }) => (role === 'titler' ? { tool: 'none', input: {} } : { text: 'Yes.' });
  const titleOf = async (id: string) =>
    (await ada.client.conversations.get({ conversation_id: id })).conversation.title;
  const { conversation_id, message_id } = await ask(`${'long '.repeat(40)}\nsecond line`);
  expect(await titleOf(conversation_id)).toMatch(/^long long .{1,70}…$/);
  await answer(conversation_id, message_id);
  await ada.client.conversations.update({ conversation_id, title: 'Mine' });
  const next = await ask('Something else', conversation_id);
  await answer(conversation_id, next.message_id);
  expect(await titleOf(conversation_id)).toBe('Mine');
  // The model is shown what was said before.
  expect(model.asked.filter(({ role }) => role === 'chat').length).toBe(2);
});
