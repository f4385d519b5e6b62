import { z } from 'zod';
import type { Session, UserPrincipal } from '../../database/index.ts';
import type { ToolSpec } from '../../providers/model/index.ts';

/** The task an agent works on. A chat has none. */
export interface TaskScope {
  task_id: string;
  project_id: string;
  workstream_id: string;
  run_id: string;
  title: string;
}

/** Whose rights a tool has, and for what it works. */
export interface ToolScope {
  principal: UserPrincipal;
  agent: string;
  project_id: string | null;
  task: TaskScope | null;
  thread_id: string;
  /** Same for the same call, also after a crash: an effect with this key happens once. */
  key: string;
  signal: AbortSignal;
}

/**
 * A tool an agent may call. `prepare` talks to the outside (storage, embedding) before the transaction, and must
 * be harmless when repeated; `run` works inside one transaction together with the record of its result.
 */
export interface Tool {
  name: string;
  description: string;
  input: z.ZodObject;
  /** JSON Schema of the arguments where somebody else wrote it; `input` then takes any object. */
  inputSchema?: Record<string, unknown>;
  prepare?(scope: ToolScope, input: Record<string, unknown>): Promise<unknown>;
  run(
    session: Session,
    scope: ToolScope,
    input: Record<string, unknown>,
    prepared: unknown,
  ): Promise<unknown>;
  /** The call has no result until a person answered; `run` records the question. */
  waits?: boolean;
  /** In a chat a person is asked before it runs, unless they chose otherwise. */
  asks?: boolean;
}

/** Declares a tool with its input types kept. */
export function defineTool<I extends z.ZodObject, P = undefined>(tool: {
  name: string;
  description: string;
  input: I;
  prepare?(scope: ToolScope, input: z.output<I>): Promise<P>;
  run(session: Session, scope: ToolScope, input: z.output<I>, prepared: P): Promise<unknown>;
  waits?: boolean;
  asks?: boolean;
}): Tool {
  return tool as unknown as Tool;
}

const schemas = new WeakMap<z.ZodObject, Record<string, unknown>>();

/** The JSON Schema of a tool's input, made once: it is asked for before each call of a model. */
function schemaOf(input: z.ZodObject): Record<string, unknown> {
  const schema = schemas.get(input) ?? (z.toJSONSchema(input, { io: 'input' }) as Record<string, unknown>);
  schemas.set(input, schema);
  return schema;
}

export const toolSpec = (tool: Tool): ToolSpec => ({
  name: tool.name,
  description: tool.description,
  inputSchema: tool.inputSchema ?? schemaOf(tool.input),
});
