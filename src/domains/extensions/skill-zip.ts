import { promisify } from 'node:util';
import yauzl from 'yauzl';
import yazl from 'yazl';
import { AppError } from '../../kernel/errors.ts';
import { isDebris, skillPath } from './skill-file.ts';

/** Most bytes of a skill that comes as a zip, and of what it unpacks to: text that somebody wrote is smaller. */
export const maxZipBytes = 5 * 1024 * 1024;
const maxUnpackedBytes = 4 * 1024 * 1024;
const maxEntries = 500;
/** Upper half of a zip's external attributes as Unix writes them: the kind of a file, and that of a link. */
const kindMask = 0o170000;
const link = 0o120000;

const openZip = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);
const refuse = (what: string, fix = 'Zip the folder of the skill again.'): AppError =>
  new AppError('unprocessable', what, { fix });

/**
 * The text files of a zip by their path. Errors: `unprocessable` for what is no zip, leads out of its folder, holds
 * links or something other than text, or would unpack to far more than a skill is.
 */
export async function unzipSkill(bytes: Buffer): Promise<Record<string, string>> {
  const zip = await openZip(bytes, { lazyEntries: true, validateEntrySizes: true }).catch(() => {
    throw refuse('The file is no zip that can be read.');
  });
  const read = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  const files: [string, string][] = [];
  let total = 0;
  let entries = 0;
  return new Promise((resolve, reject) => {
    const take = async (entry: yauzl.Entry): Promise<void> => {
      if (++entries > maxEntries) throw refuse('The zip names too many files.');
      if (((entry.externalFileAttributes >>> 16) & kindMask) === link)
        throw refuse(`“${entry.fileName}” in the zip is a link.`, 'Put the file itself into the folder.');
      if (entry.fileName.endsWith('/') || isDebris(entry.fileName)) return;
      total += entry.uncompressedSize;
      if (total > maxUnpackedBytes) throw refuse('The zip unpacks to more than a skill may hold.');
      const parts: Buffer[] = [];
      // More bytes than the entry names end the stream with an error (validateEntrySizes).
      for await (const part of await read(entry)) parts.push(part as Buffer);
      files.push([skillPath(entry.fileName), textOf(entry.fileName, Buffer.concat(parts))]);
    };
    zip.on('entry', (entry: yauzl.Entry) => {
      take(entry).then(
        () => zip.readEntry(),
        (error: unknown) =>
          reject(
            error instanceof AppError ? error : refuse(`“${entry.fileName}” in the zip cannot be read.`),
          ),
      );
    });
    zip.on('end', () => resolve(Object.fromEntries(files)));
    // Names that lead out of the folder are among what the reader itself refuses.
    zip.on('error', () => reject(refuse('The zip is damaged, or names files outside of its folder.')));
    zip.readEntry();
  });
}

function textOf(name: string, bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // said below
  }
  throw refuse(`“${name}” in the zip is no text.`, 'A skill holds text files; leave out what is none.');
}

/** The files of a skill in a folder of its name, as other programs take it. */
export async function zipSkill(name: string, files: Record<string, string>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  // The same skill gives the same bytes.
  for (const [path, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
    zip.addBuffer(Buffer.from(text), `${name}/${path}`, { mtime: new Date(Date.UTC(2000, 0, 1)) });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
