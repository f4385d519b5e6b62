import { useState } from 'react';
import type { Invitation, Organization } from '../../../../src/domains/organizations/contract.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { formatDateTime } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { invitationsQuery } from './queries.ts';
import { roleLabels } from './roles.ts';

const roles = ['member', 'admin'] as const;
const lifetimes = [
  [1, 'for a day'],
  [7, 'for 7 days'],
  [30, 'for 30 days'],
] as const;

interface InviteDialogProps {
  organization: Organization;
  /** The invitation that gets a new link. */
  again: Invitation | undefined;
  onClose: () => void;
}

/** Asks whom to invite, then shows the link, this once: the server keeps nothing to make it from again. */
export function InviteDialog({ organization, again, onClose }: InviteDialogProps) {
  const [email, setEmail] = useState(again?.email ?? '');
  const [role, setRole] = useState<(typeof roles)[number]>(again?.role ?? 'member');
  const [days, setDays] = useState(7);
  const invite = useAction(api.organizations.invite, {
    refresh: [invitationsQuery(organization.id).queryKey],
    announceError: false,
  });
  const made = invite.data;
  const title = `Invite to ${organization.name}`;
  if (made)
    return (
      <Dialog
        title={title}
        onClose={onClose}
        footer={
          <Button tone="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <div role="status" className="space-y-3">
          <p>
            Send this link to <span className="font-medium break-all">{made.invitation.email}</span>. It is
            shown this once and works until {formatDateTime(made.invitation.expires_at)}.
          </p>
          <CodeBlock wrap label="link" code={`${location.origin}/invitation#${made.token}`} />
        </div>
      </Dialog>
    );
  return (
    <FormDialog
      title={title}
      onClose={onClose}
      submit="Make a link"
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() => invite.mutate({ organization_id: organization.id, email, role, expires_in_days: days })}
    >
      <Input
        label="E-mail address"
        type="email"
        required
        maxLength={255}
        readOnly={again !== undefined}
        hint={
          again
            ? 'The link that was made before stops working.'
            : 'Only the account with this address can use the link. No e-mail is sent.'
        }
        value={email}
        error={troubleOf(invite.error).fields.email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Select
        label="Role"
        hint="Admins manage members, limits and projects."
        value={role}
        onChange={(event) => setRole(roles.find((item) => item === event.target.value) ?? 'member')}
      >
        {roles.map((item) => (
          <option key={item} value={item}>
            {roleLabels[item]}
          </option>
        ))}
      </Select>
      <Select label="The link works" value={days} onChange={(event) => setDays(Number(event.target.value))}>
        {lifetimes.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
    </FormDialog>
  );
}
