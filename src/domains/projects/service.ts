import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import { completeProject, lockProject, reopenProject } from './completion.ts';
import type { projectsContract } from './contract.ts';
import * as queries from './queries.ts';
import { agentName } from './shapes/contract.ts';

type Input<K extends keyof typeof projectsContract> = z.output<(typeof projectsContract)[K]['input']>;

/** Statuses from which a task may be changed by hand: nobody works on it. */
const idle = new Set(['queued', 'blocked', 'needs_review', 'revision_required', 'cancelled']);

/** The rules of projects, tasks, artifacts, decisions and budgets. Rows are guarded by the database. */
export class ProjectService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext, input: Input<'list'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listProjects(session, { ...input, cursor: cursorOf(input.cursor) }),
    );
    return toPage(rows, input.limit);
  }

  create(context: UserContext, input: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      const { id } = await queries.insertProject(session, input);
      return project(session, id);
    });
  }

  get(context: UserContext, id: string) {
    return this.#database.as(context.principal, (session) => project(session, id));
  }

  update(context: UserContext, { project_id, ...change }: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, project_id);
      if (Object.keys(change).length > 0)
        found(await queries.updateProject(session, project_id, change), 'The project');
      return project(session, project_id);
    });
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteProject(session, id), 'The project'),
    );
    return { ok: true as const };
  }

  /**
   * Queues the supervisor. One plan at a time: `conflict` while one is being made.
   */
  plan(context: UserContext, { project_id, goal }: Input<'plan'>) {
    return this.#database.as(context.principal, async (session) => {
      await lockProject(session, project_id);
      let current = await project(session, project_id);
      if (goal !== undefined) await queries.updateProject(session, project_id, { goal });
      current = await project(session, project_id);
      if (!current.goal?.trim())
        throw new AppError('invalid_input', 'The project has no goal yet.', {
          fix: 'Write down what you want to have at the end, then press Plan.',
        });
      const tasks = await queries.listTasks(session, project_id);
      const planning = tasks.find(
        (task) =>
          task.assigned_agent === 'supervisor' && ['queued', 'running', 'blocked'].includes(task.status),
      );
      if (planning?.status === 'blocked')
        await queries.updateTask(session, planning.id, { status: 'cancelled' });
      else if (planning)
        throw new AppError('conflict', 'A plan is being made already.', {
          fix: 'Wait for it, or cancel the task “Plan the project”.',
          details: { task_id: planning.id },
        });
      if (current.status === 'completed' || current.status === 'archived')
        await queries.updateProject(session, project_id, { status: 'planning' });
      const workstreamId = await queries.ensureWorkstream(session, {
        project_id,
        name: 'Planning',
        description: 'How the goal is split into work.',
        lead_agent: 'supervisor',
        priority: 10,
      });
      const id = await queries.insertTask(session, project_id, {
        workstream_id: workstreamId,
        title: 'Plan the project',
        description: 'Propose workstreams, tasks and dependencies that reach the goal.',
        assigned_agent: 'supervisor',
        model_tier: 'opus',
        priority: 10,
      });
      return task(session, id);
    });
  }

  start(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, id);
      const tasks = await queries.listTasks(session, id);
      if (!tasks.some((item) => item.assigned_agent !== 'supervisor'))
        throw new AppError('conflict', 'There is nothing to do yet.', {
          fix: 'Press Plan to have tasks proposed, or add one yourself.',
        });
      found(await queries.updateProject(session, id, { status: 'active' }), 'The project');
      return project(session, id);
    });
  }

  pause(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.updateProject(session, id, { status: 'paused' }), 'The project');
      return project(session, id);
    });
  }

  graph(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, id);
      const workstreams = await queries.listWorkstreams(session, id);
      const tasks = await queries.listTasks(session, id);
      return { workstreams: workstreams, tasks: tasks.map(toTask) };
    });
  }

  activity(context: UserContext, { project_id, limit }: Input<'activity'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, project_id);
      return { items: await queries.listActivity(session, project_id, limit), next: null };
    });
  }

  createWorkstream(context: UserContext, input: Input<'createWorkstream'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, input.project_id);
      return queries.insertWorkstream(session, input);
    });
  }

  updateWorkstream(context: UserContext, { id, ...change }: Input<'updateWorkstream'>) {
    return this.#database.as(context.principal, async (session) =>
      found(await queries.updateWorkstream(session, id, change), 'The workstream'),
    );
  }

  async deleteWorkstream(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteWorkstream(session, id), 'The workstream'),
    );
    return { ok: true as const };
  }

  createTask(context: UserContext, { depends_on, ...input }: Input<'createTask'>) {
    return this.#database.as(context.principal, async (session) => {
      const workstream = found(await queries.findWorkstream(session, input.workstream_id), 'The workstream');
      const id = await queries.insertTask(session, workstream.project_id, input);
      for (const dependency of depends_on)
        await queries.insertDependency(session, workstream.project_id, id, dependency);
      return task(session, id);
    });
  }

  getTask(context: UserContext, id: string) {
    return this.#database.as(context.principal, (session) => task(session, id));
  }

  updateTask(context: UserContext, { id, ...change }: Input<'updateTask'>) {
    return this.#database.as(context.principal, async (session) => {
      const current = await task(session, id);
      if (!idle.has(current.status))
        throw new AppError('conflict', `The task is ${current.status}.`, {
          fix:
            current.status === 'running'
              ? 'Cancel it first, or wait until it ends.'
              : 'Use Retry to run it again.',
        });
      if (Object.keys(change).length > 0) found(await queries.updateTask(session, id, change), 'The task');
      return task(session, id);
    });
  }

  async deleteTask(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteTask(session, id), 'The task'),
    );
    return { ok: true as const };
  }

  addDependency(context: UserContext, input: Input<'addDependency'>) {
    return this.#database.as(context.principal, async (session) => {
      const current = await task(session, input.id);
      await task(session, input.depends_on_task_id);
      await queries.insertDependency(session, current.project_id, input.id, input.depends_on_task_id);
      return task(session, input.id);
    });
  }

  removeDependency(context: UserContext, input: Input<'removeDependency'>) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.deleteDependency(session, input.id, input.depends_on_task_id), 'The dependency');
      return task(session, input.id);
    });
  }

  /** Approves the start of a task that waits for it, or accepts a result that needs review. */
  approveTask(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const current = await task(session, id);
      if (current.status === 'needs_review') {
        await queries.updateTask(session, id, { status: 'done' });
        await queries.acceptArtifacts(session, id);
        await completeProject(session, current.project_id);
      } else if (current.requires_approval && current.approved_at === null)
        await queries.updateTask(session, id, { approved_at: new Date() });
      else
        throw new AppError('conflict', 'The task does not wait for approval.', {
          fix: 'Reload to see its state.',
        });
      return task(session, id);
    });
  }

  answerTask(context: UserContext, { id, answer }: Input<'answerTask'>) {
    return this.#database.as(context.principal, async (session) => {
      const current = await task(session, id);
      if (current.question === null || current.status !== 'blocked')
        throw new AppError('conflict', 'The task does not ask anything now.', {
          fix: 'Reload to see its state.',
        });
      await queries.updateTask(session, id, { answer });
      return task(session, id);
    });
  }

  retryTask(context: UserContext, { id, remark }: Input<'retryTask'>) {
    return this.#database.as(context.principal, async (session) => {
      const row = found(await queries.findTask(session, id), 'The task');
      if (row.status === 'running' || row.status === 'queued')
        throw new AppError('conflict', `The task is ${row.status} already.`, {
          fix: 'Wait until it ends, or cancel it.',
        });
      const packet = row.context_packet as { remarks?: string[] };
      // A task that was stopped (by its budget, its model) goes on where it stood; one that ended begins again.
      const stopped = row.status === 'blocked' && row.assigned_agent !== 'supervisor';
      const fresh = remark || (stopped ? undefined : 'Please try again.');
      await queries.updateTask(session, id, {
        status: 'queued',
        retry_count: 0,
        lost_workers: 0,
        next_attempt_at: null,
        verification: null,
        last_error: null,
        question: null,
        context_packet: { ...packet, remarks: [...(packet.remarks ?? []), ...(fresh ? [fresh] : [])] },
      });
      await reopenProject(session, row.project_id);
      return task(session, id);
    });
  }

  cancelTask(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const current = await task(session, id);
      if (current.status === 'done' || current.status === 'cancelled')
        throw new AppError('conflict', `The task is ${current.status} already.`, {
          fix: 'Reload to see its state.',
        });
      await queries.updateTask(session, id, { status: 'cancelled' });
      await completeProject(session, current.project_id);
      return task(session, id);
    });
  }

  listRuns(context: UserContext, input: Input<'listRuns'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, input.project_id);
      return toPage(
        await queries.listRuns(session, { ...input, cursor: cursorOf(input.cursor) }),
        input.limit,
      );
    });
  }

  listSteps(context: UserContext, { id, after, limit }: Input<'listSteps'>) {
    return this.#database.as(context.principal, async (session) => {
      const { thread_id } = found(await queries.findTask(session, id), 'The task');
      const rows = thread_id === null ? [] : await queries.listSteps(session, thread_id, after, limit);
      return { items: rows, next: null };
    });
  }

  listArtifacts(context: UserContext, input: Input<'listArtifacts'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, input.project_id);
      return toPage(
        await queries.listArtifacts(session, { ...input, cursor: cursorOf(input.cursor) }),
        input.limit,
      );
    });
  }

  getArtifact(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const artifact = found(await queries.findArtifact(session, id), 'The artifact');
      const citations = await queries.listCitations(session, id);
      return {
        ...artifact,
        content: artifact.content ?? '',
        citations: citations.map((row) => ({ ...row, heading_path: row.heading_path ?? [] })),
      };
    });
  }

  promoteArtifact(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) =>
      found(await queries.promoteArtifact(session, id), 'The artifact'),
    );
  }

  listDecisions(context: UserContext, input: Input<'listDecisions'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, input.project_id);
      const rows = await queries.listDecisions(session, { ...input, cursor: cursorOf(input.cursor) });
      return toPage(rows.map(toDecision), input.limit);
    });
  }

  createDecision(context: UserContext, input: Input<'createDecision'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, input.project_id);
      return toDecision(found(await queries.insertDecision(session, input), 'The decision'));
    });
  }

  listBudgets(context: UserContext, projectId: string) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, projectId);
      return { items: await queries.listBudgets(session, projectId), next: null };
    });
  }

  setBudget(context: UserContext, input: Input<'setBudget'>) {
    return this.#database.as(context.principal, async (session) => {
      await project(session, input.project_id);
      return queries.setBudget(session, input);
    });
  }
}

const cursorOf = (cursor: string | undefined) => (cursor === undefined ? undefined : decodeCursor(cursor));

async function project(session: Session, id: string) {
  return found(await queries.findProject(session, id), 'The project');
}

async function task(session: Session, id: string) {
  return toTask(found(await queries.findTask(session, id), 'The task'));
}

/** jsonb columns in the shape their comments promise. */
function toTask({ context_packet: _, attempt: __, ...row }: queries.TaskRow) {
  return {
    ...row,
    assigned_agent: agentName.safeParse(row.assigned_agent).data ?? null,
    definition_of_done: row.definition_of_done as string[],
    verification: row.verification as { passed: boolean; reasons: string[] } | null,
  };
}

function toDecision<T extends { alternatives: unknown }>(row: T) {
  return { ...row, alternatives: row.alternatives as string[] };
}
