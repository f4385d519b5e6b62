import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';

export type { CustomFunction, McpServer, Skill } from '../../../../src/domains/extensions/contract.ts';

export const serversQuery = queryOptions({
  queryKey: ['extensions', 'servers'],
  queryFn: ({ signal }) => api.extensions.listServers({}, { signal }),
});

export const functionsQuery = queryOptions({
  queryKey: ['extensions', 'functions'],
  queryFn: ({ signal }) => api.extensions.listFunctions({}, { signal }),
});

export const skillsQuery = (search: string) =>
  queryOptions({
    queryKey: ['extensions', 'skills', search],
    queryFn: ({ signal }) => api.extensions.listSkills(search ? { search } : {}, { signal }),
  });

export const webSearchQuery = queryOptions({
  queryKey: ['extensions', 'web-search'],
  queryFn: ({ signal }) => api.extensions.webSearch({}, { signal }),
});
