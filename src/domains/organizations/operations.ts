import { defineOperation, type Operation } from '../../operations/index.ts';
import { organizationsContract as contract } from './contract.ts';
import type { OrganizationService } from './service.ts';

export function organizationOperations(service: OrganizationService): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.organization_id)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input)),
    defineOperation(contract.listMembers, (context, input) =>
      service.listMembers(context, input.organization_id),
    ),
    defineOperation(contract.updateMember, (context, input) => service.updateMember(context, input)),
    defineOperation(contract.removeMember, (context, input) => service.removeMember(context, input)),
    defineOperation(contract.leave, (context, input) => service.leave(context, input.organization_id)),
    defineOperation(contract.invite, (context, input) => service.invite(context, input)),
    defineOperation(contract.listInvitations, (context, input) =>
      service.listInvitations(context, input.organization_id),
    ),
    defineOperation(contract.revokeInvitation, (context, input) => service.revokeInvitation(context, input)),
    defineOperation(contract.viewInvitation, (context, input) =>
      service.viewInvitation(context, input.token),
    ),
    defineOperation(contract.acceptInvitation, (context, input) =>
      service.acceptInvitation(context, input.token),
    ),
    defineOperation(contract.addProject, (context, input) => service.addProject(context, input)),
    defineOperation(contract.removeProject, (context, input) => service.removeProject(context, input)),
  ];
}
