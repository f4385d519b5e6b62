import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser } from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let user: UserPrincipal;
beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database);
});
beforeEach(async () => {
  user = await createTestUser(database);
});
afterAll(() => opened.close());

const put = (name: string, size = 100, type = 'text/plain', bucket = 'user-uploads', as = user) =>
  asUser(
    database,
    as,
    sql<{ id: string }>`insert into meta_file_metadata (bucket, file_path, file_name, mime_type, size_bytes)
      values (${bucket}, ${`${as.user_id}/${name}`}, ${name}, ${type}, ${size}) returning id`,
  ).then(([file]) => file?.id ?? '');
const usage = async () =>
  (
    await asUser(
      database,
      user,
      sql`select used_bytes::int as used, file_count as files from get_storage_summary(${user.user_id})`,
    )
  )[0];
const setQuota = (bytes: number, buckets: object = {}) =>
  asService(
    database,
    sql`insert into meta_storage_quotas (user_id, total_quota_bytes, bucket_quotas)
      values (${user.user_id}, ${bytes}, ${JSON.stringify(buckets)})`,
  );

describe('buckets', () => {
  test.each([
    ['user-uploads', 'image/png', true],
    ['user-uploads', 'text/markdown; charset=utf-8', true],
    ['user-uploads', 'application/pdf', true],
    ['user-uploads', 'application/zip', false],
    ['knowledge-base', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', true],
    ['knowledge-base', 'image/png', false],
    ['task-attachments', 'application/x-anything', true],
    ['generated-videos', 'video/mp4', true],
    ['workflow-templates', 'text/plain', false],
  ])('%s and %s: %s', async (bucket, type, accepted) => {
    const outcome = put('x', 1, type, bucket);
    if (accepted) expect(await outcome).toBeTruthy();
    else await expect(outcome).rejects.toThrow('does not take files of type');
  });

  test('too large for the bucket', async () => {
    await expect(put('big', 52_428_801)).rejects.toMatchObject({ code: 'too_large' });
    await put('just', 52_428_800);
  });

  test('a path starts with its owner and never goes up', async () => {
    for (const path of [`${admin.user_id}/x`, 'x', `${user.user_id}/../x`])
      await expect(
        asUser(
          database,
          user,
          sql`insert into meta_file_metadata (bucket, file_path, file_name, mime_type) values ('user-uploads', ${path}, 'x', 'text/plain')`,
        ),
      ).rejects.toThrow('starts with its owner');
  });
});

describe('quotas', () => {
  test('bytes and files are counted through insert, update and delete', async () => {
    const file = await put('a', 300);
    await put('b', 200);
    expect(await usage()).toEqual({ used: 500, files: 2 });
    await asUser(database, user, sql`update meta_file_metadata set size_bytes = 100 where id = ${file}`);
    expect(await usage()).toEqual({ used: 300, files: 2 });
    await asUser(database, user, sql`delete from meta_file_metadata where id = ${file}`);
    expect(await usage()).toEqual({ used: 200, files: 1 });
  });

  test('eight uploads at once never pass the quota', async () => {
    await setQuota(1000);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => put(`f${index}`, 300)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await usage()).toEqual({ used: 900, files: 3 });
    await expect(put('more', 300)).rejects.toMatchObject({ code: 'too_large' });
  });

  test('a bucket can have a limit of its own', async () => {
    await setQuota(1000, { 'voice-recordings': 150 });
    await put('a.mp3', 100, 'audio/mpeg', 'voice-recordings');
    await expect(put('b.mp3', 100, 'audio/mpeg', 'voice-recordings')).rejects.toThrow(
      'for the bucket "voice-recordings"',
    );
    await put('c.txt', 500);
  });

  test('an administrator changes a quota, its owner does not', async () => {
    await put('a', 10);
    const change = (as: UserPrincipal) =>
      asUser(
        database,
        as,
        sql`update meta_storage_quotas set total_quota_bytes = 5 where user_id = ${user.user_id} returning 1`,
      );
    expect(await change(user)).toEqual([]);
    expect(await change(admin)).toHaveLength(1);
    // What is already there stays, and can still shrink.
    await asUser(database, user, sql`update meta_file_metadata set size_bytes = 9`);
  });
});

describe('contents', () => {
  const hash = 'a'.repeat(64);
  const insert = (as: UserPrincipal) =>
    sql`insert into files (id, user_id, filename, original_name, mime_type, size, path)
      values (${hash}, ${as.user_id}, 'f', 'f', 'text/plain', 1, 'p')`;
  const own = (as: UserPrincipal) =>
    database.asService('test: the server saw the bytes', (session) => insert(as).execute(session));

  test('nobody can claim bytes by themselves', async () => {
    await expect(asUser(database, user, insert(user))).rejects.toThrow(/may not/);
  });

  test('two people can own the same bytes, and neither learns of the other', async () => {
    const second = await createTestUser(database);
    await own(user);
    await own(second);
    expect(await asUser(database, user, sql`select user_id from files`)).toEqual([{ user_id: user.user_id }]);
    await asUser(database, user, sql`delete from files`);
    expect(await asUser(database, second, sql`select id, hash from files`)).toEqual([{ id: hash, hash }]);
    expect(await asUser(database, second, sql`select file_count::int from user_file_statistics`)).toEqual([
      { file_count: 1 },
    ]);
    expect(await asUser(database, user, sql`select * from file_statistics`)).toEqual([]);
  });

  test('a file keeps its row when its content is forgotten', async () => {
    await own(user);
    const file = await put('a');
    await asUser(database, user, sql`update meta_file_metadata set file_id = ${hash} where id = ${file}`);
    await asUser(database, user, sql`delete from files`);
    expect(await asUser(database, user, sql`select user_id, file_id from meta_file_metadata`)).toEqual([
      { user_id: user.user_id, file_id: null },
    ]);
  });
});

describe('processing', () => {
  const claim = (worker: string, limit = 100) =>
    asService(
      database,
      sql<{
        id: string;
        attempt: number;
        user_id: string;
      }>`select id, attempt, user_id from claim_files_to_process(${worker}, ${limit})`,
    ).then((files) => files.filter((file) => file.user_id === user.user_id));
  const release = async (id: string, worker: string, attempt: number, status: string) =>
    (
      await asService(
        database,
        sql<{ ok: boolean }>`select release_file(${id}, ${worker}, ${attempt}, ${status}) as ok`,
      )
    )[0]?.ok;

  test('a file is read by one worker, and by another when that is lost', async () => {
    const file = await put('a');
    expect(await claim('w1')).toMatchObject([{ id: file, attempt: 1 }]);
    expect(await claim('w2')).toEqual([]);
    await asService(database, sql`update meta_file_metadata set lease_expires_at = now() where id = ${file}`);
    expect(await claim('w2')).toMatchObject([{ id: file, attempt: 2 }]);
    expect(await release(file, 'w1', 1, 'completed')).toBe(false);
    expect(await release(file, 'w2', 2, 'completed')).toBe(true);
    expect(await claim('w3')).toEqual([]);
  });

  test('a file that ends its worker five times is given up', async () => {
    const file = await put('poison');
    for (let lost = 0; lost < 5; lost++) {
      expect(await claim(`w${lost}`)).toHaveLength(1);
      await asService(
        database,
        sql`update meta_file_metadata set lease_expires_at = now() where id = ${file}`,
      );
    }
    expect(await claim('last')).toEqual([]);
    expect(await asUser(database, user, sql`select processing_status from meta_file_metadata`)).toEqual([
      { processing_status: 'failed' },
    ]);
  });

  test('passages are found by words and meaning, and the file has their mean', async () => {
    const file = await put('report.txt');
    await asUser(
      database,
      user,
      sql`insert into meta_file_chunks (file_metadata_id, ordinal, heading_path, char_start, char_end, content, embedding, embedding_model)
        values (${file}, 0, '{Finance,Budget}', 0, 9, 'ten euros', '[1,0]', 'm'), (${file}, 1, '{Finance}', 10, 19, 'one cent.', '[0,1]', 'm')`,
    );
    expect(
      await asUser(
        database,
        user,
        sql`select content from search_text('chunks', 'budget') join meta_file_chunks using (id) order by score desc`,
      ),
      // The passage beside it comes along, behind.
    ).toEqual([{ content: 'ten euros' }, { content: 'one cent.' }]);
    expect(
      await asUser(
        database,
        user,
        sql`select text_embedding::text as mean, chunk_count from meta_file_metadata`,
      ),
    ).toEqual([{ mean: '[0.5,0.5]', chunk_count: 2 }]);
    const near = await asUser(
      database,
      user,
      sql<{
        id: string;
        similarity: number;
      }>`select id, similarity from search_files_by_content(${user.user_id}, '[1,0]')`,
    );
    expect(near).toEqual([{ id: file, similarity: 1 }]);
    const stranger = await createTestUser(database);
    expect(
      await asUser(database, stranger, sql`select from search_files_by_content(${user.user_id}, '[1,0]')`),
    ).toEqual([]);
    await asUser(database, user, sql`delete from meta_file_chunks where ordinal = 1`);
    expect(
      await asUser(
        database,
        user,
        sql`select text_embedding::text as mean, chunk_count from meta_file_metadata`,
      ),
    ).toEqual([{ mean: '[1,0]', chunk_count: 1 }]);
  });
});
