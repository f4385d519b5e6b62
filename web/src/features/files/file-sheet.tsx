import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CircleAlert, Download, ExternalLink, RotateCw, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { File as StoredFile } from '../../../../src/domains/files/contract.ts';
import { Button, buttonClass } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { formatBytes, formatCount, formatDateTime, plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import { FileStatus } from './file-status.tsx';
import { fileKeys, fileQuery } from './queries.ts';

/** One file: what it is, what was read from it, and what can be done with it. */
export function FileSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(fileQuery(id));
  const file = query.data;
  return (
    <Dialog
      kind="sheet"
      title={file?.file_name ?? 'File'}
      onClose={onClose}
      actions={
        file && (
          <a
            href={`/api/files/${id}/content?download=1`}
            download
            aria-label="Download"
            title="Download"
            className={buttonClass('ghost', 'sm')}
          >
            <Download aria-hidden className="size-4" />
          </a>
        )
      }
    >
      {query.isPending ? (
        <SkeletonList rows={4} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <FileDetail key={query.data.id} file={query.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function FileDetail({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const [deleting, setDeleting] = useState(false);
  const refresh = [fileKeys.all];
  const retry = useAction(api.files.retry, { refresh, done: 'Reading it again.' });
  const remove = useAction(api.files.delete, { refresh, done: 'File deleted.', onSuccess: onClose });
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
        <FileStatus file={file} />
        <span>{file.mime_type}</span>
        <span>{formatBytes(file.size_bytes)}</span>
        {file.page_count !== null && <span>{plural(file.page_count, 'page')}</span>}
        {file.text_length > 0 && <span>{formatCount(file.text_length)} characters read</span>}
        <span>{formatDateTime(file.created_at)}</span>
      </div>
      {file.processing_error && (
        <div role="alert" className="flex gap-3 rounded-xl bg-danger-soft p-3.5 text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0" />
          <div className="space-y-2">
            <p className="font-semibold">It could not be read</p>
            <p>{file.processing_error}</p>
            <Button
              size="sm"
              icon={RotateCw}
              busy={retry.isPending}
              onClick={() => retry.mutate({ id: file.id })}
            >
              Read again
            </Button>
          </div>
        </div>
      )}
      <FileForm file={file} />
      <Section
        title="Extracted text"
        actions={
          <a
            href={`/api/files/${file.id}/content`}
            target="_blank"
            rel="noreferrer"
            className={buttonClass('ghost', 'sm')}
          >
            <ExternalLink aria-hidden className="size-4" />
            Original
          </a>
        }
      >
        <ExtractedText file={file} />
      </Section>
      <div className="border-t border-line pt-4">
        <Button icon={Trash2} onClick={() => setDeleting(true)}>
          Delete file
        </Button>
      </div>
      {deleting && (
        <ConfirmDialog
          title={`Delete “${file.file_name}”?`}
          confirm="Delete file"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ id: file.id })}
          onClose={() => setDeleting(false)}
        >
          Quotes already in artifacts stay, but no longer open their source. This cannot be undone.
        </ConfirmDialog>
      )}
    </div>
  );
}

function FileForm({ file }: { file: StoredFile }) {
  const initial = {
    file_name: file.file_name,
    tags: file.tags.join(', '),
    project_id: file.project_id ?? '',
  };
  const [values, setValues] = useState(initial);
  const save = useAction(api.files.update, {
    refresh: [fileKeys.all],
    announceError: false,
    done: 'File saved.',
  });
  const fields = troubleOf(save.error).fields;
  const changed = JSON.stringify(values) !== JSON.stringify(initial);
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({
      id: file.id,
      file_name: values.file_name,
      tags: values.tags
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
      project_id: values.project_id || null,
    });
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <Input
        label="Name"
        required
        value={values.file_name}
        error={fields.file_name}
        onChange={(event) => setValues({ ...values, file_name: event.target.value })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Input
          label="Tags"
          hint="Separated by commas."
          value={values.tags}
          error={fields.tags}
          onChange={(event) => setValues({ ...values, tags: event.target.value })}
        />
        <ProjectSelect
          label="Project"
          none="No project"
          value={values.project_id}
          onChange={(project_id) => setValues({ ...values, project_id })}
        />
      </div>
      <FormError error={save.error} />
      {changed && (
        <div className="flex gap-2">
          <Button type="submit" tone="primary" busy={save.isPending}>
            Save changes
          </Button>
          <Button onClick={() => setValues(initial)}>Undo changes</Button>
        </div>
      )}
    </form>
  );
}

/** Characters read at a time. */
const piece = 20_000;

function ExtractedText({ file }: { file: StoredFile }) {
  const text = useInfiniteQuery({
    queryKey: [...fileKeys.all, 'text', file.id],
    queryFn: ({ pageParam, signal }) =>
      api.files.text({ id: file.id, offset: pageParam, limit: piece }, { signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => {
      const end = last.offset + last.text.length;
      return end < last.total && last.text.length > 0 ? end : undefined;
    },
    enabled: file.processing_status === 'completed' && file.text_length > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (file.processing_status !== 'completed')
    return (
      <p className="text-muted">
        {file.processing_status === 'failed'
          ? 'There is none.'
          : 'It appears here once the file has been read.'}
      </p>
    );
  if (file.text_length === 0) return <p className="text-muted">No text was found in this file.</p>;
  if (text.isPending) return <SkeletonList rows={6} height="h-4" />;
  if (text.isError) return <ErrorState error={text.error} onRetry={() => text.refetch()} />;
  return (
    <div className="space-y-3">
      <ScrollRegion
        label="Extracted text"
        className="max-h-96 overflow-y-auto rounded-lg border border-line bg-sunken p-3 leading-relaxed break-words whitespace-pre-wrap"
      >
        {text.data.pages.map((page) => page.text).join('')}
      </ScrollRegion>
      {text.hasNextPage && (
        <Button size="sm" busy={text.isFetchingNextPage} onClick={() => text.fetchNextPage()}>
          Read on
        </Button>
      )}
    </div>
  );
}
