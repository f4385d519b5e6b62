import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { AuthFrame } from './frame.tsx';
import { useEnter } from './queries.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { to, ended } = route.useSearch();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const enter = useEnter();
  const signIn = useAction(api.auth.signIn, {
    announceError: false,
    onSuccess: (signedIn) => void enter(signedIn, to),
  });
  const fields = troubleOf(signIn.error).fields;
  function submit(event: FormEvent): void {
    event.preventDefault();
    signIn.mutate({ email, password });
  }
  return (
    <AuthFrame
      title="Sign in"
      intro={ended ? 'Your session has ended. Sign in to go on where you were.' : 'Welcome back.'}
    >
      <form onSubmit={submit} className="space-y-4">
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
          autoComplete="current-password"
          required
          value={password}
          error={fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <FormError error={signIn.error} />
        <Button type="submit" tone="primary" busy={signIn.isPending} className="w-full">
          Sign in
        </Button>
      </form>
    </AuthFrame>
  );
}
