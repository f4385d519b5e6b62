import { parentPort, type Transferable, type Worker } from 'node:worker_threads';
import { AppError, type ErrorCode, isAppError, messageOf } from './errors.ts';

/** What crosses the thread boundary: an AppError keeps its code, fix and details. */
interface Failure {
  code: ErrorCode;
  message: string;
  fix?: string;
  details?: Record<string, unknown>;
}
interface Call {
  id: number;
  method: string;
  input: unknown;
}
type Reply = { id: number; value: unknown } | { id: number; failure: Failure };

export interface CallOptions {
  transfer?: Transferable[];
  signal?: AbortSignal;
}

/**
 * Request and response over a worker thread, the other end being `serveCalls`.
 * When the thread dies, every open call rejects with `unavailable` and `closed` turns true; calls are not retried.
 * A thread without open calls does not keep the process alive.
 */
export class WorkerCalls {
  readonly #worker: Worker;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  #next = 1;
  #closed = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`the thread ended with code ${code}`)));
    worker.unref();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Number of calls without an answer yet. */
  get pending(): number {
    return this.#open.size;
  }

  /** An abort rejects the caller at once; the thread finishes what it does and its answer is dropped. */
  call<T>(method: string, input: unknown, options: CallOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      if (this.#closed) return reject(new AppError('unavailable', 'The worker thread has ended.'));
      const id = this.#next++;
      const onAbort = () => {
        this.#forget(id);
        reject(options.signal?.reason);
      };
      const done = () => options.signal?.removeEventListener('abort', onAbort);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#open.set(id, {
        resolve: (value) => {
          done();
          resolve(value as T);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.#worker.ref();
      this.#worker.postMessage({ id, method, input } satisfies Call, options.transfer);
    });
  }

  /** Ends the thread now; open calls reject. */
  async close(): Promise<void> {
    this.#fail(new Error('it was closed'));
    await this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const call = this.#open.get(reply.id);
    this.#forget(reply.id);
    if (call === undefined) return;
    if ('failure' in reply) {
      const { code, message, fix, details } = reply.failure;
      call.reject(new AppError(code, message, { fix, details }));
    } else call.resolve(reply.value);
  }

  #forget(id: number): void {
    this.#open.delete(id);
    if (this.#open.size === 0) this.#worker.unref();
  }

  #fail(cause: unknown): void {
    this.#closed = true;
    const calls = [...this.#open.values()];
    this.#open.clear();
    for (const call of calls) {
      call.reject(
        new AppError('unavailable', `The worker thread ended during a call: ${messageOf(cause)}.`, { cause }),
      );
    }
  }
}

/** The thread's side: answers each call by the handler of its name. Call it once, at the end of the entry module. */
export function serveCalls(handlers: Record<string, (input: never) => unknown>): void {
  const port = parentPort;
  if (port === null) throw new Error('serveCalls belongs into a worker thread');
  port.on('message', async ({ id, method, input }: Call) => {
    try {
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`unknown method ${method}`);
      port.postMessage({ id, value: await handler(input as never) } satisfies Reply);
    } catch (error) {
      const failure: Failure = isAppError(error)
        ? { code: error.code, message: error.message, fix: error.fix, details: error.details }
        : { code: 'internal', message: messageOf(error) };
      port.postMessage({ id, failure } satisfies Reply);
    }
  });
}
