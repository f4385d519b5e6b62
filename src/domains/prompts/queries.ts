import { sql } from 'kysely';
import { containing, json, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { PromptVariable } from './contract.ts';

const promptFields = [
  'id',
  'user_id',
  'project_id',
  'category_id',
  'description',
  'content',
  'variables',
  'tags',
  'is_public',
  'is_favorite',
  'usage_count',
  'last_used_at',
  'version',
  'created_at',
  'updated_at',
] as const;
/** Prompts of an older tool may have no title. */
const titleField = sql<string>`coalesce(nullif(btrim(p.title), ''), 'Untitled')`.as('title');
/** Whether the caller may write it: their own, or of a project where they are editor. */
const canEdit = sql<boolean>`coalesce(p.user_id = (select auth.uid())
  or p.project_id = any (array(select private.project_ids('editor'))), false)`.as('can_edit');
/** Those of the caller's own: what goes along is what they could attach by hand. */
const files = sql<{ id: string; file_name: string }[]>`coalesce((
  select jsonb_agg(jsonb_build_object('id', f.id, 'file_name', f.file_name) order by a.created_at, a.position, a.id)
  from (select a.*, (a.metadata ->> 'position')::int as position from prompt_assets a where a.prompt_id = p.id) a
  join meta_file_metadata f on f.id = a.file_metadata_id), '[]')`.as('files');

const prompts = (session: Session) =>
  session
    .selectFrom('prompt_library as p')
    .select([...promptFields.map((field) => `p.${field}` as const), titleField, canEdit, files]);

export const listPrompts = (
  session: Session,
  filter: {
    user_id: string;
    category_id?: string | undefined;
    project_id?: string | undefined;
    scope?: 'own' | 'project' | 'public' | undefined;
    favorites: boolean;
    limit: number;
    cursor?: Cursor | undefined;
  },
) =>
  prompts(session)
    .$if(filter.category_id !== undefined, (query) =>
      query.where('p.category_id', '=', filter.category_id ?? ''),
    )
    .$if(filter.project_id !== undefined, (query) =>
      query.where('p.project_id', '=', filter.project_id ?? ''),
    )
    .$if(filter.scope === 'own', (query) => query.where('p.user_id', '=', filter.user_id))
    .$if(filter.scope === 'project', (query) => query.where('p.project_id', 'is not', null))
    .$if(filter.scope === 'public', (query) => query.where('p.is_public', '=', true))
    .$if(filter.favorites, (query) =>
      query.where('p.is_favorite', '=', true).where('p.user_id', '=', filter.user_id),
    )
    .where(olderThan(filter.cursor, 'p.created_at', 'p.id'))
    .orderBy('p.created_at', 'desc')
    .orderBy('p.id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findPrompt = (session: Session, id: string) =>
  prompts(session).where('p.id', '=', id).executeTakeFirst();
export type PromptRow = NonNullable<Awaited<ReturnType<typeof findPrompt>>>;

/** Similarity below which what shares no word with the query is not shown. */
const leastSimilarity = 0.35;

interface Search {
  query: string;
  embedding: number[] | null;
  embedding_model: string | null;
  filter: Record<string, unknown>;
  limit: number;
}

/** Titles with the words as they are typed first, then by words and meaning. */
export async function searchPrompts(session: Session, search: Search) {
  const { category_id } = search.filter;
  const ranked = sql<{ id: string; score: number }>`(
    select t.id, coalesce(s.score, 0) as score, t.title ilike ${containing(search.query)} as in_title
    from prompt_library t
    left join search_hybrid('prompts', ${search.query},
      ${search.embedding === null ? null : JSON.stringify(search.embedding)}::extensions.vector,
      ${search.embedding_model}, ${search.limit}, ${json(search.filter)}) s
      on s.id = t.id and (s.lexical > 0 or s.semantic >= ${leastSimilarity})
    where s.id is not null or (t.title ilike ${containing(search.query)}
      and (${category_id ?? null}::uuid is null or t.category_id = ${category_id ?? null}::uuid))
    order by in_title desc, score desc, t.usage_count desc, t.id limit ${search.limit}
  )`;
  return prompts(session)
    .innerJoin(ranked.as('r'), (join) => join.onRef('r.id', '=', 'p.id'))
    .select('r.score')
    .orderBy(sql`p.title ilike ${containing(search.query)}`, 'desc')
    .orderBy('r.score', 'desc')
    .orderBy('p.usage_count', 'desc')
    .orderBy('p.id')
    .execute();
}

export interface PromptChange {
  title?: string | undefined;
  description?: string | null | undefined;
  content?: string | undefined;
  variables?: PromptVariable[] | undefined;
  tags?: string[] | undefined;
  category_id?: string | null | undefined;
  project_id?: string | null | undefined;
  is_public?: boolean | undefined;
  is_favorite?: boolean | undefined;
}

/** As columns: jsonb takes text. */
const columns = ({ variables, ...rest }: PromptChange) => ({
  ...rest,
  ...(variables === undefined ? {} : { variables: sql<never>`${JSON.stringify(variables)}::jsonb` }),
});

export const insertPrompt = (session: Session, row: PromptChange & { title: string; content: string }) =>
  session.insertInto('prompt_library').values(columns(row)).returning('id').executeTakeFirstOrThrow();

/** Changes it; with `version` only while it is still that version. False when there was nothing to change. */
export async function updatePrompt(
  session: Session,
  id: string,
  change: PromptChange,
  version: number | undefined,
): Promise<boolean> {
  const row = await session
    .updateTable('prompt_library')
    .set(columns(change))
    .where('id', '=', id)
    .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export const deletePrompt = (session: Session, id: string) =>
  session.deleteFrom('prompt_library').where('id', '=', id).returning('id').executeTakeFirst();

export const deleteFiles = (session: Session, id: string) =>
  session
    .deleteFrom('prompt_assets')
    .where('prompt_id', '=', id)
    .where('file_metadata_id', 'is not', null)
    .execute();

/** Puts files beside a prompt, in this order; gives how many of them the caller can see. */
export async function insertFiles(session: Session, id: string, fileIds: string[]): Promise<number> {
  const { rows } = await sql`
    insert into prompt_assets (prompt_id, file_metadata_id, name, metadata)
    select ${id}, f.id, f.file_name, jsonb_build_object('position', i.place)
    from unnest(${fileIds}::uuid[]) with ordinality i (id, place) join meta_file_metadata f on f.id = i.id
    returning 1`.execute(session);
  return rows.length;
}

export const notePromptUse = (session: Session, id: string) => sql`select use_prompt(${id})`.execute(session);

export const listVersions = (
  session: Session,
  id: string,
  filter: { limit: number; cursor?: Cursor | undefined },
) =>
  session
    .selectFrom('prompt_versions')
    .select(['id', 'version', 'content', 'created_at', sql<string>`coalesce(title, 'Untitled')`.as('title')])
    .where('prompt_id', '=', id)
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findVersion = (session: Session, id: string, version: number) =>
  session
    .selectFrom('prompt_versions')
    .select(['title', 'content', 'variables'])
    .where('prompt_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();

/** A person's own prompts with the names of their categories, oldest first. */
export async function ownPrompts(session: Session, userId: string) {
  const { rows } = await sql<{
    title: string;
    description: string | null;
    content: string;
    variables: unknown;
    tags: string[];
    category: string | null;
    is_favorite: boolean;
  }>`
    select coalesce(nullif(btrim(p.title), ''), 'Untitled') as title, p.description, p.content, p.variables, p.tags,
      c.name as category, p.is_favorite
    from prompt_library p left join prompt_categories c on c.id = p.category_id
    where p.user_id = ${userId} and btrim(p.content) <> '' order by p.created_at, p.id`.execute(session);
  return rows;
}

const categoryFields = ['id', 'name', 'description', 'is_shared'] as const;
const isOwn = sql<boolean>`coalesce(user_id = (select auth.uid()), false)`.as('is_own');

export const listCategories = (session: Session) =>
  session
    .selectFrom('prompt_categories')
    .select([...categoryFields, isOwn])
    .orderBy('position')
    .orderBy('name')
    .limit(500)
    .execute();

export const insertCategory = (session: Session, row: { name: string; is_shared: boolean }) =>
  session
    .insertInto('prompt_categories')
    .values(row)
    .returning([...categoryFields, isOwn])
    .executeTakeFirstOrThrow();

export const updateCategory = (
  session: Session,
  id: string,
  change: { name?: string | undefined; is_shared?: boolean | undefined },
) =>
  session
    .updateTable('prompt_categories')
    .set(change)
    .where('id', '=', id)
    .returning([...categoryFields, isOwn])
    .executeTakeFirst();

export const deleteCategory = (session: Session, id: string) =>
  session.deleteFrom('prompt_categories').where('id', '=', id).returning('id').executeTakeFirst();
