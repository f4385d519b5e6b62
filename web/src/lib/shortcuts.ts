import { useEffect, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

/** Single-key shortcuts can be switched off (WCAG 2.1.4). */
export function singleKeysOn(): boolean {
  return localStorage.getItem('single-keys') !== 'off';
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem('single-keys');
  else localStorage.setItem('single-keys', 'off');
  for (const listener of listeners) listener();
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, singleKeysOn);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/**
 * Calls `run` for a key, or for a sequence of two keys ("g p") pressed within a second.
 * Never while someone types or a dialog is open.
 */
export function useShortcut(keys: string, run: () => void): void {
  useEffect(() => {
    const [first, second] = keys.split(' ');
    let armedAt = 0;
    function onKey(event: KeyboardEvent): void {
      if (!singleKeysOn() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      if (second === undefined) {
        if (event.key !== first) return;
        event.preventDefault();
        run();
      } else if (event.key === second && Date.now() - armedAt < 1000) {
        armedAt = 0;
        event.preventDefault();
        run();
      } else armedAt = event.key === first ? Date.now() : 0;
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [keys, run]);
}
