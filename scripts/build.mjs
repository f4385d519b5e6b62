// Transpiles src/ to dist/ file by file (same layout), builds the console and the frames of previews.
// `--if-stale` does only what is missing or older than its sources; `npm start` uses it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ifStale = process.argv.includes('--if-stale');
const serverOnly = process.argv.includes('--server');

const files = (folder, keep) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && keep(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
const newest = (paths) => Math.max(0, ...paths.map((path) => statSync(path).mtimeMs));
const age = (path) => (existsSync(path) ? statSync(path).mtimeMs : -1);

async function buildServer() {
  const ours = (path) => !/(\.test\.ts|\/testing\/.*|\/fixtures\/.*)$/.test(path);
  const sources = files('src', (name) => name.endsWith('.ts')).filter(ours);
  const targetOf = (source) =>
    join(root, 'dist', relative(join(root, 'src'), source)).replace(/\.ts$/, '.js');
  const stale = sources.filter((source) => !ifStale || age(targetOf(source)) < statSync(source).mtimeMs);
  const wanted = new Set(sources.map(targetOf));
  for (const path of existsSync(join(root, 'dist')) ? files('dist', (name) => name.endsWith('.js')) : [])
    if (!path.startsWith(join(root, 'dist', 'console')) && !wanted.has(path)) rmSync(path);
  if (stale.length === 0) return;
  const started = Date.now();
  const { default: ts } = await import('typescript');
  for (const source of stale) {
    const target = targetOf(source);
    const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
      fileName: source,
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText, { mode: source.endsWith('cli.ts') ? 0o755 : 0o644 });
  }
  console.log(`built the server: ${stale.length} files in ${Date.now() - started} ms`);
}

function buildConsole() {
  const sources = files('web', () => true).filter((path) => !path.includes('node_modules'));
  if (ifStale && age(join(root, 'dist', 'console', 'index.html')) >= newest(sources)) return;
  const started = Date.now();
  console.log('building the console …');
  execFileSync(
    process.execPath,
    [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn', join(root, 'web')],
    {
      stdio: 'inherit',
    },
  );
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
  const inlined = (text) => text.replaceAll(/<(?=!--|\/script)/gi, '\\x3c');
  for (const { path, text } of outputFiles)
    writeFileSync(
      path.replace(/\.js$/, '.html'),
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Preview</title>` +
        `<style>body{font:14px/1.5 system-ui,sans-serif;margin:1rem}</style></head>` +
        `<body><script>${inlined(text)}</script></body></html>\n`,
    );
  console.log(`built the frames of previews in ${Date.now() - started} ms`);
}

await buildServer();
if (!serverOnly) {
  buildConsole();
  await buildSandbox();
}
