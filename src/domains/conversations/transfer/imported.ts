/** A conversation of another product, in the words of this one. */
export interface ImportedConversation {
  external_id: string;
  title: string | null;
  created_at: Date;
  /** Parents stand before what follows them. */
  messages: ImportedMessage[];
  /** The message that was shown last. */
  leaf: string | null;
  problems: Problem[];
}

export interface ImportedMessage {
  external_id: string;
  /** Null: nothing stands before it. */
  parent: string | null;
  role: 'user' | 'assistant';
  content: string;
  created_at: Date;
  model: string | null;
  reasoning: string | null;
  attachments: ImportedAttachment[];
  steps: { tool_name: string; input: unknown; output: string }[];
}

export interface ImportedAttachment {
  name: string;
  /** Its text, where the export holds that. */
  text?: string;
  /** How its file in the archive begins or ends: each product names them in its own way. */
  entry?: string;
}

/** What could not be taken, and why. */
export interface Problem {
  kind: 'conversation' | 'message' | 'file';
  external_id: string;
  problem: string;
}

export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? clean(value) : null;
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A time as seconds since 1970 or as ISO text; now where there is none that can be read. */
export function dateOf(value: unknown, otherwise: Date): Date {
  const date = new Date(
    typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? value : Number.NaN,
  );
  const year = date.getUTCFullYear();
  return year >= 1990 && year < 2200 ? date : otherwise;
}

/** Text without what a database cannot keep: NUL and halves of characters. */
export const clean = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
