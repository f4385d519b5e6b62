import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LoadMore } from '../../components/load-more.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatBytes, plural } from '../../lib/format.ts';
import { FileStatus } from './file-status.tsx';
import { filesQuery } from './queries.ts';

/** The documents of one project. */
export function ProjectFiles({ projectId }: { projectId: string }) {
  const files = useInfiniteQuery(filesQuery({ project_id: projectId }));
  if (files.isPending) return <SkeletonList rows={2} height="h-12" />;
  if (files.isError) return <ErrorState error={files.error} onRetry={() => files.refetch()} />;
  const items = files.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <p className="text-[13px] text-muted">No documents yet. Agents quote and cite what you add here.</p>
    );
  return (
    <>
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
        {items.map((file) => (
          <li key={file.id} className="flex items-center gap-3 px-3.5 py-2.5">
            <div className="min-w-0 flex-1">
              <Link
                to="/files"
                search={{ file: file.id }}
                className="block truncate font-medium hover:text-accent hover:underline"
              >
                {file.file_name}
              </Link>
              <p className="text-[13px] text-muted">
                {formatBytes(file.size_bytes)}
                {file.page_count !== null && `, ${plural(file.page_count, 'page')}`}
              </p>
              {file.processing_error && <p className="text-[13px] text-danger">{file.processing_error}</p>}
            </div>
            <FileStatus file={file} />
          </li>
        ))}
      </ul>
      <LoadMore query={files} />
    </>
  );
}
