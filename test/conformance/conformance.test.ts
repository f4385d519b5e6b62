import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startConformanceServer } from './server.ts';

// The protocol's own suite, over both revisions we speak. `npm run test:conformance` brings it and the Node it needs.
const folder = process.env.META_AGENT_CONFORMANCE ?? '';
const bin = join(folder, 'node_modules/node/bin');
const suite = join(folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const revisions = ['2025-11-25', '2026-07-28'];
const local = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'meta-agent-conformance-'));
const program = join(out, 'client.mjs');

let server: Awaited<ReturnType<typeof startConformanceServer>>;
beforeAll(async () => {
  server = await startConformanceServer();
  // One file starts several times as fast as the many it is made of, and the suite starts it for each scenario.
  await build({
    entryPoints: [local('client.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    outfile: program,
  });
});
afterAll(async () => {
  await server.close();
  rmSync(out, { recursive: true, force: true });
});

/** Passes when just the scenarios fail that expected-failures.yml names. */
function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (text: Buffer) => {
      output += text;
    };
    const child = spawn(
      join(bin, 'node'),
      [suite, ...args, '--suite', 'all', '--expected-failures', local('expected-failures.yml'), '-o', out],
      { env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } },
    );
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('close', (code) => resolve({ code, output: output.slice(output.indexOf('SUMMARY')) }));
  });
}

test.each(revisions)('our server speaks %s', async (revision) => {
  const { code, output } = await run(['server', '--url', server.url, '--spec-version', revision]);
  expect(code, output).toBe(0);
});

test.each(revisions)('our client speaks %s', async (revision) => {
  const command = `${join(bin, 'node')} ${program}`;
  const { code, output } = await run([
    'client',
    '--command',
    command,
    '--timeout',
    '90000',
    '--spec-version',
    revision,
  ]);
  expect(code, output).toBe(0);
});
