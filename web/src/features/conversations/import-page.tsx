import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, CircleAlert, CircleCheck, FileUp } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { ProgressBar } from '../../components/meter.tsx';
import { useTitle } from '../../components/page.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, randomId } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { sendFile } from '../../lib/upload.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import { conversationKeys, type ImportJob, importsQuery } from './queries.ts';

const products = { chatgpt: 'ChatGPT', claude: 'Claude' } as const;
type Product = keyof typeof products;

/** Chats of other products: choose the export, watch it come in, read what could not be taken. */
export function ImportPage() {
  useTitle('Import chats');
  const client = useQueryClient();
  const imports = useQuery(importsQuery);
  const input = useRef<HTMLInputElement>(null);
  const [product, setProduct] = useState<Product>('chatgpt');
  const [project, setProject] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const start = useAction(
    (chosen: File) =>
      sendFile<ImportJob>({
        path: '/api/imports',
        query: { source: product, ...(project && { project_id: project }) },
        file: chosen,
        file_name: chosen.name,
        idempotency_key: randomId(),
        signal: new AbortController().signal,
        onProgress: setSent,
      }),
    {
      announceError: false,
      onSuccess: () => {
        setFile(null);
        void client.invalidateQueries({ queryKey: importsQuery.queryKey });
      },
    },
  );
  const made = imports.data?.items.reduce((sum, job) => sum + job.created_count, 0);
  // The list beside this page shows what has come in.
  useEffect(() => {
    if (made) void client.invalidateQueries({ queryKey: conversationKeys.lists });
  }, [client, made]);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (file) start.mutate(file);
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl space-y-6 px-4 py-6">
        <Link to="/chat" className="flex items-center gap-1 text-[13px] text-muted hover:text-text md:hidden">
          <ChevronLeft aria-hidden className="size-4" /> All chats
        </Link>
        <div>
          <h1 className="text-xl font-semibold tracking-tight">Import chats</h1>
          <p className="mt-1 text-muted">
            Ask ChatGPT or Claude for your data export in their settings, and choose the zip here as it came,
            or conversations.json out of it. Importing the same export again adds only what is new.
          </p>
        </div>
        <form onSubmit={submit} className="space-y-4 rounded-xl border border-line bg-surface p-4">
          <div className="grid gap-4 sm:grid-cols-2">
            <Select
              label="From"
              value={product}
              onChange={(event) => setProduct(event.target.value as Product)}
            >
              {Object.entries(products).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
            <ProjectSelect label="Into" none="No project" value={project} onChange={setProject} />
          </div>
          <div className="flex flex-wrap items-center gap-3">
            <Button icon={FileUp} onClick={() => input.current?.click()}>
              Choose the export
            </Button>
            <span className="min-w-0 truncate text-muted">
              {file?.name ?? 'A zip or JSON of at most 100 MB'}
            </span>
            <input
              ref={input}
              type="file"
              accept=".zip,.json"
              aria-label="Export to import"
              tabIndex={-1}
              className="sr-only"
              onChange={(event) => {
                setFile(event.target.files?.[0] ?? null);
                event.target.value = '';
              }}
            />
          </div>
          <FormError error={start.error} />
          {start.isPending && <ProgressBar label="Uploading the export" value={sent} />}
          <Button type="submit" tone="primary" disabled={!file} busy={start.isPending}>
            Import
          </Button>
        </form>
        <section className="space-y-3">
          <h2 className="text-[15px] font-semibold">Imports</h2>
          {imports.isPending ? (
            <SkeletonList rows={2} />
          ) : imports.isError ? (
            <ErrorState error={imports.error} onRetry={() => imports.refetch()} />
          ) : imports.data.items.length === 0 ? (
            <p className="text-muted">There were none yet.</p>
          ) : (
            <ul aria-label="Imports" className="space-y-3">
              {imports.data.items.map((job) => (
                <ImportRow key={job.id} job={job} />
              ))}
            </ul>
          )}
        </section>
      </div>
    </div>
  );
}

function ImportRow({ job }: { job: ImportJob }) {
  const cancel = useAction(api.conversations.cancelImport, { refresh: [importsQuery.queryKey] });
  const running = job.status === 'pending' || job.status === 'running';
  const product = products[job.source as Product] ?? job.source;
  return (
    <li className="space-y-2 rounded-xl border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-2">
        {job.status === 'completed' && <CircleCheck aria-hidden className="size-4 text-ok" />}
        {job.status === 'failed' && <CircleAlert aria-hidden className="size-4 text-danger" />}
        <span className="font-medium">{product}</span>
        <span className="min-w-0 flex-1 text-[13px] text-muted">
          <Ago at={job.created_at} />
        </span>
        {running && (
          <Button size="sm" busy={cancel.isPending} onClick={() => cancel.mutate({ import_id: job.id })}>
            Stop
          </Button>
        )}
      </div>
      {running && <ProgressBar label={`Importing from ${product}`} value={job.progress / 100} />}
      <p role="status">
        {job.status === 'cancelled' && (job.completed_at ? 'Stopped: ' : 'Stopping: ')}
        {plural(job.created_count, 'chat')} imported, {job.skipped_count} there already, {job.failed_count}{' '}
        not taken
      </p>
      {job.error_message && <p className="text-danger">{job.error_message}</p>}
      {job.report.length > 0 && (
        <details className="text-[13px]">
          <summary className="cursor-pointer text-muted hover:text-text">
            {plural(job.report.length, 'thing')} could not be taken
          </summary>
          <ul className="mt-2 space-y-1">
            {job.report.map((item) => (
              <li key={`${item.kind} ${item.external_id} ${item.problem}`}>
                <span className="text-muted">
                  {item.kind} {item.external_id}:
                </span>{' '}
                {item.problem}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
