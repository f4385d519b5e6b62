import { Server } from '@modelcontextprotocol/server';
import { isAppError } from '../../kernel/errors.ts';
import {
  type CallContext,
  callOperation,
  inputSchema,
  type Operation,
  type Registry,
} from '../../operations/index.ts';
import { problemOf } from '../problem.ts';

/** Tool names allow no dots: `projects.create` is `projects_create`. */
export const toolName = (operation: Operation): string => operation.id.replaceAll(/[.-]/g, '_');

/**
 * An MCP server whose tools are the operations marked `tool`, run as `context.principal`.
 * Errors come back as tool results, with what to do, so that the assistant can correct itself; `onFault` is told of
 * those that are the server's own.
 */
export function createMcpServer(
  registry: Registry,
  version: string,
  context: () => CallContext,
  onFault: (error: unknown) => void,
): Server {
  const tools = new Map(
    registry
      .all()
      .filter((operation) => operation.tool && !operation.flow)
      .map((operation) => [toolName(operation), operation]),
  );
  const server = new Server({ name: 'meta-agent', version }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', async () => ({
    tools: [...tools].map(([name, operation]) => ({
      name,
      description: operation.description
        ? `${operation.summary}. ${operation.description}`
        : operation.summary,
      inputSchema: inputSchema(operation) as { type: 'object' },
      annotations: {
        readOnlyHint: operation.method === 'GET',
        destructiveHint: operation.method === 'DELETE',
        openWorldHint: false,
      },
    })),
  }));
  server.setRequestHandler('tools/call', async ({ params }) => {
    const operation = tools.get(params.name);
    if (!operation)
      return {
        isError: true,
        content: [{ type: 'text' as const, text: `There is no tool called ${params.name}.` }],
      };
    try {
      const answer = operation.output.parse(await callOperation(operation, context(), params.arguments));
      return { content: [{ type: 'text' as const, text: JSON.stringify(answer) }] };
    } catch (error) {
      if (!isAppError(error) || error.code === 'internal') onFault(error);
      const { detail, fix = '' } = problemOf(error).body;
      return { isError: true, content: [{ type: 'text' as const, text: `${detail} ${fix}`.trim() }] };
    }
  });
  return server;
}
