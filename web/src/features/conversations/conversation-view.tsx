import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTitle } from '../../components/page.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatTokens } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { PassagePanel, type PassageRef } from '../files/passage-panel.tsx';
import { Composer } from './composer.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { TurnView, turnsOf } from './message-view.tsx';
import { conversationKeys, conversationQuery } from './queries.ts';
import { useAnswer } from './use-answer.ts';

const route = getRouteApi('/shell/chat/$conversationId');

export function ConversationView() {
  const { conversationId } = route.useParams();
  return <Conversation key={conversationId} id={conversationId} />;
}

function Conversation({ id }: { id: string }) {
  const client = useQueryClient();
  const query = useQuery(conversationQuery(id));
  const [passage, setPassage] = useState<PassageRef | null>(null);
  const messages = query.data?.messages ?? [];
  const streaming = messages.findLast((item) => item.role === 'assistant' && item.status === 'streaming');
  const state = useAnswer(id, streaming);
  const send = useAction(api.conversations.send, {
    announceError: false,
    refresh: [conversationKeys.lists],
    onSuccess: ({ user_message, assistant_message }) =>
      client.setQueryData(conversationQuery(id).queryKey, (now) =>
        now ? { ...now, messages: [...now.messages, user_message, assistant_message] } : now,
      ),
  });
  const stop = useAction(api.conversations.stop, { refresh: [conversationQuery(id).queryKey] });
  const title = query.data?.conversation.title ?? 'New chat';
  useTitle(title);

  const list = useRef<HTMLElement>(null);
  const pinned = useRef(true);
  const lastTop = useRef(0);
  const content = useRef<HTMLDivElement>(null);
  // Follows whatever grows: new text, a rendered table, sources. Not when one has scrolled up to read.
  useEffect(() => {
    const grown = new ResizeObserver(() => {
      if (pinned.current) list.current?.scrollTo({ top: list.current.scrollHeight });
    });
    if (content.current) grown.observe(content.current);
    return () => grown.disconnect();
  }, []);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex items-center gap-2 border-b border-line py-1.5 pr-2 pl-3 md:pl-6">
        <Link
          to="/chat"
          aria-label="All chats"
          className="grid size-9 place-items-center rounded-lg text-muted hover:bg-sunken md:hidden"
        >
          <ChevronLeft aria-hidden className="size-5" />
        </Link>
        <h1 className="min-w-0 flex-1 truncate font-semibold">{title}</h1>
        {query.data && (
          <>
            <span className="text-[13px] text-muted">
              {formatTokens(query.data.conversation.total_tokens)} tokens
            </span>
            <ConversationMenu conversation={query.data.conversation} />
          </>
        )}
      </header>
      <ScrollRegion
        ref={list}
        label="Messages"
        onScroll={({ currentTarget: box }) => {
          const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
          // Only scrolling up lets go: text that grows below must not.
          if (atEnd) pinned.current = true;
          else if (box.scrollTop < lastTop.current) pinned.current = false;
          lastTop.current = box.scrollTop;
        }}
        className="min-h-0 flex-1 overflow-y-auto px-4 py-6 outline-offset-[-2px]"
      >
        <div ref={content} className="mx-auto max-w-3xl space-y-6">
          {query.isPending ? (
            <SkeletonList rows={4} height="h-20" />
          ) : query.isError ? (
            <ErrorState error={query.error} onRetry={() => query.refetch()} />
          ) : (
            turnsOf(messages).map((turn) => (
              <TurnView key={turn.message.id} turn={turn} onCitation={setPassage} />
            ))
          )}
          {state === 'reconnecting' && (
            <p role="status" className="text-[13px] text-warn">
              Connection lost. The answer goes on at the server; reconnecting …
            </p>
          )}
        </div>
      </ScrollRegion>
      <Composer
        answering={streaming !== undefined}
        sending={send.isPending}
        error={send.error}
        onStop={() => stop.mutate({ conversation_id: id })}
        onSend={(content) => {
          pinned.current = true;
          return send.mutateAsync({ conversation_id: id, content });
        }}
      />
      {passage && <PassagePanel passage={passage} onClose={() => setPassage(null)} />}
    </div>
  );
}
