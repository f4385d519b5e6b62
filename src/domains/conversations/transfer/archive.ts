import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { AppError } from '../../../kernel/errors.ts';

/** A zip names this many files at most, and unpacks to this much and at this rate at most: more is a bomb. */
const maxEntries = 100_000;
const maxTotalBytes = 4 * 1024 ** 3;
const maxRatio = 200;
const ratioFromBytes = 1024 * 1024;

const openZip = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/** The files of an export that came as a zip, read one at a time from the disk. */
export class Archive {
  readonly #zip: yauzl.ZipFile;
  readonly #entries: yauzl.Entry[];

  private constructor(zip: yauzl.ZipFile, entries: yauzl.Entry[]) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** Errors: `unprocessable` for what is no zip, or one that would unpack to far more than it is. */
  static async open(path: string): Promise<Archive> {
    const zip = await openZip(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }).catch(
      (cause: unknown) => {
        throw new AppError('unprocessable', 'The zip cannot be read.', {
          fix: 'Download the export again.',
          cause,
        });
      },
    );
    try {
      return new Archive(zip, await readEntries(zip));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /** The bytes and size of the file of this name, in any folder. */
  async file(name: string): Promise<{ body: Readable; size: number } | undefined> {
    return this.#open(this.#entries.find((entry) => entry.fileName.split('/').at(-1) === name));
  }

  /** A file by what its name begins with, as ChatGPT names them (`file-abc-photo.png`). */
  async beginning(id: string): Promise<{ body: Readable; size: number; name: string } | undefined> {
    const entry = this.#entries.find((candidate) => candidate.fileName.split('/').at(-1)?.startsWith(id));
    const opened = await this.#open(entry);
    return opened && entry ? { ...opened, name: entry.fileName.split('/').at(-1) ?? id } : undefined;
  }

  close(): void {
    this.#zip.close();
  }

  async #open(entry: yauzl.Entry | undefined) {
    if (!entry) return undefined;
    const body = await new Promise<Readable>((resolve, reject) =>
      this.#zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
    ).catch((cause: unknown) => {
      throw new AppError('unprocessable', `“${entry.fileName}” in the zip cannot be read.`, {
        fix: 'Download the export again.',
        cause,
      });
    });
    return { body, size: entry.uncompressedSize };
  }
}

function readEntries(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  const entries: yauzl.Entry[] = [];
  let total = 0;
  return new Promise((resolve, reject) => {
    const refuse = (what: string) =>
      reject(new AppError('unprocessable', what, { fix: 'Choose the export as it was downloaded.' }));
    zip.on('entry', (entry: yauzl.Entry) => {
      total += entry.uncompressedSize;
      const packed = entry.uncompressedSize / Math.max(1, entry.compressedSize);
      if (entries.length >= maxEntries) return refuse('The zip names too many files.');
      if (total > maxTotalBytes || (entry.uncompressedSize > ratioFromBytes && packed > maxRatio))
        return refuse('The zip would unpack to far more than it is.');
      if (!entry.fileName.endsWith('/')) entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', (cause: Error) =>
      reject(
        new AppError('unprocessable', 'The zip cannot be read.', {
          fix: 'Download the export again.',
          cause,
        }),
      ),
    );
    zip.readEntry();
  });
}
