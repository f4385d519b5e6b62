import { sql } from 'kysely';
import { containing, olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';
import type { CanvasItem, ContentType } from './contract.ts';

const itemFields = [
  'id',
  'user_id',
  'project_id',
  'conversation_id',
  'message_id',
  'title',
  'content_type',
  'language',
  'version',
  'is_published',
  'created_at',
  'updated_at',
] as const;
const contentTypeField = sql<ContentType>`content_type`.as('content_type');

/** Whether the caller may write it: their own, or of a project where they are editor. */
const canEdit = sql<boolean>`user_id = (select auth.uid())
  or coalesce(project_id = any (array(select private.project_ids('editor'))), false)`.as('can_edit');

interface ListFilter {
  user_id: string;
  conversation_id?: string | undefined;
  project_id?: string | undefined;
  published: boolean;
  search?: string | undefined;
  limit: number;
  cursor?: Cursor | undefined;
}

/** Last changed first. Of a conversation: what belongs to no message, or to one of the branch that is shown. */
export const listArtifacts = (session: Session, filter: ListFilter) =>
  session
    .selectFrom('canvas_artifacts')
    .select([...itemFields, contentTypeField])
    .$if(filter.published, (query) => query.where('is_published', '=', true))
    .$if(
      !filter.published && filter.conversation_id === undefined && filter.project_id === undefined,
      (query) => query.where('user_id', '=', filter.user_id),
    )
    .$if(filter.project_id !== undefined, (query) => query.where('project_id', '=', filter.project_id ?? ''))
    .$if(filter.conversation_id !== undefined, (query) =>
      query.where('conversation_id', '=', filter.conversation_id ?? '').where(
        sql<boolean>`(message_id is null or exists (select from meta_messages m
            where m.id = canvas_artifacts.message_id and m.is_active_branch))`,
      ),
    )
    .$if(Boolean(filter.search), (query) =>
      query.where(
        sql<boolean>`(search_vector @@ websearch_to_tsquery('pg_catalog.english', ${filter.search ?? ''})
          or title ilike ${containing(filter.search ?? '')})`,
      ),
    )
    .where(olderThan(filter.cursor, 'updated_at'))
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findArtifact = (session: Session, id: string) =>
  session
    .selectFrom('canvas_artifacts')
    .select([...itemFields, contentTypeField, 'content', canEdit])
    .where('id', '=', id)
    .executeTakeFirst();
export type ArtifactRow = NonNullable<Awaited<ReturnType<typeof findArtifact>>>;

/** What stands beside a conversation on the branch that ends at a message. */
export async function artifactsOnBranch(session: Session, conversationId: string, messageId: string) {
  const { rows } = await sql<Pick<CanvasItem, 'id' | 'title' | 'content_type' | 'version'>>`
    select id, title, content_type, version from canvas_artifacts
    where conversation_id = ${conversationId}
      and (message_id is null or message_id in (select p.id from message_path(${messageId}) p))
    order by created_at, id limit 50`.execute(session);
  return rows;
}

/** The conversation an artifact is put beside. */
export const findPlace = (session: Session, conversationId: string) =>
  session
    .selectFrom('meta_conversations')
    .select('id')
    .where('id', '=', conversationId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();

export const insertArtifact = (
  session: Session,
  row: {
    title: string;
    content_type: ContentType;
    language?: string | undefined;
    content: string;
    conversation_id?: string | undefined;
    message_id?: string | undefined;
    project_id?: string | undefined;
  },
) => session.insertInto('canvas_artifacts').values(row).returning('id').executeTakeFirstOrThrow();

/** Changes it; with `version` only while it is still that version. False when there was nothing to change. */
export async function updateArtifact(
  session: Session,
  id: string,
  change: {
    title?: string | undefined;
    language?: string | null | undefined;
    content?: string | undefined;
    change_summary?: string | null | undefined;
    is_published?: boolean | undefined;
  },
  version: number | undefined,
): Promise<boolean> {
  const row = await session
    .updateTable('canvas_artifacts')
    .set(change)
    .where('id', '=', id)
    .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export const deleteArtifact = (session: Session, id: string) =>
  session.deleteFrom('canvas_artifacts').where('id', '=', id).returning('id').executeTakeFirst();

export const listVersions = (
  session: Session,
  id: string,
  filter: { limit: number; cursor?: Cursor | undefined },
) =>
  session
    .selectFrom('canvas_versions')
    .select(['id', 'version', 'title', 'change_summary', 'created_by_agent', 'created_at'])
    .where('artifact_id', '=', id)
    .where(olderThan(filter.cursor))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();

export const findVersion = (session: Session, id: string, version: number) =>
  session
    .selectFrom('canvas_versions')
    .select(['version', 'title', 'content', 'change_summary', 'created_by_agent', 'created_at'])
    .where('artifact_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();

/** Undefined when there is no such version, or it may not be written. */
export async function restoreVersion(session: Session, id: string, version: number) {
  const { rows } = await sql<{ version: number | null }>`
    select restore_canvas_version(${id}, ${version}) as version`.execute(session);
  return rows[0]?.version ?? undefined;
}
