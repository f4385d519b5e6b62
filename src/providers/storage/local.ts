import type { Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../../kernel/ids.ts';
import { Passing } from './content.ts';
import { badRange, byBytes, checkName, notFound } from './keys.ts';
import type {
  GetOptions,
  ListOptions,
  ObjectContent,
  ObjectInfo,
  PutOptions,
  StorageContent,
  StorageProvider,
  StoredObject,
} from './port.ts';

const missing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');

/** File systems allow 255 bytes a name. */
const nameLength = 200;

/**
 * A key as a path that cannot leave its folder: parts are percent-encoded, the last one ends with a bare `%`, which
 * no encoded folder does, so that `a` and `a/b` can both be objects; long parts go on in a folder that ends with `+`.
 */
function pathOf(key: string): string {
  const parts = key.split('/').map((part) => encodeURIComponent(part).replace(/\./g, '%2E'));
  const names = parts.flatMap((part, i) => {
    const whole = i === parts.length - 1 ? `${part}%` : part;
    const pieces = whole.match(new RegExp(`.{1,${nameLength}}`, 'g')) ?? [];
    return pieces.map((piece, k) => (k < pieces.length - 1 ? `${piece}+` : piece));
  });
  return join(...names);
}

const keyOf = (names: string[]): string =>
  decodeURIComponent(names.join('/').replaceAll('+/', '').replace(/%$/, ''));

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Objects as files under a folder: content in `objects`, content types beside it in `types`. */
export class LocalStorage implements StorageProvider {
  readonly kind = 'local';
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #content(bucket: string, key: string): string {
    return join(this.#root, 'objects', bucket, pathOf(key));
  }

  #type(bucket: string, key: string): string {
    return join(this.#root, 'types', bucket, pathOf(key));
  }

  async put(
    bucket: string,
    key: string,
    content: StorageContent,
    options: PutOptions = {},
  ): Promise<StoredObject> {
    checkName(bucket, key);
    const passing = new Passing(content, options.signal);
    if (options.contentType !== undefined) {
      await this.#write(this.#type(bucket, key), [Buffer.from(options.contentType)]);
    }
    await this.#write(this.#content(bucket, key), passing);
    return passing.stored();
  }

  /** Whole or not at all, also when the power fails: written beside, synced, then renamed. */
  async #write(path: string, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const temporary = join(this.#root, 'incoming', newId());
    await mkdir(dirname(temporary), { recursive: true });
    try {
      const handle = await open(temporary, 'wx');
      try {
        for await (const chunk of content) await handle.writeFile(chunk);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async get(bucket: string, key: string, { range, signal }: GetOptions = {}): Promise<ObjectContent> {
    checkName(bucket, key);
    signal?.throwIfAborted();
    const handle = await open(this.#content(bucket, key), 'r').catch((error: unknown) => {
      throw missing(error) ? notFound(bucket, key) : error;
    });
    try {
      const { size } = await handle.stat();
      if (range !== undefined && range.start > 0 && range.start >= size) throw badRange(size);
      const contentType = await readFile(this.#type(bucket, key), 'utf8').catch(() => null);
      const end = Math.min(range?.end ?? size - 1, size - 1);
      return { body: bodyOf(handle, range?.start ?? 0, end, signal), size, contentType };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async head(bucket: string, key: string): Promise<ObjectInfo | null> {
    checkName(bucket, key);
    try {
      const { size, mtime } = await stat(this.#content(bucket, key));
      return { key, size, modifiedAt: mtime.toISOString() };
    } catch (error) {
      if (missing(error)) return null;
      throw error;
    }
  }

  async delete(bucket: string, key: string): Promise<void> {
    checkName(bucket, key);
    await rm(this.#content(bucket, key), { force: true });
    await rm(this.#type(bucket, key), { force: true });
  }

  async list(
    bucket: string,
    { prefix = '', after = '', limit = 1000, signal }: ListOptions = {},
  ): Promise<ObjectInfo[]> {
    checkName(bucket, 'any');
    const keys: { key: string }[] = [];
    const walk = async (names: string[]): Promise<void> => {
      signal?.throwIfAborted();
      const entries: Dirent[] = await readdir(join(this.#root, 'objects', bucket, ...names), {
        withFileTypes: true,
      }).catch((error: unknown) => {
        if (missing(error)) return [];
        throw error;
      });
      for (const entry of entries) {
        const path = [...names, entry.name];
        if (entry.isDirectory()) await walk(path);
        else if (entry.name.endsWith('%')) keys.push({ key: keyOf(path) });
      }
    };
    await walk([]);
    const wanted = keys
      .filter(({ key }) => key.startsWith(prefix) && (after === '' || byBytes({ key }, { key: after }) > 0))
      .sort(byBytes)
      .slice(0, limit);
    const infos = await Promise.all(wanted.map(({ key }) => this.head(bucket, key)));
    return infos.filter((info) => info !== null);
  }
}

/** Reads on demand; the file is closed at the end, on cancel and on abort. */
function bodyOf(
  handle: FileHandle,
  start: number,
  end: number,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        signal?.throwIfAborted();
        const buffer = new Uint8Array(Math.max(0, Math.min(256 * 1024, end + 1 - at)));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        at += bytesRead;
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
        if (bytesRead === 0 || at > end) {
          await handle.close();
          controller.close();
        }
      } catch (error) {
        await handle.close().catch(() => {});
        controller.error(error);
      }
    },
    cancel: () => handle.close(),
  });
}
