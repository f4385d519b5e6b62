import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Building2, Plus } from 'lucide-react';
import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { plural } from '../../lib/format.ts';
import { useShortcut } from '../../lib/shortcuts.ts';
import { CreateOrganizationDialog } from './create-organization-dialog.tsx';
import { organizationsQuery } from './queries.ts';
import { roleLabels } from './roles.ts';

const route = getRouteApi('/shell/organizations');

/** The organizations that the reader belongs to; administrators of the server see all. */
export function OrganizationsPage() {
  const { create } = route.useSearch();
  const navigate = useNavigate({ from: '/organizations' });
  const organizations = useInfiniteQuery(organizationsQuery);
  const items = organizations.data?.pages.flatMap((page) => page.items) ?? [];
  const setCreate = (open: boolean) =>
    void navigate({ search: (now) => ({ ...now, create: open || undefined }) });
  useShortcut('n', () => setCreate(true));
  const make = (
    <Button tone="primary" icon={Plus} onClick={() => setCreate(true)}>
      New organization
    </Button>
  );
  return (
    <Page
      title="Organizations"
      description="People who share projects, and limits of what these may use."
      actions={make}
    >
      {organizations.isPending ? (
        <SkeletonList rows={3} height="h-20" />
      ) : organizations.isError ? (
        <ErrorState error={organizations.error} onRetry={() => organizations.refetch()} />
      ) : items.length > 0 ? (
        <ul aria-label="Organizations" className="grid gap-3 lg:grid-cols-2">
          {items.map((item) => (
            <OrganizationCard key={item.id} organization={item} />
          ))}
        </ul>
      ) : (
        <EmptyState icon={Building2} title="No organization yet" action={make}>
          Found one and invite people by a link: they become members of every project you give it. Or open the
          link that somebody sent you.
        </EmptyState>
      )}
      <LoadMore query={organizations} />
      {create && <CreateOrganizationDialog onClose={() => setCreate(false)} />}
    </Page>
  );
}

function OrganizationCard({ organization }: { organization: Organization }) {
  return (
    <li className="relative flex flex-col gap-2 rounded-xl border border-line bg-surface p-4 transition-colors focus-within:border-accent hover:border-line-strong">
      <div className="flex items-start justify-between gap-3">
        <Link
          to="/organizations/$organizationId"
          params={{ organizationId: organization.id }}
          className="min-w-0 text-[15px] leading-5 font-semibold break-words outline-none after:absolute after:inset-0 after:rounded-xl focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {organization.name}
        </Link>
        {organization.role && <Badge>{roleLabels[organization.role]}</Badge>}
      </div>
      <p className="text-[13px] text-muted">
        {plural(organization.member_count, 'member')} · {plural(organization.project_count, 'project')}
      </p>
    </li>
  );
}
