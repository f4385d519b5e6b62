import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { messageEvent } from '../../../../src/domains/conversations/contract.ts';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type { Conversation, Message } from '../../../../src/domains/conversations/contract.ts';
export type MessageEvent = z.output<typeof messageEvent>;

export const conversationKeys = {
  all: ['conversations'] as const,
  lists: ['conversations', 'list'] as const,
};

export const conversationsQuery = (filter: { search?: string; archived: boolean }) =>
  pagedQuery([...conversationKeys.lists, filter], (cursor, signal) =>
    api.conversations.list({ ...filter, archived: String(filter.archived), cursor }, { signal }),
  );

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: [...conversationKeys.all, 'one', id],
    queryFn: ({ signal }) => api.conversations.get({ conversation_id: id }, { signal }),
  });
