import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { FileText } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { cx } from '../../components/cx.ts';
import { LoadMore } from '../../components/load-more.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { artifactLooks, artifactTitle } from './artifact-looks.ts';
import { ArtifactView } from './artifact-view.tsx';
import { useProject } from './project-context.ts';
import { artifactsQuery } from './queries.ts';

const route = getRouteApi('/shell/projects/$projectId/artifacts');

/** All artifacts beside the one that is read. */
export function ArtifactsTab() {
  const { project } = useProject();
  const { artifact, cite } = route.useSearch();
  const navigate = useNavigate({ from: '/projects/$projectId/artifacts' });
  const artifacts = useInfiniteQuery(artifactsQuery(project.id));
  if (artifacts.isPending) return <SkeletonList rows={3} />;
  if (artifacts.isError) return <ErrorState error={artifacts.error} onRetry={() => artifacts.refetch()} />;
  const items = artifacts.data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return (
      <EmptyState icon={FileText} title="No artifacts yet">
        What agents write appears here, with citations that open their source.
      </EmptyState>
    );
  const selected = artifact ?? items[0]?.id;
  return (
    <div className="grid grid-cols-1 items-start gap-5 md:grid-cols-[15rem_minmax(0,1fr)]">
      <nav aria-label="Artifacts">
        <ul className="space-y-1">
          {items.map((item) => (
            <li key={item.id}>
              <button
                type="button"
                aria-current={item.id === selected || undefined}
                onClick={() =>
                  void navigate({ search: (now) => ({ ...now, artifact: item.id, cite: undefined }) })
                }
                className={cx(
                  'block w-full rounded-lg border px-3 py-2 text-left',
                  item.id === selected
                    ? 'border-accent bg-accent-soft'
                    : 'border-transparent hover:bg-sunken',
                )}
              >
                <span className="block leading-5 font-medium">{artifactTitle(item.name)}</span>
                <span className="mt-1 flex flex-wrap items-center gap-x-2 text-xs text-muted">
                  <Badge tone={artifactLooks[item.status].tone}>{artifactLooks[item.status].label}</Badge>
                  <Ago at={item.created_at} />
                </span>
              </button>
            </li>
          ))}
        </ul>
        <LoadMore query={artifacts} />
      </nav>
      {selected && (
        <ArtifactView
          key={selected}
          id={selected}
          cite={cite}
          onCite={(marker) =>
            void navigate({
              search: (now) => ({ ...now, artifact: selected, cite: marker }),
              resetScroll: false,
            })
          }
        />
      )}
    </div>
  );
}
