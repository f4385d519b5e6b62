import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStorage } from './open.ts';
import type { StorageProvider } from './port.ts';
import { S3Server, s3Keys } from './testing/s3-server.ts';
import { SupabaseServer, serviceKey } from './testing/supabase-server.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const bucket = 'user-uploads';

let root: string;
let s3: S3Server;
let supabase: SupabaseServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'storage-'));
  [s3, supabase] = [await S3Server.start(), await SupabaseServer.start()];
});
afterAll(async () => {
  await Promise.all([s3.wire.close(), supabase.wire.close(), rm(root, { recursive: true })]);
});

const openS3 = (): StorageProvider =>
  openStorage({ kind: 's3', endpoint: s3.wire.url, bucket: 'main', ...s3Keys });
const openSupabase = (): StorageProvider =>
  openStorage({ kind: 'supabase', url: supabase.wire.url, serviceKey });
const openLocal = (): StorageProvider => openStorage({ kind: 'local', root });

async function textOf(
  storage: StorageProvider,
  key: string,
  range?: { start: number; end?: number },
): Promise<string> {
  return new Response((await storage.get(bucket, key, { range })).body).text();
}

/** Pieces of a stream, that a test may break off. */
async function* pieces(count: number, size: number, fail?: Error): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i += 1) yield new Uint8Array(size).fill(65 + i);
  if (fail !== undefined) throw fail;
}

describe.each([
  ['local', openLocal],
  ['s3', openS3],
  ['supabase', openSupabase],
])('contract: %s', (kind, open) => {
  const storage = (): StorageProvider => open();

  test('what is put is got, with its size, hash and type', async () => {
    const content = bytes('Grüße, world');
    expect(await storage().put(bucket, 'a/b.txt', content, { contentType: 'text/plain' })).toEqual({
      size: content.length,
      sha256: hash(content),
    });
    const got = await storage().get(bucket, 'a/b.txt');
    expect(got).toMatchObject({ size: content.length, contentType: 'text/plain' });
    expect(await new Response(got.body).text()).toBe('Grüße, world');
    expect(await storage().head(bucket, 'a/b.txt')).toMatchObject({
      key: 'a/b.txt',
      size: content.length,
      modifiedAt: expect.stringMatching(/^\d{4}-/),
    });
  });

  test('a stream of many megabytes arrives whole', async () => {
    const parts: Uint8Array[] = [];
    for await (const piece of pieces(36, 1024 * 1024)) parts.push(piece);
    const all = Buffer.concat(parts);
    expect(await storage().put(bucket, 'large.bin', pieces(36, 1024 * 1024))).toEqual({
      size: all.length,
      sha256: hash(all),
    });
    const got = Buffer.from(
      await new Response((await storage().get(bucket, 'large.bin')).body).arrayBuffer(),
    );
    expect(hash(got)).toBe(hash(all));
  });

  test('ranges are inclusive and cut at the end', async () => {
    await storage().put(bucket, 'digits', bytes('0123456789'));
    expect(await textOf(storage(), 'digits', { start: 2, end: 4 })).toBe('234');
    expect(await textOf(storage(), 'digits', { start: 7 })).toBe('789');
    expect(await textOf(storage(), 'digits', { start: 8, end: 99 })).toBe('89');
    expect((await storage().get(bucket, 'digits', { range: { start: 2, end: 4 } })).size).toBe(10);
    await expect(storage().get(bucket, 'digits', { range: { start: 10 } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('an empty object is an object', async () => {
    expect(await storage().put(bucket, 'empty', new Uint8Array())).toEqual({
      size: 0,
      sha256: hash(new Uint8Array()),
    });
    expect(await textOf(storage(), 'empty')).toBe('');
    expect(await textOf(storage(), 'empty', { start: 0 })).toBe('');
    expect(await storage().head(bucket, 'empty')).toMatchObject({ size: 0 });
  });

  test('putting again replaces; deleting twice succeeds; what is gone is not found', async () => {
    await storage().put(bucket, 'again', bytes('one'));
    await storage().put(bucket, 'again', bytes('two'));
    expect(await textOf(storage(), 'again')).toBe('two');
    await storage().delete(bucket, 'again');
    await storage().delete(bucket, 'again');
    expect(await storage().head(bucket, 'again')).toBeNull();
    await expect(storage().get(bucket, 'again')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a source that breaks or an abort leaves the old content', async () => {
    await storage().put(bucket, 'kept', bytes('old'));
    await expect(
      storage().put(bucket, 'kept', pieces(20, 1024 * 1024, new Error('source broke'))),
    ).rejects.toThrow('source broke');
    const abort = new AbortController();
    const stream = (async function* () {
      yield* pieces(2, 10);
      abort.abort(new Error('cancelled'));
      yield* pieces(2, 10);
    })();
    await expect(storage().put(bucket, 'kept', stream, { signal: abort.signal })).rejects.toThrow(
      'cancelled',
    );
    expect(await textOf(storage(), 'kept')).toBe('old');
  });

  test('keys of any letters, one the folder of another, and as long as allowed', async () => {
    const keys = [
      'x',
      'x/y',
      "it's 100% (a+b)=c&d",
      'räksmörgås/日本/🙂.txt',
      '.hidden/..x',
      'x'.repeat(1024),
    ];
    for (const key of keys) await storage().put(bucket, key, bytes(key));
    for (const key of keys) expect(await textOf(storage(), key)).toBe(key);
    expect((await storage().list(bucket, { prefix: 'räk' })).map(({ key }) => key)).toEqual([
      'räksmörgås/日本/🙂.txt',
    ]);
  });

  test('lists by prefix in byte order, page by page, and nothing of other buckets', async () => {
    const keys = ['list/a', 'list/a/b', 'list/a b', 'list/B', 'list/ä', 'list/c'];
    for (const key of keys) await storage().put(bucket, key, bytes(key));
    await storage().put('other-bucket', 'list/other', bytes('x'));
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const listed = await storage().list(bucket, { prefix: 'list/' });
    expect(listed.map(({ key }) => key)).toEqual(sorted);
    expect(listed.map(({ size }) => size)).toEqual(sorted.map((key) => Buffer.byteLength(key)));
    const first = await storage().list(bucket, { prefix: 'list/', limit: 3 });
    const rest = await storage().list(bucket, { prefix: 'list/', after: first.at(-1)?.key });
    expect([...first, ...rest].map(({ key }) => key)).toEqual(sorted);
    expect(await storage().list('empty-bucket')).toEqual([]);
  });

  test.each(['', '/a', 'a//b', '../a', 'a/../../b', 'a/.', '..', 'a\\b', 'a\0b', 'a\n', 'x'.repeat(1025)])(
    'refuses the key %j',
    async (key) => {
      for (const call of [
        storage().put(bucket, key, bytes('x')),
        storage().get(bucket, key),
        storage().head(bucket, key),
        storage().delete(bucket, key),
      ]) {
        await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
      }
    },
  );

  test.each(['..', 'a', 'A-b', '../up', 'a/b', 'a..b'])('refuses the bucket %j', async (name) => {
    await expect(storage().put(name, 'k', bytes('x'))).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test(`is ${kind}`, () => expect(storage().kind).toBe(kind));
});

test('local: a broken upload leaves no file behind', async () => {
  await expect(openLocal().put(bucket, 'broken', pieces(2, 10, new Error('broke')))).rejects.toThrow('broke');
  expect(await readdir(join(root, 'incoming'))).toEqual([]);
  expect(await openLocal().head(bucket, 'broken')).toBeNull();
});

test('s3: a broken multipart upload is given up at the store', async () => {
  await expect(openS3().put(bucket, 'broken', pieces(40, 1024 * 1024, new Error('broke')))).rejects.toThrow(
    'broke',
  );
  expect(s3.uploads.size).toBe(0);
  expect(s3.wire.received.some(({ method, url }) => method === 'DELETE' && url.includes('uploadId='))).toBe(
    true,
  );
});

test('remote stores: wrong keys and a store that is not there are told apart, and no key is shown', async () => {
  const wrong = openStorage({
    kind: 's3',
    endpoint: s3.wire.url,
    bucket: 'main',
    ...s3Keys,
    secretAccessKey: 'wrong-secret',
  });
  const refused = await wrong.put(bucket, 'k', bytes('x')).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'provider_failed',
    message: expect.stringContaining('SignatureDoesNotMatch & more'),
  });
  expect(String(refused)).not.toContain('wrong-secret');
  const other = openStorage({ kind: 'supabase', url: supabase.wire.url, serviceKey: 'not-the-key' });
  await expect(other.put(bucket, 'k', bytes('x'))).rejects.toMatchObject({
    code: 'provider_failed',
    message: expect.stringContaining('403'),
  });
  const gone = openStorage({ kind: 's3', endpoint: 'http://127.0.0.1:9', bucket: 'main', ...s3Keys });
  await expect(gone.head(bucket, 'k')).rejects.toMatchObject({ code: 'unavailable' });
});
