import { docxType, pptxType, xlsxType } from './mime.ts';

/**
 * The block structure of a text with exact offsets: what chunking packs and what the built-in model reads.
 * A line scanner rather than a Markdown parser, because offsets must be exact, any text must pass, and what matters is
 * only where a heading, a list item, a table row, a code block or a paragraph begins and ends.
 */
export type Block = {
  /** Offset of the first character. */
  start: number;
  /** Offset after the last character, without the line break. */
  end: number;
} & (
  | { kind: 'heading'; level: number; title: string }
  | { kind: 'item'; indent: number; marker: string }
  | { kind: 'row' }
  | { kind: 'code'; fence: string }
  | { kind: 'paragraph' }
);

interface Line {
  start: number;
  end: number;
  text: string;
}

const itemPattern = /^(\s*)([-*+•–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s+\S/;
const fencePattern = /^\s{0,3}(`{3,}|~{3,})/;
const rulePattern = /^\s{0,3}([-*_=])(?:\s*\1){2,}\s*$/;

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline;
    const end = next > start && text[next - 1] === '\r' ? next - 1 : next;
    lines.push({ start, end, text: text.slice(start, end) });
    start = next + 1;
  }
  return lines;
}

/** Formats whose `#` lines are headings; the extraction of HTML, DOCX, XLSX and PPTX writes Markdown. */
const markdownTypes = new Set(['text/markdown', 'text/html', docxType, xlsxType, pptxType]);

const blank = (line: Line | undefined): boolean => line === undefined || line.text.trim() === '';

/** Without closing hashes and without emphasis marks, which stand at word edges only (`a_b` stays). */
const plainTitle = (title: string): string =>
  title
    .replace(/\s+#+\s*$/, '')
    .replace(/`|\*+|(?<![\p{L}\d])_+|_+(?![\p{L}\d])/gu, '')
    .trim();

/**
 * A heading of unmarked text: alone before its text, short, and either numbered (`3.1 Term`, `Article 5 – Term`)
 * or in capitals. Adjacent numbered lines are a list instead.
 */
function plainHeading(lines: Line[], at: number): { level: number; title: string } | null {
  const line = lines[at];
  if (line === undefined || !blank(lines[at - 1])) return null;
  const text = line.text.trim();
  if (text.length < 3 || text.length > 80 || /[.;,:]$/.test(text)) return null;
  const next = lines[at + 1];
  if (
    next !== undefined &&
    itemPattern.test(next.text) &&
    /^\d/.test(text) &&
    !/^\d+\.\d/.test(next.text.trim())
  )
    return null;
  const numbered = /^(\d{1,3}(?:\.\d{1,3})*)[.)]?\s+\p{Lu}/u.exec(text);
  const named = /^(?:article|section|chapter|part|annex|appendix|schedule|exhibit)\s+[\dIVXLA-Z]+\b/i.test(
    text,
  );
  const capitals = /^[\p{Lu}\d][\p{Lu}\d\s&/'’(),.–-]+$/u.test(text) && /\p{Lu}{3}/u.test(text);
  if (numbered?.[1] !== undefined && text.split(/\s+/).length <= 10) {
    return { level: numbered[1].split('.').length, title: text };
  }
  return named || capitals ? { level: 1, title: text } : null;
}

/** Splits `text` into blocks in order; blank lines and rules belong to none. */
export function parseBlocks(text: string, mimeType: string): Block[] {
  const lines = linesOf(text);
  const markdown = markdownTypes.has(mimeType);
  const blocks: Block[] = [];
  let at = 0;
  /** Takes lines from `at` while `more` holds and gives the end offset of the last one. */
  const take = (more: (line: Line) => boolean): number => {
    let end = lines[at]?.end ?? text.length;
    at += 1;
    for (let line = lines[at]; line !== undefined && more(line); line = lines[at]) {
      end = line.end;
      at += 1;
    }
    return end;
  };
  const startsBlock = (line: Line): boolean =>
    line.text.trim() === '' ||
    itemPattern.test(line.text) ||
    fencePattern.test(line.text) ||
    /^\s*\|/.test(line.text) ||
    rulePattern.test(line.text) ||
    (markdown && /^#{1,6}\s/.test(line.text));

  for (let line = lines[at]; line !== undefined; line = lines[at]) {
    const { start } = line;
    const fence = fencePattern.exec(line.text)?.[1];
    const hash = markdown ? /^(#{1,6})\s+(.*)$/.exec(line.text) : null;
    const underline = lines[at + 1]?.text ?? '';
    if (line.text.trim() === '' || rulePattern.test(line.text)) {
      at += 1;
    } else if (fence !== undefined) {
      const open = line;
      let closed = false;
      const end = take((inner) => {
        if (closed) return false;
        closed = inner !== open && inner.text.trimStart().startsWith(fence) && inner.text.trim() === fence;
        return true;
      });
      blocks.push({ kind: 'code', fence, start, end });
    } else if (hash !== null) {
      at += 1;
      blocks.push({
        kind: 'heading',
        level: hash[1]?.length ?? 1,
        title: plainTitle(hash[2] ?? ''),
        start,
        end: line.end,
      });
    } else if (
      /^(={3,}|-{3,})\s*$/.test(underline) &&
      !itemPattern.test(line.text) &&
      !line.text.includes('|') &&
      blank(lines[at - 1])
    ) {
      const end = lines[at + 1]?.end ?? line.end;
      at += 2;
      blocks.push({
        kind: 'heading',
        level: underline.startsWith('=') ? 1 : 2,
        title: plainTitle(line.text),
        start,
        end,
      });
    } else if (/^\s*\|/.test(line.text)) {
      at += 1;
      if (!/^[\s|:-]+$/.test(line.text)) blocks.push({ kind: 'row', start, end: line.end });
    } else {
      const heading = markdown ? null : plainHeading(lines, at);
      const item = itemPattern.exec(line.text);
      if (heading !== null) {
        at += 1;
        blocks.push({ kind: 'heading', ...heading, start, end: line.end });
      } else if (item !== null) {
        const indent = item[1]?.length ?? 0;
        blocks.push({
          kind: 'item',
          indent,
          marker: item[2] ?? '',
          start,
          end: take((more) => !startsBlock(more)),
        });
      } else {
        blocks.push({ kind: 'paragraph', start, end: take((more) => !startsBlock(more)) });
      }
    }
  }
  return blocks;
}
