import type {
  JSONSchema7,
  LanguageModelV3CallOptions,
  LanguageModelV3FunctionTool,
  LanguageModelV3Prompt,
  LanguageModelV3ToolChoice,
} from '@ai-sdk/provider';
import type { MessagePart, ModelMessage, ResponseFormat, ToolChoice, ToolSpec } from './port.ts';
import { reasoningOf, vendorOf } from './reasoning.ts';

function userPart(part: MessagePart) {
  switch (part.type) {
    case 'text':
      return { type: 'text' as const, text: part.text };
    case 'image':
      return { type: 'file' as const, data: part.data, mediaType: part.mediaType };
    case 'file':
      return {
        type: 'file' as const,
        data: part.data,
        mediaType: part.mediaType,
        ...(part.name === undefined ? {} : { filename: part.name }),
      };
  }
}

/** What a person said and what is given with it. */
function userParts({ content, context }: Extract<ModelMessage, { role: 'user' }>): MessagePart[] {
  // One text where there is nothing but text: not every model takes a list of parts.
  if (typeof content === 'string')
    return [{ type: 'text', text: context === undefined ? content : `${content}\n\n${context}` }];
  return context === undefined ? content : [...content, { type: 'text', text: context }];
}

const optionsOf = <T>(providerOptions: T | undefined) =>
  providerOptions === undefined ? {} : { providerOptions };

/** Tells a vendor to keep the prompt up to the message it stands at. */
export type KeepMark = NonNullable<LanguageModelV3Prompt[number]['providerOptions']>;

/**
 * Marks what later calls begin with: the instructions, the conversation before the last question, which comes again
 * without what was given with it, and all of it, for the next call of the same answer.
 */
export function markKept(prompt: LanguageModelV3Prompt, mark: KeepMark): LanguageModelV3Prompt {
  const question = prompt.findLastIndex(({ role }) => role === 'user');
  const kept = new Set([
    prompt.findLastIndex(({ role }) => role === 'system'),
    question - 1,
    prompt.length - 1,
  ]);
  return prompt.map((message, index) => (kept.has(index) ? { ...message, providerOptions: mark } : message));
}

/** The port's messages in the SDK's form; results of one turn's tools become one message. */
export function toSdkPrompt(messages: ModelMessage[]): LanguageModelV3Prompt {
  const out: LanguageModelV3Prompt = [];
  for (const message of messages) {
    if (message.role === 'system') out.push({ role: 'system', content: message.content });
    else if (message.role === 'user') {
      out.push({ role: 'user', content: userParts(message).map(userPart) });
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
            ...optionsOf(vendorOf(call)),
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

/** Tools, and which of them is to be called; nothing where there are none. */
export function toSdkTools(
  specs: ToolSpec[] | undefined,
  choice: ToolChoice | undefined,
): Pick<LanguageModelV3CallOptions, 'tools' | 'toolChoice'> {
  if (specs === undefined || specs.length === 0) return {};
  return {
    tools: specs.map(
      ({ name, description, inputSchema, strict }): LanguageModelV3FunctionTool => ({
        type: 'function',
        name,
        description,
        inputSchema: inputSchema as JSONSchema7,
        ...(strict === undefined ? {} : { strict }),
      }),
    ),
    toolChoice: toSdkToolChoice(choice),
  };
}

const toSdkToolChoice = (choice: ToolChoice = 'auto'): LanguageModelV3ToolChoice =>
  typeof choice === 'object' ? { type: 'tool', toolName: choice.tool } : { type: choice };

export const toSdkFormat = (
  format: ResponseFormat | undefined,
): Pick<LanguageModelV3CallOptions, 'responseFormat'> =>
  format === undefined
    ? {}
    : {
        responseFormat: {
          type: 'json',
          ...(format.schema === undefined ? {} : { schema: format.schema as JSONSchema7 }),
          ...(format.name === undefined ? {} : { name: format.name }),
          ...(format.description === undefined ? {} : { description: format.description }),
        },
      };
