import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { Member, Organization } from '../../../../src/domains/organizations/contract.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Select } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { membersQuery, organizationKeys } from './queries.ts';
import { keeps, memberRoles, roleLabels } from './roles.ts';

/** Who belongs to it; owners and admins give roles and remove. */
export function MembersSection({ organization }: { organization: Organization }) {
  const members = useQuery(membersQuery(organization.id));
  return (
    <Section title="Members">
      {members.isPending ? (
        <SkeletonList rows={2} />
      ) : members.isError ? (
        <ErrorState error={members.error} onRetry={() => members.refetch()} />
      ) : (
        <ul aria-label="Members" className="divide-y divide-line rounded-xl border border-line bg-surface">
          {members.data.items.map((member) => (
            <MemberRow key={member.user_id} organization={organization} member={member} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function MemberRow({ organization, member }: { organization: Organization; member: Member }) {
  const { user: me } = getRouteApi('/shell').useRouteContext();
  const [removing, setRemoving] = useState(false);
  const path = { organization_id: organization.id, user_id: member.user_id };
  const refresh = [organizationKeys.all];
  const update = useAction(api.organizations.updateMember, { refresh, done: 'Role changed.' });
  const remove = useAction(api.organizations.removeMember, {
    refresh,
    done: 'Member removed.',
    onSuccess: () => setRemoving(false),
  });
  const isMe = member.user_id === me.id;
  const isOwner = organization.role === 'owner';
  const mayChange = !isMe && (isOwner || (keeps(organization) && member.role !== 'owner'));
  const shown = member.name ?? member.email;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-52">
        <p className="flex flex-wrap items-center gap-2 font-medium break-all">
          {shown}
          {isMe && <Badge tone="accent">You</Badge>}
        </p>
        {member.name && <p className="text-[13px] break-all text-muted">{member.email}</p>}
      </div>
      {mayChange ? (
        <div className="flex items-center gap-2">
          <Select
            label={`Role of ${member.email}`}
            quiet
            value={member.role}
            disabled={update.isPending}
            onChange={(event) => {
              const role = memberRoles.find((item) => item === event.target.value);
              if (role) update.mutate({ ...path, role });
            }}
          >
            {memberRoles
              .filter((role) => isOwner || role !== 'owner')
              .map((role) => (
                <option key={role} value={role}>
                  {roleLabels[role]}
                </option>
              ))}
          </Select>
          <Button size="sm" aria-label={`Remove ${shown}`} onClick={() => setRemoving(true)}>
            Remove
          </Button>
        </div>
      ) : (
        <Badge>{roleLabels[member.role]}</Badge>
      )}
      {removing && (
        <ConfirmDialog
          title={`Remove ${shown}?`}
          confirm="Remove"
          busy={remove.isPending}
          onConfirm={() => remove.mutate(path)}
          onClose={() => setRemoving(false)}
        >
          They lose the projects that they have through {organization.name}. Projects that are theirs stay in
          it.
        </ConfirmDialog>
      )}
    </li>
  );
}
