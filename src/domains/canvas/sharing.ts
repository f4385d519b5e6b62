import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { newToken, sha256 } from '../../kernel/ids.ts';
import type { UserContext } from '../../operations/index.ts';
import type { ContentType, canvasContract } from './contract.ts';
import { readArtifact } from './service.ts';

interface ShareRow {
  id: string;
  artifact_id: string;
  expires_at: Date | null;
  view_count: number;
  created_at: Date;
}

/** Links that show an artifact to whoever has them, read only. */
export class CanvasSharing {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      await readArtifact(session, id);
      const { rows } = await sql<ShareRow>`
        select id, artifact_id, expires_at, view_count, created_at from canvas_shares
        where artifact_id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())
        order by created_at desc`.execute(session);
      return { items: rows };
    });
  }

  /** Errors: `not_found`, `forbidden` for whoever may only read the artifact. */
  create(
    context: UserContext,
    input: z.output<(typeof canvasContract)['createShare']['input']>,
  ): Promise<{ share: ShareRow; token: string }> {
    const token = newToken();
    return this.#database.as(context.principal, async (session) => {
      await readArtifact(session, input.artifact_id);
      const { rows } = await sql<ShareRow>`
        insert into canvas_shares (artifact_id, share_token_hash, expires_at)
        values (${input.artifact_id}, ${sha256(token)}, now() + make_interval(days => ${input.expires_in_days ?? null}::int))
        returning id, artifact_id, expires_at, view_count, created_at`.execute(session);
      return { share: found(rows[0], 'The link'), token };
    });
  }

  async revoke(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      const { rows } = await sql`update canvas_shares set revoked_at = now()
        where id = ${id} and revoked_at is null returning id`.execute(session);
      found(rows[0], 'The link');
    });
    return { ok: true as const };
  }

  /** What a link shows, and counts that it did. Errors: `not_found`, also when it was closed or has expired. */
  async open(token: string) {
    const shown = await this.#database.asService('what a link to a canvas shows', async (session) => {
      const { rows } = await sql<{
        title: string;
        content_type: ContentType;
        language: string | null;
        content: string;
        updated_at: Date;
      }>`
        with opened as (
          update canvas_shares s set view_count = s.view_count + 1
          from find_canvas_share(${sha256(token)}) f where s.id = f.share_id returning s.artifact_id
        )
        select a.title, a.content_type, a.language, a.content, a.updated_at
        from opened o join canvas_artifacts a on a.id = o.artifact_id`.execute(session);
      return rows[0];
    });
    if (!shown)
      throw new AppError('not_found', 'This link shows nothing.', {
        fix: 'It may have been closed or have expired. Ask who sent it for another.',
      });
    return shown;
  }
}
