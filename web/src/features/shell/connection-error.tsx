import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorState } from '../../components/states.tsx';

/** Shown when a page cannot be shown at all, as when the server is away. */
export function ConnectionError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main className="mx-auto max-w-lg px-4 py-16">
      <h1 className="mb-4 text-lg font-semibold">This page could not be shown</h1>
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}
