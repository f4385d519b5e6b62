import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { type Asked, diligent, type Script, ScriptedModel } from '../harness/model.ts';
import { activeProject, untilTask } from '../harness/project.ts';
import { until } from '../harness/until.ts';

// How a person and agents work together on a task.
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

const projects = () => ada.client.projects;
async function addTask(title: string, more: Record<string, unknown> = {}) {
  const place = await activeProject(ada, title);
  const { id } = await projects().createTask({ workstream_id: place.workstream_id, title, ...more });
  return { id, ...place };
}
/** Work of the specialist is scripted; the verifier says yes. */
const worker =
  (script: Script): Script =>
  (asked) =>
    asked.role === 'verifier' ? diligent(asked) : script(asked);

test('a question stops the task until a person answers it, once', async () => {
  const question = '  Which of the two houses?\n';
  model.script = worker((asked) =>
    asked.results.some(({ name }) => name === 'ask_human')
      ? diligent({ ...asked, results: asked.results.slice(1) })
      : { tool: 'ask_human', input: { question } },
  );
  const { id, project_id } = await addTask('Ask');
  const asking = await untilTask(ada, id, ['blocked']);
  expect(asking.question).toBe(question.trim());
  const calls = model.asked.length;
  await projects().answerTask({ id, answer: 'The blue one' });
  await untilTask(ada, id, ['done']);
  // What was said before the question is not said again: three more calls of the work and its verification.
  expect(model.asked.length - calls).toBe(4);
  expect(model.asked[calls]?.results).toEqual([
    { name: 'ask_human', content: JSON.stringify({ answer: 'The blue one' }) },
  ]);
  await expect(projects().answerTask({ id, answer: 'Again' })).rejects.toMatchObject({
    problem: { code: 'conflict' },
  });
  const { items } = await projects().activity({ project_id });
  expect(items.some(({ actor }) => actor.agent === 'researcher')).toBe(true);
});

test('agents follow the instructions of the project and the rules of the person and the project', async () => {
  const { preferences } = ada.client;
  const { id, project_id } = await addTask('Rules', { requires_approval: true });
  await projects().update({ project_id, instructions: 'Speak of fish.' });
  await preferences.createRule({
    rule_type: 'project',
    name: 'Birds',
    content: 'Speak of birds.',
    project_id,
  });
  const mine = await preferences.createRule({ rule_type: 'global', name: 'Dogs', content: 'Speak of dogs.' });
  await projects().approveTask({ id });
  await untilTask(ada, id, ['done']);
  for (const role of ['researcher', 'verifier']) {
    const system = model.asked.find((asked) => asked.role === role)?.system ?? '';
    const places = ['fish', 'dogs', 'birds'].map((word) => system.indexOf(word));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
  await preferences.deleteRule({ id: mine.id });
});

test('a task that needs approval waits for it', async () => {
  const { id, workstream_id } = await addTask('Gate', { requires_approval: true });
  const { id: free } = await projects().createTask({ workstream_id, title: 'Free' });
  await untilTask(ada, free, ['done']);
  expect((await projects().getTask({ id })).status).toBe('queued');
  await projects().approveTask({ id });
  expect((await untilTask(ada, id, ['done'])).approved_at).not.toBeNull();
  await expect(projects().approveTask({ id })).rejects.toMatchObject({ problem: { code: 'conflict' } });
});

test('a rejected result is revised with the reasons, then by the stronger model, then shown to a person', async () => {
  let tries = 0;
  model.script = (asked) => {
    if (asked.results.length > 0) return { text: 'Done.' };
    if (asked.role === 'verifier')
      return { tool: 'submit_verdict', input: { passed: false, reasons: [`Reason ${++tries}`] } };
    return { tool: 'write_artifact', input: { name: 'result.md', content: `Try ${tries + 1}` } };
  };
  const { id, project_id } = await addTask('Strict');
  const task = await untilTask(ada, id, ['needs_review']);
  expect(task.verification).toEqual({ passed: false, reasons: ['Reason 3'] });
  const first = model.asked.filter(({ role, results }) => role === 'researcher' && results.length === 0);
  expect(first.map((asked) => asked.model)).toEqual(['middle', 'middle', 'large']);
  expect(first.map(({ brief }) => /Reason \d/.exec(brief)?.[0])).toEqual([undefined, 'Reason 1', 'Reason 2']);
  expect(first[1]?.brief).toContain('Try 1');

  await projects().approveTask({ id });
  expect((await projects().get({ project_id })).status).toBe('completed');
  const { items } = await projects().listArtifacts({ project_id });
  expect(items.map(({ version, status }) => `${version} ${status}`)).toEqual([
    '3 promoted',
    '2 draft',
    '1 draft',
  ]);
});

test('a remark goes to the agent, which begins again on a finished task', async () => {
  const { id, project_id } = await addTask('Again');
  await untilTask(ada, id, ['done']);
  model.asked.length = 0;
  await projects().retryTask({ id, remark: 'Write it in Latin' });
  await until(async () => model.asked.length >= 4, 'the work is done again');
  await untilTask(ada, id, ['done']);
  expect(model.asked[0]?.brief).toContain('Write it in Latin');
  expect((await projects().get({ project_id })).status).toBe('completed');
  const { items } = await projects().listArtifacts({ project_id });
  expect(items.map(({ version }) => version)).toEqual([2, 1]);
});

test('what waits for a task waits for its subtasks as well', async () => {
  const order: string[] = [];
  const title = (asked: Asked) => /<task>\n(.*)/.exec(asked.brief)?.[1] ?? '';
  model.script = worker((asked) => {
    if (asked.results.length === 0) order.push(title(asked));
    if (title(asked) === 'Parent' && asked.results.length === 0)
      return { tool: 'create_subtask', input: { title: 'Child', agent: 'analyst' } };
    if (title(asked) === 'Parent' && asked.results.length === 1)
      return { tool: 'write_artifact', input: { name: 'parent.md', content: 'Parent result' } };
    if (title(asked) === 'Child' && asked.results.length === 0)
      return { tool: 'write_artifact', input: { name: 'child.md', content: 'Child result' } };
    return diligent(asked);
  });
  const { workstream_id, project_id } = await activeProject(ada, 'Family');
  await projects().pause({ project_id });
  const parent = await projects().createTask({ workstream_id, title: 'Parent', priority: 1 });
  const waiting = await projects().createTask({
    workstream_id,
    title: 'Waiting',
    priority: 10,
    depends_on: [parent.id],
  });
  await projects().start({ project_id });
  await untilTask(ada, waiting.id, ['done']);
  expect(order).toEqual(['Parent', 'Child', 'Waiting']);
  const { tasks } = await projects().graph({ project_id });
  const child = tasks.find(({ title }) => title === 'Child');
  expect(child).toMatchObject({ parent_task_id: parent.id, assigned_agent: 'analyst', status: 'done' });
  expect(tasks.find(({ id }) => id === waiting.id)?.depends_on.sort()).toEqual(
    [parent.id, child?.id ?? ''].sort(),
  );
  const brief = model.asked.find((asked) => title(asked) === 'Waiting')?.brief;
  expect(brief).toContain('Parent result');
  expect(brief).toContain('Child result');
});

test('a decision is kept with its reasons, a fact with its source', async () => {
  model.script = worker(({ results }) => {
    if (results.length === 0)
      return {
        tool: 'record_decision',
        input: { decision: 'Go left', rationale: 'Shorter', alternatives: ['Right'] },
      };
    if (results.length === 1) return { tool: 'remember', input: { content: 'The left way is shorter' } };
    return { text: 'Done.' };
  });
  const { id, project_id } = await addTask('Decide');
  await untilTask(ada, id, ['done']);
  expect((await projects().listDecisions({ project_id })).items).toMatchObject([
    {
      decision_text: 'Go left',
      rationale: 'Shorter',
      alternatives: ['Right'],
      made_by_agent: 'researcher',
      task_id: id,
    },
  ]);
  expect((await ada.client.memory.list({ project_id })).items).toMatchObject([
    { content: 'The left way is shorter', project_id },
  ]);
});

test('a paused project begins nothing, and what runs ends', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  model.script = async (asked) => {
    await held;
    return diligent(asked);
  };
  const { id, workstream_id, project_id } = await addTask('Running');
  await untilTask(ada, id, ['running']);
  await projects().pause({ project_id });
  const { id: next } = await projects().createTask({ workstream_id, title: 'Not yet' });
  release();
  await untilTask(ada, id, ['done']);
  expect((await projects().getTask({ id: next })).status).toBe('queued');
  await projects().start({ project_id });
  await untilTask(ada, next, ['done']);
});
