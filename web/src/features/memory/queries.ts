import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { category } from '../../../../src/domains/memory/contract.ts';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type { Fact } from '../../../../src/domains/memory/contract.ts';
export type Category = z.output<typeof category>;

export const categories = category.options;
export const categoryLabels: Record<Category, string> = {
  preference: 'Preference',
  fact: 'Fact',
  instruction: 'Instruction',
  context: 'Context',
};

export const memoryKeys = { all: ['memory'] as const };

export const factsQuery = (filter: { category: Category | undefined; all: boolean }) =>
  pagedQuery([...memoryKeys.all, 'list', filter], (cursor, signal) =>
    api.memory.list(
      { ...(filter.category && { category: filter.category }), all: String(filter.all), cursor },
      { signal },
    ),
  );

export const factSearchQuery = (query: string) =>
  queryOptions({
    queryKey: [...memoryKeys.all, 'search', query],
    queryFn: ({ signal }) => api.memory.search({ query, limit: 50 }, { signal }),
  });
