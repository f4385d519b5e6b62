import { queryOptions } from '@tanstack/react-query';
import type { File as StoredFile } from '../../../../src/domains/files/contract.ts';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export const fileKeys = { all: ['files'] as const };

/** Files being read by the server are asked for again each second and a half. */
const busy = (file: StoredFile): boolean =>
  file.processing_status === 'pending' || file.processing_status === 'processing';

export const filesQuery = (filter: { project_id?: string; search?: string }) => ({
  ...pagedQuery([...fileKeys.all, 'list', filter], (cursor, signal) =>
    api.files.list({ ...filter, cursor }, { signal }),
  ),
  refetchInterval: (query: { state: { data?: { pages: { items: StoredFile[] }[] } | undefined } }) =>
    query.state.data?.pages.some((page) => page.items.some(busy)) ? 1500 : (false as const),
});

export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: [...fileKeys.all, 'one', id],
    queryFn: ({ signal }) => api.files.get({ id }, { signal }),
    refetchInterval: (query) => (query.state.data && busy(query.state.data) ? 1500 : false),
  });

export const quotaQuery = queryOptions({
  queryKey: [...fileKeys.all, 'quota'],
  queryFn: ({ signal }) => api.files.quota({}, { signal }),
});

export const passagesQuery = (query: string, projectId?: string) =>
  queryOptions({
    queryKey: [...fileKeys.all, 'search', query, projectId],
    queryFn: ({ signal }) =>
      api.files.search({ query, limit: 20, ...(projectId && { project_id: projectId }) }, { signal }),
    enabled: query.trim().length > 0,
  });
