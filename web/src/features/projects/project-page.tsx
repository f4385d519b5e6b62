import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useNavigate } from '@tanstack/react-router';
import { Building2, ChevronRight } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTitle } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { Tabs, tabClass } from '../../components/tabs.tsx';
import { whenReachable } from '../../lib/connection.ts';
import { formatMoney, formatTokens } from '../../lib/format.ts';
import { ProjectActions } from './project-actions.tsx';
import { projectContext } from './project-context.ts';
import { projectQuery } from './queries.ts';
import { ProjectBadge } from './status.tsx';
import { type LiveState, useProjectEvents } from './use-project-events.ts';

const TaskSheet = lazy(async () => ({
  default: (await whenReachable(() => import('./task-sheet.tsx'))).TaskSheet,
}));

const route = getRouteApi('/shell/projects/$projectId');

const tabs = [
  { to: '/projects/$projectId', label: 'Overview' },
  { to: '/projects/$projectId/graph', label: 'Graph' },
  { to: '/projects/$projectId/board', label: 'Board' },
  { to: '/projects/$projectId/runs', label: 'Runs' },
  { to: '/projects/$projectId/artifacts', label: 'Artifacts' },
  { to: '/projects/$projectId/decisions', label: 'Decisions' },
  { to: '/projects/$projectId/budget', label: 'Budget' },
  { to: '/projects/$projectId/history', label: 'History' },
] as const;

export function ProjectPage() {
  const { projectId } = route.useParams();
  const { task } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(projectQuery(projectId));
  const live = useProjectEvents(projectId);
  useTitle(query.data?.name ?? 'Project');
  if (query.isPending)
    return (
      <div className="mx-auto max-w-6xl px-4 py-8 sm:px-8">
        <SkeletonList rows={3} height="h-24" />
      </div>
    );
  if (query.isError)
    return (
      <div className="mx-auto max-w-6xl space-y-4 px-4 py-8 sm:px-8">
        <h1 className="text-xl font-semibold">Project</h1>
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
        <Link to="/projects" className="text-accent underline underline-offset-2">
          All projects
        </Link>
      </div>
    );
  const project = query.data;
  const showTask = (id: string | undefined) =>
    void navigate({ to: '.', search: (now) => ({ ...now, task: id }), resetScroll: false });
  return (
    <projectContext.Provider
      value={{ project, canEdit: project.role !== 'viewer', openTask: (id) => showTask(id) }}
    >
      <div className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-8 sm:py-6">
        <nav aria-label="Breadcrumb" className="mb-2 flex items-center gap-1 text-[13px] text-muted">
          <Link to="/projects" className="hover:text-text hover:underline">
            Projects
          </Link>
          <ChevronRight aria-hidden className="size-3.5" />
          <span className="truncate">{project.name}</span>
        </nav>
        <div className="mb-3 flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            <h1 className="flex flex-wrap items-center gap-2.5 text-xl font-semibold tracking-tight">
              {project.name} <ProjectBadge status={project.status} />
            </h1>
            <p className="mt-1 flex flex-wrap gap-x-3 text-[13px] text-muted">
              <span>{formatTokens(project.tokens_used)} tokens</span>
              <span>{formatMoney(project.cost_usd)}</span>
              {project.organization_id && project.organization_name && (
                <Link
                  to="/organizations/$organizationId"
                  params={{ organizationId: project.organization_id }}
                  className="inline-flex items-center gap-1 hover:text-text hover:underline"
                >
                  <Building2 aria-hidden className="size-3.5" />
                  {project.organization_name}
                </Link>
              )}
              <LiveMark state={live} />
            </p>
          </div>
          <ProjectActions />
        </div>
        <Tabs label="Parts of this project">
          {tabs.map((tab) => (
            <Link
              key={tab.to}
              to={tab.to}
              params={{ projectId }}
              activeOptions={{ exact: tab.label === 'Overview', includeSearch: false }}
              className={tabClass}
            >
              {tab.label}
            </Link>
          ))}
        </Tabs>
        <div className="pt-5">
          <Outlet />
        </div>
      </div>
      {task && (
        <Suspense>
          <TaskSheet key={task} taskId={task} onClose={() => showTask(undefined)} />
        </Suspense>
      )}
    </projectContext.Provider>
  );
}

function LiveMark({ state }: { state: LiveState }) {
  if (state === 'reconnecting') return <span className="text-warn">Reconnecting …</span>;
  if (state !== 'live') return null;
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className="size-1.5 rounded-full bg-ok" /> Live
    </span>
  );
}
