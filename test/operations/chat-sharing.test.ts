import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// Links show a branch as it was, to whoever has them; and everything said is found again.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(({ role, brief, messages }) => {
    if (role === 'titler') return { text: 'Zebras' };
    return messages.at(-1)?.role === 'tool'
      ? { text: `About ${brief}: stripes confuse flies.` }
      : { tool: 'search_memory', input: { query: 'hidden query' } };
  });
  await model.connect(ada);
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});

async function talk(content: string, conversation_id?: string) {
  const id = conversation_id ?? (await ada.client.conversations.create({})).id;
  await ada.client.conversations.send({ conversation_id: id, content });
  await until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id: id });
    return messages.every(({ status }) => status === 'complete');
  }, 'the answer is complete');
  return id;
}

/** Opens a link as somebody without an account. */
const open = async (body: { token: string; password?: string; again?: boolean }) => {
  const response = await app.fetch('/api/shared', { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('a link shows what was said until then and nothing behind it, counts, and closes at once', async () => {
  await ada.client.memory.create({ content: 'Ada likes zebras very much' });
  const id = await talk('zebras');
  const { share, token } = await ada.client.conversations.createShare({ conversation_id: id });
  await talk('something said later', id);
  const opened = await open({ token });
  expect(opened.status).toBe(200);
  expect(opened.body).toMatchObject({ needs_password: false });
  expect((opened.body.messages as { role: string; content: string }[]).map(({ content }) => content)).toEqual(
    ['zebras', 'About zebras: stripes confuse flies.'],
  );
  const text = JSON.stringify(opened.body);
  for (const hidden of ['something said later', 'hidden query', 'very much', 'Scripted', id, ada.id])
    expect(text).not.toContain(hidden);
  // Who looks again whether it is still open is no other reader.
  expect((await open({ token, again: true })).body.messages).toEqual(opened.body.messages);
  const shares = async () => (await ada.client.conversations.listShares({ conversation_id: id })).items;
  expect(await shares()).toMatchObject([{ id: share.id, view_count: 1, has_password: false }]);
  expect(JSON.stringify(await shares())).not.toContain(token);
  await expect(bob.client.conversations.revokeShare({ share_id: share.id })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  await ada.client.conversations.revokeShare({ share_id: share.id });
  expect((await open({ token })).status).toBe(404);
  expect(await shares()).toEqual([]);
});

test('a password is asked for, its tries are limited, and it is kept as Argon2id', async () => {
  const id = await talk('secrets');
  const { share, token } = await ada.client.conversations.createShare({
    conversation_id: id,
    password: 'open sesame',
    expires_in_days: 7,
  });
  expect(Date.parse(share.expires_at ?? '')).toBeGreaterThan(Date.now());
  const asked = await open({ token });
  expect(asked.body).toEqual({ title: null, needs_password: true, messages: [] });
  expect((await open({ token, password: 'open sesame' })).body.messages).toHaveLength(2);
  const [stored] = await app.database.withOwner(
    async (owner) =>
      (
        await owner.query(
          'select password_hash, share_token_hash from meta_conversation_shares where id = $1',
          [share.id],
        )
      ).rows as { password_hash: string; share_token_hash: string }[],
  );
  expect(stored?.password_hash).toMatch(/^\$argon2id\$/);
  expect(stored?.share_token_hash).not.toContain(token);
  const tries = [];
  for (let index = 0; index < 10; index++) tries.push((await open({ token, password: 'wrong' })).status);
  expect(tries.slice(0, 9)).toEqual(Array(9).fill(401));
  expect(tries.at(-1)).toBe(429);
  // The limit holds for the right password as well: a guess that was let through would be one too many.
  expect((await open({ token, password: 'open sesame' })).status).toBe(429);
});

test('a link goes with its branch and with its conversation', async () => {
  const id = await talk('branches');
  const { token } = await ada.client.conversations.createShare({ conversation_id: id });
  await ada.client.conversations.delete({ conversation_id: id });
  expect((await open({ token })).status).toBe(404);
  await ada.client.conversations.restore({ conversation_id: id });
  expect((await open({ token })).status).toBe(200);
  const { messages } = await ada.client.conversations.get({ conversation_id: id });
  const of = (wanted: string) => messages.find(({ role }) => role === wanted)?.id ?? '';
  // A step of an answer is no branch.
  await expect(ada.client.conversations.deleteBranch({ message_id: of('tool') })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  await ada.client.conversations.deleteBranch({ message_id: of('assistant') });
  expect((await open({ token })).status).toBe(404);
});

test('what was said is found by words and by meaning, with its place, and not by others', async () => {
  const id = await talk('Tell me why giraffes have such long necks');
  const find = (person: Person, query: string) => person.client.conversations.search({ query });
  const { items } = await find(ada, 'giraffe necks');
  expect(items[0]).toMatchObject({
    conversation_id: id,
    role: 'user',
    excerpt: expect.stringContaining('giraffes'),
  });
  expect((await find(bob, 'giraffe necks')).items).toEqual([]);
  // By meaning, once the worker has embedded them.
  await until(
    async () => (await find(ada, 'tall savanna animal')).items.some((item) => item.conversation_id === id),
    'it is found by meaning',
  );
  await ada.client.conversations.delete({ conversation_id: id });
  expect((await find(ada, 'giraffe necks')).items.map((item) => item.conversation_id)).not.toContain(id);
});
