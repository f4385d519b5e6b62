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
 */
export function checkArchive(bytes: Uint8Array, unpackedBytes: number): void {
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
    left -= method === 8 ? inflatedSize(data.subarray(start, start + packed), left) : packed;
    if (left < 0) throw tooLarge(unpackedBytes);
    at += 46 + data.readUInt16LE(at + 28) + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
}

function inflatedSize(packed: Buffer, limit: number): number {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, limit) }).length;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return limit + 1;
    throw corrupt();
  }
}
