import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { diligent, ScriptedModel, usage } from '../harness/model.ts';
import { activeProject, untilTask } from '../harness/project.ts';
import { until } from '../harness/until.ts';

// Eight workers spend from one budget.
let app: TestApp;
let ada: Person;
let model: ScriptedModel;
/** Calls under way now, and the largest number there were together. */
let running = 0;
let together = 0;
/** While set, a call is answered only after this many were under way together. */
let crowd = 1;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  model = await ScriptedModel.start(async (asked) => {
    together = Math.max(together, ++running);
    await until(async () => together >= crowd, `${crowd} calls under way together`);
    running--;
    return diligent(asked);
  });
  await model.connect(ada);
  await app.database.withOwner((owner) =>
    owner.query(`insert into model_prices (provider, model, input_per_million, output_per_million)
      values ('openai-compatible', 'mid*', 1000, 10000)`),
  );
  await app.work(8);
});
beforeEach(() => {
  model.asked.length = 0;
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const perCall = {
  tokens: usage.input + usage.output,
  cost: (usage.input * 1000 + usage.output * 10_000) / 1e6,
};
const tasks = 12;
const limits = (allocated_tokens: number | null, allocated_cost: number | null) => ({
  model_tier: 'sonnet' as const,
  allocated_tokens,
  allocated_cost,
});

async function fill(name: string, budget: ReturnType<typeof limits>) {
  const { project_id, workstream_id } = await activeProject(ada, name);
  await ada.client.projects.pause({ project_id });
  await ada.client.projects.setBudget({ project_id, ...budget });
  for (let i = 0; i < tasks; i++)
    await ada.client.projects.createTask({ workstream_id, title: `${name} ${i}` });
  await ada.client.projects.start({ project_id });
  return project_id;
}

const budgetOf = async (project_id: string) =>
  (await ada.client.projects.listBudgets({ project_id })).items[0] ?? expect.fail('no budget');

const settled = (project_id: string) =>
  until(async () => {
    const { tasks } = await ada.client.projects.graph({ project_id });
    return tasks.every(({ status }) => status === 'done' || status === 'blocked') ? tasks : undefined;
  }, 'every task ended or was stopped');

describe.each([
  // The most one call may use is about 5,500 tokens: 4,096 out and the rest in.
  ['tokens', limits(8_000, null), limits(1_000_000, null)],
  ['money', limits(null, 50), limits(null, 10_000)],
])('a limit in %s', (name, tight, wide) => {
  test('is never passed, stops what does not fit, and lets it go on when raised', async () => {
    const project_id = await fill(name, tight);
    const stopped = (await settled(project_id)).filter(({ status }) => status === 'blocked');
    const used = await budgetOf(project_id);
    expect(stopped.length).toBeGreaterThan(0);
    expect(stopped.length).toBeLessThan(tasks);
    for (const task of stopped) {
      expect(task.last_error).toContain('budget of this project allows');
      expect(task.last_error).toContain('Raise');
    }
    expect(used.used_tokens).toBe(model.asked.length * perCall.tokens);
    expect(used.used_cost).toBeCloseTo(model.asked.length * perCall.cost, 6);
    expect(used.used_tokens).toBeLessThanOrEqual(tight.allocated_tokens ?? Number.POSITIVE_INFINITY);
    expect(used.used_cost).toBeLessThanOrEqual(tight.allocated_cost ?? Number.POSITIVE_INFINITY);
    expect(used).toMatchObject({ reserved_tokens: 0, reserved_cost: 0 });

    await ada.client.projects.setBudget({ project_id, ...wide });
    for (const { id } of stopped) await ada.client.projects.retryTask({ id });
    const all = await settled(project_id);
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 'done'));
    expect((await ada.client.projects.get({ project_id })).status).toBe('completed');
    // Nothing was said twice: four calls a task, whether or not it was stopped between two of them. A task stopped
    // behind its verdict is decided, and needs no last words.
    const calls = model.asked.length;
    const said = await Promise.all(
      all.map(async ({ id }) => {
        const { items } = await ada.client.projects.listSteps({ id, limit: 200 });
        const verdict = items.findIndex(({ tool_name }) => tool_name === 'submit_verdict');
        expect(verdict).toBeGreaterThan(0);
        const answers = items.filter(({ role }) => role === 'assistant').length;
        expect(answers).toBe(items.at(-1)?.role === 'assistant' ? 4 : 3);
        return answers;
      }),
    );
    expect(calls).toBe(said.reduce((sum, answers) => sum + answers, 0));
    expect(await ada.client.usage.summary({ project_id })).toMatchObject({
      total: {
        calls,
        input_tokens: calls * usage.input,
        output_tokens: calls * usage.output,
        cost_usd: expect.closeTo(calls * perCall.cost, 6),
      },
    });
  });
});

test('eight do work together where money allows it', async () => {
  together = 0;
  crowd = 8;
  const project_id = await fill('wide', limits(1_000_000, null));
  const ended = await settled(project_id);
  crowd = 1;
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'done'));
  expect(together).toBe(8);
});

test('a budget too small for one call says so before anything is spent', async () => {
  const { project_id, workstream_id } = await activeProject(ada, 'tiny');
  await ada.client.projects.setBudget({ project_id, ...limits(100, null) });
  const { id } = await ada.client.projects.createTask({ workstream_id, title: 'tiny' });
  const task = await untilTask(ada, id, ['blocked']);
  expect(task.last_error).toContain('allows 100 tokens');
  expect(model.asked).toHaveLength(0);
});

test('a cancelled call gives back what was set aside', async () => {
  const { script } = model;
  model.script = () => ({ fault: 'hang' });
  const { project_id, workstream_id } = await activeProject(ada, 'cancelled');
  await ada.client.projects.setBudget({ project_id, ...limits(50_000, null) });
  const { id } = await ada.client.projects.createTask({ workstream_id, title: 'cancelled' });
  await until(async () => (await budgetOf(project_id)).reserved_tokens > 0, 'money is set aside');
  await ada.client.projects.cancelTask({ id });
  await until(async () => (await budgetOf(project_id)).reserved_tokens === 0, 'it is given back', 5_000);
  model.script = script;
});
