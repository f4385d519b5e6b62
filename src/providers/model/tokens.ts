import { createRequire } from 'node:module';
import type * as O200k from 'gpt-tokenizer/encoding/o200k_base';
import type { MessagePart, ModelMessage } from './port.ts';

/** Text longer than this is estimated from its beginning: exact counting is for prompts, not for books. */
const exactLength = 200_000;
/**
 * Counting takes time with the square of a run without spaces (200,000 letters in one run: measured 19 s), so text
 * is counted in pieces of at most this many characters; each cut may add one token.
 */
const pieceLength = 400;

/** Pieces whose count is kept: instructions and tools come again with each call. At 400 characters some 4 MB. */
const mostCounted = 5_000;
const counted = new Map<string, number>();

let encoding: typeof O200k | undefined;

/** Loads the table of the encoding, half a second of work: a server does it while its database opens. */
export function loadTokenizer(): void {
  o200k();
}

function o200k(): typeof O200k {
  encoding ??= createRequire(import.meta.url)('gpt-tokenizer/encoding/o200k_base') as typeof O200k;
  return encoding;
}

/**
 * Tokens of a text by the o200k encoding of OpenAI's models; other vendors' counts differ by some tens of percent,
 * so it serves estimates and reservations. What was really used is what the vendor reports.
 */
export function estimateTokens(text: string): number {
  const end = Math.min(text.length, exactLength);
  let count = 0;
  for (let start = 0; start < end; ) {
    const space = start + pieceLength < end ? text.lastIndexOf(' ', start + pieceLength) : end;
    const stop = space > start ? space : Math.min(start + pieceLength, end);
    count += countPiece(text.slice(start, stop));
    start = stop;
  }
  return end === text.length ? count : Math.ceil((count * text.length) / end);
}

function countPiece(piece: string): number {
  let count = counted.get(piece);
  if (count === undefined) {
    count = o200k().countTokens(piece, { allowedSpecial: 'all' });
    if (counted.size >= mostCounted) counted.clear();
    counted.set(piece, count);
  }
  return count;
}

/**
 * The text of tokens in the cl100k encoding, in which clients cut texts for OpenAI's embedding models. Undefined for
 * numbers that are no tokens of it.
 */
export function textOfTokens(tokens: number[]): string | undefined {
  const { decode, vocabularySize } = createRequire(import.meta.url)(
    'gpt-tokenizer/encoding/cl100k_base',
  ) as typeof O200k;
  return tokens.every((token) => token < vocabularySize) ? decode(tokens) : undefined;
}

/** Tokens of a picture at the size vendors scale it to, and of a document for each byte: a page of text is about 50 KB. */
const imageTokens = 1_600;
const documentTokensPerByte = 1 / 25;
const maxDocumentTokens = 200_000;

/** The same for messages, whose pictures and documents cost by what they show and not by their encoding. */
export function estimateMessageTokens(messages: ModelMessage[]): number {
  let media = 0;
  const text = JSON.stringify(messages, (_key, value: unknown) => {
    if (!isMedia(value)) return value;
    media +=
      value.type === 'image'
        ? imageTokens
        : Math.min(maxDocumentTokens, Math.ceil(((value.data.length * 3) / 4) * documentTokensPerByte));
    return { ...value, data: '' };
  });
  return media + estimateTokens(text);
}

const isMedia = (value: unknown): value is Exclude<MessagePart, { type: 'text' }> =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  (value.type === 'image' || value.type === 'file') &&
  'data' in value &&
  typeof value.data === 'string' &&
  value.data !== '';
