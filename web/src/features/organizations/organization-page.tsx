import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../../components/badge.tsx';
import { useTitle } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { statusQuery } from '../auth/queries.ts';
import { LimitsSection } from '../usage/limits-section.tsx';
import { InvitationsSection } from './invitations-section.tsx';
import { MembersSection } from './members-section.tsx';
import { OrganizationActions } from './organization-actions.tsx';
import { OrganizationProjectsSection } from './projects-section.tsx';
import { organizationQuery } from './queries.ts';
import { keeps, roleLabels } from './roles.ts';

const route = getRouteApi('/shell/organizations/$organizationId');

export function OrganizationPage() {
  const { organizationId } = route.useParams();
  const query = useQuery(organizationQuery(organizationId));
  const isAdmin = useQuery(statusQuery).data?.user?.role !== 'user';
  useTitle(query.data?.name ?? 'Organization');
  if (query.isPending)
    return (
      <Frame>
        <SkeletonList rows={3} height="h-24" />
      </Frame>
    );
  if (query.isError)
    return (
      <Frame>
        <h1 className="text-xl font-semibold">Organization</h1>
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
        <Link to="/organizations" className="text-accent underline underline-offset-2">
          All organizations
        </Link>
      </Frame>
    );
  const organization = query.data;
  return (
    <Frame>
      <nav aria-label="Breadcrumb" className="mb-2 flex items-center gap-1 text-[13px] text-muted">
        <Link to="/organizations" className="hover:text-text hover:underline">
          Organizations
        </Link>
        <ChevronRight aria-hidden className="size-3.5 shrink-0" />
        <span className="truncate">{organization.name}</span>
      </nav>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="flex flex-wrap items-center gap-2.5 text-xl font-semibold tracking-tight break-words">
            {organization.name}
            <Badge>
              {organization.role ? roleLabels[organization.role] : 'Seen as administrator of the server'}
            </Badge>
          </h1>
          <p className="mt-1 text-[13px] text-muted">
            {organization.default_project_role === 'editor'
              ? 'Members work in its projects.'
              : 'Members look at its projects.'}
          </p>
        </div>
        <OrganizationActions organization={organization} />
      </div>
      <MembersSection organization={organization} />
      {keeps(organization) && <InvitationsSection organization={organization} />}
      <OrganizationProjectsSection organization={organization} />
      <LimitsSection organization={{ ...organization, may_limit: isAdmin || keeps(organization) }} />
    </Frame>
  );
}

const Frame = ({ children }: { children: ReactNode }) => (
  <div className="mx-auto w-full max-w-4xl space-y-6 px-4 py-5 sm:px-8 sm:py-6">{children}</div>
);
