import { type Block, parseBlocks } from '../../extraction/blocks.ts';
import { sentencesOf } from '../../extraction/sentences.ts';
import type { Evidence, SourceFile, Stretch } from './corpus.ts';
import { boxesOf } from './diagram.ts';

export type UnitKind = 'item' | 'row' | 'box' | 'column' | 'definition' | 'pair' | 'sentence';

/** The smallest thing that can be quoted: a list item, a table row, a cell of a drawn box, a sentence. */
export interface Unit extends Evidence {
  kind: UnitKind;
  /** The text without markup, for matching. */
  text: string;
  /** What the list, table or definition says its members are (`Tables`, `Action items`, a column header). */
  label: string;
  /** Names the unit is about: the leading code span, the first cell, the box's title. */
  names: string[];
  cells: { header: string; value: string }[];
  /** The list item it is nested under. */
  parent: string;
}

const clean = (text: string): string =>
  text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|(?<![\p{L}\d])__?|__?(?![\p{L}\d])/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Code spans and bold text that open an item, or its words before a dash or colon. */
function namesOf(markdown: string): string[] {
  const body = markdown.replace(/^\s*(?:[-*+•–]|\(?\w{1,3}[.)]|\d+(?:\.\d+)+\.?)\s+(?:\[[ xX]\]\s+)?/, '');
  const spans = /^(?:`[^`]+`(?:\s*(?:,|and|or|\/)\s*)?)+/.exec(body)?.[0];
  if (spans !== undefined) return [...spans.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  const bold = /^(?:\*\*|__)(.+?)(?:\*\*|__)/.exec(body)?.[1];
  if (bold !== undefined) return [clean(bold).replace(/:$/, '')];
  const head = /^([^:.!?]{2,60}?)(?:\s+[-–—]\s|:\s|$)/.exec(clean(body))?.[1];
  return head === undefined ? [] : [head];
}

export const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map(clean);

const labelPattern = /^\s*(?:\*\*|__)?([^\n*:.!?]{2,60}?):?(?:\*\*|__)?:?\s*$/;

/** The label that a line is, `**Tables:**` or `Action items:`; null for anything longer or without a mark. */
function labelOf(line: string): string | null {
  if (!/:|^\s*(?:\*\*|__).*(?:\*\*|__)\s*$/.test(line)) return null;
  const label = labelPattern.exec(line)?.[1];
  return label === undefined ? null : clean(label);
}

const definitionPattern =
  /^\s*(?:export\s+|public\s+|async\s+|create\s+(?:or\s+replace\s+)?)*(table|view|function|procedure|class|interface|type|enum|struct|def|fn|func)\s+(?:if\s+not\s+exists\s+)?["'`]?([\w.]+)/i;

class UnitReader {
  readonly units: Unit[] = [];
  readonly #file: SourceFile;
  readonly #stretch: Stretch;
  readonly #path: { level: number; title: string }[];
  #label = '';
  #headers: string[] | null = null;
  #parents: { indent: number; text: string }[] = [];
  #previous: Block | null = null;

  constructor(file: SourceFile, stretch: Stretch) {
    this.#file = file;
    this.#stretch = stretch;
    this.#path = stretch.headings.map((title, i) => ({ level: i + 1, title }));
  }

  read(): Unit[] {
    const { text } = this.#stretch;
    const mimeType = /^#{1,6}\s+\S/m.test(text) ? 'text/markdown' : 'text/plain';
    for (const block of parseBlocks(text, mimeType)) {
      if (block.kind !== 'row') this.#headers = null;
      if (block.kind !== 'item') this.#parents = [];
      this.#readBlock(block);
      this.#previous = block;
    }
    return this.units;
  }

  #add(kind: UnitKind, start: number, end: number, more: Partial<Unit> = {}): Unit {
    const quote = this.#stretch.text.slice(start, end);
    const unit: Unit = {
      kind,
      file: this.#file,
      quote,
      start: this.#stretch.offset + start,
      headings: this.#path.map(({ title }) => title),
      text: clean(quote),
      label: this.#label,
      names: [],
      cells: [],
      parent: '',
      ...more,
    };
    this.units.push(unit);
    return unit;
  }

  #readBlock(block: Block): void {
    const source = this.#stretch.text.slice(block.start, block.end);
    switch (block.kind) {
      case 'heading':
        while ((this.#path.at(-1)?.level ?? 0) >= block.level) this.#path.pop();
        this.#path.push({ level: block.level, title: block.title });
        this.#label = '';
        break;
      case 'item':
        this.#readItem(block, source);
        break;
      case 'row':
        this.#readRow(block, source);
        break;
      case 'code':
        this.#readCode(block, source);
        break;
      case 'paragraph':
        this.#readParagraph(block, source);
    }
  }

  #readItem(block: Block & { kind: 'item' }, source: string): void {
    this.#parents = this.#parents.filter((parent) => parent.indent < block.indent);
    const parent = this.#parents.map(({ text }) => text).join(' ');
    const text = clean(source.replace(/^\s*\S+\s+/, ''));
    this.#parents.push({ indent: block.indent, text });
    const start = block.start + block.indent;
    this.#add('item', start, block.end, { text, names: namesOf(source), parent });
  }

  #readRow(block: Block, source: string): void {
    const cells = cellsOf(source);
    const previous = this.#previous;
    const continues = previous?.kind === 'row' && this.#headers !== null;
    if (!continues) {
      const below = this.#stretch.text.slice(block.end + 1, block.end + 400).split('\n')[0] ?? '';
      if (/^[\s|:-]+$/.test(below) && below.includes('-')) {
        this.#headers = cells;
        return;
      }
      this.#headers = [];
    }
    const headers = this.#headers ?? [];
    const pairs = cells.map((value, i) => ({ header: headers[i] ?? '', value }));
    const ordinal = /^\d+$/.test(pairs[0]?.value ?? '') ? 1 : 0;
    const label = [headers[ordinal] ?? '', this.#label].filter((part) => part !== '').join(' ');
    const name = pairs[ordinal]?.value ?? '';
    this.#add('row', block.start, block.end, { cells: pairs, names: name === '' ? [] : [name], label });
  }

  #readCode(block: Block, source: string): void {
    const boxes = boxesOf(source);
    for (const box of boxes) {
      const names = [box.title];
      this.#add('box', block.start + box.titleStart, block.start + box.titleEnd, { names, text: box.title });
      for (const row of box.rows) {
        this.#add('column', block.start + row.start, block.start + row.end, { names, text: row.text });
      }
    }
    if (boxes.length > 0) return;
    let label = '';
    let names: string[] = [];
    for (const match of source.matchAll(/[^\n]+/g)) {
      const start = block.start + match.index + (match[0].length - match[0].trimStart().length);
      const end = block.start + match.index + match[0].trimEnd().length;
      if (/^\s*(?:```|~~~)/.test(match[0])) continue;
      if (/^\s*[)}\]]+;?\s*$/.test(match[0])) {
        names = [];
        continue;
      }
      const definition = definitionPattern.exec(match[0]);
      if (definition !== null) {
        label = definition[1] ?? '';
        names = [definition[2] ?? ''];
        this.#add('definition', start, end, { label, names });
      } else this.#add('column', start, end, { names, label: '' });
    }
  }

  #readParagraph(block: Block, source: string): void {
    const label = labelOf(source);
    if (label !== null) {
      this.#label = label;
      return;
    }
    const [first = '', ...rest] = source.split('\n');
    const heading = rest.length > 0 ? labelOf(first) : null;
    this.#label = heading ?? '';
    const from = heading === null ? block.start : block.start + first.length + 1;
    const body = this.#stretch.text.slice(from, block.end);
    const codes = [...body.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
    if (codes.length > 1 && body.replace(/`[^`\n]+`/g, '').replace(/[\s,;|/]|and|or/g, '') === '') {
      this.#add('item', from, block.end, { names: codes });
      return;
    }
    const lines = body.split('\n');
    const pairs = lines.filter((line) => /^\s*(?:\*\*|__)?[^:*_.]{2,40}:(?:\*\*|__)?\s+\S/.test(line));
    if (pairs.length === lines.length || (lines.length > 1 && pairs.length >= lines.length / 2)) {
      let at = from;
      for (const line of lines) {
        const name = /^\s*(?:\*\*|__)?([^:*_]{2,40}):/.exec(line)?.[1];
        const [a, b] = [at + (line.length - line.trimStart().length), at + line.trimEnd().length];
        this.#add(name === undefined ? 'sentence' : 'pair', a, b, {
          names: name === undefined ? [] : [name],
        });
        at += line.length + 1;
      }
      return;
    }
    for (const span of sentencesOf(this.#stretch.text, from, block.end))
      this.#add('sentence', span.start, span.end);
  }
}

/** Everything in a file that can be quoted, in order. */
export const unitsOf = (file: SourceFile): Unit[] =>
  file.stretches.flatMap((stretch) => new UnitReader(file, stretch).read());
