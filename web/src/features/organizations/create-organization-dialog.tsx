import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { OrganizationFields, type OrganizationValues } from './organization-fields.tsx';
import { organizationKeys } from './queries.ts';

export function CreateOrganizationDialog({ onClose }: { onClose: () => void }) {
  const [values, setValues] = useState<OrganizationValues>({ name: '', default_project_role: 'editor' });
  const navigate = useNavigate();
  const create = useAction(api.organizations.create, {
    refresh: [organizationKeys.all],
    announceError: false,
    onSuccess: ({ id }) =>
      void navigate({ to: '/organizations/$organizationId', params: { organizationId: id } }),
  });
  function submit(): void {
    create.mutate(values);
  }
  return (
    <FormDialog
      title="New organization"
      onClose={onClose}
      submit="Create organization"
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
    >
      <OrganizationFields values={values} errors={troubleOf(create.error).fields} onChange={setValues} />
    </FormDialog>
  );
}
