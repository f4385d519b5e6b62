import { sql } from 'kysely';
import { json, type Session } from '../../database/index.ts';

const providerFields = [
  'id',
  'user_id',
  'kind',
  'name',
  'base_url',
  'models',
  'enabled',
  'is_default',
  'last_tested_at',
  'last_test_ok',
  'last_test_message',
  'created_at',
] as const;

/** Another one after each change, so that what was opened of an older state is opened anew. */
const revision = sql<string>`updated_at::text`.as('revision');

/** Connections the caller can use: the own ones first, then the shared ones. Keys are not among the columns. */
export const listProviders = (session: Session) =>
  session
    .selectFrom('model_providers')
    .select([...providerFields, 'has_secret', revision])
    .orderBy(sql`user_id is null`)
    .orderBy('created_at')
    .execute();
export type ProviderRow = Awaited<ReturnType<typeof listProviders>>[number];

/** Whether there is a limit of use that the caller can see: theirs, or one of a project or an organization of theirs. */
export async function seesLimits(session: Session): Promise<boolean> {
  const { rows } = await sql`select where exists (select from usage_limits)`.execute(session);
  return rows.length > 0;
}

export const findProvider = (session: Session, id: string) =>
  session
    .selectFrom('model_providers')
    .select([...providerFields, 'has_secret', revision])
    .where('id', '=', id)
    .executeTakeFirst();

/** The encrypted key; only the service may read it, after the caller was seen to may use the connection. */
export const findSecret = (session: Session, id: string) =>
  session.selectFrom('model_providers').select('secret_encrypted').where('id', '=', id).executeTakeFirst();

export interface ProviderInput {
  id: string;
  user_id: string | null;
  kind: 'openai' | 'anthropic' | 'google' | 'openai-compatible' | 'ollama';
  name: string;
  base_url: string | null;
  secret_encrypted: string | null;
  models: Record<string, string>;
  is_default: boolean;
}

export const insertProvider = (session: Session, { models, ...row }: ProviderInput) =>
  session
    .insertInto('model_providers')
    .values({ ...row, models: json(models) })
    .execute();

export const updateProvider = (
  session: Session,
  id: string,
  change: {
    name?: string | undefined;
    base_url?: string | null | undefined;
    models?: Record<string, string> | undefined;
    enabled?: boolean | undefined;
    is_default?: boolean | undefined;
    secret_encrypted?: string | undefined;
  },
) => {
  const { models, ...rest } = change;
  return session
    .updateTable('model_providers')
    .set({ ...rest, ...(models === undefined ? {} : { models: json(models) }) })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
};

/** One default a person, and one for everybody. */
export const clearDefault = (session: Session, userId: string | null, exceptId: string) =>
  session
    .updateTable('model_providers')
    .set({ is_default: false })
    .where('user_id', userId === null ? 'is' : '=', userId)
    .where('id', '<>', exceptId)
    .where('is_default', '=', true)
    .execute();

export const deleteProvider = (session: Session, id: string) =>
  session.deleteFrom('model_providers').where('id', '=', id).returning('id').executeTakeFirst();

export const recordTest = (session: Session, id: string, ok: boolean, message: string) =>
  session
    .updateTable('model_providers')
    .set({ last_tested_at: sql`now()`, last_test_ok: ok, last_test_message: message })
    .where('id', '=', id)
    .execute();

/** Prices kept in the database that hold at a time; they override the bundled ones. */
export const listPrices = (session: Session, at: Date) =>
  session
    .selectFrom('model_prices')
    .selectAll()
    // Of two that hold, the one that came later.
    .orderBy('valid_from', 'desc')
    .where('valid_from', '<=', at.toISOString().slice(0, 10))
    .where((eb) => eb.or([eb('valid_to', 'is', null), eb('valid_to', '>', at.toISOString().slice(0, 10))]))
    .execute();
