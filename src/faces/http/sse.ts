import { problemOf } from '../problem.ts';

/** How often a silent stream says that it lives, so that proxies keep it open. */
const pingMs = 15_000;

/**
 * A flow as server-sent events, one JSON object an event. An error inside the flow is its last event,
 * `event: error` with the problem. The flow is told to end when the reader goes away.
 */
export function eventStream(flow: AsyncIterable<unknown>, abort: AbortController): Response {
  const encoder = new TextEncoder();
  const iterator = flow[Symbol.asyncIterator]();
  let ping: NodeJS.Timeout | undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(': open\n\n'));
      ping = setInterval(() => controller.enqueue(encoder.encode(': ping\n\n')), pingMs);
      void pump(controller);
    },
    cancel() {
      cancelled = true;
      clearInterval(ping);
      abort.abort();
      void iterator.return?.();
    },
  });

  async function pump(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done || abort.signal.aborted) break;
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
      }
    } catch (error) {
      if (!abort.signal.aborted)
        controller.enqueue(
          encoder.encode(`event: error\ndata: ${JSON.stringify(problemOf(error).body)}\n\n`),
        );
    } finally {
      clearInterval(ping);
      if (!cancelled) controller.close();
    }
  }

  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
