import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Brain, Eraser, GraduationCap, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Card, Page } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { FactDialog } from './fact-dialog.tsx';
import { FactRow } from './fact-row.tsx';
import { Filters, type MemoryFilter } from './filters.tsx';
import { LearningDialog } from './learning-dialog.tsx';
import { categories, factSearchQuery, factsQuery, memoryKeys, scopes } from './queries.ts';
import { Review } from './review.tsx';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/shell/memory');
const phrase = 'forget everything';

export function MemoryPage() {
  const address = route.useSearch();
  const navigate = useNavigate({ from: '/memory' });
  const filter: MemoryFilter = {
    search: address.search ?? '',
    category: categories.find((item) => item === address.category),
    scope: scopes.find((item) => item === address.scope),
    all: address.all ?? false,
  };
  const { search, category, scope, all } = filter;
  const [open, setOpen] = useState<'add' | 'clear' | 'learning' | null>(null);
  const searching = search.trim() !== '';
  const list = useInfiniteQuery({ ...factsQuery({ category, scope, all }), enabled: !searching });
  const found = useQuery({ ...factSearchQuery(search, category), enabled: searching });
  const clear = useAction(api.memory.clear, {
    refresh: [memoryKeys.all],
    done: ({ forgotten }) => `${plural(forgotten, 'fact')} forgotten.`,
    onSuccess: () => setOpen(null),
  });
  const query = searching ? found : list;
  const items = searching
    ? (found.data?.items ?? []).filter((item) => !scope || (item.project_id === null) === (scope === 'own'))
    : (list.data?.pages.flatMap((page) => page.items) ?? []);
  const change = (next: Partial<MemoryFilter>) =>
    void navigate({
      search: {
        search: (next.search ?? search) || undefined,
        category: 'category' in next ? next.category : category,
        scope: 'scope' in next ? next.scope : scope,
        all: (next.all ?? all) || undefined,
      },
      replace: true,
    });
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
          <Button icon={GraduationCap} onClick={() => setOpen('learning')}>
            How it learns
          </Button>
          {items.length > 0 && (
            <Button icon={Eraser} onClick={() => setOpen('clear')}>
              Forget everything
            </Button>
          )}
          {add}
        </>
      }
    >
      <div className="mb-6 empty:hidden">
        <Review />
      </div>
      <Filters filter={filter} onChange={change} />
      {query.isPending ? (
        <SkeletonList rows={5} height="h-16" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : items.length === 0 ? (
        searching || category || scope ? (
          <EmptyState
            icon={SearchX}
            title="Nothing remembered matches"
            action={<Button onClick={() => void navigate({ search: {} })}>Clear search and filters</Button>}
          />
        ) : (
          <EmptyState icon={Brain} title="Nothing is remembered yet" action={add}>
            Add a preference or a fact, such as “Reports are written in British English”, or tell it in a
            chat. It is used in every task and chat from then on.
          </EmptyState>
        )
      ) : searching ? (
        <Card>
          <ul aria-label="Found, best first" className="divide-y divide-line">
            {items.map((item) => (
              <FactRow key={item.id} fact={item} />
            ))}
          </ul>
        </Card>
      ) : (
        <Timeline facts={items} />
      )}
      {!searching && <LoadMore query={list} />}
      {open === 'add' && <FactDialog onClose={() => setOpen(null)} />}
      {open === 'learning' && <LearningDialog onClose={() => setOpen(null)} />}
      {open === 'clear' && (
        <ConfirmDialog
          title="Forget everything?"
          confirm="Forget everything"
          phrase={phrase}
          busy={clear.isPending}
          onConfirm={() => clear.mutate({ confirm: phrase })}
          onClose={() => setOpen(null)}
        >
          Every remembered fact of yours is deleted for good, of all projects, with what waits for a decision.
        </ConfirmDialog>
      )}
    </Page>
  );
}
