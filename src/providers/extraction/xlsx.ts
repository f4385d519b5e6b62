import { AppError } from '../../kernel/errors.ts';
import { unpackArchive } from './archive.ts';

/** Elements of a name with their attributes and what is inside; Office writes some with a prefix. */
function* elements(xml: string, name: string): Generator<{ attributes: string; inside: string }> {
  const pattern = new RegExp(`<((?:\\w+:)?${name})(?=[\\s/>])([^>]*?)(?:/>|>([\\s\\S]*?)</\\1>)`, 'g');
  for (const [, , attributes = '', inside = ''] of xml.matchAll(pattern)) yield { attributes, inside };
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (xml: string): string =>
  xml.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name = '') => {
      if (hex === undefined && decimal === undefined) return entities[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );

const attribute = (attributes: string, name: string): string =>
  plain(new RegExp(`(?:^|\\s)${name}\\s*=\\s*"([^"]*)"`).exec(attributes)?.[1] ?? '');

/** The runs of a text in one; how it is read aloud (`rPh`) is no part of it. */
const textOf = (xml: string): string =>
  [...elements(xml.replace(/<((?:\w+:)?rPh)\b[\s\S]*?<\/\1>/g, ''), 't')]
    .map(({ inside }) => plain(inside))
    .join('');

/** For each style of cells whether it shows a number as a date: the built-in formats, and those with parts of dates. */
function dateStyles(xml: string): boolean[] {
  const own = new Map(
    [...elements(xml, 'numFmt')].map(({ attributes }) => [
      attribute(attributes, 'numFmtId'),
      attribute(attributes, 'formatCode').replaceAll(/"[^"]*"|\[[^\]]*\]|\\./g, ''),
    ]),
  );
  const styles = [...elements(xml, 'cellXfs')][0]?.inside ?? '';
  return [...elements(styles, 'xf')].map(({ attributes }) => {
    const format = attribute(attributes, 'numFmtId');
    const id = Number(format);
    return (id >= 14 && id <= 22) || (id >= 45 && id <= 47) || /[ymdhs]/i.test(own.get(format) ?? '');
  });
}

/** Days since 1899-12-30, as spreadsheets count them. */
function dateOf(serial: number): string {
  const date = new Date(Math.round((serial - 25_569) * 86_400) * 1_000);
  if (Number.isNaN(date.getTime())) return String(serial);
  const [day = '', time = ''] = date
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .split('T');
  if (serial < 1) return time;
  return time === '00:00:00' ? day : `${day} ${time}`;
}

/** A=0, B=1, …, Z=25, AA=26. */
const columnOf = (reference: string): number =>
  [...(/^[A-Z]{1,3}/.exec(reference)?.[0] ?? '')].reduce(
    (sum, letter) => sum * 26 + letter.charCodeAt(0) - 64,
    0,
  ) - 1;

interface Book {
  strings: string[];
  dates: boolean[];
}

function textOfCell(
  { attributes, inside }: { attributes: string; inside: string },
  { strings, dates }: Book,
): string {
  const type = attribute(attributes, 't');
  if (type === 'inlineStr') return textOf(inside);
  const value = plain([...elements(inside, 'v')][0]?.inside ?? '');
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  const isDate = type === '' && value !== '' && dates[Number(attribute(attributes, 's') || 0)];
  return isDate ? dateOf(Number(value)) : value;
}

function tableOf(sheet: string, book: Book): string {
  const rows = [...elements(sheet, 'row')].flatMap(({ inside }) => {
    const cells: string[] = [];
    for (const cell of elements(inside, 'c')) {
      const column = columnOf(attribute(cell.attributes, 'r'));
      const text = textOfCell(cell, book).replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
      if (text !== '') cells[column < 0 ? cells.length : column] = text;
    }
    return cells.length === 0 ? [] : [cells];
  });
  if (rows.length === 0) return '';
  const width = rows.reduce((most, cells) => Math.max(most, cells.length), 0);
  const lines = rows.map(
    (cells) => `| ${Array.from({ length: width }, (_, i) => cells[i] ?? '').join(' | ')} |`,
  );
  return [lines[0], `|${' --- |'.repeat(width)}`, ...lines.slice(1)].join('\n');
}

/** Excel workbooks as Markdown: a heading and a table for each sheet, values as they were last calculated. */
export function xlsxToMarkdown(bytes: Uint8Array, unpackedBytes: number): string {
  const parts = unpackArchive(bytes, unpackedBytes, (name) => /^xl\/.*\.(?:xml|rels)$/.test(name));
  const workbook = parts.get('xl/workbook.xml');
  if (workbook === undefined)
    throw new AppError('unprocessable', 'The workbook is damaged and cannot be read.', {
      fix: 'Open it in a spreadsheet program, save it again and upload the new copy.',
    });
  const targets = new Map(
    [...elements(parts.get('xl/_rels/workbook.xml.rels') ?? '', 'Relationship')].map(({ attributes }) => [
      attribute(attributes, 'Id'),
      attribute(attributes, 'Target').replace(/^\/xl\//, ''),
    ]),
  );
  const book = {
    strings: [...elements(parts.get('xl/sharedStrings.xml') ?? '', 'si')].map(({ inside }) => textOf(inside)),
    dates: dateStyles(parts.get('xl/styles.xml') ?? ''),
  };
  return [...elements(workbook, 'sheet')]
    .flatMap(({ attributes }) => {
      const sheet = parts.get(`xl/${targets.get(attribute(attributes, '(?:\\w+:)?id'))}`) ?? '';
      const table = tableOf(sheet, book);
      return table === '' ? [] : [`## ${attribute(attributes, 'name')}\n\n${table}`];
    })
    .join('\n\n');
}
