import { afterAll, beforeAll, expect, test } from 'vitest';
import yazl from 'yazl';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
});
afterAll(() => app.close());

const head = (name: string) => `---\nname: ${name}\ndescription: Does ${name}.\n---\nDo it.\n`;

type Member = [path: string, content: string | Buffer, mode?: number];

async function zipOf(members: Member[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [path, content, mode] of members)
    zip.addBuffer(Buffer.from(content), path, mode === undefined ? {} : { mode });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const send = (person: Person, bytes: Uint8Array) =>
  app.fetch('/api/skills/zip', {
    method: 'POST',
    body: bytes as Uint8Array<ArrayBuffer>,
    headers: { authorization: `Bearer ${person.key}` },
  });

test('a skill goes out as a zip and comes back the same, for somebody else as well', async () => {
  const files = {
    'SKILL.md': head('to-travel'),
    'references/guide.md': 'Grüße – “guide”\n',
    'run.py': 'print(1)\n',
  };
  const { id } = await ada.client.extensions.importSkill({ files });
  const response = await app.fetch(`/api/skills/${id}/zip`, {
    headers: { authorization: `Bearer ${ada.key}` },
  });
  expect(response.headers.get('content-disposition')).toContain('to-travel.zip');
  const bytes = new Uint8Array(await response.arrayBuffer());
  const back = await send(bob, bytes);
  expect(back.status).toBe(201);
  const skill = (await back.json()) as { id: string; name: string };
  expect(skill.name).toBe('to-travel');
  expect(await bob.client.extensions.exportSkill({ id: skill.id })).toEqual({ files });
  // A stranger does not get a private one.
  const refused = await app.fetch(`/api/skills/${id}/zip`, {
    headers: { authorization: `Bearer ${bob.key}` },
  });
  expect(refused.status).toBe(404);
});

test('what file managers leave in a zip is passed over', async () => {
  const bytes = await zipOf([
    ['tidy/SKILL.md', head('tidy')],
    ['__MACOSX/tidy/._SKILL.md', Buffer.from([0, 5, 22, 7])],
    ['tidy/.DS_Store', Buffer.from([0, 0, 0, 1])],
  ]);
  const response = await send(ada, bytes);
  expect(await response.json()).toMatchObject({ name: 'tidy', files: [] });
});

/** A name that the writer would refuse: as long as the one it takes the place of. */
async function renamed(from: string, to: string): Promise<Buffer> {
  const bytes = await zipOf([
    ['SKILL.md', head('evil')],
    [from, 'evil'],
  ]);
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

test.each<[string, () => Promise<Buffer>, number, string]>([
  ['a way out of the folder', () => renamed('aa/evil.md', '../evil.md'), 422, 'outside of its folder'],
  ['a path from the root', () => renamed('aa/evil.md', '/a/evil.md'), 422, 'outside of its folder'],
  [
    'a link',
    () =>
      zipOf([
        ['SKILL.md', head('evil')],
        ['passwd', '/etc/passwd', 0o120777],
      ]),
    422,
    'is a link',
  ],
  [
    'a bomb',
    () =>
      zipOf([
        ['SKILL.md', head('evil')],
        ['zeros.txt', Buffer.alloc(50 * 1024 * 1024, 0x20)],
      ]),
    422,
    'more than a skill may hold',
  ],
  [
    'too many names',
    () =>
      zipOf([['SKILL.md', head('evil')], ...Array.from({ length: 600 }, (_, n): Member => [`f${n}`, 'x'])]),
    422,
    'too many files',
  ],
  [
    'bytes that are no text',
    () =>
      zipOf([
        ['SKILL.md', head('evil')],
        ['picture.png', Buffer.from([0x89, 0x50, 0xff, 0])],
      ]),
    422,
    'is no text',
  ],
  ['no SKILL.md', () => zipOf([['README.md', 'x']]), 400, 'no SKILL.md'],
  ['no zip', async () => Buffer.from('PK? no'), 422, 'no zip'],
  ['more than may come', async () => Buffer.alloc(6 * 1024 * 1024), 413, 'at most 5 MB'],
])('%s is refused', async (_name, make, status, words) => {
  const response = await send(ada, await make());
  expect(await response.json()).toMatchObject({ status, detail: expect.stringContaining(words) });
  const { items } = await ada.client.extensions.listSkills({});
  expect(items.map(({ name }) => name)).not.toContain('evil');
});
