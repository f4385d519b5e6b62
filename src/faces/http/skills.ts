import type { Hono } from 'hono';
import { z } from 'zod';
import { maxZipBytes, type Skills } from '../../domains/extensions/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { authorize, invalidInput, mustBeWhole, type UserContext } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from './call-context.ts';

/** The routes that move skills in and out as a zip of their folder. */
export function mountSkills(app: Hono<Env>, deps: ContextDeps, skills: Skills): void {
  app.post('/api/skills/zip', async (c) => {
    const { context } = await openCall(c, deps);
    authorize('signed-in', context.principal);
    mustBeWhole(context.principal);
    return c.json(await skills.importZip(context as UserContext, await bodyOf(c.req.raw)), 201);
  });

  app.get('/api/skills/:id/zip', async (c) => {
    const { context } = await openCall(c, deps);
    authorize('signed-in', context.principal);
    const id = z.uuid().safeParse(c.req.param('id'));
    if (!id.success) throw invalidInput(id.error);
    const { name, bytes } = await skills.exportZip(context as UserContext, id.data);
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'cache-control': 'no-store',
      },
    });
  });
}

/** Errors: `too_large` as soon as more comes than a skill may have. */
async function bodyOf({ body }: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.byteLength;
    if (size > maxZipBytes)
      throw new AppError('too_large', `A zip of a skill has at most ${maxZipBytes / 1024 / 1024} MB.`, {
        fix: 'Leave out what the skill does not need.',
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
