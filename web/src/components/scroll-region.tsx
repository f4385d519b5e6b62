import type { ReactNode, Ref, UIEventHandler } from 'react';

interface ScrollRegionProps {
  /** What is in it, for assistive technology. */
  label: string;
  className?: string;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
  onScroll?: UIEventHandler<HTMLElement>;
}

/** A part of the page that scrolls by itself. It takes focus, so that the keyboard can scroll it too. */
export function ScrollRegion({ label, children, ...rest }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, content that scrolls is reached by keyboard
    <section {...rest} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
