import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { BookMarked, Plus, SearchX } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Menu } from '../../components/menu.tsx';
import { Card, Page } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { CategoriesDialog } from './categories-dialog.tsx';
import { PromptForm } from './prompt-form.tsx';
import { PromptRow } from './prompt-row.tsx';
import { PromptSheet } from './prompt-sheet.tsx';
import {
  categoriesQuery,
  promptKeys,
  promptSearchQuery,
  promptsQuery,
  type Shelf,
  shelfLabels,
  shelves,
} from './queries.ts';
import { exportPrompts, importPrompts } from './transfer.ts';

const route = getRouteApi('/shell/prompts');

/** The prompt library. */
export function PromptsPage() {
  const address = route.useSearch();
  const { search = '', category, prompt } = address;
  const shelf = shelves.find((item) => item === address.shelf);
  const navigate = useNavigate({ from: '/prompts' });
  const [open, setOpen] = useState<'new' | 'categories' | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const searching = search.trim() !== '';
  const list = useInfiniteQuery({ ...promptsQuery({ shelf, category_id: category }), enabled: !searching });
  const found = useQuery({ ...promptSearchQuery(search, category), enabled: searching });
  const categories = useQuery(categoriesQuery);
  const take = useAction(importPrompts, {
    refresh: [promptKeys.all],
    done: ({ imported, left_out }) =>
      `${plural(imported, 'prompt')} imported${left_out > 0 ? `, ${left_out} you had already` : ''}.`,
  });
  const save = useAction(exportPrompts);
  const query = searching ? found : list;
  const items = searching
    ? (found.data?.items ?? [])
    : (list.data?.pages.flatMap((page) => page.items) ?? []);
  const change = (next: Partial<typeof address>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const make = (
    <Button tone="primary" icon={Plus} onClick={() => setOpen('new')}>
      New prompt
    </Button>
  );
  return (
    <Page
      title="Prompts"
      description="Texts you use again. In a chat, type / to insert one."
      actions={
        <>
          {make}
          <Menu
            label="More for prompts"
            items={[
              { label: 'Categories', run: () => setOpen('categories') },
              { label: 'Import from a file', run: () => input.current?.click() },
              { label: 'Export my prompts', run: () => save.mutate(undefined) },
            ]}
          />
          <input
            ref={input}
            type="file"
            accept="application/json,.json"
            aria-label="File of prompts to import"
            tabIndex={-1}
            className="sr-only"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file) take.mutate(file);
              event.target.value = '';
            }}
          />
        </>
      }
    >
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <SearchInput
          label="Search prompts"
          value={search}
          onChange={(value) => change({ search: value || undefined })}
        />
        {!searching && (
          <Select
            label="Whose"
            quiet
            value={shelf ?? ''}
            onChange={(event) => change({ shelf: (event.target.value as Shelf) || undefined })}
          >
            <option value="">All</option>
            {shelves.map((value) => (
              <option key={value} value={value}>
                {shelfLabels[value]}
              </option>
            ))}
          </Select>
        )}
        <Select
          label="Category"
          quiet
          value={category ?? ''}
          onChange={(event) => change({ category: event.target.value || undefined })}
        >
          <option value="">All categories</option>
          {categories.data?.items.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      </div>
      {query.isPending ? (
        <SkeletonList rows={5} height="h-16" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : items.length > 0 ? (
        <Card>
          <ul aria-label={searching ? 'Found, best first' : 'Prompts'} className="divide-y divide-line">
            {items.map((item) => (
              <PromptRow key={item.id} prompt={item} onOpen={() => change({ prompt: item.id })} />
            ))}
          </ul>
        </Card>
      ) : searching || shelf || category ? (
        <EmptyState
          icon={SearchX}
          title="No prompt matches"
          action={<Button onClick={() => void navigate({ search: {} })}>Clear search and filters</Button>}
        />
      ) : (
        <EmptyState icon={BookMarked} title="No prompts yet" action={make}>
          Keep what you ask often, with {'{{name}}'} for what differs each time.
        </EmptyState>
      )}
      {!searching && <LoadMore query={list} />}
      {open === 'new' && <PromptForm onClose={() => setOpen(null)} />}
      {open === 'categories' && <CategoriesDialog onClose={() => setOpen(null)} />}
      {prompt && <PromptSheet key={prompt} id={prompt} onClose={() => change({ prompt: undefined })} />}
    </Page>
  );
}
