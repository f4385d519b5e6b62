import type { Database, Session, UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError, isAppError, messageOf } from '../../kernel/errors.ts';
import { invalidInput } from '../../operations/index.ts';
import {
  estimateMessageTokens,
  estimateTokens,
  type FinishEvent,
  type MessagePart,
  type ModelMessage,
  type ModelParameters,
  noUsage,
  type TokenUsage,
  type ToolCall,
} from '../../providers/model/index.ts';
import type { ResolvedModel } from '../settings/index.ts';
import type { Spending } from '../usage/index.ts';
import { GrowingText } from './growing-text.ts';
import * as thread from './thread.ts';
import { type Tool, type ToolScope, toolSpec } from './tool.ts';

/** Steps of one phase before the agent is stopped: a model that goes in circles costs money. */
const maxModelCalls = 40;
/** Tries of one model call, the first included, when the vendor says that it may succeed later. */
const maxTries = 4;
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** How often text that is being produced is kept. */
const flushMs = 200;
/** Tokens an answer may have when nothing else is set. */
export const defaultMaxOutputTokens = 4_096;

/** One phase of one agent in one thread. */
export interface Phase {
  thread_id: string;
  /** Of the answer or the run it belongs to: with the step a model call goes on from, it names the call to the vendor. */
  id: string;
  record: thread.Recorder;
  /** The transcript when the phase begins, where that was read already; what `recover` takes back is no part of it. */
  steps?: thread.Step[];
  principal: UserPrincipal;
  agent: string;
  system: string;
  tools: Tool[];
  model: ResolvedModel;
  parameters?: ModelParameters;
  /** Tokens of the transcript a model is shown; the oldest messages are left out first. */
  maxInputTokens?: number;
  /** What is given with the last question, and is no part of what was said: read with it, and with no later one. */
  context?: string;
  /** Searches the phase may make; more are answered with a refusal. */
  maxSearches?: number;
  /** How often text that is being produced is kept, where that is not the usual time. */
  flushMs?: number;
  scope: Omit<ToolScope, 'key' | 'signal' | 'principal' | 'agent' | 'thread_id'>;
  /** Makes sure, inside a transaction, that this process still holds the work. */
  hold(session: Session): Promise<void>;
  /** Sets money and tokens aside before a call. Errors: `budget_exceeded`. */
  reserve(tokens: number, cost: number, signal: AbortSignal): Promise<Spending>;
  /** The answer of a person to a tool that waits, once there is one. */
  answerTo(call: ToolCall): Promise<unknown | undefined>;
  /** Whether a call may run; `waiting` until a person has decided. Without it every call may. */
  permit?(tool: Tool, call: ToolCall, key: string): Promise<'allowed' | 'denied' | 'waiting'>;
  /** Parts that go with the messages of people, by the id of their step. */
  attachments?(steps: thread.Step[], signal: AbortSignal): Promise<ReadonlyMap<string, MessagePart[]>>;
}

export type PhaseEnd =
  | { outcome: 'finished'; text: string }
  /** A person has to answer before it goes on. */
  | { outcome: 'waiting' };

export interface LoopDeps {
  database: Database;
  clock: Clock;
}

/**
 * Runs a phase to its end: asks the model, runs the tools it calls, keeps each step, until the model says no more.
 * It starts where the transcript ends, so a crash at any point repeats at most the call that was under way, and
 * never an effect. Errors: `provider_failed` (details.retryable), `budget_exceeded`, and the signal's reason.
 */
export async function runPhase(deps: LoopDeps, phase: Phase, signal: AbortSignal): Promise<PhaseEnd> {
  const { recover } = phase.record;
  if (recover) await inSession(deps, phase, (session) => recover(session));
  let known = phase.steps;
  for (let calls = 0; ; ) {
    signal.throwIfAborted();
    const steps =
      known ?? (await deps.database.as(phase.principal, (session) => phase.record.steps(session)));
    known = undefined;
    const open = thread.openCalls(steps);
    if (open.length > 0) {
      let searches = thread.countSearches(steps);
      for (const { step, call, index } of open) {
        const key = `${step.id}:${index}`;
        if (thread.isSearch(call.name) && ++searches > (phase.maxSearches ?? Number.POSITIVE_INFINITY)) {
          await refuseSearch(deps, phase, call, key);
          continue;
        }
        if ((await runTool(deps, phase, call, key, signal)) === 'waiting') return { outcome: 'waiting' };
      }
      continue;
    }
    const last = steps.at(-1);
    if (last?.role === 'assistant') return { outcome: 'finished', text: last.content };
    if (++calls > maxModelCalls)
      throw new AppError(
        'provider_failed',
        `The agent did not come to an end within ${maxModelCalls} steps.`,
        {
          fix: 'Split the task into smaller ones, or choose a stronger model.',
          details: { retryable: false },
        },
      );
    const attached = await phase.attachments?.(steps, signal);
    const messages = thread.withinTokens(
      thread.toModelMessages({ system: phase.system, context: phase.context }, steps, attached),
      phase.maxInputTokens ?? Number.POSITIVE_INFINITY,
    );
    await callModel(deps, phase, messages, `${phase.id}:${last?.id}`, signal);
  }
}

const refuseSearch = (deps: LoopDeps, phase: Phase, call: ToolCall, key: string) =>
  inSession(deps, phase, (session) =>
    phase.record.tool(session, {
      call,
      output: {
        error: `The ${phase.maxSearches} searches of an answer are used up. Answer with what was found.`,
      },
      is_error: true,
      key,
    }),
  );

/** A transaction of the agent that fails when the work is no longer this process's. */
function inSession<T>(deps: LoopDeps, phase: Phase, work: (session: Session) => Promise<T>): Promise<T> {
  return deps.database.as(phase.principal, async (session) => {
    // They travel together; when the first finds that the work was lost, nothing of the other stays.
    const [, result] = await Promise.all([phase.hold(session), work(session)]);
    return result;
  });
}

async function callModel(
  deps: LoopDeps,
  phase: Phase,
  messages: ModelMessage[],
  key: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { error } = await tryModel(deps, phase, messages, `${key}:${attempt}`, signal);
    if (!error) return;
    signal.throwIfAborted();
    const waitMs = Math.min(longestWaitMs, error.retryAfterMs ?? firstWaitMs * 4 ** (attempt - 1));
    if (!error.retryable || attempt >= maxTries || (error.retryAfterMs ?? 0) > longestWaitMs)
      throw new AppError('provider_failed', error.message, {
        fix: error.retryable
          ? 'Try again later, or choose another model in Settings.'
          : 'Check the connection in Settings.',
        details: { retryable: error.retryable, code: error.code, retry_after_ms: error.retryAfterMs ?? null },
      });
    await deps.clock.sleep(waitMs, signal);
  }
}

/** What a phase's model is asked with these messages. */
export const requestOf = (
  { model, tools, parameters }: Pick<Phase, 'model' | 'tools' | 'parameters'>,
  messages: ModelMessage[],
) => ({
  model: model.model,
  messages,
  continues: true,
  tools: tools.map(toolSpec),
  parameters: {
    ...parameters,
    maxOutputTokens: parameters?.maxOutputTokens ?? defaultMaxOutputTokens,
  },
});
type Request = ReturnType<typeof requestOf>;

/** One call of the model, streamed into a message. A failed one leaves no message. */
async function tryModel(
  deps: LoopDeps,
  phase: Phase,
  messages: ModelMessage[],
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<FinishEvent> {
  const { model } = phase;
  const request = requestOf(phase, messages);
  const { maxOutputTokens } = request.parameters;
  const mayThink = model.provider.capabilities(model.model).parameters.includes('thinkingBudget');
  const mostOutput = maxOutputTokens + (mayThink ? (phase.parameters?.thinkingBudget ?? 0) : 0);
  const inputTokens = estimateMessageTokens(messages) + estimateTokens(JSON.stringify(request.tools));
  const spending = await phase.reserve(
    inputTokens + mostOutput,
    model.cost({
      inputTokens,
      outputTokens: mostOutput,
      cachedInputTokens: 0,
      cacheWriteTokens: inputTokens,
      reasoningTokens: 0,
    }),
    signal,
  );
  try {
    return await stream(deps, phase, request, idempotencyKey, spending, signal);
  } finally {
    await spending.release();
  }
}

async function stream(
  deps: LoopDeps,
  phase: Phase,
  request: Request,
  idempotencyKey: string,
  spending: Spending,
  signal: AbortSignal,
): Promise<FinishEvent> {
  const { model } = phase;
  const started = deps.clock.now();
  // The vendor is asked meanwhile. What it says is kept where there is a place for it, and nowhere else.
  phase.record.begins?.();
  let lost: { error: unknown } | undefined;
  const opened = inSession(deps, phase, (session) => phase.record.open(session, model.label));
  opened.catch((error: unknown) => {
    lost = { error };
  });
  const events = model.provider.stream({
    ...request,
    signal,
    idempotencyKey,
  });
  let text = '';
  let reasoning = '';
  const toolCalls: ToolCall[] = [];
  let finish: FinishEvent | undefined;
  const growing = new GrowingText(deps.clock, phase.flushMs ?? flushMs, async (more) => {
    // Before the transaction, not in it: it would hold what the opening changes, and wait for it.
    const id = await opened;
    await inSession(deps, phase, (session) => phase.record.append(session, id, more));
  });
  try {
    for await (const event of events) {
      if (lost) throw lost.error;
      if (event.type === 'text') {
        text += event.text;
        phase.record.said?.(event.text);
        growing.add(event.text);
      } else if (event.type === 'reasoning') {
        reasoning += event.text;
        phase.record.thought?.(event.text);
      } else if (event.type === 'tool-input') phase.record.calling?.(event.id, event.name, event.text);
      else if (event.type === 'tool-call') {
        const { type: _, ...call } = event;
        toolCalls.push(call);
      } else finish = event;
    }
    await growing.end();
  } catch (error) {
    await growing.end().catch(() => {});
    // The work was taken away while the model spoke, for example because a person stopped it.
    const usage = usageOf(
      finish ?? { type: 'finish', stopReason: 'aborted', usage: noUsage },
      request,
      text + reasoning,
    );
    if (usage !== noUsage) await spending.settle(usage, model.cost(usage), deps.clock.now() - started, true);
    throw error;
  }
  if (!finish) throw new AppError('internal', 'The model’s stream ended without its last event.');

  const failed = finish.stopReason === 'error' || finish.stopReason === 'aborted';
  const usage = usageOf(finish, request, text + reasoning);
  const cost = model.cost(usage);
  // The vendor was paid whether or not the step is kept, so this comes first.
  await spending.settle(usage, cost, deps.clock.now() - started, failed);
  const messageId = await opened;
  await inSession(deps, phase, async (session) => {
    if (failed) await phase.record.discard(session, messageId);
    else
      await phase.record.finish(session, messageId, {
        content: text,
        reasoning,
        tool_calls: toolCalls,
        usage,
        cost,
        model: model.label,
      });
  });
  return finish;
}

/**
 * What a call used. A vendor says it at the end, which a call that was cut off does not reach; what it had said until
 * then is paid for all the same, and is estimated.
 */
function usageOf({ usage, stopReason }: FinishEvent, { messages, tools }: Request, said: string): TokenUsage {
  const cutOff = stopReason === 'error' || stopReason === 'aborted';
  if (!cutOff || said === '' || usage.inputTokens + usage.outputTokens > 0) return usage;
  return {
    inputTokens: estimateMessageTokens(messages) + estimateTokens(JSON.stringify(tools)),
    outputTokens: estimateTokens(said),
    cachedInputTokens: 0,
    reasoningTokens: 0,
  };
}

async function runTool(
  deps: LoopDeps,
  phase: Phase,
  call: ToolCall,
  key: string,
  signal: AbortSignal,
): Promise<'done' | 'waiting'> {
  const scope: ToolScope = {
    ...phase.scope,
    principal: phase.principal,
    agent: phase.agent,
    thread_id: phase.thread_id,
    key,
    signal,
  };
  const record = (session: Session, output: unknown, is_error: boolean) =>
    phase.record.tool(session, { call, output, is_error, key });
  try {
    const tool = phase.tools.find((candidate) => candidate.name === call.name);
    if (!tool)
      throw new AppError('not_found', `There is no tool called ${call.name}.`, {
        fix: `Use one of: ${phase.tools.map((candidate) => candidate.name).join(', ')}.`,
      });
    const parsed = tool.input.safeParse(call.input);
    if (!parsed.success) throw invalidInput(parsed.error);
    const permission = (await phase.permit?.(tool, call, key)) ?? 'allowed';
    if (permission === 'waiting') return 'waiting';
    if (permission === 'denied')
      throw new AppError('forbidden', 'The person did not allow this call.', {
        fix: 'Go on without it, or ask them what they want instead.',
      });
    if (tool.waits) {
      const answer = await phase.answerTo(call);
      if (answer === undefined) {
        await inSession(deps, phase, (session) => tool.run(session, scope, parsed.data, undefined));
        return 'waiting';
      }
      await inSession(deps, phase, (session) => record(session, { answer }, false));
      return 'done';
    }
    const prepared = await tool.prepare?.(scope, parsed.data);
    signal.throwIfAborted();
    await inSession(deps, phase, async (session) =>
      record(session, await tool.run(session, scope, parsed.data, prepared), false),
    );
  } catch (error) {
    signal.throwIfAborted();
    // The model reads what was wrong and can do better; faults of ours end the run.
    if (!isAppError(error) || error.code === 'internal' || error.code === 'unavailable') throw error;
    await inSession(deps, phase, (session) =>
      record(session, { error: `${error.message} ${error.fix ?? ''}`.trim(), details: error.details }, true),
    );
  }
  return 'done';
}

/** Whether a failed call may be tried again later, and what to tell the person. */
export function failureOf(error: unknown): {
  retryable: boolean;
  message: string;
  retryAfterMs: number | null;
} {
  if (isAppError(error, 'provider_failed'))
    return {
      retryable: error.details?.retryable === true,
      message: `${error.message} ${error.fix ?? ''}`.trim(),
      retryAfterMs: (error.details?.retry_after_ms as number | null) ?? null,
    };
  if (isAppError(error))
    return {
      retryable: ['unavailable', 'timeout', 'conflict', 'rate_limited'].includes(error.code),
      message: `${error.message} ${error.fix ?? ''}`.trim(),
      retryAfterMs: null,
    };
  return { retryable: true, message: messageOf(error), retryAfterMs: null };
}
