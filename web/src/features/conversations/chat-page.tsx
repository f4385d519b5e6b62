import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Archive, ChevronLeft, MessageSquarePlus, Pin } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { buttonClass } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { LoadMore } from '../../components/load-more.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { conversationsQuery } from './queries.ts';

const route = getRouteApi('/shell/chat');

/** The list of conversations beside the one that is open; on a phone one of the two. */
export function ChatPage() {
  const { search = '', archived = false } = route.useSearch();
  const { conversationId } = useParams({ strict: false });
  const listOnly = useLocation({ select: ({ pathname }) => pathname === '/chat' || pathname === '/chat/' });
  const navigate = useNavigate();
  const conversations = useInfiniteQuery(conversationsQuery({ ...(search && { search }), archived }));
  const items = conversations.data?.pages.flatMap((page) => page.items) ?? [];
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
          <Link to="/chat/new" className={cx(buttonClass('primary'), 'w-full')}>
            <MessageSquarePlus aria-hidden className="size-4" />
            New chat
          </Link>
          <SearchInput
            fill
            label="Search chats"
            value={search}
            onChange={(value) =>
              void navigate({
                to: '.',
                search: (now) => ({ ...now, search: value || undefined }),
                replace: true,
              })
            }
          />
        </div>
        <nav aria-label="Chats" className="min-h-0 flex-1 overflow-y-auto px-3 pb-3">
          {conversations.isPending ? (
            <SkeletonList rows={5} height="h-12" />
          ) : conversations.isError ? (
            <ErrorState error={conversations.error} onRetry={() => conversations.refetch()} />
          ) : items.length === 0 ? (
            <p className="px-2 py-4 text-[13px] text-muted">
              {search ? 'No chat matches.' : archived ? 'Nothing is archived.' : 'No chats yet.'}
            </p>
          ) : (
            <ul className="space-y-0.5">
              {items.map((item) => (
                <li
                  key={item.id}
                  className={cx(
                    'flex items-center rounded-lg hover:bg-sunken',
                    item.id === conversationId && 'bg-accent-soft',
                  )}
                >
                  <Link
                    to="/chat/$conversationId"
                    params={{ conversationId: item.id }}
                    search={(now) => now}
                    className="min-w-0 flex-1 rounded-lg py-1.5 pl-2.5"
                  >
                    <span className="flex items-center gap-1.5">
                      {item.is_pinned && <Pin aria-label="Pinned" className="size-3.5 shrink-0 text-muted" />}
                      <span className="truncate font-medium">{item.title ?? 'New chat'}</span>
                    </span>
                    <span className="text-xs text-muted">
                      <Ago at={item.updated_at} />
                    </span>
                  </Link>
                  <ConversationMenu conversation={item} />
                </li>
              ))}
            </ul>
          )}
          <LoadMore query={conversations} />
        </nav>
        <Link
          to="."
          search={(now) => ({ ...now, archived: archived ? undefined : true })}
          className="flex items-center gap-2 border-t border-line px-5 py-3 text-[13px] text-muted hover:text-text"
        >
          {archived ? (
            <ChevronLeft aria-hidden className="size-4" />
          ) : (
            <Archive aria-hidden className="size-4" />
          )}
          {archived ? 'Back to chats' : 'Archived chats'}
        </Link>
      </aside>
      <div className={cx('min-w-0 flex-1 flex-col', listOnly ? 'hidden md:flex' : 'flex')}>
        <Outlet />
      </div>
    </div>
  );
}
