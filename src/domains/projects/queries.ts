import { type SelectQueryBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { containing, type DB, json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { project } from './shapes/contract.ts';

export interface ListOptions {
  limit: number;
  cursor?: Cursor | undefined;
}

const projectColumns = sql`
  p.id, p.name, p.description, p.goal, p.instructions, p.chat_defaults, p.status, p.owner_id, p.created_at, p.updated_at,
  p.organization_id, (select o.name from organizations o where o.id = p.organization_id) as organization_name,
  case when p.owner_id = auth.uid() then 'owner'
       else coalesce((select m.role from meta_project_members m where m.project_id = p.id and m.user_id = auth.uid()), 'viewer')
  end as role,
  coalesce((select jsonb_object_agg(c.status, c.n) from
    (select t.status, count(*) as n from meta_tasks t where t.project_id = p.id group by t.status) c), '{}') as task_counts,
  (select count(*) from meta_file_metadata f where f.project_id = p.id and f.bucket <> 'agent-artifacts') as file_count,
  r.tokens_used, r.cost_usd`;

export interface ProjectRow {
  id: string;
  name: string;
  description: string | null;
  goal: string | null;
  instructions: string | null;
  chat_defaults: z.output<typeof project>['chat_defaults'];
  status: 'planning' | 'active' | 'paused' | 'completed' | 'archived';
  owner_id: string;
  organization_id: string | null;
  organization_name: string | null;
  role: 'owner' | 'editor' | 'viewer';
  task_counts: Record<string, number>;
  file_count: number;
  tokens_used: number;
  cost_usd: number;
  created_at: Date;
  updated_at: Date;
}

const projectSource = sql`
  from meta_projects p
  cross join lateral (
    select coalesce(sum(tokens_used), 0)::bigint as tokens_used, coalesce(sum(cost), 0) as cost_usd
    from meta_task_runs where project_id = p.id
  ) r`;

export async function listProjects(
  session: Session,
  filter: {
    status?: string | undefined;
    organization_id?: string | undefined;
    search?: string | undefined;
  } & ListOptions,
): Promise<ProjectRow[]> {
  const { rows } = await sql<ProjectRow>`
    select ${projectColumns} ${projectSource}
    where ${filter.status === undefined ? sql`p.status <> 'archived'` : sql`p.status = ${filter.status}`}
      and ${filter.organization_id === undefined ? sql`true` : sql`p.organization_id = ${filter.organization_id}`}
      and ${filter.search ? sql`(p.name ilike ${containing(filter.search)} or p.goal ilike ${containing(filter.search)})` : sql`true`}
      and ${olderThan(filter.cursor, 'p.created_at', 'p.id')}
    order by p.created_at desc, p.id desc
    limit ${filter.limit + 1}`.execute(session);
  return rows;
}

export async function findProject(session: Session, id: string): Promise<ProjectRow | undefined> {
  const { rows } =
    await sql<ProjectRow>`select ${projectColumns} ${projectSource} where p.id = ${id}`.execute(session);
  return rows[0];
}

export const insertProject = (session: Session, row: { name: string; description?: string; goal?: string }) =>
  session.insertInto('meta_projects').values(row).returning('id').executeTakeFirstOrThrow();

export const updateProject = (
  session: Session,
  id: string,
  {
    chat_defaults,
    ...change
  }: {
    [K in 'name' | 'description' | 'goal' | 'instructions' | 'chat_defaults' | 'status']?:
      | ProjectRow[K]
      | undefined;
  },
) =>
  session
    .updateTable('meta_projects')
    .set(change)
    .$if(chat_defaults !== undefined, (query) => query.set({ chat_defaults: json(chat_defaults) }))
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();

export const deleteProject = (session: Session, id: string) =>
  session.deleteFrom('meta_projects').where('id', '=', id).returning('id').executeTakeFirst();

export interface ActivityRow {
  id: string;
  activity_type: 'task' | 'project';
  entity_id: string;
  title: string | null;
  change_type: string;
  field_name: string | null;
  old_value: unknown;
  new_value: unknown;
  actor: { user_id: string | null; name: string | null; agent: string | null };
  created_at: Date;
}

export async function listActivity(
  session: Session,
  projectId: string,
  limit: number,
): Promise<ActivityRow[]> {
  const { rows } = await sql<ActivityRow>`
    select f.history_id as id, f.entity_type as activity_type, f.entity_id, f.entity_title as title, f.change_type,
      f.field_name, f.old_value, f.new_value, f.created_at,
      jsonb_build_object('user_id', f.changed_by, 'name', coalesce(u.name, u.email), 'agent', f.changed_by_agent) as actor
    from get_project_activity_feed(${projectId}, ${limit}) f
    left join users u on u.id = f.changed_by
    order by f.created_at desc, f.history_id`.execute(session);
  return rows;
}

export const listWorkstreams = (session: Session, projectId: string) =>
  session
    .selectFrom('meta_workstreams')
    .select(['id', 'project_id', 'name', 'description', 'lead_agent', 'priority'])
    .where('project_id', '=', projectId)
    .orderBy('priority', 'desc')
    .orderBy('created_at')
    .execute();

export interface WorkstreamInput {
  project_id: string;
  name: string;
  description?: string | undefined;
  lead_agent?: string | undefined;
  priority?: number | undefined;
}

export const insertWorkstream = (session: Session, row: WorkstreamInput) =>
  session
    .insertInto('meta_workstreams')
    .values(row)
    .returning(['id', 'project_id', 'name', 'description', 'lead_agent', 'priority'])
    .executeTakeFirstOrThrow();

/** The workstream of that name, made when the project has none. */
export async function ensureWorkstream(session: Session, row: WorkstreamInput): Promise<string> {
  await session
    .insertInto('meta_workstreams')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'name']).doNothing())
    .execute();
  const { id } = await session
    .selectFrom('meta_workstreams')
    .select('id')
    .where('project_id', '=', row.project_id)
    .where('name', '=', row.name)
    .executeTakeFirstOrThrow();
  return id;
}

export const findWorkstream = (session: Session, id: string) =>
  session.selectFrom('meta_workstreams').select(['id', 'project_id']).where('id', '=', id).executeTakeFirst();

export const updateWorkstream = (
  session: Session,
  id: string,
  change: {
    name?: string | undefined;
    description?: string | null | undefined;
    priority?: number | undefined;
  },
) =>
  session
    .updateTable('meta_workstreams')
    .set(change)
    .where('id', '=', id)
    .returning(['id', 'project_id', 'name', 'description', 'lead_agent', 'priority'])
    .executeTakeFirst();

export const deleteWorkstream = (session: Session, id: string) =>
  session.deleteFrom('meta_workstreams').where('id', '=', id).returning('id').executeTakeFirst();

const taskFields = [
  'id',
  'project_id',
  'workstream_id',
  'parent_task_id',
  'title',
  'description',
  'status',
  'assigned_agent',
  'model_tier',
  'priority',
  'definition_of_done',
  'context_packet',
  'requires_approval',
  'approved_at',
  'question',
  'answer',
  'retry_count',
  'max_retries',
  'next_attempt_at',
  'verification',
  'last_error',
  'thread_id',
  'attempt',
  'created_at',
  'updated_at',
  'started_at',
  'completed_at',
] as const;

function withTotals<O>(query: SelectQueryBuilder<DB, 'meta_tasks', O>) {
  return query.select(taskFields).select([
    sql<string[]>`array(select d.depends_on_task_id from meta_task_dependencies d
      where d.task_id = meta_tasks.id order by d.created_at)`.as('depends_on'),
    sql<number>`coalesce((select sum(r.tokens_used) from meta_task_runs r where r.task_id = meta_tasks.id), 0)`.as(
      'tokens_used',
    ),
    sql<number>`coalesce((select sum(r.cost) from meta_task_runs r where r.task_id = meta_tasks.id), 0)`.as(
      'cost_usd',
    ),
  ]);
}

export const listTasks = (session: Session, projectId: string) =>
  withTotals(session.selectFrom('meta_tasks'))
    .where('project_id', '=', projectId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export const findTask = (session: Session, id: string) =>
  withTotals(session.selectFrom('meta_tasks')).where('id', '=', id).executeTakeFirst();
export type TaskRow = NonNullable<Awaited<ReturnType<typeof findTask>>>;

export interface TaskInput {
  workstream_id: string;
  title: string;
  description?: string | undefined;
  assigned_agent: string;
  model_tier: 'haiku' | 'sonnet' | 'opus';
  priority?: number | undefined;
  definition_of_done?: string[] | undefined;
  parent_task_id?: string | undefined;
  requires_approval?: boolean | undefined;
  context_packet?: Record<string, unknown> | undefined;
  /** The same key makes the task once. */
  idempotency_key?: string | undefined;
}

/** Inserts a task, or finds the one that the same key made. `project_id` is set by the database. */
export async function insertTask(session: Session, projectId: string, task: TaskInput): Promise<string> {
  const { definition_of_done, context_packet, ...rest } = task;
  const row = await session
    .insertInto('meta_tasks')
    .values({
      ...rest,
      project_id: projectId,
      ...(definition_of_done === undefined ? {} : { definition_of_done: json(definition_of_done) }),
      ...(context_packet === undefined ? {} : { context_packet: json(context_packet) }),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['project_id', 'idempotency_key'])
        .where('idempotency_key', 'is not', null)
        .doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  if (row) return row.id;
  const existing = await session
    .selectFrom('meta_tasks')
    .select('id')
    .where('project_id', '=', projectId)
    .where('idempotency_key', '=', task.idempotency_key ?? '')
    .executeTakeFirstOrThrow();
  return existing.id;
}

export const updateTask = (
  session: Session,
  id: string,
  change: Partial<Omit<TaskInput, 'idempotency_key' | 'parent_task_id' | 'description'>> & {
    description?: string | null | undefined;
    status?: TaskRow['status'];
    max_retries?: number | undefined;
    retry_count?: number;
    lost_workers?: number;
    next_attempt_at?: null;
    verification?: null;
    last_error?: null;
    approved_at?: Date;
    question?: string | null;
    answer?: string;
  },
) => {
  const { definition_of_done, context_packet, ...rest } = change;
  return session
    .updateTable('meta_tasks')
    .set({
      ...rest,
      ...(definition_of_done === undefined ? {} : { definition_of_done: json(definition_of_done) }),
      ...(context_packet === undefined ? {} : { context_packet: json(context_packet) }),
    })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
};

export const deleteTask = (session: Session, id: string) =>
  session.deleteFrom('meta_tasks').where('id', '=', id).returning('id').executeTakeFirst();

/** Tasks of an earlier proposal that nobody started are replaced by the next one. */
export const deleteProposedTasks = (session: Session, projectId: string) =>
  session
    .deleteFrom('meta_tasks')
    .where('project_id', '=', projectId)
    .where('status', '=', 'queued')
    .where('attempt', '=', 0)
    .where('idempotency_key', 'like', 'plan:%')
    .execute();

/** Workstreams that a deleted proposal left empty. */
export const deleteEmptyWorkstreams = (session: Session, projectId: string) =>
  session
    .deleteFrom('meta_workstreams')
    .where('project_id', '=', projectId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('meta_tasks')
            .select('meta_tasks.id')
            .whereRef('meta_tasks.workstream_id', '=', 'meta_workstreams.id'),
        ),
      ),
    )
    .execute();

export const insertDependency = (session: Session, projectId: string, taskId: string, dependsOn: string) =>
  session
    .insertInto('meta_task_dependencies')
    .values({ project_id: projectId, task_id: taskId, depends_on_task_id: dependsOn })
    .onConflict((conflict) => conflict.columns(['task_id', 'depends_on_task_id']).doNothing())
    .execute();

export const deleteDependency = (session: Session, taskId: string, dependsOn: string) =>
  session
    .deleteFrom('meta_task_dependencies')
    .where('task_id', '=', taskId)
    .where('depends_on_task_id', '=', dependsOn)
    .returning('id')
    .executeTakeFirst();

export const listRuns = (
  session: Session,
  filter: { project_id: string; task_id?: string | undefined } & ListOptions,
) =>
  session
    .selectFrom('meta_task_runs')
    .select([
      'id',
      'task_id',
      'agent_id',
      'model_used',
      'attempt',
      'status',
      'input_tokens',
      'output_tokens',
      sql<number>`tokens_used`.as('tokens_used'),
      'cost',
      'error_message',
      'started_at',
      'ended_at',
      'started_at as created_at',
    ])
    .where('project_id', '=', filter.project_id)
    .$if(filter.task_id !== undefined, (query) => query.where('task_id', '=', filter.task_id ?? ''))
    .where(olderThan(filter.cursor, 'started_at'))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

/** Steps of a task's thread after a sequence number, oldest first. */
export const listSteps = (session: Session, threadId: string, afterSequence: number, limit: number) =>
  session
    .selectFrom('meta_messages')
    .select([
      'id',
      'sequence',
      'role',
      'content',
      'tool_name',
      'tool_input',
      'tool_output',
      'model_used',
      'input_tokens',
      'output_tokens',
      'cost',
      'created_at',
    ])
    .where('conversation_id', '=', threadId)
    .where('sequence', '>', afterSequence)
    .orderBy('sequence')
    .limit(limit)
    .execute();

const artifactFields = [
  'id',
  'project_id',
  'task_id',
  'name',
  'type',
  'mime_type',
  'size_bytes',
  'version',
  'status',
  'created_at',
] as const;

export const listArtifacts = (
  session: Session,
  filter: { project_id: string; task_id?: string | undefined } & ListOptions,
) =>
  session
    .selectFrom('meta_artifacts')
    .select(artifactFields)
    .where('project_id', '=', filter.project_id)
    .$if(filter.task_id !== undefined, (query) => query.where('task_id', '=', filter.task_id ?? ''))
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findArtifact = (session: Session, id: string) =>
  session
    .selectFrom('meta_artifacts')
    .select([...artifactFields, 'content', 'bucket', 'storage_path', 'checksum'])
    .where('id', '=', id)
    .executeTakeFirst();

export const promoteArtifact = (session: Session, id: string) =>
  session
    .updateTable('meta_artifacts')
    .set({ status: 'promoted' })
    .where('id', '=', id)
    .returning(artifactFields)
    .executeTakeFirst();

/** Marks what a task made as verified, or as a deliverable of the project when no task uses it further. */
export const acceptArtifacts = (session: Session, taskId: string) =>
  sql`update meta_artifacts set status = case when exists
        (select from meta_task_dependencies d where d.depends_on_task_id = ${taskId})
      then 'verified' else 'promoted' end::artifact_status
    where task_id = ${taskId} and status = 'draft'
      and version = (select max(o.version) from meta_artifacts o
                     where o.task_id = meta_artifacts.task_id and o.name = meta_artifacts.name)`.execute(
    session,
  );

export const listCitations = (session: Session, artifactId: string) =>
  session
    .selectFrom('meta_artifact_citations as c')
    .leftJoin('meta_file_metadata as f', 'f.id', 'c.file_metadata_id')
    .leftJoin('meta_file_chunks as k', 'k.id', 'c.chunk_id')
    .select([
      'c.ordinal as marker',
      'c.quote',
      'c.file_metadata_id as file_id',
      'f.file_name',
      'k.heading_path',
      // The page of the quote itself: its passage may begin a page earlier.
      sql<number | null>`coalesce((select (p ->> 'page')::int from files x, jsonb_array_elements(x.page_map) p
        where x.user_id = f.user_id and x.id = f.file_id and c.char_start >= (p ->> 'start')::int and c.char_start < (p ->> 'end')::int
        limit 1), k.page)`.as('page'),
      sql<number>`coalesce(c.char_start, 0)`.as('char_start'),
      sql<number>`coalesce(c.char_end, 0)`.as('char_end'),
    ])
    .where('c.artifact_id', '=', artifactId)
    .orderBy('c.ordinal')
    .execute();

const decisionFields = [
  'id',
  'project_id',
  'task_id',
  'decision_text',
  'rationale',
  'alternatives',
  'made_by_agent',
  'created_at',
] as const;

export const listDecisions = (session: Session, filter: { project_id: string } & ListOptions) =>
  session
    .selectFrom('meta_decisions')
    .select(decisionFields)
    .where('project_id', '=', filter.project_id)
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export interface DecisionInput {
  project_id: string;
  task_id?: string | undefined;
  run_id?: string | undefined;
  decision_text: string;
  rationale?: string | undefined;
  alternatives: string[];
  made_by_agent?: string | undefined;
  idempotency_key?: string | undefined;
}

/** Inserts a decision; undefined when the same key already made it. */
export const insertDecision = (session: Session, { alternatives, ...row }: DecisionInput) =>
  session
    .insertInto('meta_decisions')
    .values({ ...row, alternatives: json(alternatives) })
    .onConflict((conflict) =>
      conflict
        .columns(['project_id', 'idempotency_key'])
        .where('idempotency_key', 'is not', null)
        .doNothing(),
    )
    .returning(decisionFields)
    .executeTakeFirst();

const budgetFields = [
  'id',
  'project_id',
  'model_tier',
  'allocated_tokens',
  'used_tokens',
  'reserved_tokens',
  'allocated_cost',
  'used_cost',
  'reserved_cost',
] as const;

export const listBudgets = (session: Session, projectId: string) =>
  session
    .selectFrom('meta_budgets')
    .select(budgetFields)
    .where('project_id', '=', projectId)
    .orderBy('model_tier')
    .execute();

export const setBudget = (
  session: Session,
  row: {
    project_id: string;
    model_tier: 'haiku' | 'sonnet' | 'opus';
    allocated_tokens: number | null;
    allocated_cost: number | null;
  },
) =>
  session
    .insertInto('meta_budgets')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['project_id', 'model_tier']).doUpdateSet({
        allocated_tokens: row.allocated_tokens,
        allocated_cost: row.allocated_cost,
      }),
    )
    .returning(budgetFields)
    .executeTakeFirstOrThrow();
