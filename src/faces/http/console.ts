import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import type { Hono } from 'hono';
import { packageRoot } from '../../kernel/package.ts';
import type { Env } from './call-context.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Serves the built console. Every path that is not a file is the console's own page. */
export function mountConsole(app: Hono<Env>, folder = join(packageRoot, 'dist', 'console')): void {
  app.get('*', (c) => {
    const wanted = normalize(decoded(new URL(c.req.url).pathname)).replace(/^[/\\]+/, '');
    const file = join(folder, wanted);
    const inside = file.startsWith(folder + sep);
    const asset = inside && extname(file) !== '' && existsSync(file);
    if (!asset && extname(wanted) !== '' && wanted.startsWith('assets/')) return c.text('Not found', 404);
    const path = asset ? file : join(folder, 'index.html');
    if (!existsSync(path)) return c.text('The console is not built. Run `npm run build`.', 503);
    return c.body(readFileSync(path), 200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      // Asset names carry a hash of their content.
      'cache-control':
        wanted.startsWith('assets/') && asset ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });
}

/** A path with broken percent signs names no file. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '/';
  }
}
