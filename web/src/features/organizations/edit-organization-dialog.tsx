import { type FormEvent, useId, useState } from 'react';
import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectKeys } from '../projects/queries.ts';
import { limitsQuery } from '../usage/queries.ts';
import { OrganizationFields, type OrganizationValues } from './organization-fields.tsx';
import { organizationKeys } from './queries.ts';

interface EditOrganizationDialogProps {
  organization: Organization;
  onClose: () => void;
}

export function EditOrganizationDialog({ organization, onClose }: EditOrganizationDialogProps) {
  const form = useId();
  const { name, default_project_role } = organization;
  const [values, setValues] = useState<OrganizationValues>({ name, default_project_role });
  const update = useAction(api.organizations.update, {
    refresh: [organizationKeys.all, projectKeys.all, limitsQuery.queryKey],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    update.mutate({ organization_id: organization.id, ...values });
  }
  return (
    <Dialog
      title="Name and rights"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <OrganizationFields values={values} errors={troubleOf(update.error).fields} onChange={setValues} />
        <FormError error={update.error} />
      </form>
    </Dialog>
  );
}
