import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { projectChoicesQuery, projectKeys } from '../projects/queries.ts';
import { limitsQuery } from '../usage/queries.ts';
import { organizationKeys } from './queries.ts';

interface AddProjectDialogProps {
  organization: Organization;
  onClose: () => void;
}

/** Gives one of the reader's projects to an organization. */
export function AddProjectDialog({ organization, onClose }: AddProjectDialogProps) {
  const projects = useQuery(projectChoicesQuery);
  const choices = projects.data?.items.filter(
    (item) => item.role === 'owner' && item.organization_id !== organization.id,
  );
  const [chosen, setChosen] = useState('');
  const add = useAction(api.organizations.addProject, {
    refresh: [organizationKeys.all, projectKeys.all, limitsQuery.queryKey],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(): void {
    add.mutate({ organization_id: organization.id, project_id: chosen });
  }
  const none = choices?.length === 0;
  return (
    <FormDialog
      title={`Add a project to ${organization.name}`}
      onClose={onClose}
      submit="Add"
      busy={add.isPending}
      error={add.error}
      instead={
        projects.isError ? (
          <ErrorState error={projects.error} onRetry={() => projects.refetch()} />
        ) : !choices ? (
          <SkeletonList rows={1} />
        ) : none ? (
          <p className="text-muted">You own no other project. Create one under Projects, then add it here.</p>
        ) : null
      }
      onSubmit={submit}
    >
      <Select
        label="Project"
        required
        hint="Every member of the organization becomes a member of it. It leaves the organization it is in."
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">Choose one of yours</option>
        {choices?.map((item) => (
          <option key={item.id} value={item.id}>
            {item.name}
          </option>
        ))}
      </Select>
    </FormDialog>
  );
}
