export { Authenticator, type AuthenticatorDeps } from './authenticator.ts';
export { requestsPerMinute } from './contract.ts';
export { authOperations } from './operations.ts';
export { hashPassword, verifyPassword } from './passwords.ts';
export { takeRateToken } from './queries.ts';
export { type AuthDeps, AuthService } from './service.ts';
