import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { type Reply, ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// The canvas: nobody's text is lost, whoever writes at the same time; what an answer makes belongs to its branch.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
/** What the model does for the present question, one reply a call. */
let replies: Reply[] = [];
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  model = await ScriptedModel.start(({ role }) =>
    role === 'titler' ? { text: 'Title' } : (replies.shift() ?? { text: 'Done.' }),
  );
  await model.connect(ada);
  await app.work();
});
beforeEach(() => {
  replies = [];
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const conflict = { problem: { code: 'conflict' } };
const notFound = { problem: { code: 'not_found' } };

async function ask(content: string, conversation_id: string) {
  await ada.client.conversations.send({ conversation_id, content });
  return settled(conversation_id);
}
const settled = (conversation_id: string) =>
  until(async () => {
    const { messages } = await ada.client.conversations.get({ conversation_id });
    return messages.every(({ status }) => status === 'complete') && messages;
  }, 'the answer is complete');
const make = (content: string, more: object = {}) =>
  ada.client.canvas.create({ title: 'Note', content, ...more });
const beside = async (conversation_id: string) => (await ada.client.canvas.list({ conversation_id })).items;
/** Everything the last question's tool calls were answered. */
const outputs = (messages: { role: string; tool_output: unknown }[]) =>
  messages
    .filter(({ role }) => role === 'tool')
    .map(({ tool_output }) => tool_output as Record<string, string>);

describe('versions', () => {
  test('each content is kept; a change from an older version overwrites nothing', async () => {
    const { id, version } = await make('one');
    expect(version).toBe(1);
    const second = await ada.client.canvas.update({
      artifact_id: id,
      content: 'two',
      version: 1,
      change_summary: 'Counted on',
    });
    expect(second).toMatchObject({ content: 'two', version: 2 });
    await expect(
      ada.client.canvas.update({ artifact_id: id, content: 'lost', version: 1 }),
    ).rejects.toMatchObject({
      problem: { code: 'conflict', details: { version: 2 } },
    });
    await expect(ada.client.canvas.update({ artifact_id: id, content: 'lost' })).rejects.toMatchObject({
      problem: { code: 'invalid_input', details: { issues: [{ field: 'version' }] } },
    });
    expect((await ada.client.canvas.get({ artifact_id: id })).content).toBe('two');
    const renamed = await ada.client.canvas.update({ artifact_id: id, title: 'Other' });
    expect(renamed).toMatchObject({ title: 'Other', version: 2, content: 'two' });
    const restored = await ada.client.canvas.restore({ artifact_id: id, version: 1 });
    expect(restored).toMatchObject({ content: 'one', version: 3 });
    const { items } = await ada.client.canvas.versions({ artifact_id: id });
    expect(items.map(({ version, change_summary }) => [version, change_summary])).toEqual([
      [3, 'Restored version 1'],
      [2, 'Counted on'],
      [1, null],
    ]);
    expect(await ada.client.canvas.version({ artifact_id: id, version: 2 })).toMatchObject({
      content: 'two',
    });
    await expect(ada.client.canvas.restore({ artifact_id: id, version: 9 })).rejects.toMatchObject(notFound);
  });

  test('two who save from the same version at once: one wins, the other is told', async () => {
    const { id } = await make('start');
    const saves = await Promise.allSettled(
      ['left', 'right'].map((content) => ada.client.canvas.update({ artifact_id: id, content, version: 1 })),
    );
    expect(saves.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(saves.find(({ status }) => status === 'rejected')).toMatchObject({ reason: conflict });
    expect((await ada.client.canvas.versions({ artifact_id: id })).items).toHaveLength(2);
  });

  test('lists go page by page, last changed first, and are searched by words of title and content', async () => {
    const made = [];
    for (const word of ['okapi', 'zebra', 'giraffe'])
      made.push(await make(`About the ${word}`, { title: `Page of ${word}` }));
    await ada.client.canvas.update({
      artifact_id: made[0]?.id ?? '',
      content: 'About two okapis',
      version: 1,
    });
    const first = await ada.client.canvas.list({ limit: 2 });
    expect(first.items.map(({ title }) => title)).toEqual(['Page of okapi', 'Page of giraffe']);
    const next = await ada.client.canvas.list({ limit: 2, cursor: first.next ?? '' });
    expect(next.items[0]?.title).toBe('Page of zebra');
    const found = async (search: string) =>
      (await ada.client.canvas.list({ search })).items.map(({ title }) => title);
    expect(await found('okapi')).toEqual(['Page of okapi']);
    expect(await found('GIRAF')).toEqual(['Page of giraffe']);
    expect(await found('100% nothing_')).toEqual([]);
    expect((await bob.client.canvas.list({})).items).toEqual([]);
  });

  test('what is deleted is gone with its versions', async () => {
    const { id } = await make('gone');
    await ada.client.canvas.delete({ artifact_id: id });
    await expect(ada.client.canvas.versions({ artifact_id: id })).rejects.toMatchObject(notFound);
    await expect(ada.client.canvas.delete({ artifact_id: id })).rejects.toMatchObject(notFound);
  });
});

describe('answers', () => {
  test('an answer makes an artifact, and later ones are told of it, read it and change parts of it', async () => {
    const { id } = await ada.client.conversations.create({});
    replies = [
      {
        tool: 'create_artifact',
        input: { title: 'Counter', content_type: 'react', content: 'const a = 1;\nconst b = 2;' },
      },
      { text: 'Made.' },
    ];
    const [made] = outputs(await ask('Make a counter', id));
    const artifact_id = made?.artifact_id ?? '';
    expect(made).toMatchObject({ title: 'Counter', content_type: 'react', version: 1 });
    expect(await beside(id)).toMatchObject([{ id: artifact_id, conversation_id: id, version: 1 }]);

    // The person edits one line, the model another: both stay.
    await ada.client.canvas.update({ artifact_id, content: 'const a = 100;\nconst b = 2;', version: 1 });
    replies = [
      {
        tool: 'update_artifact',
        input: {
          artifact_id,
          edits: [{ search: 'b = 2', replace: 'b = 3' }],
          change_summary: 'b is three',
        },
      },
      { text: 'Changed.' },
    ];
    await ask('Make b three', id);
    expect(model.asked.at(-1)?.context).toContain(`"Counter" (react, version 2): ${artifact_id}`);
    expect(await ada.client.canvas.get({ artifact_id })).toMatchObject({
      content: 'const a = 100;\nconst b = 3;',
      version: 3,
    });
    const { items } = await ada.client.canvas.versions({ artifact_id });
    expect(items.map(({ created_by_agent }) => created_by_agent)).toEqual(['chat', null, 'chat']);
    expect(items[0]?.change_summary).toBe('b is three');
  });

  test('a whole text from an older version, and edits that fit nowhere or twice, change nothing and say why', async () => {
    const { id } = await ada.client.conversations.create({});
    const { id: artifact_id } = await make('two two', { conversation_id: id });
    await ada.client.canvas.update({ artifact_id, content: 'two two by hand', version: 1 });
    const change = { artifact_id, change_summary: 'x' };
    replies = [
      { tool: 'update_artifact', input: { ...change, content: 'Overwritten', version: 1 } },
      { tool: 'update_artifact', input: { ...change, content: 'Overwritten' } },
      { tool: 'update_artifact', input: { ...change, edits: [{ search: 'two', replace: '2' }] } },
      { tool: 'update_artifact', input: { ...change, edits: [{ search: 'three', replace: '3' }] } },
      { tool: 'update_artifact', input: change },
      { tool: 'read_artifact', input: { artifact_id } },
      { text: 'I tried.' },
    ];
    const said = outputs(await ask('Overwrite it', id));
    expect(said.map(({ error, content }) => error ?? content)).toEqual([
      expect.stringContaining('it is at version 2'),
      expect.stringContaining('needs the version'),
      expect.stringContaining('more than once'),
      expect.stringContaining('is not in the artifact'),
      expect.stringContaining('either edits or content'),
      'two two by hand',
    ]);
    expect(await ada.client.canvas.get({ artifact_id })).toMatchObject({
      content: 'two two by hand',
      version: 2,
    });
  });

  test('tools reach what stands beside their own chat and nothing else', async () => {
    const { id } = await ada.client.conversations.create({});
    const { id: elsewhere } = await make('of no chat');
    replies = [
      { tool: 'read_artifact', input: { artifact_id: elsewhere } },
      {
        tool: 'update_artifact',
        input: { artifact_id: elsewhere, edits: [{ search: 'no', replace: 'my' }], change_summary: 'x' },
      },
      { text: 'Not mine.' },
    ];
    for (const { error } of outputs(await ask('Read the other', id)))
      expect(error).toContain('does not exist');
    expect((await ada.client.canvas.get({ artifact_id: elsewhere })).content).toBe('of no chat');
  });

  test('a branch shows what its own answers made, and its model knows no other', async () => {
    const { id } = await ada.client.conversations.create({});
    const draw = (title: string): Reply[] => [
      { tool: 'create_artifact', input: { title, content_type: 'mermaid', content: 'graph TD; A-->B' } },
      { text: `${title} is drawn.` },
    ];
    replies = draw('First drawing');
    const messages = await ask('Draw', id);
    const question = messages.find(({ role }) => role === 'user');
    replies = draw('Second drawing');
    await ada.client.conversations.edit({ message_id: question?.id ?? '', content: 'Draw it otherwise' });
    await settled(id);
    expect((await beside(id)).map(({ title }) => title)).toEqual(['Second drawing']);
    await ask('Which drawings are there?', id);
    expect(model.asked.at(-1)?.context).toContain('Second drawing');
    expect(model.asked.at(-1)?.context).not.toContain('First drawing');
    await ada.client.conversations.show({ message_id: question?.id ?? '' });
    expect((await beside(id)).map(({ title }) => title)).toEqual(['First drawing']);
  });

  test('who switched the canvas off gets answers without it', async () => {
    await ada.client.preferences.update({ output_config: { canvas_enabled: false } });
    const { id } = await ada.client.conversations.create({});
    await ask('What can you do?', id);
    expect(model.asked.findLast(({ role }) => role === 'chat')?.tools).not.toContain('create_artifact');
    await ada.client.preferences.update({ output_config: { canvas_enabled: true } });
    await ask('And now?', id);
    expect(model.asked.findLast(({ role }) => role === 'chat')?.tools).toContain('create_artifact');
  });
});

describe('who sees it', () => {
  test('it is in the project of its chat, and in none while that is private', async () => {
    const project = await ada.client.projects.create({ name: 'Shared' });
    await app.database.withOwner((owner) =>
      owner.query(`insert into meta_project_members (project_id, user_id, role) values ($1, $2, 'viewer')`, [
        project.id,
        bob.id,
      ]),
    );
    const chat = await ada.client.conversations.create({ project_id: project.id });
    const { id } = await make('for the team', { conversation_id: chat.id });
    expect(await bob.client.canvas.get({ artifact_id: id })).toMatchObject({ can_edit: false });
    expect((await bob.client.canvas.list({ project_id: project.id })).items).toHaveLength(1);
    await expect(
      bob.client.canvas.update({ artifact_id: id, content: 'mine', version: 1 }),
    ).rejects.toMatchObject({ problem: { code: 'forbidden' } });
    await expect(bob.client.canvas.createShare({ artifact_id: id })).rejects.toMatchObject({
      problem: { code: 'forbidden' },
    });
    await ada.client.conversations.update({ conversation_id: chat.id, is_private: true });
    await expect(bob.client.canvas.get({ artifact_id: id })).rejects.toMatchObject(notFound);
    await ada.client.conversations.update({ conversation_id: chat.id, is_private: false });
    expect((await bob.client.canvas.get({ artifact_id: id })).content).toBe('for the team');
    await ada.client.conversations.update({ conversation_id: chat.id, project_id: null });
    await expect(bob.client.canvas.get({ artifact_id: id })).rejects.toMatchObject(notFound);
  });

  test('nothing is put beside a chat of somebody else', async () => {
    const chat = await ada.client.conversations.create({});
    await expect(bob.client.canvas.create({ title: 'Mine', conversation_id: chat.id })).rejects.toMatchObject(
      { problem: { code: 'not_found' } },
    );
  });

  test('published, it is read by everybody signed in and written by nobody else; taken back, it is gone for them', async () => {
    const { id } = await make('For all to read', { title: 'Guide' });
    const published = async (person: Person) =>
      (await person.client.canvas.list({ published: 'true', search: 'Guide' })).items.map((item) => item.id);
    expect(await published(bob)).toEqual([]);
    await expect(bob.client.canvas.get({ artifact_id: id })).rejects.toMatchObject(notFound);

    expect(await ada.client.canvas.update({ artifact_id: id, is_published: true })).toMatchObject({
      is_published: true,
      version: 1,
    });
    expect(await published(bob)).toEqual([id]);
    expect((await bob.client.canvas.list({})).items).toEqual([]);
    expect(await bob.client.canvas.get({ artifact_id: id })).toMatchObject({
      content: 'For all to read',
      can_edit: false,
    });
    for (const change of [{ content: 'Mine', version: 1 }, { is_published: false }, { title: 'Mine' }])
      await expect(bob.client.canvas.update({ artifact_id: id, ...change })).rejects.toMatchObject({
        problem: { code: 'forbidden' },
      });

    await ada.client.canvas.update({ artifact_id: id, is_published: false });
    expect(await published(bob)).toEqual([]);
    await expect(bob.client.canvas.get({ artifact_id: id })).rejects.toMatchObject(notFound);
  });

  test('a link shows the artifact as it is, counts, is kept as a hash, and closes at once', async () => {
    const { id } = await make('# Seen', { title: 'Shown' });
    const { share, token } = await ada.client.canvas.createShare({ artifact_id: id, expires_in_days: 7 });
    expect(Date.parse(share.expires_at ?? '')).toBeGreaterThan(Date.now());
    const open = async (by: string) => {
      const response = await app.fetch('/api/canvas/shared', {
        method: 'POST',
        body: JSON.stringify({ token: by }),
      });
      return { status: response.status, text: await response.text() };
    };
    await ada.client.canvas.update({ artifact_id: id, content: '# Seen later', version: 1 });
    const opened = await open(token);
    expect(JSON.parse(opened.text)).toMatchObject({ title: 'Shown', content: '# Seen later' });
    for (const hidden of [id, ada.id, share.id]) expect(opened.text).not.toContain(hidden);
    expect((await ada.client.canvas.listShares({ artifact_id: id })).items).toMatchObject([
      { view_count: 1 },
    ]);
    const stored = await app.database.withOwner(
      async (owner) => (await owner.query('select * from canvas_shares where id = $1', [share.id])).rows,
    );
    expect(JSON.stringify(stored)).not.toContain(token);
    expect((await open('guess')).status).toBe(404);
    await expect(bob.client.canvas.revokeShare({ share_id: share.id })).rejects.toMatchObject(notFound);
    await ada.client.canvas.revokeShare({ share_id: share.id });
    expect((await open(token)).status).toBe(404);
    const { share: old, token: late } = await ada.client.canvas.createShare({ artifact_id: id });
    await app.database.withOwner((owner) =>
      owner.query(`update canvas_shares set expires_at = now() - interval '1 minute' where id = $1`, [
        old.id,
      ]),
    );
    expect((await open(late)).status).toBe(404);
    expect((await ada.client.canvas.listShares({ artifact_id: id })).items).toEqual([]);
  });

  test('who follows it is told of a change, and its chat’s followers too', async () => {
    const chat = await ada.client.conversations.create({});
    const { id } = await make('before', { conversation_id: chat.id });
    const abort = new AbortController();
    const told: string[] = [];
    const ready: string[] = [];
    const watch = async (name: string, flow: AsyncIterable<{ type: string }>) => {
      for await (const { type } of flow) {
        ready.push(name);
        if (type === 'artifact' || (type === 'changed' && name === 'artifact')) told.push(name);
        if (told.length === 2) abort.abort();
      }
    };
    const { signal } = abort;
    const watching = Promise.all([
      watch('artifact', ada.client.canvas.follow({ artifact_id: id }, { signal })),
      watch('chat', ada.client.conversations.follow({ conversation_id: chat.id, stay: 'true' }, { signal })),
    ]);
    await until(async () => new Set(ready).size === 2, 'both follow');
    await ada.client.canvas.update({ artifact_id: id, content: 'after', version: 1 });
    await watching;
    expect(told.sort()).toEqual(['artifact', 'chat']);
  });
});

test('frames of previews have an origin of their own and no network', async () => {
  for (const kind of ['html', 'react', 'mermaid']) {
    const response = await app.fetch(`/sandbox/${kind}`);
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain('sandbox allow-scripts;');
    expect(policy).not.toContain('allow-same-origin');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).toMatch(/, script-src 'sha256-[^']+' 'strict-dynamic'$/);
    expect(policy).not.toMatch(/https?:|\*|script-src[^;]*'self'/);
    const again = await app.fetch(`/sandbox/${kind}`, {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  }
  expect((await app.fetch('/sandbox/other')).status).toBe(404);
});
