import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { AppError, isAppError, messageOf } from '../../kernel/errors.ts';
import { type GuardedFetch, mustBeHttp } from '../web/index.ts';
import { OAuthSession, type OAuthState } from './oauth.ts';

export type McpServerAddress =
  | { transport: 'http' | 'sse'; url: string; headers: Record<string, string>; oauth: OAuthState }
  | { transport: 'stdio'; command: string; args: string[]; env: Record<string, string> };

export interface McpTool {
  name: string;
  description: string;
  input_schema: Record<string, unknown>;
}

export interface McpOptions {
  /** Of this server among the person's own. */
  id: string;
  fetch: GuardedFetch;
  /** Where an authorization server sends the person back to. */
  redirectUrl: string;
  timeoutMs: number;
  authorization?: Authorization;
}

/** What the person came back with. `iss` names the authorization server, where it says who it is (RFC 9207). */
export interface Authorization {
  code: string;
  state: string;
  iss?: string | undefined;
}

export interface McpConnection {
  /** `2026-07-28` (stateless) or an earlier revision with sessions. */
  protocolVersion: string;
  serverName: string;
  tools: McpTool[];
  /** To be kept when it changed: tokens are refreshed on the way. */
  oauth: OAuthState;
  /** Errors: `provider_failed` with what the server said. */
  call(
    name: string,
    input: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<{ text: string; isError: boolean }>;
  close(): Promise<void>;
}

/** Raised when the person has to sign in at the server first. `details.authorization_url` is where. */
const signInNeeded = (session: OAuthSession): AppError =>
  new AppError('unauthenticated', 'The server asks you to sign in.', {
    fix: 'Press Sign in and come back.',
    details: { authorization_url: session.authorizationUrl, oauth: session.held },
  });

/**
 * Connects to an MCP server and lists its tools. The revision is found out: the stateless one first, else the one
 * with sessions. Errors: `unauthenticated` (details.authorization_url), `provider_failed`, `invalid_input`.
 */
export async function connectMcp(address: McpServerAddress, options: McpOptions): Promise<McpConnection> {
  const client = new Client({ name: 'meta-agent', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const session =
    address.transport === 'stdio'
      ? undefined
      : new OAuthSession(options.id, options.redirectUrl, address.oauth);
  const timeout = { timeout: options.timeoutMs };
  try {
    const transport = open(address, session, options);
    if (options.authorization && session && !(transport instanceof StdioClientTransport)) {
      if (session.held.state !== options.authorization.state)
        throw new AppError('forbidden', 'The sign-in was not begun here.', {
          fix: 'Begin the sign-in again.',
        });
      await transport.finishAuth(options.authorization.code, options.authorization.iss);
    }
    await client.connect(open(address, session, options), timeout);
    const tools: McpTool[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.listTools(cursor ? { cursor } : {}, timeout);
      tools.push(
        ...page.tools.map(({ name, description = '', inputSchema }) => ({
          name,
          description,
          input_schema: inputSchema as Record<string, unknown>,
        })),
      );
      cursor = page.nextCursor;
      if (!cursor) break;
    }
    return {
      protocolVersion: client.getNegotiatedProtocolVersion() ?? 'unknown',
      serverName: client.getServerVersion()?.name ?? 'unknown',
      tools,
      oauth: session?.held ?? {},
      async call(name, input, signal) {
        try {
          const result = await client.callTool(
            { name, arguments: input },
            { ...timeout, ...(signal ? { signal } : {}) },
          );
          return { text: textOf(result.content as Part[]), isError: result.isError ?? false };
        } catch (error) {
          signal?.throwIfAborted();
          throw failed(error, session);
        }
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close().catch(() => {});
    throw failed(error, session);
  }
}

function open(address: McpServerAddress, session: OAuthSession | undefined, { fetch }: McpOptions) {
  if (address.transport === 'stdio')
    return new StdioClientTransport({
      command: address.command,
      args: address.args,
      // Nothing of this server's own environment but what a program needs to start.
      env: { ...getDefaultEnvironment(), ...address.env },
      stderr: 'ignore',
    });
  const shared = {
    fetch,
    requestInit: { headers: address.headers },
    ...(session ? { authProvider: session } : {}),
  };
  const url = mustBeHttp(address.url);
  return address.transport === 'sse'
    ? new SSEClientTransport(url, shared)
    : new StreamableHTTPClientTransport(url, shared);
}

function failed(error: unknown, session: OAuthSession | undefined): unknown {
  if (isAppError(error)) return error;
  if (error instanceof UnauthorizedError && session?.authorizationUrl) return signInNeeded(session);
  const { cause } = error as { cause?: unknown };
  if (isAppError(cause)) return cause;
  const why = messageOf(error)
    .slice(0, 500)
    .replace(/[\s.]*$/, '.');
  return new AppError('provider_failed', `The MCP server cannot be used: ${why}`, {
    fix: 'Check its address, its key and that it runs; then connect again.',
    details: { retryable: true },
  });
}

type Part = { type: string; text?: string; mimeType?: string; resource?: { uri: string; text?: string } };

/** What a tool returned, as a model reads it. */
const textOf = (parts: Part[]): string =>
  parts
    .map((part) => {
      if (part.type === 'text') return part.text ?? '';
      if (part.resource) return part.resource.text ?? `(${part.resource.uri})`;
      return `(${part.type}${part.mimeType ? `, ${part.mimeType}` : ''})`;
    })
    .join('\n');
