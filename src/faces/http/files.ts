import type { Context, Hono } from 'hono';
import { bucket as bucketField } from '../../domains/files/contract.ts';
import type { FileService } from '../../domains/files/index.ts';
import type { ProjectService } from '../../domains/projects/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { authorize, type UserContext } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from './call-context.ts';
import type { IdempotencyStore } from './idempotency.ts';

export interface FileRoutesDeps {
  files: FileService;
  projects: ProjectService;
}

/** Types a browser may show by itself. Everything else is saved: an uploaded page must not run as one of ours. */
const shown = /^(image\/(png|jpeg|gif|webp|avif)|application\/pdf|text\/plain|audio\/|video\/)/;

/** The routes that move bytes. */
export function mountFiles(
  app: Hono<Env>,
  deps: ContextDeps & { idempotency: IdempotencyStore },
  { files, projects }: FileRoutesDeps,
): void {
  app.post('/api/files', async (c) => {
    const context = await signedIn(c, deps, 'files:write');
    const query = c.req.query();
    const bucket = bucketField.optional().safeParse(query.bucket || undefined);
    if (!bucket.success)
      throw new AppError('invalid_input', `There is no bucket called ${query.bucket}.`, {
        fix: 'Leave it out, or see /docs.',
      });
    const declared = Number(c.req.header('content-length'));
    const length = Number.isFinite(declared) && declared > 0 ? declared : undefined;
    const upload = () =>
      files.upload(context, {
        file_name: query.file_name ?? '',
        bucket: bucket.data,
        project_id: query.project_id || undefined,
        length,
        body: c.req.raw.body,
      });
    const { principal, idempotency_key: key } = context;
    // The bytes of a repeated upload are not read: name, place and length are what tells one request from another.
    const file =
      key === undefined
        ? await upload()
        : await deps.idempotency.once(
            { user_id: principal.user_id, key, operation: 'files.upload', input: { ...query, length } },
            upload,
          );
    return c.json(file as object, 201);
  });

  app.get('/api/files/:id/content', async (c) => {
    const context = await signedIn(c, deps, 'files:read');
    const { body, size, file_name, mime_type } = await files.content(context, uuid(c));
    return respond(c, body, { size, name: file_name, type: mime_type });
  });

  app.get('/api/artifacts/:id/content', async (c) => {
    const context = await signedIn(c, deps, 'tasks:read');
    const artifact = await projects.getArtifact(context, uuid(c));
    const { body, size } = await files.openContent(artifact.checksum ?? '', context.signal);
    const name = /\.\w+$/.test(artifact.name) ? artifact.name : `${artifact.name}.md`;
    return respond(c, body, { size, name, type: artifact.mime_type ?? 'application/octet-stream' });
  });
}

async function signedIn(
  c: Context<Env>,
  deps: ContextDeps,
  scope: 'files:read' | 'files:write' | 'tasks:read',
) {
  const { context } = await openCall(c, deps);
  authorize(scope, context.principal);
  return context as UserContext;
}

function uuid(c: Context<Env>): string {
  const id = c.req.param('id') ?? '';
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
    throw new AppError('not_found', 'There is no such file.', { fix: 'Check the address.' });
  return id;
}

function respond(
  c: Context<Env>,
  body: ReadableStream<Uint8Array>,
  file: { size: number; name: string; type: string },
): Response {
  const inline = shown.test(file.type) && c.req.query('download') !== '1';
  const ascii = file.name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return c.body(body, 200, {
    'content-type': inline ? file.type : 'application/octet-stream',
    'content-length': String(file.size),
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    // Shown alone in a tab, content has no origin, no script and no request of its own.
    'content-security-policy':
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'",
    'cache-control': 'private, max-age=0, must-revalidate',
  });
}
