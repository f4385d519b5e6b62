import { useState } from 'react';
import { Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { roleLabels, roles } from './roles.ts';

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState(roles[0]);
  const create = useAction(api.auth.createUser, {
    refresh: [['auth', 'users']],
    announceError: false,
    done: 'User created. Give them their password in person.',
    onSuccess: onClose,
  });
  const fields = troubleOf(create.error).fields;
  function submit(): void {
    create.mutate({ email, password, role, ...(name.trim() && { name }) });
  }
  return (
    <FormDialog
      title="Create user"
      onClose={onClose}
      submit="Create user"
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
    >
      <Input
        label="Name (optional)"
        autoComplete="off"
        value={name}
        error={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <Input
        label="Email"
        type="email"
        autoComplete="off"
        required
        value={email}
        error={fields.email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Input
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        hint="At least 12 characters. They can change it in their settings."
        value={password}
        error={fields.password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Select
        label="Role"
        value={role}
        onChange={(event) => setRole(roles.find((item) => item === event.target.value))}
      >
        {roles.map((item) => (
          <option key={item} value={item}>
            {roleLabels[item]}
          </option>
        ))}
      </Select>
    </FormDialog>
  );
}
