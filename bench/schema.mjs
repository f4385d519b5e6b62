// The schema at size, on real Postgres: fills users, tasks, memory facts (a part with vectors), a task graph and a tree of
// thoughts, then times each hot query under row-level security against the same query as the owner of the schema with an
// explicit filter, both in turn in one run, as a ratio. Prints plans that scan a large table sequentially.
//
//   META_AGENT_DATABASE_URL=postgres://… node bench/schema.mjs         an empty database of its own; takes a while
//   … node bench/schema.mjs --filled                                 the same database again: only the queries
//   node bench/schema.mjs --embedded                                   the embedded database, a tenth of the size
//   BENCH_USERS=200 BENCH_TASKS=100000 BENCH_FACTS=100000 BENCH_VECTORS=20000 …                        sizes
import { createHash } from 'node:crypto';

const filled = process.argv.includes('--filled');
const embedded = process.argv.includes('--embedded');
const url = process.env.META_AGENT_DATABASE_URL;
if (!url && !embedded)
  throw new Error('META_AGENT_DATABASE_URL names the Postgres to fill, or give --embedded');
const { Database, deploy } = await import('../dist/database/index.js');

const size = (name, fallback) => Number(process.env[name] ?? (embedded ? fallback / 10 : fallback));
const users = size('BENCH_USERS', 1000);
const tasks = size('BENCH_TASKS', 1_000_000);
const facts = size('BENCH_FACTS', 1_000_000);
const vectors = size('BENCH_VECTORS', 200_000);
const graph = size('BENCH_GRAPH', 100_000);
const nodes = size('BENCH_NODES', 100_000);
const width = Number(process.env.BENCH_WIDTH ?? 512);
const rounds = Number(process.env.BENCH_ROUNDS ?? 15);
const large = [
  'meta_tasks',
  'meta_task_dependencies',
  'meta_memory_facts',
  'meta_task_history',
  'thought_nodes',
];

const database = await Database.open(embedded ? {} : { url });
const started = performance.now();
await deploy(database);
console.log(`deployed in ${((performance.now() - started) / 1000).toFixed(1)} s`);

const fill = async (client) => {
  const step = async (what, text, values = []) => {
    const begun = performance.now();
    const result = await client.query(text, values);
    console.log(`${what.padEnd(44)} ${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s`);
    return result.rows;
  };
  await client.query('set statement_timeout = 0');
  // The first person is the administrator, who sees everything; the queries are an ordinary person's.
  await client.query(`insert into auth.users (email) values ('admin@example.org')`);
  await step(
    `${users} users, a project and a workstream each`,
    `
    with u as (insert into auth.users (email) select 'bench-' || n || '@example.org' from generate_series(1, ${users}) n returning id),
      p as (insert into meta_projects (name, owner_id, status) select 'Project', id, 'active' from u returning id)
    insert into meta_workstreams (project_id, name) select id, 'Main' from p`,
  );
  // What a trigger does for one row is measured below; the fill itself runs without history and wake-ups.
  await client.query('alter table meta_tasks disable trigger track_meta_task_changes');
  await client.query('alter table meta_tasks disable trigger notify_change');
  await step(
    `${tasks} tasks`,
    `
    with w as (select id, row_number() over () - 1 as n from meta_workstreams)
    insert into meta_tasks (workstream_id, title, status, priority)
    select w.id, 'Task ' || g, (array['done', 'queued', 'blocked'])[g % 3 + 1]::task_status, g % 10 + 1
    from generate_series(1, ${tasks}) g join w on w.n = g % ${users}`,
  );
  await client.query('alter table meta_tasks enable trigger track_meta_task_changes');
  await client.query('alter table meta_tasks enable trigger notify_change');
  const words = `(array['river','bridge','engine','contract','garden','invoice','planet','museum','harbour','signal','market','teacher',
    'window','mountain','recipe','battery','library','forest','camera','ticket'])`;
  await step(
    `${facts} facts, ${vectors} of them with ${width}-wide vectors`,
    `
    with u as (select id, row_number() over (order by email) - 1 as n from auth.users where email like 'bench-%')
    insert into meta_memory_facts (user_id, content, embedding, embedding_model)
    select u.id, 'Fact ' || f.n || ': the ' || ${words}[f.n % 20 + 1] || ' near the ' || ${words}[f.n * 7 % 20 + 1] || ' has ' || ${words}[f.n * 13 % 20 + 1],
      v.v, case when f.n <= ${vectors} then 'bench' end
    from generate_series(1, ${facts}) f (n) join u on u.n = f.n % ${users}
    left join lateral (select array_agg(random() - 0.5 + 0 * (d + f.n))::extensions.vector as v from generate_series(1, ${width}) d
      where f.n <= ${vectors}) v on true`,
  );
  await step(
    `a graph of ${graph} tasks`,
    `
    with p as (insert into meta_projects (name, owner_id, status) select 'Graph', id, 'active' from auth.users where email = 'bench-1@example.org' returning id),
      w as (insert into meta_workstreams (project_id, name) select id, 'Graph' from p returning id)
    insert into meta_tasks (workstream_id, title, status, priority) select w.id, 'Node ' || g, case when g % 2 = 0 then 'done' else 'queued' end::task_status, 5
    from w, generate_series(1, ${graph}) g`,
  );
  await client.query('alter table meta_task_dependencies disable trigger refuse_dependency_cycle');
  await step(
    'its dependencies, two for each task',
    `
    with t as (select t.id, row_number() over (order by t.id) as n from meta_tasks t join meta_workstreams w on w.id = t.workstream_id where w.name = 'Graph')
    insert into meta_task_dependencies (task_id, depends_on_task_id)
    select distinct a.id, b.id from t a cross join lateral (values (a.n / 2), (a.n / 3)) d (n) join t b on b.n = d.n and b.n < a.n`,
  );
  await client.query('alter table meta_task_dependencies enable trigger refuse_dependency_cycle');
  await step(
    `a tree of ${nodes} thoughts`,
    `
    with s as (insert into thinking_sessions (user_id, query, status) select id, 'Bench', 'paused' from auth.users where email = 'bench-1@example.org' returning id)
    select id from s`,
  ).then(async ([session]) => {
    await client.query(`select set_config('bench.session', $1, false)`, [session.id]);
    await client.query(
      `create temp table ids as select g as n, gen_random_uuid() as id from generate_series(1, ${nodes}) g; create index on ids (n)`,
    );
    // Level by level: a parent is there before its children. Four children each.
    for (let from = 1, level = 1; from <= nodes; from += level, level *= 4)
      await client.query(
        `insert into thought_nodes (id, session_id, parent_id, content, type, confidence)
        select i.id, $1, p.id, 'Thought ' || i.n, 'analysis', 50 + (i.n * 7) % 50 from ids i left join ids p on p.n = (i.n + 2) / 4 and i.n > 1
        where i.n between ${from} and ${from + level - 1}`,
        [session.id],
      );
  });
  // As autovacuum leaves it: index-only scans need to know which pages are seen by all.
  await step('vacuum, analyze', 'vacuum analyze');
};
if (!filled) await database.withOwner(fill);

const one = async (text, values = []) =>
  database.withOwner(async (client) => (await client.query(text, values)).rows[0]);
const { id: user } = await one(`select id from auth.users where email = 'bench-1@example.org'`);
const { id: project } = await one(`select id from meta_projects where owner_id = $1 and name = 'Project'`, [
  user,
]);
const { id: graphStream } = await one(`select id from meta_workstreams where name = 'Graph'`);
const { id: session } = await one(`select id from thinking_sessions where query = 'Bench'`);
const { id: root } = await one('select root_node_id as id from thinking_sessions where id = $1', [session]);
const { id: leaf } = await one(
  'select id from thought_nodes where session_id = $1 order by depth desc limit 1',
  [session],
);
const claims = JSON.stringify({ sub: user, role: 'authenticated' });

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Times of a statement in ms, as the owner of the schema or as the user under row-level security. Prepared, as what
 * Database.as() sends from the second time on.
 */
async function times(client, text, values, asUser, count) {
  const name = `${asUser ? 'user' : 'owner'} ${createHash('md5').update(text).digest('hex')}`;
  const taken = [];
  for (let i = 0; i < count; i++) {
    await client.query('begin');
    if (asUser)
      await client.query(
        `select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)`,
        [claims],
      );
    const begun = performance.now();
    await client.query({ name, text, values });
    taken.push(performance.now() - begun);
    await client.query('rollback');
  }
  return taken;
}

/**
 * The plans of a statement and, where auto_explain can be loaded (a superuser on a real Postgres), of every statement inside
 * the functions it calls.
 */
async function plansOf(client, text, values) {
  const plans = [];
  const note = ({ message }) => plans.push(message);
  const nested = database.engine === 'postgres';
  await client.query('begin');
  if (nested) {
    await client.query(`load 'auto_explain'`);
    await client.query(`set local auto_explain.log_min_duration = 0; set local auto_explain.log_nested_statements = on;
      set local client_min_messages = log`);
    client.on('notice', note);
  }
  await client.query(
    `select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)`,
    [claims],
  );
  const { rows } = await client.query(nested ? text : `explain ${text}`, values);
  await client.query('rollback');
  client.off('notice', note);
  return nested ? plans.join('\n') : rows.map((row) => row['QUERY PLAN']).join('\n');
}

/** Two connections, as a change of role lets a connection plan anew; the embedded database has one. */
const withTwo = (work) =>
  database.withOwner((client) =>
    embedded ? work(client, client) : database.withOwner((other) => work(client, other)),
  );

async function compare(name, text, values = [], ownerText = text, ownerValues = values) {
  await withTwo(async (client, owner) => {
    await times(client, text, values, true, 10);
    await times(owner, ownerText, ownerValues, false, 10);
    const ours = [];
    const bare = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(...(await times(client, text, values, true, 1)));
      bare.push(...(await times(owner, ownerText, ownerValues, false, 1)));
    }
    const plan = await plansOf(client, text, values);
    const scans = large.filter((table) => plan.includes(`Seq Scan on ${table}`));
    console.log(
      `${name.padEnd(44)} ${median(ours).toFixed(2).padStart(9)} ms under RLS ${median(bare).toFixed(2).padStart(9)} ms as owner   ratio ${(median(ours) / median(bare)).toFixed(2)}${scans.length ? `   SEQUENTIAL SCAN of ${scans}` : ''}`,
    );
  });
}

console.log('\nhot queries');
await compare(
  'newest 50 tasks of a project',
  'select id, title, status from meta_tasks where project_id = $1 order by created_at desc limit 50',
  [project],
);
await compare(
  'all my tasks that wait',
  `select count(*) from meta_tasks where status = 'queued'`,
  [],
  `select count(*) from meta_tasks
  where status = 'queued' and project_id in (select id from meta_projects where owner_id = $1)`,
  [user],
);
await compare(
  'my projects',
  'select id, name from meta_projects',
  [],
  'select id, name from meta_projects where owner_id = $1',
  [user],
);
await compare(
  'my newest 50 facts',
  'select id, content from meta_memory_facts where user_id = $1 order by created_at desc limit 50',
  [user],
);
await compare(
  'facts by words (BM25)',
  `select * from search_text('memory', 'bridge near the harbour', 10, jsonb_build_object('user_id', $1::uuid))`,
  [user],
);
await compare(`ready tasks of ${graph}`, 'select count(*) from get_ready_tasks($1)', [graphStream]);
await compare('path from a leaf to the root', 'select count(*) from get_thinking_path($1)', [leaf]);
await compare(`subtree of ${nodes} thoughts`, 'select count(*) from get_thinking_subtree($1)', [root]);
await compare(
  `branches of ${nodes} thoughts`,
  'select count(*) from find_high_confidence_branches($1, 95, 5)',
  [session],
);

console.log('\nvectors of one small tenant inside the large table');
await database.withOwner(async (client) => {
  await client.query('set statement_timeout = 0');
  const { rows: probes } = await client.query(
    `select embedding::text as v from meta_memory_facts where user_id = $1 and embedding is not null limit 10`,
    [user],
  );
  if (probes.length === 0) return console.log('no vectors');
  const nearest = async (text, values) => (await client.query(text, values)).rows.map((row) => row.id);
  const exact = (v) =>
    nearest(
      `select id from meta_memory_facts where user_id = $1 and embedding_model = 'bench'
    order by embedding operator(extensions.<=>) $2::extensions.vector limit 10`,
      [user, v],
    );
  const recall = async (search) => {
    let hits = 0;
    let ms = 0;
    for (const { v } of probes) {
      const wanted = new Set(await exact(v));
      const begun = performance.now();
      const found = await search(v);
      ms += performance.now() - begun;
      hits += found.filter((id) => wanted.has(id)).length / wanted.size;
    }
    return `recall@10 ${(hits / probes.length).toFixed(2)}, ${(ms / probes.length).toFixed(1)} ms`;
  };
  console.log(
    'ours, filtered and exact          ',
    await recall((v) =>
      nearest(
        `select id from private.search_vectors('memory', $1::extensions.vector, 'bench', 10, jsonb_build_object('user_id', $2::uuid))`,
        [v, user],
      ),
    ),
  );
  // What the specification's index gives: ivfflat built while the table is empty, asked with its default of one probe.
  await client.query(
    `create table public.bench_ivfflat (id uuid, user_id uuid, embedding extensions.vector(${width}))`,
  );
  await client.query(
    'create index on public.bench_ivfflat using ivfflat (embedding extensions.vector_cosine_ops) with (lists = 100)',
  );
  await client.query(
    `insert into public.bench_ivfflat select id, user_id, embedding from meta_memory_facts where embedding is not null limit 20000`,
  );
  await client.query('analyze public.bench_ivfflat; set enable_seqscan = off; set enable_sort = off');
  const all = (v) =>
    nearest(
      `select id from public.bench_ivfflat where user_id = $1 order by embedding operator(extensions.<=>) $2::extensions.vector limit 10`,
      [user, v],
    );
  console.log('ivfflat built on an empty table   ', await recall(all));
  await client.query('reset enable_seqscan; reset enable_sort; drop table public.bench_ivfflat');
});

console.log('\nwhat the history trigger costs: 1,000 changes of one field');
await database.withOwner(async (client) => {
  const change = `update meta_tasks set priority = priority % 10 + 1 where id in (select id from meta_tasks where project_id = $1 limit 1000)`;
  const run = async () => median(await times(client, change, [project], false, 7));
  const withHistory = await run();
  await client.query('alter table meta_tasks disable trigger track_meta_task_changes');
  const without = await run();
  await client.query('alter table meta_tasks enable trigger track_meta_task_changes');
  console.log(
    `with ${withHistory.toFixed(1)} ms, without ${without.toFixed(1)} ms, ratio ${(withHistory / without).toFixed(2)}`,
  );
});
await database.close();
