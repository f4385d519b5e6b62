import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson, WireServer } from '../../src/providers/testing/server.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel, usage } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// The first account is the administrator.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
let vendor: WireServer;
/** Tokens that the embedding vendor says it counted for each text. */
const embeddingTokens = 7;
beforeAll(async () => {
  vendor = await WireServer.start((request, response) => {
    const { input } = JSON.parse(request.body.toString()) as { input: string[] };
    sendJson(response, {
      object: 'list',
      model: 'embed',
      data: input.map((_, index) => ({ object: 'embedding', index, embedding: [1, 0.5, index + 1] })),
      usage: { prompt_tokens: embeddingTokens * input.length, total_tokens: embeddingTokens * input.length },
    });
  });
  app = await openTestApp({
    META_AGENT_EMBEDDING: 'openai-compatible',
    META_AGENT_EMBEDDING_MODEL: 'embed',
    META_AGENT_EMBEDDING_URL: `${vendor.url}/v1`,
  });
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(({ role }) =>
    role === 'chat' ? { text: 'An answer.' } : { text: 'A title' },
  );
  await model.connect(bob);
  await ada.client.usage.setPrice({
    provider: 'openai-compatible',
    model: 'mid*',
    input_per_million: 1000,
    cached_per_million: 100,
    output_per_million: 10_000,
    reasoning_per_million: 20_000,
    source: 'https://example.org/prices',
  });
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
  await vendor.close();
});

/** 60 fresh tokens, 40 cached, 15 written and 5 of reasoning, as the vendor counted them. */
const chatCost = (60 * 1000 + 40 * 100 + 15 * 10_000 + 5 * 20_000) / 1e6;

async function ask(person: Person, project_id?: string) {
  const { id } = await person.client.conversations.create({ project_id });
  const { assistant_message } = await person.client.conversations.send({
    conversation_id: id,
    content: 'What?',
  });
  const answer = await until(async () => {
    const { messages } = await person.client.conversations.get({ conversation_id: id });
    const last = messages.at(-1);
    return last?.role === 'assistant' && last.status !== 'streaming' ? last : undefined;
  }, 'the answer ended');
  expect(answer.id).toBe(assistant_message.id);
  return { conversation_id: id, answer };
}

const code = (problem: string) => ({ problem: expect.objectContaining({ code: problem }) });

test('a call stands under its message, chat, project, model and day, with what the vendor counted', async () => {
  const project = await bob.client.projects.create({ name: '=HYPERLINK("x")' });
  const { conversation_id, answer } = await ask(bob, project.id);
  expect(answer).toMatchObject({ input_tokens: usage.input, output_tokens: usage.output });
  expect(answer.cost).toBeCloseTo(chatCost, 6);
  const { items } = await bob.client.usage.calls({ message_id: answer.id });
  expect(items).toEqual([
    expect.objectContaining({
      model: 'middle',
      endpoint: 'chat',
      project_id: project.id,
      conversation_id,
      input_tokens: usage.input,
      cached_tokens: 40,
      output_tokens: usage.output,
      reasoning_tokens: 5,
      cost_usd: expect.closeTo(chatCost, 6),
      status: 'settled',
    }),
  ]);
  await until(
    async () => (await bob.client.usage.calls({ conversation_id })).items.length === 2,
    'it has a title',
  );
  const summary = await bob.client.usage.summary({ project_id: project.id });
  const tokens = usage.input + usage.output;
  expect(summary).toMatchObject({
    by_model: expect.arrayContaining([expect.objectContaining({ model: 'middle', calls: 1, tokens })]),
    by_conversation: [{ conversation_id, calls: 2, tokens: 2 * tokens }],
  });
  // Embedding what was said counts as well, for the project but for no chat.
  const sums = {
    calls: summary.total.calls,
    tokens: summary.total.input_tokens + summary.total.output_tokens,
  };
  expect(summary.by_day).toMatchObject([sums]);
  expect(summary.by_project).toMatchObject([{ ...sums, project_id: project.id, name: project.name }]);
  expect(summary.by_model.reduce((sum, { calls }) => sum + calls, 0)).toBe(sums.calls);
  expect((await ada.client.usage.calls({})).items).toEqual([]);

  const first = await bob.client.usage.calls({ limit: 1, conversation_id });
  const second = await bob.client.usage.calls({ limit: 1, conversation_id, cursor: first.next ?? '' });
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(2);
  expect(second.next).toBeNull();

  const csv = await app.fetch('/api/usage.csv?days=2', { headers: { authorization: `Bearer ${bob.key}` } });
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const lines = (await csv.text()).trim().split('\r\n');
  expect(lines[0]).toMatch(/^created_at,provider,model,/);
  const all = (await bob.client.usage.summary({ days: 2 })).total.calls;
  expect(lines).toHaveLength(1 + all);
  expect(lines.filter((line) => line.includes(answer.id))).toHaveLength(1);
  expect((await app.fetch('/api/usage.csv')).status).toBe(401);
});

test('embeddings of a vendor are counted, and stop at a limit while search goes on by words', async () => {
  const { id } = await bob.client.memory.create({ content: 'I keep bees behind the house' });
  const embedded = () =>
    app.database.withOwner(async (owner) => {
      const { rows } = await owner.query('select embedding_model from meta_memory_facts where id = $1', [id]);
      return rows[0].embedding_model as string | null;
    });
  await until(async () => (await embedded()) !== null, 'the fact is embedded');
  const mine = async () =>
    (await bob.client.usage.calls({ limit: 200 })).items.filter(({ endpoint }) => endpoint === 'embedding');
  const counted = await mine();
  expect(counted.length).toBeGreaterThan(0);
  for (const call of counted) {
    expect(call.input_tokens % embeddingTokens).toBe(0);
    expect(call).toMatchObject({ model: 'embed', status: 'settled', output_tokens: 0 });
  }
  const limit = await ada.client.usage.setLimit({ user_id: bob.id, max_tokens: 1 });
  const sent = vendor.received.length;
  const found = await bob.client.memory.search({ query: 'bees' });
  expect(found.items.map((item) => item.id)).toEqual([id]);
  expect(vendor.received.length).toBe(sent);
  await ada.client.usage.deleteLimit({ id: limit.id });
});

describe('limits', () => {
  test('one a person sets for themselves only tightens, and goes when they like', async () => {
    const admins = await ada.client.usage.setLimit({ user_id: bob.id, period: 'day', max_tokens: 1e9 });
    const own = await bob.client.usage.setLimit({ period: 'day', max_tokens: 5 });
    expect(admins).toMatchObject({ holds_for_caller: false });
    expect(own).toMatchObject({
      scope: 'user',
      is_own: true,
      holds_for_caller: true,
      may_change: true,
      name: bob.email,
    });
    const { answer } = await ask(bob);
    expect(answer).toMatchObject({ status: 'failed', error: expect.stringContaining('allows 5 tokens') });
    expect(answer.error).toContain('raise it in Settings, Usage.');
    await expect(bob.client.usage.deleteLimit({ id: admins.id })).rejects.toMatchObject(code('forbidden'));
    await expect(bob.client.usage.setLimit({ user_id: bob.id, max_tokens: 1e12 })).rejects.toMatchObject(
      code('forbidden'),
    );
    expect((await bob.client.usage.setLimit({ period: 'day', max_tokens: 1e12 })).id).toBe(own.id);
    const both = (await bob.client.usage.listLimits({})).items;
    expect(both.map(({ id, may_change }) => [id, may_change]).sort()).toEqual(
      [
        [admins.id, false],
        [own.id, true],
      ].sort(),
    );
    await bob.client.usage.deleteLimit({ id: own.id });
    await ada.client.usage.deleteLimit({ id: admins.id });
    expect((await ask(bob)).answer.status).toBe('complete');
  });

  test('of a project are its owner’s to set; others do not see them', async () => {
    const carl = await app.person('carl@example.org');
    const { id: project_id } = await bob.client.projects.create({ name: 'Mine' });
    const limit = await bob.client.usage.setLimit({ project_id, period: 'total', max_cost_usd: 0.5 });
    expect(limit).toMatchObject({
      scope: 'project',
      name: 'Mine',
      resets_at: null,
      used_tokens: 0,
      holds_for_caller: true,
    });
    const seen = (await ada.client.usage.listLimits({})).items.find(({ id }) => id === limit.id);
    expect(seen).toMatchObject({ holds_for_caller: false });
    expect((await carl.client.usage.listLimits({})).items).toEqual([]);
    await expect(carl.client.usage.setLimit({ project_id, max_tokens: 1 })).rejects.toMatchObject(
      code('forbidden'),
    );
    await expect(carl.client.usage.deleteLimit({ id: limit.id })).rejects.toMatchObject(code('not_found'));
    await expect(
      carl.client.usage.setPrice({
        provider: 'openai',
        model: 'x',
        input_per_million: 0,
        output_per_million: 0,
      }),
    ).rejects.toMatchObject(code('forbidden'));
  });

  test.each([
    [{ max_tokens: null, max_cost_usd: null }],
    [{ max_tokens: -1 }],
    [
      {
        max_tokens: 1,
        user_id: '00000000-0000-4000-8000-000000000000',
        project_id: '00000000-0000-4000-8000-000000000000',
      },
    ],
  ])('%j is refused', async (input) => {
    await expect(ada.client.usage.setLimit(input)).rejects.toMatchObject(code('invalid_input'));
  });
});

test('the price of the day holds: a newer one for the same model, a pattern less than a name, an ended one not', async () => {
  const price = { provider: 'openai-compatible', output_per_million: 0 };
  const set = [
    await ada.client.usage.setPrice({
      ...price,
      model: 'middle',
      valid_from: '2001-01-01',
      input_per_million: 5,
    }),
    await ada.client.usage.setPrice({
      ...price,
      model: 'middle',
      valid_from: '2002-01-01',
      input_per_million: 50,
    }),
    await ada.client.usage.setPrice({
      ...price,
      model: 'middle',
      valid_from: '2003-01-01',
      valid_to: '2004-01-01',
      input_per_million: 500,
    }),
    await ada.client.usage.setPrice({
      ...price,
      model: 'middle',
      valid_from: '2999-01-01',
      input_per_million: 5000,
    }),
  ];
  expect((await ask(bob)).answer.cost).toBeCloseTo((usage.input * 50) / 1e6, 6);
  expect((await bob.client.usage.listPrices({})).items.map(({ id }) => id)).toEqual(
    expect.arrayContaining(set.map(({ id }) => id)),
  );
  for (const { id } of set) await ada.client.usage.deletePrice({ id });
  expect((await ask(bob)).answer.cost).toBeCloseTo(chatCost, 6);
});
