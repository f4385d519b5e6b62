import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser, createProject } from './support.ts';

let opened: TestDatabase;
let database: Database;
let user: UserPrincipal;
let other: UserPrincipal;

const sentences = [
  'The moon landing of Apollo 11 took place in July 1969.',
  'Apollo was also a Greek god of music, poetry and the sun.',
  'The budget of the Apollo programme was 25 billion dollars; a budget of that size was new.',
  'A budget is a plan for spending money.',
  'Neil Armstrong walked on the moon, and so did Buzz Aldrin.',
  'The moon moves the tides of the sea. The moon, the moon, the moon!',
  'Quarterly planning begins with a review of the goals.',
  'Music is played in every country.',
];

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  // The first person is the administrator, who reads everybody's rows.
  await createTestUser(database);
  user = await createTestUser(database);
  other = await createTestUser(database);
  for (const content of sentences) await remember(user, content);
  // Somebody else's rows, full of one of the words, must change nothing for the user.
  for (let index = 0; index < 40; index++) await remember(other, `The moon and the budget, number ${index}`);
});
afterAll(() => opened.close());

const remember = (as: UserPrincipal, content: string, embedding: number[] | null = null, model = 'm') =>
  asUser(
    database,
    as,
    sql<{
      id: string;
      is_new: boolean;
      superseded_id: string | null;
    }>`select * from store_memory(${as.user_id}, ${content},
      p_embedding => ${embedding && JSON.stringify(embedding)}, p_embedding_model => ${model})`,
  );

interface Hit {
  content: string;
  score: number;
}
const search = (query: string, filter: object = {}, as = user) =>
  asUser(
    database,
    as,
    sql<Hit>`select f.content, s.score from search_text('memory', ${query}, 20, ${JSON.stringify(filter)}) s
      join meta_memory_facts f using (id) order by s.score desc, s.id`,
  );

/** BM25 as written in Robertson et al., over the lexemes Postgres finds, independent of the SQL under test. */
async function reference(query: string): Promise<Map<string, number>> {
  const lexemes = async (text: string) => {
    const found = await asService(
      database,
      sql<{
        lexeme: string;
        n: number;
      }>`select lexeme, cardinality(positions) as n from unnest(to_tsvector('english', ${text}))`,
    );
    return new Map(found.map(({ lexeme, n }) => [lexeme, n]));
  };
  const documents = await Promise.all(sentences.map(lexemes));
  const words = [...(await lexemes(query)).keys()];
  const average = documents.reduce((sum, document) => sum + document.size, 0) / documents.length;
  const scores = new Map<string, number>();
  documents.forEach((document, index) => {
    let score = 0;
    for (const word of words) {
      const frequency = document.get(word) ?? 0;
      const holders = documents.filter((other) => other.has(word)).length;
      const rarity = Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5));
      score += (rarity * frequency * 2.2) / (frequency + 1.2 * (0.6 + (0.4 * document.size) / average));
    }
    const sentence = sentences[index];
    if (score > 0 && sentence) scores.set(sentence, score);
  });
  return scores;
}

describe('words', () => {
  test.each([
    'moon landing',
    'the budget of Apollo',
    'moon',
    'who plans the budgets and goals of a quarter?',
    "Armstrong's walk",
  ])('"%s" is ranked by BM25 over the caller\'s rows alone', async (query) => {
    const hits = await search(query);
    const expected = await reference(query);
    expect(hits.map(({ content }) => content).sort()).toEqual([...expected.keys()].sort());
    for (const { content, score } of hits) expect(score).toBeCloseTo(expected.get(content) ?? 0, 9);
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).sort((a, b) => b - a));
  });

  test('how often a word occurs is counted exactly', async () => {
    const [formula] = await asService(
      database,
      sql<{ text: string }>`select private.word_frequency($$ts_rank('{1, 1, 1, 1}', v, 'cat')$$) as text`,
    );
    const counted = await asService(
      database,
      sql<{ n: number; counted: number }>`select n, ${sql.raw(formula?.text ?? '')} as counted
        from generate_series(0, 200) n, to_tsvector('english', repeat('cat dog ', n)) v`,
    );
    expect(counted).toHaveLength(201);
    for (const { n, counted: found } of counted) expect(found).toBe(n);
  });

  test('stop words, quotes, operators and backslashes are only words', async () => {
    expect(await search('the of and')).toEqual([]);
    expect(await search('')).toEqual([]);
    for (const query of ["'", '\\', "moon' | '", 'moon & !x:*', 'c:\\moon\\x', '((', 'moon <-> landing'])
      expect(await search(query)).toBeInstanceOf(Array);
    expect((await search("c:\\moon'")).length).toBeGreaterThan(0);
    expect(
      (await search(`${'moon '.repeat(3000)} ${Array.from({ length: 200 }, (_, i) => `word${i}`).join(' ')}`))
        .length,
    ).toBe(3);
  });

  test('a filter narrows, an unknown one is refused', async () => {
    const project = await createProject(database, user);
    await asUser(
      database,
      user,
      sql`select * from store_memory(${user.user_id}, 'The moon of the project', ${project.id})`,
    );
    expect(await search('moon', { project_id: project.id })).toHaveLength(1);
    expect(await search('moon', { project_id: null })).toHaveLength(3);
    expect(await search('moon', { project_id: [project.id, null], user_id: user.user_id })).toHaveLength(4);
    expect(await search('moon', { user_id: other.user_id })).toEqual([]);
    await expect(search('moon', { content: 'x' })).rejects.toThrow('cannot be filtered by "content"');
    await asUser(database, user, sql`delete from meta_projects where id = ${project.id}`);
  });

  test('an unknown source is refused', async () => {
    await expect(asUser(database, user, sql`select * from search_text('users', 'x')`)).rejects.toThrow(
      'Nothing searchable is called "users"',
    );
  });
});

describe('meaning', () => {
  let reader: UserPrincipal;
  beforeAll(async () => {
    reader = await createTestUser(database);
    await remember(reader, 'a cat sat on the mat', [1, 0, 0]);
    await remember(reader, 'dogs bark', [0, 1, 0]);
    await remember(reader, 'felines rest', [0.9, 0.1, 0]);
    await remember(reader, 'of another model', [1, 0, 0], 'other');
    await remember(reader, 'of another width', [1, 0], 'm');
    await remember(reader, 'not embedded');
  });
  const hybrid = (query: string, embedding: number[] | null) =>
    asUser(
      database,
      reader,
      sql<Hit & { lexical: number; semantic: number }>`select f.content, s.score, s.lexical, s.semantic
        from search_hybrid('memory', ${query}, ${embedding && JSON.stringify(embedding)}, 'm', 10, '{}') s
        join meta_memory_facts f using (id) order by s.score desc`,
    );

  test('meaning adds what words miss and never removes what they find', async () => {
    const hits = await hybrid('cat', [1, 0, 0]);
    expect(hits.map(({ content }) => content)).toEqual(['a cat sat on the mat', 'felines rest']);
    expect(hits[0]).toMatchObject({ lexical: 1, semantic: 1, score: 1.5 });
    expect(hits[1]?.score).toBeLessThanOrEqual(0.5);
    // Against the embedding, the word still wins.
    expect((await hybrid('bark', [1, 0, 0]))[0]?.content).toBe('dogs bark');
  });

  test('without an embedding it is the search by words', async () => {
    expect((await hybrid('cat', null)).map(({ content }) => content)).toEqual(['a cat sat on the mat']);
  });

  test('models and widths are never mixed', async () => {
    const found = await asUser(
      database,
      reader,
      sql<{ content: string; similarity: number }>`select content, similarity from search_user_memories(
        ${reader.user_id}, '[1,0,0]', p_min_similarity => -1, p_embedding_model => 'm')`,
    );
    expect(found.map(({ content }) => content)).toEqual([
      'a cat sat on the mat',
      'felines rest',
      'dogs bark',
    ]);
    expect(found[0]?.similarity).toBeCloseTo(1, 6);
  });

  test("another person's embeddings are not found", async () => {
    expect(
      await asUser(
        database,
        user,
        sql`select * from search_user_memories(${reader.user_id}, '[1,0,0]', p_embedding_model => 'm')`,
      ),
    ).toEqual([]);
  });
});

describe('what stands beside', () => {
  let teller: UserPrincipal;
  const told = new Map<string, string[]>();
  beforeAll(async () => {
    teller = await createTestUser(database);
    const chats = {
      colours: [
        'Which colour do you like best?',
        'Blue, by far.',
        'And to eat?',
        'Soup.',
        'Good night then.',
      ],
      zebras: ['Zebras live in Africa.', 'Zebras are striped.', 'Nobody rides zebras.'],
      weather: ['It rains.', 'It will rain tomorrow.', 'The colour of the sky is grey.'],
    };
    for (const [name, lines] of Object.entries(chats)) {
      const [chat] = await asUser(
        database,
        teller,
        sql<{ id: string }>`insert into meta_conversations (title) values (${name}) returning id`,
      );
      for (const line of lines)
        await asUser(
          database,
          teller,
          sql`insert into meta_messages (conversation_id, role, content) values (${chat?.id}, 'user', ${line})`,
        );
      told.set(chat?.id ?? '', lines);
    }
  });
  const messages = (query: string) =>
    asUser(
      database,
      teller,
      sql<Hit>`select m.content, s.score from search_text('messages', ${query}, 10) s join meta_messages m using (id)
        order by s.score desc, s.id`,
    );
  const groups = (query: string, as = teller) =>
    asUser(
      database,
      as,
      sql<{ title: string; content: string }>`select c.title, m.content
        from search_groups('messages', ${query}, p_limit => 5) s join meta_conversations c on c.id = s.id
        join meta_messages m on m.id = s.best_id order by s.score desc`,
    );

  test('an answer is found by the words of its question, after the question and before what is further away', async () => {
    const found = (await messages('colour best')).map(({ content }) => content);
    expect(found[0]).toBe('Which colour do you like best?');
    expect(found[1]).toBe('Blue, by far.');
    expect(found.indexOf('And to eat?')).toBeLessThan(found.indexOf('Soup.'));
    // Four places away, and in another conversation without the word.
    expect(found).not.toContain('Good night then.');
    expect(found).not.toContain('Zebras are striped.');
  });

  test('words that only make the question count less than those it is about', async () => {
    const [first] = await messages('what kind of zebras');
    expect(first?.content).toContain('ebras');
  });

  test('a conversation is found as a whole, and named by its best message', async () => {
    expect(await groups('striped zebras')).toEqual([{ title: 'zebras', content: 'Zebras are striped.' }]);
    expect((await groups('colour')).map(({ title }) => title).sort()).toEqual(['colours', 'weather']);
    expect(await groups('striped zebras', user)).toEqual([]);
    expect(await groups('the of')).toEqual([]);
    await expect(asUser(database, teller, sql`select * from search_groups('memory', 'x')`)).rejects.toThrow(
      'no groups',
    );
  });
});

describe('embedding in the background', () => {
  test('rows are claimed once, stored when unchanged, and claimed again when their text changed', async () => {
    const writer = await createTestUser(database);
    await asService(database, sql`update meta_memory_facts set embedding = '[1]', embedding_model = 'new'`);
    const [first] = await remember(writer, 'first text');
    const [second] = await remember(writer, 'second text');
    const claim = (worker: string) =>
      asService(
        database,
        sql<{
          id: string;
          content: string;
          content_md5: string;
        }>`select * from claim_rows_to_embed('memory', 'new', ${worker})`,
      );
    const claimed = await claim('w1');
    expect(claimed.map(({ content }) => content).sort()).toEqual(['first text', 'second text']);
    expect(await claim('w2')).toEqual([]);
    await asUser(
      database,
      writer,
      sql`update meta_memory_facts set content = 'edited' where id = ${second?.id}`,
    );
    const stored = await asService(
      database,
      sql`select store_embeddings('memory', 'new', ${JSON.stringify(claimed.map((row) => ({ ...row, embedding: [0, 1] })))}) as n`,
    );
    expect(stored).toEqual([{ n: 1 }]);
    expect((await claim('w2')).map(({ content }) => content)).toEqual(['edited']);
    // An edit makes the stored embedding untrue.
    await asUser(
      database,
      writer,
      sql`update meta_memory_facts set content = 'first, edited' where id = ${first?.id}`,
    );
    expect(
      await asService(database, sql`select embedding_model from meta_memory_facts where id = ${first?.id}`),
    ).toEqual([{ embedding_model: null }]);
  });
});

describe('vector indexes', () => {
  let crowd: UserPrincipal;
  beforeAll(async () => {
    crowd = await createTestUser(database);
    await asService(
      database,
      sql`insert into meta_memory_facts (user_id, content, embedding, embedding_model)
        select ${crowd.user_id}, 'row ' || n, array[cos(n), sin(n), n % 7]::real[]::extensions.vector, 'crowd'
        from generate_series(1, 20500) n`,
    );
  });

  test.each(['hnsw', 'ivfflat'])('%s: built for a model once its set is large, and used', async (method) => {
    const built = await asService(
      database,
      sql<{
        name: string;
      }>`select private.rebuild_vector_index('public.meta_memory_facts', ${method}) as name`,
    );
    expect(built).toEqual([{ name: 'idx_meta_memory_embedding' }]);
    await database.withOwner((client) => client.query('analyze public.meta_memory_facts'));
    const plan = await database.withOwner(async (client) => {
      const { rows } = await client.query<{ expression: string }>(
        'select private.sized_embedding(3) as expression',
      );
      const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(`explain select t.id
        from public.meta_memory_facts t where t.embedding_model = 'crowd' and t.embedding is not null
        order by ${rows[0]?.expression} operator(extensions.<=>) '[1,0,3]' limit 5`);
      return lines.map((line) => line['QUERY PLAN']).join();
    });
    expect(plan).toContain('Index Scan using idx_meta_memory_embedding');
    const [definition] = await asService(
      database,
      sql<{ text: string }>`select pg_get_indexdef('public.idx_meta_memory_embedding'::regclass) as text`,
    );
    expect(definition?.text).toContain(`USING ${method}`);
    const found = await asUser(
      database,
      crowd,
      sql<{
        similarity: number;
      }>`select * from private.search_vectors('memory', '[1,0,3]', 'crowd', 5, '{}')`,
    );
    expect(found).toHaveLength(5);
    expect(found[0]?.similarity).toBeGreaterThan(0.99);
  });

  test('only the service rebuilds, only tables that are searched', async () => {
    await expect(
      asUser(database, user, sql`select private.rebuild_vector_index('public.meta_memory_facts')`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      asService(database, sql`select private.rebuild_vector_index('public.users')`),
    ).rejects.toThrow();
  });
});

describe('memory', () => {
  let person: UserPrincipal;
  beforeAll(async () => {
    person = await createTestUser(database);
  });
  const facts = () =>
    asUser(
      database,
      person,
      sql<{ content: string; importance_score: number }>`select * from get_user_memories(${person.user_id})`,
    );

  test('the same fact said twice is one fact, and gains importance', async () => {
    const [first] = await remember(person, 'Alice prefers tea.');
    const [again] = await remember(person, '  alice  prefers TEA');
    expect(again).toEqual({ id: first?.id, is_new: false, superseded_id: null });
    expect(await facts()).toMatchObject([{ content: 'Alice prefers tea.', importance_score: 0.625 }]);
  });

  test('two callers who say the same at the same moment make one fact', async () => {
    const said = await Promise.all([1, 2, 3, 4].map(() => remember(person, 'Bob prefers coffee')));
    expect(new Set(said.map(([fact]) => fact?.id)).size).toBe(1);
    expect(said.filter(([fact]) => fact?.is_new)).toHaveLength(1);
  });

  test('a changed fact supersedes the old one, which stays as history', async () => {
    const [old] = await remember(person, 'The office is in Rome');
    const [moved] = await asUser(
      database,
      person,
      sql<{
        id: string;
        superseded_id: string;
      }>`select * from store_memory(${person.user_id}, 'The office is in Oslo',
        p_supersedes => ${old?.id})`,
    );
    expect(moved?.superseded_id).toBe(old?.id);
    expect((await search('office', {}, person)).map(({ content }) => content)).toEqual([
      'The office is in Oslo',
    ]);
    expect(
      await asUser(
        database,
        person,
        sql`select superseded_by, valid_to is not null as ended from meta_memory_facts where id = ${old?.id}`,
      ),
    ).toEqual([{ superseded_by: moved?.id, ended: true }]);
    // What was true may become true again.
    const [back] = await remember(person, 'The office is in Rome');
    expect(back?.is_new).toBe(true);
  });

  test('switched off and expired facts are not used', async () => {
    await remember(person, 'The parrot is green');
    await asUser(
      database,
      person,
      sql`update meta_memory_facts set enabled = false where content like '%parrot%'`,
    );
    await asUser(
      database,
      person,
      sql`select * from store_memory(${person.user_id}, 'The parrot will leave', p_expires_at => now() - interval '1 day')`,
    );
    expect(await search('parrot', {}, person)).toEqual([]);
    expect((await facts()).filter(({ content }) => content.includes('parrot'))).toEqual([]);
  });

  test('a repeated tool call makes one fact, even when the text differs', async () => {
    const call = (content: string) =>
      asUser(
        database,
        person,
        sql<{
          id: string;
        }>`select * from store_memory(${person.user_id}, ${content}, p_idempotency_key => 'call-7')`,
      );
    expect((await call('one wording'))[0]?.id).toBe((await call('another wording'))[0]?.id);
  });

  test('using a fact is noted', async () => {
    const [fact] = await remember(person, 'Carol has a boat');
    await asUser(database, person, sql`select touch_memories(array[${fact?.id}]::uuid[])`);
    expect(
      await asUser(
        database,
        person,
        sql`select access_count, last_accessed_at is not null as seen from meta_memory_facts where id = ${fact?.id}`,
      ),
    ).toEqual([{ access_count: 1, seen: true }]);
  });
});
