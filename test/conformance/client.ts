// The program the suite runs as a client: connects with our client, signs in where it must, and calls every tool.
import { isAppError } from '../../src/kernel/errors.ts';
import { connectMcp, type McpConnection, type OAuthState } from '../../src/providers/mcp/index.ts';

const url = process.argv.at(-1) ?? '';
const redirectUrl = 'http://127.0.0.1:3100/settings/servers/signed-in';
const { client_id, client_secret, toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as {
  client_id?: string;
  client_secret?: string;
  toolCalls?: { name: string; arguments: Record<string, unknown> }[];
};

type Address = { transport: 'http'; url: string; headers: Record<string, string>; oauth: OAuthState };
const address = (oauth: OAuthState): Address => ({ transport: 'http', url, headers: {}, oauth });
const options = { id: 'conformance', fetch, redirectUrl, timeoutMs: 20_000 };

/** Opens the page of the authorization server as a person would, and brings back what it says. */
async function signIn(error: unknown, times = 2): Promise<McpConnection> {
  if (!isAppError(error, 'unauthenticated') || times === 0) throw error;
  const { authorization_url, oauth } = error.details as { authorization_url: string; oauth: OAuthState };
  const page = await fetch(authorization_url, { redirect: 'manual' });
  const back = new URL(page.headers.get('location') ?? '', authorization_url).searchParams;
  const authorization = {
    code: back.get('code') ?? '',
    state: back.get('state') ?? '',
    iss: back.get('iss') ?? undefined,
  };
  // The server may have moved to another authorization server meanwhile.
  return connectMcp(address(oauth), { ...options, authorization }).catch((next: unknown) =>
    signIn(next, times - 1),
  );
}

const known: OAuthState =
  client_id === undefined
    ? {}
    : { client: { client_id, ...(client_secret === undefined ? {} : { client_secret }) } };
let connection = await connectMcp(address(known), options).catch((error: unknown) => signIn(error));
// One scenario has a tool that is to be shown the schema of another as it came here.
const [first] = connection.tools;
const calls =
  toolCalls ??
  connection.tools.map(({ name }) => ({
    name,
    arguments: { a: 5, b: 3, ...(name === 'json_schema_echo' ? { schema: first?.input_schema } : {}) },
  }));
for (const { name, arguments: input } of calls)
  try {
    await connection.call(name, input);
  } catch (error) {
    // Some tools are only listed and never answer; others need more than the sign-in gave.
    if (!isAppError(error, 'unauthenticated')) continue;
    await connection.close();
    connection = await signIn(error);
    await connection.call(name, input);
  }
await connection.close();
