import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Archive, ChevronLeft, Import, MessageSquarePlus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { cx } from '../../components/cx.ts';
import { LoadMore } from '../../components/load-more.tsx';
import { Menu } from '../../components/menu.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { ChatInstructionsDialog } from '../projects/chat-instructions-dialog.tsx';
import { ProjectSelect } from '../projects/project-select.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { conversationKeys, conversationsQuery, type View } from './queries.ts';
import { SaidResults } from './said-results.tsx';

const route = getRouteApi('/shell/chat');
const empty: Record<View, string> = {
  active: 'No chats yet.',
  archived: 'Nothing is archived.',
  trash: 'The trash is empty.',
};

/** The list of conversations beside the one that is open; on a phone one of the two. */
export function ChatPage() {
  const { search = '', view = 'active', project = '' } = route.useSearch();
  const listOnly = useLocation({ select: ({ pathname }) => pathname === '/chat' || pathname === '/chat/' });
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'instructions' | 'export' | 'empty' | null>(null);
  const conversations = useInfiniteQuery(
    conversationsQuery({ view, ...(search && { search }), ...(project && { project_id: project }) }),
  );
  const items = conversations.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: { search?: string; project?: string }) =>
    void navigate({ to: '.', search: (now) => ({ ...now, ...next }), replace: true });
  return (
    <div className="absolute inset-0 flex">
      {listOnly && <h1 className="sr-only md:hidden">Chat</h1>}
      <aside
        aria-label="Conversations"
        className={cx(
          'w-full shrink-0 flex-col border-r border-line md:flex md:w-72',
          listOnly ? 'flex' : 'hidden',
        )}
      >
        <div className="space-y-2 p-3">
          <div className="flex gap-2">
            <Link
              to="/chat/new"
              search={(now) => now}
              className={cx(buttonClass('primary'), 'min-w-0 flex-1')}
            >
              <MessageSquarePlus aria-hidden className="size-4" />
              New chat
            </Link>
            <Menu
              label="More for chats"
              items={[
                {
                  label: 'Import from ChatGPT or Claude',
                  icon: Import,
                  run: () => void navigate({ to: '/chat/import' }),
                },
                { label: 'Export all chats', run: () => setDialog('export') },
                ...(project
                  ? [{ label: 'Instructions of the project', run: () => setDialog('instructions') }]
                  : []),
              ]}
            />
          </div>
          <SearchInput
            fill
            label="Search chats"
            value={search}
            onChange={(value) => change({ search: value || undefined })}
          />
          <ProjectSelect
            label="Folder"
            quiet
            none="All folders"
            value={project}
            onChange={(value) => change({ project: value || undefined })}
          />
        </div>
        <nav aria-label="Chats" className="min-h-0 flex-1 overflow-y-auto px-3 pb-3">
          {view !== 'active' && (
            <div className="flex items-center justify-between gap-2 px-2.5 pb-1">
              <h2 className="text-[13px] font-semibold">{view === 'trash' ? 'Trash' : 'Archive'}</h2>
              {view === 'trash' && items.length > 0 && (
                <Button size="sm" onClick={() => setDialog('empty')}>
                  Empty the trash
                </Button>
              )}
            </div>
          )}
          {conversations.isPending ? (
            <SkeletonList rows={5} height="h-12" />
          ) : conversations.isError ? (
            <ErrorState error={conversations.error} onRetry={() => conversations.refetch()} />
          ) : items.length === 0 ? (
            <p className="px-2 py-4 text-[13px] text-muted">{search ? 'No title matches.' : empty[view]}</p>
          ) : (
            <ul className="space-y-0.5">
              {items.map((item) => (
                <ConversationRow key={item.id} conversation={item} />
              ))}
            </ul>
          )}
          <LoadMore query={conversations} />
          {search && view === 'active' && <SaidResults query={search} projectId={project || undefined} />}
        </nav>
        <div className="flex border-t border-line text-[13px]">
          {view === 'active' ? (
            <>
              <ViewLink view="archived" icon={Archive} words="Archive" />
              <ViewLink view="trash" icon={Trash2} words="Trash" />
            </>
          ) : (
            <ViewLink view="active" icon={ChevronLeft} words="Back to chats" />
          )}
        </div>
      </aside>
      <div className={cx('min-w-0 flex-1 flex-col', listOnly ? 'hidden md:flex' : 'flex')}>
        <Outlet />
      </div>
      {dialog === 'export' && <ExportDialog onClose={() => setDialog(null)} />}
      {dialog === 'empty' && <EmptyTrashDialog projectId={project} onClose={() => setDialog(null)} />}
      {dialog === 'instructions' && project && (
        <ChatInstructionsDialog projectId={project} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}

function EmptyTrashDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const empty = useAction(api.conversations.emptyTrash, {
    refresh: [conversationKeys.lists],
    done: ({ deleted }) => `${plural(deleted, 'chat')} deleted.`,
    onSuccess: onClose,
  });
  return (
    <ConfirmDialog
      title="Empty the trash?"
      confirm="Delete for good"
      busy={empty.isPending}
      onConfirm={() => empty.mutate(projectId ? { project_id: projectId } : {})}
      onClose={onClose}
    >
      {projectId ? 'Every chat of the project' : 'Every chat of yours'} that is in the trash is deleted, with
      its messages and links. What was remembered from it stays in Memory.
    </ConfirmDialog>
  );
}

function ViewLink({ view, icon: Icon, words }: { view: View; icon: typeof Archive; words: string }) {
  return (
    <Link
      to="."
      search={(now) => ({ ...now, view: view === 'active' ? undefined : view })}
      className="flex flex-1 items-center gap-2 px-5 py-3 text-muted hover:text-text"
    >
      <Icon aria-hidden className="size-4" />
      {words}
    </Link>
  );
}
