export { organizationOperations } from './operations.ts';
export { OrganizationService } from './service.ts';
