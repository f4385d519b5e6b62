import type { SharedV3ProviderOptions } from '@ai-sdk/provider';
import type { ToolCall } from './port.ts';

/** Reasoning that Anthropic wants returned, signed, with the tool calls it led to. Kept with the first of them. */
export interface KeptReasoning {
  text: string;
  metadata: SharedV3ProviderOptions;
}
const reasoningKey = 'reasoning';

export const withReasoning = (call: ToolCall, kept: KeptReasoning[]): ToolCall =>
  kept.length === 0 ? call : { ...call, vendor: { ...call.vendor, [reasoningKey]: { parts: kept } } };

export function reasoningOf(call: ToolCall | undefined): KeptReasoning[] {
  const parts = call?.vendor?.[reasoningKey]?.parts;
  return Array.isArray(parts) ? (parts as KeptReasoning[]) : [];
}

export function vendorOf(call: ToolCall): SharedV3ProviderOptions | undefined {
  const { [reasoningKey]: _, ...rest } = call.vendor ?? {};
  return Object.keys(rest).length === 0 ? undefined : (rest as SharedV3ProviderOptions);
}
