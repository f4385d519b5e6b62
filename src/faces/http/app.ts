import { type Context, Hono } from 'hono';
import type { Skills } from '../../domains/extensions/index.ts';
import type { UsageService } from '../../domains/usage/index.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import { once } from '../../kernel/once.ts';
import type { Registry } from '../../operations/index.ts';
import { mountMcp } from '../mcp/http.ts';
import { mountOpenAi, type OpenAiDeps } from '../openai/http.ts';
import { docsPage } from '../openapi/docs-page.ts';
import { openApi } from '../openapi/openapi.ts';
import { problemResponse } from '../problem.ts';
import type { ContextDeps, Env } from './call-context.ts';
import { type ChatRoutesDeps, mountChats } from './chats.ts';
import { mountConsole } from './console.ts';
import { type FileRoutesDeps, mountFiles } from './files.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { mountOperations } from './routes.ts';
import { mountSandbox } from './sandbox.ts';
import { hostCheck, securityHeaders } from './security.ts';
import { mountSkills } from './skills.ts';
import { mountUsage } from './usage.ts';

export interface HttpAppDeps extends ContextDeps {
  registry: Registry;
  files: FileRoutesDeps;
  chats: ChatRoutesDeps;
  usage: UsageService;
  openai: OpenAiDeps;
  skills: Skills;
  idempotency: IdempotencyStore;
  version: string;
  host: string;
  publicUrl: string | undefined;
  /** Resolves when the database answers; rejects otherwise. */
  ready(): Promise<void>;
  log: Log;
}

/** The whole HTTP surface. */
export function createHttpApp(deps: HttpAppDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(securityHeaders);
  app.use(hostCheck(deps.publicUrl, deps.host));
  app.onError((error) => {
    if (!isAppError(error) || error.code === 'internal') deps.log.error({ err: error }, 'a request failed');
    return problemResponse(error);
  });

  app.get('/healthz', (c) => c.json({ status: 'ok', version: deps.version }));
  app.get('/readyz', async (c) => {
    await deps.ready();
    return c.json({ status: 'ready' });
  });
  const description = once(() => openApi(deps.registry, deps.version));
  app.get('/openapi.json', (c) => c.json(description()));
  const docs = once(() => docsPage(deps.registry, deps.version));
  app.get('/docs', (c) => c.html(docs()));

  mountFiles(app, deps, deps.files);
  mountChats(app, deps, deps.chats);
  mountUsage(app, deps, deps.usage);
  mountSkills(app, deps, deps.skills);
  mountOperations(app, deps.registry, deps);
  mountOpenAi(app, deps, deps.openai);
  mountMcp(app, deps.registry, deps.version, deps);
  const unknown = (c: Context<Env>): never => {
    throw new AppError('not_found', `There is no ${c.req.method} ${new URL(c.req.url).pathname}.`, {
      fix: 'See /docs for every operation.',
    });
  };
  app.all('/api/*', unknown);
  mountSandbox(app);
  mountConsole(app);
  return app;
}
