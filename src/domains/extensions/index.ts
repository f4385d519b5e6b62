export { Functions } from './functions.ts';
export { McpServers } from './mcp-servers.ts';
export { extensionsOperations } from './operations.ts';
export { maxZipBytes } from './skill-zip.ts';
export { Skills } from './skills.ts';
export { type ExtensionDeps, type Extensions, extensionsOf } from './tools.ts';
export { Web } from './web.ts';
