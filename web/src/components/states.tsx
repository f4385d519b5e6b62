import { CircleAlert, Lock, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { troubleOf } from '../lib/api.ts';
import { Button } from './button.tsx';
import { cx } from './cx.ts';

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  /** The next thing to do. */
  action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-2 rounded-xl border border-dashed border-line px-6 py-12 text-center">
      <span className="mb-1 grid size-10 place-items-center rounded-full bg-accent-soft text-accent">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="max-w-md text-muted">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** A list or page that could not be read: what happened, what to do, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const trouble = troubleOf(error);
  const denied = trouble.code === 'forbidden' || trouble.code === 'not_found';
  const Icon = denied ? Lock : CircleAlert;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-xl border border-line bg-surface p-4">
      <Icon aria-hidden className={cx('mt-0.5 size-5 shrink-0', denied ? 'text-muted' : 'text-danger')} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{trouble.title}</p>
        {trouble.fix && <p className="text-muted">{trouble.fix}</p>}
        {onRetry && !denied && (
          <Button size="sm" className="mt-3" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** The error of a form that belongs to no single field. */
export function FormError({ error }: { error: unknown }) {
  if (!error) return null;
  const trouble = troubleOf(error);
  const named = Object.keys(trouble.fields).length > 0;
  return (
    <div role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-danger">
      <p className="font-medium">{trouble.title}</p>
      {trouble.fix && !named && <p>{trouble.fix}</p>}
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('animate-pulse rounded-lg bg-line/70', className ?? 'h-4 w-full')} />;
}

/** Rows that stand for a list while it is read. */
export function SkeletonList({ rows = 4, height = 'h-16' }: { rows?: number; height?: string }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-2">
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
        <Skeleton key={key} className={cx('w-full', height)} />
      ))}
    </div>
  );
}
