import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  foundMessage,
  messageEvent,
  Message as StoredMessage,
  treeMessage,
} from '../../../../src/domains/conversations/contract.ts';
import type { ImportJob } from '../../../../src/domains/conversations/transfer/contract.ts';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type { Attachment, Conversation } from '../../../../src/domains/conversations/contract.ts';
/** `call`: the tool call that the model writes, or that runs; its input is JSON that may not be complete yet. */
export type Message = StoredMessage & { call?: { tool: string; input: string } | undefined };
export type { ImportJob };
export type MessageEvent = z.output<typeof messageEvent>;
export type FoundMessage = z.output<typeof foundMessage>;
export type TreeMessage = z.output<typeof treeMessage>;
export type View = 'active' | 'archived' | 'trash';

export const conversationKeys = {
  all: ['conversations'] as const,
  lists: ['conversations', 'list'] as const,
  tools: ['conversations', 'tools'] as const,
};

export const conversationsQuery = (filter: { search?: string; view: View; project_id?: string }) =>
  pagedQuery([...conversationKeys.lists, filter], (cursor, signal) =>
    api.conversations.list({ ...filter, cursor }, { signal }),
  );

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: [...conversationKeys.all, 'one', id],
    queryFn: ({ signal }) => api.conversations.get({ conversation_id: id }, { signal }),
  });

export const treeQuery = (id: string) =>
  queryOptions({
    queryKey: [...conversationKeys.all, 'tree', id],
    queryFn: ({ signal }) => api.conversations.tree({ conversation_id: id }, { signal }),
    staleTime: 0,
  });

export const saidQuery = (query: string, projectId?: string) =>
  queryOptions({
    queryKey: [...conversationKeys.all, 'said', query, projectId],
    queryFn: ({ signal }) =>
      api.conversations.search({ query, ...(projectId && { project_id: projectId }) }, { signal }),
    enabled: query.trim() !== '',
  });

export const factsQuery = (messageId: string) =>
  queryOptions({
    queryKey: [...conversationKeys.all, 'facts', messageId],
    queryFn: ({ signal }) => api.conversations.facts({ message_id: messageId }, { signal }),
  });

export const sharesQuery = (id: string) =>
  queryOptions({
    queryKey: [...conversationKeys.all, 'shares', id],
    queryFn: ({ signal }) => api.conversations.listShares({ conversation_id: id }, { signal }),
    // Readers count themselves: nothing here tells of it.
    staleTime: 0,
  });

export const toolsQuery = (id: string) =>
  queryOptions({
    queryKey: [...conversationKeys.tools, id],
    queryFn: ({ signal }) => api.conversations.listTools({ conversation_id: id }, { signal }),
  });

export const importsQuery = queryOptions({
  queryKey: [...conversationKeys.all, 'imports'],
  queryFn: ({ signal }) => api.conversations.listImports({}, { signal }),
  refetchInterval: (query) =>
    query.state.data?.items.some(({ completed_at }) => completed_at === null) ? 1000 : false,
});
