import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { cx } from '../../components/cx.ts';
import { SkeletonList } from '../../components/states.tsx';
import { whenReachable } from '../../lib/connection.ts';
import { settingsQuery } from '../preferences/queries.ts';
import { artifactOf } from './artifact-cards.tsx';

const CanvasPanel = lazy(() => whenReachable(() => import('./canvas-panel.tsx')));

interface CanvasBesideProps {
  conversationId: string;
  messages: readonly { id: string; tool_name: string | null; tool_output: unknown }[];
  /** The artifact that is open, `all` for the list, undefined while the canvas is closed. */
  shown: string | undefined;
  onShow: (shown: string | undefined) => void;
  /** The chat. */
  children: ReactNode;
}

/** A chat with the canvas beside or under it, as the person chose; on a narrow page it lies over the chat. */
export function CanvasBeside({ conversationId, messages, shown, onShow, children }: CanvasBesideProps) {
  const { canvas_position = 'right', canvas_auto_open = false } =
    useQuery(settingsQuery).data?.output_config ?? {};
  useOpened(messages, canvas_auto_open, onShow);
  const below = canvas_position === 'bottom';
  return (
    <div className={cx('relative flex min-h-0 flex-1', below ? 'flex-col' : 'flex-row')}>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>
      {shown !== undefined && (
        <aside
          aria-label="Canvas beside the chat"
          className={cx(
            'absolute inset-0 border-line bg-surface lg:relative lg:inset-auto',
            below ? 'lg:h-1/2 lg:border-t' : 'lg:w-1/2 lg:border-l',
          )}
        >
          <Suspense
            fallback={
              <div className="p-4">
                <SkeletonList rows={4} />
              </div>
            }
          >
            <CanvasPanel conversationId={conversationId} shown={shown} onShow={onShow} />
          </Suspense>
        </aside>
      )}
    </div>
  );
}

/** Opens what an answer makes while one looks, where there is room for it. */
function useOpened(
  messages: CanvasBesideProps['messages'],
  wanted: boolean,
  onShow: CanvasBesideProps['onShow'],
): void {
  const made = messages.findLast((message) => artifactOf(message) !== null);
  const loaded = messages.length > 0;
  const seen = useRef<string | undefined>(undefined);
  const started = useRef(false);
  const show = useRef(onShow);
  show.current = onShow;
  useEffect(() => {
    if (!loaded) return;
    const news = started.current && made !== undefined && made.id !== seen.current;
    started.current = true;
    seen.current = made?.id;
    const artifact = news && made ? artifactOf(made) : null;
    if (artifact && wanted && matchMedia('(min-width: 64rem)').matches) show.current(artifact.artifact_id);
  }, [loaded, made, wanted]);
}
