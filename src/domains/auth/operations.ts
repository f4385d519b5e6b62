import { defineOperation, type Operation } from '../../operations/index.ts';
import { authContract as contract } from './contract.ts';
import type { AuthService } from './service.ts';

export function authOperations(service: AuthService): Operation[] {
  return [
    defineOperation(contract.status, (context) => service.status(context)),
    defineOperation(contract.setup, (context, input) => service.setup(context, input)),
    defineOperation(contract.signIn, (context, input) => service.signIn(context, input)),
    defineOperation(contract.signOut, (context, input) => service.signOut(context, input)),
    defineOperation(contract.updateProfile, (context, input) => service.updateProfile(context, input)),
    defineOperation(contract.changePassword, (context, input) => service.changePassword(context, input)),
    defineOperation(contract.sessions, (context) => service.sessions(context)),
    defineOperation(contract.revokeSession, (context, input) => service.revokeSession(context, input.id)),
    defineOperation(contract.listKeys, (context) => service.listKeys(context)),
    defineOperation(contract.createKey, (context, input) => service.createKey(context, input)),
    defineOperation(contract.revokeKey, (context, input) => service.revokeKey(context, input.id)),
    defineOperation(contract.listUsers, (context, input) => service.listUsers(context, input)),
    defineOperation(contract.createUser, (context, input) => service.createUser(context, input)),
    defineOperation(contract.createUserKey, (context, input) => service.createUserKey(context, input)),
    defineOperation(contract.updateUser, (context, input) => service.updateUser(context, input)),
    defineOperation(contract.listAudit, (context, input) => service.listAudit(context, input)),
    defineOperation(contract.access, (context) => service.access(context)),
  ];
}
