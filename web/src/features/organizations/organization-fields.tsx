import type { Organization } from '../../../../src/domains/organizations/contract.ts';
import { Input, Select } from '../../components/field.tsx';
import { projectRoleLabels, projectRoles } from './roles.ts';

export type OrganizationValues = Pick<Organization, 'name' | 'default_project_role'>;

interface OrganizationFieldsProps {
  values: OrganizationValues;
  errors: Record<string, string>;
  onChange: (values: OrganizationValues) => void;
}

/** What a new organization is asked for, and what can be changed later. */
export function OrganizationFields({ values, errors, onChange }: OrganizationFieldsProps) {
  return (
    <>
      <Input
        label="Name"
        required
        maxLength={200}
        value={values.name}
        error={errors.name}
        onChange={(event) => onChange({ ...values, name: event.target.value })}
      />
      <Select
        label="What members may do in its projects"
        hint="Owners and admins of the organization own its projects."
        value={values.default_project_role}
        onChange={(event) =>
          onChange({
            ...values,
            default_project_role: projectRoles.find((role) => role === event.target.value) ?? 'editor',
          })
        }
      >
        {projectRoles.map((role) => (
          <option key={role} value={role}>
            {projectRoleLabels[role]}
          </option>
        ))}
      </Select>
    </>
  );
}
