import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { activeProject } from '../harness/project.ts';

// When a project is completed, and when it is so no longer. No worker runs: people end the tasks.
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
});
afterAll(() => app.close());

const rounds = 20;
const status = async (project_id: string) => (await ada.client.projects.get({ project_id })).status;

async function withTasks(name: string, ...titles: string[]) {
  const { project_id, workstream_id } = await activeProject(ada, name);
  const tasks = [];
  for (const title of titles) tasks.push(await ada.client.projects.createTask({ workstream_id, title }));
  return { project_id, ids: tasks.map(({ id }) => id) };
}

test('the last tasks of a project, ended at the same moment, complete it', async () => {
  for (let round = 0; round < rounds; round++) {
    const { project_id, ids } = await withTasks(`together ${round}`, 'one', 'two', 'three');
    await Promise.all(ids.map((id) => ada.client.projects.cancelTask({ id })));
    expect(await status(project_id)).toBe('completed');
  }
});

test('a task that is to be done again, at the moment the last other one ends, keeps it active', async () => {
  for (let round = 0; round < rounds; round++) {
    const { project_id, ids } = await withTasks(`again ${round}`, 'one', 'two');
    const [first = '', second = ''] = ids;
    await ada.client.projects.cancelTask({ id: first });
    expect(await status(project_id)).toBe('active');
    await Promise.all([
      ada.client.projects.cancelTask({ id: second }),
      ada.client.projects.retryTask({ id: first }),
    ]);
    expect(await status(project_id)).toBe('active');
  }
});

test('Plan pressed twice at the same moment makes one plan', async () => {
  const { id: project_id } = await ada.client.projects.create({ name: 'Twice', goal: 'To be planned once' });
  const answers = await Promise.allSettled(
    Array.from({ length: 4 }, () => ada.client.projects.plan({ project_id })),
  );
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const { tasks } = await ada.client.projects.graph({ project_id });
  expect(tasks).toHaveLength(1);
});
