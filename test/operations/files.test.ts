import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { File } from '../../src/domains/files/contract.ts';
import { sha256 } from '../../src/kernel/ids.ts';
import { makeDocx, makePdf } from '../../src/providers/extraction/testing/make.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { until } from '../harness/until.ts';

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  // The first account is the administrator; the people of these tests are none.
  await app.person('root@example.org');
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  await app.work();
});
afterAll(() => app.close());

const megabyte = 1024 * 1024;

async function upload(who: Person, name: string, content: string | Uint8Array, project_id?: string) {
  const response = await who.upload(name, content, project_id);
  const body = await response.json();
  if (response.status !== 201) throw new Error(JSON.stringify(body));
  return body as File;
}

/** Waits until the file was read, or could not be. */
const read = (who: Person, { id }: File) =>
  until(async () => {
    const file = await who.client.files.get({ id });
    return file.processing_status === 'completed' || file.processing_status === 'failed' ? file : undefined;
  }, 'the file is read');

/** Contents on the disk, by their checksum, with the path of each. */
const stored = (): { checksum: string; path: string }[] =>
  readdirSync(join(app.dataDir, 'storage', 'objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ checksum: name.slice(0, 64), path: join(parentPath, name) }));
const copies = (content: string | Uint8Array) =>
  stored().filter(({ checksum }) => checksum === sha256(content));
const holds = (content: string | Uint8Array): boolean => copies(content).length > 0;

describe('what cannot be taken', () => {
  const refusal = async (name: string, content: string | Uint8Array, query = '') => {
    const response = await app.fetch(`/api/files?file_name=${encodeURIComponent(name)}${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.key}` },
      body: content,
    });
    return { status: response.status, body: (await response.json()) as { code: string; detail: string } };
  };

  test('nothing is refused as empty', async () => {
    expect((await refusal('empty.md', '')).body).toMatchObject({
      code: 'invalid_input',
      detail: 'The file is empty.',
      fix: expect.any(String),
    });
  });

  test('200 MB are refused before they come when declared, and at the limit when not', async () => {
    let sent = 0;
    const stream = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent >= 200 * megabyte) return controller.close();
          sent += megabyte;
          controller.enqueue(new Uint8Array(megabyte).fill(65));
        },
      });
    const ask = (headers: Record<string, string>) =>
      app.fetch('/api/files?file_name=big.txt', {
        method: 'POST',
        headers: { authorization: `Bearer ${ada.key}`, ...headers },
        body: stream(),
        duplex: 'half',
      } as RequestInit);
    const declared = await ask({ 'content-length': String(200 * megabyte) });
    expect(await declared.json()).toMatchObject({
      code: 'too_large',
      detail: expect.stringContaining('50 MB'),
    });
    expect(sent).toBeLessThan(5 * megabyte);
    const streamed = await ask({});
    expect(await streamed.json()).toMatchObject({ code: 'too_large', status: 413, fix: expect.any(String) });
    expect(sent).toBeLessThan(60 * megabyte);
    expect(readdirSync(join(app.dataDir, 'tmp'))).toEqual([]);
  });

  test('the content decides the type, not the name', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
    const asked = await refusal('report.pdf', png, '&bucket=knowledge-base');
    expect(asked).toMatchObject({ status: 415, body: { code: 'unsupported_type' } });
    expect(asked.body.detail).toContain('image/png');
    const program = Buffer.from(`7f454c4602010100${'00'.repeat(120)}`, 'hex');
    expect((await refusal('notes.md', program)).body.code).toBe('unsupported_type');
    expect(holds(program)).toBe(false);
  });

  test('a bucket or project that does not exist is named', async () => {
    expect((await refusal('a.md', 'a', '&bucket=secrets')).body.code).toBe('invalid_input');
    const nobody = '&project_id=00000000-0000-4000-8000-000000000000';
    expect((await refusal('a.md', 'a', nobody)).status).toBe(404);
    expect((await refusal('a.md', 'a', '&project_id=1')).status).toBe(400);
  });

  test.each<[string, Uint8Array | string]>([
    ['a torn PDF', makePdf([['A page of text that is long enough.']]).subarray(0, 200)],
    ['a PDF in name only', '%PDF-1.7\nnothing that follows is a PDF'],
  ])('%s is kept, and says why it cannot be read', async (_name, content) => {
    const file = await read(ada, await upload(ada, 'broken.pdf', content));
    expect(file.processing_status).toBe('failed');
    expect(file.processing_error).toMatch(/\.$/);
    await expect(ada.client.files.text({ id: file.id })).rejects.toMatchObject({
      problem: { code: 'unprocessable', fix: expect.any(String) },
    });
    const bytes = await app.fetch(`/api/files/${file.id}/content`, {
      headers: { authorization: `Bearer ${ada.key}` },
    });
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(Buffer.from(content));
  });

  test.each<[string, string, string | null]>([
    ['up and away', '../../etc/passwd', 'passwd'],
    ['from the root', '/etc/shadow', 'shadow'],
    ['of Windows', 'C:\\Windows\\system.ini', 'system.ini'],
    ['the folder above', '..', null],
    ['this folder', '.', null],
    ['nothing', '', null],
    ['with NUL', 'a\u0000b.md', 'ab.md'],
    ['with a line break', 'line\r\nbreak.md', 'linebreak.md'],
    ['written backwards', '\u202efdp.exe.md', 'fdp.exe.md'],
    ['hidden', '.htaccess', 'htaccess'],
    ['of 10 KB', `${'n'.repeat(10_000)}.md`, `${'n'.repeat(197)}.md`],
    ['that would end a header', '"quoted";x=y.md', 'quoted;x=y.md'],
    ['of every script', 'über 漢字 🧪.md', 'über 漢字 🧪.md'],
  ])('a name %s is made harmless', async (what, name, expected) => {
    const answer = await ada.upload(name, `text of ${what}`);
    if (expected === null) {
      expect(await answer.json()).toMatchObject({ code: 'invalid_input', fix: expect.any(String) });
      return;
    }
    const { id, file_name, file_path } = (await answer.json()) as File;
    expect(file_name).toBe(expected);
    expect(file_path.split('/')).toEqual([ada.id, id, expected]);
    const content = await app.fetch(`/api/files/${id}/content`, {
      headers: { authorization: `Bearer ${ada.key}` },
    });
    expect(await content.text()).toBe(`text of ${what}`);
  });
});

describe('contents', () => {
  test('two people have the same bytes once; deleting one keeps the other’s; deleting both frees the space', async () => {
    const text = '# The shared text\n\nBoth of them have it.\n';
    const hers = await upload(ada, 'hers.md', text);
    const his = await upload(bob, 'his.md', text);
    expect(copies(text)).toHaveLength(1);
    await read(ada, hers);
    await read(bob, his);
    await ada.client.files.delete({ id: hers.id });
    expect((await bob.client.files.text({ id: his.id })).text).toContain('Both of them');
    const content = await app.fetch(`/api/files/${his.id}/content`, {
      headers: { authorization: `Bearer ${bob.key}` },
    });
    expect(await content.text()).toBe(text);
    expect(holds(text)).toBe(true);
    await bob.client.files.delete({ id: his.id });
    expect(holds(text)).toBe(false);
  });

  test('the same upload again is another file with the same text, known at once', async () => {
    const text = 'Read once, used twice.';
    const first = await read(ada, await upload(ada, 'one.txt', text));
    const second = await read(ada, await upload(ada, 'two.txt', text));
    expect(second.id).not.toBe(first.id);
    expect((await ada.client.files.text({ id: second.id })).text).toBe(text);
    await ada.client.files.delete({ id: first.id });
    expect((await ada.client.files.text({ id: second.id })).text).toBe(text);
  });

  test('many uploads of the same bytes at once, and deletions among them, lose nothing', async () => {
    const text = 'All at the same time.';
    const files = await Promise.all(
      Array.from({ length: 6 }, (_, index) => upload(index % 2 ? ada : bob, `f${index}.txt`, text)),
    );
    await Promise.all([
      ...files.slice(0, 5).map((file, index) => (index % 2 ? ada : bob).client.files.delete({ id: file.id })),
      upload(bob, 'last.txt', text),
    ]);
    expect(holds(text)).toBe(true);
    const left = (await ada.client.files.list({ search: 'f5.txt' })).items;
    expect(left).toHaveLength(1);
  });

  test('bytes that nothing refers to are swept away after an hour', async () => {
    const text = 'Its project goes.';
    const { id: project_id } = await ada.client.projects.create({ name: 'Gone soon' });
    const file = await read(ada, await upload(ada, 'gone.txt', text, project_id));
    await app.database.withOwner((owner) =>
      owner.query('delete from meta_file_metadata where id = $1', [file.id]),
    );
    const hours = Date.now() / 1000 - 2 * 3_600;
    for (const { path } of copies(text)) utimesSync(path, hours, hours);
    // What a killed server had received of an upload.
    const begun = join(app.dataDir, 'tmp', 'begun');
    const left = join(app.dataDir, 'tmp', 'left');
    for (const path of [begun, left]) writeFileSync(path, 'half a fi');
    utimesSync(left, hours, hours);
    app.app.keepHouse()();
    await expect.poll(() => holds(text)).toBe(false);
    expect(existsSync(left)).toBe(false);
    expect(existsSync(begun)).toBe(true);
    // What was uploaded just now may be on its way in.
    expect(stored().length).toBeGreaterThan(0);
  });
});

test('the quota holds when many upload at once', async () => {
  const eve = await app.person('eve@example.org');
  await upload(eve, 'first.txt', 'x'.repeat(1_000));
  await app.database.withOwner((owner) =>
    owner.query('update meta_storage_quotas set total_quota_bytes = 5000 where user_id = $1', [eve.id]),
  );
  const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(1_000));
  const answers = await Promise.all(contents.map((content, index) => eve.upload(`q${index}.txt`, content)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
  const refused = answers.find(({ status }) => status !== 201);
  expect(await refused?.json()).toMatchObject({
    code: 'too_large',
    detail: expect.stringContaining('quota'),
    fix: 'Delete files, or ask an administrator for more space.',
  });
  expect(await eve.client.files.quota({})).toMatchObject({ used_bytes: 5_000, file_count: 5 });
  // What was refused takes no space.
  expect(contents.filter(holds)).toHaveLength(4);
});

describe('files of a project', () => {
  test('rename, tag and move; search stays inside the project', async () => {
    const here = await ada.client.projects.create({ name: 'Here' });
    const there = await ada.client.projects.create({ name: 'There' });
    const file = await read(ada, await upload(ada, 'otters.md', '# Otters\n\nOtters hold hands.\n', here.id));
    const search = async (project_id: string) =>
      (await ada.client.files.search({ query: 'otters hold hands', project_id })).items.map(
        ({ file_name }) => file_name,
      );
    expect(await search(here.id)).toEqual(['otters.md']);
    expect(await search(there.id)).toEqual([]);
    const moved = await ada.client.files.update({
      id: file.id,
      file_name: '../sea otters.md',
      tags: ['animals'],
      project_id: there.id,
    });
    expect(moved).toMatchObject({ file_name: 'sea otters.md', tags: ['animals'], project_id: there.id });
    expect(await search(here.id)).toEqual([]);
    expect(await search(there.id)).toEqual(['sea otters.md']);
    await expect(bob.client.files.update({ id: file.id, project_id: null })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
    const his = await bob.client.projects.create({ name: 'His' });
    await expect(ada.client.files.update({ id: file.id, project_id: his.id })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
  });

  test('PDF, Word, HTML and Markdown are read', async () => {
    const documents: [string, Uint8Array | string][] = [
      ['a.pdf', makePdf([['The quokka smiles on this page.']])],
      ['b.docx', makeDocx([{ text: 'The quokka smiles in Word.' }])],
      ['c.html', '<html><body><p>The quokka smiles on the web.</p><script>secret()</script></body></html>'],
      ['d.md', readFileSync(new URL('../fixtures/DATABASE_SCHEMA.md', import.meta.url), 'utf8')],
    ];
    for (const [name, content] of documents) {
      const file = await read(ada, await upload(ada, name, content));
      expect(file, name).toMatchObject({ processing_status: 'completed', processing_error: null });
      const { text } = await ada.client.files.text({ id: file.id });
      expect(text).toContain(name === 'd.md' ? 'meta_projects' : 'The quokka smiles');
      expect(text).not.toContain('secret()');
    }
  });
});
