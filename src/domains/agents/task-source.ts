import { sql } from 'kysely';
import { type Database, json, type Session, type UserPrincipal } from '../../database/index.ts';
import type { Claim, WorkSource } from '../../jobs/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { type BriefResult, renderBrief, type ToolCall } from '../../providers/model/index.ts';
import type { FileService } from '../files/index.ts';
import type { MemoryService } from '../memory/index.ts';
import { instructionParts, type PreferencesService, renderSystem, ruleParts } from '../preferences/index.ts';
import { acceptArtifacts, completeProject } from '../projects/index.ts';
import { type Models, type ModelTier, nextTier } from '../settings/index.ts';
import { openSpending } from '../usage/index.ts';
import { resultsOf } from './artifacts.ts';
import { knowledgeTools } from './knowledge-tools.ts';
import { failureOf, type Phase, type PhaseEnd, runPhase } from './loop.ts';
import { planTool } from './plan-tool.ts';
import { type Role, systemPrompt } from './roles.ts';
import { discardUnfinished, insertUserStep, listSteps, type Step, taskRecorder } from './thread.ts';
import type { Tool } from './tool.ts';
import { verdictTool, workTools } from './work-tools.ts';

export interface AgentDeps {
  database: Database;
  clock: Clock;
  models: Models;
  files: FileService;
  memory: MemoryService;
  preferences: PreferencesService;
}

/** Tries of a task that its verifier sends back before a person has to look. */
const maxWorkPhases = 3;

interface TaskClaim extends Claim {
  row: ClaimedTask;
}

interface ClaimedTask {
  id: string;
  project_id: string;
  workstream_id: string;
  title: string;
  description: string | null;
  assigned_agent: string | null;
  model_tier: ModelTier;
  definition_of_done: string[];
  context_packet: { remarks?: string[] };
  thread_id: string | null;
  attempt: number;
}

/** Ready tasks, run by the agent they are assigned to inside the rights of the project's owner. */
export class TaskSource implements WorkSource<TaskClaim> {
  readonly name = 'task';
  readonly channel = 'meta_agent_tasks';
  readonly concurrency: number;
  readonly #deps: AgentDeps;
  readonly #knowledge: Tool[];
  readonly #work: Tool[];

  constructor(deps: AgentDeps, concurrency: number) {
    this.#deps = deps;
    this.concurrency = concurrency;
    this.#knowledge = knowledgeTools(deps.files, deps.memory);
    this.#work = workTools(deps.files);
  }

  claim(worker: string, limit: number, leaseSeconds: number): Promise<TaskClaim[]> {
    return this.#deps.database.asService(
      'claim tasks',
      async (session) => {
        const { rows } = await sql<ClaimedTask>`
        select * from claim_tasks(${worker}, ${limit}, make_interval(secs => ${leaseSeconds}))`.execute(
          session,
        );
        return rows.map((row) => ({ id: row.id, attempt: row.attempt, row }));
      },
      { atOnce: true },
    );
  }

  extend({ id, attempt }: TaskClaim, worker: string, leaseSeconds: number): Promise<boolean> {
    return this.#deps.database.asService(
      'extend a lease',
      async (session) => {
        const { rows } = await sql<{ held: boolean }>`
        select extend_lease(${id}, ${worker}, ${attempt}, make_interval(secs => ${leaseSeconds})) as held`.execute(
          session,
        );
        return rows[0]?.held ?? false;
      },
      { atOnce: true },
    );
  }

  async run(claim: TaskClaim, worker: string, signal: AbortSignal): Promise<void> {
    const run = await this.#begin(claim, worker);
    try {
      await this.#advance(run, signal);
    } catch (error) {
      if (signal.aborted || isAppError(error, 'conflict')) return this.#interrupted(run);
      await this.#fail(run, error);
    }
  }

  /** Opens the run and its thread. */
  #begin(claim: TaskClaim, worker: string): Promise<Run> {
    const task = claim.row;
    return this.#deps.database.asService('begin a run', async (session) => {
      const { rows: owners } = await sql<{
        owner_id: string;
        role: UserPrincipal['role'];
        goal: string | null;
        instructions: string | null;
      }>`
        select p.owner_id, u.role, p.goal, p.instructions from meta_projects p join users u on u.id = p.owner_id
        where p.id = ${task.project_id}`.execute(session);
      const owner = owners[0];
      if (!owner) throw new AppError('not_found', 'The project of the task is gone.');
      const agent = task.assigned_agent ?? 'researcher';
      const { rows: runs } = await sql<{ id: string }>`
        insert into meta_task_runs (project_id, task_id, attempt, agent_id, model_used, worker)
        values (${task.project_id}, ${task.id}, ${task.attempt}, ${agent}, '', ${worker}) returning id`.execute(
        session,
      );
      // What a lost attempt had set aside for a call that never came home is free again at once.
      await sql`select settle_budget(r.id, 0, 0) from meta_budget_reservations r
        join meta_task_runs u on u.id = r.run_id
        where u.task_id = ${task.id} and u.attempt < ${task.attempt} and r.released_at is null`.execute(
        session,
      );
      await sql`delete from api_usage u using meta_task_runs r
        where r.id = u.run_id and r.task_id = ${task.id} and r.attempt < ${task.attempt} and u.status = 'reserved'`.execute(
        session,
      );
      let threadId = task.thread_id;
      if (threadId === null) {
        const { rows } = await sql<{ id: string }>`
          insert into meta_conversations (user_id, project_id, agent_type, title)
          values (${owner.owner_id}, ${task.project_id}, 'task', ${task.title}) returning id`.execute(
          session,
        );
        threadId = rows[0]?.id as string;
        await sql`update meta_tasks set thread_id = ${threadId} where id = ${task.id}`.execute(session);
      }
      return {
        claim,
        worker,
        task,
        agent,
        goal: owner.goal ?? '',
        instructions: owner.instructions,
        run_id: runs[0]?.id as string,
        thread_id: threadId,
        principal: {
          kind: 'user',
          user_id: owner.owner_id,
          role: owner.role,
          scopes: ['*'],
          permissions: [],
          agent,
        },
      };
    });
  }

  /** Goes on from where the transcript ends: work, verification, revision, until it is decided. */
  async #advance(run: Run, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const steps = await this.#deps.database.as(run.principal, (session) =>
        listSteps(session, run.thread_id),
      );
      const next = nextPhase(steps, run.task.context_packet.remarks ?? [], run.agent === 'supervisor');
      if ('status' in next) return this.#finish(run, next.status, next.verdict);
      const end = await this.#phase(run, next, signal);
      if (end.outcome === 'waiting') return this.#closeRun(run, 'completed', 'waits for an answer');
      if (run.agent === 'supervisor' && !(await this.#hasPlan(run)))
        throw new AppError('provider_failed', 'The model ended without proposing a plan.', {
          fix: 'Add documents or say the goal more exactly, or choose a stronger model, and press Plan again.',
          details: { retryable: false },
        });
    }
  }

  async #phase(run: Run, next: PhaseStart, signal: AbortSignal): Promise<PhaseEnd> {
    const { database, clock, models, preferences } = this.#deps;
    const verifying = next.kind === 'verify';
    const role = (verifying ? 'verifier' : run.agent) as Role;
    const principal = { ...run.principal, agent: role };
    // The last try before a person has to look gets the stronger model.
    const tier = next.number >= maxWorkPhases ? nextTier(run.task.model_tier) : run.task.model_tier;
    const [model, rules] = await Promise.all([
      models.forTier(principal, tier),
      preferences.rules(principal, run.task.project_id),
    ]);
    const hold = async (session: Session): Promise<void> => {
      await sql`select hold_lease(${run.task.id}, ${run.worker}, ${run.task.attempt})`.execute(session);
    };
    const name = `${next.kind}:${next.number}`;
    const remarks = run.task.context_packet.remarks ?? [];
    await database.asService('name the model of a run', (session) =>
      session
        .updateTable('meta_task_runs')
        .set({ model_used: model.label })
        .where('id', '=', run.run_id)
        .execute(),
    );
    await database.as(principal, async (session) => {
      await hold(session);
      await insertUserStep(
        session,
        run.thread_id,
        name,
        await this.#brief(session, run, next),
        remarks.length,
      );
    });
    const phase: Phase = {
      id: run.run_id,
      thread_id: run.thread_id,
      record: taskRecorder(run.thread_id, name),
      principal,
      agent: role,
      system: renderSystem([
        { source: 'role', title: '', text: systemPrompt(role) },
        ...instructionParts(run.instructions),
        ...ruleParts(rules),
      ]),
      tools: this.#toolsOf(role),
      model,
      scope: {
        project_id: run.task.project_id,
        task: {
          task_id: run.task.id,
          project_id: run.task.project_id,
          workstream_id: run.task.workstream_id,
          run_id: run.run_id,
          title: run.task.title,
        },
      },
      hold,
      reserve: (tokens, cost, signal) =>
        openSpending(
          { database, clock },
          {
            principal,
            project_id: run.task.project_id,
            task_id: run.task.id,
            run_id: run.run_id,
            conversation_id: run.thread_id,
            message_id: null,
            tier,
            model,
          },
          { tokens, cost },
          signal,
        ),
      answerTo: (call) => this.#answer(run, call),
    };
    return runPhase({ database, clock }, phase, signal);
  }

  async #brief(session: Session, run: Run, next: PhaseStart): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      select depends_on_task_id as id from meta_task_dependencies where task_id = ${run.task.id}`.execute(
      session,
    );
    const own: BriefResult[] = await resultsOf(session, [run.task.id]);
    return renderBrief({
      goal: run.goal,
      task: { title: run.task.title, description: run.task.description ?? '' },
      definitionOfDone: run.task.definition_of_done,
      earlierResults: await resultsOf(
        session,
        rows.map(({ id }) => id),
      ),
      work: next.kind === 'verify' || next.number > 1 ? own : [],
      feedback: next.kind === 'verify' ? [] : next.feedback,
    });
  }

  #toolsOf(role: Role): Tool[] {
    if (role === 'supervisor') return [...this.#knowledge, planTool];
    if (role === 'verifier')
      return [...this.#knowledge.filter(({ name }) => name !== 'remember'), verdictTool];
    return [...this.#knowledge, ...this.#work];
  }

  /** The answer the person gave to the question this call asked. */
  async #answer(run: Run, call: ToolCall): Promise<string | undefined> {
    const row = await this.#deps.database.as(run.principal, (session) =>
      session
        .selectFrom('meta_tasks')
        .select(['question', 'answer'])
        .where('id', '=', run.task.id)
        .executeTakeFirst(),
    );
    // Kept as the tool's schema reads it, without the spaces around.
    return row?.question === String(call.input.question).trim() ? (row?.answer ?? undefined) : undefined;
  }

  async #hasPlan(run: Run): Promise<boolean> {
    const steps = await this.#deps.database.as(run.principal, (session) => listSteps(session, run.thread_id));
    return steps.some((step) => step.tool_name === 'propose_plan' && !step.is_error);
  }

  async #finish(run: Run, status: 'done' | 'needs_review', verdict: Verdict | null): Promise<void> {
    const { database } = this.#deps;
    await database.as(run.principal, async (session) => {
      await sql`select hold_lease(${run.task.id}, ${run.worker}, ${run.task.attempt})`.execute(session);
      // A verdict decides even when its process died before the verifier's last words.
      await discardUnfinished(session, run.thread_id);
      if (status === 'done') await acceptArtifacts(session, run.task.id);
    });
    await database.asService('finish a task', async (session) => {
      const { rows } = await sql<{ released: boolean }>`
        select release_task(${run.task.id}, ${run.worker}, ${run.task.attempt}, ${status}::task_status, null, null,
          ${verdict ? json(verdict) : null}) as released`.execute(session);
      if (!rows[0]?.released) return;
      await sql`update meta_task_runs set status = 'completed', ended_at = now(),
        verdict = ${verdict ? json(verdict) : null} where id = ${run.run_id} and status = 'running'`.execute(
        session,
      );
      await completeProject(session, run.task.project_id);
    });
  }

  #closeRun(run: Run, status: 'completed' | 'failed' | 'cancelled', message: string): Promise<void> {
    return this.#deps.database.asService('close a run', async (session) => {
      await sql`update meta_task_runs set status = ${status}, ended_at = now(), error_message = ${message}
        where id = ${run.run_id} and status = 'running'`.execute(session);
    });
  }

  /** Cancelled, taken over, or the process stops: what was half said is dropped, the rest is there for who goes on. */
  async #interrupted(run: Run): Promise<void> {
    await this.#deps.database.asService('interrupted run', async (session) => {
      const { rows } = await sql<{ status: string; attempt: number }>`
        select status, attempt from meta_tasks where id = ${run.task.id}`.execute(session);
      if (rows[0]?.status !== 'running' && rows[0]?.attempt === run.task.attempt)
        await sql`delete from meta_messages where conversation_id = ${run.thread_id} and status = 'streaming'`.execute(
          session,
        );
    });
    await this.#closeRun(run, 'cancelled', 'stopped');
  }

  /** Back into the queue with a growing pause, or to the person when it cannot help to try again. */
  async #fail(run: Run, error: unknown): Promise<void> {
    const { retryable, message, retryAfterMs } = failureOf(error);
    await this.#deps.database.asService('failed run', async (session) => {
      const { rows } = await sql<{ retry_count: number }>`
        select retry_count from meta_tasks where id = ${run.task.id}`.execute(session);
      const waitMs = retryAfterMs ?? Math.min(300_000, 5_000 * 2 ** (rows[0]?.retry_count ?? 0));
      await sql`select release_task(${run.task.id}, ${run.worker}, ${run.task.attempt},
        ${retryable ? 'queued' : 'blocked'}::task_status, ${message}, make_interval(secs => ${waitMs / 1000}))`.execute(
        session,
      );
    });
    await this.#closeRun(run, 'failed', message);
    if (!isAppError(error)) throw error;
  }
}

interface Run {
  claim: TaskClaim;
  worker: string;
  task: ClaimedTask;
  agent: string;
  goal: string;
  /** Of the project, for everybody who works in it. */
  instructions: string | null;
  run_id: string;
  thread_id: string;
  principal: UserPrincipal;
}

interface Verdict {
  passed: boolean;
  reasons: string[];
}

interface PhaseStart {
  kind: 'work' | 'verify';
  number: number;
  feedback: string[];
}

/**
 * Where a task stands, read from its transcript: the next phase, or how it ended. Pure, so that a crash anywhere
 * leads to the same answer.
 */
export function nextPhase(
  steps: Step[],
  remarks: string[],
  unverified: boolean,
): PhaseStart | { status: 'done' | 'needs_review'; verdict: Verdict | null } {
  const last = steps.at(-1)?.phase;
  if (last === undefined) return { kind: 'work', number: 1, feedback: remarks };
  const [kind, count] = last.split(':') as ['work' | 'verify', string];
  const number = Number(count);
  const inPhase = steps.filter((step) => step.phase === last);
  const begunWith =
    steps.findLast((step) => step.phase === `work:${number}` && step.role === 'user')?.remarks ?? 0;
  const newRemarks = remarks.slice(begunWith);
  const end = inPhase.at(-1);
  const finished = end?.role === 'assistant' && end.status === 'complete' && !end.tool_calls;
  if (kind === 'work') {
    if (newRemarks.length > 0) return { kind: 'work', number: number + 1, feedback: newRemarks };
    if (!finished) return { kind: 'work', number, feedback: [] };
    return unverified ? { status: 'done', verdict: null } : { kind: 'verify', number, feedback: [] };
  }
  const verdict = inPhase.findLast((step) => step.tool_name === 'submit_verdict' && !step.is_error)
    ?.tool_output as Verdict | undefined;
  if (newRemarks.length > 0)
    return { kind: 'work', number: number + 1, feedback: [...(verdict?.reasons ?? []), ...newRemarks] };
  if (!verdict)
    return finished
      ? { status: 'needs_review', verdict: { passed: false, reasons: ['The verifier gave no verdict.'] } }
      : { kind: 'verify', number, feedback: [] };
  if (verdict.passed) return { status: 'done', verdict };
  if (number >= maxWorkPhases) return { status: 'needs_review', verdict };
  return { kind: 'work', number: number + 1, feedback: verdict.reasons };
}
