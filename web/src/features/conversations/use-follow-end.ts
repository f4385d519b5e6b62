import { type UIEvent, useCallback, useEffect, useRef, useState } from 'react';

/** Keeps the end of a growing list in view, until one scrolls up to read. */
export function useFollowEnd() {
  const list = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const [atEnd, setAtEnd] = useState(true);

  // Follows whatever grows: new text, a rendered table, sources.
  useEffect(() => {
    const grown = new ResizeObserver(() => {
      if (follows.current) list.current?.scrollTo({ top: list.current.scrollHeight });
    });
    if (content.current) grown.observe(content.current);
    return () => grown.disconnect();
  }, []);

  const toEnd = useCallback(() => {
    follows.current = true;
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, []);
  const letGo = useCallback(() => {
    follows.current = false;
  }, []);

  return {
    list,
    content,
    atEnd,
    toEnd,
    letGo,
    onScroll({ currentTarget: box }: UIEvent<HTMLElement>): void {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
      // Only scrolling up lets go: text that grows below must not.
      if (near) follows.current = true;
      else if (box.scrollTop < lastTop.current) follows.current = false;
      lastTop.current = box.scrollTop;
      setAtEnd(near);
    },
  };
}
