import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input, Select } from '../../components/field.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { formatDateTime, plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { sharesQuery } from './queries.ts';

const lifetimes = [
  ['7', 'for 7 days'],
  ['30', 'for 30 days'],
  ['365', 'for a year'],
  ['', 'until it is closed'],
] as const;

/** Links to a conversation: those that are open, and a new one. */
export function ShareDialog({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const { queryKey } = sharesQuery(conversationId);
  const shares = useQuery(sharesQuery(conversationId));
  const [password, setPassword] = useState('');
  const [days, setDays] = useState('30');
  const create = useAction(api.conversations.createShare, {
    refresh: [queryKey],
    announceError: false,
    onSuccess: () => setPassword(''),
  });
  const revoke = useAction(api.conversations.revokeShare, {
    refresh: [queryKey],
    done: 'The link is closed.',
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({
      conversation_id: conversationId,
      ...(password && { password }),
      ...(days && { expires_in_days: Number(days) }),
    });
  }
  return (
    <Dialog title="Share this chat" onClose={onClose}>
      <div className="space-y-5">
        <p className="text-muted">
          Whoever has the link reads the messages that are shown now, without signing in. What is said later,
          tool calls and what is remembered stay with you.
        </p>
        <form onSubmit={submit} className="space-y-4">
          <Select label="The link works" value={days} onChange={(event) => setDays(event.target.value)}>
            {lifetimes.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
          <Input
            label="Password (optional)"
            type="password"
            autoComplete="new-password"
            minLength={8}
            value={password}
            error={troubleOf(create.error).fields.password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <FormError error={create.error} />
          <Button type="submit" tone="primary" busy={create.isPending}>
            Make a link
          </Button>
        </form>
        {create.data && (
          <div className="space-y-1.5" role="status">
            <p className="font-medium">Your link. It is shown this once.</p>
            <CodeBlock wrap label="link" code={`${location.origin}/shared#${create.data.token}`} />
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
