export {
  type Authorization,
  connectMcp,
  type McpConnection,
  type McpServerAddress,
  type McpTool,
} from './connect.ts';
export type { OAuthState } from './oauth.ts';
