import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select } from '../../components/field.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatDateTime, plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { canvasSharesQuery } from './queries.ts';

const lifetimes = [
  ['7', 'for 7 days'],
  ['30', 'for 30 days'],
  ['365', 'for a year'],
  ['', 'until it is closed'],
] as const;

/** Links to an artifact: those that are open, and a new one. */
export function ShareArtifactDialog({ artifactId, onClose }: { artifactId: string; onClose: () => void }) {
  const { queryKey } = canvasSharesQuery(artifactId);
  const shares = useQuery(canvasSharesQuery(artifactId));
  const [days, setDays] = useState('30');
  const create = useAction(api.canvas.createShare, { refresh: [queryKey], announceError: false });
  const revoke = useAction(api.canvas.revokeShare, { refresh: [queryKey], done: 'The link is closed.' });
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ artifact_id: artifactId, ...(days && { expires_in_days: Number(days) }) });
  }
  return (
    <Dialog title="Share this artifact" onClose={onClose}>
      <div className="space-y-5">
        <p className="text-muted">
          Whoever has the link sees the artifact as it is when they open it, read only and without signing in.
          Its versions and its chat stay with you.
        </p>
        <form onSubmit={submit} className="space-y-4">
          <Select label="The link works" value={days} onChange={(event) => setDays(event.target.value)}>
            {lifetimes.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
          <FormError error={create.error} />
          <Button type="submit" tone="primary" busy={create.isPending}>
            Make a link
          </Button>
        </form>
        {create.data && (
          <div className="space-y-1.5" role="status">
            <p className="font-medium">Your link. It is shown this once.</p>
            <CodeBlock wrap label="link" code={`${location.origin}/shared/canvas#${create.data.token}`} />
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
                    <p>Made {formatDateTime(share.created_at)}</p>
                    <p className="text-muted">
                      {plural(share.view_count, 'view')},{' '}
                      {share.expires_at
                        ? `works until ${formatDateTime(share.expires_at)}`
                        : 'works until it is closed'}
                    </p>
                  </div>
                  <Button size="sm" onClick={() => revoke.mutate({ share_id: share.id })}>
                    Close link
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </Dialog>
  );
}
