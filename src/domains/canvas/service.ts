import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import type { canvasContract } from './contract.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof canvasContract> = z.output<(typeof canvasContract)[K]['input']>;

/** Documents and programs beside chats. */
export class CanvasService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext, input: Input<'list'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listArtifacts(session, {
        ...input,
        user_id: context.principal.user_id,
        cursor: input.cursor ? decodeCursor(input.cursor) : undefined,
      }),
    );
    // The page is cut by the time the list is ordered by.
    const { next } = toPage(
      rows.map(({ id, updated_at }) => ({ id, created_at: updated_at })),
      input.limit,
    );
    return { items: rows.slice(0, input.limit), next };
  }

  /** Errors: `not_found` when the conversation cannot be seen, `forbidden` in a project that may only be read. */
  create(context: UserContext, input: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      if (input.conversation_id !== undefined)
        found(await queries.findPlace(session, input.conversation_id), 'The conversation');
      const { id } = await queries.insertArtifact(session, input);
      return readArtifact(session, id);
    });
  }

  get(context: UserContext, id: string) {
    return this.#database.as(context.principal, (session) => readArtifact(session, id));
  }

  /** Errors: `not_found`, `conflict` when somebody changed the content since `version`, `invalid_input` without it. */
  update(context: UserContext, { artifact_id: id, version, ...change }: Input<'update'>) {
    if (change.content !== undefined && version === undefined)
      throw new AppError('invalid_input', 'version: Say which version the content was made from.', {
        fix: 'Send the `version` the artifact had when you read it.',
        details: { issues: [{ field: 'version', message: 'Say which version the content was made from.' }] },
      });
    return this.#database.as(context.principal, async (session) => {
      await changeArtifact(session, id, change, version);
      return readArtifact(session, id);
    });
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      found(await queries.deleteArtifact(session, id), 'The artifact');
    });
    return { ok: true as const };
  }

  async versions(context: UserContext, { artifact_id: id, limit, cursor }: Input<'versions'>) {
    const rows = await this.#database.as(context.principal, async (session) => {
      found(await queries.findArtifact(session, id), 'The artifact');
      return queries.listVersions(session, id, {
        limit,
        cursor: cursor ? decodeCursor(cursor) : undefined,
      });
    });
    const { items, next } = toPage(rows, limit);
    return { items: items.map(({ id: _, ...version }) => version), next };
  }

  version(context: UserContext, { artifact_id, version }: Input<'version'>) {
    return this.#database.as(context.principal, async (session) =>
      found(await queries.findVersion(session, artifact_id, version), 'The version'),
    );
  }

  restore(context: UserContext, { artifact_id, version }: Input<'restore'>) {
    return this.#database.as(context.principal, async (session) => {
      found(await queries.restoreVersion(session, artifact_id, version), 'The version');
      return readArtifact(session, artifact_id);
    });
  }
}

/** Errors: `not_found`. */
export const readArtifact = async (session: Session, id: string): Promise<queries.ArtifactRow> =>
  found(await queries.findArtifact(session, id), 'The artifact');

/** Changes an artifact while it is still the version given. Errors: `not_found`, `conflict`, `forbidden` for readers. */
export async function changeArtifact(
  session: Session,
  id: string,
  change: Parameters<typeof queries.updateArtifact>[2],
  version: number | undefined,
): Promise<void> {
  const changed = Object.values(change).some((value) => value !== undefined);
  const noted = change.content === undefined ? change : { change_summary: null, ...change };
  if (changed && (await queries.updateArtifact(session, id, noted, version))) return;
  const now = await readArtifact(session, id);
  if (!now.can_edit)
    throw new AppError('forbidden', 'You may only read this artifact.', {
      fix: 'Copy it, or ask its owner or the project’s owner to make you an editor.',
    });
  if (version !== undefined && now.version !== version)
    throw new AppError('conflict', `The artifact was changed meanwhile: it is at version ${now.version}.`, {
      fix: 'Read that version, make your change in it, and send it with its number.',
      details: { version: now.version },
    });
}
