import { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { AppError } from '../kernel/errors.ts';
import { startWorker } from '../kernel/worker.ts';
import type { EmbeddedReply, EmbeddedWorkerData } from './embedded-worker.ts';

/** The thread was stopped because a statement ran too long. */
export class InterruptedError extends Error {
  constructor() {
    super('statement timeout');
  }
}

/**
 * Embedded PostgreSQL (PGlite) behind the wire protocol: the ordinary `pg` driver connects to the stream
 * that `connect()` gives, so both engines share one driver, one type mapping and one error shape.
 * There is one session; the pool above it holds one client.
 */
export class EmbeddedEngine {
  readonly #data: EmbeddedWorkerData;
  #worker: Promise<Worker> | undefined;
  #stream: EmbeddedStream | undefined;

  constructor(data: EmbeddedWorkerData) {
    this.#data = data;
  }

  /** Starts the thread and waits until the database answers. Errors: `unavailable` when it cannot open. */
  async start(): Promise<void> {
    await this.#start();
  }

  /** A new stream to the one session; the previous one ends. */
  connect(): Duplex {
    this.#stream?.destroy();
    this.#stream = new EmbeddedStream(this.#start());
    return this.#stream;
  }

  /**
   * Ends a statement that runs too long, from outside: PGlite ignores `statement_timeout`, so the thread is
   * stopped and the next connection opens the folder again, which recovers like a server after a crash.
   * What was committed stays.
   */
  async interrupt(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#stream?.destroy(new InterruptedError());
    await (await worker?.catch(() => undefined))?.terminate();
  }

  /** Writes everything and ends the thread. */
  async close(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    this.#worker = undefined;
    this.#stream?.destroy();
    if (worker) {
      await closed(worker);
      await worker.terminate();
    }
  }

  #start(): Promise<Worker> {
    this.#worker ??= (async () => {
      const worker = await startWorker('database/embedded-worker', {
        data: this.#data,
        name: 'embedded PostgreSQL',
      });
      const reply = await new Promise<EmbeddedReply>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      if ('failed' in reply)
        throw new AppError('unavailable', `The embedded database does not open: ${reply.failed}`, {
          fix: 'Check that the data folder is writable and whole, or point META_AGENT_DATA_DIR at another one.',
        });
      return worker;
    })();
    return this.#worker;
  }
}

/** Lets the thread write everything and end. */
function closed(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.on('message', (message: EmbeddedReply | Uint8Array) => {
      if (!(message instanceof Uint8Array) && 'closed' in message) resolve();
    });
    worker.postMessage('close');
  });
}

/** What `pg` expects of a socket, over the worker's messages. */
class EmbeddedStream extends Duplex {
  readonly #worker: Promise<Worker>;
  #receive: ((message: Uint8Array | EmbeddedReply) => void) | undefined;

  constructor(worker: Promise<Worker>) {
    super();
    this.#worker = worker;
  }

  connect(): this {
    this.#worker.then(
      (worker) => {
        this.#receive = (message) => {
          if (message instanceof Uint8Array && !this.destroyed)
            this.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
        };
        worker.on('message', this.#receive);
        this.emit('connect');
      },
      (error) => this.destroy(error),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  /** What is gathered (see statements.ts) travels as one message. */
  #send(chunks: Buffer[], done: (error?: Error | null) => void): void {
    // 'X' is Terminate: the session of the embedded engine outlives its client.
    if (chunks.length === 1 && chunks[0]?.[0] === 0x58 && chunks[0].length === 5) {
      done();
      return;
    }
    const bytes = new Uint8Array(Buffer.concat(chunks));
    this.#worker.then(
      (worker) => worker.postMessage(bytes, [bytes.buffer]),
      (error) => this.destroy(error),
    );
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#worker.then(
      (worker) => {
        if (this.#receive) worker.off('message', this.#receive);
        done(error);
      },
      () => done(error),
    );
  }
}
