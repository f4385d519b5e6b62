import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { FileText, SearchX } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Meter } from '../../components/meter.tsx';
import { Page } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatBytes, humanize, plural } from '../../lib/format.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import { FileSheet } from './file-sheet.tsx';
import { FileStatus } from './file-status.tsx';
import { PassageSearch } from './passage-search.tsx';
import { filesQuery, quotaQuery } from './queries.ts';
import { UploadArea } from './upload-area.tsx';

const route = getRouteApi('/shell/files');

export function FilesPage() {
  const { search = '', file, project, find } = route.useSearch();
  const navigate = useNavigate({ from: '/files' });
  const files = useInfiniteQuery(
    filesQuery({ ...(search && { search }), ...(project && { project_id: project }) }),
  );
  const items = files.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search !== '' || project !== undefined;
  const open = (id: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, file: id }), resetScroll: false });
  return (
    <Page
      title="Files"
      description="Documents you gave, and what agents made. Everything here can be quoted and cited."
    >
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <div className="min-w-0 space-y-4 lg:order-none">
          <PassageSearch
            query={find ?? ''}
            projectId={project}
            onQuery={(value) =>
              void navigate({ search: (now) => ({ ...now, find: value || undefined }), replace: true })
            }
          />
          <div className="flex flex-wrap items-center gap-2">
            <SearchInput
              label="Filter by name"
              value={search}
              onChange={(value) =>
                void navigate({ search: (now) => ({ ...now, search: value || undefined }), replace: true })
              }
            />
            <div className="w-52">
              <ProjectSelect
                label="Project"
                quiet
                none="Every project"
                value={project ?? ''}
                onChange={(value) =>
                  void navigate({ search: (now) => ({ ...now, project: value || undefined }), replace: true })
                }
              />
            </div>
          </div>
          {files.isPending ? (
            <SkeletonList rows={5} height="h-14" />
          ) : files.isError ? (
            <ErrorState error={files.error} onRetry={() => files.refetch()} />
          ) : items.length > 0 ? (
            <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
              {items.map((item) => (
                <li key={item.id} className="relative flex items-center gap-3 px-4 py-2.5 hover:bg-sunken">
                  <FileText aria-hidden className="size-5 shrink-0 text-muted" />
                  <div className="min-w-0 flex-1">
                    <button
                      type="button"
                      onClick={() => open(item.id)}
                      className="block max-w-full truncate text-left font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:outline-accent"
                    >
                      {item.file_name}
                    </button>
                    <p className="flex flex-wrap items-center gap-x-2 text-[13px] text-muted">
                      <span>{formatBytes(item.size_bytes)}</span>
                      {item.page_count !== null && <span>{plural(item.page_count, 'page')}</span>}
                      <Ago at={item.created_at} />
                      {item.tags.map((tag) => (
                        <Badge key={tag}>{tag}</Badge>
                      ))}
                    </p>
                  </div>
                  <FileStatus file={item} />
                </li>
              ))}
            </ul>
          ) : filtered ? (
            <EmptyState
              icon={SearchX}
              title="No file matches"
              action={<Button onClick={() => void navigate({ search: {} })}>Clear filters</Button>}
            />
          ) : (
            <EmptyState icon={FileText} title="No files yet">
              Drop your first documents into the box, or add them to a project.
            </EmptyState>
          )}
          <LoadMore query={files} />
        </div>
        <div className="-order-1 space-y-4 lg:order-none">
          <UploadArea projectId={project} />
          <Quota />
        </div>
      </div>
      {file && <FileSheet key={file} id={file} onClose={() => open(undefined)} />}
    </Page>
  );
}

function Quota() {
  const quota = useQuery(quotaQuery);
  if (!quota.data) return null;
  const { used_bytes, total_quota_bytes, file_count, buckets } = quota.data;
  const share = total_quota_bytes > 0 ? used_bytes / total_quota_bytes : 0;
  return (
    <section aria-label="Space" className="space-y-2 rounded-xl border border-line bg-surface p-4">
      <p className="flex justify-between text-[13px]">
        <span className="font-medium">{plural(file_count, 'file')}</span>
        <span className="text-muted">
          {formatBytes(used_bytes)} of {formatBytes(total_quota_bytes)}
        </span>
      </p>
      <Meter
        label="Space used"
        value={share}
        tone={share > 0.95 ? 'danger' : share > 0.8 ? 'warn' : 'accent'}
      />
      <ul className="text-[13px] text-muted">
        {buckets
          .filter((item) => item.count > 0)
          .map((item) => (
            <li key={item.bucket} className="flex justify-between">
              <span>{humanize(item.bucket)}</span>
              <span>{formatBytes(item.size_bytes)}</span>
            </li>
          ))}
      </ul>
    </section>
  );
}
