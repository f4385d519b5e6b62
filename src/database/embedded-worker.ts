import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp';
import { vector } from '@electric-sql/pglite-pgvector';

/**
 * The thread that embedded PostgreSQL lives in. It speaks the PostgreSQL wire protocol over messages:
 * bytes in, bytes out, in order. A query blocks this thread only.
 */
export interface EmbeddedWorkerData {
  /** Folder of the database; undefined keeps it in memory. */
  dataDir?: string;
}

export type EmbeddedReply = { ready: true } | { failed: string } | { closed: true };

const port = parentPort;
if (!port) throw new Error('embedded-worker runs as a worker thread only');
const { dataDir } = workerData as EmbeddedWorkerData;

try {
  const database = await PGlite.create({
    ...(dataDir === undefined ? {} : { dataDir }),
    extensions: { vector, uuid_ossp },
    // The default of 128 MB is filled with zeros at each start, which took 0.4 s; the system caches the files as well.
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'],
  });
  let queue: Promise<void> = Promise.resolve();
  port.on('message', (message: Uint8Array | 'close') => {
    queue = queue.then(async () => {
      if (message === 'close') {
        await database.close();
        port.postMessage({ closed: true } satisfies EmbeddedReply);
        port.close();
      } else {
        // The answer is a view of a buffer of megabytes; cloning the view would copy all of that each time.
        const bytes = (await database.execProtocolRaw(message)).slice();
        port.postMessage(bytes, [bytes.buffer]);
      }
    });
  });
  port.postMessage({ ready: true } satisfies EmbeddedReply);
} catch (error) {
  port.postMessage({
    failed: error instanceof Error ? error.message : String(error),
  } satisfies EmbeddedReply);
  port.close();
}
