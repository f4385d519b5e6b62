import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { Button, buttonClass } from '../../components/button.tsx';
import { Card, Page } from '../../components/page.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { ApiError, api } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from '../projects/queries.ts';
import { limitsQuery } from '../usage/queries.ts';
import { linkQuery, organizationKeys } from './queries.ts';

/** What a link invites to, and the button that joins. The token is in the address's fragment, which no log sees. */
export function InvitationPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const link = useQuery(linkQuery(token));
  const navigate = useNavigate();
  const open = (id: string) =>
    navigate({ to: '/organizations/$organizationId', params: { organizationId: id }, replace: true });
  const accept = useAction(api.organizations.acceptInvitation, {
    refresh: [organizationKeys.all, projectKeys.all, limitsQuery.queryKey],
    done: ({ name }) => `You are a member of ${name}.`,
    announceError: false,
    onSuccess: ({ id }) => void open(id),
  });
  return (
    <Page title="Invitation" narrow>
      {link.isPending ? (
        <SkeletonList rows={1} height="h-32" />
      ) : link.isError ? (
        <div className="space-y-4">
          <ErrorState error={link.error} onRetry={() => link.refetch()} />
          <JoinedAlready error={link.error} />
        </div>
      ) : (
        <Card className="space-y-4 p-5">
          <div className="space-y-1">
            <h2 className="text-base font-semibold break-words">Join {link.data.organization.name}</h2>
            <p className="text-muted">
              {link.data.invited_by ? `${link.data.invited_by} invites you` : 'You are invited'}{' '}
              {link.data.role === 'admin'
                ? 'as an admin: you manage its members, limits and projects.'
                : 'as a member: you use its projects.'}{' '}
              Its members see your name and e-mail address.
            </p>
            <p className="text-[13px] text-muted">Works until {formatDateTime(link.data.expires_at)}.</p>
          </div>
          <FormError error={accept.error} />
          <div className="flex flex-wrap gap-2">
            <Button tone="primary" busy={accept.isPending} onClick={() => accept.mutate({ token })}>
              Accept
            </Button>
            <Link to="/organizations" className={buttonClass()}>
              Not now
            </Link>
          </div>
        </Card>
      )}
    </Page>
  );
}

/** Who joined before is led to where the link would have brought them. */
function JoinedAlready({ error }: { error: Error }) {
  const id = error instanceof ApiError ? error.problem.details?.organization_id : undefined;
  if (typeof id !== 'string') return null;
  return (
    <Link
      to="/organizations/$organizationId"
      params={{ organizationId: id }}
      className={buttonClass('primary')}
    >
      Open the organization
    </Link>
  );
}
