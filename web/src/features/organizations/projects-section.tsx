import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FolderKanban, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Section } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from '../projects/queries.ts';
import { ProjectBadge } from '../projects/status.tsx';
import type { Project } from '../projects/types.ts';
import { limitsQuery } from '../usage/queries.ts';
import { AddProjectDialog } from './add-project-dialog.tsx';
import { membersQuery, organizationKeys, organizationProjectsQuery } from './queries.ts';

/** Projects that its members share. */
export function OrganizationProjectsSection({ organization }: { organization: Organization }) {
  const projects = useInfiniteQuery(organizationProjectsQuery(organization.id));
  const [adding, setAdding] = useState(false);
  const items = projects.data?.pages.flatMap((page) => page.items) ?? [];
  // The list leaves out what is in the archive.
  const archived = organization.project_count - items.length;
  return (
    <Section
      title="Projects"
      actions={
        organization.role && (
          <Button size="sm" icon={Plus} onClick={() => setAdding(true)}>
            Add a project
          </Button>
        )
      }
    >
      {projects.isPending ? (
        <SkeletonList rows={2} />
      ) : projects.isError ? (
        <ErrorState error={projects.error} onRetry={() => projects.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon={FolderKanban} title="No projects">
          A project you add here is shared with every member.
        </EmptyState>
      ) : (
        <ul aria-label="Projects" className="divide-y divide-line rounded-xl border border-line bg-surface">
          {items.map((project) => (
            <ProjectRow key={project.id} organization={organization} project={project} />
          ))}
        </ul>
      )}
      {projects.isSuccess && !projects.hasNextPage && archived > 0 && (
        <p className="text-[13px] text-muted">{plural(archived, 'archived project')} besides.</p>
      )}
      <LoadMore query={projects} />
      {adding && <AddProjectDialog organization={organization} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function ProjectRow({ organization, project }: { organization: Organization; project: Project }) {
  const { user: me } = getRouteApi('/shell').useRouteContext();
  const members = useQuery(membersQuery(organization.id));
  const owner = members.data?.items.find((item) => item.user_id === project.owner_id);
  const [removing, setRemoving] = useState(false);
  const remove = useAction(api.organizations.removeProject, {
    refresh: [organizationKeys.all, projectKeys.all, limitsQuery.queryKey],
    done: 'Project taken out.',
    onSuccess: () => setRemoving(false),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-52">
        <Link
          to="/projects/$projectId"
          params={{ projectId: project.id }}
          className="font-medium break-words hover:underline"
        >
          {project.name}
        </Link>
        {owner && <p className="text-[13px] break-all text-muted">Owned by {owner.name ?? owner.email}</p>}
      </div>
      <div className="flex items-center gap-3">
        <ProjectBadge status={project.status} />
        {project.role === 'owner' && (
          <Button size="sm" aria-label={`Take out ${project.name}`} onClick={() => setRemoving(true)}>
            Take out
          </Button>
        )}
      </div>
      {removing && (
        <ConfirmDialog
          title={`Take “${project.name}” out of ${organization.name}?`}
          confirm="Take out"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ organization_id: organization.id, project_id: project.id })}
          onClose={() => setRemoving(false)}
        >
          {project.owner_id === me.id
            ? 'It stays yours. Everybody who has it through the organization loses it.'
            : 'It stays with its owner. Everybody who has it through the organization loses it, and so may you.'}
        </ConfirmDialog>
      )}
    </li>
  );
}
