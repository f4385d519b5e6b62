import type { z } from 'zod';
import type { MessageRow } from './queries.ts';
import type { message, messageCitation } from './shapes/contract.ts';

type Citation = z.output<typeof messageCitation>;

/** A row as the contract shows it. */
export function toMessage(row: MessageRow): z.input<typeof message> {
  const { metadata, ...rest } = row;
  const {
    citations = [],
    memory_ids = [],
    parameters = {},
    show_thinking = true,
    is_error = false,
  } = metadata as {
    citations?: Citation[];
    memory_ids?: string[];
    parameters?: Record<string, unknown>;
    show_thinking?: boolean;
    is_error?: boolean;
  };
  const reasoning = show_thinking ? rest.reasoning : null;
  return { ...rest, reasoning, citations, memory_ids, parameters, is_error };
}
