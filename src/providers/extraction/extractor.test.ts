import { afterAll, describe, expect, test } from 'vitest';
import { chunkText } from './chunk.ts';
import { createTextExtractor } from './extractor.ts';
import { detectMimeType, docxType, pptxType, xlsxType } from './mime.ts';
import { makeDocx, makePdf, makePptx, makeShape, makeXlsx, makeZip } from './testing/make.ts';

const extractor = createTextExtractor();
afterAll(() => extractor.close());
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('formats', () => {
  test('a PDF gives its text with the place of every page, and its title', async () => {
    const found = await extractor.extract(
      makePdf([['1. Term', 'It ends on 31 May 2027.'], ['Second page.']], 'The contract'),
    );
    expect(found.mimeType).toBe('application/pdf');
    expect(found.title).toBe('The contract');
    const pages = found.pages ?? [];
    expect(pages.map(({ start, end }) => found.text.slice(start, end).replace(/\s+/g, ' '))).toEqual([
      '1. Term It ends on 31 May 2027.',
      'Second page.',
    ]);
    expect(chunkText(found.text, { mimeType: found.mimeType, pages, size: 20 }).at(-1)?.page).toBe(2);
  });

  test('a Word document gives headings, paragraphs and tables as Markdown', async () => {
    const made = makeDocx([
      { heading: 'Fees' },
      { text: 'The fee is 5 EUR.' },
      {
        rows: [
          ['Name', 'Price'],
          ['A|B', '3'],
        ],
      },
    ]);
    expect(await extractor.extract(made)).toEqual({
      mimeType: docxType,
      text: '# Fees\n\nThe fee is 5 EUR.\n\n| Name | Price |\n| --- | --- |\n| A\\|B | 3 |',
    });
  });

  test('a presentation gives each slide in the order it is shown, with tables and notes, and its place', async () => {
    const run = (text: string) => `<a:r><a:rPr lang="en"/><a:t>${text}</a:t></a:r>`;
    const made = makePptx(
      [
        {
          shapes: `${makeShape(null, run('Free text'))}<p:grpSp>${makeShape('type="ctrTitle"', run('Bees &amp; ') + run('honey'))}</p:grpSp>${makeShape(
            'idx="1"',
            run('They dance'),
            `<a:pPr lvl="1"/>${run('in')}<a:br/>${run('eights')}`,
            '<a:endParaRPr/>',
          )}${makeShape('type="sldNum"', '<a:fld type="slidenum"><a:t>1</a:t></a:fld>')}`,
          notes: `${makeShape('type="sldNum"', run('1'))}${makeShape('type="body" idx="1"', run('Say it slowly.'))}`,
        },
        {
          shapes: `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p>${run('Hive')}</a:p></a:txBody></a:tc><a:tc><a:txBody><a:p>${run('kg')}</a:p></a:txBody></a:tc></a:tr><a:tr><a:tc><a:txBody><a:p>${run('North')}</a:p></a:txBody></a:tc><a:tc><a:txBody><a:p>${run('38')}</a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`,
        },
      ],
      [1, 0],
    );
    const found = await extractor.extract(made);
    expect(found).toMatchObject({
      mimeType: pptxType,
      text: [
        '## Slide 1',
        '| Hive | kg |\n| --- | --- |\n| North | 38 |',
        '## Bees & honey',
        'Free text',
        '- They dance\n  - in eights',
        'Notes:',
        'Say it slowly.',
      ].join('\n\n'),
    });
    const chunks = chunkText(found.text, { mimeType: found.mimeType, pages: found.pages ?? [] });
    expect(chunks.map(({ page, headingPath }) => [page, headingPath])).toEqual([
      [1, ['Slide 1']],
      [2, ['Bees & honey']],
    ]);
  });

  test('an Excel workbook gives a table for each sheet that holds something, dates as dates', async () => {
    const made = makeXlsx(
      'Hives &amp; bees',
      [
        '<c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c>',
        '<c r="A2" s="1"><v>45000.5</v></c><c r="B2"><f>1+2</f><v>3</v></c><c r="C2" t="inlineStr"><is><t>a|b</t></is></c>',
        '<c r="A3"/><c r="C3" t="b"><v>1</v></c>',
      ],
      [
        '<r><t>When</t></r><r><t xml:space="preserve"> it was</t></r>',
        '<t>What &lt;is&gt;</t><rPh><t>no</t></rPh>',
      ],
    );
    expect(await extractor.extract(made)).toEqual({
      mimeType: xlsxType,
      text: [
        '## Hives & bees\n',
        '| When it was |  | What <is> |',
        '| --- | --- | --- |',
        '| 2023-03-15 12:00:00 | 3 | a\\|b |',
        '|  |  | TRUE |',
      ].join('\n'),
    });
  });

  test('HTML gives its article with structure, and neither scripts nor navigation', async () => {
    const text = 'Paragraph with several words, enough of them to be an article, again and again. '.repeat(8);
    const page = `<!doctype html><html><head><title>A page</title><style>p{}</style></head><body><nav><a href="/">Home</a></nav>
      <article><h2>Part <em>one</em></h2><p>${text}</p><ul><li>first<ul><li>nested</li></ul></li><li>second</li></ul>
      <table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>1</td></tr></table><pre>code  here</pre></article><script>alert(1)</script></body></html>`;
    const found = await extractor.extract(bytes(page));
    expect(found).toMatchObject({ mimeType: 'text/html', title: 'A page' });
    expect(found.text).toContain('## Part one\n\nParagraph with several words');
    expect(found.text).toContain('- first\n  - nested\n- second');
    expect(found.text).toContain('| k | v |\n| --- | --- |\n| a | 1 |');
    expect(found.text).toContain('```\ncode  here\n```');
    expect(found.text).not.toMatch(/alert|Home|p\{/);
  });

  test('a page that is no article gives its whole body', async () => {
    const found = await extractor.extract(bytes('<html><body><h1>Prices</h1><p>Tea 3</p></body></html>'));
    expect(found.text).toBe('# Prices\n\nTea 3');
  });

  test.each([
    ['UTF-8', bytes('naïve – ok'), 'naïve – ok'],
    ['UTF-8 with a mark and Windows line breaks', bytes('\uFEFFa\r\nb'), 'a\nb'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x41, 0, 0xe9, 0]), 'Aé'],
    ['Windows-1252', new Uint8Array([0x63, 0x61, 0x66, 0xe9, 0x20, 0x97, 0x20, 0x35]), 'café — 5'],
  ])('text in %s', async (_encoding, content, text) => {
    expect(await extractor.extract(content)).toEqual({ mimeType: 'text/plain', text });
  });
});

describe('the type comes from the bytes', () => {
  test.each([
    ['a PDF called .txt', makePdf([['x']]), 'notes.txt', 'application/pdf'],
    [
      'a picture called .md',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]),
      'a.md',
      'image/png',
    ],
    ['unknown bytes called .txt', new Uint8Array([1, 2, 0, 3]), 'a.txt', 'application/octet-stream'],
    ['HTML called .md', bytes('<!DOCTYPE html><html></html>'), 'a.md', 'text/html'],
    ['text called .md', bytes('hello'), 'a.md', 'text/markdown'],
    ['Markdown without a name', bytes('intro\n\n## Part\n'), '', 'text/markdown'],
    ['JSON without a name', bytes('{"a": 1}'), '', 'application/json'],
    ['text with a bracket', bytes('[draft] hello'), '', 'text/plain'],
    ['a Word document', makeDocx([{ text: 'x' }]), 'x.zip', docxType],
  ])('%s', async (_what, content, name, type) => {
    expect(await detectMimeType(content, name)).toBe(type);
  });
});

describe('bad input', () => {
  const pdf = makePdf([['text']]);
  const bomb = makeDocx([{ text: 'A'.repeat(3_000_000) }], 10);
  test.each([
    ['an empty file', new Uint8Array(), 'unprocessable', /empty/],
    ['a PDF cut in its middle', pdf.slice(0, 150), 'unprocessable', /PDF/],
    ['a PDF without text', makePdf([[]]), 'unprocessable', /no text, only images/],
    [
      'a Word document whose archive is cut',
      makeDocx([{ text: 'x'.repeat(5000) }]).slice(0, 700),
      'unprocessable',
      /damaged/,
    ],
    [
      'a picture',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]),
      'unsupported_type',
      /image\/png/,
    ],
    [
      'an Excel workbook that is cut',
      makeXlsx('x', ['<c><v>1</v></c>']).slice(0, 900),
      'unprocessable',
      /damaged/,
    ],
    ['a presentation that is cut', makePptx([{ shapes: '' }]).slice(0, 900), 'unprocessable', /damaged/],
    ['a presentation without one of its slides', makePptx([{ shapes: '' }], [4]), 'unprocessable', /damaged/],
    ['a presentation of pictures alone', makePptx([{ shapes: '<p:pic/>' }]), 'unprocessable', /no text/],
    ['an Excel workbook of nothing', makeXlsx('x', []), 'unprocessable', /no text/],
    [
      'an Excel workbook of blanks',
      makeXlsx('x', ['<c r="A1" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>']),
      'unprocessable',
      /no text/,
    ],
    ['an archive', makeZip({ 'a.txt': 'x' }), 'unsupported_type', /zip/],
    ['blanks only', bytes(' \n \n'), 'unprocessable', /no text/],
  ])('%s', async (_what, content, code, message) => {
    await expect(extractor.extract(content)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a small archive that unpacks to more than the limit is refused before it is unpacked, whatever sizes it claims', async () => {
    const small = createTextExtractor({ unpackedBytes: 1_000_000 });
    expect(bomb.length).toBeLessThan(10_000);
    await expect(small.extract(bomb)).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('1 MB'),
    });
    await small.close();
  });

  test('too many pages or characters are refused with the number', async () => {
    const small = createTextExtractor({ pages: 1, characters: 10 });
    await expect(small.extract(makePdf([['a'], ['b']]))).rejects.toMatchObject({
      code: 'too_large',
      message: 'The PDF has 2 pages; at most 1 are read.',
    });
    await expect(small.extract(bytes('more than ten characters'))).rejects.toMatchObject({
      code: 'too_large',
    });
    await small.close();
  });

  test('a file that takes too long or too much memory ends its thread, and the next one is read', async () => {
    const slow = createTextExtractor({ timeoutMs: 1 });
    await expect(slow.extract(makePdf(Array.from({ length: 50 }, () => ['x'])))).rejects.toMatchObject({
      code: 'unprocessable',
      message: expect.stringContaining('seconds'),
    });
    await slow.close();
    const lean = createTextExtractor({ memoryMb: 40 });
    await expect(
      lean.extract(bytes(`<html><body>${'<p>a</p>'.repeat(400_000)}</body></html>`)),
    ).rejects.toMatchObject({
      code: 'unprocessable',
      message: expect.stringContaining('memory'),
    });
    expect((await lean.extract(bytes('hello'))).text).toBe('hello');
    await lean.close();
  });

  test('HTML nested thousands deep ends at the time limit', async () => {
    const quick = createTextExtractor({ timeoutMs: 3_000 });
    const nested = bytes(`<html>${'<div>'.repeat(400_000)}x`);
    await expect(quick.extract(nested)).rejects.toMatchObject({
      code: 'unprocessable',
      message: expect.stringMatching(/within 3 seconds|nested/),
    });
    expect((await quick.extract(bytes('next'))).text).toBe('next');
    await quick.close();
  });

  test('an abort rejects with its reason and later files are read', async () => {
    const abort = new AbortController();
    const first = extractor.extract(makePdf(Array.from({ length: 200 }, () => ['x'])), {
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(new Error('cancelled by the person')), 5);
    await expect(first).rejects.toThrow('cancelled by the person');
    expect((await extractor.extract(bytes('still here'))).text).toBe('still here');
  });
});
