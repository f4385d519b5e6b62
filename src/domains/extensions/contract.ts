import { z } from 'zod';
import { id, ok, page, time } from '../../operations/fields.ts';
import { contract } from '../../operations/operation.ts';
import { webContract } from './web-contract.ts';

const jsonSchema = z.record(z.string(), z.unknown());

export const mcpTool = z.object({
  name: z.string(),
  description: z.string(),
  input_schema: jsonSchema,
  /** Offered to models. */
  enabled: z.boolean(),
});

export const mcpServer = z.object({
  id,
  /** Part of the names of its tools. */
  server_id: z.string(),
  server_name: z.string(),
  transport: z.enum(['http', 'sse', 'stdio']),
  enabled: z.boolean(),
  url: z.string().nullable(),
  command: z.string().nullable(),
  args: z.array(z.string()),
  /** Names of the headers or variables that are stored; their values never leave. */
  secret_names: z.array(z.string()),
  signed_in: z.boolean(),
  tools: z.array(mcpTool),
  health_status: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  health_message: z.string().nullable(),
  last_health_check: time.nullable(),
  latency_ms: z.number().nullable(),
});
export type McpServer = z.output<typeof mcpServer>;

const serverId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,39}$/,
    'Lower-case letters, digits, - and _, at most 40, a letter or digit first.',
  );
/** Header or environment variables of a server, by name. */
const secrets = z.record(z.string().regex(/^[A-Za-z0-9_-]{1,100}$/), z.string().max(10_000));
const address = {
  url: z.string().max(2_000).optional(),
  command: z.string().max(500).optional(),
  args: z.array(z.string().max(2_000)).max(50).optional(),
  secrets: secrets.optional(),
};

export const customFunction = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  parameters: jsonSchema,
  handler_type: z.enum(['code', 'webhook', 'mcp']),
  code: z.string().nullable(),
  /** Hosts the code may fetch from. */
  hosts: z.array(z.string()),
  enabled: z.boolean(),
  last_test_at: time.nullable(),
  last_test_status: z.enum(['passed', 'failed']).nullable(),
});
export type CustomFunction = z.output<typeof customFunction>;

const functionFields = {
  description: z.string().trim().max(2_000).nullable().optional(),
  parameters: jsonSchema.optional(),
  code: z.string().min(1).max(200_000).optional(),
  hosts: z
    .array(z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/i, 'A host like api.example.org'))
    .max(20)
    .optional(),
  enabled: z.boolean().optional(),
};

export const skill = z.object({
  id,
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  version: z.string(),
  visibility: z.enum(['private', 'unlisted', 'public']),
  is_own: z.boolean(),
  installed: z.boolean(),
  enabled: z.boolean(),
  /** Paths of the files beside SKILL.md. */
  files: z.array(z.string()),
});
export type Skill = z.output<typeof skill>;

export type { WebSearchConnection } from './web-contract.ts';

export const extensionsContract = {
  ...webContract,
  listServers: contract({
    id: 'mcp-servers.list',
    summary: 'Your MCP servers, their tools and how they were when last used',
    method: 'GET',
    path: '/mcp-servers',
    scope: 'signed-in',
    input: z.object({}),
    output: page(mcpServer),
  }),
  createServer: contract({
    id: 'mcp-servers.create',
    summary: 'Add an MCP server; connect it next',
    method: 'POST',
    path: '/mcp-servers',
    scope: 'signed-in',
    input: z.object({
      server_id: serverId,
      server_name: z.string().trim().min(1).max(100),
      transport: z.enum(['http', 'sse', 'stdio']).default('http'),
      ...address,
    }),
    output: mcpServer,
    errors: ['conflict', 'forbidden'],
  }),
  updateServer: contract({
    id: 'mcp-servers.update',
    summary: 'Change an MCP server, switch it or its tools on and off',
    method: 'PATCH',
    path: '/mcp-servers/{id}',
    scope: 'signed-in',
    input: z.object({
      id,
      server_name: z.string().trim().min(1).max(100).optional(),
      enabled: z.boolean().optional(),
      /** Tools by name: offered to models or not. */
      tools: z.record(z.string(), z.boolean()).optional(),
      ...address,
    }),
    output: mcpServer,
    errors: ['not_found', 'forbidden'],
  }),
  deleteServer: contract({
    id: 'mcp-servers.delete',
    summary: 'Remove an MCP server and its secrets',
    method: 'DELETE',
    path: '/mcp-servers/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  connectServer: contract({
    id: 'mcp-servers.connect',
    summary:
      'Connect now, list the tools and switch the server on; says where to sign in when it asks for it',
    method: 'POST',
    path: '/mcp-servers/{id}/connect',
    scope: 'signed-in',
    input: z.object({ id }),
    output: z.object({ server: mcpServer, authorization_url: z.string().nullable() }),
    errors: ['not_found'],
  }),
  finishSignIn: contract({
    id: 'mcp-servers.finish-sign-in',
    summary: 'Hand in what the authorization server sent back',
    method: 'POST',
    path: '/mcp-servers/sign-in',
    scope: 'signed-in',
    input: z.object({
      code: z.string().min(1).max(4_000),
      state: z.string().min(1).max(500),
      iss: z.string().min(1).max(2_000).optional(),
    }),
    output: mcpServer,
    errors: ['not_found', 'forbidden'],
  }),
  listFunctions: contract({
    id: 'functions.list',
    summary: 'Your own functions, which models may call',
    method: 'GET',
    path: '/functions',
    scope: 'signed-in',
    input: z.object({}),
    output: page(customFunction),
  }),
  createFunction: contract({
    id: 'functions.create',
    summary: 'Add a function in JavaScript or TypeScript, run in a sandbox',
    method: 'POST',
    path: '/functions',
    scope: 'signed-in',
    input: z.object({
      name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, 'Letters, digits and _, at most 64.'),
      ...functionFields,
      code: z.string().min(1).max(200_000),
    }),
    output: customFunction,
    errors: ['conflict'],
  }),
  updateFunction: contract({
    id: 'functions.update',
    summary: 'Change a function, or switch it on and off',
    method: 'PATCH',
    path: '/functions/{id}',
    scope: 'signed-in',
    input: z.object({ id, ...functionFields }),
    output: customFunction,
    errors: ['not_found'],
  }),
  deleteFunction: contract({
    id: 'functions.delete',
    summary: 'Delete a function',
    method: 'DELETE',
    path: '/functions/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
  runFunction: contract({
    id: 'functions.run',
    summary: 'Run a function once with an input of yours',
    method: 'POST',
    path: '/functions/{id}/run',
    scope: 'signed-in',
    input: z.object({ id, input: z.record(z.string(), z.unknown()) }),
    output: z.object({
      value: z.unknown(),
      error: z.string().nullable(),
      console: z.array(z.string()),
      duration_ms: z.number(),
    }),
    errors: ['not_found'],
  }),
  listSkills: contract({
    id: 'skills.list',
    summary: 'Skills you installed, and public ones that can be',
    method: 'GET',
    path: '/skills',
    scope: 'signed-in',
    input: z.object({ search: z.string().max(200).optional() }),
    output: page(skill),
  }),
  importSkill: contract({
    id: 'skills.import',
    summary: 'Import a skill: its SKILL.md, with the text files beside it by their path',
    method: 'POST',
    path: '/skills',
    scope: 'signed-in',
    input: z.object({
      files: z.record(z.string().min(1).max(300), z.string().max(500_000)),
    }),
    output: skill,
    errors: ['conflict'],
  }),
  exportSkill: contract({
    id: 'skills.export',
    summary: 'All files of a skill, as they can be imported again',
    method: 'GET',
    path: '/skills/{id}/files',
    scope: 'signed-in',
    input: z.object({ id }),
    output: z.object({ files: z.record(z.string(), z.string()) }),
    errors: ['not_found'],
  }),
  updateSkill: contract({
    id: 'skills.update',
    summary: 'Install a skill or switch it on and off; change who may see one of your own',
    method: 'PATCH',
    path: '/skills/{id}',
    scope: 'signed-in',
    input: z.object({
      id,
      enabled: z.boolean().optional(),
      visibility: z.enum(['private', 'unlisted', 'public']).optional(),
    }),
    output: skill,
    errors: ['not_found'],
  }),
  deleteSkill: contract({
    id: 'skills.delete',
    summary: 'Uninstall a skill; one of your own is deleted',
    method: 'DELETE',
    path: '/skills/{id}',
    scope: 'signed-in',
    input: z.object({ id }),
    output: ok,
    errors: ['not_found'],
  }),
};
