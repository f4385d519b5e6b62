import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson, WireServer } from '../testing/server.ts';
import { openBundledEmbedding } from './bundled.ts';
import type { EmbeddingProvider } from './port.ts';
import { type EmbeddingKind, openRemoteEmbedding } from './remote.ts';

const dot = (a: number[] = [], b: number[] = []): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const key = 'sk-embedding-secret';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start(() => {});
});
afterAll(() => server.close());

/** Vectors that tell their text's length, in the wire formats of OpenAI and Google; longer than unit on purpose. */
function answerLikeVendor(): void {
  server.respond = ({ url, body }, response) => {
    const request = JSON.parse(body.toString()) as {
      input?: string[];
      requests?: { content: { parts: { text: string }[] } }[];
    };
    const vector = (text: string): number[] => [3, 4 + text.length];
    if (url.includes(':batchEmbedContents')) {
      sendJson(response, {
        embeddings: request.requests?.map(({ content }) => ({
          values: vector(content.parts[0]?.text ?? ''),
        })),
      });
    } else if (url.includes(':embedContent')) {
      const { content } = request as unknown as { content: { parts: { text: string }[] } };
      sendJson(response, { embedding: { values: vector(content.parts[0]?.text ?? '') } });
    } else {
      sendJson(response, {
        object: 'list',
        model: 'm',
        data: request.input?.map((text, index) => ({ object: 'embedding', index, embedding: vector(text) })),
        usage: { prompt_tokens: 1, total_tokens: 1 },
      });
    }
  };
}

const remote = (kind: EmbeddingKind): EmbeddingProvider =>
  openRemoteEmbedding({
    kind,
    name: 'Vendor',
    model: 'm',
    baseUrl: kind === 'ollama' ? server.url : `${server.url}/v1`,
    apiKey: key,
  });

const bundled = openBundledEmbedding();
afterAll(() => bundled.close());

describe.each<[string, () => EmbeddingProvider]>([
  ['bundled', () => bundled],
  ['openai', () => remote('openai')],
  ['google', () => remote('google')],
  ['openai-compatible', () => remote('openai-compatible')],
  ['ollama', () => remote('ollama')],
])('contract: %s', (_name, open) => {
  test('one unit vector a text in order, none for none, any length of text', async () => {
    answerLikeVendor();
    const provider = open();
    const texts = ['a', 'something else', '', 'long '.repeat(20_000), 'a'];
    const vectors = await provider.embed(texts);
    expect(vectors).toHaveLength(texts.length);
    for (const vector of vectors) {
      expect(vector).toHaveLength(provider.dimensions ?? 0);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
    expect(dot(vectors[0], vectors[4])).toBeCloseTo(1, 5);
    expect(dot(vectors[0], vectors[1])).toBeLessThan(0.9999);
    expect(await provider.embed([])).toEqual([]);
  });

  test('an aborted signal rejects with its reason', async () => {
    await expect(open().embed(['x'], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});

describe('bundled', () => {
  test('texts of like meaning are closer than others', async () => {
    const [question, answer, other] = await bundled.embed([
      'How do I reset my password?',
      'password recovery steps',
      'The cat sat on the mat',
    ]);
    expect(dot(question, answer)).toBeGreaterThan(dot(question, other) + 0.3);
  });

  test('a query is answered before a library that came first, and the event loop goes on meanwhile', async () => {
    const order: string[] = [];
    let turns = 0;
    const ticks = setInterval(() => turns++, 5);
    const library = bundled
      .embed(Array.from({ length: 24 }, (_, i) => `passage ${i} about something `.repeat(10)))
      .then(() => order.push('library'));
    const query = bundled.embed(['query']).then(() => order.push('query'));
    await Promise.all([library, query]);
    clearInterval(ticks);
    expect(order).toEqual(['query', 'library']);
    expect(turns).toBeGreaterThan(3);
  });

  test('an abort in the middle rejects that call alone', async () => {
    const abort = new AbortController();
    const long = bundled.embed(
      Array.from({ length: 200 }, () => 'some text '.repeat(50)),
      abort.signal,
    );
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(long).rejects.toThrow('enough');
    expect(await bundled.embed(['next'])).toHaveLength(1);
  });
});

test('more texts than a request takes go in several, in order, with the tokens of all', async () => {
  answerLikeVendor();
  const texts = Array.from({ length: 2_050 }, (_, index) => 'x'.repeat(index % 7));
  const provider = remote('openai');
  let tokens = 0;
  const vectors = await provider.embed(texts, undefined, (counted) => {
    tokens += counted;
  });
  expect(tokens).toBe(2);
  const [last] = await provider.embed(texts.slice(-1));
  expect(vectors).toHaveLength(texts.length);
  expect(vectors.at(-1)).toEqual(last);
});

describe('remote failures', () => {
  test.each([
    [
      401,
      { error: { message: `Incorrect API key provided: ${key}` } },
      'provider_failed',
      /refuses the API key/,
    ],
    [429, { error: { message: 'slow down' } }, 'rate_limited', /slow down/],
    [503, {}, 'unavailable', /failed on its side/],
    [400, { error: { message: `bad ${key}` } }, 'provider_failed', /bad \*\*\*/],
  ])('%i', async (status, body, code, message) => {
    server.respond = (_request, response) => sendJson(response, body, status, { 'retry-after': '2' });
    const failure = await remote('openai')
      .embed(['x'])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(JSON.stringify(failure) + String(failure)).not.toContain(key);
  });

  test('a server that is not there', async () => {
    const provider = openRemoteEmbedding({
      kind: 'ollama',
      name: 'Ollama',
      model: 'm',
      baseUrl: 'http://127.0.0.1:9',
    });
    await expect(provider.embed(['x'])).rejects.toMatchObject({ code: 'unavailable' });
  });
});
