import { useNavigate, useParams } from '@tanstack/react-router';
import { Archive, ArchiveRestore, PencilLine, Pin, PinOff, Trash2 } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input } from '../../components/field.tsx';
import { Menu } from '../../components/menu.tsx';
import { FormError } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type Conversation, conversationKeys } from './queries.ts';

/** Rename, pin, archive, delete. */
export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const { conversationId: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const { id, is_pinned, is_archived } = conversation;
  const title = conversation.title ?? 'New chat';
  const refresh = [conversationKeys.all];
  const update = useAction(api.conversations.update, { refresh });
  const remove = useAction(api.conversations.delete, {
    refresh: [conversationKeys.lists],
    done: 'Chat deleted.',
    onSuccess: () => {
      setDialog(null);
      if (open === id) void navigate({ to: '/chat' });
    },
  });
  return (
    <>
      <Menu
        label={`Actions for ${title}`}
        items={[
          { label: 'Rename', icon: PencilLine, run: () => setDialog('rename') },
          {
            label: is_pinned ? 'Unpin' : 'Pin',
            icon: is_pinned ? PinOff : Pin,
            run: () => update.mutate({ conversation_id: id, is_pinned: !is_pinned }),
          },
          {
            label: is_archived ? 'Restore' : 'Archive',
            icon: is_archived ? ArchiveRestore : Archive,
            run: () => update.mutate({ conversation_id: id, is_archived: !is_archived }),
          },
          { label: 'Delete', icon: Trash2, danger: true, run: () => setDialog('delete') },
        ]}
      />
      {dialog === 'rename' && <RenameDialog id={id} title={title} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && (
        <ConfirmDialog
          title={`Delete “${title}”?`}
          confirm="Delete chat"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ conversation_id: id })}
          onClose={() => setDialog(null)}
        >
          Its messages are deleted for good. What was remembered from it stays in Memory.
        </ConfirmDialog>
      )}
    </>
  );
}

function RenameDialog({ id, title: stored, onClose }: { id: string; title: string; onClose: () => void }) {
  const form = useId();
  const [title, setTitle] = useState(stored);
  const rename = useAction(api.conversations.update, {
    refresh: [conversationKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    rename.mutate({ conversation_id: id, title });
  }
  return (
    <Dialog
      title="Rename chat"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <Input
          label="Title"
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <FormError error={rename.error} />
      </form>
    </Dialog>
  );
}
