import { useQuery } from '@tanstack/react-query';
import { Search, SearchX, X } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { Passage } from '../../../../src/domains/files/contract.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { Highlight } from './highlight.tsx';
import { PassagePanel } from './passage-panel.tsx';
import { passagesQuery } from './queries.ts';

interface PassageSearchProps {
  query: string;
  projectId: string | undefined;
  onQuery: (query: string) => void;
}

/** Finds passages inside documents by words and meaning. */
export function PassageSearch({ query, projectId, onQuery }: PassageSearchProps) {
  const [typed, setTyped] = useState(query);
  const [open, setOpen] = useState<Passage | null>(null);
  const passages = useQuery(passagesQuery(query, projectId));
  useEffect(() => setTyped(query), [query]);
  function submit(event: FormEvent): void {
    event.preventDefault();
    onQuery(typed.trim());
  }
  return (
    <search aria-label="Search inside documents" className="block space-y-3">
      <form onSubmit={submit} className="flex gap-2">
        <div className="relative min-w-0 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-3 left-3.5 size-4 text-muted" />
          <input
            type="text"
            aria-label="Search inside documents"
            placeholder="Search inside documents, by words or meaning"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="h-10 w-full rounded-lg border border-line-strong bg-surface pr-3 pl-10 placeholder:text-muted"
          />
        </div>
        <Button type="submit" tone="primary" busy={passages.isFetching} className="h-10">
          Search
        </Button>
      </form>
      {query !== '' && (
        <div className="rounded-xl border border-line bg-surface">
          <div className="flex items-center justify-between border-b border-line py-1 pr-1 pl-4">
            <h2 className="text-[13px] font-semibold">Passages for “{query}”</h2>
            <IconButton label="Close search results" icon={X} onClick={() => onQuery('')} />
          </div>
          <div className="p-2">
            {passages.isPending ? (
              <SkeletonList rows={3} height="h-20" />
            ) : passages.isError ? (
              <ErrorState error={passages.error} onRetry={() => passages.refetch()} />
            ) : passages.data.items.length === 0 ? (
              <EmptyState icon={SearchX} title="No passage found">
                Try other words. Only documents that are ready can be searched.
              </EmptyState>
            ) : (
              <ul>
                {passages.data.items.map((item) => (
                  <li key={item.id}>
                    <button
                      type="button"
                      onClick={() => setOpen(item)}
                      className="block w-full rounded-lg px-3 py-2.5 text-left hover:bg-sunken"
                    >
                      <span className="block text-[13px] text-muted">
                        {[item.file_name, item.page ? `page ${item.page}` : '', ...item.heading_path]
                          .filter(Boolean)
                          .join(' › ')}
                      </span>
                      <span className="mt-0.5 line-clamp-3">
                        <Highlight text={item.text} query={query} />
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </div>
        </div>
      )}
      {open && <PassagePanel passage={{ ...open, quote: open.text }} onClose={() => setOpen(null)} />}
    </search>
  );
}
