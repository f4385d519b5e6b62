import { crc32, deflateRawSync } from 'node:zlib';
import { docxType, pptxType, xlsxType } from '../mime.ts';

/** Documents made by hand, so that the tests read the real formats without stored binaries. */

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A PDF of one text line per entry, pages by array. */
export function makePdf(pages: string[][], title = ''): Uint8Array {
  const objects: string[] = ['<< /Type /Catalog /Pages 2 0 R >>'];
  const kids = pages.map((_, i) => `${4 + i * 2} 0 R`).join(' ');
  objects.push(
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  );
  for (const [i, lines] of pages.entries()) {
    const shown = lines
      .map((line, k) => `1 0 0 1 72 ${720 - k * 20} Tm (${line.replace(/[()\\]/g, '\\$&')}) Tj`)
      .join('\n');
    const stream = `BT /F1 12 Tf\n${shown}\nET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + i * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    );
  }
  objects.push(`<< /Title (${title}) >>`);
  let out = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return bytesOf(out);
}

/** A ZIP archive of deflated entries; `declaredSize` lets an entry lie about what it unpacks to. */
export function makeZip(entries: Record<string, string>, declaredSize?: number): Uint8Array {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const fixed = Buffer.alloc(26);
    fixed.writeUInt16LE(20, 0);
    fixed.writeUInt16LE(8, 4);
    fixed.writeUInt32LE(crc32(raw), 10);
    fixed.writeUInt32LE(packed.length, 14);
    fixed.writeUInt32LE(declaredSize ?? raw.length, 18);
    fixed.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fixed, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fixed, tail, Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...parts, directory, end]));
}

const paragraph = (text: string, style = ''): string =>
  `<w:p>${style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;

/** A Word document: headings by style, paragraphs and one table. */
export function makeDocx(
  body: { heading?: string; text?: string; rows?: string[][] }[],
  declaredSize?: number,
): Uint8Array {
  const inner = body.map(({ heading, text, rows }) => {
    if (heading !== undefined) return paragraph(heading, 'Heading1');
    if (text !== undefined) return paragraph(text);
    const lines = (rows ?? []).map(
      (cells) => `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`,
    );
    return `<w:tbl>${lines.join('')}</w:tbl>`;
  });
  const w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const types = 'http://schemas.openxmlformats.org/package/2006';
  return makeZip(
    {
      '[Content_Types].xml': `<Types xmlns="${types}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${docxType}.main+xml"/></Types>`,
      '_rels/.rels': `<Relationships xmlns="${types}/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      'word/document.xml': `<w:document ${w}><w:body>${inner.join('')}</w:body></w:document>`,
      'word/styles.xml': `<w:styles ${w}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    },
    declaredSize,
  );
}

/** An Excel workbook of one sheet with these rows of `<c>` elements; the second style shows dates. */
export function makeXlsx(sheet: string, rows: string[], strings: string[] = []): Uint8Array {
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const types = 'http://schemas.openxmlformats.org/package/2006';
  return makeZip({
    '[Content_Types].xml': `<Types xmlns="${types}/content-types"><Override PartName="/xl/workbook.xml" ContentType="${xlsxType}.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${types}/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook ${main} xmlns:r="${office}"><sheets><sheet name="${sheet}" sheetId="1" r:id="r1"/><sheet name="Empty" sheetId="2" r:id="r2"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${types}/relationships"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${office}/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="r3" Type="${office}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r4" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet ${main}><sheetData>${rows.map((cells) => `<row>${cells}</row>`).join('')}</sheetData></worksheet>`,
    'xl/worksheets/sheet2.xml': `<worksheet ${main}><sheetData/></worksheet>`,
    'xl/sharedStrings.xml': `<sst ${main}>${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    'xl/styles.xml': `<styleSheet ${main}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
  });
}

/** A PowerPoint presentation of these shapes for each slide, shown in the given order, with the notes that slides have. */
export function makePptx(
  slides: { shapes: string; notes?: string }[],
  order = slides.map((_, i) => i),
): Uint8Array {
  const p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
  const a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const types = 'http://schemas.openxmlformats.org/package/2006';
  const relations = (...all: [id: string, type: string, target: string][]) =>
    `<Relationships xmlns="${types}/relationships">${all.map(([id, type, target]) => `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`).join('')}</Relationships>`;
  return makeZip({
    '[Content_Types].xml': `<Types xmlns="${types}/content-types"><Override PartName="/ppt/presentation.xml" ContentType="${pptxType}.main+xml"/></Types>`,
    '_rels/.rels': relations(['r1', 'officeDocument', 'ppt/presentation.xml']),
    'ppt/presentation.xml': `<p:presentation ${p} xmlns:r="${office}"><p:sldIdLst>${order.map((i) => `<p:sldId id="${256 + i}" r:id="s${i}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(
      ...slides.map((_, i): [string, string, string] => [
        `s${i}`,
        'slide',
        i === 0 ? '/ppt/slides/slide1.xml' : `slides/slide${i + 1}.xml`,
      ]),
    ),
    ...Object.fromEntries(
      slides.flatMap(({ shapes, notes }, i) => [
        [
          `ppt/slides/slide${i + 1}.xml`,
          `<?xml version="1.0" encoding="UTF-8"?><p:sld ${p} ${a}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`,
        ],
        ...(notes === undefined
          ? []
          : [
              [
                `ppt/slides/_rels/slide${i + 1}.xml.rels`,
                relations(['n1', 'notesSlide', `../notesSlides/notesSlide${i + 1}.xml`]),
              ],
              [
                `ppt/notesSlides/notesSlide${i + 1}.xml`,
                `<p:notes ${p} ${a}><p:cSld><p:spTree>${notes}</p:spTree></p:cSld></p:notes>`,
              ],
            ]),
      ]),
    ),
  });
}

/** A shape with these paragraphs; `placeholder` is what the layout has it for. */
export const makeShape = (placeholder: string | null, ...paragraphs: string[]): string =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder === null ? '' : `<p:ph ${placeholder}/>`}</p:nvPr></p:nvSpPr><p:txBody>${paragraphs.map((inner) => `<a:p>${inner}</a:p>`).join('')}</p:txBody></p:sp>`;
