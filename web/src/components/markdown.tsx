import { lazy, Suspense } from 'react';
import { whenReachable } from '../lib/connection.ts';
import { SkeletonList } from './states.tsx';

const MarkdownView = lazy(async () => ({
  default: (await whenReachable(() => import('./markdown-view.tsx'))).MarkdownView,
}));

interface MarkdownProps {
  text: string;
  /** Called with the number of a marker like [1]; without it markers stay text. */
  onCitation?: (marker: number) => void;
  /** Markers that have a passage; others stay text. */
  markers?: readonly number[];
}

/** Markdown as the field writes it (GFM). Raw HTML in it is shown as text, never run. Loaded when first needed. */
export function Markdown(props: MarkdownProps) {
  return (
    <Suspense fallback={<SkeletonList rows={3} height="h-4" />}>
      <MarkdownView {...props} />
    </Suspense>
  );
}
