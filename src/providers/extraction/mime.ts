export const docxType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const pptxType = 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
const textSample = 64 * 1024;

const named: [RegExp, string][] = [
  [/\.(?:md|markdown|mdx)$/i, 'text/markdown'],
  [/\.csv$/i, 'text/csv'],
  [/\.json$/i, 'application/json'],
  [/\.txt$/i, 'text/plain'],
];

const utf16Of = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null =>
  bytes[0] === 0xff && bytes[1] === 0xfe
    ? 'utf-16le'
    : bytes[0] === 0xfe && bytes[1] === 0xff
      ? 'utf-16be'
      : null;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text
const controls = /[\0-\x08\x0e-\x1a\x1c-\x1f\uFFFD]/;

/** A byte order mark and nothing but text after it: sound files may begin with the same two bytes. */
const isUtf16 = (bytes: Uint8Array): boolean => {
  const encoding = utf16Of(bytes);
  return (
    encoding !== null && bytes.length % 2 === 0 && !controls.test(new TextDecoder(encoding).decode(bytes))
  );
};

const isBinary = (bytes: Uint8Array): boolean =>
  bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));

/**
 * The type of content, from its bytes. The name is only asked which kind of text a text is, since `a,b` may be
 * anything; it never makes a text of what is none. `application/octet-stream` when nothing is recognised.
 */
export async function detectMimeType(bytes: Uint8Array, name = ''): Promise<string> {
  const head = bytes.subarray(0, textSample);
  if (!isUtf16(head)) {
    // Loaded by the first file: a server starts without it.
    const { fileTypeFromBuffer } = await import('file-type');
    const binary = await fileTypeFromBuffer(bytes);
    if (binary !== undefined && !/^(?:text\/|application\/xml)/.test(binary.mime)) return binary.mime;
    if (isBinary(head)) return 'application/octet-stream';
  }
  const text = decodeText(head).trimStart();
  if (/^(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(text)) return 'text/html';
  const byName = named.find(([pattern]) => pattern.test(name))?.[1];
  if (byName !== undefined) return byName;
  if (/^[[{]/.test(text) && bytes.length <= textSample && isJson(text)) return 'application/json';
  return /^#{1,6}\s+\S/m.test(text) || /^(?:\|[^\n]*\|\s*\n\|[\s|:-]+\|)/m.test(text)
    ? 'text/markdown'
    : 'text/plain';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What Windows-1252 has in place of the control characters 0x80 to 0x9F; Node's decoder leaves those in. */
const windows = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Text of bytes: by its byte order mark, as UTF-8, as `charset`, and as Windows-1252 where it is none of them. */
export function decodeText(bytes: Uint8Array, charset?: string): string {
  const marked = utf16Of(bytes);
  if (marked !== null) return new TextDecoder(marked).decode(bytes);
  for (const encoding of ['utf-8', charset]) {
    try {
      if (encoding !== undefined) return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // not this encoding, or none that is known
    }
  }
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin.replace(/[\x80-\x9f]/g, (character) => windows[character.charCodeAt(0) - 0x80] ?? character);
}
