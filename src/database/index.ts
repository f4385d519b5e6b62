export { Database, type DatabaseOptions, type Session, type SessionOptions } from './database.ts';
export { type DeployStep, deploy, isDeployed, schemaFiles } from './deploy.ts';
export { toAppError } from './errors.ts';
export { generateTypes } from './generate-types.ts';
export { type AnonymousPrincipal, anonymous, type Principal, type UserPrincipal } from './principal.ts';
export type { DB } from './types.gen.ts';
