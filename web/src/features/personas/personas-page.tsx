import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Plus, SearchX, Users } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { PersonaCard } from './persona-card.tsx';
import { PersonaForm } from './persona-form.tsx';
import { personaCategoriesQuery, personasQuery } from './queries.ts';

const route = getRouteApi('/shell/personas');

/** Who one can talk to: one's own personas and the public ones. */
export function PersonasPage() {
  const { search = '', category } = route.useSearch();
  const navigate = useNavigate({ from: '/personas' });
  const [making, setMaking] = useState(false);
  const personas = useInfiniteQuery(personasQuery({ search: search || undefined, category }));
  const categories = useQuery(personaCategoriesQuery);
  const items = personas.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: { search?: string | undefined; category?: string | undefined }) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const make = (
    <Button tone="primary" icon={Plus} onClick={() => setMaking(true)}>
      New persona
    </Button>
  );
  return (
    <Page
      title="Personas"
      description="Assistants with a character, knowledge and a model of their own, to talk to in chats."
      actions={make}
    >
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <SearchInput
          label="Search personas"
          value={search}
          onChange={(value) => change({ search: value || undefined })}
        />
        <Select
          label="Category"
          quiet
          value={category ?? ''}
          onChange={(event) => change({ category: event.target.value || undefined })}
        >
          <option value="">All categories</option>
          {categories.data?.items.map((item) => (
            <option key={item.category} value={item.category}>
              {item.category} ({item.count})
            </option>
          ))}
        </Select>
      </div>
      {personas.isPending ? (
        <SkeletonList rows={4} height="h-32" />
      ) : personas.isError ? (
        <ErrorState error={personas.error} onRetry={() => personas.refetch()} />
      ) : items.length > 0 ? (
        <ul aria-label="Personas" className="grid gap-3 lg:grid-cols-2">
          {items.map((persona) => (
            <PersonaCard key={persona.id} persona={persona} />
          ))}
        </ul>
      ) : search || category ? (
        <EmptyState
          icon={SearchX}
          title="No persona matches"
          action={<Button onClick={() => void navigate({ search: {} })}>Clear search and filter</Button>}
        />
      ) : (
        <EmptyState icon={Users} title="No personas yet" action={make}>
          Say who it is and what it knows, and it answers that way in every chat with it.
        </EmptyState>
      )}
      <LoadMore query={personas} />
      {making && <PersonaForm onClose={() => setMaking(false)} />}
    </Page>
  );
}
