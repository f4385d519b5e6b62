import { lazy, Suspense } from 'react';
import { whenReachable } from '../lib/connection.ts';

const FormulaView = lazy(async () => ({
  default: (await whenReachable(() => import('./formula-view.tsx'))).FormulaView,
}));

interface FormulaProps {
  /** TeX. */
  formula: string;
  /** On a line of its own. */
  block?: boolean;
}

/** A formula. Loaded when first needed. */
export function Formula(props: FormulaProps) {
  return (
    <Suspense fallback={<code>{props.formula}</code>}>
      <FormulaView {...props} />
    </Suspense>
  );
}
