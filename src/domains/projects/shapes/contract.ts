import { z } from 'zod';
import { id, money, time, tokens } from '../../../operations/fields.ts';

export const agentName = z.enum([
  'supervisor',
  'researcher',
  'analyst',
  'architect',
  'engineer',
  'writer',
  'reviewer',
  'verifier',
]);
export type AgentName = z.output<typeof agentName>;

export const projectStatus = z.enum(['planning', 'active', 'paused', 'completed', 'archived']);
export const taskStatus = z.enum([
  'queued',
  'running',
  'blocked',
  'needs_review',
  'revision_required',
  'done',
  'cancelled',
]);
export const modelTier = z.enum(['haiku', 'sonnet', 'opus']);
/** Who made a change: a person, an agent working for that person, or the system. */
export const actor = z.object({
  user_id: id.nullable(),
  name: z.string().nullable(),
  agent: z.string().nullable(),
});

export const goal = z
  .string()
  .trim()
  .max(20_000, 'A goal has at most 20,000 characters; put longer material into a file.');

/** Choices for chats of the project that made none; a persona or preset that a member cannot see is none for them. */
export const chatDefaults = z.object({
  model_tier: modelTier.optional(),
  persona_id: id.optional(),
  preset_id: id.optional(),
});

export const project = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  goal: z.string().nullable(),
  /** What every chat of the project is told. */
  instructions: z.string().nullable(),
  chat_defaults: chatDefaults,
  status: projectStatus,
  owner_id: id,
  /** Its members are members of the project. */
  organization_id: id.nullable(),
  /** Null: it belongs to none, or to one that the caller is not in. */
  organization_name: z.string().nullable(),
  /** What the caller may do here. */
  role: z.enum(['owner', 'editor', 'viewer']),
  task_counts: z.partialRecord(taskStatus, z.number()),
  file_count: z.number(),
  tokens_used: tokens,
  cost_usd: money,
  created_at: time,
  updated_at: time,
});
export type Project = z.output<typeof project>;

export const workstream = z.object({
  id,
  project_id: id,
  name: z.string(),
  description: z.string().nullable(),
  lead_agent: z.string().nullable(),
  priority: z.number(),
});

export const task = z.object({
  id,
  project_id: id,
  workstream_id: id,
  parent_task_id: id.nullable(),
  title: z.string(),
  description: z.string().nullable(),
  status: taskStatus,
  assigned_agent: agentName.nullable(),
  model_tier: modelTier,
  /** 1 (whenever) to 10 (first). */
  priority: z.number(),
  definition_of_done: z.array(z.string()),
  depends_on: z.array(id),
  requires_approval: z.boolean(),
  approved_at: time.nullable(),
  /** What the agent asks its person, while it waits for the answer. */
  question: z.string().nullable(),
  answer: z.string().nullable(),
  retry_count: z.number(),
  max_retries: z.number(),
  next_attempt_at: time.nullable(),
  /** The verifier's last word. */
  verification: z.object({ passed: z.boolean(), reasons: z.array(z.string()) }).nullable(),
  last_error: z.string().nullable(),
  thread_id: z.string().nullable(),
  tokens_used: tokens,
  cost_usd: money,
  created_at: time,
  updated_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
});
export type Task = z.output<typeof task>;

export const run = z.object({
  id,
  task_id: id,
  agent_id: z.string(),
  model_used: z.string(),
  attempt: z.number(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  input_tokens: tokens,
  output_tokens: tokens,
  tokens_used: tokens,
  cost: money,
  error_message: z.string().nullable(),
  started_at: time,
  ended_at: time.nullable(),
});

/** One step of an agent: what it said, which tool it called, what came back. */
export const step = z.object({
  id,
  sequence: z.number(),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
  tool_name: z.string().nullable(),
  tool_input: z.unknown(),
  tool_output: z.unknown(),
  model_used: z.string().nullable(),
  input_tokens: tokens,
  output_tokens: tokens,
  cost: money,
  created_at: time,
});

export const artifact = z.object({
  id,
  project_id: id,
  task_id: id,
  name: z.string(),
  type: z.string(),
  mime_type: z.string().nullable(),
  size_bytes: z.number().nullable(),
  version: z.number(),
  status: z.enum(['draft', 'verified', 'promoted']),
  created_at: time,
});

/** A quotation that backs a marker like [1]; it opens at its place in the source file. */
export const citation = z.object({
  marker: z.number(),
  quote: z.string(),
  /** Null when the source file was deleted; the quote stays. */
  file_id: id.nullable(),
  file_name: z.string().nullable(),
  heading_path: z.array(z.string()),
  page: z.number().nullable(),
  char_start: z.number(),
  char_end: z.number(),
});

export const decision = z.object({
  id,
  project_id: id,
  task_id: id.nullable(),
  decision_text: z.string(),
  rationale: z.string().nullable(),
  alternatives: z.array(z.string()),
  made_by_agent: z.string().nullable(),
  created_at: time,
});

export const budget = z.object({
  id,
  project_id: id,
  model_tier: modelTier,
  /** Null means no limit. */
  allocated_tokens: tokens.nullable(),
  used_tokens: tokens,
  reserved_tokens: tokens,
  allocated_cost: money.nullable(),
  used_cost: money,
  reserved_cost: money,
});

export const activity = z.object({
  id,
  activity_type: z.enum(['task', 'project']),
  entity_id: id,
  title: z.string().nullable(),
  change_type: z.string(),
  field_name: z.string().nullable(),
  old_value: z.unknown(),
  new_value: z.unknown(),
  actor,
  created_at: time,
});

/** What moves on the page of a project. `what` names the list that changed; the page asks for it again. */
export const projectEvent = z.object({
  type: z.enum(['snapshot', 'changed', 'ping']),
  what: z.enum(['project', 'task', 'run', 'step', 'artifact', 'decision', 'budget']).optional(),
  id: id.optional(),
  task_id: id.optional(),
});
