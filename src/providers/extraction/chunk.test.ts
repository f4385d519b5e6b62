import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBlocks } from './blocks.ts';
import { chunkText } from './chunk.ts';

const schema = readFileSync(new URL('../../../test/fixtures/DATABASE_SCHEMA.md', import.meta.url), 'utf8');
const markdown = { mimeType: 'text/markdown' };

test('every chunk is the exact slice of the text, in order, and nothing but blanks and rules is left out', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '# One',
      '## Two',
      '- item',
      '  - nested',
      '| a | b |',
      '|---|---|',
      '```',
      'Label:',
      '---',
      '1. x',
    ),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.integer({ min: 20, max: 300 }), (lines, size) => {
      const text = lines.join('\n');
      const chunks = chunkText(text, { ...markdown, size });
      let end = 0;
      for (const [i, chunk] of chunks.entries()) {
        expect(chunk.ordinal).toBe(i);
        expect(text.slice(chunk.charStart, chunk.charEnd)).toBe(chunk.content);
        expect(text.slice(end, chunk.charStart)).toMatch(/^[\s\-*_=|:]*$/);
        end = chunk.charEnd;
      }
      expect(text.slice(end)).toMatch(/^[\s\-*_=|:]*$/);
    }),
    { numRuns: 300 },
  );
});

test('list items and table rows of the specification are never cut, and sections never mixed', () => {
  const chunks = chunkText(schema, { ...markdown, size: 400 });
  for (const block of parseBlocks(schema, 'text/markdown')) {
    if (block.kind !== 'item' && block.kind !== 'row') continue;
    expect(chunks.some((chunk) => chunk.charStart <= block.start && block.end <= chunk.charEnd)).toBe(true);
  }
  const auth = chunks.find((chunk) => chunk.content.includes('- `api_keys` - API access tokens'));
  expect(auth?.headingPath).toEqual([
    'Database Schema Documentation',
    'Schema Details',
    '013_auth_schema.sql - Authentication',
  ]);
  expect(auth?.content.startsWith('### 013_auth_schema.sql')).toBe(true);
  expect(auth?.content).not.toContain('014_task_history');
});

test('overlap repeats whole blocks of the same section only', () => {
  const text = `# A\n\n${Array.from({ length: 12 }, (_, i) => `- item number ${i}`).join('\n')}\n\n# B\n\nend`;
  const chunks = chunkText(text, { ...markdown, size: 80, overlap: 20 });
  const [first, second] = chunks;
  const lastItem = first?.content.split('\n').at(-1) ?? '?';
  expect(second?.content.startsWith(lastItem)).toBe(true);
  expect(chunks.at(-1)?.content).toBe('# B\n\nend');
});

test('numbered clauses and capitals are the headings of a plain text, a numbered list is not', () => {
  const text = [
    'SERVICE AGREEMENT',
    '',
    '1. Definitions',
    '',
    'A service is what the parties agree.',
    '',
    '2. Term and Termination',
    '2.1 This agreement ends on 31 May 2027.',
    '',
    '1. Buy milk',
    '2. Buy eggs',
  ].join('\n');
  const headings = parseBlocks(text, 'text/plain').flatMap((b) => (b.kind === 'heading' ? [b.title] : []));
  expect(headings).toEqual(['SERVICE AGREEMENT', '1. Definitions', '2. Term and Termination']);
  expect(chunkText(text, { mimeType: 'text/plain' })[1]?.headingPath).toEqual(['2. Term and Termination']);
});

test('a chunk knows the page on which its text begins', () => {
  const text = `${'One two three. '.repeat(10).trim()}\n\n${'Four five six. '.repeat(10).trim()}`;
  const cut = text.indexOf('\n\n') + 2;
  const pages = [
    { page: 1, start: 0, end: cut },
    { page: 2, start: cut, end: text.length },
  ];
  const chunks = chunkText(text, { mimeType: 'application/pdf', pages, size: 150 });
  expect(chunks.map((chunk) => chunk.page)).toEqual([1, 2]);
});
