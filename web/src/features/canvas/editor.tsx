import { type ComponentProps, lazy, Suspense } from 'react';
import { SkeletonList } from '../../components/states.tsx';
import { whenReachable } from '../../lib/connection.ts';

const EditorView = lazy(() => whenReachable(() => import('./editor-view.tsx')));

/** The editor, and differences between texts. Loaded when first needed. */
export function Editor(props: ComponentProps<typeof EditorView>) {
  return (
    <Suspense
      fallback={
        <div className="p-4">
          <SkeletonList rows={4} height="h-5" />
        </div>
      }
    >
      <EditorView {...props} />
    </Suspense>
  );
}
