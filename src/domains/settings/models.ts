import type { Database, Session, UserPrincipal } from '../../database/index.ts';
import { BoundedMap } from '../../kernel/bounded-map.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { SecretBox } from '../../kernel/secret-box.ts';
import {
  createModelProvider,
  type ModelProvider,
  type PriceRow,
  type ProviderKind,
  priceOf,
  type TokenUsage,
} from '../../providers/model/index.ts';
import * as queries from './queries.ts';

export type ModelTier = 'haiku' | 'sonnet' | 'opus';

/** The id and label of the connection that is always there. */
export const builtin = {
  id: 'builtin',
  model: 'extractive',
  label: 'Built-in extractive model (finds and quotes, does not write)',
} as const;

/** A model ready to be called for one person. */
export interface ResolvedModel {
  provider: ModelProvider;
  kind: ProviderKind;
  /** Model id at the vendor. */
  model: string;
  /** What people see, for example `openai/gpt-5-mini`. */
  label: string;
  /** Whether limits of use may hold for the person: then what a call may use is set aside before it is made. */
  isLimited: boolean;
  /** Cost of a usage in US dollars; 0 where the vendor's price is not known or there is none. */
  cost(usage: TokenUsage): number;
}

const tiers: ModelTier[] = ['haiku', 'sonnet', 'opus'];

/** The tier above, where there is one. */
export const nextTier = (tier: ModelTier): ModelTier => tiers[tiers.indexOf(tier) + 1] ?? tier;

/** How long a list of models waits for each vendor. */
const listTimeoutMs = 3_000;

/** The connections a caller can use as they are stored, without their keys, and what holds for calls of their models now. */
export interface Connections {
  rows: queries.ProviderRow[];
  prices: PriceRow[];
  isLimited: boolean;
  at: Date;
}

/** Connections that are kept open. */
const mostOpen = 1_000;

export interface ModelsDeps {
  database: Database;
  secrets: SecretBox;
  clock: Clock;
}

/** Finds the model that answers for a person and tier, and keeps the providers open. */
export class Models {
  readonly #deps: ModelsDeps;
  /** By the id of the connection, with the state it was opened in. */
  readonly #open = new BoundedMap<string, { revision: string; provider: ModelProvider }>(mostOpen);

  constructor(deps: ModelsDeps) {
    this.#deps = deps;
  }

  /**
   * The person's default connection, else the shared default, else the built-in model.
   * Errors: `unprocessable` when the stored key cannot be decrypted.
   */
  async forTier(
    principal: UserPrincipal,
    tier: ModelTier,
    connections = this.connectionsOf(principal),
  ): Promise<ResolvedModel> {
    return this.chosen(await connections, tier, {});
  }

  /** The connections a person can use, in a transaction of their own. */
  connectionsOf(principal: UserPrincipal): Promise<Connections> {
    return this.#deps.database.as(principal, (session) => this.connections(session), { atOnce: true });
  }

  /** The connections the caller can use, to choose from. All it sends, it sends at once. */
  async connections(session: Session): Promise<Connections> {
    const at = new Date(this.#deps.clock.now());
    const [rows, prices, isLimited] = await Promise.all([
      queries.listProviders(session),
      queries.listPrices(session, at),
      queries.seesLimits(session),
    ]);
    return { rows, prices, isLimited, at };
  }

  /**
   * The model a person chose for one conversation; what they left open is as in `forTier`.
   * Errors: those of `forTier`, `unprocessable` when the chosen connection is gone or has no model.
   */
  async chosen(
    connections: Connections,
    tier: ModelTier,
    choice: { provider_id?: string | null | undefined; model?: string | null | undefined },
  ): Promise<ResolvedModel> {
    const { provider_id, model } = choice;
    if (provider_id === builtin.id) return this.#builtin(connections);
    const row = connections.rows.find((candidate) =>
      provider_id ? candidate.id === provider_id : candidate.enabled && candidate.is_default,
    );
    if (!row && !provider_id && !model) return this.#builtin(connections);
    if (!row?.enabled)
      throw new AppError(
        'unprocessable',
        'The connection chosen for this conversation is gone or switched off.',
        {
          fix: 'Choose another one in the settings of the conversation.',
        },
      );
    return this.#resolve(row, model ?? modelOf(row, tier), connections);
  }

  /**
   * The model called by its label, `connection/model`: the own connection before a shared one of the same name. Any
   * model of the vendor can be named. Undefined when no enabled connection has that name. Errors: those of `forTier`.
   */
  async labelled(
    principal: UserPrincipal,
    label: string,
    known = this.connectionsOf(principal),
  ): Promise<{ model: ResolvedModel; tier: ModelTier } | undefined> {
    const connections = await known;
    if (label === builtinLabel) return { model: this.#builtin(connections), tier: 'sonnet' };
    // A connection's name may itself hold a slash: the longest name that fits is meant.
    const row = connections.rows
      .filter(
        ({ enabled, name }) => enabled && label.length > name.length + 1 && label.startsWith(`${name}/`),
      )
      .reduce<queries.ProviderRow | undefined>(
        (best, next) => (best && best.name.length >= next.name.length ? best : next),
        undefined,
      );
    if (!row) return undefined;
    const model = label.slice(row.name.length + 1);
    const chosen = row.models as Partial<Record<ModelTier, string>>;
    return {
      model: await this.#resolve(row, model, connections),
      tier: tiers.find((tier) => chosen[tier] === model) ?? 'sonnet',
    };
  }

  /**
   * Labels of what can be called: of every enabled connection the chosen models and those its vendor lists. A vendor
   * that does not answer adds none.
   */
  async labels(principal: UserPrincipal, signal: AbortSignal): Promise<string[]> {
    const rows = await this.#deps.database.as(principal, (session) => queries.listProviders(session));
    const listed = await Promise.all(
      rows
        .filter(({ enabled }) => enabled)
        .map(async (row) => {
          const offered = await this.#offered(row, signal);
          const models = row.models as Partial<Record<ModelTier, string>>;
          const chosen = tiers.flatMap((tier) => models[tier] ?? []);
          return [...new Set([...chosen, ...offered])].map((model) => `${row.name}/${model}`);
        }),
    );
    return [...new Set([builtinLabel, ...listed.flat()])];
  }

  async #offered(row: queries.ProviderRow, signal: AbortSignal): Promise<string[]> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)]);
    try {
      return await (await this.#connect(row)).listModels(soon);
    } catch {
      signal.throwIfAborted();
      return [];
    }
  }

  /** The provider of a stored connection the caller can use. Errors: `not_found`. */
  async provider(principal: UserPrincipal, id: string): Promise<ModelProvider> {
    if (id === builtin.id) return builtinProvider();
    const row = await this.#deps.database.as(principal, (session) => queries.findProvider(session, id));
    if (!row) throw new AppError('not_found', 'The connection does not exist.', { fix: 'Reload the page.' });
    return this.#connect(row);
  }

  /** Opens a connection the caller was seen to may use, unless it is open in the state they saw. */
  async #connect(row: queries.ProviderRow): Promise<ModelProvider> {
    const open = this.#open.get(row.id);
    if (open?.revision === row.revision) return open.provider;
    const secret = await this.#deps.database.asService('provider key', (session) =>
      queries.findSecret(session, row.id),
    );
    const provider = createModelProvider({
      kind: row.kind,
      name: row.name,
      baseUrl: row.base_url,
      apiKey: secret?.secret_encrypted
        ? this.#deps.secrets.open(secret.secret_encrypted, secretContext(row.id))
        : null,
    });
    this.#open.set(row.id, { revision: row.revision, provider });
    return provider;
  }

  async #resolve(
    row: queries.ProviderRow,
    model: string,
    { prices, isLimited, at }: Connections,
  ): Promise<ResolvedModel> {
    return {
      isLimited,
      provider: await this.#connect(row),
      kind: row.kind,
      model,
      label: `${row.name}/${model}`,
      cost: (usage) => priceOf({ provider: row.kind, model, usage, at, baseUrl: row.base_url }, prices) ?? 0,
    };
  }

  #builtin({ isLimited }: Connections): ResolvedModel {
    return {
      provider: builtinProvider(),
      kind: 'builtin',
      model: builtin.model,
      label: builtinLabel,
      isLimited,
      cost: () => 0,
    };
  }
}

const builtinLabel = `builtin/${builtin.model}`;
const builtinProvider = (): ModelProvider => createModelProvider({ kind: 'builtin', name: builtin.label });

function modelOf(row: queries.ProviderRow, tier: ModelTier): string {
  const models = row.models as Partial<Record<ModelTier, string>>;
  const model = models[tier] ?? models.sonnet ?? models.haiku ?? models.opus;
  if (!model)
    throw new AppError('unprocessable', `The connection “${row.name}” has no model chosen.`, {
      fix: 'Choose models for it in Settings.',
    });
  return model;
}

/** Binds a key's ciphertext to its row. */
export const secretContext = (providerId: string): string => `model_providers:${providerId}`;
