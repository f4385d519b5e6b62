import type { PageRange } from './port.ts';
import { tidy } from './tidy.ts';

/** One text of many pages, and the place of each in it. */
export function joinPages(texts: string[]): { text: string; pages: PageRange[] } {
  const pages: PageRange[] = [];
  let text = '';
  for (const [i, raw] of texts.entries()) {
    const page = tidy(raw);
    if (text !== '' && page !== '') text += '\n\n';
    pages.push({ page: i + 1, start: text.length, end: text.length + page.length });
    text += page;
  }
  return { text, pages };
}
