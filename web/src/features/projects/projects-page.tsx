import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { FolderKanban, Plus, SearchX } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatMoney, plural } from '../../lib/format.ts';
import { useShortcut } from '../../lib/shortcuts.ts';
import { CreateProjectDialog } from './create-project-dialog.tsx';
import { projectsQuery } from './queries.ts';
import { ProjectBadge, projectLooks, projectStatuses, TaskCounts } from './status.tsx';
import type { Project } from './types.ts';

const route = getRouteApi('/shell/projects');

export function ProjectsPage() {
  const { search = '', status: statusText, create } = route.useSearch();
  const navigate = useNavigate({ from: '/projects' });
  const status = projectStatuses.find((item) => item === statusText);
  const projects = useInfiniteQuery(projectsQuery({ ...(search && { search }), ...(status && { status }) }));
  const items = projects.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search !== '' || status !== undefined;
  const setCreate = (open: boolean) =>
    void navigate({ search: (now) => ({ ...now, create: open || undefined }) });
  useShortcut('n', () => setCreate(true));
  const newProject = (
    <Button tone="primary" icon={Plus} onClick={() => setCreate(true)}>
      New project
    </Button>
  );
  return (
    <Page
      title="Projects"
      description="A goal and your documents go in; agents plan, work and cite; finished deliverables come out."
      actions={newProject}
    >
      <div className="mb-4 flex flex-wrap gap-2">
        <SearchInput
          label="Search projects"
          value={search}
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, search: value || undefined }), replace: true })
          }
        />
        <div className="w-40">
          <Select
            label="Status"
            quiet
            value={status ?? ''}
            onChange={(event) =>
              void navigate({
                search: (now) => ({ ...now, status: event.target.value || undefined }),
                replace: true,
              })
            }
          >
            <option value="">Any status</option>
            {projectStatuses.map((item) => (
              <option key={item} value={item}>
                {projectLooks[item].label}
              </option>
            ))}
          </Select>
        </div>
      </div>
      {projects.isPending ? (
        <SkeletonList rows={4} height="h-28" />
      ) : projects.isError ? (
        <ErrorState error={projects.error} onRetry={() => projects.refetch()} />
      ) : items.length > 0 ? (
        <ul className="grid gap-3 lg:grid-cols-2">
          {items.map((item) => (
            <ProjectCard key={item.id} project={item} />
          ))}
        </ul>
      ) : filtered ? (
        <EmptyState
          icon={SearchX}
          title="No project matches"
          action={<Button onClick={() => void navigate({ search: {} })}>Clear search and filter</Button>}
        />
      ) : (
        <EmptyState icon={FolderKanban} title="Start your first project" action={newProject}>
          Say what you want to know or make, add the documents it should rest on, and let the supervisor plan
          the work.
        </EmptyState>
      )}
      <LoadMore query={projects} />
      {create && <CreateProjectDialog onClose={() => setCreate(false)} />}
    </Page>
  );
}

function ProjectCard({ project }: { project: Project }) {
  return (
    <li className="relative flex flex-col gap-3 rounded-xl border border-line bg-surface p-4 transition-colors focus-within:border-accent hover:border-line-strong">
      <div className="flex items-start justify-between gap-3">
        <Link
          to="/projects/$projectId"
          params={{ projectId: project.id }}
          className="text-[15px] leading-5 font-semibold outline-none after:absolute after:inset-0 after:rounded-xl focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {project.name}
        </Link>
        <ProjectBadge status={project.status} />
      </div>
      <p className="line-clamp-2 flex-1 text-muted">
        {project.goal ?? project.description ?? 'No goal yet.'}
      </p>
      <TaskCounts counts={project.task_counts} />
      <p className="flex flex-wrap justify-between gap-x-4 border-t border-line pt-2.5 text-[13px] text-muted">
        <span>
          {plural(project.file_count, 'file')} · {formatMoney(project.cost_usd)}
        </span>
        <span>
          Changed <Ago at={project.updated_at} />
        </span>
      </p>
    </li>
  );
}
