import { useNavigate, useParams } from '@tanstack/react-router';
import {
  Archive,
  ArchiveRestore,
  Download,
  Eye,
  EyeOff,
  FolderInput,
  PencilLine,
  Pin,
  PinOff,
  Share2,
  SlidersHorizontal,
  Trash2,
  Undo2,
  Wrench,
} from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { Menu } from '../../components/menu.tsx';
import { RenameDialog } from '../../components/rename-dialog.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { ConversationSettingsDialog } from '../preferences/conversation-settings-dialog.tsx';
import { ProjectSelect } from '../projects/project-select.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { type Conversation, conversationKeys } from './queries.ts';
import { ShareDialog } from './share-dialog.tsx';
import { ToolsDialog } from './tools-dialog.tsx';

type Open = 'rename' | 'move' | 'share' | 'export' | 'tools' | 'settings' | 'delete';

/** What can be done with a conversation. */
export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const { conversationId: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<Open | null>(null);
  const { id, is_pinned, is_archived, is_private } = conversation;
  const title = conversation.title ?? 'New chat';
  const refresh = [conversationKeys.all];
  const update = useAction(api.conversations.update, { refresh });
  const leave = () => {
    setDialog(null);
    if (open === id) void navigate({ to: '/chat' });
  };
  const trash = useAction(api.conversations.delete, {
    refresh: [conversationKeys.lists],
    done: 'Moved to the trash, which tells until when it is kept.',
    onSuccess: leave,
  });
  const restore = useAction(api.conversations.restore, { refresh, done: 'Taken out of the trash.' });
  const remove = useAction(api.conversations.delete, {
    refresh: [conversationKeys.lists],
    done: 'Chat deleted.',
    onSuccess: leave,
  });
  const close = () => setDialog(null);
  return (
    <>
      <Menu
        label={`Actions for ${title}`}
        items={
          conversation.deleted_at
            ? [
                { label: 'Restore', icon: Undo2, run: () => restore.mutate({ conversation_id: id }) },
                { label: 'Delete for good', icon: Trash2, danger: true, run: () => setDialog('delete') },
              ]
            : [
                { label: 'Rename', icon: PencilLine, run: () => setDialog('rename') },
                {
                  label: is_pinned ? 'Unpin' : 'Pin',
                  icon: is_pinned ? PinOff : Pin,
                  run: () => update.mutate({ conversation_id: id, is_pinned: !is_pinned }),
                },
                { label: 'Move to a project', icon: FolderInput, run: () => setDialog('move') },
                {
                  label: is_private ? 'Remember again' : 'Make private',
                  icon: is_private ? Eye : EyeOff,
                  run: () => update.mutate({ conversation_id: id, is_private: !is_private }),
                },
                { label: 'Settings of this chat', icon: SlidersHorizontal, run: () => setDialog('settings') },
                { label: 'Tools', icon: Wrench, run: () => setDialog('tools') },
                { label: 'Share', icon: Share2, run: () => setDialog('share') },
                { label: 'Export', icon: Download, run: () => setDialog('export') },
                {
                  label: is_archived ? 'Take out of the archive' : 'Archive',
                  icon: is_archived ? ArchiveRestore : Archive,
                  run: () => update.mutate({ conversation_id: id, is_archived: !is_archived }),
                },
                {
                  label: 'Move to the trash',
                  icon: Trash2,
                  danger: true,
                  run: () => trash.mutate({ conversation_id: id }),
                },
              ]
        }
      />
      {dialog === 'rename' && <RenameChatDialog id={id} title={title} onClose={close} />}
      {dialog === 'move' && <MoveDialog conversation={conversation} onClose={close} />}
      {dialog === 'tools' && <ToolsDialog conversationId={id} onClose={close} />}
      {dialog === 'settings' && <ConversationSettingsDialog id={id} onClose={close} />}
      {dialog === 'share' && <ShareDialog conversationId={id} onClose={close} />}
      {dialog === 'export' && <ExportDialog conversationId={id} onClose={close} />}
      {dialog === 'delete' && (
        <ConfirmDialog
          title={`Delete “${title}”?`}
          confirm="Delete for good"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ conversation_id: id, permanently: 'true' })}
          onClose={close}
        >
          Its messages and links are deleted. What was remembered from it stays in Memory.
        </ConfirmDialog>
      )}
    </>
  );
}

function RenameChatDialog({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const rename = useAction(api.conversations.update, {
    refresh: [conversationKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  return (
    <RenameDialog
      heading="Rename chat"
      title={title}
      busy={rename.isPending}
      error={rename.error}
      onRename={(next) => rename.mutate({ conversation_id: id, title: next })}
      onClose={onClose}
    />
  );
}

function MoveDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [project, setProject] = useState(conversation.project_id ?? '');
  const move = useAction(api.conversations.update, {
    refresh: [conversationKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(): void {
    move.mutate({ conversation_id: conversation.id, project_id: project || null });
  }
  return (
    <FormDialog
      title="Move to a project"
      onClose={onClose}
      submit="Move"
      busy={move.isPending}
      error={move.error}
      onSubmit={submit}
    >
      <ProjectSelect label="Project" none="No project" value={project} onChange={setProject} />
      <p className="text-muted">
        The members of a project read its chats, and its editors may speak in them. Answers use the project’s
        documents and instructions.
      </p>
    </FormDialog>
  );
}
