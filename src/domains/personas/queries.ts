import { sql } from 'kysely';
import { containing, json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';

const fields = [
  'id',
  'creator_id',
  'name',
  'slug',
  'description',
  'category',
  'system_prompt',
  'starter_prompts',
  'capabilities',
  'model_config',
  'visibility',
  'version',
  'created_at',
  'updated_at',
] as const;

export const listPersonas = (
  session: Session,
  filter: {
    search?: string | undefined;
    category?: string | undefined;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  session
    .selectFrom('personas')
    .select(fields)
    .$if(filter.category !== undefined, (query) => query.where('category', '=', filter.category ?? ''))
    .$if(filter.search !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('name', 'ilike', containing(filter.search ?? '')),
          eb('description', 'ilike', containing(filter.search ?? '')),
        ]),
      ),
    )
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const listCategories = (session: Session) =>
  session
    .selectFrom('personas')
    .select(['category', sql<number>`count(*)::int`.as('count')])
    .groupBy('category')
    .orderBy('count', 'desc')
    .orderBy('category')
    .execute();

export const findPersona = (session: Session, id: string) =>
  session.selectFrom('personas').select(fields).where('id', '=', id).executeTakeFirst();

/** Also an unlisted one: whoever knows its slug may use it. */
export async function findBySlug(session: Session, slug: string) {
  const { rows } = await sql<NonNullable<Awaited<ReturnType<typeof findPersona>>>>`
    select id, creator_id, name, slug, description, category, system_prompt, starter_prompts, capabilities, model_config,
      visibility, version, created_at, updated_at
    from get_persona(${slug})`.execute(session);
  return rows[0];
}

export interface PersonaInput {
  name: string;
  slug: string;
  description: string;
  category: string;
  system_prompt: string;
  starter_prompts: string[];
  capabilities: Record<string, boolean>;
  model_config: Record<string, unknown>;
  visibility: 'private' | 'unlisted' | 'public';
}

const stored = ({ starter_prompts, capabilities, model_config }: Partial<PersonaInput>) => ({
  ...(starter_prompts === undefined ? {} : { starter_prompts: json(starter_prompts) }),
  ...(capabilities === undefined ? {} : { capabilities: json(capabilities) }),
  ...(model_config === undefined ? {} : { model_config: json(model_config) }),
});

export const insertPersona = (session: Session, row: PersonaInput) =>
  session
    .insertInto('personas')
    .values({ ...row, ...stored(row) } as never)
    .returning(fields)
    .executeTakeFirstOrThrow();

export const updatePersona = (
  session: Session,
  id: string,
  creatorId: string,
  change: { [K in keyof PersonaInput]?: PersonaInput[K] | undefined },
) =>
  session
    .updateTable('personas')
    .set({ ...change, ...stored(change as Partial<PersonaInput>) } as never)
    .where('id', '=', id)
    .where('creator_id', '=', creatorId)
    .returning(fields)
    .executeTakeFirst();

export const deletePersona = (session: Session, id: string, creatorId: string) =>
  session
    .deleteFrom('personas')
    .where('id', '=', id)
    .where('creator_id', '=', creatorId)
    .returning('id')
    .executeTakeFirst();

const knowledgeFields = [
  'id',
  'file_metadata_id as file_id',
  'file_name',
  'file_type',
  'file_size',
  'created_at',
] as const;

export const listKnowledge = (session: Session, personaId: string) =>
  session
    .selectFrom('persona_knowledge')
    .select(knowledgeFields)
    .where('persona_id', '=', personaId)
    .orderBy('created_at')
    .execute();

/** A file of the caller's own; undefined when it is none. The same file twice is there once. */
export async function insertKnowledge(session: Session, personaId: string, fileId: string, userId: string) {
  const { rows } = await sql<{ id: string }>`
    insert into persona_knowledge as k (persona_id, file_metadata_id, file_name, file_type, file_size, storage_path)
    select ${personaId}, f.id, f.file_name, coalesce(f.mime_type, 'application/octet-stream'), f.size_bytes, f.id::text
    from meta_file_metadata f where f.id = ${fileId} and f.user_id = ${userId}
    on conflict (persona_id, storage_path) do update set file_name = excluded.file_name
    returning id`.execute(session);
  if (rows[0] === undefined) return undefined;
  return session
    .selectFrom('persona_knowledge')
    .select(knowledgeFields)
    .where('id', '=', rows[0].id)
    .executeTakeFirst();
}

export const deleteKnowledge = (session: Session, personaId: string, id: string) =>
  session
    .deleteFrom('persona_knowledge')
    .where('persona_id', '=', personaId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();

/** Files a persona draws on, as far as they are its creator's: a row may name any file, and opens none but theirs. */
export async function knowledgeFiles(session: Session, personaId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select f.id from persona_knowledge k
    join personas p on p.id = k.persona_id
    join meta_file_metadata f on f.id = k.file_metadata_id and f.user_id = p.creator_id
    where k.persona_id = ${personaId}`.execute(session);
  return rows.map(({ id }) => id);
}
