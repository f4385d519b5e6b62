import { useState } from 'react';
import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
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
  const { name, default_project_role } = organization;
  const [values, setValues] = useState<OrganizationValues>({ name, default_project_role });
  const update = useAction(api.organizations.update, {
    refresh: [organizationKeys.all, projectKeys.all, limitsQuery.queryKey],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(): void {
    update.mutate({ organization_id: organization.id, ...values });
  }
  return (
    <FormDialog
      title="Name and rights"
      onClose={onClose}
      submit="Save"
      busy={update.isPending}
      error={update.error}
      onSubmit={submit}
    >
      <OrganizationFields values={values} errors={troubleOf(update.error).fields} onChange={setValues} />
    </FormDialog>
  );
}
