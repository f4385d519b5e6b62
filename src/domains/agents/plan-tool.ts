import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import {
  deleteEmptyWorkstreams,
  deleteProposedTasks,
  ensureWorkstream,
  insertDependency,
  insertTask,
} from '../projects/index.ts';
import { defineTool, type Tool } from './tool.ts';
import { taskOf } from './work-tools.ts';

const plannedTask = z.object({
  key: z.string().trim().min(1).max(50),
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().max(20_000).default(''),
  agent: z.enum(['researcher', 'analyst', 'architect', 'engineer', 'writer', 'reviewer']),
  model_tier: z.enum(['haiku', 'sonnet', 'opus']).default('sonnet'),
  priority: z.number().int().min(1).max(10).default(5),
  definition_of_done: z.array(z.string().trim().min(1).max(1_000)).max(20).default([]),
  depends_on: z.array(z.string().trim().max(50)).max(50).default([]),
});

/** The supervisor's proposal. It replaces an earlier one that nobody started. */
export const planTool: Tool = defineTool({
  name: 'propose_plan',
  description:
    'Propose workstreams and tasks that reach the goal. `depends_on` holds keys of tasks whose results a task ' +
    'needs; tasks without dependencies run side by side. End with one task that hands in the deliverable.',
  input: z.object({
    workstreams: z
      .array(
        z.object({
          name: z.string().trim().min(1).max(200),
          description: z.string().trim().max(5_000).default(''),
          lead_agent: z.string().trim().max(50).optional(),
          tasks: z.array(plannedTask).min(1).max(30),
        }),
      )
      .min(1)
      .max(10),
  }),
  async run(session, scope, { workstreams }) {
    const { project_id } = taskOf(scope);
    const tasks = workstreams.flatMap((workstream) => workstream.tasks);
    const ids = new Map<string, string>();
    const unknown = tasks
      .flatMap((task) => task.depends_on)
      .find((key) => !tasks.some((task) => task.key === key));
    const twice = tasks.find((task, index) => tasks.findIndex((other) => other.key === task.key) !== index);
    if (unknown !== undefined || twice)
      throw new AppError(
        'unprocessable',
        twice
          ? `Two tasks have the key ${twice.key}.`
          : `depends_on names ${unknown}, which no task has as its key.`,
        { fix: 'Give each task a key of its own and refer to those.' },
      );
    await deleteProposedTasks(session, project_id);
    for (const [position, workstream] of workstreams.entries()) {
      const workstreamId = await ensureWorkstream(session, {
        project_id,
        name: workstream.name,
        description: workstream.description || undefined,
        lead_agent: workstream.lead_agent,
        priority: Math.max(1, 9 - position),
      });
      for (const task of workstream.tasks)
        ids.set(
          task.key,
          await insertTask(session, project_id, {
            workstream_id: workstreamId,
            title: task.title,
            description: task.description || undefined,
            assigned_agent: task.agent,
            model_tier: task.model_tier,
            priority: task.priority,
            definition_of_done: task.definition_of_done,
            idempotency_key: `plan:${scope.key}:${task.key}`,
          }),
        );
    }
    // Adding the links after the tasks: the database refuses a cycle and names its path, which the model reads.
    for (const task of tasks)
      for (const needed of task.depends_on)
        await insertDependency(session, project_id, ids.get(task.key) ?? '', ids.get(needed) ?? '');
    await deleteEmptyWorkstreams(session, project_id);
    return { workstreams: workstreams.length, tasks: tasks.length };
  },
});
