import { type Brief, parseBrief } from '../brief.ts';
import type { ModelMessage, ModelRequest, ToolSpec } from '../port.ts';

/** A tool call of this task with its answer. */
export interface Done {
  name: string;
  input: Record<string, unknown>;
  /** The answer as JSON, or the text when it is none. */
  value: unknown;
  failed: boolean;
}

/** What the built-in model decides by: nothing else of the conversation matters to it. */
export interface Transcript {
  role: string;
  brief: Brief;
  /** The user message before the last one, for pronouns in a chat. */
  previous: string;
  tools: Map<string, ToolSpec>;
  done: Done[];
}

/** A tool the model wants called next. */
export interface Wanted {
  name: string;
  input: Record<string, unknown>;
}

export type Step = { call: Wanted[] } | { say: string };

function textOf(message: ModelMessage | undefined): string {
  if (message?.role !== 'user') return '';
  if (typeof message.content === 'string') return message.content;
  return message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** A long result is cut when it is handed to a model: of a cut list, the whole rows before the cut are kept. */
function parsed(content: string): unknown {
  const whole = content.lastIndexOf('},{');
  for (const text of [content, `${content.slice(0, whole)}}]}`]) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // the next form, and then the plain text
    }
  }
  return content;
}

/** Reads a request. The role is taken from system messages alone: no document can change it. */
export function readTranscript({ messages, tools = [], toolChoice }: ModelRequest): Transcript {
  const system = messages
    .flatMap((message) => (message.role === 'system' ? [message.content] : []))
    .join('\n');
  const users = messages.flatMap((message, i) => (message.role === 'user' ? [i] : []));
  const last = users.at(-1) ?? -1;
  const calls = new Map(
    messages
      .slice(last + 1)
      .flatMap((message) =>
        message.role === 'assistant' ? (message.toolCalls ?? []).map((call) => [call.id, call] as const) : [],
      ),
  );
  const done = messages.slice(last + 1).flatMap((message): Done[] => {
    if (message.role !== 'tool') return [];
    const input = calls.get(message.toolCallId)?.input ?? {};
    return [
      { name: message.toolName, input, value: parsed(message.content), failed: message.isError === true },
    ];
  });
  return {
    role: /^Role:\s*([a-z_]+)/im.exec(system)?.[1]?.toLowerCase() ?? 'chat',
    brief: parseBrief(textOf(messages[last])),
    previous: textOf(messages[users.at(-2) ?? -1]),
    tools: new Map(toolChoice === 'none' ? [] : tools.map((tool) => [tool.name, tool])),
    done,
  };
}

export const doneOf = (transcript: Transcript, name: string): Done[] =>
  transcript.done.filter((done) => done.name === name);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first array of objects in a tool's answer: `{ files: [...] }`, `{ items: [...] }` or the array itself. */
export function rowsIn(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value)
    ? value
    : isObject(value)
      ? Object.values(value).find(Array.isArray)
      : undefined;
  return ((list ?? []) as unknown[]).filter(isObject);
}

/** What a tool's schema says of one argument. */
export function argumentOf(transcript: Transcript, tool: string, name: string): Record<string, unknown> {
  const properties = transcript.tools.get(tool)?.inputSchema.properties;
  const found = isObject(properties) ? properties[name] : undefined;
  return isObject(found) ? found : {};
}

/** The largest value a tool takes for an argument, at most `wanted`. */
export function atMost(transcript: Transcript, tool: string, name: string, wanted: number): number {
  const { maximum } = argumentOf(transcript, tool, name);
  return typeof maximum === 'number' ? Math.min(maximum, wanted) : wanted;
}
