import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel, usage } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// Eight chats at a time spend under one limit of use.
const parallel = 8;
const perCall = {
  tokens: usage.input + usage.output,
  cost: (usage.input * 1000 + usage.output * 10_000) / 1e6,
};
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
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
    output_per_million: 10_000,
  });
  await app.work(parallel);
});
beforeEach(() => {
  model.asked.length = 0;
});
afterAll(async () => {
  await app.close();
  await model.close();
});

/** Asks in so many chats at once; the answers, once each has ended. */
async function ask(count: number, project_id: string | null) {
  const asked = await Promise.all(
    Array.from({ length: count }, async () => {
      const { id } = await bob.client.conversations.create(project_id === null ? {} : { project_id });
      await bob.client.conversations.send({ conversation_id: id, content: 'What is it?' });
      return id;
    }),
  );
  return Promise.all(
    asked.map((conversation_id) =>
      until(async () => {
        const { messages } = await bob.client.conversations.get({ conversation_id });
        const last = messages.at(-1);
        return last?.role === 'assistant' && last.status !== 'streaming' ? last : undefined;
      }, 'the answer ended'),
    ),
  );
}

const limits = async () => (await bob.client.usage.listLimits({})).items;

/** Until titles have come home as well. */
const quiet = () =>
  until(
    async () => (await limits()).every(({ reserved_tokens }) => reserved_tokens === 0),
    'no call is under way',
  );

async function place(
  scope: string,
): Promise<{ who: Person; whom: Record<string, string>; project_id: string | null }> {
  if (scope === 'user') return { who: ada, whom: { user_id: bob.id }, project_id: null };
  const { id } = await bob.client.projects.create({ name: `Under a limit of its ${scope}` });
  if (scope === 'project') return { who: bob, whom: { project_id: id }, project_id: id };
  const { id: organization_id } = await bob.client.organizations.create({ name: 'Initech' });
  await bob.client.organizations.addProject({ organization_id, project_id: id });
  return { who: bob, whom: { organization_id }, project_id: id };
}

describe.each(['user', 'project', 'organization'] as const)('a limit of the %s', (scope) => {
  test.each(['tokens', 'money'])('in %s is never passed, and says what to do', async (unit) => {
    const { who, whom, project_id } = await place(
      scope === 'organization' && unit === 'money' ? 'project' : scope,
    );
    const before = (await bob.client.usage.summary({})).total;
    const used = scope === 'user' ? before : { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
    // One call may need about 5,500 tokens or 42 dollars, and takes 120 or 0.30: room for some, not for all.
    const room =
      unit === 'tokens'
        ? { max_tokens: used.input_tokens + used.output_tokens + 6_000 }
        : { max_cost_usd: used.cost_usd + 43.5 };
    const limit = await who.client.usage.setLimit({
      ...whom,
      period: unit === 'tokens' ? 'day' : 'month',
      ...room,
    });
    const answers = await ask(16, project_id);
    await quiet();

    const failed = answers.filter(({ status }) => status === 'failed');
    const now = (await limits()).find(({ id }) => id === limit.id) ?? expect.fail('no limit');
    expect(failed.length).toBeLessThan(answers.length);
    expect(failed.length).toBeGreaterThan(0);
    for (const { error } of failed) {
      expect(error).toContain('limit per');
      expect(error).toMatch(/Wait until \d{4}-\d\d-01|Wait until \d{4}-\d\d-\d\d/);
    }
    if (now.max_tokens !== null) expect(now.used_tokens).toBeLessThanOrEqual(now.max_tokens);
    if (now.max_cost_usd !== null) expect(now.used_cost_usd).toBeLessThanOrEqual(now.max_cost_usd);
    const after = (await bob.client.usage.summary({})).total;
    expect(after.calls - before.calls).toBe(model.asked.length);
    expect(after.input_tokens + after.output_tokens - before.input_tokens - before.output_tokens).toBe(
      model.asked.length * perCall.tokens,
    );
    const titles = model.asked.filter(({ role }) => role !== 'chat').length;
    expect(after.cost_usd - before.cost_usd).toBeCloseTo((model.asked.length - titles) * perCall.cost, 6);
    await who.client.usage.deleteLimit({ id: limit.id });
  });
});

test('a call too large for a limit is not made, over every face', async () => {
  const { id } = await ada.client.usage.setLimit({ user_id: bob.id, period: 'total', max_tokens: 100 });
  const [answer] = await ask(1, null);
  expect(answer).toMatchObject({ status: 'failed', error: expect.stringContaining('allows 100 tokens') });
  expect(model.asked).toHaveLength(0);
  await ada.client.usage.deleteLimit({ id });
});

test('an answer that a person stops is counted as far as it came', async () => {
  const { script } = model;
  model.script = () => ({ slowly: Array.from({ length: 40 }, () => 'word after word '), everyMs: 20 });
  model.held = true;
  const before = (await bob.client.usage.summary({})).total;
  const { id } = await bob.client.conversations.create({});
  const { assistant_message } = await bob.client.conversations.send({
    conversation_id: id,
    content: 'Go on.',
  });
  await until(async () => {
    const { messages } = await bob.client.conversations.get({ conversation_id: id });
    return (messages.at(-1)?.content.length ?? 0) > 50;
  }, 'it says something');
  await bob.client.conversations.stop({ conversation_id: id });
  await until(
    async () => (await bob.client.usage.summary({})).total.calls > before.calls,
    'the call is counted',
  );
  model.held = false;
  model.script = script;
  const { items } = await bob.client.usage.calls({ message_id: assistant_message.id });
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ status: 'failed' });
  expect(items[0]?.output_tokens).toBeGreaterThan(5);
  expect(items[0]?.input_tokens).toBeGreaterThan(100);
});
