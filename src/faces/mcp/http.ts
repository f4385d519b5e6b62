import type { Hono } from 'hono';
import type { Log } from '../../kernel/log.ts';
import { authorize, type Registry } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from '../http/call-context.ts';

/**
 * MCP over streamable HTTP at `/mcp`, without sessions: each request carries its key and stands alone, so any
 * server process can answer it. Clients of the stateless revision (2026-07-28) and of those before it are served.
 */
export function mountMcp(
  app: Hono<Env>,
  registry: Registry,
  version: string,
  deps: ContextDeps & { log: Log },
): void {
  app.all('/mcp', async (c) => {
    // Loaded by the first request, so that a start does not wait for it.
    const [{ createMcpHandler }, { createMcpServer }, { context }] = await Promise.all([
      import('@modelcontextprotocol/server'),
      import('./server.ts'),
      openCall(c, deps),
    ]);
    authorize('signed-in', context.principal);
    const onFault = (error: unknown) => deps.log.error({ err: error }, 'a tool failed');
    const handler = createMcpHandler(() => createMcpServer(registry, version, () => context, onFault));
    return handler.fetch(c.req.raw);
  });
}
