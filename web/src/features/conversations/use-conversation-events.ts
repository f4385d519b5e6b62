import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../lib/api.ts';
import { follow } from '../../lib/live.ts';
import { canvasKeys } from '../canvas/queries.ts';
import { conversationKeys, conversationQuery, type Message, type MessageEvent } from './queries.ts';

/** The messages with an event applied; replayed text at a known offset changes nothing. */
export function apply(messages: Message[], event: MessageEvent): Message[] {
  if (event.message) {
    const next = event.message;
    const known = messages.some((item) => item.id === next.id);
    const all = known ? messages.map((item) => (item.id === next.id ? next : item)) : [...messages, next];
    // The result of a call stands for it.
    const done = event.type === 'tool' ? next.parent_message_id : null;
    return all
      .map((item) => (item.id === done ? { ...item, call: undefined } : item))
      .sort((one, other) => one.sequence - other.sequence);
  }
  return messages.map((item) => (item.id === event.message_id ? grown(item, event) : item));
}

function grown(item: Message, { type, text = '', offset, tool_name = '' }: MessageEvent): Message {
  if (type === 'text') return { ...item, content: joined(item.content, text, offset), call: undefined };
  if (type === 'reasoning') return { ...item, reasoning: joined(item.reasoning ?? '', text, offset) };
  if (type !== 'call') return item;
  return {
    ...item,
    call: { tool: tool_name, input: joined(offset ? (item.call?.input ?? '') : '', text, offset) },
  };
}

/** A gap cannot be filled from here; the final message brings the whole text. */
function joined(known: string, text: string, offset = known.length): string {
  return offset > known.length ? known : known.slice(0, offset) + text;
}

/**
 * Follows a conversation while its page is looked at: the answer that is produced, from as far as it is known, and
 * what other tabs and people do. Leaving stops nothing; coming back goes on.
 */
export function useConversationEvents(
  conversationId: string,
  streaming: Message | undefined,
): 'live' | 'reconnecting' {
  const client = useQueryClient();
  const [state, setState] = useState<'live' | 'reconnecting'>('live');
  const visible = usePageVisible();
  const messageId = streaming?.id;
  const ready = useReady(conversationId);
  useEffect(() => {
    if (!visible || !ready) return;
    const abort = new AbortController();
    const { queryKey } = conversationQuery(conversationId);
    const length = (): number =>
      client.getQueryData(queryKey)?.messages.find((item) => item.id === messageId)?.content.length ?? 0;
    const refresh = (): void => {
      void client.invalidateQueries({ queryKey: canvasKeys.all });
      void client.invalidateQueries({ queryKey });
      void client.invalidateQueries({ queryKey: conversationKeys.lists });
      void client.invalidateQueries({ queryKey: [...conversationKeys.all, 'tree', conversationId] });
    };
    void follow<MessageEvent>(
      (signal) =>
        api.conversations.follow(
          {
            conversation_id: conversationId,
            stay: 'true',
            ...(messageId && { message_id: messageId, offset: length() }),
          },
          { signal },
        ),
      abort.signal,
      {
        onReconnect: refresh,
        onState: (now) => setState(now === 'reconnecting' ? 'reconnecting' : 'live'),
        onEvent: (event) => {
          if (event.type === 'changed') refresh();
          if (event.artifact_id) {
            void client.invalidateQueries({ queryKey: canvasKeys.one(event.artifact_id) });
            void client.invalidateQueries({ queryKey: canvasKeys.lists });
          }
          client.setQueryData(queryKey, (now) =>
            now ? { ...now, messages: apply(now.messages, event) } : now,
          );
          // The end of an answer: what it cost and the title come with the conversation.
          if (event.message?.id === messageId && event.message?.status !== 'streaming') refresh();
          return undefined;
        },
      },
    );
    return () => abort.abort();
  }, [client, conversationId, messageId, visible, ready]);
  return state;
}

/** Whether the conversation has been read: what is followed is added to that. */
function useReady(conversationId: string): boolean {
  const client = useQueryClient();
  return client.getQueryData(conversationQuery(conversationId).queryKey) !== undefined;
}

/** A hidden tab follows nothing: browsers allow six connections to one server. */
function usePageVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}
