import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut, PencilLine, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from '../projects/queries.ts';
import { limitsQuery } from '../usage/queries.ts';
import { EditOrganizationDialog } from './edit-organization-dialog.tsx';
import { organizationKeys } from './queries.ts';
import { keeps } from './roles.ts';

/** What one may do with an organization as a whole. */
export function OrganizationActions({ organization }: { organization: Organization }) {
  const [open, setOpen] = useState<'edit' | 'leave' | 'delete' | null>(null);
  const { id, name, role, project_count } = organization;
  const gone = useGone(id);
  const leave = useAction(api.organizations.leave, { done: `You left ${name}.`, onSuccess: gone });
  const remove = useAction(api.organizations.delete, { done: 'Organization deleted.', onSuccess: gone });
  const close = () => setOpen(null);
  const items: MenuItem[] = [
    ...(keeps(organization)
      ? [{ label: 'Name and rights', icon: PencilLine, run: () => setOpen('edit') }]
      : []),
    ...(role ? [{ label: 'Leave', icon: LogOut, run: () => setOpen('leave') }] : []),
    ...(role === 'owner'
      ? [{ label: 'Delete organization', icon: Trash2, danger: true, run: () => setOpen('delete') }]
      : []),
  ];
  if (items.length === 0) return null;
  return (
    <>
      <Menu label="More organization actions" items={items} />
      {open === 'edit' && <EditOrganizationDialog organization={organization} onClose={close} />}
      {open === 'leave' && (
        <ConfirmDialog
          title={`Leave “${name}”?`}
          confirm="Leave"
          busy={leave.isPending}
          onConfirm={() => leave.mutate({ organization_id: id })}
          onClose={close}
        >
          You lose the projects that you have through it. Projects that are yours stay in it until you take
          them out.
        </ConfirmDialog>
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title={`Delete “${name}”?`}
          confirm="Delete organization"
          phrase={name}
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ organization_id: id, confirm: name })}
          onClose={close}
        >
          {project_count > 0 &&
            `${project_count === 1 ? 'Its project stays with its owner' : `Its ${plural(project_count, 'project')} stay with their owners`}; everybody who had ${project_count === 1 ? 'it' : 'them'} through the organization loses ${project_count === 1 ? 'it' : 'them'}. `}
          Its limits and invitations go. This cannot be undone.
        </ConfirmDialog>
      )}
    </>
  );
}

/** Goes to the list; what was of the organization is not asked for again, for it would not be found. */
function useGone(id: string): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    void navigate({ to: '/organizations' }).then(() => {
      client.removeQueries({ queryKey: organizationKeys.one(id) });
      for (const queryKey of [organizationKeys.all, projectKeys.all, limitsQuery.queryKey])
        void client.invalidateQueries({ queryKey });
    });
  };
}
