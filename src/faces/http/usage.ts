import type { Hono } from 'hono';
import { z } from 'zod';
import type { UsageService } from '../../domains/usage/index.ts';
import { authorize, invalidInput, type UserContext } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from './call-context.ts';

const query = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30),
  project_id: z.uuid().optional(),
});

/** The route that gives every call as a table. */
export function mountUsage(app: Hono<Env>, deps: ContextDeps, usage: UsageService): void {
  app.get('/api/usage.csv', async (c) => {
    const { context } = await openCall(c, deps);
    authorize('signed-in', context.principal);
    const parsed = query.safeParse(c.req.query());
    if (!parsed.success) throw invalidInput(parsed.error);
    const rows = usage.table(context as UserContext, parsed.data);
    return new Response(ReadableStream.from(rows).pipeThrough(new TextEncoderStream()), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="usage-${parsed.data.days}-days.csv"`,
        'cache-control': 'no-store',
      },
    });
  });
}
