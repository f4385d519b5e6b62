import { CircleAlert, RotateCw, Upload as UploadIcon, X } from 'lucide-react';
import { type DragEvent, useId, useRef, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { ProgressBar } from '../../components/meter.tsx';
import { formatBytes } from '../../lib/format.ts';
import { type Upload, useUploads } from './use-uploads.ts';

/** Where documents are dropped or chosen; shows each one until it has arrived. */
export function UploadArea({ projectId }: { projectId?: string }) {
  const { uploads, add, retry, remove } = useUploads(projectId);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const inputId = useId();

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  }

  return (
    <div className="space-y-2">
      <section
        aria-label="Upload documents"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        className={cx(
          'flex flex-wrap items-center gap-3 rounded-xl border border-dashed p-4',
          over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface',
        )}
      >
        <UploadIcon aria-hidden className="size-5 shrink-0 text-muted" />
        <p className="min-w-0 flex-1 basis-40">
          <span className="font-medium">Drop documents here</span>
          <span className="block text-[13px] text-muted">
            PDF, DOCX, XLSX, PPTX, Markdown, HTML or plain text
          </span>
        </p>
        <Button size="sm" onClick={() => input.current?.click()}>
          Choose files
        </Button>
        <label htmlFor={inputId} className="sr-only">
          Files to upload
        </label>
        <input
          ref={input}
          id={inputId}
          type="file"
          multiple
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            add(event.target.files ?? []);
            event.target.value = '';
          }}
        />
      </section>
      {uploads.length > 0 && (
        <ul className="space-y-2" aria-label="Uploads">
          {uploads.map((upload) => (
            <UploadRow
              key={upload.key}
              upload={upload}
              onRetry={() => retry(upload)}
              onRemove={() => remove(upload)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

interface UploadRowProps {
  upload: Upload;
  onRetry: () => void;
  onRemove: () => void;
}

function UploadRow({ upload, onRetry, onRemove }: UploadRowProps) {
  const { file, progress, trouble } = upload;
  return (
    <li className="rounded-lg border border-line bg-surface py-1.5 pr-1.5 pl-3">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate">{file.name}</span>
        <span className="text-[13px] text-muted">
          {trouble ? formatBytes(file.size) : `${Math.round(progress * 100)} %`}
        </span>
        {trouble && <IconButton label={`Try ${file.name} again`} icon={RotateCw} onClick={onRetry} />}
        <IconButton label={`Remove ${file.name}`} icon={X} onClick={onRemove} />
      </div>
      {trouble ? (
        <p role="alert" className="flex gap-1.5 pb-1 text-[13px] text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span>
            {trouble.title} {trouble.fix}
          </span>
        </p>
      ) : (
        <div className="pr-2 pb-1.5">
          <ProgressBar label={`Uploading ${file.name}`} value={progress} />
        </div>
      )}
    </li>
  );
}
