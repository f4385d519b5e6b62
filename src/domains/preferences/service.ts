import type { z } from 'zod';
import { type Database, found, type Session, type UserPrincipal } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import type { ModelParameters } from '../../providers/model/index.ts';
import type { Connections, Models, ModelTier, ResolvedModel } from '../settings/index.ts';
import {
  type ConversationSettings,
  modelParameters,
  type preferencesContract,
  type preset,
  ragConfig,
  reasoningConfig,
  type rule,
  type Settings,
  searchConfig,
} from './contract.ts';
import * as queries from './queries.ts';
import {
  type Answering,
  actingParameters,
  answeringParts,
  layOver,
  sourceOf,
  toModelParameters,
} from './resolve.ts';

type Input<K extends keyof typeof preferencesContract> = z.output<(typeof preferencesContract)[K]['input']>;

/** What a person chose for an answer, everything laid over everything. */
export interface Preferences extends Answering {
  output_config: Settings['output_config'];
  parameters: ModelParameters;
  model: ResolvedModel;
  /** Enabled rules in the order in which they stand in the prompt. */
  rules: { rule_type: string; name: string; content: string }[];
}

/** What is stored of it. */
export interface StoredPreferences {
  settings: Settings;
  conversation: ConversationSettings;
  rules: queries.RuleRow[];
  connections: Connections;
}

/** Parameters, presets and rules: what a person chose, for everything or for one conversation. */
export class PreferencesService {
  readonly #database: Database;
  readonly #models: Models;

  constructor(database: Database, models: Models) {
    this.#database = database;
    this.#models = models;
  }

  get(context: UserContext) {
    return this.#database.as(context.principal, async (session) => {
      const { settings } = await queries.findSettings(session, context.principal.user_id);
      return settings;
    });
  }

  update(context: UserContext, change: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      const { user_id } = context.principal;
      const { settings } = await queries.findSettings(session, user_id);
      const next = { ...settings, active_preset: settings.active_preset };
      for (const [part, values] of Object.entries(change)) {
        if (values === undefined) continue;
        Object.assign(next, { [part]: { ...(settings[part as keyof Settings] as object), ...values } });
        if ((answeringParts as string[]).includes(part)) next.active_preset = 'custom';
      }
      mustFit(next);
      await queries.saveSettings(session, user_id, next);
      return next;
    });
  }

  /** What an answer uses of what is stored. Errors: those of `Models.chosen`. */
  async resolve(
    { settings, conversation, rules, connections }: StoredPreferences,
    tier: ModelTier,
  ): Promise<Preferences> {
    const answering = layOver(settings, conversation);
    return {
      ...answering,
      output_config: settings.output_config,
      parameters: toModelParameters(answering),
      model: await this.#models.chosen(connections, tier, conversation),
      rules,
    };
  }

  /** The rules of a person and of a project, for agents that work in it. */
  rules(principal: UserPrincipal, projectId: string): Promise<queries.RuleRow[]> {
    return this.#database.as(principal, (session) =>
      queries.listRules(session, {
        user_id: principal.user_id,
        project_id: projectId,
        conversation_id: null,
        enabledOnly: true,
      }),
    );
  }

  async effective(context: UserContext, { conversation_id }: Input<'effective'>) {
    const { principal } = context;
    const [{ settings, conversation, connections }, { settings: defaults }] = await this.#database.as(
      principal,
      (session) =>
        Promise.all([
          this.stored(session, principal, conversation_id ?? null),
          // Nobody has stored settings under this id, so these are the schema's defaults.
          queries.findSettings(session, nobody),
        ]),
    );
    const answering = layOver(settings, conversation);
    const model = await this.#models.chosen(connections, 'sonnet', conversation);
    const known: string[] = model.provider.capabilities(model.model, toModelParameters(answering)).parameters;
    return {
      model: model.label,
      parameters: actingParameters.map(({ part, name, port }) => ({
        name: name === 'enabled' ? 'search_documents' : name,
        value: (answering[part] as Record<string, unknown>)[name] ?? null,
        source: sourceOf(part, name, { defaults, settings, conversation }),
        supported: port === undefined || known.includes(port),
      })),
    };
  }

  /**
   * What is stored for a conversation or, without one, the next new one, in a project or in none.
   * Errors: `not_found` for a conversation the person cannot see.
   */
  async stored(
    session: Session,
    { user_id }: UserPrincipal,
    conversationId: string | null,
    projectId: string | null = null,
  ): Promise<StoredPreferences> {
    const [place, { settings }, connections, rules] = await Promise.all([
      conversationId === null ? undefined : conversationOf(session, conversationId),
      queries.findSettings(session, user_id),
      this.#models.connections(session),
      queries.listRules(session, {
        user_id,
        project_id: conversationId === null ? projectId : queries.projectOf(conversationId),
        conversation_id: conversationId,
        enabledOnly: true,
      }),
    ]);
    return { settings, conversation: place?.settings ?? {}, rules, connections };
  }

  getConversation(context: UserContext, { conversation_id }: Input<'getConversation'>) {
    return this.#database.as(context.principal, async (session) => {
      const { settings } = await conversationOf(session, conversation_id);
      return settings;
    });
  }

  async setConversation(
    context: UserContext,
    { conversation_id, ...settings }: Input<'setConversation'>,
  ): Promise<ConversationSettings> {
    if (settings.provider_id) await this.#models.provider(context.principal, settings.provider_id);
    await this.#database.as(context.principal, async (session) => {
      await conversationOf(session, conversation_id);
      const { settings: own } = await queries.findSettings(session, context.principal.user_id);
      mustFit(layOver(own, settings));
      if (!(await queries.saveConversationSettings(session, conversation_id, settings)))
        throw new AppError('forbidden', 'Only its owner may change the settings of a conversation.', {
          fix: 'Ask the person who began it.',
        });
    });
    return settings;
  }

  async listPresets(context: UserContext) {
    const rows = await this.#database.as(context.principal, (session) => queries.listPresets(session));
    return { items: rows.map(toPreset), next: null };
  }

  createPreset(context: UserContext, { name, description, ...parts }: Input<'createPreset'>) {
    return this.#database.as(context.principal, async (session) => {
      const { settings } = await queries.findSettings(session, context.principal.user_id);
      return toPreset(
        await queries.insertPreset(session, {
          name,
          description: description ?? null,
          ...layOver(settings, parts),
        }),
      );
    });
  }

  updatePreset(context: UserContext, { id, ...change }: Input<'updatePreset'>) {
    return this.#database.as(context.principal, async (session) =>
      toPreset(found(await queries.updatePreset(session, id, change), 'The preset of your own')),
    );
  }

  async deletePreset(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deletePreset(session, id), 'The preset of your own'),
    );
    return { ok: true as const };
  }

  applyPreset(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const { user_id } = context.principal;
      const chosen = found(await queries.findPreset(session, id), 'The preset');
      const { settings } = await queries.findSettings(session, user_id);
      const { settings: defaults } = await queries.findSettings(session, nobody);
      // A preset says what it says; the rest is as the schema has it, so that two presets do not mix.
      const next = {
        ...settings,
        ...layOver(defaults, toPreset(chosen)),
        active_preset: chosen.name.toLowerCase(),
      };
      await queries.saveSettings(session, user_id, next);
      return next;
    });
  }

  async listRules(context: UserContext, input: Input<'listRules'>) {
    const { user_id } = context.principal;
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listRules(session, {
        user_id,
        project_id: input.project_id ?? null,
        conversation_id: input.conversation_id ?? null,
        enabledOnly: false,
      }),
    );
    return { items: rows.map((row) => toRule(row, user_id)), next: null };
  }

  createRule(context: UserContext, input: Input<'createRule'>) {
    const { project_id = null, conversation_id = null, rule_type } = input;
    const place =
      rule_type === 'project' ? 'project_id' : rule_type === 'conversation' ? 'conversation_id' : null;
    for (const field of ['project_id', 'conversation_id'] as const)
      if ((input[field] !== undefined) !== (field === place))
        throw new AppError(
          'invalid_input',
          field === place
            ? `${field}: A rule of a ${rule_type} needs to say which.`
            : `${field}: A ${rule_type} rule does not belong to one.`,
          {
            fix: 'Give project_id for a project’s rule, conversation_id for a conversation’s, else neither.',
          },
        );
    return this.#database.as(context.principal, async (session) =>
      toRule(
        await queries.insertRule(session, { ...input, project_id, conversation_id }),
        context.principal.user_id,
      ),
    );
  }

  updateRule(context: UserContext, { id, ...change }: Input<'updateRule'>) {
    return this.#database.as(context.principal, async (session) => {
      const row =
        Object.keys(change).length === 0
          ? await queries.findRule(session, id)
          : await queries.updateRule(session, id, change);
      return toRule(found(row, 'The rule'), context.principal.user_id);
    });
  }

  async deleteRule(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteRule(session, id), 'The rule'),
    );
    return { ok: true as const };
  }

  async history(context: UserContext, input: Input<'history'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listHistory(session, context.principal.user_id, {
        limit: input.limit,
        cursor: input.cursor ? decodeCursor(input.cursor) : undefined,
      }),
    );
    const { items, next } = toPage(rows, input.limit);
    return { items: items.map(toChange), next };
  }

  async undo(context: UserContext, id: string) {
    await this.#database.as(context.principal, (session) => queries.undoChange(session, id));
    return { ok: true as const };
  }
}

const nobody = '00000000-0000-0000-0000-000000000000';

async function conversationOf(session: Session, id: string) {
  return found(await queries.findConversationSettings(session, id), 'The conversation');
}

/** Errors: `invalid_input` where two values together make no sense. */
function mustFit({ rag_config: { chunk_size, chunk_overlap } }: Pick<Answering, 'rag_config'>): void {
  if (chunk_overlap * 2 > chunk_size)
    throw new AppError('invalid_input', 'chunk_overlap: At most half of a passage can be an overlap.', {
      fix: 'Lower chunk_overlap, or raise chunk_size.',
      details: {
        issues: [
          { field: 'rag_config.chunk_overlap', message: 'At most half of a passage can be an overlap.' },
        ],
      },
    });
}

function toPreset(row: queries.PresetRow): z.output<typeof preset> {
  return {
    ...row,
    model_parameters: modelParameters.partial().parse(row.model_parameters),
    reasoning_config: reasoningConfig.partial().parse(row.reasoning_config),
    search_config: searchConfig.partial().parse(row.search_config),
    rag_config: ragConfig.partial().parse(row.rag_config),
  };
}

function toRule({ user_id, ...row }: queries.RuleRow, me: string): z.input<typeof rule> {
  return { ...row, is_own: user_id === me };
}

/** The fields that differ; of a row that was created or deleted, all of them. */
function toChange({ previous_value, new_value, created_at: _, ...row }: queries.HistoryRow) {
  const before = previous_value as Record<string, unknown> | null;
  const after = new_value as Record<string, unknown> | null;
  const differs = (field: string) => JSON.stringify(before?.[field]) !== JSON.stringify(after?.[field]);
  const pick = (values: Record<string, unknown> | null) =>
    values &&
    Object.fromEntries(Object.entries(values).filter(([field]) => !before || !after || differs(field)));
  return { ...row, before: pick(before), after: pick(after) };
}
