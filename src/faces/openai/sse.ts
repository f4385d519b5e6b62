import { openAiErrorOf } from './errors.ts';

/** How often a silent stream says that it lives, so that proxies keep it open. */
const pingMs = 15_000;

export interface ServerEvent {
  event?: string;
  data: unknown;
}

/**
 * Events as OpenAI streams them. An error inside the flow is its last event. A reader who goes away aborts the call;
 * the flow is still read to its end, which comes at once, so that the call is metered.
 */
export function serverEvents(flow: AsyncIterable<ServerEvent>, abort: AbortController): Response {
  const encoder = new TextEncoder();
  let ping: NodeJS.Timeout | undefined;
  let open = true;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        if (open) controller.enqueue(encoder.encode(text));
      };
      ping = setInterval(() => send(': ping\n\n'), pingMs);
      void (async () => {
        try {
          for await (const { event, data } of flow)
            send(
              `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
            );
        } catch (error) {
          send(`data: ${JSON.stringify({ error: openAiErrorOf(error).error })}\n\n`);
        } finally {
          clearInterval(ping);
          if (open) controller.close();
          open = false;
        }
      })();
    },
    cancel() {
      open = false;
      clearInterval(ping);
      abort.abort();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
