import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import OpenAI, { APIError, AuthenticationError, NotFoundError, RateLimitError } from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Answer, wires } from '../../src/providers/model/testing/wire.ts';
import { type Received, sendJson, WireServer } from '../../src/providers/testing/server.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { until } from '../harness/until.ts';

// The vendor's own client against the whole server, which calls a local server that speaks the vendor's wire format.
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const wire = wires['openai-compatible'];

let app: TestApp;
let ada: Person;
let bob: Person;
let vendor: WireServer;
let url: string;
let openai: OpenAI;
let close: () => Promise<void>;
let answer: (
  request: Record<string, unknown>,
  received: Received,
) => Answer | { status: number; headers?: Record<string, string> };
let gone = 0;

beforeAll(async () => {
  vendor = await WireServer.start((received, response) => {
    if (received.url.endsWith('/models'))
      return sendJson(response, { data: [{ id: 'small' }, { id: 'large' }, { id: 'other/one' }] });
    if (received.url === '/picture.png')
      return response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from(png, 'base64'));
    if (received.url === '/page') return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    const reply = answer(JSON.parse(String(received.body)) as Record<string, unknown>, received);
    if ('status' in reply)
      return sendJson(response, wire.error('error', `status ${reply.status}`), reply.status, reply.headers);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = wire.events(reply);
    if (reply.text?.includes('HANG')) {
      response.write(events[0]);
      response.write(events[1]);
      response.once('close', () => gone++);
      return;
    }
    for (const event of events) response.write(event);
    response.end();
  });
  app = await openTestApp({ META_AGENT_PRIVATE_ADDRESSES: 'allow' });
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  await ada.client.settings.createProvider({
    kind: 'openai-compatible',
    name: 'Scripted',
    base_url: `${vendor.url}/v1`,
    api_key: 'sk-scripted',
    models: { haiku: 'small', sonnet: 'middle', opus: 'large' },
  });
  const server = serve({ fetch: app.app.createHttp().fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  close = () => new Promise((resolve) => server.close(() => resolve()));
  openai = clientOf(ada.key);
});
afterAll(async () => {
  await close();
  await app.close();
  await vendor.close();
});
beforeEach(() => {
  answer = () => ({ text: ['Hello', ' there'] });
});

const clientOf = (apiKey: string, more: { project?: string } = {}) =>
  new OpenAI({ apiKey, baseURL: url, maxRetries: 0, ...more });
const hello = { model: 'sonnet', messages: [{ role: 'user' as const, content: 'Hi' }] };
const failed = async (call: Promise<unknown>): Promise<APIError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(APIError);
  return error as APIError;
};
const saidIn = ({ output }: { output: OpenAI.Responses.ResponseOutputItem[] }): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('');
/** What the vendor was sent last. */
const sent = () => vendor.json();

test('lists tiers, the models of every connection, the built-in one and the embedding model', async () => {
  const names = (await openai.models.list()).data.map(({ id }) => id);
  expect(names).toEqual([
    'haiku',
    'sonnet',
    'opus',
    'builtin/extractive',
    'Scripted/small',
    'Scripted/middle',
    'Scripted/large',
    'Scripted/other/one',
    'universal-sentence-encoder-lite-en',
  ]);
  for (const name of names)
    expect(await openai.models.retrieve(name)).toMatchObject({ id: name, object: 'model' });
  expect((await clientOf(bob.key).models.list()).data.map(({ id }) => id)).not.toContain('Scripted/small');
  expect(await failed(openai.models.retrieve('Nobody/none'))).toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
});

test('a chat answers with the vendor’s words and is metered; nothing of it is stored', async () => {
  const before = (await ada.client.usage.summary({})).total;
  const { data, response } = await openai.chat.completions
    .create({
      ...hello,
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [{ type: 'text', text: 'And?' }] },
      ],
      temperature: 0.3,
      top_p: 0.9,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      seed: 7,
      stop: ['END'],
      max_completion_tokens: 50,
      reasoning_effort: 'low',
      parallel_tool_calls: false,
      user: 'somebody',
    })
    .withResponse();
  expect(data).toMatchObject({
    object: 'chat.completion',
    model: 'sonnet',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello there' } }],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
    },
  });
  expect(response.headers.get('x-ignored-parameters')).toBeNull();
  expect(sent()).toMatchObject({
    model: 'middle',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: 'And?' },
    ],
    temperature: 0.3,
    top_p: 0.9,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    seed: 7,
    stop: ['END'],
    max_tokens: 50,
    reasoning_effort: 'low',
    parallel_tool_calls: false,
  });
  const after = (await ada.client.usage.summary({})).total;
  expect(after).toMatchObject({
    calls: before.calls + 1,
    input_tokens: before.input_tokens + 100,
    output_tokens: before.output_tokens + 20,
  });
  expect((await ada.client.conversations.list({})).items).toEqual([]);
});

test('a stream brings the pieces, the end and the usage when asked', async () => {
  answer = () => ({ reasoning: 'Hm.', text: ['Hello', ' there'] });
  const stream = await openai.chat.completions.create({
    ...hello,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello there');
  expect(
    chunks
      .map(({ choices }) => (choices[0]?.delta as { reasoning_content?: string })?.reasoning_content ?? '')
      .join(''),
  ).toBe('Hm.');
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 120 } });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  const plain = await openai.chat.completions.create({ ...hello, stream: true });
  for await (const chunk of plain) expect(chunk.usage).toBeUndefined();
});

const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    strict: true,
  },
};

test('a tool goes there and back, streamed and whole', async () => {
  answer = ({ messages }) =>
    (messages as { role: string; content: string }[]).at(-1)?.role === 'tool'
      ? { text: ['It is sunny.'] }
      : {
          toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"city":"Ulm"}' }],
          stop: 'tool-calls',
        };
  const asked = { role: 'user' as const, content: 'Weather in Ulm?' };
  const first = await openai.chat.completions.create({
    ...hello,
    messages: [asked],
    tools: [weather],
    tool_choice: 'required',
  });
  expect(sent()).toMatchObject({ tools: [weather], tool_choice: 'required' });
  const [choice] = first.choices;
  expect(choice).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather' } }],
    },
  });
  const result = { role: 'tool' as const, tool_call_id: 'call_1', content: '{"sky":"sunny"}' };
  const runner = await openai.chat.completions
    .stream({ ...hello, messages: [asked, choice?.message ?? asked, result], tools: [weather] })
    .finalChatCompletion();
  expect(runner.choices[0]?.message.content).toBe('It is sunny.');
  expect(sent().messages).toMatchObject([
    { role: 'user' },
    {
      role: 'assistant',
      tool_calls: [{ id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Ulm"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"sunny"}' },
  ]);
  const streamed = await openai.chat.completions
    .stream({ ...hello, messages: [asked], tools: [weather] })
    .finalChatCompletion();
  expect(streamed.choices[0]?.message.tool_calls).toMatchObject([
    { id: 'call_1', function: { arguments: '{"city":"Ulm"}' } },
  ]);
  expect(await failed(openai.chat.completions.create({ ...hello, messages: [asked, result] }))).toMatchObject(
    {
      status: 400,
      param: 'messages.1',
    },
  );
});

test('the arguments of calls come as the model writes them, also of several at once and of none', async () => {
  const city = '{"city":"Ulm an der Donau","days":[1,2,3]}';
  answer = () => ({
    toolCalls: [
      { id: 'call_1', name: 'get_weather', arguments: city },
      { id: 'call_2', name: 'get_time', arguments: '' },
    ],
    stop: 'tool-calls',
  });
  const tools = [weather, { type: 'function' as const, function: { name: 'get_time' } }];
  const pieces: string[] = [];
  const stream = openai.chat.completions.stream({ ...hello, tools });
  for await (const chunk of stream)
    for (const call of chunk.choices[0]?.delta.tool_calls ?? [])
      if (call.index === 0) pieces.push(call.function?.arguments ?? '');
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join('')).toBe(city);
  expect((await stream.finalChatCompletion()).choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      tool_calls: [
        { id: 'call_1', function: { name: 'get_weather', arguments: city } },
        { id: 'call_2', function: { name: 'get_time', arguments: '{}' } },
      ],
    },
  });
  const response = openai.responses.stream({
    model: 'sonnet',
    input: 'Hi',
    tools: tools.map(({ function: { name } }) => ({
      type: 'function' as const,
      name,
      parameters: { type: 'object' },
      strict: false,
    })),
  });
  const deltas: string[] = [];
  for await (const event of response)
    if (event.type === 'response.function_call_arguments.delta') deltas.push(event.delta);
  expect(deltas.length).toBeGreaterThan(2);
  expect(deltas.join('')).toBe(`${city}{}`);
  expect((await response.finalResponse()).output).toMatchObject([
    { type: 'function_call', call_id: 'call_1', status: 'completed', arguments: city },
    { type: 'function_call', call_id: 'call_2', status: 'completed', arguments: '{}' },
  ]);
});

test('a schema for the answer reaches the vendor', async () => {
  const schema = {
    type: 'object',
    properties: { n: { type: 'number' } },
    required: ['n'],
    additionalProperties: false,
  };
  answer = () => ({ text: ['{"n"', ':1}'] });
  const parsed = await openai.chat.completions.parse({
    ...hello,
    response_format: { type: 'json_schema', json_schema: { name: 'number', schema, strict: true } },
  });
  expect(parsed.choices[0]?.message.parsed).toEqual({ n: 1 });
  expect(sent().response_format).toEqual({
    type: 'json_schema',
    json_schema: { name: 'number', schema, strict: true },
  });
  await openai.chat.completions.create({ ...hello, response_format: { type: 'json_object' } });
  expect(sent().response_format).toEqual({ type: 'json_object' });
});

const withImage = (image: string) => ({
  ...hello,
  messages: [{ role: 'user' as const, content: [{ type: 'image_url' as const, image_url: { url: image } }] }],
});

test('pictures travel as data, or are fetched from an address', async () => {
  for (const image of [`data:image/png;base64,${png}`, `${vendor.url}/picture.png`]) {
    await openai.chat.completions.create(withImage(image));
    expect(sent().messages).toMatchObject([
      { content: [{ image_url: { url: `data:image/png;base64,${png}` } }] },
    ]);
  }
  for (const image of [
    `${vendor.url}/page`,
    'file:///etc/passwd',
    'data:image/svg+xml;base64,PHN2Zy8+',
    'data:,hi',
  ])
    expect(await failed(openai.chat.completions.create(withImage(image)))).toMatchObject({ status: 400 });
});

test('an address inside this network is refused unless that is allowed', async () => {
  const careful = await openTestApp({ META_AGENT_PRIVATE_ADDRESSES: 'deny' });
  try {
    const eve = await careful.person('eve@example.org');
    const response = await careful.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${eve.key}` },
      body: JSON.stringify(withImage(`${vendor.url}/picture.png`)),
    });
    expect(response.status).toBe(403);
  } finally {
    await careful.close();
  }
});

test('who goes away ends the call at the vendor, which is metered as failed', async () => {
  answer = () => ({ text: ['HANG', 'more'] });
  const stream = await openai.chat.completions.create({ ...hello, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'HANG') break;
  await until(async () => gone === 1, 'the vendor sees the end');
  const abort = new AbortController();
  const whole = openai.chat.completions.create(hello, { signal: abort.signal });
  const asked = vendor.received.length;
  await until(async () => vendor.received.length > asked, 'the vendor is asked');
  abort.abort();
  await expect(whole).rejects.toThrow();
  await until(async () => gone === 2, 'the vendor sees the end again');
  await until(
    () =>
      app.database.asService('test', async (session) => {
        const rows = await session
          .selectFrom('api_usage')
          .select('status')
          .where('status', '=', 'failed')
          .execute();
        return rows.length === 2;
      }),
    'both are metered',
  );
});

test('errors have the vendor’s shape, status and advice', async () => {
  expect(await failed(clientOf('ma_wrong').models.list())).toBeInstanceOf(AuthenticationError);
  const none = await failed(openai.chat.completions.create({ ...hello, model: 'gpt-none' }));
  expect(none).toBeInstanceOf(NotFoundError);
  expect(none).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error' });
  expect(await failed(openai.chat.completions.create({ ...hello, n: 2 }))).toMatchObject({
    status: 400,
    param: 'n',
  });
  expect(await failed(openai.chat.completions.create({ ...hello, logprobs: true }))).toMatchObject({
    status: 400,
    param: 'logprobs',
  });
  expect(await failed(openai.chat.completions.create({ ...hello, temperature: 9 }))).toMatchObject({
    status: 400,
    param: 'temperature',
  });
  expect(await failed(openai.chat.completions.create({ ...hello, messages: [] }))).toMatchObject({
    status: 400,
    param: 'messages',
  });
  expect(await failed(openai.files.list() as unknown as Promise<unknown>)).toMatchObject({
    status: 404,
    code: 'unknown_url',
  });
  for (const [status, seen] of [
    [400, 400],
    [401, 502],
    [404, 404],
    [500, 503],
  ] as const) {
    answer = () => ({ status });
    for (const stream of [false, true])
      expect(await failed(openai.chat.completions.create({ ...hello, stream }))).toMatchObject({
        status: seen,
      });
  }
  answer = () => ({ status: 429, headers: { 'retry-after': '7' } });
  const limited = await failed(openai.chat.completions.create(hello));
  expect(limited).toBeInstanceOf(RateLimitError);
  expect(limited.headers?.get('retry-after')).toBe('7');
  expect(await (await fetch(`${url}/models`)).json()).toMatchObject({
    error: { type: 'invalid_request_error', code: 'invalid_api_key', param: null },
  });
});

test('a key needs the scope', async () => {
  const limited = await ada.client.auth.createKey({ name: 'reads', scopes: ['chat:read'] });
  expect(await failed(clientOf(limited.key).models.list())).toMatchObject({ status: 403 });
  const { key } = await ada.client.auth.createKey({ name: 'models', scopes: ['models:use'] });
  expect((await clientOf(key).chat.completions.create(hello)).choices).toHaveLength(1);
});

test('a key that was just used is refused once it is revoked', async () => {
  const { key, api_key } = await ada.client.auth.createKey({ name: 'short', scopes: ['models:use'] });
  const short = clientOf(key);
  expect((await short.chat.completions.create(hello)).choices).toHaveLength(1);
  await ada.client.auth.revokeKey({ id: api_key.id });
  let asked = 0;
  answer = () => {
    asked++;
    return { text: ['No'] };
  };
  expect(await failed(short.chat.completions.create(hello))).toBeInstanceOf(AuthenticationError);
  expect(asked).toBe(0);
});

test('a project pays with its budget, and nobody spends what is not theirs', async () => {
  const project = await ada.client.projects.create({ name: 'Paid' });
  await clientOf(ada.key, { project: project.id }).chat.completions.create(hello);
  expect(sent().max_tokens).toBe(4_096);
  expect((await ada.client.usage.summary({ project_id: project.id })).total.calls).toBe(1);
  expect(
    await failed(
      clientOf(bob.key, { project: project.id }).chat.completions.create({
        ...hello,
        model: 'builtin/extractive',
      }),
    ),
  ).toMatchObject({ status: 404 });
  await ada.client.projects.setBudget({
    project_id: project.id,
    model_tier: 'sonnet',
    allocated_tokens: 10,
    allocated_cost: null,
  });
  expect(
    await failed(clientOf(ada.key, { project: project.id }).chat.completions.create(hello)),
  ).toMatchObject({
    status: 429,
    code: 'insufficient_quota',
  });
  expect(await failed(clientOf(ada.key, { project: 'none' }).chat.completions.create(hello))).toMatchObject({
    status: 400,
  });
});

test('a response holds its items, and its stream tells of each', async () => {
  answer = () => ({ reasoning: 'Hm.', text: ['Hello', ' there'] });
  const request = { model: 'Scripted/large', instructions: 'Be brief.', input: 'Hi', max_output_tokens: 30 };
  const whole = await openai.responses.create({ ...request, reasoning: { effort: 'high' } });
  expect(sent()).toMatchObject({
    model: 'large',
    max_tokens: 30,
    reasoning_effort: 'high',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ],
  });
  expect(whole).toMatchObject({
    status: 'completed',
    output_text: 'Hello there',
    store: false,
    usage: { total_tokens: 120 },
  });
  expect(whole.output.map(({ type }) => type)).toEqual(['reasoning', 'message']);

  const events = [];
  const stream = openai.responses.stream(request);
  for await (const event of stream) events.push(event);
  expect(events.map(({ type }) => type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.reasoning_text.delta',
    'response.reasoning_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  expect(saidIn(await stream.finalResponse())).toBe('Hello there');
});

test('a response calls functions, and its items go back as input', async () => {
  answer = ({ messages }) =>
    (messages as { role: string }[]).at(-1)?.role === 'tool'
      ? { text: ['It is sunny.'] }
      : {
          text: ['Let me look.'],
          toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"city":"Ulm"}' }],
          stop: 'tool-calls',
        };
  const { name, description, parameters } = weather.function;
  const tools = [{ type: 'function' as const, name, description, parameters, strict: true }];
  const input: OpenAI.Responses.ResponseInput = [
    { role: 'user', content: [{ type: 'input_text', text: 'Weather in Ulm?' }] },
  ];
  const first = await openai.responses
    .stream({ model: 'haiku', input, tools, tool_choice: { type: 'function', name } })
    .finalResponse();
  expect(sent()).toMatchObject({ tools: [weather], tool_choice: { function: { name } } });
  const call = first.output.find((item) => item.type === 'function_call');
  expect(call).toMatchObject({ call_id: 'call_1', name, arguments: '{"city":"Ulm"}', status: 'completed' });
  const second = await openai.responses.create({
    model: 'haiku',
    input: [
      ...input,
      ...(first.output as OpenAI.Responses.ResponseInput),
      { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
    ],
    tools,
    text: { format: { type: 'json_schema', name: 'sky', schema: { type: 'object' }, strict: false } },
  });
  expect(second.output_text).toBe('It is sunny.');
  expect(sent()).toMatchObject({
    response_format: { json_schema: { name: 'sky', strict: false } },
    messages: [
      { role: 'user' },
      { role: 'assistant', content: 'Let me look.', tool_calls: [{ id: 'call_1' }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
    ],
  });
});

test('a call that the vendor leaves off in its middle is told as unfinished', async () => {
  answer = () => ({ toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"ci' }], stop: 'length' });
  const events = [];
  for await (const event of openai.responses.stream({ model: 'sonnet', input: 'Hi' })) events.push(event);
  expect(events.slice(-2)).toMatchObject([
    { type: 'response.output_item.done', item: { status: 'incomplete', arguments: '{"ci' } },
    { type: 'response.failed' },
  ]);
});

test('what a response would need storage for is refused, and how it failed is told', async () => {
  const request = { model: 'sonnet', input: 'Hi' };
  for (const more of [
    { previous_response_id: 'resp_1' },
    { store: true },
    { background: true },
    { tools: [{ type: 'web_search' as const }] },
    { input: [{ type: 'item_reference' as const, id: 'msg_1' }] },
  ])
    expect(await failed(openai.responses.create({ ...request, ...more }))).toMatchObject({
      status: 400,
      param: Object.keys(more)[0],
    });
  answer = () => ({ text: ['Half'], stop: 'length' });
  expect(await openai.responses.create(request)).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  });
  answer = () => ({ status: 500 });
  expect(await failed(openai.responses.create(request))).toMatchObject({ status: 503 });
  expect(await failed(openai.responses.retrieve('resp_1'))).toMatchObject({ status: 404 });
});

test('the built-in model answers both ways', async () => {
  const model = 'builtin/extractive';
  const chat = await openai.chat.completions.create({ ...hello, model });
  expect(chat.choices[0]?.message.content).toContain('Built-in');
  const stream = await openai.responses.stream({ model, input: 'Hi' }).finalResponse();
  expect(saidIn(stream)).toBe(chat.choices[0]?.message.content);
  expect((await clientOf(bob.key).chat.completions.create(hello)).choices[0]?.message.content).toContain(
    'Built-in',
  );
  const { response } = await openai.chat.completions
    .create({ ...hello, model, temperature: 0 })
    .withResponse();
  expect(response.headers.get('x-ignored-parameters')).toBe('temperature');
  for (const more of [
    { response_format: { type: 'json_object' as const } },
    { messages: withImage(`data:image/png;base64,${png}`).messages },
  ])
    expect(await failed(openai.chat.completions.create({ ...hello, model, ...more }))).toMatchObject({
      status: 400,
    });
});

test('embeddings come as numbers and as bytes, of texts and of tokens', async () => {
  const model = 'universal-sentence-encoder-lite-en';
  const input = ['hello world', 'hello world'];
  const numbers = await openai.embeddings.create({ model, input, encoding_format: 'float' });
  expect(numbers.data.map(({ index }) => index)).toEqual([0, 1]);
  expect(numbers.data[0]?.embedding).toHaveLength(512);
  expect(numbers.usage.total_tokens).toBe(4);
  // Without a format the client asks for bytes and reads them.
  const bytes = await openai.embeddings.create({ model, input: 'hello world', dimensions: 512 });
  for (const [index, value] of (numbers.data[0]?.embedding ?? []).entries())
    expect(bytes.data[0]?.embedding[index]).toBeCloseTo(value, 6);
  const tokens = await openai.embeddings.create({ model, input: [15339, 1917], encoding_format: 'float' });
  expect(tokens.data[0]?.embedding).toEqual(numbers.data[0]?.embedding);
  expect(await failed(openai.embeddings.create({ model, input, dimensions: 64 }))).toMatchObject({
    status: 400,
    param: 'dimensions',
  });
  expect(await failed(openai.embeddings.create({ model: 'none', input }))).toMatchObject({ status: 404 });
});
