import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Brain, Eraser, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Checkbox, Select } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { FactDialog } from './fact-dialog.tsx';
import { FactRow } from './fact-row.tsx';
import { categories, categoryLabels, factSearchQuery, factsQuery, memoryKeys } from './queries.ts';

const route = getRouteApi('/shell/memory');
const phrase = 'forget everything';

export function MemoryPage() {
  const { search = '', category: categoryText, all = false } = route.useSearch();
  const navigate = useNavigate({ from: '/memory' });
  const category = categories.find((item) => item === categoryText);
  const [open, setOpen] = useState<'add' | 'clear' | null>(null);
  const searching = search.trim() !== '';
  const list = useInfiniteQuery({ ...factsQuery({ category, all }), enabled: !searching });
  const found = useQuery({ ...factSearchQuery(search), enabled: searching });
  const clear = useAction(api.memory.clear, {
    refresh: [memoryKeys.all],
    done: ({ forgotten }) => `${plural(forgotten, 'fact')} forgotten.`,
    onSuccess: () => setOpen(null),
  });
  const query = searching ? found : list;
  const items = searching
    ? (found.data?.items ?? []).filter((item) => !category || item.category === category)
    : (list.data?.pages.flatMap((page) => page.items) ?? []);
  const add = (
    <Button tone="primary" icon={Plus} onClick={() => setOpen('add')}>
      Add a fact
    </Button>
  );
  return (
    <Page
      title="Memory"
      description="What agents and chats remember about you and your work. You decide what stays."
      actions={
        <>
          {items.length > 0 && (
            <Button icon={Eraser} onClick={() => setOpen('clear')}>
              Forget everything
            </Button>
          )}
          {add}
        </>
      }
    >
      <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
        <SearchInput
          label="Search memory"
          value={search}
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, search: value || undefined }), replace: true })
          }
        />
        <div className="w-44">
          <Select
            label="Category"
            quiet
            value={category ?? ''}
            onChange={(event) =>
              void navigate({
                search: (now) => ({ ...now, category: event.target.value || undefined }),
                replace: true,
              })
            }
          >
            <option value="">Every category</option>
            {categories.map((item) => (
              <option key={item} value={item}>
                {categoryLabels[item]}
              </option>
            ))}
          </Select>
        </div>
        {!searching && (
          <Checkbox
            label="Show what is off or replaced"
            checked={all}
            onChange={(event) =>
              void navigate({
                search: (now) => ({ ...now, all: event.target.checked || undefined }),
                replace: true,
              })
            }
          />
        )}
      </div>
      {query.isPending ? (
        <SkeletonList rows={5} height="h-16" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : items.length > 0 ? (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {items.map((item) => (
            <FactRow key={item.id} fact={item} />
          ))}
        </ul>
      ) : searching || category ? (
        <EmptyState
          icon={SearchX}
          title="Nothing remembered matches"
          action={<Button onClick={() => void navigate({ search: {} })}>Clear search and filter</Button>}
        />
      ) : (
        <EmptyState icon={Brain} title="Nothing is remembered yet" action={add}>
          Add a preference or a fact, such as “Reports are written in British English”. It is used in every
          task and chat from then on.
        </EmptyState>
      )}
      {!searching && <LoadMore query={list} />}
      {open === 'add' && <FactDialog onClose={() => setOpen(null)} />}
      {open === 'clear' && (
        <ConfirmDialog
          title="Forget everything?"
          confirm="Forget everything"
          phrase={phrase}
          busy={clear.isPending}
          onConfirm={() => clear.mutate({ confirm: phrase })}
          onClose={() => setOpen(null)}
        >
          Every remembered fact of yours is deleted for good, of all projects.
        </ConfirmDialog>
      )}
    </Page>
  );
}
