import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { RateLimiter } from '../../src/faces/http/index.ts';
import { hostCheck } from '../../src/faces/http/security.ts';
import { mountMcp } from '../../src/faces/mcp/http.ts';
import { Registry } from '../../src/operations/index.ts';
import { openTestApp } from '../harness/app.ts';
import { fixtures } from './fixtures.ts';

/**
 * Our MCP endpoint with the suite's tools besides our own. The suite sends no key, so each request is given one on its
 * way in.
 */
export async function startConformanceServer(): Promise<{ url: string; close(): Promise<void> }> {
  const { app, person, close } = await openTestApp();
  const { key } = await person('conformance@example.org');
  const http = new Hono<{ Bindings: never }>();
  http.use(hostCheck(undefined, '127.0.0.1'));
  mountMcp(http as never, new Registry([...app.registry.all(), ...fixtures]), '1.0.0', {
    authenticator: app.authenticator,
    secureCookies: false,
    trustProxy: false,
    limiter: new RateLimiter(100_000),
    log: app.log,
  });
  const server = serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, bindings) => {
      const headers = new Headers(request.headers);
      headers.set('authorization', `Bearer ${key}`);
      return http.fetch(new Request(request, { headers }), bindings as never);
    },
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}
