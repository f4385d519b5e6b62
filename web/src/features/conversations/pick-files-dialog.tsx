import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Checkbox } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatBytes } from '../../lib/format.ts';
import { filesQuery } from '../files/queries.ts';
import type { StoredFile } from './drafts.ts';

interface PickFilesDialogProps {
  onPick: (files: StoredFile[]) => void;
  onClose: () => void;
}

/** A choice among the files one has. */
export function PickFilesDialog({ onPick, onClose }: PickFilesDialogProps) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<StoredFile[]>([]);
  const files = useInfiniteQuery(filesQuery(search ? { search } : {}));
  const items = files.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog
      title="Attach files"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            tone="primary"
            disabled={chosen.length === 0}
            onClick={() => {
              onPick(chosen);
              onClose();
            }}
          >
            Attach
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <SearchInput fill label="Search files" value={search} onChange={setSearch} />
        {files.isPending ? (
          <SkeletonList rows={4} height="h-8" />
        ) : files.isError ? (
          <ErrorState error={files.error} onRetry={() => files.refetch()} />
        ) : items.length === 0 ? (
          <p className="text-muted">{search ? 'No file matches.' : 'You have no files yet.'}</p>
        ) : (
          <ul aria-label="Files" className="space-y-2">
            {items.map((item) => (
              <li key={item.id}>
                <Checkbox
                  label={item.file_name}
                  hint={formatBytes(item.size_bytes)}
                  checked={chosen.some(({ id }) => id === item.id)}
                  onChange={(event) =>
                    setChosen((now) =>
                      event.target.checked ? [...now, item] : now.filter(({ id }) => id !== item.id),
                    )
                  }
                />
              </li>
            ))}
          </ul>
        )}
        <LoadMore query={files} />
      </div>
    </Dialog>
  );
}
