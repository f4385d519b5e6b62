import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import type { UserContext } from '../../operations/index.ts';
import type { UsageLimit, usageContract, usageLimit } from './contract.ts';

type Input<K extends keyof typeof usageContract> = z.output<(typeof usageContract)[K]['input']>;
type LimitRow = z.input<typeof usageLimit>;

/** Caps on tokens and money; the database says who sees and who sets them. */
export class Limits {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext) {
    const items = await this.#database.as(context.principal, (session) => select(session));
    return { items, next: null };
  }

  set(context: UserContext, input: Input<'setLimit'>) {
    const { user_id, project_id, organization_id, period, max_tokens, max_cost_usd, warn_at } = input;
    const whom = [user_id, project_id, organization_id].filter((id) => id !== undefined);
    if (whom.length > 1)
      throw new AppError('invalid_input', 'A limit holds for a person, a project or an organization.', {
        fix: 'Give one of user_id, project_id and organization_id, or none for yourself.',
      });
    if (max_tokens === null && max_cost_usd === null)
      throw new AppError('invalid_input', 'A limit needs max_tokens or max_cost_usd.', {
        fix: 'Give one of them, or delete the limit.',
      });
    const isOwn = whom.length === 0;
    return this.#database.as(context.principal, async (session) => {
      const { rows } = await sql<{ id: string }>`
        insert into usage_limits (user_id, project_id, organization_id, period, max_tokens, max_cost_usd, warn_at, is_own)
        values (${isOwn ? context.principal.user_id : (user_id ?? null)}, ${project_id ?? null}, ${organization_id ?? null},
          ${period}, ${max_tokens}, ${max_cost_usd}, ${warn_at}, ${isOwn})
        on conflict (user_id, project_id, organization_id, period, is_own) do update set max_tokens = excluded.max_tokens,
          max_cost_usd = excluded.max_cost_usd, warn_at = excluded.warn_at
        returning id`.execute(session);
      const id = found(rows[0], 'The limit').id;
      return found((await select(session, id))[0], 'The limit');
    });
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      const limit = found((await select(session, id))[0], 'The limit');
      if (!limit.may_change)
        throw new AppError('forbidden', 'This limit is not yours to remove.', {
          fix: `Ask ${keeperOf(limit)}.`,
        });
      await session.deleteFrom('usage_limits').where('id', '=', id).execute();
    });
    return { ok: true as const };
  }
}

const keepers = {
  user: 'an administrator',
  project: 'an owner of the project',
  organization: 'an owner or admin of the organization',
};
const keeperOf = ({ scope }: Pick<UsageLimit, 'scope'>): string => keepers[scope];

/** Those the caller sees, the own ones first. */
async function select(session: Session, id?: string): Promise<LimitRow[]> {
  const { rows } = await sql<LimitRow>`
    select l.id, case when l.user_id is not null then 'user' when l.project_id is not null then 'project' else 'organization' end
        as scope, l.user_id, l.project_id, l.organization_id, coalesce(u.email, p.name, o.name, '') as name, l.period, l.is_own,
      l.max_tokens, l.max_cost_usd, l.warn_at::float8 as warn_at, v.used_tokens, v.used_cost_usd, v.reserved_tokens, v.reserved_cost_usd,
      private.limit_resets_at(l.period) as resets_at,
      coalesce(l.user_id = (select auth.uid()) or l.project_id = any (e.ids) or l.organization_id in (
        select o.organization_id from meta_projects o where o.id = any (e.ids)), false) as holds_for_caller,
      private.may_set_limit(l.user_id, l.project_id, l.organization_id, l.is_own) as may_change
    from usage_limits l join private.visible_limits() v on v.limit_id = l.id
    cross join (select array(select private.project_ids('editor')) as ids) e
    left join users u on u.id = l.user_id left join meta_projects p on p.id = l.project_id
    left join organizations o on o.id = l.organization_id
    where ${id === undefined ? sql`true` : sql`l.id = ${id}`}
    order by l.user_id is distinct from (select auth.uid()), 2 desc, name, l.period, l.is_own`.execute(
    session,
  );
  return rows;
}
