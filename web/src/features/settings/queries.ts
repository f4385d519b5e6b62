import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';

export const providersQuery = queryOptions({
  queryKey: ['settings', 'providers'],
  queryFn: ({ signal }) => api.settings.listProviders({}, { signal }),
});
