import { sql } from 'kysely';
import { olderThan, type Session } from '../../database/index.ts';
import type { Cursor } from '../../kernel/page.ts';

type Role = 'owner' | 'admin' | 'member';

export interface OrganizationRow {
  id: string;
  name: string;
  default_project_role: 'editor' | 'viewer';
  role: Role | null;
  member_count: number;
  project_count: number;
  created_at: Date;
  updated_at: Date;
}

const organizations = sql`
  select o.id, o.name, o.default_project_role, o.created_at, o.updated_at,
    (select m.role from organization_members m where m.org_id = o.id and m.user_id = (select auth.uid())) as role,
    (select count(*) from organization_members m where m.org_id = o.id) as member_count,
    (select count(*) from meta_projects p where p.organization_id = o.id) as project_count
  from organizations o`;

/** Those the caller belongs to; administrators of the server see all. */
export async function listOrganizations(
  session: Session,
  { limit, cursor }: { limit: number; cursor: Cursor | undefined },
): Promise<OrganizationRow[]> {
  const { rows } = await sql<OrganizationRow>`${organizations}
    where ${olderThan(cursor, 'o.created_at', 'o.id')}
    order by o.created_at desc, o.id desc limit ${limit + 1}`.execute(session);
  return rows;
}

export async function findOrganization(session: Session, id: string): Promise<OrganizationRow | undefined> {
  const { rows } = await sql<OrganizationRow>`${organizations} where o.id = ${id}`.execute(session);
  return rows[0];
}

type Change = { [K in 'name' | 'default_project_role']?: OrganizationRow[K] | undefined };

export const insertOrganization = (session: Session, row: Pick<OrganizationRow, keyof Change>) =>
  session.insertInto('organizations').values(row).returning('id').executeTakeFirstOrThrow();

export const updateOrganization = (session: Session, id: string, change: Change) =>
  session.updateTable('organizations').set(change).where('id', '=', id).returning('id').executeTakeFirst();

export const deleteOrganization = (session: Session, id: string) =>
  session.deleteFrom('organizations').where('id', '=', id).returning('id').executeTakeFirst();

export interface MemberRow {
  user_id: string;
  email: string;
  name: string | null;
  role: Role;
  created_at: Date;
}

/** Owners first, then admins; of each those who came first. */
export async function listMembers(session: Session, organizationId: string): Promise<MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    select user_id, email, name, role, created_at from private.organization_people(${organizationId})
    order by array_position(array['owner', 'admin', 'member'], role), created_at, user_id`.execute(session);
  return rows;
}

export const updateMember = (session: Session, organizationId: string, userId: string, role: Role) =>
  session
    .updateTable('organization_members')
    .set({ role })
    .where('org_id', '=', organizationId)
    .where('user_id', '=', userId)
    .returning('user_id')
    .executeTakeFirst();

export const deleteMember = (session: Session, organizationId: string, userId: string) =>
  session
    .deleteFrom('organization_members')
    .where('org_id', '=', organizationId)
    .where('user_id', '=', userId)
    .returning('user_id')
    .executeTakeFirst();

export interface InvitationRow {
  id: string;
  email: string;
  role: 'admin' | 'member';
  expires_at: Date;
  created_at: Date;
}

export async function listInvitations(session: Session, organizationId: string): Promise<InvitationRow[]> {
  const { rows } = await sql<InvitationRow>`
    select id, email, role, expires_at, created_at from organization_invitations
    where org_id = ${organizationId} and accepted_at is null order by created_at desc, id`.execute(session);
  return rows;
}

interface NewInvitation {
  organization_id: string;
  email: string;
  role: InvitationRow['role'];
  token_hash: string;
  expires_in_days: number;
}

/** Replaces an open invitation of the same address. */
export async function insertInvitation(
  session: Session,
  { organization_id, email, role, token_hash, expires_in_days }: NewInvitation,
): Promise<InvitationRow | undefined> {
  await sql`delete from organization_invitations
    where org_id = ${organization_id} and lower(email) = ${email} and accepted_at is null`.execute(session);
  const { rows } = await sql<InvitationRow>`
    insert into organization_invitations (org_id, email, role, token_hash, expires_at)
    values (${organization_id}, ${email}, ${role}, ${token_hash}, now() + make_interval(days => ${expires_in_days}::int))
    returning id, email, role, expires_at, created_at`.execute(session);
  return rows[0];
}

export const deleteInvitation = (session: Session, organizationId: string, id: string) =>
  session
    .deleteFrom('organization_invitations')
    .where('org_id', '=', organizationId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();

export interface LinkRow {
  organization_id: string;
  organization_name: string;
  role: InvitationRow['role'];
  invited_by: string | null;
  expires_at: Date;
  is_expired: boolean;
  is_accepted: boolean;
  is_for_user: boolean;
  is_member: boolean;
}

/** The invitation of a link, and how it stands to a person: who is not yet a member sees no row of it themselves. */
export async function findLink(
  session: Session,
  tokenHash: string,
  userId: string,
): Promise<LinkRow | undefined> {
  const { rows } = await sql<LinkRow>`
    select o.id as organization_id, o.name as organization_name, i.role, coalesce(b.name, b.email) as invited_by, i.expires_at,
      i.expires_at <= now() as is_expired, i.accepted_at is not null as is_accepted,
      exists (select from users u where u.id = ${userId} and u.email = lower(i.email)) as is_for_user,
      exists (select from organization_members m where m.org_id = o.id and m.user_id = ${userId}) as is_member
    from organization_invitations i join organizations o on o.id = i.org_id left join users b on b.id = i.invited_by
    where i.token_hash = ${tokenHash}`.execute(session);
  return rows[0];
}

export const acceptInvitation = (session: Session, tokenHash: string) =>
  sql`select accept_invitation(${tokenHash})`.execute(session);

export interface ProjectPlace {
  organization_id: string | null;
  is_owner: boolean;
}

/** Where a project belongs, and whether the caller may say so. */
export async function findProjectPlace(
  session: Session,
  projectId: string,
): Promise<ProjectPlace | undefined> {
  const { rows } = await sql<ProjectPlace>`
    select organization_id, id in (select private.project_ids('owner')) as is_owner
    from meta_projects where id = ${projectId}`.execute(session);
  return rows[0];
}

export const moveProject = (session: Session, projectId: string, organizationId: string | null) =>
  session
    .updateTable('meta_projects')
    .set({ organization_id: organizationId })
    .where('id', '=', projectId)
    .execute();
