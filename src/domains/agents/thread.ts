import { sql } from 'kysely';
import { json, type Session } from '../../database/index.ts';
import {
  estimateMessageTokens,
  type MessagePart,
  type ModelMessage,
  type TokenUsage,
  type ToolCall,
} from '../../providers/model/index.ts';

/**
 * The transcript of an agent: rows of meta_messages in one conversation, which are also its checkpoints. A phase is
 * one stretch of work with a context of its own (the first try, its verification, the revision).
 */
export interface Step {
  id: string;
  sequence: number;
  role: 'user' | 'assistant' | 'tool' | 'system';
  content: string;
  status: 'complete' | 'streaming' | 'stopped' | 'failed';
  tool_calls: ToolCall[] | null;
  tool_call_id: string | null;
  tool_name: string | null;
  tool_output: unknown;
  phase: string;
  /** How many remarks of people were known when the phase began. */
  remarks: number;
  is_error: boolean;
  /** Files go with it. */
  has_attachments?: boolean;
}

export async function listSteps(session: Session, threadId: string): Promise<Step[]> {
  const { rows } = await sql<Step>`
    select id, sequence, role, content, status, tool_calls, tool_call_id, tool_name, tool_output,
           coalesce(metadata ->> 'phase', '') as phase, coalesce((metadata ->> 'remarks')::int, 0) as remarks,
           coalesce((metadata ->> 'is_error')::boolean, false) as is_error
    from meta_messages where conversation_id = ${threadId} and is_active_branch order by sequence`.execute(
    session,
  );
  return rows;
}

export const insertUserStep = (
  session: Session,
  threadId: string,
  phase: string,
  content: string,
  remarks: number,
) =>
  sql`insert into meta_messages (conversation_id, role, content, metadata, idempotency_key)
    values (${threadId}, 'user', ${content}, ${json({ phase, remarks })}, ${`open:${phase}`})
    on conflict (conversation_id, idempotency_key) where idempotency_key is not null do nothing`.execute(
    session,
  );

/** An assistant message that is being produced. */
export async function openAssistantStep(
  session: Session,
  threadId: string,
  phase: string,
  model: string,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into meta_messages (conversation_id, role, content, status, model_used, metadata)
    values (${threadId}, 'assistant', '', 'streaming', ${model}, ${json({ phase })}) returning id`.execute(
    session,
  );
  return rows[0]?.id as string;
}

export const appendText = (session: Session, id: string, text: string) =>
  sql`update meta_messages set content = content || ${text} where id = ${id} and status = 'streaming'`.execute(
    session,
  );

export interface FinishedStep {
  content: string;
  reasoning: string;
  tool_calls: ToolCall[];
  usage: TokenUsage;
  cost: number;
  model: string;
}

export const finishAssistantStep = (session: Session, id: string, step: FinishedStep) =>
  sql`update meta_messages set status = 'complete', content = ${step.content},
      reasoning = ${step.reasoning || null}, model_used = ${step.model},
      tool_calls = ${step.tool_calls.length > 0 ? json(step.tool_calls) : null},
      input_tokens = ${step.usage.inputTokens}, output_tokens = ${step.usage.outputTokens},
      cached_tokens = ${step.usage.cachedInputTokens}, reasoning_tokens = ${step.usage.reasoningTokens},
      cost = ${step.cost}
    where id = ${id} and status = 'streaming'`.execute(session);

/** What a crashed process left half said is said again. */
export const discardUnfinished = (session: Session, threadId: string) =>
  sql`delete from meta_messages where conversation_id = ${threadId} and role = 'assistant' and status = 'streaming'`.execute(
    session,
  );

export const discardStep = (session: Session, id: string) =>
  sql`delete from meta_messages where id = ${id} and status = 'streaming'`.execute(session);

export interface ToolResult {
  call: ToolCall;
  output: unknown;
  is_error: boolean;
  key: string;
}

/** The result of a tool call, in the transaction of its effect. The key makes it once. */
export const insertToolStep = (
  session: Session,
  threadId: string,
  phase: string,
  step: ToolResult,
  parentId: string | null = null,
) =>
  sql`insert into meta_messages (conversation_id, parent_message_id, role, content, tool_call_id, tool_name, tool_input,
      tool_output, metadata, idempotency_key)
    values (${threadId}, ${parentId}, 'tool', ${toolText(step.output)}, ${step.call.id}, ${step.call.name},
      ${json(step.call.input)}, ${json(step.output)}, ${json({ phase, is_error: step.is_error })}, ${step.key})
    on conflict (conversation_id, idempotency_key) where idempotency_key is not null do nothing`.execute(
    session,
  );

/** Largest tool result a model is given, in characters; the rest stays readable by `read_file`. */
const maxToolText = 24_000;

function toolText(output: unknown): string {
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return text.length > maxToolText ? `${text.slice(0, maxToolText)}… (shortened)` : text;
}

/** The steps of one phase as a model reads them, with what is attached to those of people and given with the last. */
export function toModelMessages(
  { system, context }: { system: string; context?: string | undefined },
  steps: Step[],
  attached: ReadonlyMap<string, MessagePart[]> = new Map(),
): ModelMessage[] {
  const messages: ModelMessage[] = [{ role: 'system', content: system }];
  const question = steps.findLast(({ role }) => role === 'user');
  for (const step of steps) {
    if (step.role === 'user')
      messages.push({
        role: 'user',
        content: userContent(step.content, attached.get(step.id) ?? []),
        ...(context !== undefined && step === question && { context }),
      });
    else if (step.role === 'assistant')
      messages.push({
        role: 'assistant',
        text: step.content,
        ...(step.tool_calls ? { toolCalls: step.tool_calls } : {}),
      });
    else if (step.role === 'tool')
      messages.push({
        role: 'tool',
        toolCallId: step.tool_call_id ?? '',
        toolName: step.tool_name ?? '',
        content: step.content,
        isError: step.is_error,
      });
  }
  return messages;
}

/** One text where there is nothing but text: not every model takes a list of parts. */
function userContent(text: string, parts: MessagePart[]): string | MessagePart[] {
  const all: MessagePart[] = [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...parts];
  return all.every((part) => part.type === 'text') ? all.map((part) => part.text).join('\n\n') : all;
}

/**
 * The messages without as many of the oldest as it takes to fit into `tokens`. The system prompt, the last question
 * and what came after it stay, however long: without them there is nothing to answer.
 */
export function withinTokens(messages: ModelMessage[], tokens: number): ModelMessage[] {
  const [system, ...rest] = messages;
  const lastQuestion = rest.findLastIndex(({ role }) => role === 'user');
  const kept = rest.slice(lastQuestion);
  let used = estimateMessageTokens(system === undefined ? kept : [system, ...kept]);
  let from = lastQuestion;
  while (from > 0) {
    used += estimateMessageTokens(rest.slice(from - 1, from));
    if (used > tokens) break;
    from--;
  }
  // A conversation begins with somebody who asks.
  while (from < lastQuestion && rest[from]?.role !== 'user') from++;
  return system === undefined || lastQuestion < 0 ? messages : [system, ...rest.slice(from)];
}

export const isSearch = (tool: string): boolean => tool.startsWith('search_') || tool === 'web_search';

export const countSearches = (steps: Step[]): number =>
  steps.filter(({ role, tool_name }) => role === 'tool' && isSearch(tool_name ?? '')).length;

/** Tool calls of the last assistant step that have no result yet. */
export function openCalls(steps: Step[]): { step: Step; call: ToolCall; index: number }[] {
  const last = steps.findLast((step) => step.role === 'assistant');
  if (!last?.tool_calls) return [];
  const answered = new Set(
    steps
      .filter((step) => step.role === 'tool' && step.sequence > last.sequence)
      .map((step) => step.tool_call_id),
  );
  return last.tool_calls
    .map((call, index) => ({ step: last, call, index }))
    .filter(({ call }) => !answered.has(call.id));
}

/** Where the steps of a phase are kept. Each method works inside a transaction of the agent. */
export interface Recorder {
  /** What the model has seen and said so far, oldest first. */
  steps(session: Session): Promise<Step[]>;
  /** Drops what a crashed process left half said; absent where none can have. */
  recover?(session: Session): Promise<void>;
  /** Is told that the model is called, before anything else of that call. */
  begins?(): void;
  /** Opens the place where the next answer grows. */
  open(session: Session, model: string): Promise<string>;
  append(session: Session, id: string, text: string): Promise<void>;
  /** Is told of each piece of text as it comes, before it is kept. */
  said?(text: string): void;
  /** The same of what the model thinks before it speaks. */
  thought?(text: string): void;
  /** The same of the arguments of a tool call; `call` is its id. */
  calling?(call: string, tool: string, input: string): void;
  finish(session: Session, id: string, step: FinishedStep): Promise<void>;
  /** Takes back an answer that failed half way. */
  discard(session: Session, id: string): Promise<void>;
  /** Keeps the result of a tool call, once for each key. */
  tool(session: Session, step: ToolResult): Promise<void>;
}

/** Keeps the steps of a task's phase as messages of its thread. */
export function taskRecorder(threadId: string, phase: string): Recorder {
  return {
    steps: async (session) => (await listSteps(session, threadId)).filter((step) => step.phase === phase),
    recover: async (session) => void (await discardUnfinished(session, threadId)),
    open: (session, model) => openAssistantStep(session, threadId, phase, model),
    append: async (session, id, text) => void (await appendText(session, id, text)),
    async finish(session, id, step) {
      await finishAssistantStep(session, id, step);
      await noteProgress(session, threadId);
    },
    discard: async (session, id) => void (await discardStep(session, id)),
    async tool(session, step) {
      await insertToolStep(session, threadId, phase, step);
      await noteProgress(session, threadId);
    },
  };
}

/** What failed before a step that succeeded is not counted against what fails after it. */
const noteProgress = (session: Session, threadId: string) =>
  sql`update meta_tasks set retry_count = 0, lost_workers = 0
    where thread_id = ${threadId} and (retry_count > 0 or lost_workers > 0)`.execute(session);
