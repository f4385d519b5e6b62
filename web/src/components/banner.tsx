import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

interface BannerProps {
  label: string;
  icon: LucideIcon;
  tone: 'accent' | 'warn';
  /** Where to do something about it. */
  link: ReactNode;
  children: ReactNode;
}

/** A line above every page that says what holds for all of them. */
export function Banner({ label, icon: Icon, tone, link, children }: BannerProps) {
  return (
    <aside
      aria-label={label}
      className={cx(
        'flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 text-[13px] sm:px-8',
        tone === 'warn' ? 'bg-warn-soft' : 'bg-accent-soft',
      )}
    >
      <Icon aria-hidden className={cx('size-4 shrink-0', tone === 'warn' ? 'text-warn' : 'text-accent')} />
      <span className="min-w-0 flex-1">{children}</span>
      {link}
    </aside>
  );
}

export const bannerLink = 'font-medium text-accent underline underline-offset-2 hover:text-accent-strong';
