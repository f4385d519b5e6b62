import type { Organization } from '../../../../src/domains/organizations/contract.ts';

export const memberRoles = ['owner', 'admin', 'member'] as const;
export type MemberRole = (typeof memberRoles)[number];
export const roleLabels: Record<MemberRole, string> = { owner: 'Owner', admin: 'Admin', member: 'Member' };

/** Owners and admins keep its name, members, invitations and limits. */
export const keeps = ({ role }: Pick<Organization, 'role'>): boolean => role === 'owner' || role === 'admin';

/** What members may do in its projects. */
export const projectRoles = ['editor', 'viewer'] as const;
export const projectRoleLabels: Record<(typeof projectRoles)[number], string> = {
  editor: 'Work in them',
  viewer: 'Only look',
};
