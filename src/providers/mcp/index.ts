import type * as connect from './connect.ts';

export type { Authorization, McpConnection, McpServerAddress, McpTool } from './connect.ts';
export type { OAuthState } from './oauth.ts';

/** See `connect.ts`, which brings a whole client: the first connection loads it. */
export const connectMcp: typeof connect.connectMcp = async (...args) =>
  (await import('./connect.ts')).connectMcp(...args);
