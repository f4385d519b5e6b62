/** A piece of a text by offsets, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

const abbreviation =
  /(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|approx|inc|ltd|co|corp|no|nos|art|sec|fig|vol|pp|ed|al|cf|e\.g|i\.e|u\.s|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)|\b\p{Lu})\.$/iu;

/** Sentences of `text` from `start` to `end`: cut after `.`, `!`, `?` (and `。`) before a space, not after abbreviations or initials. */
export function sentencesOf(text: string, start = 0, end = text.length): Span[] {
  const spans: Span[] = [];
  let from = start;
  const push = (to: number): void => {
    let a = from;
    let b = to;
    while (a < b && /\s/.test(text[a] ?? '')) a += 1;
    while (b > a && /\s/.test(text[b - 1] ?? '')) b -= 1;
    if (b > a) spans.push({ start: a, end: b });
    from = to;
  };
  const pattern = /[.!?]["'”’)\]]*(?=\s)|[。！？]/g;
  pattern.lastIndex = start;
  for (let match = pattern.exec(text); match !== null && match.index < end; match = pattern.exec(text)) {
    const stop = match.index + match[0].length;
    const before = text.slice(Math.max(from, stop - 14), stop);
    const after = /\S/.exec(text.slice(stop, stop + 40))?.[0] ?? '';
    if (match[0].startsWith('.') && (abbreviation.test(before) || /\p{Ll}/u.test(after))) continue;
    push(Math.min(stop, end));
  }
  push(end);
  return spans;
}
