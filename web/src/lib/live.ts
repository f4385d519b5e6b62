import { ApiError } from './api.ts';
import { suspectConnection } from './connection.ts';

export interface FollowHandlers<E> {
  /** Called with each event of the stream. Return 'stop' when nothing more will come. */
  onEvent: (event: E) => 'stop' | undefined;
  /** A stream has been opened again after a break: what was missed must be asked for. */
  onReconnect?: () => void;
  onState?: (state: 'live' | 'reconnecting' | 'ended') => void;
}

const longestWait = 15_000;

/**
 * Follows a server-sent event stream and opens it again whenever it breaks, waiting longer each time
 * (0.5 s doubling to 15 s, with jitter). Ends when `signal` aborts, an event says stop, or the server refuses.
 */
export async function follow<E>(
  open: (signal: AbortSignal) => AsyncIterable<E>,
  signal: AbortSignal,
  handlers: FollowHandlers<E>,
): Promise<void> {
  let wait = 500;
  let opened = 0;
  while (!signal.aborted) {
    try {
      let first = true;
      for await (const event of open(signal)) {
        if (first) {
          first = false;
          wait = 500;
          if (opened++ > 0) handlers.onReconnect?.();
          handlers.onState?.('live');
        }
        if (handlers.onEvent(event) === 'stop') {
          handlers.onState?.('ended');
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.problem.status < 500 && error.problem.status !== 429) {
        handlers.onState?.('ended');
        return;
      }
    }
    if (signal.aborted) return;
    handlers.onState?.('reconnecting');
    void suspectConnection();
    await pause(wait * (0.75 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, longestWait);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
