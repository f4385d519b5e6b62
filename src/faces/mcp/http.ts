import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Hono } from 'hono';
import type { Log } from '../../kernel/log.ts';
import { authorize, type Registry } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from '../http/call-context.ts';
import { createMcpServer } from './server.ts';

/**
 * MCP over streamable HTTP at `/mcp`, without sessions: each request carries its key and stands alone, so any
 * server process can answer it.
 */
export function mountMcp(
  app: Hono<Env>,
  registry: Registry,
  version: string,
  deps: ContextDeps & { log: Log },
): void {
  app.all('/mcp', async (c) => {
    const { context } = await openCall(c, deps);
    authorize('signed-in', context.principal);
    const server = createMcpServer(
      registry,
      version,
      () => context,
      (error) => deps.log.error({ err: error }, 'a tool failed'),
    );
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    return transport.handleRequest(c.req.raw);
  });
}
