import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  await app.work();
}, 60_000);
afterAll(() => app.close());

const newPerson = (name: string) => app.person(`${name}@example.org`);
const contents = async (person: Person, all = false) =>
  (await person.client.memory.list({ all: String(all) })).items.map(({ content }) => content);
const asked = async (person: Person) => (await person.client.memory.candidates({})).items;

/** Says something in a chat, and waits until it was answered and read for facts. */
async function say(person: Person, content: string, conversation_id?: string): Promise<string> {
  const id = conversation_id ?? (await person.client.conversations.create({})).id;
  const sent = await person.client.conversations.send({ conversation_id: id, content });
  await until(async () => {
    const { messages } = await person.client.conversations.get({ conversation_id: id });
    if (messages.some(({ status }) => status === 'streaming')) return false;
    return app.database.asService('is it read', async (session) => {
      const { rows } = await sql<{ open: number }>`
        select count(*)::int as open from meta_memory_extractions where status in ('pending', 'running')`.execute(
        session,
      );
      return rows[0]?.open === 0;
    });
  }, 'the turn is read');
  return sent.user_message.id;
}

describe('learning from chats', () => {
  test('what is found is asked about; accepted, edited or rejected, and not asked again', async () => {
    const person = await newPerson('asks');
    const message = await say(
      person,
      'My name is Ada Lovelace. I prefer short answers. I live in Oslo. Which files are there?',
    );
    const found = await asked(person);
    expect(found.map(({ content }) => content).sort()).toEqual([
      'Is called Ada Lovelace',
      'Lives in Oslo',
      'Prefers short answers',
    ]);
    expect(await contents(person)).toEqual([]);
    const of = (text: string) => found.find(({ content }) => content.includes(text))?.id ?? '';

    const kept = await person.client.memory.accept({ candidate_id: of('Ada') });
    expect(kept).toMatchObject({ content: 'Is called Ada Lovelace', project_id: null });
    expect(kept.source_conversation_id).toBe(found[0]?.source_conversation_id);
    await person.client.memory.accept({
      candidate_id: of('short'),
      content: 'Prefers short answers with examples',
    });
    await person.client.memory.reject({ candidate_id: of('Oslo') });
    expect(await contents(person)).toEqual(['Prefers short answers with examples', 'Is called Ada Lovelace']);
    expect(await asked(person)).toEqual([]);
    await expect(person.client.memory.accept({ candidate_id: of('Oslo') })).rejects.toMatchObject({
      problem: { status: 404 },
    });

    // Known, rejected: nothing new to ask.
    await say(person, 'Again: I live in Oslo. My name is Ada Lovelace.');
    expect(await asked(person)).toEqual([]);
    const states = await app.database.asService('what became of them', async (session) => {
      const { rows } = await sql<{ content: string; status: string }>`
        select content, status from meta_memory_candidates where source_message_id = ${message} order by content`.execute(
        session,
      );
      return rows;
    });
    expect(states).toEqual([
      { content: 'Is called Ada Lovelace', status: 'accepted' },
      { content: 'Lives in Oslo', status: 'rejected' },
      { content: 'Prefers short answers with examples', status: 'edited' },
    ]);
  });

  test('automatic: stored at once; a change supersedes, a contradiction is asked about', async () => {
    const person = await newPerson('automatic');
    await person.client.memory.updateSettings({ extraction: 'automatic' });
    await say(person, 'I work at Initech.');
    expect(await contents(person)).toEqual(['Works at Initech']);
    await say(person, 'I now work at Globex.');
    expect(await contents(person)).toEqual(['Works at Globex']);
    const all = (await person.client.memory.list({ all: 'true' })).items;
    const [now, before] = all;
    expect(now).toMatchObject({ supersedes_id: before?.id, valid_to: null });
    expect(before).toMatchObject({ content: 'Works at Initech', superseded_by: now?.id });
    expect(before?.valid_to).not.toBeNull();

    await say(person, 'I work at Hooli.');
    expect(await contents(person)).toEqual(['Works at Globex']);
    const [question] = await asked(person);
    expect(question).toMatchObject({
      content: 'Works at Hooli',
      contradicts: { id: now?.id, content: 'Works at Globex' },
    });
    await person.client.memory.accept({ candidate_id: question?.id ?? '', replace: true });
    expect(await contents(person)).toEqual(['Works at Hooli']);
  });

  test('a contradiction: the old one stays, or both do', async () => {
    const person = await newPerson('both');
    await person.client.memory.create({ content: 'Lives in Oslo', category: 'fact' });
    await say(person, 'I live in Rome.');
    const [question] = await asked(person);
    expect(question?.contradicts?.content).toBe('Lives in Oslo');
    await person.client.memory.accept({ candidate_id: question?.id ?? '' });
    expect((await contents(person)).sort()).toEqual(['Lives in Oslo', 'Lives in Rome']);
  });

  test('nothing is learned from a private chat, nor when it is off', async () => {
    const person = await newPerson('private');
    const { id } = await person.client.conversations.create({ is_private: true });
    await say(person, 'My name is Ada and I love zebras.', id);
    expect(await asked(person)).toEqual([]);
    expect((await person.client.memory.recall({ query: 'zebras' })).items).toEqual([]);
    await person.client.memory.updateSettings({ extraction: 'off' });
    await say(person, 'My name is Ada.');
    expect(await asked(person)).toEqual([]);
    expect(await person.client.memory.settings({})).toEqual({
      extraction: 'off',
      use_model: false,
      max_facts: 5000,
    });
  });

  test('a model finds what rules do not, when the person chose so, and its call is metered', async () => {
    const person = await newPerson('model');
    const model = await ScriptedModel.start(({ role, system, brief }) => {
      if (role !== 'memory') return { text: 'Noted.' };
      expect(system).toContain('material, not instructions');
      expect(brief).toContain('three children');
      return {
        tool: 'remember_facts',
        input: {
          facts: [
            {
              content: 'Has three children',
              category: 'fact',
              importance: 0.7,
              changed: false,
              contradicts: null,
            },
            {
              content: 'Card number is 4111 1111 1111 1111',
              category: 'fact',
              importance: 0.7,
              changed: false,
              contradicts: null,
            },
          ],
        },
      };
    });
    try {
      await model.connect(person);
      await say(person, 'We have three children at home, so mornings are hard.');
      expect(model.asked.map(({ role }) => role)).not.toContain('memory');
      await person.client.memory.updateSettings({ use_model: true });
      await say(person, 'We have three children at home, so mornings are hard.');
      const [found, ...more] = await asked(person);
      expect(more).toEqual([]);
      expect(found).toMatchObject({ content: 'Has three children' });
      expect(found?.extracted_by).not.toBe('rules');
      expect(model.asked.filter(({ role }) => role === 'memory')).toHaveLength(1);
      await until(async () => {
        const { rows } = await app.database.asService('what was metered', (session) =>
          sql<{ n: number }>`select count(*)::int as n from api_usage where user_id = ${person.id}`.execute(
            session,
          ),
        );
        return rows[0]?.n === model.asked.length;
      }, 'every call is metered');
    } finally {
      await model.close();
    }
  });
});

describe('what is kept', () => {
  test.each([
    ['an access key', 'The key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789'],
    ['an access key', 'Token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcDEF123_-x'],
    ['an access key', 'Database at postgres://ada:hunter2@db.example.org/app'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE'],
    ['a password', 'My password is hunter2'],
    ['a password', 'The wifi password: swordfish'],
    ['a password', 'The PIN is 4711'],
    ['a card number', 'Pay with 4111 1111 1111 1111'],
    ['a card number', 'Amex 378282246310005'],
    ['an IBAN', 'Transfer to DE89 3704 0044 0532 0130 00'],
  ])('%s is refused, with the reason: %s', async (kind, content) => {
    await expect(ada.client.memory.create({ content })).rejects.toMatchObject({
      problem: { status: 422, detail: expect.stringContaining(kind) },
    });
    await expect(
      app.database.asService('straight into the table', (session) =>
        sql`insert into meta_memory_facts (user_id, content) values (${ada.id}, ${content})`.execute(session),
      ),
    ).rejects.toThrow(kind);
  });

  test.each([
    'The password is kept in the vault',
    'Order 4111 1111 1111 1112 arrived',
    'Call +49 170 1234567 before noon',
    'The pin is on the map',
    'Ask for the API key policy',
  ])('is no secret: %s', async (content) => {
    const { id } = await ada.client.memory.create({ content });
    await expect(ada.client.memory.update({ id, content: 'My password is hunter2' })).rejects.toMatchObject({
      problem: { status: 422 },
    });
    await ada.client.memory.delete({ id });
  });

  test('nearly the same is one fact, a word in the place of another is two', async () => {
    const person = await newPerson('near');
    const first = await person.client.memory.create({
      content: 'The weekly team meeting is on Monday at ten',
    });
    const again = await person.client.memory.create({
      content: 'Weekly team meetings are on Monday at ten.',
    });
    expect(again.id).toBe(first.id);
    expect(again.importance_score).toBeGreaterThan(first.importance_score);
    for (const other of [
      'The weekly team meeting is on Tuesday at ten',
      'The weekly team meeting is not on Monday at ten',
      'The weekly team meeting is on Monday before ten',
    ])
      expect((await person.client.memory.create({ content: other })).id).not.toBe(first.id);
    const tea = await person.client.memory.create({ content: 'Prefers tea to coffee' });
    expect((await person.client.memory.create({ content: 'Prefers coffee to tea' })).id).not.toBe(tea.id);
  });

  test('forgotten for an hour: restored with its history, gone for others, gone for good after a clear', async () => {
    const person = await newPerson('undo');
    const old = await person.client.memory.create({ content: 'The office is in Rome' });
    const fact = await person.client.memory.create({
      content: 'The office is in Oslo',
      supersedes_id: old.id,
    });
    await person.client.memory.delete({ id: fact.id });
    expect(await contents(person)).toEqual([]);
    await expect(bob.client.memory.restore({ id: fact.id })).rejects.toMatchObject({
      problem: { status: 404 },
    });
    const back = await person.client.memory.restore({ id: fact.id });
    expect(back).toMatchObject({
      id: fact.id,
      content: fact.content,
      created_at: fact.created_at,
      supersedes_id: old.id,
    });
    const all = (await person.client.memory.list({ all: 'true' })).items;
    expect(all.find(({ id }) => id === old.id)?.superseded_by).toBe(fact.id);
    await expect(person.client.memory.restore({ id: fact.id })).rejects.toMatchObject({
      problem: { status: 404 },
    });

    await person.client.memory.delete({ id: fact.id });
    await person.client.memory.clear({ confirm: 'forget everything' });
    await expect(person.client.memory.restore({ id: fact.id })).rejects.toMatchObject({
      problem: { status: 404 },
    });
  });

  test('an hour later it cannot be restored', async () => {
    const person = await newPerson('late');
    const { id } = await person.client.memory.create({ content: 'Soon gone' });
    await person.client.memory.delete({ id });
    await app.database.asService('an hour passes', (session) =>
      sql`update meta_memory_trash set deleted_at = now() - interval '61 minutes' where id = ${id}`.execute(
        session,
      ),
    );
    await expect(person.client.memory.restore({ id })).rejects.toMatchObject({ problem: { status: 404 } });
    await app.database.asService('housekeeping', (session) =>
      sql`select * from run_retention()`.execute(session),
    );
    const { rows } = await app.database.asService('the trash', (session) =>
      sql`select 1 from meta_memory_trash where id = ${id}`.execute(session),
    );
    expect(rows).toEqual([]);
  });

  test('two facts become one, of one scope only', async () => {
    const person = await newPerson('merge');
    const keep = await person.client.memory.create({ content: 'Likes hiking', importance_score: 0.4 });
    const other = await person.client.memory.create({ content: 'Enjoys long walks', importance_score: 0.8 });
    const merged = await person.client.memory.merge({
      keep_id: keep.id,
      other_id: other.id,
      content: 'Likes hiking and long walks',
    });
    expect(merged).toMatchObject({
      id: keep.id,
      content: 'Likes hiking and long walks',
      importance_score: 0.8,
    });
    expect(await contents(person)).toEqual(['Likes hiking and long walks']);
    const { id: project_id } = await person.client.projects.create({ name: 'P' });
    const shared = await person.client.memory.create({ content: 'The launch is in May', project_id });
    await expect(person.client.memory.merge({ keep_id: keep.id, other_id: shared.id })).rejects.toMatchObject(
      {
        problem: { detail: expect.stringContaining('same scope') },
      },
    );
    await expect(bob.client.memory.merge({ keep_id: keep.id, other_id: shared.id })).rejects.toMatchObject({
      problem: { status: 404 },
    });
  });

  test('a bound: what matters least and was not used for longest goes first', async () => {
    const person = await newPerson('bound');
    await app.database.asService('many facts', (session) =>
      sql`insert into meta_memory_facts (user_id, content, importance_score, created_at, access_count, last_accessed_at)
        select ${person.id}, 'Fact number ' || n, case n when 1 then 1 else 0.5 end,
          now() - make_interval(days => n), case n when 120 then 5 else 0 end, case n when 120 then now() end
        from generate_series(1, 120) n`.execute(session),
    );
    await person.client.memory.updateSettings({ max_facts: 100 });
    const kept = (await person.client.memory.list({ limit: 200 })).items.map(({ content }) => content);
    expect(kept).toHaveLength(100);
    expect(kept).toContain('Fact number 1');
    expect(kept).toContain('Fact number 120');
    expect(kept).not.toContain('Fact number 119');
    expect(kept).toContain('Fact number 98');
  });

  test('what is of a persona is found with that persona alone', async () => {
    const person = await newPerson('persona');
    const persona = await app.database.asService('a persona', async (session) => {
      const { rows } = await sql<{ id: string }>`
        insert into personas (creator_id, name, slug, description, system_prompt)
        values (${person.id}, 'Coach', 'coach', 'Coaches', 'You coach.') returning id`.execute(session);
      return rows[0]?.id ?? '';
    });
    await person.client.memory.create({ content: 'Runs marathons', persona_id: persona });
    await expect(bob.client.memory.create({ content: 'x y z', persona_id: persona })).rejects.toMatchObject({
      problem: { status: 409 },
    });
    expect((await person.client.memory.search({ query: 'marathons' })).items).toEqual([]);
    expect(
      (await person.client.memory.search({ query: 'marathons', persona_id: persona })).items,
    ).toHaveLength(1);
  });
});

describe('finding', () => {
  test('within a number of tokens: as many of the best as fit, and what they use', async () => {
    const person = await newPerson('tokens');
    for (const word of ['river', 'harbour', 'market', 'museum'])
      await person.client.memory.create({
        content: `The bridge near the ${word} was painted blue last summer`,
      });
    const all = await person.client.memory.search({ query: 'bridge' });
    expect(all.items).toHaveLength(4);
    expect(all.left_out).toBe(0);
    const each = all.tokens_used / 4;
    const some = await person.client.memory.search({ query: 'bridge', max_tokens: Math.ceil(each * 2.5) });
    expect(some.items.map(({ id }) => id)).toEqual(all.items.slice(0, 2).map(({ id }) => id));
    expect(some.left_out).toBe(2);
    expect(some.tokens_used).toBeLessThanOrEqual(each * 2.5);
    expect((await person.client.memory.search({ query: 'bridge', max_tokens: 1 })).items).toEqual([]);
  });

  test('by ids, in whatever state they are, and never those of others', async () => {
    const person = await newPerson('ids');
    const on = await person.client.memory.create({ content: 'Stays on' });
    const off = await person.client.memory.create({ content: 'Goes off' });
    await person.client.memory.update({ id: off.id, enabled: false });
    const others = await bob.client.memory.create({ content: 'Of Bob' });
    const { items } = await person.client.memory.list({ ids: [on.id, off.id, others.id] });
    expect(items.map(({ id }) => id).sort()).toEqual([on.id, off.id].sort());
  });

  test('by words while nothing is embedded, and while the model changes', async () => {
    const person = await newPerson('lexical');
    await app.database.asService('a fact of the model before', (session) =>
      sql`insert into meta_memory_facts (user_id, content, embedding, embedding_model)
        values (${person.id}, 'Keeps three parrots', '[1,0,0]', 'the model before')`.execute(session),
    );
    expect((await person.client.memory.search({ query: 'parrots' })).items).toHaveLength(1);
    await until(async () => {
      const { rows } = await app.database.asService('its model', (session) =>
        sql<{
          embedding_model: string;
          width: number;
        }>`select embedding_model, extensions.vector_dims(embedding) as width
          from meta_memory_facts where user_id = ${person.id}`.execute(session),
      );
      return rows[0]?.embedding_model === 'universal-sentence-encoder-lite-en' && rows[0].width === 512;
    }, 'the fact is embedded again');
    // By meaning alone: no word in common.
    expect((await person.client.memory.search({ query: 'pet birds' })).items).toHaveLength(1);
  });

  test('past conversations that speak of something are found, each with what was said', async () => {
    const person = await newPerson('recall');
    await say(person, 'The zeppelin museum opens at nine, tell me about it.');
    await say(person, 'Which trains go to Hamburg?');
    const { items } = await person.client.memory.recall({ query: 'When does the zeppelin museum open?' });
    expect(items[0]).toMatchObject({ role: 'user', content: expect.stringContaining('zeppelin') });
    expect(new Set(items.map(({ conversation_id }) => conversation_id)).size).toBe(items.length);
    const others = await bob.client.memory.recall({ query: 'zeppelin museum' });
    expect(others.items.map(({ content }) => content).join()).not.toContain('zeppelin');
  });
});
