import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// A tool that asks first pauses the answer until the person who asked decides; the choice is remembered as far as they say.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(() => ({ text: '' }));
  await model.connect(ada);
  await app.work();
});
beforeEach(async () => {
  model.script = ({ role, results, messages }) => {
    if (role === 'titler') return { text: 'Title' };
    const answered = messages.at(-1)?.role === 'tool';
    return answered
      ? { text: `Done: ${results.at(-1)?.content}` }
      : { tool: 'remember', input: { content: `Fact ${messages.length}` } };
  };
  await ada.client.conversations.setToolPermission({ name: 'remember', permission: 'ask' });
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const untilStatus = (conversation_id: string, status: string, at = -1) =>
  until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id });
    const answer = messages.filter(({ role }) => role === 'assistant').at(at);
    return answer?.status === status && answer;
  }, `the answer is ${status}`);

async function ask(content: string, conversation_id?: string) {
  const id = conversation_id ?? (await ada.client.conversations.create({})).id;
  await ada.client.conversations.send({ conversation_id: id, content });
  return id;
}
const facts = async () => (await ada.client.memory.list({})).items.map(({ content }) => content);
const decide = (approval_id: string | undefined, more: object, person = ada) =>
  person.client.conversations.decide({
    approval_id: approval_id ?? '',
    decision: 'allowed',
    ...more,
  } as Parameters<Person['client']['conversations']['decide']>[0]);

test('a call waits with its input in view, runs once allowed, and the answer goes on', async () => {
  const id = await ask('Keep it');
  const waiting = await untilStatus(id, 'waiting');
  expect(waiting.approval).toMatchObject({ tool_name: 'remember', tool_input: { content: 'Fact 2' } });
  expect(await facts()).toEqual([]);
  await expect(ask('Hurry', id)).rejects.toMatchObject({
    problem: { code: 'conflict', detail: expect.stringContaining('waits for your decision') },
  });
  await expect(decide(waiting.approval?.id, {}, bob)).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  await decide(waiting.approval?.id, {});
  expect((await untilStatus(id, 'complete')).content).toMatch(/^Done: /);
  expect(await facts()).toEqual(['Fact 2']);
  await expect(decide(waiting.approval?.id, {})).rejects.toMatchObject({ problem: { code: 'conflict' } });
  // Allowed once: the next call asks again.
  await ask('And this', id);
  expect((await untilStatus(id, 'waiting')).approval?.tool_name).toBe('remember');
  await ada.client.conversations.stop({ conversation_id: id });
  await untilStatus(id, 'stopped');
});

test('a denied call is told to the model, and nothing happens', async () => {
  const before = await facts();
  const id = await ask('Keep it');
  await decide((await untilStatus(id, 'waiting')).approval?.id, { decision: 'denied' });
  expect((await untilStatus(id, 'complete')).content).toContain('did not allow this call');
  expect(await facts()).toEqual(before);
});

test('a choice holds in its conversation or in every one, and is listed and taken back', async () => {
  const id = await ask('Keep it');
  await decide((await untilStatus(id, 'waiting')).approval?.id, { holds: 'conversation' });
  await untilStatus(id, 'complete');
  await ask('And this', id);
  await untilStatus(id, 'complete');
  const listed = async () =>
    (await ada.client.conversations.listTools({ conversation_id: id })).items.find(
      ({ name }) => name === 'remember',
    );
  expect(await listed()).toMatchObject({ permission: 'ask', conversation_permission: 'always' });
  const other = await ask('Elsewhere');
  await decide((await untilStatus(other, 'waiting')).approval?.id, { decision: 'denied', holds: 'always' });
  await untilStatus(other, 'complete');
  expect(await listed()).toMatchObject({ permission: 'never', conversation_permission: 'always' });
  const third = await ask('A third');
  expect((await untilStatus(third, 'complete')).content).toContain('did not allow this call');
  await ada.client.conversations.setToolPermission({ name: 'remember', permission: null });
  expect(await listed()).toMatchObject({ permission: 'always' });
});

test('a decision outlives the process that asked', async () => {
  const id = await ask('Keep it');
  const { approval } = await untilStatus(id, 'waiting');
  // Nobody holds the answer, so that another process may take it up at once.
  const held = await app.database.asService('test', (session) =>
    session
      .selectFrom('meta_messages')
      .select(['lease_owner', 'status'])
      .where('conversation_id', '=', id)
      .where('role', '=', 'assistant')
      .where('tool_calls', 'is', null)
      .execute(),
  );
  expect(held).toEqual([{ lease_owner: null, status: 'waiting' }]);
  await decide(approval?.id, {});
  await untilStatus(id, 'complete');
});
