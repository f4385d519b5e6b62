import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendJson, WireServer } from '../testing/server.ts';
import { createModelProvider, findOllama } from './create.ts';
import type {
  FinishEvent,
  ModelEvent,
  ModelMessage,
  ModelParameters,
  ModelProvider,
  ModelRequest,
  ProviderKind,
} from './port.ts';
import { type Answer, wires } from './testing/wire.ts';

type Kind = Exclude<ProviderKind, 'builtin'>;
const kinds: Kind[] = ['openai', 'anthropic', 'google', 'openai-compatible', 'ollama'];
const key = 'sk-very-secret-key';
/** A model of each vendor that takes the most parameters. */
const modelOf: Record<Kind, string> = {
  openai: 'gpt-4.1',
  anthropic: 'claude-sonnet-4-6',
  google: 'gemini-3-pro',
  'openai-compatible': 'mixtral',
  ollama: 'llama3.2',
};

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start(() => {});
});
afterAll(() => server.close());
beforeEach(() => {
  server.received.length = 0;
});

function open(kind: Kind, idleTimeoutMs = 5_000): ModelProvider {
  const baseUrl = kind === 'ollama' ? server.url : `${server.url}/v1`;
  return createModelProvider({ kind, name: `My ${kind}`, baseUrl, apiKey: key }, { idleTimeoutMs });
}

async function collect(
  provider: ModelProvider,
  more: Partial<ModelRequest> = {},
): Promise<{ events: ModelEvent[]; finish: FinishEvent }> {
  const events: ModelEvent[] = [];
  const request: ModelRequest = {
    model: modelOf[provider.kind as Kind],
    messages: [{ role: 'user', content: 'Hi' }],
    ...more,
  };
  for await (const event of provider.stream(request)) events.push(event);
  const finishes = events.filter((event) => event.type === 'finish');
  expect(finishes).toHaveLength(1);
  expect(events.at(-1)).toBe(finishes[0]);
  expect(JSON.stringify(events)).not.toContain(key);
  return { events, finish: finishes[0] as FinishEvent };
}

const begin = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

function answerWith(kind: Kind, answer: Answer): void {
  server.respond = (_request, response) => begin(response).end(wires[kind].events(answer).join(''));
}

const textOf = (events: ModelEvent[], type: 'text' | 'reasoning'): string =>
  events.map((event) => (event.type === type ? event.text : '')).join('');

const tool = {
  name: 'search',
  description: 'Finds',
  inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};

describe.each(kinds)('contract: %s', (kind) => {
  test('text arrives in order and ends with the stop reason and the usage', async () => {
    answerWith(kind, { text: ['Hel', 'lo', ' wörld'] });
    const { events, finish } = await collect(open(kind));
    expect(textOf(events, 'text')).toBe('Hello wörld');
    expect(finish).toMatchObject({
      stopReason: 'stop',
      // Anthropic counts thinking within its output and does not say how much of it that is.
      usage: {
        inputTokens: 100,
        cachedInputTokens: 40,
        outputTokens: 20,
        reasoningTokens: kind === 'anthropic' ? 0 : 5,
      },
    });
    expect(finish.error).toBeUndefined();
  });

  test('a prompt that the next calls begin with is kept by the vendor that wants to be told', async () => {
    server.respond = (_request, response) =>
      begin(response).end(
        wires[kind]
          .events({ text: ['4'] })
          .join('')
          .replace('"cache_creation_input_tokens":0', '"cache_creation_input_tokens":30'),
      );
    const messages: ModelMessage[] = [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'What is 1 + 1?' },
      { role: 'assistant', text: '2' },
      { role: 'user', content: 'And 2 + 2?', context: 'Remembered: likes sums' },
      { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'add', input: { a: 2 } }] },
      { role: 'tool', toolCallId: 'c1', toolName: 'add', content: '4' },
    ];
    const { finish } = await collect(open(kind), { messages, continues: true });
    const sent = (): string => server.received.at(-1)?.body.toString() ?? '';
    if (kind === 'anthropic') {
      const kept = { cache_control: { type: 'ephemeral' } };
      const { system, messages: told } = JSON.parse(sent()) as {
        system: object[];
        messages: { content: object[] }[];
      };
      expect(system).toMatchObject([{ text: 'Be brief', ...kept }]);
      expect(told.map(({ content }) => content.map((part) => 'cache_control' in part))).toEqual([
        [false],
        [true],
        [false],
        [false],
        [true],
      ]);
    } else expect(sent()).not.toContain('cache');
    expect(finish.usage).toMatchObject(
      kind === 'anthropic'
        ? { inputTokens: 130, cachedInputTokens: 40, cacheWriteTokens: 30 }
        : { inputTokens: 100, cachedInputTokens: 40, cacheWriteTokens: 0 },
    );
    expect(JSON.parse(`"${/And 2 \+ 2\?(?:[^"\\]|\\.)*/.exec(sent())?.[0]}"`)).toBe(
      'And 2 + 2?\n\nRemembered: likes sums',
    );
    await collect(open(kind), { messages });
    expect(sent()).not.toContain('cache_control');
  });

  test('the body of a request is told byte for byte, and nothing is sent for it', async () => {
    answerWith(kind, { text: ['4'] });
    const request: ModelRequest = {
      model: 'm',
      messages: [
        { role: 'system', content: 'Be “brief” – \u2028' },
        { role: 'user', content: [{ type: 'text', text: 'What is 2 + 2?' }] },
      ],
      tools: [tool],
      parameters: { maxOutputTokens: 77, temperature: 0.5 },
    };
    const before = server.received.length;
    const body = await open(kind).bodyOf(request);
    expect(server.received).toHaveLength(before);
    await collect(open(kind), request);
    expect(body).toBe(server.received.at(-1)?.body.toString());
    expect(body).toContain('77');
  });

  test.each(['length', 'content-filter'] as const)('the stop reason %s', async (stop) => {
    answerWith(kind, { text: ['Hel'], stop });
    expect((await collect(open(kind))).finish.stopReason).toBe(stop);
  });

  // Chat completions of OpenAI do not show what the model thinks.
  test.skipIf(kind === 'openai')('reasoning is told apart from text', async () => {
    answerWith(kind, { reasoning: 'Let me think', text: ['4'] });
    const { events } = await collect(open(kind));
    expect([textOf(events, 'reasoning'), textOf(events, 'text')]).toEqual(['Let me think', '4']);
  });

  test('a tool call comes whole, and goes back with its result the way the vendor wants it', async () => {
    const call = { id: 'call_1', name: 'search', arguments: '{"query":"tokens"}' };
    answerWith(kind, {
      reasoning: kind === 'anthropic' ? 'I search' : undefined,
      toolCalls: [call],
      stop: 'tool-calls',
    });
    const { events, finish } = await collect(open(kind), { tools: [tool] });
    const found = events.find((event) => event.type === 'tool-call');
    expect(found).toMatchObject({ name: 'search', input: { query: 'tokens' } });
    expect(finish.stopReason).toBe('tool-calls');
    expect(JSON.stringify(server.json())).toContain('"query":{"type":"string"}');
    if (found?.type !== 'tool-call') throw new Error('no tool call');
    const { type: _, ...toolCall } = found;
    answerWith(kind, { text: ['Done'] });
    await collect(open(kind), {
      tools: [tool],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', text: '', toolCalls: [toolCall] },
        { role: 'tool', toolCallId: toolCall.id, toolName: 'search', content: 'found it', isError: false },
      ],
      parameters: kind === 'anthropic' ? { thinkingBudget: 2048 } : {},
    });
    const sent = JSON.stringify(server.json());
    for (const part of ['Be brief.', 'tokens', 'found it']) expect(sent).toContain(part);
    if (kind === 'anthropic' || kind === 'google') expect(sent).toContain('signed');
    if (kind !== 'google') expect(sent).toContain(toolCall.id);
  });

  test('tool choice and the idempotency key reach the wire', async () => {
    answerWith(kind, { text: ['x'] });
    await collect(open(kind), { tools: [tool], toolChoice: 'required', idempotencyKey: 'run-7' });
    const choice = JSON.stringify(server.json().tool_choice ?? server.json().toolConfig);
    expect(choice).toMatch(/required|any/i);
    expect(server.received[0]?.headers['idempotency-key']).toBe('run-7');
  });

  test('an image in a message reaches the wire', async () => {
    answerWith(kind, { text: ['a cat'] });
    await collect(open(kind), {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image', mediaType: 'image/png', data: 'aGVsbG8=' },
          ],
        },
      ],
    });
    expect(JSON.stringify(server.json())).toContain('aGVsbG8=');
  });

  const values: Required<ModelParameters> = {
    temperature: 0.31,
    topP: 0.72,
    topK: 17,
    frequencyPenalty: 0.13,
    presencePenalty: 0.14,
    seed: 42,
    stopSequences: ['END'],
    maxOutputTokens: 333,
    reasoningEffort: 'high',
    thinkingBudget: 2048,
  };
  test.each(Object.entries(values))(
    'the parameter %s reaches the wire, or is told to be unsupported and stays off it',
    async (name, value) => {
      answerWith(kind, { text: ['x'] });
      const reasons = kind === 'openai' && name === 'reasoningEffort';
      const model = reasons ? 'o3' : modelOf[kind];
      await collect(open(kind), { model, parameters: { [name]: value } });
      const path = wires[kind].parameters[name as keyof ModelParameters];
      const supported = open(kind).capabilities(model).parameters as string[];
      expect(supported.includes(name)).toBe(path !== undefined);
      const sent = path
        ?.split('.')
        .reduce<unknown>(
          (body, part) => (body as Record<string, unknown> | undefined)?.[part],
          server.json(),
        );
      if (path !== undefined) expect(sent).toEqual(value);
      else expect(JSON.stringify(server.json())).not.toContain(JSON.stringify(value));
    },
  );

  test.each([
    [401, 'unauthenticated', false, /Check the key in Settings/],
    [403, 'forbidden', false, /key may use this model/],
    [404, 'not_found', false, /model name/],
    [400, 'invalid_request', false, /refuses the request/],
    [402, 'quota_exhausted', false, /credit/],
    [429, 'rate_limited', true, /slow down/],
    [500, 'overloaded', true, /failed on its side/],
    [529, 'overloaded', true, /failed on its side/],
  ] as const)('status %i is %s, retryable: %s', async (status, code, retryable, message) => {
    server.respond = (_request, response) =>
      sendJson(response, wires[kind].error('some_error', `it failed for ${key}`), status, {
        'retry-after': '7',
      });
    const { finish } = await collect(open(kind));
    expect(finish).toMatchObject({
      stopReason: 'error',
      error: { code, status, retryable, message: expect.stringMatching(message) },
    });
    expect(finish.error?.retryAfterMs).toBe(retryable ? 7000 : undefined);
    expect(server.received).toHaveLength(1);
  });

  test('a request that is too long is told as such', async () => {
    server.respond = (_request, response) =>
      sendJson(
        response,
        wires[kind].error('invalid_request_error', 'prompt is too long: 250000 tokens > 200000 maximum'),
        400,
      );
    expect((await collect(open(kind))).finish.error).toMatchObject({
      code: 'context_too_long',
      retryable: false,
    });
  });

  test('a page that is no API answer is an error and not a crash', async () => {
    server.respond = (_request, response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
    const { finish } = await collect(open(kind));
    expect(finish.error).toMatchObject({ code: 'overloaded', retryable: true });
    expect(finish.error?.message).not.toContain('<html>');
  });

  test('half a stream, cut or ended early, is incomplete and retryable', async () => {
    const half = wires[kind]
      .events({ text: ['Hel', 'lo'] })
      .slice(0, -2)
      .slice(0, 3);
    for (const end of ['destroy', 'end'] as const) {
      server.respond = async (_request, response) => {
        begin(response).write(kind === 'google' ? wires[kind].events({ text: ['Hel'] })[0] : half.join(''));
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (end === 'end') response.end();
        else response.destroy();
      };
      const { events, finish } = await collect(open(kind));
      expect(textOf(events, 'text')).toContain('Hel');
      expect(finish.stopReason).toBe('error');
      expect(['incomplete', 'network']).toContain(finish.error?.code);
      expect(finish.error?.retryable).toBe(true);
    }
  });

  test('an answer with nothing in it is empty and retryable', async () => {
    answerWith(kind, {});
    expect((await collect(open(kind))).finish.error).toMatchObject({ code: 'empty', retryable: true });
    server.respond = (_request, response) => begin(response).end();
    expect((await collect(open(kind))).finish.error).toMatchObject({ retryable: true });
  });

  // Gemini sends arguments as JSON, not as text that could break off.
  test.skipIf(kind === 'google')(
    'arguments that are no JSON end as incomplete, without a tool call',
    async () => {
      answerWith(kind, {
        toolCalls: [{ id: 'c', name: 'search', arguments: '{"query": "tok' }],
        stop: 'tool-calls',
      });
      const { events, finish } = await collect(open(kind), { tools: [tool] });
      expect(events.some(({ type }) => type === 'tool-call')).toBe(false);
      expect(finish.error).toMatchObject({ code: 'incomplete', retryable: true });
    },
  );

  test('a server that says nothing is given up after the idle time', async () => {
    server.respond = (_request, response) => {
      begin(response).flushHeaders();
    };
    expect((await collect(open(kind, 80))).finish.error).toMatchObject({ code: 'timeout', retryable: true });
  });

  test('an abort ends the stream at once and closes the connection', async () => {
    const abort = new AbortController();
    const closed = new Promise<void>((resolve) => {
      server.respond = (_request, response) => {
        begin(response).write(
          wires[kind]
            .events({ text: ['Hel'] })
            .slice(0, 3)
            .join(''),
        );
        response.on('close', resolve);
        setTimeout(() => abort.abort(), 30);
      };
    });
    const started = performance.now();
    const { finish } = await collect(open(kind), { signal: abort.signal });
    expect(finish).toMatchObject({ stopReason: 'aborted' });
    expect(finish.error).toBeUndefined();
    await closed;
    expect(performance.now() - started).toBeLessThan(2_000);
    expect((await collect(open(kind), { signal: AbortSignal.abort() })).finish.stopReason).toBe('aborted');
  });

  test('a server that is not there is a network error', async () => {
    const provider = createModelProvider({ kind, name: 'Gone', baseUrl: 'http://127.0.0.1:9', apiKey: key });
    expect((await collect(provider)).finish.error).toMatchObject({ code: 'network', retryable: true });
  });

  const listed: Record<Kind, unknown> = {
    openai: { data: [{ id: 'b' }, { id: 'a' }] },
    anthropic: { data: [{ id: 'b' }, { id: 'a' }] },
    google: {
      models: [
        { name: 'models/b', supportedGenerationMethods: ['generateContent'] },
        { name: 'models/a', supportedGenerationMethods: ['generateContent'] },
        { name: 'models/embedding', supportedGenerationMethods: ['embedContent'] },
      ],
    },
    'openai-compatible': { data: [{ id: 'b' }, { id: 'a' }] },
    ollama: { models: [{ name: 'b' }, { name: 'a' }] },
  };

  test('models are listed with the key in its header, and the connection test says what is wrong', async () => {
    server.respond = (_request, response) => sendJson(response, listed[kind]);
    expect(await open(kind).listModels()).toEqual(['a', 'b']);
    const headers = Object.values(server.received[0]?.headers ?? {}).join(' ');
    expect(headers).toContain(key);
    expect(server.received[0]?.url).not.toContain(key);
    expect(await open(kind).test()).toMatchObject({ ok: true, models: ['a', 'b'] });
    server.respond = (_request, response) =>
      sendJson(response, wires[kind].error('authentication_error', key), 401);
    const refused = await open(kind).test();
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('Check the key') });
    await expect(open(kind).listModels()).rejects.toMatchObject({ code: 'provider_failed' });
    server.respond = (_request, response) => response.end('<html>');
    expect(await open(kind).test()).toMatchObject({
      ok: false,
      message: expect.stringContaining('base URL'),
    });
  });
});

test('an error in the middle of a stream is classified by its type', async () => {
  server.respond = (_request, response) => {
    const [first = ''] = wires.anthropic.events({ text: ['x'] });
    begin(response).end(
      `${first}event: error\ndata: ${JSON.stringify(wires.anthropic.error('overloaded_error', 'Overloaded'))}\n\n`,
    );
  };
  expect((await collect(open('anthropic'))).finish.error).toMatchObject({
    code: 'overloaded',
    retryable: true,
  });
  server.respond = (_request, response) => {
    begin(response).end(
      `data: ${JSON.stringify(wires.openai.error('insufficient_quota', 'You exceeded your current quota'))}\n\n`,
    );
  };
  expect((await collect(open('openai'))).finish.error?.retryable).toBe(false);
});

test('reasoning models of OpenAI get the least effort they know for none', async () => {
  answerWith('openai', { text: ['x'] });
  for (const [model, effort] of [
    ['o3', 'low'],
    ['gpt-5-mini', 'minimal'],
    ['gpt-5.1', 'none'],
  ]) {
    await collect(open('openai'), {
      model,
      parameters: { reasoningEffort: 'none', temperature: 1, maxOutputTokens: 5 },
    });
    expect(server.json()).toMatchObject({ reasoning_effort: effort, max_completion_tokens: 5 });
    expect(server.json()).not.toHaveProperty('temperature');
  }
});

test('a vendor that needs a key is not asked without one', async () => {
  const provider = createModelProvider({ kind: 'openai', name: 'OpenAI', baseUrl: server.url });
  expect((await collect(provider)).finish.error).toMatchObject({ code: 'unauthenticated', retryable: false });
  expect(server.received).toHaveLength(0);
});

test.each(['ftp://x', 'file:///etc/passwd', 'not a url', 'javascript:1', 'http://user:pass@host/v1'])(
  'refuses the base URL %s',
  (baseUrl) => {
    expect(() => createModelProvider({ kind: 'openai-compatible', name: 'x', baseUrl })).toThrow(/http/);
  },
);

test('a running Ollama is found, a missing or silent one is not', async () => {
  server.respond = (_request, response) => sendJson(response, { models: [{ name: 'llama3.2' }] });
  expect(await findOllama(server.url)).toEqual({ baseUrl: server.url, models: ['llama3.2'] });
  expect(await findOllama('http://127.0.0.1:9')).toBeNull();
  server.respond = () => {};
  expect(await findOllama(server.url)).toBeNull();
});
