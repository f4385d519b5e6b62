import { AppError } from '../../../kernel/errors.ts';

const open = new Set([0x7b, 0x5b]);
const close = new Set([0x7d, 0x5d]);
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/**
 * The elements of a JSON file that is one array, one at a time as text, however large the file: an element longer than
 * `maxBytes` is given as null. Errors: `unprocessable` when the file is no array.
 */
export async function* arrayElements(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string | null> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): string | null | undefined => {
    const text = size > maxBytes ? null : Buffer.concat(parts).toString('utf8').trim();
    parts = [];
    size = 0;
    return text === '' ? undefined : text;
  };
  const keep = (piece: Uint8Array): void => {
    size += piece.byteLength;
    if (size <= maxBytes) parts.push(piece);
    else parts = [];
  };
  let begun = false;
  for await (const chunk of body) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (!begun) {
        // White space and a byte order mark may stand before it.
        if (byte === 0x5b) {
          begun = true;
          depth = 1;
          from = at + 1;
        } else if (byte > 0x20 && ![0xef, 0xbb, 0xbf].includes(byte)) throw noArray();
        continue;
      }
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
        continue;
      }
      if (byte === quote) inString = true;
      else if (open.has(byte)) depth++;
      else if (close.has(byte)) depth--;
      if (depth === 0 || (depth === 1 && byte === comma)) {
        keep(chunk.subarray(from, at));
        const element = take();
        if (element !== undefined) yield element;
        from = at + 1;
        if (depth === 0) return;
      }
    }
    if (begun) keep(chunk.slice(from));
  }
  throw new AppError('unprocessable', 'The file ends in the middle.', { fix: 'Download the export again.' });
}

const noArray = () =>
  new AppError('unprocessable', 'The file holds no list of conversations.', {
    fix: 'Choose conversations.json of the export, or the whole export as a zip.',
  });
