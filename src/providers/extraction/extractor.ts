import { AppError, isAppError } from '../../kernel/errors.ts';
import { startWorker } from '../../kernel/worker.ts';
import { WorkerCalls } from '../../kernel/worker-calls.ts';
import type { ExtractedText, ExtractionLimits } from './port.ts';

export const defaultLimits: ExtractionLimits = {
  pages: 3_000,
  characters: 10_000_000,
  unpackedBytes: 300 * 1024 * 1024,
  timeoutMs: 60_000,
  memoryMb: 768,
};

/** An idle thread is ended after this time: the PDF reader alone keeps some tens of megabytes. */
const idleMs = 30_000;

export interface TextExtractor {
  /**
   * Errors: `unprocessable` (empty, damaged, locked, too slow, too hungry), `unsupported_type`, `too_large`, and the
   * signal's reason. The bytes stay usable by the caller.
   */
  extract(bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<ExtractedText>;
  close(): Promise<void>;
}

/** Reads documents one after the other in a thread with a memory and a time limit, so that none can stall the server. */
export function createTextExtractor(limits: Partial<ExtractionLimits> = {}): TextExtractor {
  return new ThreadExtractor({ ...defaultLimits, ...limits });
}

class ThreadExtractor implements TextExtractor {
  readonly #limits: ExtractionLimits;
  #thread: WorkerCalls | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: ExtractionLimits) {
    this.#limits = limits;
  }

  extract(bytes: Uint8Array, { signal }: { signal?: AbortSignal } = {}): Promise<ExtractedText> {
    const turn = this.#last.then(() => this.#run(bytes, signal));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #run(bytes: Uint8Array, signal?: AbortSignal): Promise<ExtractedText> {
    signal?.throwIfAborted();
    clearTimeout(this.#idle);
    const thread = await this.#open();
    const { timeoutMs } = this.#limits;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await thread.call<ExtractedText>(
        'extract',
        { bytes, limits: this.#limits },
        { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) },
      );
    } catch (error) {
      if (!isAppError(error) || thread.closed) await this.close();
      signal?.throwIfAborted();
      if (timeout.aborted) {
        throw new AppError(
          'unprocessable',
          `The file could not be read within ${Math.round(timeoutMs / 1000)} seconds.`,
          {
            fix: 'Split it into smaller files.',
          },
        );
      }
      if (isAppError(error, 'unavailable')) {
        throw new AppError('unprocessable', 'Reading the file takes more memory than it may.', {
          fix: 'Split it into smaller files.',
          cause: error,
        });
      }
      throw error;
    } finally {
      this.#idle = setTimeout(() => this.close(), idleMs).unref();
    }
  }

  async #open(): Promise<WorkerCalls> {
    if (this.#thread === null || this.#thread.closed) {
      const worker = await startWorker('providers/extraction/extraction.worker', {
        memoryMb: this.#limits.memoryMb,
        name: 'extraction',
      });
      this.#thread = new WorkerCalls(worker);
    }
    return this.#thread;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = null;
    await thread?.close();
  }
}
