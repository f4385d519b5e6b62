import type { z } from 'zod';
import { type Database, found, type UserPrincipal } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { SecretBox } from '../../kernel/secret-box.ts';
import type { UserContext } from '../../operations/index.ts';
import { findOllama } from '../../providers/model/index.ts';
import type { Provider, provider, settingsContract } from './contract.ts';
import { builtin, type Models, secretContext } from './models.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof settingsContract> = z.output<(typeof settingsContract)[K]['input']>;

export interface SettingsDeps {
  database: Database;
  secrets: SecretBox;
  models: Models;
  ollamaUrl: string;
}

/** Model connections. */
export class SettingsService {
  readonly #deps: SettingsDeps;

  constructor(deps: SettingsDeps) {
    this.#deps = deps;
  }

  async listProviders(context: UserContext) {
    const rows = await this.#deps.database.as(context.principal, (session) => queries.listProviders(session));
    const usable = rows.some((row) => row.enabled && row.is_default);
    const items: z.input<typeof provider>[] = [
      {
        id: builtin.id,
        kind: 'builtin',
        name: 'Built-in',
        base_url: null,
        has_key: false,
        models: { haiku: builtin.model, sonnet: builtin.model, opus: builtin.model },
        enabled: true,
        is_default: !usable,
        shared: true,
        label: builtin.label,
        last_tested_at: null,
        last_test_ok: true,
        last_test_message: 'Always there: needs no key and no network.',
      },
      ...rows.map(toProvider),
    ];
    return { items, next: null };
  }

  async createProvider(context: UserContext, { api_key, shared, ...input }: Input<'createProvider'>) {
    const { database, secrets } = this.#deps;
    if (shared) mustKeepShared(context.principal);
    if (input.kind === 'openai-compatible' && !input.base_url)
      throw new AppError('invalid_input', 'base_url: This kind needs an address.', {
        fix: 'Give the address that ends in /v1.',
        details: { issues: [{ field: 'base_url', message: 'This kind needs an address.' }] },
      });
    if (['openai', 'anthropic', 'google'].includes(input.kind) && !api_key)
      throw new AppError('invalid_input', 'api_key: This kind needs a key.', {
        fix: 'Paste the API key from the vendor’s page.',
        details: { issues: [{ field: 'api_key', message: 'This kind needs a key.' }] },
      });
    const id = newId();
    const user_id = shared ? null : context.principal.user_id;
    await database.asService('provider connection', async (session) => {
      // One default for each person; the index refuses a second, so the old one goes first.
      if (input.is_default) await queries.clearDefault(session, user_id, id);
      await queries.insertProvider(session, {
        ...input,
        id,
        user_id,
        base_url: input.base_url ?? null,
        secret_encrypted: api_key ? secrets.seal(api_key, secretContext(id)) : null,
      });
    });
    return this.#get(context.principal, id);
  }

  async updateProvider(context: UserContext, { id, api_key, ...change }: Input<'updateProvider'>) {
    const row = await this.#mine(context.principal, id);
    const secret = api_key ? { secret_encrypted: this.#deps.secrets.seal(api_key, secretContext(id)) } : {};
    await this.#deps.database.asService('provider connection', async (session) => {
      if (change.is_default) await queries.clearDefault(session, row.user_id, id);
      await queries.updateProvider(session, id, { ...change, ...secret });
    });
    return this.#get(context.principal, id);
  }

  async deleteProvider(context: UserContext, id: string) {
    await this.#mine(context.principal, id);
    await this.#deps.database.asService('provider connection', async (session) =>
      found(await queries.deleteProvider(session, id), 'The connection'),
    );
    return { ok: true as const };
  }

  /** Calls the vendor once, outside any transaction, and keeps what came of it. */
  async testProvider(context: UserContext, id: string) {
    const provider = await this.#deps.models.provider(context.principal, id);
    const { ok, message, latencyMs, models } = await provider.test(context.signal);
    if (id !== builtin.id)
      await this.#deps.database.asService('provider test', (session) =>
        queries.recordTest(session, id, ok, message),
      );
    return { ok, message, latency_ms: latencyMs, models };
  }

  async discover(context: UserContext) {
    const ollama = await findOllama(this.#deps.ollamaUrl, context.signal);
    return { ollama: ollama ? { base_url: ollama.baseUrl, models: ollama.models } : null };
  }

  async #get(principal: UserPrincipal, id: string) {
    const row = await this.#deps.database.as(principal, (session) => queries.findProvider(session, id));
    return toProvider(found(row, 'The connection'));
  }

  /** A connection the caller may change: the own one, or a shared one for an administrator. */
  async #mine(principal: UserPrincipal, id: string): Promise<queries.ProviderRow> {
    const row = found(
      await this.#deps.database.as(principal, (session) => queries.findProvider(session, id)),
      'The connection',
    );
    if (row.user_id === null) mustKeepShared(principal);
    else if (row.user_id !== principal.user_id) found(undefined, 'The connection');
    return row;
  }
}

function mustKeepShared(principal: UserPrincipal): void {
  if (!principal.permissions.includes('admin:settings'))
    throw new AppError('forbidden', 'Shared connections are kept by administrators.', {
      fix: 'Connect it for yourself, or ask an administrator.',
    });
}

function toProvider(row: queries.ProviderRow): z.input<typeof provider> {
  const { user_id, has_secret, created_at: _, ...rest } = row;
  return {
    ...rest,
    models: row.models as Provider['models'],
    has_key: has_secret,
    shared: user_id === null,
    label: `${row.name} (${row.kind})`,
  };
}
