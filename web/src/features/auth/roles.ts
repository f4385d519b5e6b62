import type { User } from '../../../../src/domains/auth/contract.ts';

export const roleLabels: Record<User['role'], string> = {
  user: 'User',
  admin: 'Administrator',
  super_admin: 'Super administrator',
};
export const roles = Object.keys(roleLabels) as User['role'][];
