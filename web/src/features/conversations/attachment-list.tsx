import { CircleAlert, FileText, Image, RotateCw, X } from 'lucide-react';
import { IconButton } from '../../components/button.tsx';
import { formatBytes } from '../../lib/format.ts';
import type { Attachment } from './queries.ts';
import type { Attachments } from './use-attachments.ts';

/** Files that go with the message being written. */
export function AttachingList({ attachments }: { attachments: Attachments }) {
  if (attachments.items.length === 0) return null;
  return (
    <ul aria-label="Files to send" className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.items.map((item) => (
        <li
          key={item.key}
          className="flex max-w-full items-center gap-1 rounded-lg border border-line bg-sunken pl-2.5 text-[13px]"
        >
          {item.trouble ? (
            <CircleAlert aria-hidden className="size-4 shrink-0 text-danger" />
          ) : (
            <FileText aria-hidden className="size-4 shrink-0 text-muted" />
          )}
          <span className="min-w-0 truncate">{item.name}</span>
          {item.trouble ? (
            <>
              <span role="alert" className="min-w-0 py-1 text-danger">
                {item.trouble.title} {item.trouble.fix}
              </span>
              <IconButton
                label={`Upload ${item.name} again`}
                icon={RotateCw}
                className="size-8"
                onClick={() => attachments.retry(item)}
              />
            </>
          ) : (
            item.file_id === null && (
              <span role="status" className="text-muted">
                {Math.round(item.progress * 100)} %
              </span>
            )
          )}
          <IconButton
            label={`Remove ${item.name}`}
            icon={X}
            className="size-8"
            onClick={() => attachments.remove(item.key)}
          />
        </li>
      ))}
    </ul>
  );
}

const deliveries = {
  native: 'seen by the model as it is',
  text: 'its whole text was read',
  passages: 'the passages found in it were read',
  unread: 'the model could not read it',
};

/** Files of a message, each with how the model was given it. */
export function AttachmentList({ attachments }: { attachments: Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap justify-end gap-2">
      {attachments.map((item) => {
        const Icon = item.file_type.startsWith('image/') ? Image : FileText;
        const inside = (
          <>
            <Icon aria-hidden className="size-4 shrink-0 text-muted" />
            <span className="min-w-0">
              <span className="block truncate">{item.file_name}</span>
              <span className="block text-xs text-muted">
                {item.file_size === null ? '' : `${formatBytes(item.file_size)}`}
                {item.delivered_as && `, ${deliveries[item.delivered_as]}`}
              </span>
            </span>
          </>
        );
        const look =
          'flex max-w-80 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 py-1.5 text-[13px]';
        return (
          <li key={item.id}>
            {item.file_id ? (
              <a
                href={`/api/files/${item.file_id}/content`}
                target="_blank"
                rel="noreferrer"
                className={`${look} hover:border-accent`}
              >
                {inside}
              </a>
            ) : (
              <span className={look} title="The file was deleted">
                {inside}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
