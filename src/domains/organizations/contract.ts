import { z } from 'zod';
import { cursor, email, id, limit, name, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';

const memberRole = z.enum(['owner', 'admin', 'member']);
/** What members do in its projects; owners and admins own them. */
const projectRole = z.enum(['editor', 'viewer']);

const organization = z.object({
  id,
  name: z.string(),
  default_project_role: projectRole,
  /** The caller's; null: they see it as an administrator of this server. */
  role: memberRole.nullable(),
  member_count: z.number(),
  project_count: z.number(),
  created_at: time,
  updated_at: time,
});
export type Organization = z.output<typeof organization>;

const member = z.object({
  user_id: id,
  email: z.string(),
  name: z.string().nullable(),
  role: memberRole,
  created_at: time,
});
export type Member = z.output<typeof member>;

const invitation = z.object({
  id,
  email: z.string(),
  role: memberRole.exclude(['owner']),
  expires_at: time,
  created_at: time,
});
export type Invitation = z.output<typeof invitation>;

const organizationPath = z.object({ organization_id: id });
const memberPath = organizationPath.extend({ user_id: id });
const projectPath = organizationPath.extend({ project_id: id });
const token = z.string().min(1).max(200);

export const organizationsContract = {
  list: contract({
    id: 'organizations.list',
    summary: 'List organizations, newest first',
    method: 'GET',
    path: '/organizations',
    scope: 'signed-in',
    input: z.object({ limit, cursor }),
    output: page(organization),
  }),
  create: contract({
    id: 'organizations.create',
    summary: 'Found an organization; you are its owner',
    method: 'POST',
    path: '/organizations',
    scope: 'signed-in',
    input: z.object({ name, default_project_role: projectRole.default('editor') }),
    output: organization,
    example: { name: 'Initech' },
  }),
  get: contract({
    id: 'organizations.get',
    summary: 'One organization and your role in it',
    method: 'GET',
    path: '/organizations/{organization_id}',
    scope: 'signed-in',
    input: organizationPath,
    output: organization,
    errors: ['not_found'],
  }),
  update: contract({
    id: 'organizations.update',
    summary: 'Rename an organization, or change what its members may do in its projects',
    method: 'PATCH',
    path: '/organizations/{organization_id}',
    scope: 'signed-in',
    input: organizationPath.extend({
      name: name.optional(),
      default_project_role: projectRole.optional(),
    }),
    output: organization,
    errors: ['not_found', 'forbidden'],
  }),
  delete: contract({
    id: 'organizations.delete',
    summary: 'Delete an organization; its projects stay with their owners',
    description:
      'Its members lose the projects that they had through it, and its limits of use and invitations go. Nothing in a project is deleted.',
    method: 'DELETE',
    path: '/organizations/{organization_id}',
    scope: 'signed-in',
    input: organizationPath.extend({
      /** The organization's name. */
      confirm: z.string().max(200),
    }),
    output: ok,
    errors: ['not_found', 'forbidden'],
  }),
  listMembers: contract({
    id: 'organizations.list-members',
    summary: 'Who belongs to an organization',
    method: 'GET',
    path: '/organizations/{organization_id}/members',
    scope: 'signed-in',
    input: organizationPath,
    output: page(member),
    errors: ['not_found'],
  }),
  updateMember: contract({
    id: 'organizations.update-member',
    summary: 'Change a member’s role',
    description: 'Admins change admins and members. Owners change everybody, and make others owners.',
    method: 'PATCH',
    path: '/organizations/{organization_id}/members/{user_id}',
    scope: 'signed-in',
    input: memberPath.extend({ role: memberRole }),
    output: member,
    errors: ['not_found', 'forbidden', 'invalid_input'],
  }),
  removeMember: contract({
    id: 'organizations.remove-member',
    summary: 'Remove a member; projects that they own stay in the organization',
    method: 'DELETE',
    path: '/organizations/{organization_id}/members/{user_id}',
    scope: 'signed-in',
    input: memberPath,
    output: ok,
    errors: ['not_found', 'forbidden', 'invalid_input'],
  }),
  leave: contract({
    id: 'organizations.leave',
    summary: 'Leave an organization; projects that you own stay in it until you take them back',
    method: 'POST',
    path: '/organizations/{organization_id}/leave',
    scope: 'signed-in',
    input: organizationPath,
    output: ok,
    errors: ['not_found', 'invalid_input'],
  }),
  invite: contract({
    id: 'organizations.invite',
    summary: 'Invite an e-mail address; the token of the link is shown once',
    description: 'Nothing is sent: pass the link on yourself. An open invitation of the address is replaced.',
    method: 'POST',
    path: '/organizations/{organization_id}/invitations',
    scope: 'signed-in',
    input: organizationPath.extend({
      email,
      role: memberRole.exclude(['owner']).default('member'),
      expires_in_days: z.number().int().min(1).max(30).default(7),
    }),
    output: z.object({ invitation, token: z.string() }),
    errors: ['not_found', 'forbidden', 'conflict'],
    example: { email: 'grace@example.org', role: 'member' },
  }),
  listInvitations: contract({
    id: 'organizations.list-invitations',
    summary: 'Invitations that nobody has accepted, expired ones too; owners and admins see them',
    method: 'GET',
    path: '/organizations/{organization_id}/invitations',
    scope: 'signed-in',
    input: organizationPath,
    output: page(invitation),
    errors: ['not_found'],
  }),
  revokeInvitation: contract({
    id: 'organizations.revoke-invitation',
    summary: 'Revoke an invitation: its link joins nobody any more',
    method: 'DELETE',
    path: '/organizations/{organization_id}/invitations/{invitation_id}',
    scope: 'signed-in',
    input: organizationPath.extend({ invitation_id: id }),
    output: ok,
    errors: ['not_found'],
  }),
  viewInvitation: contract({
    id: 'organizations.view-invitation',
    summary: 'What an invitation link invites you to',
    method: 'POST',
    path: '/organization-invitations/view',
    scope: 'signed-in',
    input: z.object({ token }),
    output: z.object({
      organization: z.object({ id, name: z.string() }),
      role: memberRole.exclude(['owner']),
      /** Null once their account is deleted. */
      invited_by: z.string().nullable(),
      expires_at: time,
    }),
    errors: ['not_found', 'forbidden', 'conflict'],
  }),
  acceptInvitation: contract({
    id: 'organizations.accept-invitation',
    summary: 'Join the organization that an invitation link invites you to',
    method: 'POST',
    path: '/organization-invitations/accept',
    scope: 'signed-in',
    input: z.object({ token }),
    output: organization,
    errors: ['not_found', 'forbidden', 'conflict'],
  }),
  addProject: contract({
    id: 'organizations.add-project',
    summary: 'Give a project to an organization: its members become members of the project',
    description: 'You must own the project and belong to the organization. It leaves the one that it was in.',
    method: 'PUT',
    path: '/organizations/{organization_id}/projects/{project_id}',
    scope: 'signed-in',
    input: projectPath,
    output: ok,
    errors: ['not_found', 'forbidden'],
  }),
  removeProject: contract({
    id: 'organizations.remove-project',
    summary: 'Take a project back: those who had it through the organization lose it',
    method: 'DELETE',
    path: '/organizations/{organization_id}/projects/{project_id}',
    scope: 'signed-in',
    input: projectPath,
    output: ok,
    errors: ['not_found', 'forbidden'],
  }),
};
