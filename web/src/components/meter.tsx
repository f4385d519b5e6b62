import { cx } from './cx.ts';

interface MeterProps {
  label: string;
  /** Share of the whole, 0 to 1. */
  value: number;
  /** A second share after the first, for what is held but not yet used. */
  held?: number;
  tone?: 'accent' | 'warn' | 'danger';
}

const fills = { accent: 'bg-accent', warn: 'bg-warn-fill', danger: 'bg-danger' };

/** A bar of how much of something is used. */
export function Meter({ label, value, held = 0, tone = 'accent' }: MeterProps) {
  const used = Math.min(1, Math.max(0, value));
  const rest = Math.min(1 - used, Math.max(0, held));
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot show a second, held share
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(used * 100)}
      className="flex h-2 w-full overflow-hidden rounded-full bg-line"
    >
      <div className={cx('h-full', fills[tone])} style={{ width: `${used * 100}%` }} />
      <div className={cx('h-full opacity-45', fills[tone])} style={{ width: `${rest * 100}%` }} />
    </div>
  );
}

/** How far something that runs has come; without a value it only says that it runs. */
export function ProgressBar({ label, value }: { label: string; value?: number }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === undefined ? undefined : Math.round(value * 100)}
      className="h-1.5 w-full overflow-hidden rounded-full bg-line"
    >
      <div
        className={cx(
          'h-full rounded-full bg-accent transition-[width]',
          value === undefined && 'animate-pulse',
        )}
        style={{ width: `${(value ?? 1) * 100}%` }}
      />
    </div>
  );
}
