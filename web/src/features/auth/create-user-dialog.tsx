import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input, Select } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { roleLabels, roles } from './roles.ts';

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
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
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ email, password, role, ...(name.trim() && { name }) });
  }
  return (
    <Dialog
      title="Create user"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={create.isPending}>
            Create user
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
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
        <FormError error={create.error} />
      </form>
    </Dialog>
  );
}
