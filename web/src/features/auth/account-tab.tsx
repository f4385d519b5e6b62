import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Input, Select } from '../../components/field.tsx';
import { Card, Section } from '../../components/page.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { setTheme, type Theme, useTheme } from '../../lib/theme.ts';
import { statusQuery } from './queries.ts';
import { SessionList } from './session-list.tsx';

export function AccountTab() {
  const status = useQuery(statusQuery);
  const theme = useTheme();
  const user = status.data?.user;
  if (!user) return null;
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
      <Section title="Profile">
        <Card className="space-y-4 p-4">
          <ProfileForm name={user.name ?? ''} email={user.email} />
        </Card>
      </Section>
      <Section title="Password">
        <Card className="p-4">
          <PasswordForm />
        </Card>
      </Section>
      <Section title="Appearance">
        <Card className="p-4">
          <Select label="Theme" value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
            <option value="system">As the system</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </Select>
        </Card>
      </Section>
      <SessionList />
    </div>
  );
}

function ProfileForm({ name: stored, email }: { name: string; email: string }) {
  const [name, setName] = useState(stored);
  const save = useAction(api.auth.updateProfile, {
    refresh: [statusQuery.queryKey],
    announceError: false,
    done: 'Name saved.',
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({ name });
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <Input label="Email" value={email} disabled />
      <Input
        label="Name"
        autoComplete="name"
        value={name}
        error={troubleOf(save.error).fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <FormError error={save.error} />
      <Button type="submit" busy={save.isPending} disabled={name === stored}>
        Save name
      </Button>
    </form>
  );
}

function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useAction(api.auth.changePassword, {
    refresh: [['auth', 'sessions']],
    announceError: false,
    done: 'Password changed. Every other browser is signed out.',
    onSuccess: () => {
      setCurrent('');
      setNext('');
    },
  });
  const fields = troubleOf(change.error).fields;
  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({ current_password: current, new_password: next });
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <Input
        label="Current password"
        type="password"
        autoComplete="current-password"
        required
        value={current}
        error={fields.current_password}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <Input
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        hint="At least 12 characters."
        value={next}
        error={fields.new_password}
        onChange={(event) => setNext(event.target.value)}
      />
      <FormError error={change.error} />
      <Button type="submit" busy={change.isPending}>
        Change password
      </Button>
    </form>
  );
}
