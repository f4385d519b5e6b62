import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronLeft, Plus, Shapes, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { ArtifactList } from './artifact-list.tsx';
import { ArtifactView } from './artifact-view.tsx';
import { NewArtifactDialog } from './new-artifact-dialog.tsx';
import { artifactsQuery } from './queries.ts';

interface CanvasPanelProps {
  conversationId: string;
  /** The artifact that is open, or `all` for the list. */
  shown: string;
  onShow: (shown: string | undefined) => void;
}

/** The canvas beside a chat: the artifacts of the branch that is shown, or one of them. */
export default function CanvasPanel({ conversationId, shown, onShow }: CanvasPanelProps) {
  const close = <IconButton label="Close the canvas" icon={X} onClick={() => onShow(undefined)} />;
  if (shown !== 'all')
    return (
      <ArtifactView
        key={shown}
        id={shown}
        level={2}
        before={<IconButton label="All artifacts" icon={ChevronLeft} onClick={() => onShow('all')} />}
        after={close}
        onDeleted={() => onShow('all')}
      />
    );
  return (
    <section aria-label="Canvas" className="flex h-full flex-col bg-surface">
      <header className="flex items-center gap-1 border-b border-line px-2 py-1.5">
        <h2 className="min-w-0 flex-1 truncate px-2 font-semibold">Canvas</h2>
        {close}
      </header>
      <Artifacts conversationId={conversationId} onShow={onShow} />
    </section>
  );
}

function Artifacts({ conversationId, onShow }: Omit<CanvasPanelProps, 'shown'>) {
  const [search, setSearch] = useState('');
  const [making, setMaking] = useState(false);
  const artifacts = useInfiniteQuery(
    artifactsQuery({ conversation_id: conversationId, ...(search && { search }) }),
  );
  const items = artifacts.data?.pages.flatMap((page) => page.items) ?? [];
  const make = (
    <Button icon={Plus} onClick={() => setMaking(true)}>
      New artifact
    </Button>
  );
  return (
    <div className="min-h-0 flex-1 space-y-3 overflow-y-auto py-3">
      <div className="flex gap-2 px-4">
        <SearchInput fill label="Search artifacts" value={search} onChange={setSearch} />
        {items.length > 0 && make}
      </div>
      {artifacts.isPending ? (
        <div className="px-4">
          <SkeletonList rows={3} height="h-12" />
        </div>
      ) : artifacts.isError ? (
        <div className="px-4">
          <ErrorState error={artifacts.error} onRetry={() => artifacts.refetch()} />
        </div>
      ) : items.length === 0 ? (
        <div className="px-4">
          <EmptyState
            icon={Shapes}
            title={search ? 'No artifact matches' : 'Nothing is on the canvas yet'}
            action={make}
          >
            {!search && 'Ask for a page, a diagram, a component or a text, or make one yourself.'}
          </EmptyState>
        </div>
      ) : (
        <ArtifactList items={items} onOpen={onShow} />
      )}
      <LoadMore query={artifacts} />
      {making && (
        <NewArtifactDialog
          place={{ conversation_id: conversationId }}
          onMade={({ id }) => {
            setMaking(false);
            onShow(id);
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </div>
  );
}
