import { useInfiniteQuery } from '@tanstack/react-query';
import { ExternalLink, FileX } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button, buttonClass } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { Dialog } from '../../components/dialog.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { fileKeys } from './queries.ts';

export interface PassageRef {
  /** Null when the source was deleted. */
  file_id: string | null;
  file_name: string | null;
  char_start: number;
  char_end: number;
  /** The words as they were cited. */
  quote: string;
  heading_path?: string[];
  page?: number | null;
}

/** Characters shown before the passage, and how many are read at a time. */
const before = 1500;
const window = 6000;

/** The place in a source that a citation points to: its text around the quote, the quote marked and in view. */
export function PassagePanel({ passage, onClose }: { passage: PassageRef; onClose: () => void }) {
  const { file_id, file_name, heading_path = [], page } = passage;
  const place = [page ? `Page ${page}` : '', ...heading_path].filter(Boolean).join(' › ');
  return (
    <Dialog
      kind="sheet"
      title={file_name ?? 'Deleted source'}
      subtitle={place}
      onClose={onClose}
      actions={
        file_id && (
          <a
            href={`/api/files/${file_id}/content${page ? `#page=${page}` : ''}`}
            target="_blank"
            rel="noreferrer"
            className={buttonClass('ghost', 'sm')}
          >
            <ExternalLink aria-hidden className="size-4" />
            <span className="max-sm:sr-only">Original</span>
          </a>
        )
      }
    >
      {file_id ? (
        <SourceText fileId={file_id} passage={passage} />
      ) : (
        <EmptyState icon={FileX} title="The source was deleted">
          The quoted words stay: “{passage.quote}”
        </EmptyState>
      )}
    </Dialog>
  );
}

function SourceText({ fileId, passage }: { fileId: string; passage: PassageRef }) {
  const first = Math.max(0, passage.char_start - before);
  const query = useInfiniteQuery({
    queryKey: [...fileKeys.all, 'text', fileId, 'around', first],
    queryFn: ({ pageParam, signal }) =>
      api.files.text({ id: fileId, offset: pageParam.offset, limit: pageParam.limit }, { signal }),
    initialPageParam: { offset: first, limit: Math.max(window, passage.char_end - first + before) },
    getNextPageParam: (last) => {
      const end = last.offset + last.text.length;
      return end < last.total && last.text.length > 0 ? { offset: end, limit: window } : undefined;
    },
    getPreviousPageParam: (head) => {
      if (head.offset === 0) return undefined;
      const offset = Math.max(0, head.offset - window);
      return { offset, limit: head.offset - offset };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const mark = useRef<HTMLElement>(null);
  const loaded = query.isSuccess;
  useEffect(() => {
    if (loaded) mark.current?.scrollIntoView({ block: 'center' });
  }, [loaded]);
  if (query.isPending) return <SkeletonList rows={8} height="h-5" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const offset = query.data.pages[0]?.offset ?? 0;
  const text = query.data.pages.map((page) => page.text).join('');
  const at = locate(text, offset, passage);
  return (
    <div className="space-y-3">
      {query.hasPreviousPage && (
        <Button size="sm" busy={query.isFetchingPreviousPage} onClick={() => query.fetchPreviousPage()}>
          Show earlier text
        </Button>
      )}
      {!at && (
        <p role="status" className="rounded-lg bg-warn-soft px-3 py-2 text-warn">
          The quoted words are no longer at this place: “{passage.quote}”
        </p>
      )}
      <div
        className={cx(
          'break-words whitespace-pre-wrap',
          isAligned(text) ? 'font-mono text-xs leading-5' : 'leading-relaxed',
        )}
      >
        {at ? (
          <>
            {text.slice(0, at.start)}
            <mark ref={mark} className="px-0.5">
              {text.slice(at.start, at.end)}
            </mark>
            {text.slice(at.end)}
          </>
        ) : (
          text
        )}
      </div>
      {query.hasNextPage && (
        <Button size="sm" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          Show later text
        </Button>
      )}
    </div>
  );
}

/** Text drawn with spaces, such as a diagram or columns, which only letters of one width keep in shape. */
const isAligned = (text: string): boolean => (text.match(/\S {3,}\S/g)?.length ?? 0) > 3;

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Where the quote is in `text`: at its stored offsets when the words agree, else where the same words are. */
function locate(text: string, offset: number, passage: PassageRef): { start: number; end: number } | null {
  const start = passage.char_start - offset;
  const end = passage.char_end - offset;
  const found = squeeze(text.slice(Math.max(0, start), Math.max(0, end)));
  const quote = squeeze(passage.quote);
  if (found && (found.includes(quote) || quote.includes(found))) return { start, end };
  const exact = passage.quote ? text.indexOf(passage.quote) : -1;
  return exact >= 0 ? { start: exact, end: exact + passage.quote.length } : null;
}
