// Recall of evidence in long conversations, without a language model: five conversations of LoCoMo are kept as
// messages of one person each, a session is a conversation, and every question is a search of that person, through
// search_hybrid() and search_groups() on the embedded database with the bundled encoder. Recall@10 is the share of a
// question's evidence among the first ten, averaged over questions; beside it BM25 (k1 1.2, b 0.75, a turn or a whole
// session as the document), ts_rank_cd() and the vectors alone.
//
//   npm run bench:memory                          ../shared/data/locomo-dev.json; without it nothing is measured
//   BENCH_LOCOMO=other.json npm run bench:memory  another file of the same form
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const path = resolve(process.env.BENCH_LOCOMO ?? '../shared/data/locomo-dev.json');
if (!existsSync(path)) {
  console.log(
    `skipped: ${path} is not there. Its licence (CC BY-NC 4.0) does not allow to ship it; it is published as LoCoMo.`,
  );
  process.exit(0);
}
const { CompiledQuery } = await import('kysely');
const { Database, deploy } = await import('../dist/database/index.js');
const { openBundledEmbedding } = await import('../dist/providers/embedding/index.js');
const embedding = openBundledEmbedding();
const database = await Database.open({ statementTimeoutMs: 60_000 });
await deploy(database);
const query = (text, values) => database.withOwner(async (client) => (await client.query(text, values)).rows);

/** A conversation of the file becomes a person with messages; turns and sessions are known by their new ids. */
async function keep(sample, number) {
  const [{ id: user }] = await query(`insert into auth.users (email) values ($1) returning id`, [
    `person-${number}@example.org`,
  ]);
  const turns = [];
  const { conversation } = sample;
  const names = Object.keys(conversation).filter((key) => /^session_\d+$/.test(key));
  for (const name of names.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))) {
    if (!Array.isArray(conversation[name]) || conversation[name].length === 0) continue;
    const [{ id: session }] = await query(
      `insert into meta_conversations (user_id, title) values ($1, $2) returning id`,
      [user, name],
    );
    const said = conversation[name].map(({ dia_id, speaker, text, blip_caption }) => ({
      dia_id,
      role: speaker === conversation.speaker_a ? 'user' : 'assistant',
      text: [`${conversation[`${name}_date_time`]} ${speaker}: ${text}`, blip_caption]
        .filter(Boolean)
        .join(' '),
    }));
    for (const turn of said) {
      const [{ id }] = await query(
        `insert into meta_messages (conversation_id, role, content) values ($1, $2, $3) returning id`,
        [session, turn.role, turn.text],
      );
      turns.push({ ...turn, id, session });
    }
  }
  const known = new Map(turns.map((turn) => [turn.dia_id, turn]));
  const questions = sample.qa
    .map(({ question, category, evidence }) => {
      const ids = [...new Set(evidence.flatMap((text) => text.match(/D\d+:\d+/g) ?? []))];
      const found = ids.map((id) => known.get(id)).filter(Boolean);
      return {
        question,
        category,
        turns: new Set(found.map(({ id }) => id)),
        sessions: new Set(found.map(({ session }) => session)),
      };
    })
    .filter((question) => question.turns.size > 0);
  return { user, turns, questions };
}

async function embedAll() {
  for (;;) {
    const rows = await query(`select * from claim_rows_to_embed('messages', $1, 'bench', 200)`, [
      embedding.model,
    ]);
    if (rows.length === 0) return;
    const vectors = await embedding.embed(rows.map(({ content }) => content));
    const stored = rows.map(({ id, content_md5 }, index) => ({
      id,
      content_md5,
      embedding: vectors[index],
    }));
    await query(`select store_embeddings('messages', $1, $2)`, [embedding.model, JSON.stringify(stored)]);
  }
}

/** BM25 as published, over the lexemes Postgres finds: documents are [id, text]. */
async function bm25(documents) {
  const lexemesOf = async (texts) =>
    (
      await query(
        `select (select jsonb_object_agg(u.lexeme, cardinality(u.positions)) from unnest(to_tsvector('english', t)) u) as lexemes
         from unnest($1::text[]) with ordinality x (t, n) order by n`,
        [texts],
      )
    ).map(({ lexemes }) => lexemes ?? {});
  const bags = await lexemesOf(documents.map(([, text]) => text));
  const lengths = bags.map((bag) => Object.keys(bag).length);
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return async (question) => {
    const [words] = await lexemesOf([question]);
    const scores = documents.map(() => 0);
    for (const word of Object.keys(words)) {
      const holders = bags.filter((bag) => bag[word]).length;
      const rarity = Math.log(1 + (bags.length - holders + 0.5) / (holders + 0.5));
      bags.forEach((bag, index) => {
        const n = bag[word] ?? 0;
        scores[index] += (rarity * n * 2.2) / (n + 1.2 * (0.25 + (0.75 * lengths[index]) / average));
      });
    }
    return documents
      .map(([id], index) => ({ id, score: scores[index] }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ id }) => id);
  };
}

let tables = 0;
async function coverDensity(documents) {
  const table = `bench_documents_${tables++}`;
  await query(
    `create table ${table} as select d.id, to_tsvector('english', d.text) as words from unnest($1::uuid[], $2::text[]) d (id, text)`,
    [documents.map(([id]) => id), documents.map(([, text]) => text)],
  );
  return async (question) =>
    (
      await query(
        `select id from ${table} order by ts_rank_cd(words,
          (select string_agg(w::text, ' | ')::tsquery from unnest(private.query_words($1)) w)) desc limit 10`,
        [question],
      )
    ).map(({ id }) => id);
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const results = [];
for (const [number, sample] of JSON.parse(readFileSync(path, 'utf8')).entries()) {
  const { user, turns, questions } = await keep(sample, number);
  await embedAll();
  const principal = { kind: 'user', user_id: user, role: 'user', scopes: ['*'], permissions: [] };
  const ask = (text, values) =>
    database.as(principal, (session) => session.executeQuery(CompiledQuery.raw(text, values)));
  const sessionTexts = new Map();
  for (const turn of turns)
    sessionTexts.set(turn.session, `${sessionTexts.get(turn.session) ?? ''}${turn.text}\n`);
  const turnTexts = turns.map(({ id, text }) => [id, text]);
  const sessionOf = new Map(turns.map(({ id, session }) => [id, session]));
  const vectors = await embedding.embed(questions.map(({ question }) => question));
  const filter = JSON.stringify({ user_id: user });
  const near = async (vector, limit) =>
    (
      await ask(
        `select id from private.search_vectors('messages', $1::extensions.vector, $2, $3, $4::jsonb)`,
        [JSON.stringify(vector), embedding.model, limit, filter],
      )
    ).rows.map(({ id }) => id);
  const methods = {
    turns: {
      BM25: await bm25(turnTexts),
      ts_rank_cd: await coverDensity(turnTexts),
      vectors: (_question, vector) => near(vector, 10),
      ours: async (question, vector) =>
        (
          await ask(
            `select id from search_hybrid('messages', $1, $2::extensions.vector, $3, 10, $4::jsonb)`,
            [question, JSON.stringify(vector), embedding.model, filter],
          )
        ).rows.map(({ id }) => id),
    },
    sessions: {
      BM25: await bm25([...sessionTexts]),
      ts_rank_cd: await coverDensity([...sessionTexts]),
      vectors: async (_question, vector) =>
        [...new Set((await near(vector, 1000)).map((id) => sessionOf.get(id)))].slice(0, 10),
      ours: async (question, vector) =>
        (
          await ask(
            `select id from search_groups('messages', $1, $2::extensions.vector, $3, 10, $4::jsonb)`,
            [question, JSON.stringify(vector), embedding.model, filter],
          )
        ).rows.map(({ id }) => id),
    },
  };
  for (const [index, { question, category, ...gold }] of questions.entries())
    for (const unit of ['turns', 'sessions'])
      for (const [method, run] of Object.entries(methods[unit])) {
        const found = await run(question, vectors[index]);
        results.push({
          sample: number,
          category,
          unit,
          method,
          recall: found.filter((id) => gold[unit].has(id)).length / gold[unit].size,
        });
      }
  console.log(`conversation ${number + 1}: ${turns.length} turns, ${questions.length} questions`);
}

const percent = (rows) =>
  rows.length === 0
    ? '     -'
    : ((100 * sum(rows.map(({ recall }) => recall))) / rows.length).toFixed(1).padStart(6);
const labels = { 1: 'multi-hop', 2: 'temporal', 3: 'open-domain', 4: 'single-hop', 5: 'adversarial' };
const samples = [...new Set(results.map(({ sample }) => sample))];
for (const unit of ['turns', 'sessions']) {
  const columns = [...Object.values(labels), 'all', ...samples.map((sample) => `#${sample + 1}`)];
  console.log(`\nrecall@10 by ${unit.slice(0, -1)}, percent`);
  console.log(`${''.padEnd(12)}${columns.map((name) => name.padStart(12)).join('')}`);
  for (const method of ['BM25', 'ts_rank_cd', 'vectors', 'ours']) {
    const rows = results.filter((row) => row.unit === unit && row.method === method);
    const cells = [
      ...Object.keys(labels).map((category) => rows.filter((row) => row.category === Number(category))),
      rows,
      ...samples.map((sample) => rows.filter((row) => row.sample === sample)),
    ];
    console.log(`${method.padEnd(12)}${cells.map((cell) => percent(cell).padStart(12)).join('')}`);
  }
}
await embedding.close();
await database.close();
