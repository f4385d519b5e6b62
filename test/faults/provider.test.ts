import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { diligent, type Reply, type Script, ScriptedModel } from '../harness/model.ts';
import { activeProject, untilTask } from '../harness/project.ts';
import { until } from '../harness/until.ts';

// What a vendor does wrong, seen from a task.
let app: TestApp;
let ada: Person;
let model: ScriptedModel;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  model = await ScriptedModel.start(diligent);
  await model.connect(ada);
  await app.work();
});
beforeEach(() => {
  model.script = diligent;
  model.asked.length = 0;
});
afterAll(async () => {
  await app.close();
  await model.close();
});

/** A task in a project of its own: a project whose tasks are all done is completed. */
async function addTask(title: string): Promise<string> {
  const { workstream_id } = await activeProject(ada, title);
  return (await ada.client.projects.createTask({ workstream_id, title })).id;
}

/** Plays these first, then does the job. */
function firstly(...replies: Reply[]): Script {
  return (asked) => replies.shift() ?? diligent(asked);
}

test('401 blocks the task at once, says what to do, and is not tried again', async () => {
  model.script = () => ({ status: 401, message: 'Incorrect API key sk-scripted provided' });
  const task = await untilTask(ada, await addTask('Refused'), ['blocked']);
  expect(task.last_error).toContain('refuses the API key');
  expect(task.last_error).not.toContain('sk-scripted');
  expect(task.retry_count).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(model.asked).toHaveLength(1);
  model.script = diligent;
  await ada.client.projects.retryTask({ id: task.id });
  expect((await untilTask(ada, task.id, ['done'])).last_error).toBeNull();
});

test('429 waits as long as it was asked to', async () => {
  const times: number[] = [];
  const script = firstly({ status: 429, headers: { 'retry-after': '1' } });
  model.script = (asked) => {
    times.push(Date.now());
    return script(asked);
  };
  await untilTask(ada, await addTask('Slower'), ['done']);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test.each<[string, Reply]>([
  ['500', { status: 500, headers: { 'retry-after-ms': '50' } }],
  ['half a stream', { fault: 'half' }],
  ['nothing', { fault: 'nothing' }],
  ['an answer without content', { text: '' }],
  ['arguments that are no JSON', { tool: 'write_artifact', input: '{"name": "result.md", "cont' }],
])('%s is tried again, and leaves no half-said step', async (name, fault) => {
  model.script = firstly(fault);
  const { id } = await untilTask(ada, await addTask(name), ['done']);
  const { items } = await ada.client.projects.listSteps({ id });
  expect(items.some(({ content }) => content.includes('does not'))).toBe(false);
  const work = items.filter(({ role }) => role === 'assistant');
  expect(work).toHaveLength(4);
});

test('a vendor that stays down blocks the task after its retries, with the reason', async () => {
  model.script = () => ({
    status: 500,
    headers: { 'retry-after-ms': '10' },
    message: 'the engine is on fire',
  });
  const id = await addTask('Down');
  const task = await untilTask(ada, id, ['blocked']);
  expect(task.last_error).toContain('the engine is on fire');
  expect(model.asked.length).toBeLessThanOrEqual(4 * (task.max_retries + 1));
});

describe('a model that goes wrong', () => {
  test('in circles is stopped at the limit of steps', async () => {
    model.script = () => ({ tool: 'list_files', input: {} });
    const task = await untilTask(ada, await addTask('Circles'), ['blocked'], 60_000);
    expect(task.last_error).toContain('40 steps');
    expect(model.asked).toHaveLength(40);
  });

  test('with an unknown tool or bad arguments reads what was wrong and corrects itself', async () => {
    const script: Script = (asked) => {
      if (asked.role === 'verifier') return diligent(asked);
      const last = asked.results.at(-1);
      if (!last) return { tool: 'delete_everything', input: {} };
      if (last.content.includes('no tool called')) return { tool: 'write_artifact', input: { name: '' } };
      if (last.content.includes('content')) return diligent({ ...asked, results: [] });
      return { text: 'Done.' };
    };
    model.script = script;
    const { id, project_id } = await untilTask(ada, await addTask('Clumsy'), ['done']);
    const { items } = await ada.client.projects.listSteps({ id });
    const results = items.filter(({ role }) => role === 'tool').map(({ tool_output }) => tool_output);
    expect(results[0]).toMatchObject({ error: expect.stringContaining('There is no tool called') });
    expect(results[1]).toMatchObject({ error: expect.stringMatching(/name|content/) });
    const { items: artifacts } = await ada.client.projects.listArtifacts({ project_id, task_id: id });
    expect(artifacts).toHaveLength(1);
  });

  test('that invents a quotation is told, and nothing is handed in', async () => {
    const citations = [{ marker: 1, passage_id: '00000000-0000-4000-8000-000000000000', quote: 'invented' }];
    model.script = (asked) =>
      asked.role !== 'verifier' && asked.results.length === 0
        ? { tool: 'write_artifact', input: { name: 'false.md', content: 'Said so [1]', citations } }
        : diligent(asked);
    const { id, project_id } = await untilTask(ada, await addTask('Inventor'), ['done']);
    const told = model.asked.find(({ results }) => results.length === 1)?.results[0]?.content;
    expect(told).toContain('no such passage');
    expect((await ada.client.projects.listArtifacts({ project_id, task_id: id })).items).toEqual([]);
  });
});

test('cancel stops a hanging model within seconds, and its run with it', async () => {
  model.script = () => ({ fault: 'hang' });
  const id = await addTask('Hanging');
  await until(async () => model.asked.length > 0, 'the model is asked');
  const { project_id } = await ada.client.projects.cancelTask({ id });
  await until(async () => model.hungUp === 1, 'the connection is closed', 4_000);
  const { items } = await ada.client.projects.listRuns({ project_id, task_id: id });
  expect(items.map(({ status }) => status)).toEqual(['cancelled']);
  expect((await ada.client.projects.getTask({ id })).status).toBe('cancelled');
  await until(
    async () => (await ada.client.projects.listSteps({ id })).items.every(({ role }) => role !== 'assistant'),
    'what was half said is gone',
    5_000,
  );
});
