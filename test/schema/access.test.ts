import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import {
  asService,
  asUser,
  createProject,
  createTask,
  type Project,
  row,
  rows,
  withAgent,
} from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let owner: UserPrincipal;
let editor: UserPrincipal;
let viewer: UserPrincipal;
let stranger: UserPrincipal;
let project: Project;
let task: string;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database);
  owner = await createTestUser(database);
  editor = await createTestUser(database);
  viewer = await createTestUser(database);
  stranger = await createTestUser(database);
  project = await createProject(database, owner);
  task = await createTask(database, owner, project, 'Write');
  await asUser(
    database,
    owner,
    sql`insert into meta_project_members (project_id, user_id, role)
      values (${project.id}, ${editor.user_id}, 'editor'), (${project.id}, ${viewer.user_id}, 'viewer')`,
  );
  await database.as(owner, async (session) => {
    await rows(
      session,
      sql`insert into meta_budgets (project_id, model_tier, allocated_tokens) values (${project.id}, 'sonnet', 10)`,
    );
    await rows(
      session,
      sql`insert into meta_decisions (project_id, decision_text) values (${project.id}, 'Use SQL')`,
    );
    await rows(
      session,
      sql`insert into meta_artifacts (task_id, name, type, storage_path, content)
      values (${task}, 'Report', 'document', ${`${owner.user_id}/report.md`}, 'text')`,
    );
    await rows(session, sql`select * from store_memory(${owner.user_id}, 'Shared fact', ${project.id})`);
    await rows(session, sql`select * from store_memory(${owner.user_id}, 'Private fact')`);
    const { id } = await row(
      session,
      sql<{ id: string }>`insert into meta_conversations (project_id, title)
      values (${project.id}, 'Talk') returning id`,
    );
    await rows(
      session,
      sql`insert into meta_messages (conversation_id, role, content) values (${id}, 'user', 'Hello')`,
    );
    await rows(
      session,
      sql`insert into meta_file_metadata (bucket, file_path, file_name, mime_type, project_id)
      values ('user-uploads', ${`${owner.user_id}/a.txt`}, 'a.txt', 'text/plain', ${project.id})`,
    );
    await rows(session, sql`insert into user_settings (active_preset) values ('precise')`);
    await rows(
      session,
      sql`insert into model_providers (name, kind, secret_encrypted) values ('Mine', 'openai', 'ciphertext')`,
    );
  });
  await asService(
    database,
    sql`insert into meta_task_runs (task_id, agent_id, model_used) values (${task}, 'writer', 'm')`,
  );
});
afterAll(() => opened.close());

const shared = [
  'meta_projects',
  'meta_project_members',
  'meta_workstreams',
  'meta_tasks',
  'meta_task_runs',
  'meta_artifacts',
  'meta_decisions',
  'meta_budgets',
  'meta_conversations',
  'meta_messages',
  'meta_file_metadata',
  'meta_task_history',
  'meta_project_history',
  'meta_memory_facts',
];
const own = ['user_settings', 'model_providers'];
const count = async (user: UserPrincipal, table: string): Promise<number> => {
  const [first] = await asUser(
    database,
    user,
    sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`,
  );
  return first?.n ?? 0;
};

describe('what a project shares', () => {
  test.each(shared)('%s: members read it, a stranger sees nothing', async (table) => {
    expect(await count(viewer, table)).toBeGreaterThan(0);
    expect(await count(editor, table)).toBe(await count(viewer, table));
    expect(await count(stranger, table)).toBe(0);
  });

  test.each(own)("%s: the owner's alone", async (table) => {
    expect(await count(owner, table)).toBe(1);
    expect(await count(editor, table)).toBe(0);
  });

  test('a private fact stays private', async () => {
    const seen = await asUser(
      database,
      editor,
      sql<{ content: string }>`select content from meta_memory_facts`,
    );
    expect(seen.map(({ content }) => content)).toEqual(['Shared fact']);
  });

  test.each([...shared, ...own])(
    "%s: the administrator reads it, the administrator's agent does not",
    async (table) => {
      expect(await count(admin, table)).toBeGreaterThan(0);
      expect(await count(withAgent(admin), table)).toBe(0);
    },
  );
});

describe('writing', () => {
  const change = (user: UserPrincipal, statement: RawBuilder<unknown>) =>
    asUser(database, user, statement).then((changed) => changed.length);

  test('a viewer changes nothing', async () => {
    expect(await change(viewer, sql`update meta_tasks set title = 'x' returning id`)).toBe(0);
    expect(await change(viewer, sql`update meta_projects set name = 'x' returning id`)).toBe(0);
    expect(await change(viewer, sql`delete from meta_artifacts returning id`)).toBe(0);
    await expect(
      change(viewer, sql`insert into meta_tasks (workstream_id, title) values (${project.workstream}, 'x')`),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('an editor changes the work, not who shares it', async () => {
    expect(
      await change(editor, sql`update meta_tasks set priority = 6 where id = ${task} returning id`),
    ).toBe(1);
    expect(await change(editor, sql`update meta_project_members set role = 'owner' returning role`)).toBe(0);
    expect(await change(editor, sql`delete from meta_projects returning id`)).toBe(0);
    await expect(
      change(
        editor,
        sql`insert into meta_project_members (project_id, user_id, role)
        values (${project.id}, ${stranger.user_id}, 'owner')`,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a stranger cannot put a row into the project', async () => {
    for (const statement of [
      sql`insert into meta_workstreams (project_id, name) values (${project.id}, 'x')`,
      sql`insert into meta_decisions (project_id, decision_text) values (${project.id}, 'x')`,
      sql`insert into meta_conversations (project_id) values (${project.id})`,
      sql`select * from store_memory(${stranger.user_id}, 'Planted', ${project.id})`,
      sql`insert into meta_projects (name, owner_id) values ('x', ${owner.user_id})`,
    ])
      await expect(change(stranger, statement)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('nobody writes what the system keeps', async () => {
    for (const statement of [
      sql`update meta_tasks set attempt = 7`,
      sql`update meta_tasks set lease_owner = 'me'`,
      sql`update meta_budgets set used_tokens = 0`,
      sql`update meta_conversations set total_cost = 0`,
      sql`insert into meta_task_runs (task_id, agent_id, model_used) values (${task}, 'x', 'x')`,
      sql`insert into meta_task_history (project_id, subject_id, task_title, change_type)
        values (${project.id}, ${task}, 'x', 'deleted')`,
      sql`insert into api_usage (provider, model, endpoint) values ('x', 'x', 'chat')`,
      sql`insert into auth_audit_log (event_type) values ('x')`,
      sql`update users set password_hash = 'x'`,
    ])
      await expect(change(owner, statement)).rejects.toMatchObject({
        code: 'forbidden',
      });
  });

  test('nobody reads a secret', async () => {
    for (const statement of [
      sql`select secret_encrypted from model_providers`,
      sql`select password_hash from users`,
      sql`select token_hash from sessions`,
      sql`select key_hash from api_keys`,
      sql`select share_token_hash from meta_conversation_shares`,
      sql`select * from setup_tokens`,
      sql`select * from find_conversation_share('x')`,
      sql`select * from validate_session('x')`,
    ])
      await expect(asUser(database, owner, statement)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await asUser(database, owner, sql`select has_secret from model_providers`)).toEqual([
      { has_secret: true },
    ]);
  });

  test("an artifact cannot point into another person's folder", async () => {
    await expect(
      change(
        editor,
        sql`insert into meta_artifacts (task_id, name, type, storage_path)
        values (${task}, 'Theft', 'document', ${`${stranger.user_id}/diary.txt`})`,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('members read the files of their project by name, and only those', async () => {
    await asUser(
      database,
      owner,
      sql`insert into storage.objects (bucket_id, name)
      values ('user-uploads', ${`${owner.user_id}/a.txt`}), ('user-uploads', ${`${owner.user_id}/private.txt`})`,
    );
    const seen = await asUser(database, viewer, sql<{ name: string }>`select name from storage.objects`);
    expect(seen.map(({ name }) => name)).toEqual([`${owner.user_id}/a.txt`]);
    expect(await asUser(database, stranger, sql`select from storage.objects`)).toEqual([]);
  });
});

describe('agents', () => {
  test.each<[string, () => RawBuilder<unknown>]>([
    ['approve a task', () => sql`update meta_tasks set approved_at = now()`],
    ['answer a question', () => sql`update meta_tasks set answer = 'yes'`],
    ['raise a budget', () => sql`update meta_budgets set allocated_tokens = 1000000`],
    [
      'invite somebody',
      () =>
        sql`insert into meta_project_members (project_id, user_id) values (${project.id}, ${stranger.user_id})`,
    ],
    [
      'share a conversation',
      () => sql`insert into meta_conversation_shares (conversation_id, share_token_hash)
      select id, 'x' from meta_conversations`,
    ],
    ['change a provider', () => sql`update model_providers set base_url = 'http://example.org'`],
    ['change the account', () => sql`update users set name = 'x'`],
  ])('cannot %s', async (_what, statement) => {
    await expect(asUser(database, withAgent(owner), statement())).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('accounts', () => {
  test('the first person is super_admin, the others are users', () => {
    expect([admin.role, owner.role, stranger.role]).toEqual(['super_admin', 'user', 'user']);
  });

  test("role and status are an administrator's to change, and one super_admin stays", async () => {
    await expect(asUser(database, owner, sql`update users set role = 'admin'`)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await asUser(database, admin, sql`update users set role = 'admin' where id = ${stranger.user_id}`);
    await expect(
      asUser(database, stranger, sql`update users set role = 'super_admin' where id = ${owner.user_id}`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      asUser(database, admin, sql`update users set role = 'user' where id = ${admin.user_id}`),
    ).rejects.toThrow('last active super_admin');
    await asUser(database, admin, sql`update users set role = 'user' where id = ${stranger.user_id}`);
  });

  test('a suspended administrator is none', async () => {
    const second = await createTestUser(database);
    await asUser(database, admin, sql`update users set role = 'admin' where id = ${second.user_id}`);
    expect(await count(second, 'meta_projects')).toBeGreaterThan(0);
    await asUser(database, admin, sql`update users set status = 'suspended' where id = ${second.user_id}`);
    expect(await count(second, 'meta_projects')).toBe(0);
  });

  test('deleting an identity takes everything of theirs and nothing of others', async () => {
    const leaver = await createTestUser(database);
    const theirs = await createProject(database, leaver, 'Leaving');
    await createTask(database, leaver, theirs, 'Task');
    await asUser(
      database,
      leaver,
      sql`insert into meta_project_members (project_id, user_id) values (${theirs.id}, ${owner.user_id})`,
    );
    await asService(database, sql`select log_auth_event(${leaver.user_id}, 'sign_in')`);
    const before = await count(owner, 'meta_tasks');
    await asService(database, sql`delete from auth.users where id = ${leaver.user_id}`);
    expect(await asService(database, sql`select from users where id = ${leaver.user_id}`)).toEqual([]);
    expect(await asService(database, sql`select from meta_tasks where project_id = ${theirs.id}`)).toEqual(
      [],
    );
    expect(await count(owner, 'meta_tasks')).toBe(before - 1);
    expect(
      await asService(database, sql`select user_id from auth_audit_log where event_type = 'sign_in'`),
    ).toEqual([{ user_id: null }]);
  });
});
