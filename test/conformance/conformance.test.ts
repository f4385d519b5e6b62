import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectedFailures } from './expected-failures.ts';
import { startConformanceServer } from './server.ts';

// The protocol's own suite, over both revisions we speak. `npm run test:conformance` brings it and the Node it needs.
const folder = process.env.META_AGENT_CONFORMANCE ?? '';
const bin = join(folder, 'node_modules/node/bin');
const suite = join(folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const revisions = ['2025-11-25', '2026-07-28'];
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
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

const expected = (side: 'server' | 'client', revision: string): string[] =>
  expectedFailures[side]
    .filter(({ only = revision }) => only === revision)
    .flatMap(({ scenarios }) => scenarios);

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (text: Buffer) => {
      output += text;
    };
    const child = spawn(join(bin, 'node'), [suite, ...args, '-o', out], { env });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('close', (code) => resolve({ code, output: output.slice(-10_000) }));
  });
}

test.each(revisions)('our server speaks %s', async (revision) => {
  const baseline = join(out, `${revision}.yml`);
  writeFileSync(baseline, JSON.stringify({ server: expected('server', revision) }));
  const { code, output } = await run([
    'server',
    '--url',
    server.url,
    '--suite',
    'all',
    '--spec-version',
    revision,
    '--expected-failures',
    baseline,
  ]);
  expect(code, output).toBe(0);
});

/** The suite would start a client for every scenario at once, more than a small machine answers in time. */
function clientScenarios(): [string, string][] {
  const list = execFileSync(join(bin, 'node'), [suite, 'list'], { env, encoding: 'utf8' });
  const clients = list.slice(list.indexOf('Client scenarios'), list.indexOf('Authorization server'));
  return [...clients.matchAll(/^ {2}- (\S+) \[(.*)\]$/gm)].flatMap(([, name = '', versions = '']) =>
    revisions
      .filter((revision) => versions.split(',').includes(revision))
      .map((revision): [string, string] => [name, revision]),
  );
}

test.concurrent.each(clientScenarios())('our client: %s (%s)', async (name, revision) => {
  const { code, output } = await run([
    'client',
    '--command',
    `${join(bin, 'node')} ${program}`,
    '--timeout',
    '90000',
    '--scenario',
    name,
    '--spec-version',
    revision,
  ]);
  if (expected('client', revision).includes(name))
    expect(code, `${name} passes now: take it out of expected-failures.ts`).not.toBe(0);
  else expect(code, output).toBe(0);
});
