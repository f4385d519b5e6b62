import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { packageRoot } from './package.ts';

export interface WorkerOptions {
  /** Handed to the thread as `workerData`. */
  data?: unknown;
  /** Heap limit of the thread in MiB; beyond it the thread ends with ERR_WORKER_OUT_OF_MEMORY. */
  memoryMb?: number;
  /** Shown in stack traces and process listings. */
  name?: string;
}

/**
 * Starts a worker thread from a module of ours.
 *
 * `entry` is its path below `src/`, without extension; built, it has the same path below `dist/`. Run from
 * sources (the tests) Node 20 cannot load TypeScript in a thread, so the entry and what it imports of ours are
 * bundled once into the package cache.
 */
export async function startWorker(entry: string, options: WorkerOptions = {}): Promise<Worker> {
  const fromSources = import.meta.url.endsWith('.ts');
  const url = fromSources ? await bundled(entry) : pathToFileURL(join(packageRoot, 'dist', `${entry}.js`));
  return new Worker(url, {
    workerData: options.data,
    name: options.name,
    resourceLimits: options.memoryMb === undefined ? undefined : { maxOldGenerationSizeMb: options.memoryMb },
  });
}

/** Inside node_modules so that the bundle's own package imports resolve; named by content so that runs can share it. */
async function bundled(entry: string): Promise<URL> {
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [join(packageRoot, 'src', `${entry}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
  });
  const code = result.outputFiles[0]?.contents ?? new Uint8Array();
  const modules = dirname(dirname(createRequire(import.meta.url).resolve('esbuild/package.json')));
  const folder = join(modules, '.cache', 'meta-agent-workers');
  const file = join(folder, `${createHash('sha256').update(code).digest('hex').slice(0, 32)}.mjs`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const part = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    writeFileSync(part, code);
    renameSync(part, file);
  }
  return pathToFileURL(file);
}
