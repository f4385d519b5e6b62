import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson, WireServer } from '../testing/server.ts';
import { openSandbox } from './index.ts';

const sandbox = openSandbox(true);
let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start(({ headers }, response) =>
    sendJson(response, { said: headers['x-word'] ?? 'hello' }),
  );
});
afterAll(async () => {
  await sandbox.close();
  await server.close();
});
const run = (code: string, input: unknown = null, more: { hosts?: string[]; limits?: object } = {}) =>
  sandbox.run({ code, input, hosts: [], ...more });

describe('what code can do', () => {
  test.each([
    ['a program gives its last value', '1 + 1', null, 2],
    ['it sees its input', 'input.a.map((x) => x * 2)', { a: [1, 2] }, [2, 4]],
    ['TypeScript is understood', 'const n: number = input as number; n + 1', 4, 5],
    [
      'a module gives what its default function returns',
      'export default ({ n }: { n: number }) => n ** 2',
      { n: 5 },
      25,
    ],
    ['and waits for it', 'export default async (n) => { await null; return n + "!" }', 'x', 'x!'],
    ['a program may end with a promise', 'Promise.resolve([1])', null, [1]],
  ])('%s', async (_, code, input, value) => {
    expect(await run(code, input)).toEqual({ value, console: [] });
  });

  test('the console is kept, in order', async () => {
    expect(await run('console.log("a", {b: 1}); console.error(2); undefined')).toEqual({
      console: ['a {"b":1}', '2'],
    });
  });
});

describe('what it cannot', () => {
  test.each([
    ['reach the process', 'process.env', /process.*not defined/],
    ['require a module', 'require("fs")', /require.*not defined/],
    ['import a module', 'import fs from "fs"; export default () => fs', /There is no module fs/],
    ['climb out of its global', 'this.constructor.constructor("return process")()', /process.*not defined/],
    ['reach the network', 'fetch("http://127.0.0.1")', /fetch.*not defined/],
    ['be no JavaScript', 'this is not code', /Unexpected|expecting/i],
  ])('%s', async (_, code, error) => {
    expect((await run(code)).error).toMatch(error);
  });

  test('run for ever', async () => {
    const limits = { timeoutMs: 300 };
    expect((await run('for (;;) {}', null, { limits })).error).toMatch(/longer than 0.3 seconds/);
    expect((await run('new Promise(() => {})', null, { limits })).error).toMatch(/longer than 0.3 seconds/);
    expect((await run('/^(a+)+$/.test("a".repeat(40) + "b")', null, { limits })).error).toMatch(
      /longer than/,
    );
    expect((await run('"still here"')).value).toBe('still here');
  });

  test('take all memory, or answer without end', async () => {
    const limits = { memoryMb: 8, timeoutMs: 30_000 };
    expect((await run('const all = []; for (;;) all.push({ a: 1 })', null, { limits })).error).toMatch(
      /memory/,
    );
    // Large pieces make the collector run without end: the thread is ended then.
    const pieces = 'const all = []; for (;;) all.push("x".repeat(1000000) + all.length)';
    expect((await run(pieces, null, { limits: { memoryMb: 8, timeoutMs: 500 } })).error).toBeTruthy();
    expect((await run('function f() { return f() + 1 } f()')).error).toMatch(/stack|recursion/i);
    expect((await run('"x".repeat(2_000_000)')).error).toMatch(/longer than 100000 characters/);
  });

  test('leave anything behind for the next run', async () => {
    await run('globalThis.leftover = 1; Object.prototype.polluted = 1; 0');
    expect((await run('[typeof leftover, ({}).polluted === undefined]')).value).toEqual(['undefined', true]);
  });
});

test('it reaches the hosts it was allowed, and no other', async () => {
  const host = new URL(server.url).host;
  const code = `export default async (url) => (await (await fetch(url, { headers: { 'x-word': 'hi' } })).json()).said`;
  expect((await run(code, server.url, { hosts: [host] })).value).toBe('hi');
  expect((await run(code, 'http://example.org/', { hosts: [host] })).error).toMatch(
    /example.org is not among/,
  );
  const closed = openSandbox(false);
  expect((await closed.run({ code, input: server.url, hosts: [host] })).error).toMatch(
    /address of this machine/,
  );
  await closed.close();
});

test('an error tells its line', async () => {
  expect((await run('const a = 1;\nconst b = a.missing.field;')).error).toMatch(/TypeError.*\(line [23]\)/);
});
