import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { until } from '../harness/until.ts';

// Prompts: filled in by name, found by words and meaning, shared as far as is said, and never lost to a second writer.
let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  await app.work();
});
afterAll(() => app.close());

const notFound = { problem: { code: 'not_found' } };
const keep = (title: string, content: string, more: object = {}) =>
  ada.client.prompts.create({ title, content, ...more });

test('a prompt has a variable for each name in it, as declared or as text', async () => {
  const made = await keep(
    'Letter',
    'Write to {{ name }} about {{topic}}, {{name}}. {{not a name!}} {{tone}}',
    {
      variables: [
        { name: 'tone', kind: 'choice', choices: ['kind', 'short'], default: 'kind' },
        { name: 'nowhere', default: 'x' },
      ],
    },
  );
  expect(made.variables.map(({ name, kind, default: value }) => [name, kind, value])).toEqual([
    ['name', 'text', ''],
    ['topic', 'text', ''],
    ['tone', 'choice', 'kind'],
  ]);
  const changed = await ada.client.prompts.update({
    prompt_id: made.id,
    content: 'Only {{tone}}',
    version: 1,
  });
  expect(changed).toMatchObject({ version: 2, variables: [{ name: 'tone', choices: ['kind', 'short'] }] });
});

test('each content is a version; an older one comes back whole; a second writer is told', async () => {
  const { id } = await keep('Counting', 'one {{a}}', { variables: [{ name: 'a', default: 'A' }] });
  const two = await ada.client.prompts.update({
    prompt_id: id,
    content: 'two',
    version: 1,
    title: 'Counted',
  });
  expect(two).toMatchObject({ version: 2, variables: [] });
  await expect(
    ada.client.prompts.update({ prompt_id: id, content: 'lost', version: 1 }),
  ).rejects.toMatchObject({ problem: { code: 'conflict', details: { version: 2 } } });
  await expect(ada.client.prompts.update({ prompt_id: id, content: 'lost' })).rejects.toMatchObject({
    problem: { code: 'invalid_input' },
  });
  const { items } = await ada.client.prompts.versions({ prompt_id: id });
  expect(items.map(({ version, content }) => [version, content])).toEqual([
    [2, 'two'],
    [1, 'one {{a}}'],
  ]);
  const back = await ada.client.prompts.restore({ prompt_id: id, version: 1 });
  expect(back).toMatchObject({
    title: 'Counting',
    content: 'one {{a}}',
    version: 3,
    variables: [{ name: 'a', default: 'A' }],
  });
  await expect(ada.client.prompts.restore({ prompt_id: id, version: 9 })).rejects.toMatchObject(notFound);
});

test('it is found by the beginning of its title, by words, and by meaning', async () => {
  await keep('Summarise minutes', 'Condense the notes of the meeting into three bullet points.');
  await keep('Cook dinner', 'Suggest a recipe with the vegetables in my fridge.');
  const found = async (query: string) =>
    (await ada.client.prompts.search({ query })).items.map(({ title }) => title);
  expect(await found('summ')).toEqual(['Summarise minutes']);
  expect((await found('vegetable'))[0]).toBe('Cook dinner');
  await until(
    async () => (await found('which food could I make tonight'))[0] === 'Cook dinner',
    'it is found by meaning once it is embedded',
  );
  expect((await bob.client.prompts.search({ query: 'vegetables' })).items).toEqual([]);
});

test('use is counted, favourites are listed, and categories hold prompts', async () => {
  const category = await ada.client.prompts.createCategory({ name: 'Work' });
  const { id } = await keep('Plan the week', 'Plan my week.', { category_id: category.id });
  await ada.client.prompts.use({ prompt_id: id });
  await ada.client.prompts.use({ prompt_id: id });
  await ada.client.prompts.update({ prompt_id: id, is_favorite: true });
  const favorites = await ada.client.prompts.list({ favorites: 'true' });
  expect(favorites.items).toMatchObject([{ id, usage_count: 2, is_favorite: true }]);
  expect((await ada.client.prompts.list({ category_id: category.id })).items).toHaveLength(1);
  await ada.client.prompts.updateCategory({ category_id: category.id, name: 'Office' });
  expect((await ada.client.prompts.listCategories({})).items).toMatchObject([
    { name: 'Office', is_own: true },
  ]);
  expect((await bob.client.prompts.listCategories({})).items).toEqual([]);
  await ada.client.prompts.updateCategory({ category_id: category.id, is_shared: true });
  expect((await bob.client.prompts.listCategories({})).items).toMatchObject([
    { name: 'Office', is_own: false },
  ]);
  await expect(bob.client.prompts.deleteCategory({ category_id: category.id })).rejects.toMatchObject(
    notFound,
  );
  await ada.client.prompts.deleteCategory({ category_id: category.id });
  expect(await ada.client.prompts.get({ prompt_id: id })).toMatchObject({ category_id: null });
});

test('a public prompt is everybody’s to use and its owner’s to change', async () => {
  const { id } = await keep('For all', 'Say hello to {{name}}.');
  await expect(bob.client.prompts.get({ prompt_id: id })).rejects.toMatchObject(notFound);
  await expect(bob.client.prompts.use({ prompt_id: id })).rejects.toMatchObject(notFound);
  await ada.client.prompts.update({ prompt_id: id, is_public: true });
  expect((await bob.client.prompts.list({ scope: 'public' })).items).toMatchObject([{ id, can_edit: false }]);
  await bob.client.prompts.use({ prompt_id: id });
  await expect(
    bob.client.prompts.update({ prompt_id: id, content: 'mine', version: 1 }),
  ).rejects.toMatchObject({ problem: { code: 'forbidden' } });
  await expect(bob.client.prompts.delete({ prompt_id: id })).rejects.toMatchObject(notFound);
  expect(await ada.client.prompts.get({ prompt_id: id })).toMatchObject({ usage_count: 1, version: 1 });
  await ada.client.prompts.update({ prompt_id: id, is_public: false });
  await expect(bob.client.prompts.get({ prompt_id: id })).rejects.toMatchObject(notFound);
});

test('an export is taken by another person once, with variables, tags and categories', async () => {
  const category = await ada.client.prompts.createCategory({ name: 'Travel' });
  await keep('Pack', 'Pack for {{days}} days.', {
    variables: [{ name: 'days', kind: 'number', default: '3' }],
    tags: ['trip'],
    category_id: category.id,
  });
  const file = await ada.client.prompts.exportFile({});
  expect(JSON.stringify(file)).not.toContain(ada.id);
  const copy = JSON.parse(JSON.stringify(file)) as typeof file;
  expect(await bob.client.prompts.importFile(copy)).toEqual({ imported: file.prompts.length, left_out: 0 });
  expect(await bob.client.prompts.importFile(copy)).toEqual({ imported: 0, left_out: file.prompts.length });
  const pack = (await bob.client.prompts.search({ query: 'Pack' })).items[0];
  expect(pack).toMatchObject({ tags: ['trip'], variables: [{ name: 'days', kind: 'number', default: '3' }] });
  expect((await bob.client.prompts.listCategories({})).items).toMatchObject([
    { id: pack?.category_id, name: 'Travel' },
  ]);
  expect((await bob.client.prompts.list({ limit: 200 })).items.every(({ is_public }) => !is_public)).toBe(
    true,
  );
});

test('files go along with a prompt for whoever put them there, and only such as they can see', async () => {
  const uploaded = async (name: string) =>
    (await (await ada.upload(name, `Text of ${name}.`)).json()) as { id: string; file_name: string };
  const leaflet = await uploaded('leaflet.md');
  const price = await uploaded('price.md');
  const named = ({ id, file_name }: { id: string; file_name: string }) => ({ id, file_name });
  const made = await keep('Offer', 'Write an offer.', {
    file_ids: [price.id, leaflet.id, price.id],
    is_public: true,
  });
  expect(made.files).toEqual([named(price), named(leaflet)]);
  const theft = { title: 'Theft', content: 'Read this.', file_ids: [price.id] };
  await expect(bob.client.prompts.create(theft)).rejects.toMatchObject(notFound);
  expect(
    (await bob.client.prompts.list({ scope: 'own', limit: 200 })).items.map(({ title }) => title),
  ).not.toContain('Theft');
  expect(await bob.client.prompts.get({ prompt_id: made.id })).toMatchObject({ files: [], can_edit: false });

  const path = { prompt_id: made.id };
  expect((await ada.client.prompts.update({ ...path, title: 'Offers' })).files).toHaveLength(2);
  expect((await ada.client.prompts.update({ ...path, file_ids: [leaflet.id] })).files).toEqual([
    named(leaflet),
  ]);
  await ada.client.files.delete({ id: leaflet.id });
  expect((await ada.client.prompts.get(path)).files).toEqual([]);
});

test('a content that comes back brings its vector with it, and no model is asked for another', async () => {
  const { id } = await keep('Proverb', 'Many hands make light work');
  const first = async () =>
    (
      await app.database.asService('its vector', (session) =>
        sql<{ v: number | null; content: string }>`
          select content, (embedding::real[])[1] as v from prompt_library where id = ${id}`.execute(session),
      )
    ).rows[0];
  await until(async () => (await first())?.v !== null, 'it is embedded');
  // One that no encoder makes.
  await app.database.asService('a vector to be known by', (session) =>
    sql`update prompt_library set embedding = array_fill(7, array[512])::extensions.vector where id = ${id}`.execute(
      session,
    ),
  );
  await ada.client.prompts.update({ prompt_id: id, content: 'Too many cooks', version: 1 });
  await until(async () => {
    const now = await first();
    return now?.v !== null && now?.v !== 7;
  }, 'the other content is embedded');
  await ada.client.prompts.update({ prompt_id: id, content: 'Many hands make light work', version: 2 });
  await until(async () => (await first())?.v !== null, 'the first one has a vector again');
  expect(await first()).toEqual({ content: 'Many hands make light work', v: 7 });
});
