// Bundles src/ into dist/, builds the console, the frames of previews and the database that a new folder begins as.
// `--if-stale` does only what is missing or older than its sources; `npm start` uses it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ifStale = process.argv.includes('--if-stale');
const day = 86_400_000;
const serverOnly = process.argv.includes('--server');

const files = (folder, keep) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && keep(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
const newest = (paths) => Math.max(0, ...paths.map((path) => statSync(path).mtimeMs));
const age = (path) => (existsSync(path) ? statSync(path).mtimeMs : -1);

/** Changes with the packages that are built in; not part of what is published. */
const versions = [join(root, 'package-lock.json')].filter(existsSync);

/**
 * Packages of dozens of files: read file by file they are most of what a start waits for (730 files took 1.2 s,
 * in chunks 0.5 s). The others stay outside, so that their binaries, workers and fonts are found.
 */
const inlined = ['hono', '@hono/node-server', 'jose', 'kysely', 'markdown-it', 'zod'];

/** Entries: the program, each worker thread, and what other programs import. The rest becomes chunks. */
async function buildServer() {
  const sources = files('src', (name) => name.endsWith('.ts'));
  const target = join(root, 'dist', 'cli.js');
  if (ifStale && age(target) >= newest([...sources, ...versions, fileURLToPath(import.meta.url)])) return;
  const started = Date.now();
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      'src/cli.ts',
      'src/client/index.ts',
      ...['config', 'database', 'providers/embedding', 'reference'].map((room) => `src/${room}/index.ts`),
      ...sources.filter((path) => /[-.]worker\.ts$/.test(path) && !path.includes('/fixtures/')),
    ],
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    metafile: true,
    plugins: [
      {
        name: 'packages',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
            const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
            const bundle =
              path.startsWith('/') || importer.includes('node_modules') || inlined.includes(name);
            return bundle ? undefined : { external: true };
          });
        },
      },
    ],
  });
  chmodSync(target, 0o755);
  // What an earlier build left goes a day later: a server that still runs may not have loaded each of its chunks.
  const kept = new Set(Object.keys(metafile.outputs).map((path) => join(root, path)));
  for (const path of files('dist', (name) => name.endsWith('.js')))
    if (!kept.has(path) && age(path) < started - day && !path.startsWith(join(root, 'dist', 'console')))
      rmSync(path);
  console.log(`built the server in ${Date.now() - started} ms`);
}

async function buildConsole() {
  const sources = files('web', () => true).filter((path) => !path.includes('node_modules'));
  if (ifStale && age(join(root, 'dist', 'console', 'index.html')) >= newest(sources)) return;
  const started = Date.now();
  console.log('building the console …');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const [code] = await once(
    spawn(process.execPath, [vite, 'build', '--logLevel', 'warn', join(root, 'web')], { stdio: 'inherit' }),
    'exit',
  );
  if (code !== 0) throw new Error('the console could not be built');
  console.log(`built the console in ${Date.now() - started} ms`);
}

/** Each frame is one page with everything in it: its policy lets it load nothing. */
async function buildSandbox() {
  const sources = files('web/sandbox', () => true);
  const target = (source) => join(root, 'dist', 'sandbox', basename(source).replace(/\.tsx?$/, '.html'));
  const entries = sources.filter((source) => !/(frame|run)\.ts$/.test(source));
  if (ifStale && entries.every((source) => age(target(source)) >= newest(sources))) return;
  const started = Date.now();
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: entries,
    outdir: join(root, 'dist', 'sandbox'),
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    charset: 'utf8',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  mkdirSync(join(root, 'dist', 'sandbox'), { recursive: true });
  // What would end the script element, or begin a comment in it; they stand in strings.
  const escaped = (text) => text.replaceAll(/<(?=!--|\/script)/gi, '\\x3c');
  for (const { path, text } of outputFiles)
    writeFileSync(
      path.replace(/\.js$/, '.html'),
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Preview</title>` +
        `<style>body{font:14px/1.5 system-ui,sans-serif;margin:1rem}</style></head>` +
        `<body><script>${escaped(text)}</script></body></html>\n`,
    );
  console.log(`built the frames of previews in ${Date.now() - started} ms`);
}

async function buildImage() {
  const sources = [...files('schemas', (name) => name.endsWith('.sql')), ...versions];
  if (ifStale && age(join(root, 'dist', 'database-image', 'name')) >= newest(sources)) return;
  // Of builds that were broken off.
  for (const entry of readdirSync(join(root, 'dist')).filter((name) => name.startsWith('database-image.')))
    rmSync(join(root, 'dist', entry), { recursive: true });
  const started = Date.now();
  console.log('preparing the database …');
  const { makeImage } = await import('../dist/database/index.js');
  await makeImage(({ file, duration_ms }) => console.log(`  ✓ ${file} (${duration_ms} ms)`));
  console.log(`prepared the database in ${Date.now() - started} ms`);
}

await buildServer();
// The image takes longest and mostly its own thread.
if (!serverOnly) await Promise.all([buildImage(), buildConsole().then(buildSandbox)]);
