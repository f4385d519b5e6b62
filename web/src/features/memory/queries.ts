import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { category } from '../../../../src/domains/memory/contract.ts';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type { Candidate, Fact, MemorySettings } from '../../../../src/domains/memory/contract.ts';
export type Category = z.output<typeof category>;

export const categories = category.options;
export const categoryLabels: Record<Category, string> = {
  preference: 'Preference',
  fact: 'Fact',
  instruction: 'Instruction',
  context: 'Context',
};

export const scopes = ['own', 'project'] as const;
export type Scope = (typeof scopes)[number];
export const scopeLabels: Record<Scope, string> = { own: 'About me', project: 'Of projects' };

export const memoryKeys = { all: ['memory'] as const };

export const factsQuery = (filter: {
  category: Category | undefined;
  scope: Scope | undefined;
  all: boolean;
}) =>
  pagedQuery([...memoryKeys.all, 'list', filter], (cursor, signal) =>
    api.memory.list(
      {
        ...(filter.category && { category: filter.category }),
        ...(filter.scope && { scope: filter.scope }),
        all: String(filter.all),
        cursor,
      },
      { signal },
    ),
  );

export const factSearchQuery = (query: string, category: Category | undefined) =>
  queryOptions({
    queryKey: [...memoryKeys.all, 'search', query, category],
    queryFn: ({ signal }) =>
      api.memory.search({ query, limit: 50, ...(category && { category }) }, { signal }),
  });

export const candidatesQuery = () =>
  pagedQuery([...memoryKeys.all, 'candidates'], (cursor, signal) =>
    api.memory.candidates({ cursor, limit: 20 }, { signal }),
  );

export const settingsQuery = queryOptions({
  queryKey: [...memoryKeys.all, 'settings'],
  queryFn: ({ signal }) => api.memory.settings({}, { signal }),
});
