import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// A chat is a tree: editing and regenerating make branches, and the model is shown the path of its answer.
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
  await model.connect(bob);
  await app.work();
});
beforeEach(() => {
  model.asked.length = 0;
  let count = 0;
  model.script = ({ role, brief }) =>
    role === 'titler' ? { text: '"On numbers."' } : { text: `${brief} answered ${++count}` };
});
afterAll(async () => {
  await app.close();
  await model.close();
});

/** The conversation once nothing is being produced. */
const settled = (conversation_id: string, { client }: Person = ada) =>
  until(async () => {
    const shown = await client.conversations.get({ conversation_id });
    return shown.messages.some(({ status }) => status === 'streaming') ? undefined : shown;
  }, 'the answer has ended');
const said = (messages: { content: string }[]) => messages.map(({ content }) => content);

async function start(...questions: string[]) {
  const { id } = await ada.client.conversations.create({});
  for (const content of questions) {
    await ada.client.conversations.send({ conversation_id: id, content });
    await settled(id);
  }
  return id;
}
/** What the model was shown for its last answer, without the system prompt. */
const lastAsked = () =>
  said(
    (model.asked.findLast(({ role }) => role === 'chat')?.messages ?? []).slice(1) as { content: string }[],
  );

test('an edited question is a branch beside the old one, and the model sees only its own path', async () => {
  const id = await start('one', 'two');
  const { messages } = await settled(id);
  const [first] = messages;
  const edited = await ada.client.conversations.edit({ message_id: first?.id ?? '', content: 'uno' });
  expect(said(edited.messages)).toEqual(['uno', '']);
  expect(lastAsked()).toEqual(['one', 'one answered 1', 'two']);
  const after = await settled(id);
  expect(lastAsked()).toEqual(['uno']);
  expect(said(after.messages)).toEqual(['uno', 'uno answered 3']);
  expect(after.messages[0]?.branch).toEqual({
    index: 2,
    count: 2,
    previous_id: first?.id,
    next_id: null,
  });
  const back = await ada.client.conversations.show({ message_id: first?.id ?? '' });
  expect(said(back.messages)).toEqual(['one', 'one answered 1', 'two', 'two answered 2']);
  // What is said next goes on from what is shown.
  await ada.client.conversations.send({ conversation_id: id, content: 'three' });
  await settled(id);
  expect(lastAsked()).toEqual(['one', 'one answered 1', 'two', 'two answered 2', 'three']);
});

test('another answer stands beside the first, also while another branch is shown', async () => {
  const id = await start('one');
  const [question, first] = (await settled(id)).messages;
  model.script = () => ({ slowly: ['a second ', 'answer'], everyMs: 300 });
  const again = await ada.client.conversations.regenerate({ message_id: first?.id ?? '' });
  expect(again.messages[1]?.branch).toMatchObject({ index: 2, count: 2 });
  // Looking at the old one stops nothing.
  expect(said((await ada.client.conversations.show({ message_id: first?.id ?? '' })).messages)).toEqual([
    'one',
    'one answered 1',
  ]);
  const second = again.messages[1]?.id ?? '';
  await until(async () => {
    const { items } = await ada.client.conversations.tree({ conversation_id: id });
    return items.find((item) => item.id === second)?.status === 'complete';
  }, 'the second answer is complete');
  const { items } = await ada.client.conversations.tree({ conversation_id: id });
  expect(
    items.map(({ preview, parent_message_id, is_shown }) => [preview, parent_message_id, is_shown]),
  ).toEqual([
    ['one', null, true],
    ['one answered 1', question?.id, true],
    ['a second answer', question?.id, false],
  ]);
  expect(lastAsked()).toEqual(['one']);
  const left = await ada.client.conversations.deleteBranch({ message_id: first?.id ?? '' });
  expect(said(left.messages)).toEqual(['one', 'a second answer']);
});

test('only questions are edited and only answers are produced again, and by those who see them', async () => {
  const id = await start('one');
  const [question, answer] = (await settled(id)).messages.map((message) => message.id);
  const { edit, regenerate, show, deleteBranch, rate } = ada.client.conversations;
  await expect(edit({ message_id: answer ?? '', content: 'x' })).rejects.toMatchObject({
    problem: { code: 'invalid_input' },
  });
  await expect(regenerate({ message_id: question ?? '' })).rejects.toMatchObject({
    problem: { code: 'invalid_input' },
  });
  await expect(rate({ message_id: question ?? '', rating: 5 })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  for (const call of [
    () => bob.client.conversations.edit({ message_id: question ?? '', content: 'x' }),
    () => bob.client.conversations.regenerate({ message_id: answer ?? '' }),
    () => bob.client.conversations.show({ message_id: answer ?? '' }),
    () => bob.client.conversations.deleteBranch({ message_id: answer ?? '' }),
  ])
    await expect(call()).rejects.toMatchObject({ problem: { code: 'not_found' } });
  expect(await show({ message_id: answer ?? '' })).toBeTruthy();
  await deleteBranch({ message_id: question ?? '' });
  expect((await settled(id)).messages).toEqual([]);
});

test('an answer is rated with a reason, and the rating is taken back', async () => {
  const id = await start('one');
  const message_id = (await settled(id)).messages[1]?.id ?? '';
  const rated = await ada.client.conversations.rate({ message_id, rating: 1, feedback: 'Too short' });
  expect(rated).toMatchObject({ user_rating: 1, user_feedback: 'Too short' });
  const back = await ada.client.conversations.rate({ message_id, rating: null, feedback: 'Too short' });
  expect(back).toMatchObject({ user_rating: null, user_feedback: null });
});

test('the first exchange gives the title, which a person may change for good', async () => {
  const id = await start('one');
  const titled = await until(async () => {
    const { conversation } = await ada.client.conversations.get({ conversation_id: id });
    return conversation.title === 'On numbers' ? conversation : undefined;
  }, 'the conversation is titled');
  expect(titled.total_tokens).toBe(120);
  expect(model.asked.at(-1)).toMatchObject({ role: 'titler', model: 'small', maxTokens: 40 });
  await ada.client.conversations.update({ conversation_id: id, title: 'Mine' });
  await ada.client.conversations.send({ conversation_id: id, content: 'two' });
  await settled(id);
  expect((await ada.client.conversations.get({ conversation_id: id })).conversation.title).toBe('Mine');
});

test('the trash hides and gives back; archive, pins and folders order the list', async () => {
  const titles = async (filter: { view?: 'active' | 'archived' | 'trash'; project_id?: string } = {}) =>
    (await ada.client.conversations.list(filter)).items.map(({ title }) => title);
  for (const { id } of (await ada.client.conversations.list({})).items)
    await ada.client.conversations.delete({ conversation_id: id, permanently: 'true' });
  const { id: project_id } = await ada.client.projects.create({ name: 'Folder' });
  const make = async (title: string, project?: string) =>
    (await ada.client.conversations.create({ title, ...(project ? { project_id: project } : {}) })).id;
  const [a, b, c] = [await make('a'), await make('b', project_id), await make('c')];
  await ada.client.conversations.update({ conversation_id: a, is_pinned: true });
  expect(await titles()).toEqual(['a', 'c', 'b']);
  expect(await titles({ project_id })).toEqual(['b']);
  await ada.client.conversations.update({ conversation_id: c, is_archived: true });
  await ada.client.conversations.delete({ conversation_id: b });
  expect([await titles(), await titles({ view: 'archived' }), await titles({ view: 'trash' })]).toEqual([
    ['a'],
    ['c'],
    ['b'],
  ]);
  await expect(ada.client.conversations.get({ conversation_id: b })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
  expect(await ada.client.conversations.restore({ conversation_id: b })).toMatchObject({ deleted_at: null });
  expect(await ada.client.conversations.update({ conversation_id: b, project_id: null })).toMatchObject({
    project_id: null,
  });
  await ada.client.conversations.delete({ conversation_id: b, permanently: 'true' });
  await expect(ada.client.conversations.restore({ conversation_id: b })).rejects.toMatchObject({
    problem: { code: 'not_found' },
  });
});

test('emptying the trash ends one’s own chats in it and no others, and those of a project alone', async () => {
  const { id: project_id } = await ada.client.projects.create({ name: 'Trash' });
  const throwAway = async ({ client }: Person, more: { project_id?: string } = {}) => {
    const { id } = await client.conversations.create(more);
    await client.conversations.delete({ conversation_id: id });
    return id;
  };
  const trashOf = async ({ client }: Person) =>
    (await client.conversations.list({ view: 'trash' })).items.map(({ id }) => id);
  const [own, inProject, bobs] = [
    await throwAway(ada),
    await throwAway(ada, { project_id }),
    await throwAway(bob),
  ];
  const kept = await ada.client.conversations.create({});
  expect(kept.kept_until).toBeNull();
  expect(await bob.client.conversations.emptyTrash({ project_id })).toEqual({ deleted: 0 });
  expect(await trashOf(ada)).toEqual([inProject, own]);
  expect(await ada.client.conversations.emptyTrash({ project_id })).toEqual({ deleted: 1 });
  expect(await trashOf(ada)).toEqual([own]);
  expect(await ada.client.conversations.emptyTrash({})).toEqual({ deleted: 1 });
  expect([await trashOf(ada), await trashOf(bob)]).toEqual([[], [bobs]]);
  await ada.client.conversations.get({ conversation_id: kept.id });
});

test('a project’s instructions and tier reach the model; a private chat leaves memory alone', async () => {
  await ada.client.memory.create({ content: 'I prefer answers about numbers in verse' });
  const { id: project_id } = await ada.client.projects.create({ name: 'Numbers' });
  await ada.client.projects.update({
    project_id,
    instructions: 'Answer like a pirate.',
    chat_defaults: { model_tier: 'opus' },
  });
  const ask = async (more: { project_id?: string; is_private?: boolean }) => {
    const { id } = await ada.client.conversations.create(more);
    await ada.client.conversations.send({ conversation_id: id, content: 'answers about numbers?' });
    await settled(id);
    return { id, asked: model.asked.findLast(({ role }) => role === 'chat') };
  };
  const inProject = await ask({ project_id });
  expect(inProject.asked).toMatchObject({ model: 'large' });
  expect(inProject.asked?.system).toContain('Answer like a pirate.');
  expect(inProject.asked?.context).toContain('in verse');
  await ada.client.conversations.update({ conversation_id: inProject.id, model_tier: 'haiku' });
  await ada.client.conversations.send({ conversation_id: inProject.id, content: 'more' });
  await settled(inProject.id);
  expect(model.asked.findLast(({ role }) => role === 'chat')?.model).toBe('small');
  const secret = await ask({ is_private: true });
  expect(JSON.stringify(secret.asked?.messages)).not.toContain('in verse');
  expect(secret.asked?.tools).not.toContain('remember');
  expect((await settled(secret.id)).messages[1]?.memory_ids).toEqual([]);
});

test('in a project its members read, its editors speak with their own rights, and others see nothing', async () => {
  const { id: project_id } = await ada.client.projects.create({ name: 'Shared' });
  const { id } = await ada.client.conversations.create({ project_id, title: 'Ours' });
  await ada.client.memory.create({ content: 'Ada keeps her violin key under the mat' });
  await bob.client.memory.create({ content: 'Bob plays the violin on Mondays' });
  const member = (role: string) =>
    app.database.withOwner((owner) =>
      owner.query(
        `insert into meta_project_members (project_id, user_id, role) values ($1, $2, $3)
         on conflict (project_id, user_id) do update set role = excluded.role`,
        [project_id, bob.id, role],
      ),
    );
  const speak = () =>
    bob.client.conversations.send({ conversation_id: id, content: 'Who has a violin key?' });
  await expect(speak()).rejects.toMatchObject({ problem: { code: 'not_found' } });
  await member('viewer');
  expect((await bob.client.conversations.get({ conversation_id: id })).conversation.title).toBe('Ours');
  expect((await bob.client.conversations.list({})).items).toEqual([]);
  expect((await bob.client.conversations.list({ project_id })).items).toHaveLength(1);
  await expect(speak()).rejects.toMatchObject({
    problem: { code: expect.stringMatching(/forbidden|not_found/) },
  });
  await member('editor');
  await speak();
  const { messages } = await settled(id, bob);
  expect(messages.map(({ author_id }) => author_id)).toEqual([bob.id, bob.id]);
  const given = model.asked.findLast(({ role }) => role === 'chat');
  expect(given?.context).toContain('Bob plays');
  expect(JSON.stringify(given?.messages)).not.toContain('Ada keeps');
});
