import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { toast } from '../../components/toast.ts';
import { api } from '../../lib/api.ts';
import { serversQuery } from './queries.ts';

const route = getRouteApi('/shell/settings/servers/signed-in');

/** Where an authorization server sends a person back to: hands in what it said and goes on to the servers. */
export function SignedInPage() {
  const { code = '', state = '', iss, error, error_description } = route.useSearch();
  const navigate = useNavigate();
  const client = useQueryClient();
  const begun = useRef(false);
  const finish = useMutation({
    mutationFn: () => api.extensions.finishSignIn({ code, state, ...(iss ? { iss } : {}) }),
    onSuccess: (server) => {
      void client.invalidateQueries({ queryKey: serversQuery.queryKey });
      toast({ text: `Signed in at ${server.server_name}.` });
      void navigate({ to: '/settings/servers', replace: true });
    },
  });
  useEffect(() => {
    if (begun.current || error) return;
    begun.current = true;
    finish.mutate();
  }, [error, finish]);
  if (error)
    return <ErrorState error={new Error(`The sign-in was refused: ${error_description ?? error}`)} />;
  if (finish.isError) return <ErrorState error={finish.error} />;
  return <SkeletonList rows={1} height="h-28" />;
}
