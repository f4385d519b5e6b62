import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { newToken, sha256 } from '../../kernel/ids.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import type { organizationsContract } from './contract.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof organizationsContract> = z.output<
  (typeof organizationsContract)[K]['input']
>;

/** The rules of organizations, their members, invitations and projects. Rows are guarded by the database. */
export class OrganizationService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext, { limit, cursor }: Input<'list'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listOrganizations(session, {
        limit,
        cursor: cursor === undefined ? undefined : decodeCursor(cursor),
      }),
    );
    return toPage(rows, limit);
  }

  create(context: UserContext, input: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      const { id } = await queries.insertOrganization(session, input);
      return organization(session, id);
    });
  }

  get(context: UserContext, id: string) {
    return this.#database.as(context.principal, (session) => organization(session, id));
  }

  /** Errors: `not_found`, `forbidden` for who is neither owner nor admin. */
  update(context: UserContext, { organization_id, ...change }: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      await organization(session, organization_id);
      if (Object.keys(change).length > 0)
        permitted(await queries.updateOrganization(session, organization_id, change), 'an owner or admin');
      return organization(session, organization_id);
    });
  }

  /** Its projects stay with their owners. Errors: `invalid_input` without its name, `not_found`, `forbidden`. */
  async delete(context: UserContext, { organization_id, confirm }: Input<'delete'>) {
    await this.#database.as(context.principal, async (session) => {
      const { name } = await organization(session, organization_id);
      if (confirm.trim() !== name.trim())
        throw new AppError('invalid_input', 'The name of the organization was not confirmed.', {
          fix: 'Give its name as `confirm`. Members lose the projects that they have through it.',
        });
      permitted(await queries.deleteOrganization(session, organization_id), 'an owner');
    });
    return { ok: true as const };
  }

  listMembers(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      await organization(session, id);
      return { items: await queries.listMembers(session, id), next: null };
    });
  }

  /** Errors: `not_found`, `forbidden`, `invalid_input` for the last owner. */
  updateMember(context: UserContext, { organization_id, user_id, role }: Input<'updateMember'>) {
    return this.#database.as(context.principal, async (session) => {
      const current = await member(session, organization_id, user_id);
      const { role: own } = await organization(session, organization_id);
      if (role === 'owner' && own !== 'owner') permitted(undefined, 'an owner');
      permitted(await queries.updateMember(session, organization_id, user_id, role), keeperOf(current.role));
      return member(session, organization_id, user_id);
    });
  }

  /** Errors: `not_found`, `forbidden`, `invalid_input` for the last owner. */
  async removeMember(context: UserContext, { organization_id, user_id }: Input<'removeMember'>) {
    await this.#database.as(context.principal, async (session) => {
      const { role } = await member(session, organization_id, user_id);
      permitted(await queries.deleteMember(session, organization_id, user_id), keeperOf(role));
    });
    return { ok: true as const };
  }

  /** Errors: `not_found` for who is no member, `invalid_input` for the last owner. */
  async leave(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteMember(session, id, context.principal.user_id), 'Your membership'),
    );
    return { ok: true as const };
  }

  /** The token is in no row and is given this once. Errors: `not_found`, `forbidden`, `conflict` for a member. */
  invite(context: UserContext, input: Input<'invite'>) {
    const token = newToken();
    return this.#database.as(context.principal, async (session) => {
      const { role } = await organization(session, input.organization_id);
      if (role !== 'owner' && role !== 'admin') permitted(undefined, 'an owner or admin');
      const members = await queries.listMembers(session, input.organization_id);
      if (members.some(({ email }) => email === input.email))
        throw new AppError('conflict', `${input.email} is a member already.`, {
          fix: 'Change their role in the list of members.',
        });
      const row = await queries.insertInvitation(session, { ...input, token_hash: sha256(token) });
      return { invitation: found(row, 'The invitation'), token };
    });
  }

  listInvitations(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      await organization(session, id);
      return { items: await queries.listInvitations(session, id), next: null };
    });
  }

  async revokeInvitation(
    context: UserContext,
    { organization_id, invitation_id }: Input<'revokeInvitation'>,
  ) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteInvitation(session, organization_id, invitation_id), 'The invitation'),
    );
    return { ok: true as const };
  }

  async viewInvitation(context: UserContext, token: string) {
    const link = await this.#openLink(context, token);
    return {
      organization: { id: link.organization_id, name: link.organization_name },
      role: link.role,
      invited_by: link.invited_by,
      expires_at: link.expires_at,
    };
  }

  async acceptInvitation(context: UserContext, token: string) {
    const { organization_id } = await this.#openLink(context, token);
    return this.#database.as(context.principal, async (session) => {
      await queries.acceptInvitation(session, sha256(token));
      return organization(session, organization_id);
    });
  }

  /** Errors: `not_found`, `forbidden` for who does not own the project or belong to the organization. */
  async addProject(context: UserContext, { organization_id, project_id }: Input<'addProject'>) {
    await this.#database.as(context.principal, async (session) => {
      const { role } = await organization(session, organization_id);
      if (role === null)
        throw new AppError('forbidden', 'You do not belong to this organization.', {
          fix: 'Ask an owner or admin of it to invite you.',
        });
      await ownProject(session, project_id);
      await queries.moveProject(session, project_id, organization_id);
    });
    return { ok: true as const };
  }

  /** Errors: `not_found`, `forbidden` for who does not own the project. */
  async removeProject(context: UserContext, { organization_id, project_id }: Input<'removeProject'>) {
    await this.#database.as(context.principal, async (session) => {
      const project = await ownProject(session, project_id);
      found(project.organization_id === organization_id || undefined, 'The project of this organization');
      await queries.moveProject(session, project_id, null);
    });
    return { ok: true as const };
  }

  /**
   * The open invitation of a link, for the person it is meant for. Errors: `not_found`, also when it was revoked,
   * `forbidden` for another address, `conflict` when it was used or has expired and for a member.
   */
  async #openLink({ principal }: UserContext, token: string): Promise<queries.LinkRow> {
    const link = await this.#database.asService('what an invitation link invites to', (session) =>
      queries.findLink(session, sha256(token), principal.user_id),
    );
    const fix = 'Ask who sent it for a new one.';
    if (!link)
      throw new AppError('not_found', 'This invitation does not exist; it may have been revoked.', { fix });
    if (!link.is_for_user)
      throw new AppError('forbidden', 'This invitation is for another e-mail address.', {
        fix: 'Sign in with the account that was invited, or ask for an invitation of your address.',
      });
    if (link.is_member)
      throw new AppError('conflict', `You are a member of ${link.organization_name} already.`, {
        fix: 'Open it under Organizations.',
        details: { organization_id: link.organization_id },
      });
    if (link.is_accepted) throw new AppError('conflict', 'This invitation was used already.', { fix });
    if (link.is_expired) throw new AppError('conflict', 'This invitation has expired.', { fix });
    return link;
  }
}

async function organization(session: Session, id: string) {
  return found(await queries.findOrganization(session, id), 'The organization');
}

async function member(session: Session, organizationId: string, userId: string) {
  const members = await queries.listMembers(session, organizationId);
  return found(
    members.find((item) => item.user_id === userId),
    'The member',
  );
}

/** Errors: `not_found`, `forbidden` for who does not own it. */
async function ownProject(session: Session, id: string) {
  const project = found(await queries.findProjectPlace(session, id), 'The project');
  if (!project.is_owner)
    throw new AppError('forbidden', 'Only an owner of the project says which organization it belongs to.', {
      fix: 'Ask an owner of the project.',
    });
  return project;
}

const keeperOf = (role: queries.MemberRow['role']): string =>
  role === 'owner' ? 'an owner' : 'an owner or admin';

/** `forbidden` where row-level security let a change of what the caller sees touch no row. */
function permitted(row: unknown, keeper: string): void {
  if (row === undefined)
    throw new AppError('forbidden', `Only ${keeper} of the organization may do that.`, {
      fix: `Ask ${keeper} of the organization.`,
    });
}
