import katex from 'katex';
import 'katex/dist/katex.min.css';
import { useLayoutEffect, useRef } from 'react';
import { ScrollRegion } from './scroll-region.tsx';

/**
 * TeX as KaTeX draws it, with MathML beside it for those who hear it. What cannot be read, or is not complete yet, is shown as it was
 * written. `trust` stays off: a formula brings no links and no markup of its own, and no size it asks for is larger than 20 em.
 */
export function FormulaView({ formula, block = false }: { formula: string; block?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (place.current)
      katex.render(formula, place.current, {
        displayMode: block,
        throwOnError: false,
        errorColor: 'inherit',
        maxSize: 20,
      });
  }, [formula, block]);
  const drawn = <span ref={place} />;
  return block ? (
    <ScrollRegion label="Formula" className="overflow-x-auto">
      {drawn}
    </ScrollRegion>
  ) : (
    drawn
  );
}
