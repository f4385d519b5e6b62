import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { wires } from '../../src/providers/model/testing/wire.ts';

/** A local server that speaks OpenAI's wire format: the outside edge, where a vendor would be. */
export interface FakeOpenAi {
  /** Base URL, as a person types it. */
  url: string;
  /** The only key it takes. */
  key: string;
  models: string[];
  /** Models that were asked for an answer, in order. */
  asked: string[];
  /** Answers in words stop half-way until `release`. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

interface Request {
  model: string;
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string } }[];
}

type Answer = { text: string } | { tool: string; input: unknown };

interface Passage {
  id: string;
  text: string;
}

/** Between two words of an answer. */
const wordMs = 40;

export async function openFakeOpenAi(): Promise<FakeOpenAi> {
  const key = 'sk-the-right-key';
  const models = ['fake-large', 'fake-small'];
  const asked: string[] = [];
  let held = false;

  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${key}`)
      return send(response, 401, {
        error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' },
      });
    if (request.method === 'GET' && request.url === '/v1/models')
      return send(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
      return send(response, 404, { error: { message: `No such path: ${request.url}`, code: 'not_found' } });
    const body = JSON.parse(await textOf(request)) as Request;
    asked.push(body.model);
    const answer = answerTo(body);
    const events = wires.openai.events(
      'text' in answer
        ? { text: answer.text.split(/(?<= )/), stop: 'stop' }
        : {
            toolCalls: [
              { id: `call-${asked.length}`, name: answer.tool, arguments: JSON.stringify(answer.input) },
            ],
            stop: 'tool-calls',
          },
    );
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [index, event] of events.entries()) {
      while ('text' in answer && held && index >= events.length / 2 && !response.destroyed) await pause(20);
      if (response.destroyed) return;
      response.write(event);
      if ('text' in answer) await pause(wordMs);
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    key,
    models,
    asked,
    hold() {
      held = true;
    },
    release() {
      held = false;
    },
    async close() {
      held = false;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Plans two tasks, looks once into the documents, quotes what it finds, and accepts every result. */
function answerTo({ messages, tools = [] }: Request): Answer {
  const has = (name: string): boolean => tools.some((tool) => tool.function.name === name);
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const results = messages.slice(asked + 1).filter(({ role }) => role === 'tool');
  const question = contentOf(messages[asked]?.content);
  if (has('propose_plan'))
    return results.length > 0 ? { text: 'The plan is proposed.' } : { tool: 'propose_plan', input: proposal };
  if (has('submit_verdict'))
    return results.length > 0
      ? { text: 'Judged.' }
      : { tool: 'submit_verdict', input: { passed: true, reasons: ['Each statement is quoted.'] } };
  if (results.length === 0 && has('search_files'))
    return { tool: 'search_files', input: { query: question.slice(0, 300), limit: 3 } };
  const quotes = results.flatMap(({ content }) => passagesIn(contentOf(content))).map(quoteOf);
  const said = quotes.map(({ quote }, index) => `The document says: ${quote} [${index + 1}]`).join('\n\n');
  if (!has('write_artifact')) {
    const list = quotes.map(({ id, quote }, index) => `[${index + 1}] ${id} "${quote}"`).join('\n');
    return {
      text:
        quotes.length > 0
          ? `${preface}\n\n${said}\n\n${list}`
          : 'Nothing of that is in your documents, as far as I can see.',
    };
  }
  if (results.length > 1) return { text: 'The artifact is written.' };
  return {
    tool: 'write_artifact',
    input: {
      name: 'answer.md',
      content: `# Answer\n\n${said}\n`,
      citations: quotes.map(({ id, quote }, index) => ({ marker: index + 1, passage_id: id, quote })),
    },
  };
}

const preface = 'I looked into your documents before I answered this question, and found the following.';

const proposal = {
  workstreams: [
    {
      name: 'Answer',
      tasks: [
        { key: 'find', title: 'Find what the documents say', agent: 'researcher', model_tier: 'sonnet' },
        {
          key: 'write',
          title: 'Write the answer',
          agent: 'writer',
          model_tier: 'sonnet',
          depends_on: ['find'],
          definition_of_done: ['Each statement is quoted.'],
        },
      ],
    },
  ],
};

/** The first sentence of a passage that is no heading, on one line. */
function quoteOf({ id, text }: Passage): { id: string; quote: string } {
  const line = text.split('\n').find((part) => /^[^#]*[a-z]{3}/i.test(part)) ?? text;
  return { id, quote: line.replaceAll('"', '').trim().slice(0, 80) };
}

function passagesIn(content: string): Passage[] {
  try {
    const found = JSON.parse(content) as { passages?: Passage[] };
    return found.passages ?? [];
  } catch {
    return [];
  }
}

/** A message's text, whether it came as a string or in parts. */
function contentOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: string }) => part.text ?? '').join('');
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
