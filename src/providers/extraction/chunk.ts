import { type Block, parseBlocks } from './blocks.ts';
import type { Chunk, ChunkOptions } from './port.ts';
import { type Span, sentencesOf } from './sentences.ts';

/** A list item or a table row is kept whole up to this many times the size; beyond it, it is no such thing. */
const wholeFactor = 8;

interface Piece extends Span {
  headings: string[];
  isHeading: boolean;
  /** A line like `Tables:` that belongs to what follows it. */
  isLabel: boolean;
}

function splitLong(text: string, block: Block, size: number): Span[] {
  const whole = block.kind === 'item' || block.kind === 'row' ? size * wholeFactor : size * 1.5;
  if (block.end - block.start <= whole) return [block];
  const units = block.kind === 'code' ? lineSpans(text, block) : sentencesOf(text, block.start, block.end);
  const spans: Span[] = [];
  for (const unit of units) {
    const last = spans.at(-1);
    if (last !== undefined && unit.end - last.start <= size) last.end = unit.end;
    else spans.push({ ...unit });
  }
  return spans.flatMap((span) => hardSplit(text, span, size * 1.5));
}

function lineSpans(text: string, { start, end }: Span): Span[] {
  const spans: Span[] = [];
  for (let from = start; from < end; ) {
    const newline = text.indexOf('\n', from);
    const to = newline === -1 || newline >= end ? end : newline;
    spans.push({ start: from, end: to });
    from = to + 1;
  }
  return spans;
}

/** Last resort for text without sentences or lines: at a space where there is one, never inside a surrogate pair. */
function hardSplit(text: string, span: Span, limit: number): Span[] {
  const spans: Span[] = [];
  let start = span.start;
  while (span.end - start > limit) {
    const space = text.lastIndexOf(' ', start + limit);
    let end = space > start + limit / 2 ? space : start + Math.floor(limit);
    if (/[\uDC00-\uDFFF]/.test(text[end] ?? '')) end -= 1;
    spans.push({ start, end });
    start = end;
  }
  spans.push({ start, end: span.end });
  return spans;
}

function piecesOf(text: string, options: ChunkOptions, size: number): Piece[] {
  const path: { level: number; title: string }[] = [];
  return parseBlocks(text, options.mimeType).flatMap((block) => {
    if (block.kind === 'heading') {
      while ((path.at(-1)?.level ?? 0) >= block.level) path.pop();
      path.push({ level: block.level, title: block.title });
    }
    const headings = path.map(({ title }) => title);
    const isHeading = block.kind === 'heading';
    const isLabel = block.kind === 'paragraph' && /:\s*[*_]*\s*$/.test(text.slice(block.start, block.end));
    return splitLong(text, block, size).map((span) => ({ ...span, headings, isHeading, isLabel }));
  });
}

/**
 * Cuts a text into passages of about `size` characters along its structure: a passage never crosses into another
 * section, never splits a list item or a table row, and carries the headings it stands under. A heading goes with
 * the text after it, a label line with its list.
 */
export function chunkText(text: string, options: ChunkOptions): Chunk[] {
  const size = options.size ?? 1200;
  const overlap = options.overlap ?? 0;
  const pieces = piecesOf(text, options, size);
  const groups: Piece[][] = [];
  let group: Piece[] = [];
  const sameSection = (a: Piece, b: Piece): boolean => a.headings.join('\n') === b.headings.join('\n');
  const close = (): void => {
    const carried: Piece[] = [];
    while (group.length > 0 && (group.at(-1)?.isHeading || group.at(-1)?.isLabel)) {
      carried.unshift(group.pop() as Piece);
    }
    if (group.length > 0) groups.push(group);
    group = carried;
  };
  for (const piece of pieces) {
    const body = group.filter((member) => !member.isHeading).at(-1);
    const first = group[0];
    if (body !== undefined && (piece.isHeading || !sameSection(body, piece))) close();
    else if (body !== undefined && first !== undefined && piece.end - first.start > size) {
      const tail: Piece[] = [];
      for (let i = group.length - 1; i > 0; i -= 1) {
        const member = group[i] as Piece;
        if (member.isHeading || body.end - member.start > overlap) break;
        tail.unshift(member);
      }
      close();
      if (group.length === 0) group = tail;
    }
    group.push(piece);
  }
  if (group.some((piece) => !piece.isHeading) || groups.length === 0) {
    if (group.length > 0) groups.push(group);
  } else groups.at(-1)?.push(...group);
  return groups.map((members, ordinal) => toChunk(text, members, ordinal, options));
}

function toChunk(text: string, members: Piece[], ordinal: number, options: ChunkOptions): Chunk {
  const charStart = members[0]?.start ?? 0;
  const charEnd = members.at(-1)?.end ?? 0;
  const body = members.find((member) => !member.isHeading) ?? members[0];
  const page = options.pages?.find((range) => body !== undefined && body.start < range.end)?.page ?? null;
  const content = text.slice(charStart, charEnd);
  return { ordinal, headingPath: body?.headings ?? [], page, charStart, charEnd, content };
}
