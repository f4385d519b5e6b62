import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type {
  CanvasArtifact,
  CanvasItem,
  CanvasVersion,
  ContentType,
} from '../../../../src/domains/canvas/contract.ts';

export const canvasKeys = {
  all: ['canvas'] as const,
  lists: ['canvas', 'list'] as const,
  /** Everything about one artifact. */
  one: (id: string) => ['canvas', 'one', id] as const,
};

export const artifactsQuery = (filter: {
  conversation_id?: string;
  project_id?: string;
  published?: 'true';
  search?: string;
}) =>
  pagedQuery([...canvasKeys.lists, filter], (cursor, signal) =>
    api.canvas.list({ ...filter, cursor }, { signal }),
  );

export const artifactQuery = (id: string) =>
  queryOptions({
    queryKey: [...canvasKeys.one(id), 'now'],
    queryFn: ({ signal }) => api.canvas.get({ artifact_id: id }, { signal }),
  });

export const versionsQuery = (id: string) =>
  pagedQuery([...canvasKeys.one(id), 'versions'], (cursor, signal) =>
    api.canvas.versions({ artifact_id: id, cursor }, { signal }),
  );

export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['canvas', 'version', id, version],
    queryFn: ({ signal }) => api.canvas.version({ artifact_id: id, version: String(version) }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const canvasSharesQuery = (id: string) =>
  queryOptions({
    queryKey: [...canvasKeys.one(id), 'shares'],
    queryFn: ({ signal }) => api.canvas.listShares({ artifact_id: id }, { signal }),
    // Readers count themselves: nothing here tells of it.
    staleTime: 0,
  });
