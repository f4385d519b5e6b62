import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found, json, type Session, type UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError, isAppError, messageOf } from '../../kernel/errors.ts';
import type { SecretBox } from '../../kernel/secret-box.ts';
import type { UserContext } from '../../operations/index.ts';
import {
  type Authorization,
  connectMcp,
  type McpConnection,
  type McpServerAddress,
  type OAuthState,
} from '../../providers/mcp/index.ts';
import { guardedFetch, mustBeHttp } from '../../providers/web/index.ts';
import type { extensionsContract, McpServer, mcpTool } from './contract.ts';

type Input<K extends keyof typeof extensionsContract> = z.output<(typeof extensionsContract)[K]['input']>;
type StoredTool = z.output<typeof mcpTool>;

export interface McpServersDeps {
  database: Database;
  secrets: SecretBox;
  clock: Clock;
  /** Commands that an administrator allows over stdio. */
  commands: string[];
  /** Whether servers may be on this machine or its network. */
  allowPrivate: boolean;
  /** Page of the console that an authorization server sends people back to. */
  redirectUrl: string;
}

interface Secrets {
  /** Headers, or environment variables of a command. */
  values: Record<string, string>;
  oauth: OAuthState;
}

const fields = [
  'id',
  'user_id',
  'server_id',
  'server_name',
  'transport',
  'enabled',
  'config',
  'tools',
  'health_status',
  'health_message',
  'last_health_check',
  'latency_ms',
] as const;

/** A connection that nobody uses is closed after this time. */
const idleMs = 5 * 60_000;

/** A person's MCP servers: kept, connected when used, with the health that was measured. */
export class McpServers {
  readonly #deps: McpServersDeps;
  readonly #open = new Map<string, { connection: Promise<McpConnection>; idle: NodeJS.Timeout }>();

  constructor(deps: McpServersDeps) {
    this.#deps = deps;
  }

  async list(context: UserContext) {
    const rows = await this.#deps.database.as(context.principal, (session) =>
      session
        .selectFrom('mcp_configs')
        .select(fields)
        .where('user_id', '=', context.principal.user_id)
        .orderBy('server_name')
        .orderBy('id')
        .execute(),
    );
    return { items: await Promise.all(rows.map((row) => this.#show(row))), next: null };
  }

  async create(context: UserContext, input: Input<'createServer'>) {
    const { server_id, server_name, transport, secrets = {}, ...place } = input;
    this.#check(transport, place);
    const { id } = await this.#deps.database.as(context.principal, (session) =>
      session
        .insertInto('mcp_configs')
        .values({ server_id, server_name, transport, config: json({ ...place, timeout_ms: 30_000 }) })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    await this.#keepSecrets(id, { values: secrets, oauth: {} });
    return this.#get(context.principal, id);
  }

  async update(context: UserContext, { id, secrets, tools, ...change }: Input<'updateServer'>) {
    const { principal } = context;
    const row = await this.#find(principal, id);
    const { server_name, enabled, ...place } = change;
    const config = { ...row.config, ...place };
    if (Object.keys(place).length > 0) this.#check(row.transport, config);
    await this.#deps.database.as(principal, (session) =>
      session
        .updateTable('mcp_configs')
        .set({
          config: json(config),
          ...(server_name === undefined ? {} : { server_name }),
          ...(enabled === undefined ? {} : { enabled }),
        })
        .where('id', '=', id)
        .execute(),
    );
    if (secrets) await this.#keepSecrets(id, { values: secrets, oauth: {} });
    if (tools)
      await this.#measured(id, {
        tools: json(row.tools.map((tool) => ({ ...tool, enabled: tools[tool.name] ?? tool.enabled }))),
      });
    if (secrets || Object.keys(place).length > 0 || enabled === false) await this.#close(id);
    return this.#get(principal, id);
  }

  async delete(context: UserContext, id: string) {
    await this.#deps.database.as(context.principal, async (session) =>
      found(
        await session.deleteFrom('mcp_configs').where('id', '=', id).returning('id').executeTakeFirst(),
        'The server',
      ),
    );
    await this.#close(id);
    return { ok: true as const };
  }

  /** Connects anew, whatever was open, and keeps what came of it. */
  async connect(context: UserContext, id: string) {
    const { principal } = context;
    await this.#find(principal, id);
    await this.#close(id);
    let authorization_url: string | null = null;
    try {
      await this.#connection(principal, id);
      await this.#enable(principal, id);
    } catch (error) {
      if (!isAppError(error)) throw error;
      authorization_url = (error.details?.authorization_url as string | undefined) ?? null;
    }
    return { server: await this.#get(principal, id), authorization_url };
  }

  async finishSignIn(context: UserContext, authorization: Input<'finishSignIn'>) {
    const id = authorization.state.split('.')[0] ?? '';
    if (!/^[0-9a-f-]{36}$/.test(id)) found(undefined, 'The server');
    await this.#find(context.principal, id);
    await this.#close(id);
    await this.#connection(context.principal, id, authorization);
    await this.#enable(context.principal, id);
    return this.#get(context.principal, id);
  }

  /** What its owner connected is what they want to use. */
  async #enable(principal: UserPrincipal, id: string): Promise<void> {
    await this.#deps.database.as(principal, (session) =>
      session.updateTable('mcp_configs').set({ enabled: true }).where('id', '=', id).execute(),
    );
  }

  /** Enabled tools of enabled servers, with the server they are of. */
  async tools(
    session: Session,
    principal: UserPrincipal,
  ): Promise<{ id: string; server_id: string; tool: StoredTool }[]> {
    const rows = await session
      .selectFrom('mcp_configs')
      .select(['id', 'server_id', 'tools'])
      .where('user_id', '=', principal.user_id)
      .where('enabled', '=', true)
      .orderBy('server_id')
      .execute();
    return rows.flatMap(({ id, server_id, tools }) =>
      (tools as StoredTool[]).filter(({ enabled }) => enabled).map((tool) => ({ id, server_id, tool })),
    );
  }

  /** Calls a tool. Errors: `provider_failed`, `unauthenticated` when the person has to sign in again. */
  async call(
    principal: UserPrincipal,
    id: string,
    tool: string,
    input: Record<string, unknown>,
    signal: AbortSignal,
  ) {
    const connection = await this.#connection(principal, id);
    try {
      return await connection.call(tool, input, signal);
    } catch (error) {
      // The next call connects anew.
      await this.#close(id);
      await this.#unwell(id, error);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#close(id)));
  }

  #connection(principal: UserPrincipal, id: string, authorization?: Authorization): Promise<McpConnection> {
    const known = this.#open.get(id);
    if (known) {
      known.idle.refresh();
      return known.connection;
    }
    const connection = this.#connect(principal, id, authorization);
    this.#open.set(id, {
      connection,
      idle: setTimeout(() => void this.#close(id), idleMs).unref(),
    });
    connection.catch(() => this.#close(id));
    return connection;
  }

  async #connect(
    principal: UserPrincipal,
    id: string,
    authorization?: Authorization,
  ): Promise<McpConnection> {
    const { clock, allowPrivate, redirectUrl } = this.#deps;
    const row = await this.#find(principal, id);
    const secrets = await this.#secrets(id);
    const started = clock.now();
    try {
      const connection = await connectMcp(this.#address(row, secrets), {
        id,
        fetch: guardedFetch(allowPrivate),
        redirectUrl,
        timeoutMs: Number(row.config.timeout_ms ?? 30_000),
        ...(authorization ? { authorization } : {}),
      });
      const before = new Map(row.tools.map((tool) => [tool.name, tool.enabled]));
      await this.#keepSecrets(id, { ...secrets, oauth: connection.oauth });
      await this.#measured(id, {
        health_status: 'healthy',
        health_message: `${connection.serverName}, MCP ${connection.protocolVersion}, ${connection.tools.length} tools.`,
        latency_ms: Math.round(clock.now() - started),
        tools: json(connection.tools.map((tool) => ({ ...tool, enabled: before.get(tool.name) ?? true }))),
      });
      return connection;
    } catch (error) {
      const { oauth } = (isAppError(error) ? error.details : undefined) ?? {};
      // The sign-in that was begun is ended with what is kept of it here.
      if (oauth) await this.#keepSecrets(id, { ...secrets, oauth: oauth as OAuthState });
      await this.#unwell(id, error);
      throw error;
    }
  }

  async #unwell(id: string, error: unknown): Promise<void> {
    await this.#measured(id, {
      health_status: isAppError(error, 'unauthenticated') ? 'degraded' : 'unhealthy',
      health_message: [messageOf(error).slice(0, 500), isAppError(error) ? error.fix : '']
        .filter(Boolean)
        .join(' '),
      latency_ms: null,
    });
  }

  async #close(id: string): Promise<void> {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    clearTimeout(open.idle);
    await open.connection.then(
      (connection) => connection.close(),
      () => {},
    );
  }

  /** Errors: `forbidden` for a command that is not allowed, `invalid_input` for what is no address. */
  #check(
    transport: string,
    { url, command }: { url?: string | undefined; command?: string | undefined },
  ): void {
    if (transport !== 'stdio') {
      mustBeHttp(url ?? '');
      return;
    }
    if (!command || !this.#deps.commands.includes(command))
      throw new AppError(
        'forbidden',
        `The command ${command ?? ''} is not among those that may be started here.`,
        {
          fix:
            this.#deps.commands.length > 0
              ? `Use one of: ${this.#deps.commands.join(', ')}.`
              : 'Ask an administrator to name it in META_AGENT_MCP_COMMANDS, or use a server over HTTP.',
        },
      );
  }

  #address(row: ServerRow, { values, oauth }: Secrets): McpServerAddress {
    const { url = '', command = '', args = [] } = row.config;
    this.#check(row.transport, row.config);
    return row.transport === 'stdio'
      ? { transport: 'stdio', command, args, env: values }
      : { transport: row.transport, url, headers: values, oauth };
  }

  async #find(principal: UserPrincipal, id: string): Promise<ServerRow> {
    const row = await this.#deps.database.as(principal, (session) =>
      session
        .selectFrom('mcp_configs')
        .select(fields)
        .where('id', '=', id)
        .where('user_id', '=', principal.user_id)
        .executeTakeFirst(),
    );
    return found(row, 'The server') as unknown as ServerRow;
  }

  async #get(
    principal: UserPrincipal,
    id: string,
  ): Promise<z.input<typeof import('./contract.ts').mcpServer>> {
    return this.#show(await this.#find(principal, id));
  }

  async #show(stored: unknown) {
    const { user_id: _, config, ...row } = stored as ServerRow;
    const { values, oauth } = await this.#secrets(row.id);
    return {
      ...row,
      url: config.url ?? null,
      command: config.command ?? null,
      args: config.args ?? [],
      secret_names: Object.keys(values),
      signed_in: oauth.tokens !== undefined,
    };
  }

  async #secrets(id: string): Promise<Secrets> {
    const row = await this.#deps.database.asService('secrets of an MCP server', (session) =>
      session.selectFrom('mcp_configs').select('secrets_encrypted').where('id', '=', id).executeTakeFirst(),
    );
    if (!row?.secrets_encrypted) return { values: {}, oauth: {} };
    return JSON.parse(this.#deps.secrets.open(row.secrets_encrypted, secretContext(id))) as Secrets;
  }

  async #keepSecrets(id: string, secrets: Secrets): Promise<void> {
    await this.#deps.database.asService('secrets of an MCP server', (session) =>
      session
        .updateTable('mcp_configs')
        .set({ secrets_encrypted: this.#deps.secrets.seal(JSON.stringify(secrets), secretContext(id)) })
        .where('id', '=', id)
        .execute(),
    );
  }

  async #measured(id: string, values: Record<string, unknown>): Promise<void> {
    await this.#deps.database.asService('health of an MCP server', (session) =>
      session
        .updateTable('mcp_configs')
        .set({ ...values, last_health_check: sql`now()` })
        .where('id', '=', id)
        .execute(),
    );
  }
}

interface ServerRow
  extends Omit<McpServer, 'url' | 'command' | 'args' | 'secret_names' | 'signed_in' | 'last_health_check'> {
  user_id: string;
  last_health_check: Date | null;
  config: { url?: string; command?: string; args?: string[]; timeout_ms?: number };
}

const secretContext = (id: string): string => `mcp_configs:${id}`;
