import { useSyncExternalStore } from 'react';

/** Milliseconds between two looks whether an unreachable server is back. */
const every = 1500;

let away = false;
let looking = false;
const listeners = new Set<() => void>();
const returns = new Set<() => void>();

function change(next: boolean): void {
  if (away === next) return;
  away = next;
  for (const listener of listeners) listener();
}

const answers = (): Promise<boolean> =>
  fetch('/healthz', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  );

/**
 * Something could not reach the server. Looks for itself, so that one broken stream is no outage, and goes on
 * looking until the server answers again.
 */
export async function suspectConnection(): Promise<void> {
  if (looking) return;
  looking = true;
  while (!(await answers())) {
    change(true);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  looking = false;
  if (!away) return;
  change(false);
  for (const onReturn of returns) onReturn();
}

/** Calls `onReturn` whenever the server answers again after it was away. */
export function onServerReturn(onReturn: () => void): void {
  returns.add(onReturn);
}

/** Whether the server is known not to answer. */
export const isServerAway = (): boolean => away;

/** `isServerAway`, as it changes. */
export function useServerAway(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isServerAway);
}
