import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { UsageLimit, usageContract } from '../../../../src/domains/usage/contract.ts';
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

/** 1: all of it. */
export const shareOf = (used: number, limit: number): number => (limit === 0 ? 1 : used / limit);

/** How much of a limit is used, of tokens or money, whichever is fuller. */
export const shareUsed = (limit: UsageLimit): number =>
  Math.max(
    limit.max_tokens === null ? 0 : shareOf(limit.used_tokens, limit.max_tokens),
    limit.max_cost_usd === null ? 0 : shareOf(limit.used_cost_usd, limit.max_cost_usd),
  );

export const pricesQuery = queryOptions({
  queryKey: ['usage', 'prices'],
  queryFn: ({ signal }) => api.usage.listPrices({}, { signal }),
});
