import { newQuickJSWASMModule, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten';
import { transform } from 'sucrase';
import { messageOf } from '../../kernel/errors.ts';
import { guardedFetch } from '../web/index.ts';
import type { SandboxLimits, SandboxResult, SandboxRun } from './port.ts';
import { tooSlow } from './quickjs.ts';

const maxResponseBytes = 1_000_000;
const codeFile = 'code.js';
const modulePattern = /^\s*(?:export|import)\s/m;

/** Runs code in a runtime of its own, inside the sandbox thread. */
export async function runCode({
  code,
  input,
  hosts,
  limits,
  allowPrivate,
}: SandboxRun & { limits: SandboxLimits; allowPrivate: boolean }): Promise<SandboxResult> {
  const lines: string[] = [];
  let script: string;
  try {
    script = transform(code, { transforms: ['typescript'], disableESTransforms: true }).code;
  } catch (error) {
    return { error: messageOf(error), console: lines };
  }
  // A module of its own for each run: it is not taken down but let go, whatever state the code left it in.
  const quickjs = await newQuickJSWASMModule();
  const runtime = quickjs.newRuntime();
  const deadline = Date.now() + limits.timeoutMs;
  runtime.setMemoryLimit(limits.memoryMb * 1024 * 1024);
  runtime.setMaxStackSize(512 * 1024);
  runtime.setInterruptHandler(() => Date.now() > deadline);
  const context = runtime.newContext();
  let written = 0;
  const write = (line: string) => {
    written += line.length;
    if (written <= limits.outputCharacters) lines.push(line);
  };
  const stop = new AbortController();
  try {
    addConsole(context, write);
    if (hosts.length > 0) addFetch(context, hosts, allowPrivate, stop.signal);
    context
      .newString(JSON.stringify(input ?? null))
      .consume((json) => context.setProp(context.global, 'inputJson', json));
    const isModule = modulePattern.test(script);
    if (isModule) runtime.setModuleLoader((name) => (name === codeFile ? script : missing(name)));
    const program = isModule
      ? `import main from '${codeFile}'; globalThis.result = Promise.resolve().then(() => main(JSON.parse(inputJson)));`
      : `const input = JSON.parse(inputJson);\n${script}`;
    const evaluated = context.evalCode(program, isModule ? 'run.js' : codeFile, {
      type: isModule ? 'module' : 'global',
    });
    const first = context.unwrapResult(evaluated);
    const result = isModule ? context.getProp(context.global, 'result') : first;
    const settled = await settle(context, result, deadline);
    const text = resultText(context, settled);
    if (text !== undefined && text.length > limits.outputCharacters)
      return { error: `The result is longer than ${limits.outputCharacters} characters.`, console: lines };
    return { ...(text === undefined ? {} : { value: JSON.parse(text) }), console: lines };
  } catch (error) {
    return { error: Date.now() > deadline ? tooSlow(limits) : faultOf(error), console: lines };
  } finally {
    stop.abort();
  }
}

const missing = (name: string): never => {
  throw new Error(`There is no module ${name}: code here imports nothing.`);
};

function addConsole(context: QuickJSContext, write: (line: string) => void): void {
  const log = context.newFunction('log', (...args) => {
    write(args.map((arg) => format(context.dump(arg))).join(' '));
  });
  const target = context.newObject();
  for (const level of ['log', 'info', 'warn', 'error', 'debug']) context.setProp(target, level, log);
  context.setProp(context.global, 'console', target);
  log.dispose();
  target.dispose();
}

const format = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');

/** `fetch(url, {method, headers, body})` to the allowed hosts: `{status, ok, headers, text(), json()}`. */
function addFetch(
  context: QuickJSContext,
  hosts: string[],
  allowPrivate: boolean,
  signal: AbortSignal,
): void {
  const fetch = guardedFetch(allowPrivate);
  const request = context.newFunction('request', (urlHandle, initHandle) => {
    const url = context.getString(urlHandle);
    const init = (context.dump(initHandle) ?? {}) as {
      method?: string;
      headers?: Record<string, string>;
      body?: string;
    };
    const promise = context.newPromise();
    const answer = (async () => {
      const host = URL.canParse(url) ? new URL(url).host : '';
      if (!hosts.includes(host))
        throw new Error(`${host || url} is not among the allowed hosts: ${hosts.join(', ')}.`);
      const response = await fetch(url, {
        ...(init.method ? { method: init.method } : {}),
        ...(init.headers ? { headers: init.headers } : {}),
        ...(init.body === undefined ? {} : { body: String(init.body) }),
        // A redirect may lead to a host that is not allowed.
        redirect: 'manual',
        signal,
      });
      const body = Buffer.from(await response.arrayBuffer());
      if (body.byteLength > maxResponseBytes) throw new Error('The response is larger than 1 MB.');
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: body.toString('utf8'),
      };
    })();
    answer.then(
      (value) => {
        if (context.alive) context.newString(JSON.stringify(value)).consume((text) => promise.resolve(text));
      },
      (error: unknown) => {
        if (context.alive) context.newError(messageOf(error)).consume((fault) => promise.reject(fault));
      },
    );
    promise.settled.then(() => context.alive && context.runtime.executePendingJobs());
    return promise.handle;
  });
  context.setProp(context.global, 'request', request);
  request.dispose();
  context
    .unwrapResult(
      context.evalCode(`(() => {
        const send = globalThis.request;
        delete globalThis.request;
        globalThis.fetch = async (url, init) => {
          const { status, headers, body } = JSON.parse(await send(String(url), init));
          return { status, ok: status >= 200 && status < 300, headers,
            text: async () => body, json: async () => JSON.parse(body) };
        };
      })()`),
    )
    .dispose();
}

/** The value of a promise once it has one; anything else is itself. */
async function settle(
  context: QuickJSContext,
  value: QuickJSHandle,
  deadline: number,
): Promise<QuickJSHandle> {
  for (;;) {
    const jobs = context.runtime.executePendingJobs();
    if (jobs.error) throw context.dump(jobs.error.consume((handle) => handle.dup()));
    const state = context.getPromiseState(value);
    if (state.type === 'fulfilled') return state.value;
    if (state.type === 'rejected') throw context.dump(state.error);
    if (Date.now() > deadline) throw new Error('timeout');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** JSON of a value inside, made inside: what JSON cannot say is left out as JSON.stringify does. */
function resultText(context: QuickJSContext, value: QuickJSHandle): string | undefined {
  if (context.typeof(value) === 'undefined') return undefined;
  context.setProp(context.global, 'result', value);
  return context
    .unwrapResult(context.evalCode('JSON.stringify(globalThis.result)'))
    .consume((handle) => (context.typeof(handle) === 'string' ? context.getString(handle) : undefined));
}

/** The error of the code with its place, as a person reads it. */
function faultOf(error: unknown): string {
  const fault = (error as { cause?: unknown }).cause ?? error;
  const { name, message, stack } = fault as { name?: string; message?: string; stack?: string };
  if (message === undefined) return String(fault);
  if (/out of memory/.test(message)) return 'The code takes more memory than it may.';
  const place = /code\.js:(\d+)/.exec(stack ?? '')?.[1];
  return `${name ?? 'Error'}: ${message}${place ? ` (line ${place})` : ''}`;
}
