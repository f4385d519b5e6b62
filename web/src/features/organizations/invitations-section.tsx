import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { Invitation, Organization } from '../../../../src/domains/organizations/contract.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useNow } from '../../lib/use-now.ts';
import { InviteDialog } from './invite-dialog.tsx';
import { invitationsQuery } from './queries.ts';
import { roleLabels } from './roles.ts';

/** Who was invited and has not come yet. */
export function InvitationsSection({ organization }: { organization: Organization }) {
  const invitations = useQuery(invitationsQuery(organization.id));
  const [inviting, setInviting] = useState<Invitation | 'new' | null>(null);
  const now = useNow(30_000);
  const revoke = useAction(api.organizations.revokeInvitation, {
    refresh: [invitationsQuery(organization.id).queryKey],
    done: 'Invitation revoked. Its link joins nobody any more.',
  });
  return (
    <Section
      title="Invitations"
      actions={
        <Button size="sm" icon={UserPlus} onClick={() => setInviting('new')}>
          Invite
        </Button>
      }
    >
      {invitations.isPending ? (
        <SkeletonList rows={1} />
      ) : invitations.isError ? (
        <ErrorState error={invitations.error} onRetry={() => invitations.refetch()} />
      ) : invitations.data.items.length === 0 ? (
        <p className="text-muted">None is open.</p>
      ) : (
        <ul
          aria-label="Invitations"
          className="divide-y divide-line rounded-xl border border-line bg-surface"
        >
          {invitations.data.items.map((item) => {
            const expired = Date.parse(item.expires_at) <= now;
            return (
              <li key={item.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
                <div className="min-w-0 flex-1 basis-52">
                  <p className="flex flex-wrap items-center gap-2 font-medium break-all">
                    {item.email}
                    {expired && <Badge tone="warn">Expired</Badge>}
                  </p>
                  <p className="text-[13px] text-muted">
                    {roleLabels[item.role]}, {expired ? 'worked' : 'works'} until{' '}
                    {formatDateTime(item.expires_at)}
                  </p>
                </div>
                <div className="flex gap-2">
                  <Button
                    size="sm"
                    aria-label={`New link for ${item.email}`}
                    onClick={() => setInviting(item)}
                  >
                    New link
                  </Button>
                  <Button
                    size="sm"
                    aria-label={`Revoke the invitation of ${item.email}`}
                    busy={revoke.isPending && revoke.variables.invitation_id === item.id}
                    onClick={() =>
                      revoke.mutate({ organization_id: organization.id, invitation_id: item.id })
                    }
                  >
                    Revoke
                  </Button>
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {inviting && (
        <InviteDialog
          organization={organization}
          again={inviting === 'new' ? undefined : inviting}
          onClose={() => setInviting(null)}
        />
      )}
    </Section>
  );
}
