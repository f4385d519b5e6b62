import { createRequire } from 'node:module';
import type PDFDocument from 'pdfkit';
import { type ExportedConversation, markdown, notesOf, said, speaker, timeOf } from './format.ts';

const require = createRequire(import.meta.url);
const font = (name: string): string => require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);
const fonts = {
  text: font('DejaVuSans'),
  bold: font('DejaVuSans-Bold'),
  italic: font('DejaVuSans-Oblique'),
  code: font('DejaVuSansMono'),
};
type Face = keyof typeof fonts;
type Doc = InstanceType<typeof PDFDocument>;

const size = 10;
const headings: Record<string, number> = { h1: 15, h2: 13, h3: 12 };
const indentStep = 16;

/** A conversation as a PDF with its text in it, in a font for Latin, Greek, Cyrillic, Hebrew, Arabic and symbols. */
export async function toPdf(conversation: ExportedConversation): Promise<Buffer> {
  // Loaded by the first export: a server starts without it.
  const { default: Pdf } = await import('pdfkit');
  const doc = new Pdf({
    size: 'A4',
    margin: 56,
    info: { Title: conversation.title, CreationDate: conversation.created_at },
  });
  for (const [name, path] of Object.entries(fonts)) doc.registerFont(name, path);
  const parts: Buffer[] = [];
  doc.on('data', (part: Buffer) => parts.push(part));
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('end', () => resolve(Buffer.concat(parts)));
    doc.on('error', reject);
  });
  write(doc, 'bold', 18, conversation.title);
  write(doc, 'italic', 9, `${timeOf(conversation.created_at)} UTC`);
  for (const message of said(conversation.messages)) {
    doc.moveDown(1);
    doc.fillColor('#444');
    write(doc, 'bold', 9, `${speaker(message)}, ${timeOf(message.created_at)} UTC`);
    doc.fillColor('#000');
    if (message.role === 'user') write(doc, 'text', size, message.content);
    else writeMarkdown(doc, message.content);
    doc.fillColor('#444');
    for (const note of notesOf(message)) write(doc, 'italic', 9, note);
    doc.fillColor('#000');
  }
  doc.end();
  return done;
}

function write(doc: Doc, face: Face, points: number, text: string, indent = 0): void {
  const x = doc.page.margins.left + indent;
  doc
    .font(face)
    .fontSize(points)
    .text(text, x, undefined, { width: doc.page.width - doc.page.margins.right - x, lineGap: 2 });
}

/** Headings, paragraphs, lists, quotations, code and tables, block by block; emphasis within a line is left plain. */
function writeMarkdown(doc: Doc, text: string): void {
  const lists: { next: number | null }[] = [];
  let heading: string | null = null;
  let bullet = '';
  let row: string[] | null = null;
  for (const token of markdown.parse(text, {})) {
    switch (token.type) {
      case 'heading_open':
        heading = token.tag;
        break;
      case 'bullet_list_open':
        lists.push({ next: null });
        break;
      case 'ordered_list_open':
        lists.push({ next: Number(token.attrGet('start') ?? 1) });
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists.pop();
        break;
      case 'list_item_open': {
        const list = lists.at(-1);
        bullet = list?.next == null ? '• ' : `${list.next++}. `;
        break;
      }
      case 'tr_open':
        row = [];
        break;
      case 'tr_close':
        write(doc, 'text', size, (row ?? []).join('   |   '));
        row = null;
        break;
      case 'inline': {
        const plain = inlineText(token.children ?? []);
        if (row) row.push(plain);
        else if (heading) write(doc, 'bold', headings[heading] ?? 11, plain);
        else write(doc, 'text', size, bullet + plain, lists.length * indentStep);
        bullet = '';
        break;
      }
      case 'heading_close':
        heading = null;
        break;
      case 'fence':
      case 'code_block':
        doc.moveDown(0.3);
        write(doc, 'code', 8.5, token.content.trimEnd(), 8);
        doc.moveDown(0.3);
        break;
      case 'paragraph_close':
        if (lists.length === 0) doc.moveDown(0.4);
        break;
    }
  }
}

const inlineText = (tokens: { type: string; content: string }[]): string =>
  tokens
    .map((token) => (token.type === 'softbreak' || token.type === 'hardbreak' ? '\n' : token.content))
    .join('');
