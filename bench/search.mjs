// How long a search in memory takes: 200 searches of a person with 10,000 facts, by words and by words and meaning,
// through Database.as() under row-level security. Embedded the facts are all there are; on Postgres they lie among
// 1,000,000 of other people, spread over the whole table. Every fact has a vector.
//
//   npm run bench:search                                         embedded
//   META_AGENT_DATABASE_URL=postgres://… npm run bench:search    an empty Postgres as well; filling takes minutes
//   META_AGENT_DATABASE_URL=postgres://… node bench/search.mjs --filled    the searches again
//   BENCH_FACTS=100000 BENCH_OWN=10000 …                         sizes
const { CompiledQuery } = await import('kysely');
const { Database, deploy } = await import('../dist/database/index.js');
const facts = Number(process.env.BENCH_FACTS ?? 1_000_000);
const own = Number(process.env.BENCH_OWN ?? 10_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 200);
const filled = process.argv.includes('--filled');
const url = process.env.META_AGENT_DATABASE_URL;

const words =
  `river bridge engine contract garden invoice planet museum harbour signal market teacher window mountain recipe
  battery library forest camera ticket anchor basket candle desert editor falcon guitar hammer island jacket kettle ladder
  mirror needle orange pencil quarry rabbit saddle tunnel valley wallet yellow zipper budget client doctor energy flight`.split(
    /\s+/,
  );
const word = (seed) => words[seed % words.length];

async function fill(database, count, people) {
  return database.withOwner(async (client) => {
    await client.query('set statement_timeout = 0');
    // The first person is the administrator, who sees everything; the search is an ordinary person's.
    await client.query(`insert into auth.users (email) values ('admin@example.org')`);
    await client.query(
      `insert into auth.users (email) select 'person-' || n || '@example.org' from generate_series(1, $1::int) n`,
      [people],
    );
    await client.query(`create temp table vectors as
      select n, (select array_agg(random() - 0.5 + 0 * (d + n)) from generate_series(1, 512) d)::extensions.vector as v
      from generate_series(0, 999) n`);
    await client.query(
      `with u as (select id, row_number() over (order by email) - 1 as n from auth.users where email like 'person-%')
       insert into meta_memory_facts (user_id, content, embedding, embedding_model)
       select u.id, 'Fact ' || f || ': the ' || w[f * 31 % 49 + 1] || ' near the ' || w[f / 49 % 49 + 1] || ' has a '
         || w[f * 17 % 49 + 1] || ' and ' || w[f / 7 % 49 + 1] || ' for the ' || w[f * 13 % 47 + 1], v.v, 'bench'
       from generate_series(1, $1::int) f cross join (select $2::text[] as w) words
       join u on u.n = f % $3 join vectors v on v.n = f % 1000`,
      [count, words, people],
    );
    await client.query('vacuum analyze meta_memory_facts');
  });
}

async function measure(name, database, count, people) {
  await deploy(database);
  const started = performance.now();
  if (!filled || database.engine === 'embedded') await fill(database, count, people);
  const { id: user } = await database.withOwner(
    async (client) =>
      (await client.query(`select id from auth.users where email = 'person-1@example.org'`)).rows[0],
  );
  console.log(
    `${name}: ${count} facts of ${people} people, filled in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  const principal = { kind: 'user', user_id: user, role: 'user', scopes: ['*'], permissions: [] };
  const search = async (text, values) => {
    const begun = performance.now();
    const { rows } = await database.as(principal, (session) =>
      session.executeQuery(CompiledQuery.raw(text, values)),
    );
    if (rows.length !== 10) throw new Error(`${rows.length} facts were found`);
    return performance.now() - begun;
  };
  const filter = JSON.stringify({ user_id: user });
  for (const kind of ['words', 'words and meaning']) {
    const times = [];
    for (let round = -10; round < rounds; round++) {
      const query = `Which ${word(round * 7 + 70)} has the ${word(round * 3 + 31)} of a ${word(round * 11 + 110)}?`;
      const vector = JSON.stringify(Array.from({ length: 512 }, () => Math.random() - 0.5));
      const time =
        kind === 'words'
          ? await search(`select * from search_hybrid('memory', $1, p_limit => 10, p_filter => $2::jsonb)`, [
              query,
              filter,
            ])
          : await search(
              `select * from search_hybrid('memory', $1, $2::extensions.vector, 'bench', 10, $3::jsonb)`,
              [query, vector, filter],
            );
      if (round >= 0) times.push(time);
    }
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
    console.log(`  ${kind.padEnd(18)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   max ${at(1)} ms`);
  }
  await database.close();
}

await measure('embedded', await Database.open({ statementTimeoutMs: 60_000 }), own, 1);
if (url)
  await measure(
    'Postgres',
    await Database.open({ url, statementTimeoutMs: 60_000 }),
    facts,
    Math.round(facts / own),
  );
