import type { ReactNode } from 'react';

/** The look of a tab link; the router marks the current one with `aria-current="page"`. */
export const tabClass =
  'border-b-2 border-transparent px-1 py-2.5 whitespace-nowrap text-muted hover:text-text ' +
  'aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-text';

/** A row of links between the views of one thing. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="-mx-4 overflow-x-auto border-b border-line px-4 sm:mx-0 sm:px-0">
      <div className="flex gap-5">{children}</div>
    </nav>
  );
}
