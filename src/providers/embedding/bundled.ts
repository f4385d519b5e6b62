import { startWorker } from '../../kernel/worker.ts';
import { WorkerCalls } from '../../kernel/worker-calls.ts';
import type { EmbeddingProvider } from './port.ts';
import { normalized } from './vectors.ts';

/** Texts of one turn of the thread: a query that comes in while a library is embedded waits for one turn at most. */
const turnSize = 4;
/** Time grows with the length (1,200 characters: measured 0.1 s on one core); the rest of a longer text is not read. */
const readLength = 2_000;
/** The loaded model keeps some 150 MB; an idle thread is ended after this time and starts again in half a second. */
const idleMs = 300_000;

interface Job {
  texts: string[];
  vectors: number[][];
  signal: AbortSignal | undefined;
  resolve(vectors: number[][]): void;
  reject(error: unknown): void;
}

/**
 * The bundled English sentence encoder (Universal Sentence Encoder lite, 512 wide): no key, no network. It runs in a
 * thread of its own, started with the first text.
 */
export function openBundledEmbedding(): EmbeddingProvider {
  return new BundledEmbedding();
}

class BundledEmbedding implements EmbeddingProvider {
  readonly model = 'universal-sentence-encoder-lite-en';
  readonly dimensions = 512;
  readonly #jobs: Job[] = [];
  #running = false;
  #thread: WorkerCalls | null = null;
  #idle: NodeJS.Timeout | undefined;

  embed(texts: string[], signal?: AbortSignal): Promise<number[][]> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (texts.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#jobs.push({ texts, vectors: [], signal, resolve, reject });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#idle);
    for (let job = this.#next(); job !== undefined; job = this.#next()) await this.#turn(job);
    this.#running = false;
    this.#idle = setTimeout(() => this.close(), idleMs).unref();
  }

  /** The job with the fewest texts left: queries before libraries. */
  #next(): Job | undefined {
    const left = (job: Job): number => job.texts.length - job.vectors.length;
    return this.#jobs.toSorted((a, b) => left(a) - left(b))[0];
  }

  async #turn(job: Job): Promise<void> {
    const done = (): void => {
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
    };
    try {
      job.signal?.throwIfAborted();
      const from = job.vectors.length;
      const texts = job.texts.slice(from, from + turnSize).map((text) => text.slice(0, readLength));
      const vectors = await this.#encode(texts, job.signal);
      job.vectors.push(...vectors.map(normalized));
      if (job.vectors.length < job.texts.length) return;
      done();
      job.resolve(job.vectors);
    } catch (error) {
      done();
      job.reject(error);
    }
  }

  /** A thread that ended is replaced once: starting it can fail on a machine that is short of time or memory. */
  async #encode(texts: string[], signal: AbortSignal | undefined): Promise<number[][]> {
    const thread = await this.#open();
    try {
      return await thread.call('embed', { texts }, { signal });
    } catch (error) {
      if (!thread.closed) throw error;
      return (await this.#open()).call('embed', { texts }, { signal });
    }
  }

  async #open(): Promise<WorkerCalls> {
    if (this.#thread === null || this.#thread.closed) {
      this.#thread = new WorkerCalls(
        await startWorker('providers/embedding/bundled.worker', { name: 'embedding' }),
      );
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
