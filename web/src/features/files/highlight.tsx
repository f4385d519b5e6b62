import { Fragment } from 'react';

const escapePattern = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Marks the words of a query in a text, from where the first of them stands. Words of one or two letters are skipped. */
export function Highlight({ text, query }: { text: string; query: string }) {
  const words = query.split(/[^\p{L}\p{N}_]+/u).filter((word) => word.length > 2);
  if (words.length === 0) return text;
  const pattern = new RegExp(`(${words.map(escapePattern).join('|')})`, 'giu');
  const first = text.search(pattern);
  const from = first > 120 ? text.indexOf(' ', first - 80) + 1 : 0;
  let at = from;
  // Splitting by a pattern with one group gives plain and matched parts in turn.
  return (
    <>
      {from > 0 && '… '}
      {text
        .slice(from)
        .split(pattern)
        .map((part, index) => {
          const key = at;
          at += part.length + 1;
          return index % 2 === 1 ? <mark key={key}>{part}</mark> : <Fragment key={key}>{part}</Fragment>;
        })}
    </>
  );
}
