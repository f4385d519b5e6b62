export { Authenticator, type AuthenticatorDeps } from './authenticator.ts';
export { authOperations } from './operations.ts';
export { type AuthDeps, AuthService } from './service.ts';
