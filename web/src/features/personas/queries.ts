import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type { Persona } from '../../../../src/domains/personas/contract.ts';

export const personaKeys = { all: ['personas'] as const };

export const personasQuery = (filter: { search?: string | undefined; category?: string | undefined }) =>
  pagedQuery([...personaKeys.all, 'list', filter], (cursor, signal) =>
    api.personas.list(
      {
        ...(filter.search && { search: filter.search }),
        ...(filter.category && { category: filter.category }),
        cursor,
      },
      { signal },
    ),
  );

/** Those one may choose among, in one list. */
export const personaChoicesQuery = queryOptions({
  queryKey: [...personaKeys.all, 'choices'],
  queryFn: ({ signal }) => api.personas.list({ limit: 200 }, { signal }),
});

export const personaQuery = (id: string) =>
  queryOptions({
    queryKey: [...personaKeys.all, 'one', id],
    queryFn: ({ signal }) => api.personas.get({ persona_id: id }, { signal }),
  });

export const personaCategoriesQuery = queryOptions({
  queryKey: [...personaKeys.all, 'categories'],
  queryFn: ({ signal }) => api.personas.categories({}, { signal }),
});

export const personaKnowledgeQuery = (id: string) =>
  queryOptions({
    queryKey: [...personaKeys.all, 'knowledge', id],
    queryFn: ({ signal }) => api.personas.listKnowledge({ persona_id: id }, { signal }),
  });
