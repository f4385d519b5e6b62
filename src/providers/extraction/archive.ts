import { inflateRawSync } from 'node:zlib';
import { AppError } from '../../kernel/errors.ts';

const corrupt = (): AppError =>
  new AppError('unprocessable', 'The document is damaged: its archive cannot be read.', {
    fix: 'Open it in the program it is from, save it again and upload the new copy.',
  });

const tooLarge = (limit: number): AppError =>
  new AppError('too_large', `The document unpacks to more than ${Math.round(limit / 1024 / 1024)} MB.`, {
    fix: 'Remove images and embedded files from it, or split it.',
  });

/**
 * Unpacks every entry of the archive against the limit before anything else does, so that a small file cannot become
 * gigabytes. Sizes written in the archive are not believed. Errors: `unprocessable`, `too_large`.
 * @returns the contents of the entries whose names `keep` takes.
 */
export function unpackArchive(
  bytes: Uint8Array,
  unpackedBytes: number,
  keep: (name: string) => boolean = () => false,
): Map<string, Buffer> {
  const kept = new Map<string, Buffer>();
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = data.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1 || end + 22 > data.length) throw corrupt();
  let at = data.readUInt32LE(end + 16);
  let left = unpackedBytes;
  for (let i = data.readUInt16LE(end + 10); i > 0; i -= 1) {
    if (at + 46 > data.length || data.readUInt32LE(at) !== 0x02014b50) throw corrupt();
    const method = data.readUInt16LE(at + 10);
    const packed = data.readUInt32LE(at + 20);
    const local = data.readUInt32LE(at + 42);
    if (local + 30 > data.length) throw corrupt();
    const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
    const raw = data.subarray(start, start + packed);
    const content = method === 8 ? inflated(raw, left) : raw;
    if (content === undefined || content.length > left) throw tooLarge(unpackedBytes);
    left -= content.length;
    const name = data.toString('utf8', at + 46, at + 46 + data.readUInt16LE(at + 28));
    if (keep(name)) kept.set(name, content);
    at += 46 + data.readUInt16LE(at + 28) + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return kept;
}

/** Undefined when it is longer than the limit. */
function inflated(packed: Buffer, limit: number): Buffer | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw corrupt();
  }
}
