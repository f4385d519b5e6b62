import { useQuery } from '@tanstack/react-query';
import { Select } from '../../components/field.tsx';
import { projectChoicesQuery } from './queries.ts';

interface ProjectSelectProps {
  label: string;
  quiet?: boolean;
  /** What no project is called here. */
  none: string;
  value: string;
  onChange: (id: string) => void;
}

/** A choice among the caller's projects. */
export function ProjectSelect({ label, quiet, none, value, onChange }: ProjectSelectProps) {
  const projects = useQuery(projectChoicesQuery);
  const items = projects.data?.items ?? [];
  return (
    <Select label={label} quiet={quiet} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{none}</option>
      {items.map((item) => (
        <option key={item.id} value={item.id}>
          {item.name}
        </option>
      ))}
      {value !== '' && !items.some((item) => item.id === value) && (
        <option value={value}>Another project</option>
      )}
    </Select>
  );
}
