import { sql } from 'kysely';
import type { z } from 'zod';
import {
  containing,
  type Database,
  found,
  json,
  type Session,
  type UserPrincipal,
} from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import type { UserContext } from '../../operations/index.ts';
import type { extensionsContract, Skill } from './contract.ts';
import { isDebris, readSkill, skillPath } from './skill-file.ts';
import { unzipSkill, zipSkill } from './skill-zip.ts';

type Input<K extends keyof typeof extensionsContract> = z.output<(typeof extensionsContract)[K]['input']>;

const maxFiles = 200;
const maxCharacters = 2_000_000;

/** Skills in the open SKILL.md format. A model is told their names and loads the rest when it needs it. */
export class Skills {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext, { search }: Input<'listSkills'>) {
    const items = await this.#database.as(context.principal, (session) =>
      listSkills(session, context.principal.user_id, search),
    );
    return { items, next: null };
  }

  /** Keeps a skill and installs it; one of the same name of one's own is replaced. */
  import(context: UserContext, { files }: Input<'importSkill'>) {
    const { principal } = context;
    const all = Object.entries(files)
      .map(([path, text]) => [skillPath(path), text] as const)
      .filter(([path]) => !isDebris(path));
    const binary = all.find(([, text]) => text.includes('\0'));
    if (binary)
      throw new AppError('invalid_input', `“${binary[0]}” is no text.`, {
        fix: 'A skill holds text files; leave out what is none.',
      });
    // The outermost one: a skill about skills has others in its folders.
    const [root] = all
      .map(([path]) => path)
      .filter((path) => /(^|\/)SKILL\.md$/.test(path))
      .sort((one, other) => one.split('/').length - other.split('/').length);
    if (!root)
      throw new AppError('invalid_input', 'There is no SKILL.md among the files.', {
        fix: 'Choose the folder that holds SKILL.md.',
      });
    const folder = root.slice(0, -'SKILL.md'.length);
    const inside = all.filter(([path]) => path.startsWith(folder) && path !== root);
    const characters = all.reduce((sum, [, text]) => sum + text.length, 0);
    if (inside.length > maxFiles || characters > maxCharacters)
      throw new AppError('too_large', `A skill has at most ${maxFiles} files and 2 MB of text.`, {
        fix: 'Leave out what it does not need.',
      });
    const text = files[Object.keys(files).find((path) => skillPath(path) === root) ?? ''] ?? '';
    const { head } = readSkill(text);
    return this.#database.as(principal, async (session) => {
      const { rows } = await sql<{ id: string }>`
        insert into skills (creator_id, name, slug, description, skill_md, files)
        values (${principal.user_id}, ${head.name}, ${await freeSlug(session, principal.user_id, head.name)}, ${head.description},
          ${text}, ${json(Object.fromEntries(inside.map(([path, content]) => [path.slice(folder.length), content])))})
        on conflict (slug) do update set description = excluded.description, skill_md = excluded.skill_md,
          files = excluded.files
        returning id`.execute(session);
      const id = rows[0]?.id ?? '';
      await install(session, principal.user_id, id, true);
      return findSkill(session, principal.user_id, id);
    });
  }

  export(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      const row = found(await contentOf(session, id), 'The skill');
      return { files: { 'SKILL.md': row.skill_md ?? '', ...row.files } };
    });
  }

  /** A skill that comes as a zip of its folder. Errors: those of `import`, `unprocessable` for what is no such zip. */
  async importZip(context: UserContext, bytes: Buffer) {
    return this.import(context, { files: await unzipSkill(bytes) });
  }

  /** The same files as a zip, and what to call it. */
  async exportZip(context: UserContext, id: string): Promise<{ name: string; bytes: Buffer }> {
    const { files } = await this.export(context, id);
    const { name } = await this.#database.as(context.principal, (session) =>
      findSkill(session, context.principal.user_id, id),
    );
    return { name: `${name}.zip`, bytes: await zipSkill(name, files) };
  }

  update(context: UserContext, { id, enabled, visibility }: Input<'updateSkill'>) {
    const { user_id } = context.principal;
    return this.#database.as(context.principal, async (session) => {
      await findSkill(session, user_id, id);
      if (enabled !== undefined) await install(session, user_id, id, enabled);
      if (visibility !== undefined)
        found(
          await session
            .updateTable('skills')
            .set({ visibility })
            .where('id', '=', id)
            .where('creator_id', '=', user_id)
            .returning('id')
            .executeTakeFirst(),
          'A skill of your own',
        );
      return findSkill(session, user_id, id);
    });
  }

  async delete(context: UserContext, id: string) {
    const { user_id } = context.principal;
    await this.#database.as(context.principal, async (session) => {
      const { is_own } = await findSkill(session, user_id, id);
      if (is_own) await session.deleteFrom('skills').where('id', '=', id).execute();
      else
        await session
          .deleteFrom('user_skills')
          .where('skill_id', '=', id)
          .where('user_id', '=', user_id)
          .execute();
    });
    return { ok: true as const };
  }

  /** Installed skills that are switched on. */
  async enabled(
    session: Session,
    principal: UserPrincipal,
  ): Promise<{ id: string; name: string; description: string | null }[]> {
    const skills = await listSkills(session, principal.user_id);
    return skills.filter(({ installed, enabled }) => installed && enabled);
  }

  /** The instructions of a skill, with the paths of its files; or one of those. Errors: `not_found`. */
  load(principal: UserPrincipal, id: string, path?: string) {
    return this.#database.as(principal, async (session) => {
      const row = found(await contentOf(session, id), 'The skill');
      if (path === undefined)
        return { instructions: readSkill(row.skill_md ?? '').body, files: Object.keys(row.files) };
      return { path, text: found(row.files[skillPath(path)], `The file ${path}`) };
    });
  }
}

async function listSkills(session: Session, userId: string, search?: string, id?: string): Promise<Skill[]> {
  const pattern = search ? containing(search) : null;
  const { rows } = await sql<Skill>`
    select s.id, s.name, s.slug, s.description, s.version, s.visibility, s.creator_id = ${userId} as is_own,
      u.id is not null as installed, coalesce(u.enabled, false) as enabled,
      array(select jsonb_object_keys(s.files) order by 1) as files
    from skills s left join user_skills u on u.skill_id = s.id and u.user_id = ${userId}
    where s.skill_md is not null and (s.creator_id = ${userId} or u.id is not null or s.visibility = 'public')
      and (${pattern}::text is null or s.name ilike ${pattern} or s.description ilike ${pattern})
      and (${id ?? null}::uuid is null or s.id = ${id ?? null}::uuid)
    order by u.id is null, s.name, s.id limit 200`.execute(session);
  return rows;
}

async function findSkill(session: Session, userId: string, id: string): Promise<Skill> {
  return found((await listSkills(session, userId, undefined, id))[0], 'The skill');
}

async function contentOf(session: Session, id: string) {
  const { rows } = await sql<{ skill_md: string | null; files: Record<string, string> }>`
    select skill_md, files from skills where id = ${id} and skill_md is not null`.execute(session);
  return rows[0];
}

const install = (session: Session, userId: string, skillId: string, enabled: boolean) =>
  session
    .insertInto('user_skills')
    .values({ user_id: userId, skill_id: skillId, enabled })
    .onConflict((conflict) => conflict.columns(['user_id', 'skill_id']).doUpdateSet({ enabled }))
    .execute();

/** A slug is one for everybody: the name itself while nobody else has it, else with a part of the person's id. */
async function freeSlug(session: Session, userId: string, name: string): Promise<string> {
  const { rows } = await sql<{ taken: boolean }>`select private.skill_slug_taken(${name}) as taken`.execute(
    session,
  );
  return rows[0]?.taken ? `${name}-${userId.slice(0, 8)}` : name;
}
