import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';

// Every list gives each row once, newest first, however small its pages are.
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
});
afterAll(() => app.close());

async function pages<T>(
  read: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await read(cursor);
    all.push(...items);
    if (next === null) return all;
    cursor = next;
  }
}

const ids = (rows: { id: string }[]): string[] => rows.map((row) => row.id);

test('pages cover each list once and in order', async () => {
  const { client } = ada;
  const project = await client.projects.create({ name: 'One' });
  for (let n = 0; n < 6; n++) {
    await client.projects.create({ name: `Project ${n}` });
    await client.memory.create({ content: `Fact number ${n}` });
    await client.conversations.create({ title: `Chat ${n}` });
    await client.projects.createDecision({ project_id: project.id, decision_text: `Decision ${n}` });
    await ada.upload(`file-${n}.md`, `# File ${n}`);
    await app.person(`user-${n}@example.org`);
  }
  const lists = {
    projects: (limit: number, cursor?: string) => client.projects.list({ limit, cursor }),
    memory: (limit: number, cursor?: string) => client.memory.list({ limit, cursor }),
    conversations: (limit: number, cursor?: string) => client.conversations.list({ limit, cursor }),
    decisions: (limit: number, cursor?: string) =>
      client.projects.listDecisions({ project_id: project.id, limit, cursor }),
    files: (limit: number, cursor?: string) => client.files.list({ limit, cursor }),
    users: (limit: number, cursor?: string) => client.auth.listUsers({ limit, cursor }),
    audit: (limit: number, cursor?: string) => client.auth.listAudit({ limit, cursor }),
  };
  for (const [name, list] of Object.entries(lists)) {
    const whole = ids((await list(200)).items);
    expect(whole.length, name).toBeGreaterThanOrEqual(6);
    expect(ids(await pages<{ id: string }>((cursor) => list(2, cursor))), name).toEqual(whole);
  }
});

test('rows of the same millisecond are neither skipped nor repeated', async () => {
  await app.database.withOwner((owner) =>
    owner.query(
      `insert into meta_projects (name, owner_id, created_at)
       select 'same ' || n, $1, timestamptz '2030-01-01 00:00:00.123' + n * interval '1 microsecond'
       from generate_series(1, 9) n`,
      [ada.id],
    ),
  );
  const read = (limit: number, cursor?: string) =>
    ada.client.projects.list({ search: 'same', limit, cursor });
  const whole = ids((await read(200)).items);
  expect(whole).toHaveLength(9);
  expect(ids(await pages<{ id: string }>((cursor) => read(2, cursor)))).toEqual(whole);
});

test('a made-up cursor is refused with what to do', async () => {
  await expect(ada.client.projects.list({ cursor: 'nonsense' })).rejects.toMatchObject({
    problem: { code: 'invalid_input', fix: expect.stringContaining('next') },
  });
});
