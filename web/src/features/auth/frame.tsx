import type { ReactNode } from 'react';
import { Logo } from '../../components/logo.tsx';
import { useTitle } from '../../components/page.tsx';

/** The page around the forms before sign-in. */
export function AuthFrame({
  title,
  intro,
  children,
}: {
  title: string;
  intro: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2.5">
          <Logo />
          <span className="text-base font-semibold tracking-tight">Meta Agent</span>
        </div>
        <div className="rounded-xl border border-line bg-surface p-6 shadow-raised">
          <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
          <div className="mt-1 mb-5 text-muted">{intro}</div>
          {children}
        </div>
      </div>
    </main>
  );
}
