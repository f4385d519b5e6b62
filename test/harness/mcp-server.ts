import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

/**
 * An MCP server over HTTP with a tool that adds, and, where `signIn`, an authorization server in front of it, which says
 * yes at once or, where it `asks`, shows a page with the choice.
 */
export interface TestMcpServer {
  url: string;
  /** Requests that reached the tools, with the authorization they carried. */
  calls: (string | undefined)[];
  /** Answers 500 while true. */
  broken: boolean;
  close(): Promise<void>;
}

const token = 'access-token';

export async function startMcpServer({
  signIn = false,
  legacyOnly = false,
  key,
}: {
  signIn?: boolean | 'asks';
  legacyOnly?: boolean;
  key?: string;
} = {}): Promise<TestMcpServer> {
  const calls: (string | undefined)[] = [];
  let challenge = '';
  const handler = createMcpHandler(() => {
    const server = new Server({ name: 'adder', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', async () => ({
      tools: [
        {
          name: 'add',
          description: 'Adds two numbers.',
          inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
        },
        { name: 'noise', description: 'Makes noise.', inputSchema: { type: 'object' } },
      ],
    }));
    server.setRequestHandler('tools/call', async ({ params }) => {
      const { a = 0, b = 0 } = (params.arguments ?? {}) as { a?: number; b?: number };
      return { content: [{ type: 'text', text: String(a + b) }] };
    });
    return server;
  });
  const state: TestMcpServer = { url: '', calls, broken: false, close: async () => {} };

  const oauth = (path: string, body: string, origin: string): unknown => {
    if (path.startsWith('/.well-known/oauth-protected-resource'))
      return { resource: `${origin}/mcp`, authorization_servers: [origin] };
    if (path.startsWith('/.well-known/oauth-authorization-server'))
      return {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none'],
      };
    if (path === '/register') return { ...(JSON.parse(body) as object), client_id: 'client-1' };
    if (path === '/token') {
      const form = new URLSearchParams(body);
      const proof = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (form.get('code') !== 'the-code' || proof !== challenge) return undefined;
      return { access_token: token, token_type: 'Bearer', refresh_token: 'refresh-1', expires_in: 3600 };
    }
    return undefined;
  };

  const server = createServer(async (request, response) => {
    const origin = `http://${request.headers.host}`;
    const url = new URL(request.url ?? '/', origin);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const reply = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value));
    if (url.pathname !== '/mcp') {
      if (url.pathname === '/authorize') {
        challenge = url.searchParams.get('code_challenge') ?? '';
        const back = (outcome: Record<string, string>) =>
          `${url.searchParams.get('redirect_uri')}?${new URLSearchParams({ ...outcome, state: url.searchParams.get('state') ?? '' })}`;
        const yes = back({ code: 'the-code' });
        const no = back({ error: 'access_denied', error_description: 'The owner said no' });
        if (signIn !== 'asks') return void response.writeHead(302, { location: yes }).end();
        const link = (words: string, to: string) => `<a href="${to.replaceAll('&', '&amp;')}">${words}</a>`;
        return void response
          .writeHead(200, { 'content-type': 'text/html' })
          .end(`<title>Sign in</title><h1>May Meta Agent add?</h1>${link('Allow', yes)} ${link('Deny', no)}`);
      }
      const answer = signIn ? oauth(url.pathname, body, origin) : undefined;
      return void reply(answer ? 200 : 404, answer ?? { error: 'not_found' });
    }
    if (state.broken) return void reply(500, { error: 'broken' });
    const { authorization } = request.headers;
    const wanted = signIn ? `Bearer ${token}` : key ? `Bearer ${key}` : undefined;
    if (wanted && authorization !== wanted)
      return void reply(
        401,
        { error: 'unauthorized' },
        signIn
          ? {
              'www-authenticate': `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
            }
          : {},
      );
    if (legacyOnly && body.includes('server/discover'))
      return void reply(200, {
        jsonrpc: '2.0',
        id: (JSON.parse(body) as { id: unknown }).id,
        error: { code: -32601, message: 'Method not found' },
      });
    if (body.includes('tools/call')) calls.push(authorization);
    const answer = await handler.fetch(
      new Request(url, {
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
        ...(body ? { body } : {}),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  state.close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return state;
}
