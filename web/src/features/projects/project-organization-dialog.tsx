import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select } from '../../components/field.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { organizationChoicesQuery, organizationKeys } from '../organizations/queries.ts';
import { limitsQuery } from '../usage/queries.ts';
import { projectKeys } from './queries.ts';
import type { Project } from './types.ts';

/** Which organization a project belongs to. */
export function ProjectOrganizationDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const form = useId();
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
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (chosen === current) onClose();
    else move.mutate();
  }
  return (
    <Dialog
      title="Organization"
      subtitle={project.name}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={move.isPending} disabled={!choices}>
            Save
          </Button>
        </>
      }
    >
      {organizations.isError ? (
        <ErrorState error={organizations.error} onRetry={() => organizations.refetch()} />
      ) : !choices ? (
        <SkeletonList rows={1} />
      ) : (
        <form id={form} onSubmit={submit} className="space-y-4">
          <Select
            label="Belongs to"
            hint="Its members become members of the project, and its limits hold here. Those of the organization it leaves lose the project."
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
          >
            <option value="">No organization</option>
            {choices.map((item) => (
              <option key={item.id} value={item.id}>
                {item.name}
              </option>
            ))}
            {current !== '' && !choices.some(({ id }) => id === current) && (
              <option value={current}>Another organization</option>
            )}
          </Select>
          <FormError error={move.error} />
        </form>
      )}
    </Dialog>
  );
}
