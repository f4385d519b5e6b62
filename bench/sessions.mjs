// Scoped transactions per second through Database.as, against the same four statements sent without our layer:
// begin, role and claims, one select under row-level security, commit. Both in turn, in one run, as a ratio.
//
//   npm run bench:sessions                                     embedded
//   META_AGENT_DATABASE_URL=postgres://… npm run bench:sessions  Postgres as well
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';

const { Database, deploy } = await import('../dist/database/index.js');
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const select = 'select id, name from meta_projects order by created_at limit 10';
const setup = `select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true),
  set_config('meta_agent.agent', '', true), set_config('statement_timeout', '15000', true)`;

async function rate(transaction, parallel) {
  let count = 0;
  const end = performance.now() + seconds * 1000;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (performance.now() < end) {
        await transaction();
        count++;
      }
    }),
  );
  return count / ((performance.now() - started) / 1000);
}

async function compare(name, ours, bare, parallel) {
  const ratios = [];
  const rates = { ours: [], bare: [] };
  await rate(ours, parallel);
  await rate(bare, parallel);
  for (let round = 0; round < rounds; round++) {
    const a = await rate(ours, parallel);
    const b = await rate(bare, parallel);
    rates.ours.push(a);
    rates.bare.push(b);
    ratios.push(a / b);
  }
  const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
  console.log(
    `${name.padEnd(34)} ${median(rates.ours).toFixed(0).padStart(6)} tx/s ours  ${median(rates.bare).toFixed(0).padStart(6)} tx/s bare  ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
  );
}

async function seed(database) {
  return database.withOwner(async (client) => {
    const { rows } = await client.query(
      `insert into auth.users (email) values ('bench-' || gen_random_uuid() || '@example.org') returning id`,
    );
    await client.query(
      `insert into meta_projects (name, owner_id) select 'p' || n, $1 from generate_series(1, 10) n`,
      [rows[0].id],
    );
    return { kind: 'user', user_id: rows[0].id, role: 'user', scopes: ['*'], permissions: [] };
  });
}

const ours = (database, principal) => () =>
  database.as(principal, (session) =>
    session.selectFrom('meta_projects').select(['id', 'name']).orderBy('created_at').limit(10).execute(),
  );

{
  const folder = mkdtempSync(join(tmpdir(), 'meta-agent-bench-'));
  const dataDir = join(folder, 'ours');
  const seeded = await Database.open({ dataDir });
  await deploy(seeded);
  const principal = await seed(seeded);
  await seeded.close();
  cpSync(dataDir, join(folder, 'bare'), { recursive: true });
  const database = await Database.open({ dataDir });
  const lite = await PGlite.create({ dataDir: join(folder, 'bare'), extensions: { vector, uuid_ossp } });
  const claims = JSON.stringify({ sub: principal.user_id, role: 'authenticated' });
  const bare = async () => {
    await lite.query('begin');
    await lite.query(setup, [claims]);
    await lite.query(select);
    await lite.query('commit');
  };
  await compare('embedded, one at a time', ours(database, principal), bare, 1);
  await lite.close();
  await database.close();
  rmSync(folder, { recursive: true });
}

const url = process.env.META_AGENT_DATABASE_URL;
if (url) {
  const database = await Database.open({ url });
  await deploy(database);
  const principal = await seed(database);
  const claims = JSON.stringify({ sub: principal.user_id, role: 'authenticated' });
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const bare = async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query(setup, [claims]);
    await client.query(select);
    await client.query('commit');
    client.release();
  };
  await compare('Postgres, one at a time', ours(database, principal), bare, 1);
  await compare('Postgres, 8 at a time', ours(database, principal), bare, 8);
  await pool.end();
  await database.close();
}
