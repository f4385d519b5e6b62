import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { browserName } from './browser-name.ts';
import { sessionsQuery, useLeave } from './queries.ts';

/** Browsers that are signed in, each to be signed out. */
export function SessionList() {
  const sessions = useQuery(sessionsQuery);
  const leave = useLeave();
  const [confirming, setConfirming] = useState(false);
  const revoke = useAction(api.auth.revokeSession, {
    refresh: [sessionsQuery.queryKey],
    done: 'Signed out there.',
  });
  const signOut = useAction(api.auth.signOut, { onSuccess: () => void leave() });
  return (
    <Section
      title="Signed-in browsers"
      actions={
        <Button size="sm" onClick={() => setConfirming(true)}>
          Sign out everywhere
        </Button>
      }
    >
      {sessions.isPending ? (
        <SkeletonList rows={2} />
      ) : sessions.isError ? (
        <ErrorState error={sessions.error} onRetry={() => sessions.refetch()} />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {sessions.data.items.map((session) => (
            <li key={session.id} className="flex items-center gap-3 px-4 py-2.5">
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-2 font-medium">
                  {browserName(session.user_agent)}
                  {session.current && <Badge tone="accent">This one</Badge>}
                </p>
                <p className="text-[13px] text-muted">
                  {session.ip_address && `${session.ip_address}, `}active{' '}
                  <Ago at={session.last_activity_at} />
                </p>
              </div>
              {!session.current && (
                <Button
                  size="sm"
                  busy={revoke.isPending && revoke.variables.id === session.id}
                  onClick={() => revoke.mutate({ id: session.id })}
                >
                  Sign out
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {confirming && (
        <ConfirmDialog
          title="Sign out everywhere?"
          confirm="Sign out everywhere"
          busy={signOut.isPending}
          onConfirm={() => signOut.mutate({ everywhere: true })}
          onClose={() => setConfirming(false)}
        >
          Every browser is signed out, this one too. API keys stay valid.
        </ConfirmDialog>
      )}
    </Section>
  );
}
