import type { UseQueryResult } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { formatDateTime, plural } from '../lib/format.ts';
import { Button } from './button.tsx';
import { CodeBlock } from './code-block.tsx';
import { Select } from './field.tsx';
import { ErrorState, FormError, SkeletonList } from './states.tsx';

const lifetimes = [
  ['7', 'for 7 days'],
  ['30', 'for 30 days'],
  ['365', 'for a year'],
  ['', 'until it is closed'],
] as const;

interface ShareLink {
  id: string;
  created_at: string;
  expires_at: string | null;
  view_count: number;
  has_password?: boolean;
}

interface ShareLinksProps {
  /** What a link shows, and what it does not. */
  about: string;
  shares: UseQueryResult<{ items: ShareLink[] }>;
  /** The link just made: its address is known this once. */
  address: string | undefined;
  busy: boolean;
  error: Error | null;
  onCreate: (link: { expires_in_days?: number }) => void;
  onRevoke: (shareId: string) => void;
  /** Further fields of a new link. */
  children?: ReactNode;
}

/** Links to something: a new one, and those that are open. */
export function ShareLinks(props: ShareLinksProps) {
  const { about, shares, address, busy, error, onCreate, onRevoke, children } = props;
  const [days, setDays] = useState('30');
  function submit(event: FormEvent): void {
    event.preventDefault();
    onCreate(days ? { expires_in_days: Number(days) } : {});
  }
  return (
    <div className="space-y-5">
      <p className="text-muted">{about}</p>
      <form onSubmit={submit} className="space-y-4">
        <Select label="The link works" value={days} onChange={(event) => setDays(event.target.value)}>
          {lifetimes.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
        {children}
        <FormError error={error} />
        <Button type="submit" tone="primary" busy={busy}>
          Make a link
        </Button>
      </form>
      {address && (
        <div className="space-y-1.5" role="status">
          <p className="font-medium">Your link. It is shown this once.</p>
          <CodeBlock wrap label="link" code={address} />
        </div>
      )}
      <section className="space-y-2">
        <h3 className="font-semibold">Open links</h3>
        {shares.isPending ? (
          <SkeletonList rows={2} height="h-10" />
        ) : shares.isError ? (
          <ErrorState error={shares.error} onRetry={() => shares.refetch()} />
        ) : shares.data.items.length === 0 ? (
          <p className="text-[13px] text-muted">There are none.</p>
        ) : (
          <ul aria-label="Open links" className="divide-y divide-line">
            {shares.data.items.map((share) => (
              <li key={share.id} className="flex items-center gap-3 py-2">
                <div className="min-w-0 flex-1 text-[13px]">
                  <p className="flex items-center gap-1.5">
                    Made {formatDateTime(share.created_at)}
                    {share.has_password && (
                      <Lock aria-label="With a password" className="size-3.5 text-muted" />
                    )}
                  </p>
                  <p className="text-muted">
                    {plural(share.view_count, 'view')},{' '}
                    {share.expires_at
                      ? `works until ${formatDateTime(share.expires_at)}`
                      : 'works until it is closed'}
                  </p>
                </div>
                <Button size="sm" onClick={() => onRevoke(share.id)}>
                  Close link
                </Button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
