import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import { packageRoot } from '../../kernel/package.ts';
import type { Env } from './call-context.ts';

/**
 * What previews run in: an origin of their own, so no cookies, storage or parent; no address at all, not even this
 * server's. Leaving for another page is stopped by `frame-src` of the console.
 */
const sandboxPolicy = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
  "connect-src 'none'",
  "frame-src 'none'",
  "worker-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * A second policy, which must allow a script too: the frame's own, by its hash, and what that puts in. So nothing that
 * stands in markup runs, neither here nor in a frame that content opens, which would have its peer connections back.
 */
const scriptPolicy = (script: string) =>
  `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}' 'strict-dynamic'`;

const kinds = new Set(['html', 'react', 'mermaid']);

/** Serves the frames that previews run in. They hold no content: the page that shows one hands it over by message. */
export function mountSandbox(app: Hono<Env>, folder = join(packageRoot, 'dist', 'sandbox')): void {
  const pages = new Map<string, { body: string; tag: string; policy: string }>();
  app.get('/sandbox/:kind', (c) => {
    const kind = c.req.param('kind');
    const file = join(folder, `${kind}.html`);
    if (!kinds.has(kind)) throw new AppError('not_found', 'There is no such kind of preview.');
    if (!existsSync(file)) return c.text('The previews are not built. Run `npm run build`.', 503);
    let page = pages.get(kind);
    if (!page) {
      const body = readFileSync(file, 'utf8');
      const script = /<script>(.*)<\/script>/s.exec(body)?.[1] ?? '';
      page = { body, tag: `"${sha256(body)}"`, policy: `${sandboxPolicy}, ${scriptPolicy(script)}` };
      pages.set(kind, page);
    }
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': page.policy,
      'x-frame-options': 'SAMEORIGIN',
      'x-dns-prefetch-control': 'off',
      'cache-control': 'no-cache',
      etag: page.tag,
    };
    return c.req.header('if-none-match') === page.tag
      ? c.body(null, 304, headers)
      : c.body(page.body, 200, headers);
  });
}
