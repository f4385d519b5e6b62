import type { Task } from '../../src/domains/projects/shapes/contract.ts';
import type { Person } from './app.ts';
import { until } from './until.ts';

/** Uploads a document into a new project, and has it planned. */
export async function plannedProject(person: Person, goal: string, documents: Record<string, string>) {
  const { client } = person;
  const project = await client.projects.create({ name: goal.slice(0, 60), goal });
  const project_id = project.id;
  for (const [name, text] of Object.entries(documents)) {
    const response = await person.upload(name, text, project_id);
    if (response.status !== 201) throw new Error(await response.text());
  }
  await until(
    async () =>
      (await client.files.list({ project_id })).items.every((file) => file.processing_status === 'completed'),
    'the documents are read',
  );
  await client.projects.plan({ project_id });
  await until(async () => {
    const { tasks } = await client.projects.graph({ project_id });
    return (
      tasks.length > 1 &&
      tasks.every((task) => task.assigned_agent !== 'supervisor' || task.status === 'done')
    );
  }, 'the plan is proposed');
  return project_id;
}

/** Starts a project and waits until all its tasks ended. */
export async function runToEnd(person: Person, project_id: string, timeoutMs = 120_000): Promise<void> {
  await person.client.projects.start({ project_id });
  await until(
    async () => (await person.client.projects.get({ project_id })).status === 'completed',
    'the project is completed',
    timeoutMs,
  );
}

/** A project that is at work, with one workstream; tasks are added by hand. */
export async function activeProject({ client }: Person, name: string) {
  const { id: project_id } = await client.projects.create({ name, goal: `The goal of ${name}` });
  const { id: workstream_id } = await client.projects.createWorkstream({ project_id, name: 'Work' });
  await client.projects.update({ project_id, status: 'active' });
  return { project_id, workstream_id };
}

/** Waits until a task has one of the statuses, and gives it. */
export const untilTask = ({ client }: Person, id: string, statuses: Task['status'][], timeoutMs = 30_000) =>
  until(
    async () => {
      const task = await client.projects.getTask({ id });
      return statuses.includes(task.status) ? task : undefined;
    },
    `the task is ${statuses.join(' or ')}`,
    timeoutMs,
  );
