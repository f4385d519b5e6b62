import {
  type JSONSchema7,
  jsonSchema,
  Output,
  type ModelMessage as SdkMessage,
  type ToolChoice as SdkToolChoice,
  type ToolSet,
  tool,
} from 'ai';
import type { MessagePart, ModelMessage, ResponseFormat, ToolChoice, ToolSpec } from './port.ts';
import { reasoningOf, vendorOf } from './reasoning.ts';

function userPart(part: MessagePart) {
  switch (part.type) {
    case 'text':
      return { type: 'text' as const, text: part.text };
    case 'image':
      return { type: 'image' as const, image: part.data, mediaType: part.mediaType };
    case 'file':
      return { type: 'file' as const, data: part.data, mediaType: part.mediaType, filename: part.name };
  }
}

/** The port's messages in the SDK's form; results of one turn's tools become one message. */
export function toSdkMessages(messages: ModelMessage[]): SdkMessage[] {
  const out: SdkMessage[] = [];
  for (const message of messages) {
    if (message.role === 'system') out.push({ role: 'system', content: message.content });
    else if (message.role === 'user') {
      const { content } = message;
      out.push({ role: 'user', content: typeof content === 'string' ? content : content.map(userPart) });
    } else if (message.role === 'assistant') {
      const calls = message.toolCalls ?? [];
      out.push({
        role: 'assistant',
        content: [
          ...reasoningOf(calls[0]).map(({ text, metadata }) => ({
            type: 'reasoning' as const,
            text,
            providerOptions: metadata,
          })),
          ...(message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]),
          ...calls.map((call) => ({
            type: 'tool-call' as const,
            toolCallId: call.id,
            toolName: call.name,
            input: call.input,
            providerOptions: vendorOf(call),
          })),
        ],
      });
    } else {
      const result = {
        type: 'tool-result' as const,
        toolCallId: message.toolCallId,
        toolName: message.toolName,
        output: {
          type: message.isError ? ('error-text' as const) : ('text' as const),
          value: message.content,
        },
      };
      const last = out.at(-1);
      if (last?.role === 'tool') last.content.push(result);
      else out.push({ role: 'tool', content: [result] });
    }
  }
  return out;
}

/** Tools without an `execute`: the caller runs them. */
export function toSdkTools(specs: ToolSpec[] | undefined): ToolSet | undefined {
  if (specs === undefined || specs.length === 0) return undefined;
  return Object.fromEntries(
    specs.map(({ name, description, inputSchema, strict }) => [
      name,
      tool({ description, strict, inputSchema: jsonSchema(inputSchema) }),
    ]),
  );
}

/** The SDK's own object output holds text back until it parses; this one asks for JSON and lets every piece through. */
export const toSdkOutput = (format: ResponseFormat | undefined): ReturnType<typeof Output.text> | undefined =>
  format && {
    ...Output.text(),
    responseFormat: Promise.resolve({
      type: 'json',
      schema: format.schema as JSONSchema7,
      name: format.name,
      description: format.description,
    }),
  };

export const toSdkToolChoice = (choice: ToolChoice | undefined): SdkToolChoice<ToolSet> | undefined =>
  typeof choice === 'object' ? { type: 'tool', toolName: choice.tool } : choice;
