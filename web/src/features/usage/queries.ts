import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { usageContract } from '../../../../src/domains/usage/contract.ts';
import { api } from '../../lib/api.ts';

export type { ModelPrice, UsageLimit } from '../../../../src/domains/usage/contract.ts';
export type UsageSummary = z.output<typeof usageContract.summary.output>;

export const usageQuery = (days: number, project: string | undefined) =>
  queryOptions({
    queryKey: ['usage', 'summary', days, project],
    queryFn: ({ signal }) => api.usage.summary({ days, project_id: project }, { signal }),
  });

export const limitsQuery = queryOptions({
  queryKey: ['usage', 'limits'],
  queryFn: ({ signal }) => api.usage.listLimits({}, { signal }),
});

export const pricesQuery = queryOptions({
  queryKey: ['usage', 'prices'],
  queryFn: ({ signal }) => api.usage.listPrices({}, { signal }),
});
