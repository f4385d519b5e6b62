import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Exporting, Importing } from '../../domains/conversations/index.ts';
import { exportFormats } from '../../domains/conversations/index.ts';
import { authorize, invalidInput, type UserContext } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from './call-context.ts';

export interface ChatRoutesDeps {
  exporting: Exporting;
  importing: Importing;
}

const exported = z.object({
  format: z.enum(exportFormats).default('markdown'),
  conversation_id: z.uuid().optional(),
});
const imported = z.object({
  source: z.enum(['chatgpt', 'claude']),
  file_name: z.string().min(1).max(255),
  project_id: z.uuid().optional(),
});

/** The routes that move chats out and in as files. */
export function mountChats(
  app: Hono<Env>,
  deps: ContextDeps,
  { exporting, importing }: ChatRoutesDeps,
): void {
  app.get('/api/conversations/export', async (c) => {
    const context = await signedIn(c, deps, 'chat:read');
    const { format, conversation_id } = queryOf(c, exported);
    const { name, type, body } = conversation_id
      ? await exporting.one(context, conversation_id, format)
      : await exporting.all(context, format);
    return new Response(body, {
      headers: {
        'content-type': type,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'cache-control': 'no-store',
      },
    });
  });

  app.post('/api/imports', async (c) => {
    const context = await signedIn(c, deps, 'chat:write');
    const length = Number(c.req.header('content-length'));
    const job = await importing.start(context, {
      ...queryOf(c, imported),
      length: Number.isFinite(length) && length > 0 ? length : undefined,
      body: c.req.raw.body,
    });
    return c.json(job, 201);
  });
}

async function signedIn(c: Context<Env>, deps: ContextDeps, scope: 'chat:read' | 'chat:write') {
  const { context } = await openCall(c, deps);
  authorize(scope, context.principal);
  return context as UserContext;
}

function queryOf<T extends z.ZodType>(c: Context<Env>, schema: T): z.output<T> {
  const parsed = schema.safeParse(
    Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value)),
  );
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}
