import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export const organizationKeys = {
  all: ['organizations'] as const,
  one: (id: string) => ['organizations', id] as const,
};

export const organizationsQuery = pagedQuery(['organizations', 'list'], (cursor, signal) =>
  api.organizations.list({ cursor }, { signal }),
);

/** Organizations to choose from in a form: the newest 200. */
export const organizationChoicesQuery = queryOptions({
  queryKey: ['organizations', 'list', 'choices'],
  queryFn: ({ signal }) => api.organizations.list({ limit: 200 }, { signal }),
});

export const organizationQuery = (id: string) =>
  queryOptions({
    queryKey: [...organizationKeys.one(id), 'organization'],
    queryFn: ({ signal }) => api.organizations.get({ organization_id: id }, { signal }),
  });

export const membersQuery = (id: string) =>
  queryOptions({
    queryKey: [...organizationKeys.one(id), 'members'],
    queryFn: ({ signal }) => api.organizations.listMembers({ organization_id: id }, { signal }),
  });

export const invitationsQuery = (id: string) =>
  queryOptions({
    queryKey: [...organizationKeys.one(id), 'invitations'],
    queryFn: ({ signal }) => api.organizations.listInvitations({ organization_id: id }, { signal }),
  });

export const organizationProjectsQuery = (id: string) =>
  pagedQuery([...organizationKeys.one(id), 'projects'], (cursor, signal) =>
    api.projects.list({ organization_id: id, cursor }, { signal }),
  );

/** What an invitation link invites to; asked anew each time, for it is used or revoked elsewhere. */
export const linkQuery = (token: string) =>
  queryOptions({
    queryKey: ['organizations', 'link', token],
    queryFn: ({ signal }) => api.organizations.viewInvitation({ token: token || '-' }, { signal }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
