import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ArrowDown, ChevronLeft, EyeOff, Network, Shapes } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { useTitle } from '../../components/page.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatMoney, formatTokens } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { CanvasBeside } from '../canvas/canvas-beside.tsx';
import { PassagePanel, type PassageRef } from '../files/passage-panel.tsx';
import { PersonaName } from '../personas/persona-name.tsx';
import { Composer, type Said } from './composer.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { TurnView, turnsOf } from './message-view.tsx';
import { conversationKeys, conversationQuery } from './queries.ts';
import { SentDialog } from './sent-dialog.tsx';
import { TierSelect } from './tier-select.tsx';
import { TreePanel } from './tree-panel.tsx';
import { useConversationEvents } from './use-conversation-events.ts';
import { useFollowEnd } from './use-follow-end.ts';

const route = getRouteApi('/shell/chat/$conversationId');

export function ConversationView() {
  const { conversationId } = route.useParams();
  return <Conversation key={conversationId} id={conversationId} />;
}

function Conversation({ id }: { id: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message: wanted, artifact: canvas } = route.useSearch();
  const query = useQuery(conversationQuery(id));
  const [passage, setPassage] = useState<PassageRef | null>(null);
  const [overview, setOverview] = useState(false);
  const [previewed, setPreviewed] = useState<Said | null>(null);
  const messages = query.data?.messages ?? [];
  const streaming = messages.findLast((item) => item.role === 'assistant' && item.status === 'streaming');
  const waiting = messages.some((item) => item.status === 'waiting');
  const state = useConversationEvents(id, streaming);
  const end = useFollowEnd();
  const send = useAction(api.conversations.send, {
    announceError: false,
    refresh: [conversationKeys.lists],
    onSuccess: ({ user_message, assistant_message }) =>
      client.setQueryData(conversationQuery(id).queryKey, (now) =>
        now
          ? {
              ...now,
              messages: [
                // The stream may have told of them already.
                ...now.messages.filter(
                  (item) => item.id !== user_message.id && item.id !== assistant_message.id,
                ),
                user_message,
                assistant_message,
              ],
            }
          : now,
      ),
  });
  const stop = useAction(api.conversations.stop, { refresh: [conversationQuery(id).queryKey] });
  const show = useAction(api.conversations.show, {
    onSuccess: (shown) => client.setQueryData(conversationQuery(id).queryKey, shown),
  });
  const showCanvas = (artifact: string | undefined) =>
    void navigate({ to: '.', search: (now) => ({ ...now, artifact }), replace: true });
  const title = query.data?.conversation.title ?? 'New chat';
  useTitle(title);

  // A message that a search or the overview leads to: its branch is shown, and it comes into view.
  const { letGo } = end;
  const there = messages.some((item) => item.id === wanted);
  const loaded = query.isSuccess;
  const { mutate: showBranch } = show;
  const asked = useRef('');
  useEffect(() => {
    if (!wanted || !loaded) return;
    if (there) {
      letGo();
      document.getElementById(`message-${wanted}`)?.scrollIntoView({ block: 'center' });
    } else if (asked.current !== wanted) {
      asked.current = wanted;
      showBranch({ message_id: wanted });
    }
  }, [wanted, there, loaded, letGo, showBranch]);

  return (
    <CanvasBeside conversationId={id} messages={messages} shown={canvas} onShow={showCanvas}>
      <header className="flex items-center gap-1 border-b border-line py-1.5 pr-2 pl-3 md:pl-6">
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
            {query.data.conversation.persona_id && <PersonaName id={query.data.conversation.persona_id} />}
            {query.data.conversation.is_private && (
              <span
                className="flex items-center gap-1 px-2 text-[13px] text-muted"
                title="Nothing is remembered from it"
              >
                <EyeOff aria-hidden className="size-4" /> Private
              </span>
            )}
            <span className="px-2 text-[13px] whitespace-nowrap text-muted">
              <span className="max-sm:sr-only">
                {formatTokens(query.data.conversation.total_tokens)} tokens,{' '}
              </span>
              {formatMoney(query.data.conversation.total_cost)}
            </span>
            <IconButton
              label="Canvas"
              icon={Shapes}
              aria-pressed={canvas !== undefined}
              onClick={() => showCanvas(canvas === undefined ? 'all' : undefined)}
            />
            <IconButton label="Overview" icon={Network} onClick={() => setOverview(true)} />
            <ConversationMenu conversation={query.data.conversation} />
          </>
        )}
      </header>
      <div className="relative min-h-0 flex-1">
        <ScrollRegion
          ref={end.list}
          label="Messages"
          onScroll={end.onScroll}
          className="absolute inset-0 overflow-y-auto px-4 py-6 outline-offset-[-2px]"
        >
          <div ref={end.content} className="mx-auto max-w-3xl space-y-3">
            {query.isPending ? (
              <SkeletonList rows={4} height="h-20" />
            ) : query.isError ? (
              <ErrorState error={query.error} onRetry={() => query.refetch()} />
            ) : (
              turnsOf(messages).map((turn) => (
                <TurnView
                  key={turn.message.id}
                  turn={turn}
                  marked={turn.message.id === wanted}
                  busy={streaming !== undefined || waiting}
                  onCitation={setPassage}
                />
              ))
            )}
            {state === 'reconnecting' && (
              <p role="status" className="text-[13px] text-warn">
                Connection lost. The answer goes on at the server; reconnecting …
              </p>
            )}
          </div>
        </ScrollRegion>
        {!end.atEnd && (
          <Button
            size="sm"
            icon={ArrowDown}
            onClick={end.toEnd}
            className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-raised"
          >
            Latest
          </Button>
        )}
      </div>
      {query.isSuccess && (
        <Composer
          draft={id}
          answering={streaming !== undefined || waiting}
          sending={send.isPending}
          error={send.error}
          onPreview={setPreviewed}
          onStop={() => stop.mutate({ conversation_id: id })}
          onSend={(said) => {
            end.toEnd();
            return send.mutateAsync({ conversation_id: id, ...said });
          }}
        >
          <TierSelect conversation={query.data.conversation} />
        </Composer>
      )}
      {passage && <PassagePanel passage={passage} onClose={() => setPassage(null)} />}
      {previewed && (
        <SentDialog place={{ conversation_id: id }} said={previewed} onClose={() => setPreviewed(null)} />
      )}
      {overview && (
        <TreePanel
          conversationId={id}
          onClose={() => setOverview(false)}
          onJump={(message) => {
            setOverview(false);
            void navigate({ to: '.', search: (now) => ({ ...now, message }), replace: true });
          }}
        />
      )}
    </CanvasBeside>
  );
}
