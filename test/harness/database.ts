import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyImage, Database, type UserPrincipal } from '../../src/database/index.ts';
import { newId } from '../../src/kernel/ids.ts';

/** Tests build indexes and fill tables on machines that do other things as well. */
const statementTimeoutMs = 90_000;

export interface TestDatabase {
  database: Database;
  /** Connection string, on real Postgres. */
  url: string | undefined;
  close(): Promise<void>;
}

/** A fresh copy of the deployed schemas: embedded, or a Postgres database of its own. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = process.env.META_AGENT_TEST_DATABASE_URL;
  if (!server) {
    const image = process.env.META_AGENT_TEST_IMAGE;
    if (!image) throw new Error('the test image is missing: run through vitest');
    const folder = mkdtempSync(join(tmpdir(), 'meta-agent-database-'));
    const dataDir = join(folder, 'database');
    copyImage(dataDir, image);
    const database = await Database.open({ dataDir, statementTimeoutMs });
    return {
      database,
      url: undefined,
      close: async () => {
        await database.close();
        rmSync(folder, { recursive: true });
      },
    };
  }
  const name = `meta_agent_test_${newId().replaceAll('-', '')}`;
  await onServer(server, `create database ${name} template ${process.env.META_AGENT_TEST_TEMPLATE}`);
  const target = new URL(server);
  target.pathname = `/${name}`;
  const database = await Database.open({ url: target.href, statementTimeoutMs });
  return {
    database,
    url: target.href,
    close: async () => {
      await database.close();
      await dropDatabase(server, name);
    },
  };
}

/** A role that is no superuser may not end an autovacuum worker that is at the database: it is gone in a moment. */
async function dropDatabase(server: string, name: string): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      return await onServer(server, `drop database ${name} with (force)`);
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

async function onServer(url: string, statement: string): Promise<void> {
  const admin = await Database.open({ url });
  try {
    await admin.withOwner((client) => client.query(statement));
  } finally {
    await admin.close();
  }
}

/** A user as sign-up makes one. The first of a database is its administrator. */
export async function createTestUser(
  database: Database,
  email = `${newId()}@example.org`,
): Promise<UserPrincipal> {
  const row = await database.withOwner(async (client) => {
    const { rows } = await client.query<{ id: string; role: UserPrincipal['role'] }>(
      `with created as (insert into auth.users (email) values ($1) returning id) select id from created`,
      [email],
    );
    const id = rows[0]?.id;
    const profile = await client.query<{ id: string; role: UserPrincipal['role'] }>(
      'select id, role from public.users where id = $1',
      [id],
    );
    return profile.rows[0];
  });
  if (!row) throw new Error('the user was not created');
  return { kind: 'user', user_id: row.id, role: row.role, scopes: ['*'], permissions: [] };
}
