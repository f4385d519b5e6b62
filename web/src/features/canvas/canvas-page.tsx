import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Plus, SearchX, Shapes } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Checkbox } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Card, Page } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { ProjectSelect } from '../projects/project-select.tsx';
import { ArtifactList } from './artifact-list.tsx';
import { NewArtifactDialog } from './new-artifact-dialog.tsx';
import { artifactsQuery } from './queries.ts';

const route = getRouteApi('/shell/canvas');

/** Every artifact of a person, of a project of theirs, or that anybody published. */
export function CanvasPage() {
  const { search = '', project = '', published = false } = route.useSearch();
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const artifacts = useInfiniteQuery(
    artifactsQuery({
      ...(search && { search }),
      ...(project && { project_id: project }),
      ...(published && { published: 'true' as const }),
    }),
  );
  const items = artifacts.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: { search?: string; project?: string; published?: boolean }) =>
    void navigate({ to: '/canvas', search: (now) => ({ ...now, ...next }), replace: true });
  const open = (artifactId: string) => void navigate({ to: '/canvas/$artifactId', params: { artifactId } });
  const make = (
    <Button tone="primary" icon={Plus} onClick={() => setMaking(true)}>
      New artifact
    </Button>
  );
  return (
    <Page
      title="Canvas"
      description="Documents and programs that you and your chats made, with every version."
      actions={make}
    >
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <SearchInput
          label="Search artifacts"
          value={search}
          onChange={(value) => change({ search: value || undefined })}
        />
        <div className="w-full sm:w-56">
          <ProjectSelect
            label="Project"
            quiet
            none={published ? 'All' : 'All of mine'}
            value={project}
            onChange={(value) => change({ project: value || undefined })}
          />
        </div>
        <Checkbox
          className="pb-2"
          label="Published, by anybody"
          checked={published}
          onChange={(event) => change({ published: event.target.checked || undefined })}
        />
      </div>
      {artifacts.isPending ? (
        <SkeletonList rows={5} height="h-14" />
      ) : artifacts.isError ? (
        <ErrorState error={artifacts.error} onRetry={() => artifacts.refetch()} />
      ) : items.length > 0 ? (
        <Card>
          <ArtifactList items={items} onOpen={open} />
        </Card>
      ) : search || project || published ? (
        <EmptyState
          icon={SearchX}
          title="No artifact matches"
          action={<Button onClick={() => void navigate({ to: '/canvas' })}>Clear search and filter</Button>}
        />
      ) : (
        <EmptyState icon={Shapes} title="Nothing is on the canvas yet" action={make}>
          Ask a chat for a page, a diagram, a component or a text; what it makes stands here. Or make one
          yourself.
        </EmptyState>
      )}
      <LoadMore query={artifacts} />
      {making && (
        <NewArtifactDialog
          {...(project && { place: { project_id: project } })}
          onMade={({ id }) => open(id)}
          onClose={() => setMaking(false)}
        />
      )}
    </Page>
  );
}
