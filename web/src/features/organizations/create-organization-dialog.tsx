import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { OrganizationFields, type OrganizationValues } from './organization-fields.tsx';
import { organizationKeys } from './queries.ts';

export function CreateOrganizationDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const [values, setValues] = useState<OrganizationValues>({ name: '', default_project_role: 'editor' });
  const navigate = useNavigate();
  const create = useAction(api.organizations.create, {
    refresh: [organizationKeys.all],
    announceError: false,
    onSuccess: ({ id }) =>
      void navigate({ to: '/organizations/$organizationId', params: { organizationId: id } }),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate(values);
  }
  return (
    <Dialog
      title="New organization"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={create.isPending}>
            Create organization
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <OrganizationFields values={values} errors={troubleOf(create.error).fields} onChange={setValues} />
        <FormError error={create.error} />
      </form>
    </Dialog>
  );
}
