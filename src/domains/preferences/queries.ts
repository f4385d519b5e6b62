import { type RawBuilder, sql } from 'kysely';
import { json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { ConversationSettings, Settings } from './contract.ts';

/** The stored settings, or the defaults of the schema. `stored` tells which. */
export async function findSettings(
  session: Session,
  userId: string,
): Promise<{ settings: Settings; stored: boolean }> {
  const { rows } = await sql<{ settings: Settings; stored: boolean }>`
    select get_user_settings(${userId}) as settings,
      exists (select from user_settings where user_id = ${userId}) as stored`.execute(session);
  return rows[0] as { settings: Settings; stored: boolean };
}

export const saveSettings = (session: Session, userId: string, settings: Settings) => {
  const values = {
    model_parameters: json(settings.model_parameters),
    reasoning_config: json(settings.reasoning_config),
    search_config: json(settings.search_config),
    rag_config: json(settings.rag_config),
    output_config: json(settings.output_config),
    ui_preferences: json(settings.ui_preferences),
    active_preset: settings.active_preset,
  };
  return session
    .insertInto('user_settings')
    .values({ user_id: userId, ...values })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
    .execute();
};

export async function findConversationSettings(
  session: Session,
  conversationId: string,
): Promise<{ settings: ConversationSettings } | undefined> {
  const { rows } = await sql<{ settings: ConversationSettings }>`
    select coalesce(metadata -> 'settings', '{}') as settings
    from meta_conversations where id = ${conversationId} and deleted_at is null`.execute(session);
  return rows[0];
}

export async function saveConversationSettings(
  session: Session,
  conversationId: string,
  settings: ConversationSettings,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update meta_conversations set metadata = jsonb_set(metadata, '{settings}', ${json(settings)})
    where id = ${conversationId} and deleted_at is null`.execute(session);
  return (numAffectedRows ?? 0n) > 0n;
}

const presetFields = [
  'id',
  'name',
  'description',
  'is_system',
  'model_parameters',
  'reasoning_config',
  'search_config',
  'rag_config',
] as const;

export const listPresets = (session: Session) =>
  session
    .selectFrom('parameter_presets')
    .select(presetFields)
    .orderBy('is_system', 'desc')
    .orderBy('name')
    .execute();

export const findPreset = (session: Session, id: string) =>
  session.selectFrom('parameter_presets').select(presetFields).where('id', '=', id).executeTakeFirst();
export type PresetRow = NonNullable<Awaited<ReturnType<typeof findPreset>>>;

type PresetParts = Pick<Settings, 'model_parameters' | 'reasoning_config' | 'search_config' | 'rag_config'>;

export const insertPreset = (
  session: Session,
  { name, description, ...parts }: { name: string; description: string | null } & PresetParts,
) =>
  session
    .insertInto('parameter_presets')
    .values({
      name,
      description,
      model_parameters: json(parts.model_parameters),
      reasoning_config: json(parts.reasoning_config),
      search_config: json(parts.search_config),
      rag_config: json(parts.rag_config),
    })
    .returning(presetFields)
    .executeTakeFirstOrThrow();

/** Changes a preset of the caller's own; objects that are given are laid over what is there. */
export async function updatePreset(
  session: Session,
  id: string,
  change: { name?: string | undefined; description?: string | null | undefined } & {
    [K in keyof PresetParts]?: object | undefined;
  },
) {
  const laidOver = (column: keyof PresetParts) => sql`${sql.ref(column)} || ${json(change[column] ?? {})}`;
  const { rows } = await sql<PresetRow>`
    update parameter_presets set
      name = coalesce(${change.name ?? null}, name),
      description = ${change.description === undefined ? sql`description` : change.description},
      model_parameters = ${laidOver('model_parameters')},
      reasoning_config = ${laidOver('reasoning_config')},
      search_config = ${laidOver('search_config')},
      rag_config = ${laidOver('rag_config')}
    where id = ${id} and not is_system
    returning ${sql.join(presetFields.map((field) => sql.ref(field)))}`.execute(session);
  return rows[0];
}

export const deletePreset = (session: Session, id: string) =>
  session
    .deleteFrom('parameter_presets')
    .where('id', '=', id)
    .where('is_system', '=', false)
    .returning('id')
    .executeTakeFirst();

const ruleFields = [
  'id',
  'user_id',
  'rule_type',
  'name',
  'content',
  'priority',
  'enabled',
  'project_id',
  'conversation_id',
] as const;

/**
 * Rules in the order in which they stand in the prompt: what holds everywhere, then the project's, then the
 * conversation's, so that the narrower one is said last and wins; within each the highest priority first.
 */
/** The project of a conversation, for a statement that travels with the one that reads the conversation. */
export const projectOf = (conversationId: string): RawBuilder<string | null> =>
  sql`(select project_id from meta_conversations where id = ${conversationId})`;

export const listRules = (
  session: Session,
  where: {
    user_id: string;
    project_id: string | null | RawBuilder<string | null>;
    conversation_id: string | null;
    enabledOnly: boolean;
  },
) =>
  session
    .selectFrom('user_rules')
    .select(ruleFields)
    .where((eb) =>
      eb.or([
        eb.and([eb('user_id', '=', where.user_id), eb('rule_type', 'in', ['global', 'format', 'behavior'])]),
        ...(where.project_id === null ? [] : [eb('project_id', '=', where.project_id)]),
        ...(where.conversation_id === null ? [] : [eb('conversation_id', '=', where.conversation_id)]),
      ]),
    )
    .$if(where.enabledOnly, (query) => query.where('enabled', '=', true))
    .orderBy(sql`case rule_type when 'conversation' then 2 when 'project' then 1 else 0 end`)
    .orderBy('priority', 'desc')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
export type RuleRow = Awaited<ReturnType<typeof listRules>>[number];

export const insertRule = (session: Session, row: Omit<RuleRow, 'id' | 'user_id'>) =>
  session.insertInto('user_rules').values(row).returning(ruleFields).executeTakeFirstOrThrow();

export const findRule = (session: Session, id: string) =>
  session.selectFrom('user_rules').select(ruleFields).where('id', '=', id).executeTakeFirst();

export const updateRule = (
  session: Session,
  id: string,
  change: {
    name?: string | undefined;
    content?: string | undefined;
    priority?: number | undefined;
    enabled?: boolean | undefined;
  },
) =>
  session.updateTable('user_rules').set(change).where('id', '=', id).returning(ruleFields).executeTakeFirst();

export const deleteRule = (session: Session, id: string) =>
  session.deleteFrom('user_rules').where('id', '=', id).returning('id').executeTakeFirst();

export const listHistory = (
  session: Session,
  userId: string,
  { limit, cursor }: { limit: number; cursor: Cursor | undefined },
) =>
  session
    .selectFrom('settings_history')
    .select([
      'id',
      'table_name',
      'record_id',
      'action',
      'previous_value',
      'new_value',
      'changed_by_agent',
      'changed_at',
      'changed_at as created_at',
    ])
    .where('user_id', '=', userId)
    .where(olderThan(cursor, 'changed_at'))
    .orderBy('changed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
export type HistoryRow = Awaited<ReturnType<typeof listHistory>>[number];

export const undoChange = (session: Session, id: string) =>
  sql`select undo_settings_change(${id})`.execute(session);
