import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorState } from '../../components/states.tsx';

/** Shown in place of a part of the page that cannot be shown. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div className="mx-auto max-w-lg px-4 py-16">
      <h1 className="mb-4 text-lg font-semibold">This page could not be shown</h1>
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}

/** Shown when nothing at all can be shown, as when the server is away from the start. */
export const ConnectionError = (props: ErrorComponentProps) => (
  <main>
    <PageError {...props} />
  </main>
);
