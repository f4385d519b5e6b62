export { Database, type DatabaseOptions, type Session, type SessionOptions } from './database.ts';
export { type DeployStep, deploy, isDeployed, schemaFiles } from './deploy.ts';
export { generateTypes } from './generate-types.ts';
export { copyImage, hasImage, imageFolder, imageName, makeImage } from './image.ts';
export { findOwner, type Owner, ownDataDir } from './owner.ts';
export {
  type AnonymousPrincipal,
  anonymous,
  type OperatorPrincipal,
  type Principal,
  type UserPrincipal,
} from './principal.ts';
export { containing, found, json, olderThan } from './sql.ts';
export type { DB } from './types.gen.ts';
export { type TableAccess, type Verification, verify } from './verify.ts';
