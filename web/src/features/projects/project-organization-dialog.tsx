import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { organizationChoicesQuery, organizationKeys } from '../organizations/queries.ts';
import { limitsQuery } from '../usage/queries.ts';
import { projectKeys } from './queries.ts';
import type { Project } from './types.ts';

/** Which organization a project belongs to. */
export function ProjectOrganizationDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const organizations = useQuery(organizationChoicesQuery);
  const current = project.organization_id ?? '';
  const [chosen, setChosen] = useState(current);
  const choices = organizations.data?.items.filter(({ id, role }) => role !== null || id === current);
  const move = useAction(
    async () => {
      const path = { project_id: project.id };
      if (chosen !== '') await api.organizations.addProject({ ...path, organization_id: chosen });
      else if (current !== '') await api.organizations.removeProject({ ...path, organization_id: current });
    },
    {
      refresh: [organizationKeys.all, projectKeys.all, limitsQuery.queryKey],
      announceError: false,
      onSuccess: onClose,
    },
  );
  function submit(): void {
    if (chosen === current) onClose();
    else move.mutate();
  }
  return (
    <FormDialog
      title="Organization"
      subtitle={project.name}
      onClose={onClose}
      submit="Save"
      busy={move.isPending}
      error={move.error}
      instead={
        organizations.isError ? (
          <ErrorState error={organizations.error} onRetry={() => organizations.refetch()} />
        ) : !choices ? (
          <SkeletonList rows={1} />
        ) : null
      }
      onSubmit={submit}
    >
      <Select
        label="Belongs to"
        hint="Its members become members of the project, and its limits hold here. Those of the organization it leaves lose the project."
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">No organization</option>
        {choices?.map((item) => (
          <option key={item.id} value={item.id}>
            {item.name}
          </option>
        ))}
        {current !== '' && !choices?.some(({ id }) => id === current) && (
          <option value={current}>Another organization</option>
        )}
      </Select>
    </FormDialog>
  );
}
