import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { User } from '../../../../src/domains/auth/contract.ts';
import { api, setCsrfToken } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

/** Who is signed in, and the token that changes need. Everything else waits for it. */
export const statusQuery = queryOptions({
  queryKey: ['auth', 'status'],
  queryFn: async () => {
    const status = await api.auth.status({});
    setCsrfToken(status.csrf_token);
    return status;
  },
  staleTime: 60_000,
  // Without it there is no page to wait on: say so at once.
  retry: 1,
});

/** Enters the product after sign-in or set-up, at the page one was going to. */
export function useEnter(): (signedIn: { user: User; csrf_token: string }, to?: string) => Promise<void> {
  const client = useQueryClient();
  const router = useRouter();
  return async ({ csrf_token }, to) => {
    setCsrfToken(csrf_token);
    client.clear();
    await client.fetchQuery(statusQuery);
    // Only paths of this page: a link must not send anyone elsewhere after sign-in.
    if (to && /^\/(?![/\\])/.test(to)) router.history.push(to);
    else await router.navigate({ to: '/projects' });
  };
}

/** Leaves: forgets everything that was read, then shows sign-in. */
export function useLeave(): () => Promise<void> {
  const client = useQueryClient();
  const router = useRouter();
  return async () => {
    client.clear();
    await router.navigate({ to: '/sign-in' });
  };
}

export const keysQuery = queryOptions({
  queryKey: ['auth', 'keys'],
  queryFn: ({ signal }) => api.auth.listKeys({}, { signal }),
});

export const sessionsQuery = queryOptions({
  queryKey: ['auth', 'sessions'],
  queryFn: ({ signal }) => api.auth.sessions({}, { signal }),
});

export const usersQuery = (search: string) =>
  pagedQuery(['auth', 'users', search], (cursor, signal) =>
    api.auth.listUsers({ ...(search && { search }), cursor }, { signal }),
  );

export const auditQuery = (filter: { event_type?: string; user_id?: string }) =>
  pagedQuery(['auth', 'audit', filter], (cursor, signal) =>
    api.auth.listAudit({ ...filter, cursor }, { signal }),
  );

export const accessQuery = queryOptions({
  queryKey: ['auth', 'access'],
  queryFn: ({ signal }) => api.auth.access({}, { signal }),
});
