/**
 * What runs in a preview's frame. The server sends it with a policy that gives it an origin of its own and no network;
 * it is handed the content by a message, shows it, and says when that failed. Nothing it says is trusted.
 */
export interface Shown {
  type: 'show';
  content: string;
  dark: boolean;
}
export type Said = { type: 'ready' } | { type: 'shown' } | { type: 'failed'; message: string };

const page = globalThis.parent;
/** Kept before the content runs, which may put others in their place. */
const post = page.postMessage.bind(page);
const say = (said: Said): void => post(said, '*');

export const fail = (error: unknown): void =>
  say({
    type: 'failed',
    message: (error instanceof Error ? error.message : String(error)).slice(0, 2_000),
  });

/** Says what goes wrong later. */
function watch(): void {
  addEventListener('error', (event) => fail(event.error ?? event.message));
  addEventListener('unhandledrejection', (event) => fail(event.reason));
  addEventListener('securitypolicyviolation', (event) =>
    fail(`Not allowed in a preview: ${event.effectiveDirective} ${event.blockedURI}`),
  );
}

/** Waits for the content and shows it once. */
export function begin(show: (content: string, dark: boolean) => void | Promise<void>): void {
  // Peer connections are a network that no content policy closes: measured, `webrtc 'block'` included.
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel', 'WebTransport'])
    Reflect.deleteProperty(globalThis, name);
  watch();
  let done = false;
  addEventListener('message', async (event: MessageEvent<Shown>) => {
    if (done || event.source !== page || event.data.type !== 'show') return;
    done = true;
    const { content, dark } = event.data;
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
    try {
      await show(content, dark);
      say({ type: 'shown' });
    } catch (error) {
      fail(error);
    }
  });
  if (page !== globalThis.self) say({ type: 'ready' });
}
