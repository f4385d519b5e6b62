import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import { type Client, createClient } from '../../src/client/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { Database } from '../../src/database/index.ts';
import { requestsPerMinute } from '../../src/domains/auth/contract.ts';
import type { Worker } from '../../src/jobs/index.ts';
import { openTestDatabase } from './database.ts';

export interface TestApp {
  app: App;
  database: Database;
  dataDir: string;
  /** Sends a request through the whole HTTP surface, without a port. */
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** A person with an account, and a client that acts with their API key. */
  person(email: string): Promise<Person>;
  /** Begins to run tasks, answers and files, so many at the same time. */
  work(concurrency?: number): Promise<Worker>;
  close(): Promise<void>;
}

export interface Person {
  id: string;
  email: string;
  key: string;
  client: Client;
  upload(name: string, content: string | Uint8Array, projectId?: string): Promise<Response>;
}

export const password = 'a long enough password';

/** The whole product over a fresh database, without a network port. */
export async function openTestApp(settings: Record<string, string> = {}): Promise<TestApp> {
  const { database, close } = await openTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'meta-agent-app-'));
  const config = loadConfig({
    env: { META_AGENT_DATA_DIR: dataDir, META_AGENT_LOG_LEVEL: 'error', ...settings },
    envFile: join(dataDir, 'none'),
  });
  const app = await createApp(config, { database, operatorToken: 'operator' });
  await app.follow();
  const http = app.createHttp();
  const fetch: TestApp['fetch'] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('host', '127.0.0.1');
    return Promise.resolve(http.request(path, { ...init, headers }));
  };
  const workers: Worker[] = [];
  return {
    app,
    database,
    dataDir,
    fetch,
    async person(email) {
      const call = async (path: string, body: unknown) => {
        const response = await fetch(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { authorization: 'Bearer operator' },
        });
        if (!response.ok) throw new Error(await response.text());
        return (await response.json()) as { id?: string; key?: string };
      };
      const user = await call('/api/users', { email, password });
      const { key } = await call('/api/users/keys', { email, rate_limit: requestsPerMinute });
      const client = createClient({
        key,
        fetch: (input, init) => fetch(String(input), init as RequestInit),
      });
      return {
        id: String(user.id),
        email,
        key: String(key),
        client,
        upload: (name, content, projectId) =>
          fetch(
            `/api/files?file_name=${encodeURIComponent(name)}${projectId ? `&project_id=${projectId}` : ''}`,
            {
              method: 'POST',
              body: content,
              headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
            },
          ),
      };
    },
    async work(concurrency = 2) {
      const worker = app.createWorker(concurrency);
      await worker.start();
      workers.push(worker);
      return worker;
    },
    async close() {
      for (const worker of workers) await worker.stop();
      await app.close();
      await close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
