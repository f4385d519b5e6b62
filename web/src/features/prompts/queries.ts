import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type {
  Prompt,
  PromptCategory,
  PromptVariable,
  PromptVersion,
} from '../../../../src/domains/prompts/contract.ts';

export const promptKeys = { all: ['prompts'] as const };

export const shelves = ['own', 'project', 'public', 'favorites'] as const;
export type Shelf = (typeof shelves)[number];
export const shelfLabels: Record<Shelf, string> = {
  own: 'Mine',
  project: 'Of projects',
  public: 'Open to everybody',
  favorites: 'Favourites',
};

export const promptsQuery = (filter: { shelf?: Shelf | undefined; category_id?: string | undefined }) =>
  pagedQuery([...promptKeys.all, 'list', filter], (cursor, signal) =>
    api.prompts.list(
      {
        ...(filter.shelf === 'favorites' ? { favorites: 'true' } : filter.shelf && { scope: filter.shelf }),
        ...(filter.category_id && { category_id: filter.category_id }),
        cursor,
      },
      { signal },
    ),
  );

export const promptSearchQuery = (query: string, category_id?: string) =>
  queryOptions({
    queryKey: [...promptKeys.all, 'search', query, category_id],
    queryFn: ({ signal }) => api.prompts.search({ query, ...(category_id && { category_id }) }, { signal }),
  });

export const promptQuery = (id: string) =>
  queryOptions({
    queryKey: [...promptKeys.all, 'one', id],
    queryFn: ({ signal }) => api.prompts.get({ prompt_id: id }, { signal }),
  });

export const promptVersionsQuery = (id: string) =>
  pagedQuery([...promptKeys.all, 'versions', id], (cursor, signal) =>
    api.prompts.versions({ prompt_id: id, cursor }, { signal }),
  );

export const categoriesQuery = queryOptions({
  queryKey: [...promptKeys.all, 'categories'],
  queryFn: ({ signal }) => api.prompts.listCategories({}, { signal }),
});
