import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button, buttonClass } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { AuthFrame } from './frame.tsx';
import { statusQuery, useEnter } from './queries.ts';

const route = getRouteApi('/setup');

export function SetupPage() {
  const { token } = route.useSearch();
  const status = useQuery(statusQuery);
  if (status.isPending)
    return (
      <AuthFrame title="Set up Meta Agent" intro="One moment.">
        <SkeletonList rows={3} height="h-9" />
      </AuthFrame>
    );
  if (status.isError)
    return (
      <AuthFrame title="Set up Meta Agent" intro="">
        <ErrorState error={status.error} onRetry={() => status.refetch()} />
      </AuthFrame>
    );
  if (!status.data.needs_setup)
    return (
      <AuthFrame title="Already set up" intro="The first account exists. Ask an administrator for yours.">
        <Link to="/sign-in" className={buttonClass('primary')}>
          Go to sign in
        </Link>
      </AuthFrame>
    );
  if (!token)
    return (
      <AuthFrame
        title="Open the set-up link"
        intro="The server prints a one-time link when it starts for the first time. Open that link to create the first account."
      >
        <p className="text-muted">
          Lost it? Restart the server: it prints a new one until an account exists.
        </p>
      </AuthFrame>
    );
  return <SetupForm token={token} />;
}

function SetupForm({ token }: { token: string }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const enter = useEnter();
  const setup = useAction(api.auth.setup, {
    announceError: false,
    onSuccess: (signedIn) => void enter(signedIn),
  });
  const fields = troubleOf(setup.error).fields;
  function submit(event: FormEvent): void {
    event.preventDefault();
    setup.mutate({ token, email, password, ...(name.trim() && { name }) });
  }
  return (
    <AuthFrame
      title="Create your account"
      intro="You are the first person here, so this account administers the server."
    >
      <form onSubmit={submit} className="space-y-4">
        <Input
          label="Name (optional)"
          autoComplete="name"
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <Input
          label="Email"
          type="email"
          autoComplete="username"
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
          hint="At least 12 characters. A sentence works well."
          value={password}
          error={fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <FormError error={setup.error} />
        <Button type="submit" tone="primary" busy={setup.isPending} className="w-full">
          Create account
        </Button>
      </form>
    </AuthFrame>
  );
}
