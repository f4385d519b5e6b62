import { useSyncExternalStore } from 'react';

/** Milliseconds between two looks whether an unreachable server is back. */
const every = 1500;

let away = false;
let looking: Promise<boolean> | undefined;
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

async function look(): Promise<boolean> {
  while (!(await answers())) {
    change(true);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  if (!away) return false;
  change(false);
  for (const onReturn of returns) onReturn();
  return true;
}

/**
 * Something could not reach the server. Looks for itself, so that one broken stream is no outage, and goes on
 * looking until the server answers. Gives whether it was away.
 */
export function suspectConnection(): Promise<boolean> {
  looking ??= look().finally(() => {
    looking = undefined;
  });
  return looking;
}

/** Loads a part of the console; while the server is away it waits, and then tries again. */
export async function whenReachable<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (!(await suspectConnection())) throw error;
    }
  }
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
