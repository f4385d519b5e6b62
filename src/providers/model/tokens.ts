import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** Text longer than this is estimated from its beginning: exact counting is for prompts, not for books. */
const exactLength = 200_000;

/**
 * Tokens of a text by the o200k encoding of OpenAI's models; other vendors' counts differ by some tens of percent,
 * so it serves estimates and reservations. What was really used is what the vendor reports.
 */
export function estimateTokens(text: string): number {
  const head = text.slice(0, exactLength);
  const count = countTokens(head, { allowedSpecial: 'all' });
  return text.length <= exactLength ? count : Math.ceil((count * text.length) / exactLength);
}
