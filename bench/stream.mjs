// What the server adds to a stream: time to the first token and the rate of those after it, against calling the same
// local provider directly, in turn, in one run; then many streams at once, which all have to arrive whole.
//
//   npm run bench:stream                                        embedded
//   META_AGENT_DATABASE_URL=postgres://… npm run bench:stream   Postgres
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.env.BENCH_ROUNDS ?? 30);
const streams = Number(process.env.BENCH_STREAMS ?? 500);
const tokens = 200;
const everyMs = 5;
const account = { email: 'bench@example.org', password: 'a long enough password' };
const text = Array.from({ length: tokens }, (_, index) => `word${index} `);

if (process.argv[2] === 'provider') await provide();
else await measure();

/** An OpenAI-compatible server that says the same words at the same pace. */
async function provide() {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    if (request.url.endsWith('/models')) return response.end(JSON.stringify({ data: [{ id: 'm' }] }));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (delta, more = {}) =>
      response.write(
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`,
      );
    const begin = performance.now();
    send({ role: 'assistant', content: '' });
    for (const [index, content] of text.entries()) {
      send({ content });
      const wait = begin + (index + 1) * everyMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    send({}, { finish_reason: 'stop' });
    response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens } })}\n\n`,
    );
    response.end('data: [DONE]\n\n');
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/v1`));
}

/** Server-sent events of a response as objects. */
async function* events(response) {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of response.body) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      if (line.startsWith('data: ') && !line.endsWith('[DONE]')) yield JSON.parse(line.slice(6));
    }
  }
}

/** A completion of OpenAI's API: of the provider itself, or of ours in front of it. */
async function completion(api, model, key) {
  const started = performance.now();
  const response = await fetch(`${api}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Speak' }] }),
  });
  let first;
  for await (const event of events(response))
    if (event.choices?.[0]?.delta.content) first ??= performance.now();
  return { first: first - started, rest: performance.now() - first };
}

/** An answer in a chat: kept, with memory, followed as the console does. */
async function chat(call) {
  const { id } = await call('POST', '/conversations', { title: 'Bench' });
  const abort = new AbortController();
  // As the console does: the page follows the conversation before the question is sent.
  const stream = await call('GET', `/conversations/${id}/events?stay=true`, undefined, abort.signal);
  const started = performance.now();
  const sent = call('POST', `/conversations/${id}/messages`, { content: 'Speak' });
  let first;
  let said = '';
  for await (const event of events(stream)) {
    if (event.type === 'text') {
      first ??= performance.now();
      said = said.slice(0, event.offset) + event.text;
    }
    if (event.message?.role === 'assistant' && event.message.status !== 'streaming') {
      if (event.message.content !== text.join('')) throw new Error(`not whole: ${event.message.error}`);
      break;
    }
  }
  const ended = performance.now();
  abort.abort();
  await sent;
  if (said !== text.join('')) throw new Error('what was streamed is not what was said');
  return { first: first - started, rest: ended - first };
}

async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'meta-agent-bench-'));
  const children = [];
  const start = (args, env, ready) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      let output = '';
      const read = (data) => {
        output += data;
        const found = ready.exec(output);
        if (found) resolve(found[0]);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('exit', () => reject(new Error(output)));
    });
  try {
    // Below the ports that outgoing connections get.
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const url = `http://127.0.0.1:${port}`;
    const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
    const env = {
      META_AGENT_PORT: String(port),
      META_AGENT_DATA_DIR: folder,
      META_AGENT_LOG_LEVEL: 'error',
      META_AGENT_INIT_EMAIL: account.email,
      META_AGENT_INIT_PASSWORD: account.password,
    };
    const provider = await start([fileURLToPath(import.meta.url), 'provider'], {}, /http:\S+/);
    await start([cli, 'start'], env, new RegExp(url));
    const keys = [];
    // A key is limited to 1,000 requests a minute, so several people speak.
    for (let person = 0; person < Math.ceil(streams / 250) + 1; person++) {
      const email = `bench-${port}-${person}@example.org`;
      await run(cli, env, 'user', 'create', '--email', email, '--password', account.password);
      keys.push(JSON.parse(await run(cli, env, 'key', 'create', '--email', email)).key);
    }
    const calls = keys.map((key) => async (method, path, body, signal) => {
      const response = await fetch(`${url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
        ...(signal ? { signal } : {}),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return response.headers.get('content-type')?.startsWith('text/event-stream')
        ? response
        : response.json();
    });
    for (const call of calls)
      await call('POST', '/providers', {
        kind: 'openai-compatible',
        name: 'Bench',
        base_url: provider,
        models: { sonnet: 'm', haiku: 'm' },
        is_default: true,
      });

    const at = (values, share) => [...values].sort((x, y) => x - y)[Math.floor(values.length * share)];
    const ways = {
      '/v1/chat/completions': () => completion(`${url}/v1`, 'Bench/m', keys[0]),
      'a chat': () => chat(calls[0]),
    };
    for (const [name, way] of Object.entries(ways)) {
      const added = [];
      const slower = [];
      for (let round = 0; round < 10; round++) await way();
      for (let round = 0; round < rounds; round++) {
        const bare = await completion(provider, 'm');
        const served = await way();
        added.push(served.first - bare.first);
        slower.push(served.rest / bare.rest);
      }
      console.log(
        `${name}: first token ${at(added, 0.5).toFixed(1)} ms later (90 % under ${at(added, 0.9).toFixed(1)} ms), ${rounds} rounds`,
      );
      console.log(
        `  after it ${((at(slower, 0.5) - 1) * 100).toFixed(1)} % longer (90 % under ${((at(slower, 0.9) - 1) * 100).toFixed(1)} %), ${tokens} tokens, one each ${everyMs} ms`,
      );
    }
    const began = performance.now();
    const ended = await Promise.allSettled(
      Array.from({ length: streams }, (_, index) => chat(calls[index % calls.length])),
    );
    const failed = ended.filter(({ status }) => status === 'rejected');
    const firsts = ended.flatMap(({ value }) => (value ? [value.first] : []));
    console.log(
      `${streams} at once: ${streams - failed.length} whole, ${failed.length} failed, in ${((performance.now() - began) / 1000).toFixed(1)} s; first token after ${at(firsts, 0.5)?.toFixed(0)} ms (median)`,
    );
    for (const { reason } of failed.slice(0, 3)) console.log(`  ${reason}`);
    process.exitCode = failed.length > 0 ? 1 : 0;
  } finally {
    for (const child of children) {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(cli, env, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
  });
}
