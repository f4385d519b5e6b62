import { useSyncExternalStore } from 'react';

export interface Toast {
  id: number;
  text: string;
  more?: string | null;
  tone?: 'plain' | 'danger';
  /** Something to do about it, such as taking it back. */
  action?: { label: string; run: () => void };
}

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something at the corner of the page. Errors, and what can be acted on, stay longer than confirmations. */
export function toast(message: Omit<Toast, 'id'>): void {
  const id = nextId++;
  change([...toasts.slice(-2), { id, ...message }]);
  setTimeout(() => dismissToast(id), message.tone === 'danger' || message.action ? 10_000 : 4000);
}

export function dismissToast(id: number): void {
  change(toasts.filter((item) => item.id !== id));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
