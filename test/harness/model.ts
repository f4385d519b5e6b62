import type { ServerResponse } from 'node:http';
import { type Answer, wires } from '../../src/providers/model/testing/wire.ts';
import { sendJson, WireServer } from '../../src/providers/testing/server.ts';
import type { Person } from './app.ts';

/** What the server was asked, in the words of the product. */
export interface Asked {
  /** Which agent asks: `Role:` of the system prompt. */
  role: string;
  model: string;
  system: string;
  /** The brief, or the question of a chat. */
  brief: string;
  /** What is given with a question and is not said in it: facts from memory, what lies on the canvas. */
  context: string;
  /** Results of tool calls of this phase, oldest first. */
  results: { name: string; content: string }[];
  maxTokens: number;
  tools: string[];
  /** The messages as they came over the wire. */
  messages: { role: string; content: unknown }[];
}

/** What it does: an answer, or something that goes wrong on the wire. */
export type Reply =
  | { text: string; reasoning?: string }
  | { tool: string; input: unknown; reasoning?: string; everyMs?: number }
  | { status: number; headers?: Record<string, string>; message?: string }
  | { fault: 'half' | 'nothing' | 'hang' }
  /** Pieces of text with a pause between them. */
  | { slowly: string[]; everyMs: number };

export type Script = (asked: Asked) => Reply | Promise<Reply>;

/** Tokens that every answer costs: 100 in (40 of them cached), 20 out. */
export const usage = { input: 100, output: 20 };

/** An OpenAI-compatible server on loopback that plays a script. */
export class ScriptedModel {
  readonly asked: Asked[] = [];
  readonly #server: WireServer;
  script: Script;
  /** The only key it takes; without one it takes every key. */
  key: string | undefined;
  /** While true, slow answers stop half-way. */
  held = false;
  /** Requests that were left without an answer until the caller gave up. */
  hungUp = 0;

  private constructor(server: WireServer, script: Script) {
    this.#server = server;
    this.script = script;
  }

  static async start(script: Script): Promise<ScriptedModel> {
    const server = await WireServer.start(() => {});
    const model = new ScriptedModel(server, script);
    server.respond = ({ url, headers, body }, response) => {
      if (model.key !== undefined && headers.authorization !== `Bearer ${model.key}`)
        return sendJson(response, wires['openai-compatible'].error('invalid_api_key', 'Wrong key.'), 401);
      return url.endsWith('/models')
        ? sendJson(response, { data: [{ id: 'small' }, { id: 'middle' }, { id: 'large' }] })
        : model.#answer(JSON.parse(body.toString()) as WireRequest, response);
    };
    return model;
  }

  get url(): string {
    return `${this.#server.url}/v1`;
  }

  /** Headers of every request so far. */
  headers(): Record<string, string>[] {
    return this.#server.received.map(({ headers }) => headers);
  }

  /** The last request of a chat's answer as it stood on the wire. */
  lastRequest(): Record<string, unknown> {
    return JSON.parse(this.lastBody()) as Record<string, unknown>;
  }

  /** Its bytes. */
  lastBody(): string {
    return String(this.#server.received.findLast(({ body }) => body.includes('Role: chat'))?.body);
  }

  /** Makes it the person's default connection, a model for each tier. */
  connect(person: Person) {
    return person.client.settings.createProvider({
      kind: 'openai-compatible',
      name: 'Scripted',
      base_url: this.url,
      api_key: 'sk-scripted',
      models: { haiku: 'small', sonnet: 'middle', opus: 'large' },
    });
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async #answer(request: WireRequest, response: ServerResponse): Promise<void> {
    const asked = readRequest(request);
    this.asked.push(asked);
    const reply = await this.script(asked);
    if ('status' in reply)
      return sendJson(
        response,
        wires['openai-compatible'].error('error', reply.message ?? `status ${reply.status}`),
        reply.status,
        reply.headers,
      );
    if ('fault' in reply && reply.fault === 'hang') {
      response.once('close', () => this.hungUp++);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if ('fault' in reply) {
      const events = wires['openai-compatible'].events({ text: ['This begins but does not '] });
      if (reply.fault === 'nothing') return void response.end();
      for (const event of events.slice(0, 2)) response.write(event);
      setTimeout(() => response.destroy(), 50);
      return;
    }
    const events = wires['openai-compatible'].events(toAnswer(reply, this.asked.length));
    for (const [index, event] of events.entries()) {
      if (response.destroyed) return;
      response.write(event);
      const everyMs = 'everyMs' in reply ? reply.everyMs : undefined;
      if (everyMs === undefined) continue;
      do await new Promise((resolve) => setTimeout(resolve, everyMs));
      while (this.held && index >= events.length / 2 && !response.destroyed);
    }
    response.end();
  }
}

interface WireRequest {
  model: string;
  max_tokens: number;
  messages: {
    role: string;
    content: unknown;
    name?: string;
    tool_call_id?: string;
    tool_calls?: WireCall[];
  }[];
  tools?: { function: { name: string } }[];
}

interface WireCall {
  id: string;
  function: { name: string };
}

function readRequest({ model, messages, max_tokens, tools = [] }: WireRequest): Asked {
  const textOf = (role: string) =>
    String(messages.findLast((message) => message.role === role)?.content ?? '');
  const system = textOf('system');
  const names = new Map(
    messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name])),
  );
  const [brief = '', context = ''] = textOf('user').split(
    '\n\n[Not said by the person, given with the message:]\n\n',
  );
  return {
    role: /^Role: (\w+)$/m.exec(system)?.[1] ?? '',
    model,
    system,
    brief,
    context,
    results: messages
      .filter(({ role }) => role === 'tool')
      .map(({ tool_call_id = '', content }) => ({
        name: names.get(tool_call_id) ?? '',
        content: String(content),
      })),
    maxTokens: max_tokens,
    tools: tools.map((tool) => tool.function.name),
    messages,
  };
}

function toAnswer(
  reply: Extract<Reply, { text: string } | { tool: string } | { slowly: string[] }>,
  count: number,
): Answer {
  if ('slowly' in reply) return { text: reply.slowly };
  if ('text' in reply) {
    const { reasoning } = reply;
    return { text: [reply.text], ...(reasoning === undefined ? {} : { reasoning }) };
  }
  const args = typeof reply.input === 'string' ? reply.input : JSON.stringify(reply.input);
  return {
    ...(reply.reasoning === undefined ? {} : { reasoning: reply.reasoning }),
    toolCalls: [{ id: `call_${count}`, name: reply.tool, arguments: args }],
    stop: 'tool-calls',
  };
}

/** Does its part of the job and nothing more: writes one artifact, and says yes to everything. */
export const diligent: Script = ({ role, results }) => {
  if (results.length > 0) return { text: 'Done.' };
  if (role === 'verifier') return { tool: 'submit_verdict', input: { passed: true, reasons: [] } };
  if (role === 'chat') return { text: 'Nothing more to say.' };
  return { tool: 'write_artifact', input: { name: 'result.md', content: 'The result.' } };
};
