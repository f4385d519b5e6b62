import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { type Script, ScriptedModel, usage } from '../harness/model.ts';
import { plannedProject, runToEnd } from '../harness/project.ts';

// A model connected in Settings does the main job on a project; what it cost is written down.
let app: TestApp;
let ada: Person;
let bob: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  await app.work();
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const document = '# Otters\n\nOtters hold hands while they sleep, so that they do not drift apart.\n';
const quote = 'Otters hold hands while they sleep';

/** Plans, researches with citations, verifies. */
const capable: Script = ({ role, results }) => {
  const last = results.at(-1);
  if (role === 'verifier')
    return results.length === 0
      ? { tool: 'submit_verdict', input: { passed: true, reasons: ['Each point is met.'] } }
      : { text: 'Judged.' };
  if (role === 'supervisor') {
    if (!last) return { tool: 'list_files', input: {} };
    if (last.name === 'propose_plan') return { text: 'Planned.' };
    const task = (key: string, agent: string, depends_on: string[]) => ({
      key,
      title: `Part ${key}`,
      agent,
      depends_on,
      definition_of_done: ['Every statement is cited'],
    });
    return {
      tool: 'propose_plan',
      input: {
        workstreams: [{ name: 'Otters', tasks: [task('a', 'researcher', []), task('b', 'writer', ['a'])] }],
      },
    };
  }
  if (!last) return { tool: 'search_files', input: { query: 'how do otters sleep' } };
  if (last.name !== 'search_files') return { text: 'Handed in.' };
  const { passages } = JSON.parse(last.content) as { passages: { id: string }[] };
  return {
    tool: 'write_artifact',
    input: {
      name: `${role}.md`,
      content: 'Otters sleep hand in hand [1].',
      citations: [{ marker: '[1]', passage_id: passages[0]?.id, quote }],
    },
  };
};

test('a connection is made, tested, used and metered', { timeout: 90_000 }, async () => {
  model = await ScriptedModel.start(capable);
  const made = await model.connect(ada);
  expect(made).toMatchObject({ kind: 'openai-compatible', has_key: true, is_default: true, shared: false });
  expect(await ada.client.settings.testProvider({ id: made.id })).toMatchObject({
    ok: true,
    models: ['large', 'middle', 'small'],
  });
  const listed = (await ada.client.settings.listProviders({})).items.find(({ id }) => id === made.id);
  expect(listed).toMatchObject({ last_test_ok: true });
  expect(model.headers().every(({ authorization }) => authorization === 'Bearer sk-scripted')).toBe(true);

  await app.database.withOwner((owner) =>
    owner.query(`insert into model_prices (provider, model, input_per_million, output_per_million, cached_per_million)
      values ('openai-compatible', '*', 10, 100, 1)`),
  );
  const project_id = await plannedProject(ada, 'How do otters sleep?', { 'otters.md': document });
  await runToEnd(ada, project_id);

  const { items: artifacts } = await ada.client.projects.listArtifacts({ project_id });
  const deliverable = artifacts.find(({ status }) => status === 'promoted');
  const { citations } = await ada.client.projects.getArtifact({ id: deliverable?.id ?? '' });
  const at = document.indexOf(quote);
  expect(citations).toMatchObject([
    { marker: 1, quote, file_name: 'otters.md', char_start: at, char_end: at + quote.length },
  ]);

  const { items: runs } = await ada.client.projects.listRuns({ project_id });
  expect(runs.map(({ model_used }) => model_used).sort()).toEqual([
    'Scripted/large',
    'Scripted/middle',
    'Scripted/middle',
  ]);
  // 60 fresh tokens at 10, 40 cached at 1 and 20 written at 100 dollars a million.
  const perCall = (60 * 10 + 40 * 1 + 20 * 100) / 1e6;
  const calls = model.asked.length;
  // The supervisor speaks three times, each of the two others three times and is judged in two.
  expect(calls).toBe(13);
  expect(runs.reduce((sum, run) => sum + run.input_tokens, 0)).toBe(calls * usage.input);
  expect(runs.reduce((sum, run) => sum + run.cost, 0)).toBeCloseTo(calls * perCall, 9);
  const project = await ada.client.projects.get({ project_id });
  expect(project.tokens_used).toBe(calls * (usage.input + usage.output));
  expect(project.cost_usd).toBeCloseTo(calls * perCall, 9);
  const spent = await ada.client.usage.summary({ project_id });
  expect(spent.total).toMatchObject({ calls, input_tokens: calls * usage.input });
  expect(spent.by_model.map((row) => [row.model, row.calls]).sort()).toEqual([
    ['large', 3],
    ['middle', 10],
  ]);
  expect((await bob.client.usage.summary({})).total.calls).toBe(0);
  const keys = model.headers().flatMap((headers) => headers['idempotency-key'] ?? []);
  expect(new Set(keys).size).toBe(calls);
});

describe('connections', () => {
  const base = { kind: 'openai-compatible', name: 'Mine', api_key: 'sk-of-ada' } as const;

  test.each([
    ['no address', { ...base }, 'base_url'],
    ['an address that is none', { ...base, base_url: 'not a url' }, 'base_url'],
    ['another scheme', { ...base, base_url: 'file:///etc/passwd' }, 'base_url'],
    ['no key where one is needed', { kind: 'openai', name: 'x' } as const, 'api_key'],
  ])('with %s is refused and the field named', async (_name, input, field) => {
    await expect(ada.client.settings.createProvider(input)).rejects.toMatchObject({
      problem: { code: 'invalid_input', details: { issues: [{ field }] } },
    });
  });

  test('to a server that is not there fails its test in words, and can be corrected', async () => {
    const { id } = await ada.client.settings.createProvider({
      ...base,
      base_url: 'http://127.0.0.1:9/v1',
      is_default: false,
    });
    const failed = await ada.client.settings.testProvider({ id });
    expect(failed).toMatchObject({ ok: false, message: expect.stringContaining('cannot be reached') });
    await ada.client.settings.updateProvider({ id, base_url: model.url });
    expect((await ada.client.settings.testProvider({ id })).ok).toBe(true);
    // The key was not asked for again.
    expect(model.headers().at(-1)?.authorization).toBe('Bearer sk-of-ada');
    // Another key holds from the next call on.
    await ada.client.settings.updateProvider({ id, api_key: 'sk-another' });
    expect((await ada.client.settings.testProvider({ id })).ok).toBe(true);
    expect(model.headers().at(-1)?.authorization).toBe('Bearer sk-another');
    await ada.client.settings.deleteProvider({ id });
    await expect(ada.client.settings.testProvider({ id })).rejects.toMatchObject({
      problem: { code: 'not_found' },
    });
  });

  test('of one person are not another’s, and only administrators share one', async () => {
    const { id } = await ada.client.settings.createProvider({
      ...base,
      base_url: model.url,
      is_default: false,
    });
    expect((await bob.client.settings.listProviders({})).items.map((item) => item.id)).toEqual(['builtin']);
    for (const call of [
      () => bob.client.settings.testProvider({ id }),
      () => bob.client.settings.updateProvider({ id, base_url: 'http://127.0.0.1:9' }),
      () => bob.client.settings.deleteProvider({ id }),
    ])
      await expect(call()).rejects.toMatchObject({ problem: { code: 'not_found' } });
    await expect(
      bob.client.settings.createProvider({ ...base, base_url: model.url, shared: true }),
    ).rejects.toMatchObject({ problem: { code: 'forbidden' } });
    const shared = await ada.client.settings.createProvider({
      ...base,
      name: 'Everybody’s',
      base_url: model.url,
      shared: true,
      is_default: false,
    });
    expect((await bob.client.settings.listProviders({})).items).toMatchObject([
      {},
      { id: shared.id, shared: true, has_key: true },
    ]);
    await expect(bob.client.settings.updateProvider({ id: shared.id, name: 'x' })).rejects.toMatchObject({
      problem: { code: 'forbidden' },
    });
  });

  test('the key is encrypted in the database', async () => {
    const { rows } = await app.database.withOwner((owner) =>
      owner.query('select secret_encrypted from model_providers where secret_encrypted is not null'),
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { secret_encrypted } of rows) {
      expect(secret_encrypted).toMatch(/^v1\./);
      expect(secret_encrypted).not.toContain('sk-');
    }
  });
});

test('without a connection the built-in model answers, labelled', async () => {
  const { items } = await bob.client.settings.listProviders({});
  expect(items[0]).toMatchObject({
    id: 'builtin',
    is_default: true,
    label: expect.stringContaining('Built-in'),
  });
  expect((await bob.client.settings.testProvider({ id: 'builtin' })).ok).toBe(true);
});
