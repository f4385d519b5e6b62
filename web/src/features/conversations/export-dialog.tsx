import { Download } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select } from '../../components/field.tsx';

const formats = [
  ['markdown', 'Markdown'],
  ['pdf', 'PDF'],
  ['html', 'Web page (HTML)'],
  ['text', 'Plain text'],
  ['json', 'JSON, with every branch'],
] as const;

/** One chat, or all of them in an archive, as a download. */
export function ExportDialog({ conversationId, onClose }: { conversationId?: string; onClose: () => void }) {
  const [format, setFormat] = useState<string>('markdown');
  const query = new URLSearchParams({ format, ...(conversationId && { conversation_id: conversationId }) });
  return (
    <Dialog
      title={conversationId ? 'Export this chat' : 'Export all chats'}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <a
            href={`/api/conversations/export?${query}`}
            download
            onClick={onClose}
            className={buttonClass('primary')}
          >
            <Download aria-hidden className="size-4" /> Download
          </a>
        </>
      }
    >
      <div className="space-y-3">
        <Select label="Format" value={format} onChange={(event) => setFormat(event.target.value)}>
          {formats.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
        <p className="text-muted">
          {format === 'json' ? 'Every branch' : 'The branch that is shown'}
          {conversationId ? '' : ' of each chat, in a zip'}, with sources and the names of attached files.
        </p>
      </div>
    </Dialog>
  );
}
