import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../lib/api.ts';
import { follow } from '../../lib/live.ts';
import { conversationKeys, conversationQuery, type Message, type MessageEvent } from './queries.ts';

/** The message with another's text applied; replayed text at a known offset changes nothing. */
function apply(messages: Message[], event: MessageEvent): Message[] {
  if (event.message) {
    const next = event.message;
    const known = messages.some((item) => item.id === next.id);
    const all = known ? messages.map((item) => (item.id === next.id ? next : item)) : [...messages, next];
    return all.sort((one, other) => one.sequence - other.sequence);
  }
  if (event.type !== 'text' || event.text === undefined) return messages;
  const { text, offset } = event;
  return messages.map((item) => {
    if (item.id !== event.message_id) return item;
    const at = offset ?? item.content.length;
    // A gap cannot be filled from here; the final message brings the whole text.
    if (at > item.content.length) return item;
    return { ...item, content: item.content.slice(0, at) + text };
  });
}

/**
 * Follows the answer of a conversation that is still produced, from as far as it is known, into the query's data.
 * Leaving the page stops nothing; coming back goes on.
 */
export function useAnswer(conversationId: string, streaming: Message | undefined): 'live' | 'reconnecting' {
  const client = useQueryClient();
  const [state, setState] = useState<'live' | 'reconnecting'>('live');
  const messageId = streaming?.id;
  useEffect(() => {
    if (!messageId) return;
    const abort = new AbortController();
    const { queryKey } = conversationQuery(conversationId);
    const length = (): number =>
      client.getQueryData(queryKey)?.messages.find((item) => item.id === messageId)?.content.length ?? 0;
    const refresh = (): void => {
      void client.invalidateQueries({ queryKey });
      void client.invalidateQueries({ queryKey: conversationKeys.lists });
    };
    void follow<MessageEvent>(
      (signal) =>
        api.conversations.follow(
          { conversation_id: conversationId, message_id: messageId, offset: length() },
          { signal },
        ),
      abort.signal,
      {
        onState: (now) => {
          setState(now === 'reconnecting' ? 'reconnecting' : 'live');
          if (now === 'ended') refresh();
        },
        onEvent: (event) => {
          client.setQueryData(queryKey, (now) =>
            now ? { ...now, messages: apply(now.messages, event) } : now,
          );
          return event.type === 'done' ? 'stop' : undefined;
        },
      },
    );
    return () => abort.abort();
  }, [client, conversationId, messageId]);
  return state;
}
