import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';

export const providersQuery = queryOptions({
  queryKey: ['settings', 'providers'],
  queryFn: ({ signal }) => api.settings.listProviders({}, { signal }),
});

export const usageQuery = (days: number) =>
  queryOptions({
    queryKey: ['settings', 'usage', days],
    queryFn: ({ signal }) => api.settings.usage({ days }, { signal }),
  });
