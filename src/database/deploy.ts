import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { sha256 } from '../kernel/ids.ts';
import { packageRoot } from '../kernel/package.ts';
import type { Database } from './database.ts';

/** One schema file that was run, found up to date, or came with the image (image.ts). */
export interface DeployStep {
  file: string;
  status: 'ran' | 'unchanged' | 'copied';
  duration_ms: number;
}

/** Any number that only this program uses: two deployments of one database wait for each other. */
const advisoryLock = 7_230_100;

/** The schema files in the order they run: their names sort that way. */
export function schemaFiles(
  folder = join(packageRoot, 'schemas'),
): { file: string; sql: string; checksum: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{3}_.*\.sql$/.test(name))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8');
      return { file, sql, checksum: sha256(sql) };
    });
}

/** True when every file ran on this database with the content it has now. */
export async function isDeployed(database: Database): Promise<boolean> {
  return database.withOwner(async (client) => {
    const ran = await checksums(client);
    return schemaFiles().every(({ file, checksum }) => ran.get(file) === checksum);
  });
}

/**
 * Brings the database to the schema of this release: each file in one transaction, in order, from the first
 * one whose content changed to the last (files converge, so running one again changes nothing).
 * Errors: the SQL error of the file, with the file's name; that file is rolled back, the earlier ones stay.
 */
export async function deploy(
  database: Database,
  onStep: (step: DeployStep) => void = () => {},
): Promise<DeployStep[]> {
  return database.withOwner(async (client) => {
    const steps: DeployStep[] = [];
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    try {
      const ran = await checksums(client);
      let changed = false;
      for (const { file, sql, checksum } of schemaFiles()) {
        changed ||= ran.get(file) !== checksum;
        const started = performance.now();
        if (changed) await runFile(client, file, sql, checksum);
        const step: DeployStep = {
          file,
          status: changed ? 'ran' : 'unchanged',
          duration_ms: Math.round(performance.now() - started),
        };
        steps.push(step);
        onStep(step);
      }
    } finally {
      await client.query('select pg_advisory_unlock($1)', [advisoryLock]);
    }
    return steps;
  });
}

async function runFile(client: pg.PoolClient, file: string, sql: string, checksum: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query(`
      create table if not exists private.schema_files (
        file text primary key,
        checksum text not null,
        deployed_at timestamptz not null default now()
      )`);
    await client.query(
      `insert into private.schema_files (file, checksum) values ($1, $2)
       on conflict (file) do update set checksum = excluded.checksum, deployed_at = now()`,
      [file, checksum],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function checksums(client: pg.PoolClient): Promise<Map<string, string>> {
  const { rows: found } = await client.query(
    `select to_regclass('private.schema_files') is not null as there`,
  );
  if (!found[0]?.there) return new Map();
  const { rows } = await client.query<{ file: string; checksum: string }>(
    'select file, checksum from private.schema_files',
  );
  return new Map(rows.map((row) => [row.file, row.checksum]));
}
