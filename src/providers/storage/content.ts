import { createHash } from 'node:crypto';
import type { StorageContent, StoredObject } from './port.ts';

/** Content on its way into a store: counted and hashed as it passes. */
export class Passing {
  size = 0;
  readonly #hash = createHash('sha256');
  readonly #content: StorageContent;
  readonly #signal: AbortSignal | undefined;

  constructor(content: StorageContent, signal?: AbortSignal) {
    this.#content = content;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const chunks = this.#content instanceof Uint8Array ? [this.#content] : this.#content;
    for await (const chunk of chunks) {
      this.#signal?.throwIfAborted();
      this.size += chunk.byteLength;
      this.#hash.update(chunk);
      yield chunk;
    }
    this.#signal?.throwIfAborted();
  }

  /** Once everything has passed. */
  stored(): StoredObject {
    return { size: this.size, sha256: this.#hash.digest('hex') };
  }
}
