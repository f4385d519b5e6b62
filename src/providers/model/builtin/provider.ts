import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../../../kernel/errors.ts';
import type {
  ConnectionTest,
  ModelCapabilities,
  ModelEvent,
  ModelProvider,
  ModelRequest,
  TokenUsage,
} from '../port.ts';
import { estimateTokens } from '../tokens.ts';
import { chatStep } from './chat.ts';
import { label } from './report.ts';
import { specialistStep } from './specialist.ts';
import { planStep } from './supervisor.ts';
import { readTranscript, type Step, type Transcript } from './transcript.ts';
import { verifyStep } from './verifier.ts';

export const builtinModel = 'extractive';

function stepOf(transcript: Transcript): Step {
  switch (transcript.role) {
    case 'supervisor':
      return planStep(transcript);
    case 'verifier':
      return verifyStep(transcript);
    case 'chat':
      return chatStep(transcript);
    default:
      return specialistStep(transcript);
  }
}

function usageOf(request: ModelRequest, output: string): TokenUsage {
  const input = request.messages.map((message) => {
    if (message.role === 'assistant') return message.text + JSON.stringify(message.toolCalls ?? []);
    return typeof message.content === 'string' ? message.content : JSON.stringify(message.content);
  });
  const inputTokens = input.reduce((sum, text) => sum + estimateTokens(text), 0);
  return { inputTokens, outputTokens: estimateTokens(output), cachedInputTokens: 0, reasoningTokens: 0 };
}

/**
 * The model that needs no key and no network: it decides each turn by rule from the messages alone, so the same
 * conversation always gives the same answer. It takes part in the ordinary agent loop like any other model.
 */
export function createBuiltinModel(name: string): ModelProvider {
  return {
    kind: 'builtin',
    name,
    capabilities: (): ModelCapabilities => ({
      tools: true,
      json: false,
      media: [],
      parameters: [],
      contextWindow: null,
    }),
    stream,
    bodyOf: () => Promise.resolve(null),
    listModels: () => Promise.resolve([builtinModel]),
    test: (): Promise<ConnectionTest> =>
      Promise.resolve({
        ok: true,
        message: `${label}. It runs inside the server.`,
        latencyMs: 0,
        models: [builtinModel],
      }),
  };
}

async function* stream(request: ModelRequest): AsyncGenerator<ModelEvent> {
  // Lets the caller's other work run first: a turn over long documents takes tens of milliseconds.
  await nextTurn();
  let step: Step;
  try {
    step = stepOf(readTranscript(request));
  } catch (error) {
    const message = `The built-in model failed: ${messageOf(error)}`;
    yield {
      type: 'finish',
      stopReason: 'error',
      usage: usageOf(request, ''),
      error: { code: 'unknown', message, retryable: false },
    };
    return;
  }
  const output = 'say' in step ? step.say : JSON.stringify(step.call);
  const usage = usageOf(request, output);
  if ('say' in step) {
    for (const text of step.say.match(/[^\n]*\n?/g)?.filter((line) => line !== '') ?? []) {
      if (request.signal?.aborted) return yield { type: 'finish', stopReason: 'aborted', usage };
      yield { type: 'text', text };
      await nextTurn();
    }
  } else {
    const turn = request.messages.length;
    for (const [i, { name, input }] of step.call.entries()) {
      yield { type: 'tool-call', id: `builtin_${turn}_${i + 1}`, name, input };
    }
  }
  const stopReason = request.signal?.aborted ? 'aborted' : 'say' in step ? 'stop' : 'tool-calls';
  yield { type: 'finish', stopReason, usage };
}
