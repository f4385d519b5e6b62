import { isProbablyReaderable, Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

/** The little of a DOM node that is read here; the compiler has no DOM types on a server. */
interface DomNode {
  nodeType: number;
  nodeName: string;
  textContent: string | null;
  childNodes: Iterable<DomNode>;
}

const skipped = new Set([
  'SCRIPT',
  'STYLE',
  'NOSCRIPT',
  'TEMPLATE',
  'SVG',
  'IFRAME',
  'HEAD',
  'NAV',
  'FORM',
  'BUTTON',
  'SELECT',
]);
const blocks = new Set(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER HEADER HR MAIN P SECTION SUMMARY'.split(
    ' ',
  ),
);

/** Readability's article counts only when it holds at least this share of the page's text. */
const articleShare = 0.25;

/** Collects Markdown: blocks are parted by blank lines, list items and rows by one line break. */
class Writer {
  #out = '';
  #gap: '' | '\n' | '\n\n' = '';

  break(gap: '\n' | '\n\n'): void {
    if (this.#out !== '' && this.#gap !== '\n\n') this.#gap = gap;
  }

  text(text: string): void {
    if (text.trim() === '' && (this.#gap !== '' || this.#out === '' || /\s$/.test(this.#out))) return;
    const fresh = this.#gap !== '' || this.#out === '' || this.#out.endsWith('\n');
    this.#out += this.#gap + (fresh ? text.trimStart() : text);
    this.#gap = '';
  }

  toString(): string {
    return this.#out.replace(/[ \t]+\n/g, '\n').trim();
  }
}

const elements = (node: DomNode, name: string): DomNode[] =>
  [...node.childNodes].filter((child) => child.nodeName === name);
const flat = (node: DomNode): string => (node.textContent ?? '').replace(/\s+/g, ' ').trim();

function write(node: DomNode, out: Writer, depth: number): void {
  for (const child of node.childNodes) writeNode(child, out, depth);
}

function writeNode(node: DomNode, out: Writer, depth: number): void {
  const name = node.nodeName.toUpperCase();
  if (node.nodeType === 3) out.text((node.textContent ?? '').replace(/\s+/g, ' '));
  else if (node.nodeType !== 1 || skipped.has(name)) return;
  else if (/^H[1-6]$/.test(name)) block(out, `${'#'.repeat(Number(name[1]))} ${flat(node)}`);
  else if (name === 'BR') out.break('\n');
  else if (name === 'PRE') block(out, `\`\`\`\n${(node.textContent ?? '').trimEnd()}\n\`\`\``);
  else if (name === 'UL' || name === 'OL') writeList(node, out, depth, name === 'OL');
  else if (name === 'TABLE') writeTable(node, out);
  else if (blocks.has(name)) {
    out.break('\n\n');
    write(node, out, depth);
    out.break('\n\n');
  } else write(node, out, depth);
}

function block(out: Writer, text: string): void {
  out.break('\n\n');
  out.text(text);
  out.break('\n\n');
}

function writeList(list: DomNode, out: Writer, depth: number, ordered: boolean): void {
  out.break(depth === 0 ? '\n\n' : '\n');
  for (const [i, item] of elements(list, 'LI').entries()) {
    const inner = new Writer();
    write(item, inner, depth + 1);
    const [first = '', ...rest] = inner.toString().split(/\n+/);
    const indent = '  ';
    out.break('\n');
    out.text([`${ordered ? `${i + 1}.` : '-'} ${first}`, ...rest.map((line) => indent + line)].join('\n'));
  }
  out.break(depth === 0 ? '\n\n' : '\n');
}

function rowsOf(table: DomNode): DomNode[] {
  return [...table.childNodes].flatMap((child) =>
    child.nodeName === 'TR'
      ? [child]
      : ['THEAD', 'TBODY', 'TFOOT'].includes(child.nodeName)
        ? rowsOf(child)
        : [],
  );
}

function writeTable(table: DomNode, out: Writer): void {
  const rows = rowsOf(table).map((row) =>
    [...row.childNodes]
      .filter(({ nodeName }) => nodeName === 'TD' || nodeName === 'TH')
      .map((cell) => flat(cell).replace(/\|/g, '\\|')),
  );
  const lines = rows.filter((cells) => cells.length > 0).map((cells) => `| ${cells.join(' | ')} |`);
  const width = rows[0]?.length ?? 0;
  if (lines.length > 1) lines.splice(1, 0, `|${' --- |'.repeat(width)}`);
  if (lines.length > 0) block(out, lines.join('\n'));
}

/** Markdown of an HTML fragment or page, scripts and styles left out. */
export function htmlToMarkdown(html: string): string {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  const out = new Writer();
  write(document.body as unknown as DomNode, out, 0);
  return out.toString();
}

/** The article of a page where it has one, else the whole body, as Markdown. */
export function pageToMarkdown(html: string): { text: string; title?: string } {
  const { document } = parseHTML(html);
  const title = flat((document.querySelector('title') ?? { textContent: '' }) as unknown as DomNode);
  const body = new Writer();
  write((document.body ?? document) as unknown as DomNode, body, 0);
  const whole = body.toString();
  const page = document as unknown as ConstructorParameters<typeof Readability>[0];
  const article = isProbablyReaderable(page) ? new Readability(page).parse() : null;
  const read = article?.content ? htmlToMarkdown(article.content) : '';
  const text = read !== '' && read.length >= whole.length * articleShare ? read : whole;
  return { text, ...(title === '' ? {} : { title }) };
}
