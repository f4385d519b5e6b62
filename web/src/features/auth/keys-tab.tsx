import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatDateTime, plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { keysQuery } from './queries.ts';

/** Keys for programs: the command line, assistants over MCP, scripts. */
export function KeysTab() {
  const keys = useQuery(keysQuery);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const revoke = useAction(api.auth.revokeKey, {
    refresh: [keysQuery.queryKey],
    done: 'Key revoked.',
    onSuccess: () => setRevoking(null),
  });
  const create = (
    <Button tone="primary" icon={Plus} onClick={() => setCreating(true)}>
      Create key
    </Button>
  );
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-muted">
          Programs sign in with a key: scripts, the command line, assistants over MCP. A key can do what you
          can, or only what its scopes name.
        </p>
        {create}
      </div>
      {keys.isPending ? (
        <SkeletonList rows={3} />
      ) : keys.isError ? (
        <ErrorState error={keys.error} onRetry={() => keys.refetch()} />
      ) : keys.data.items.length === 0 ? (
        <EmptyState icon={KeyRound} title="No keys yet" />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {keys.data.items.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <p className="font-medium">
                  {key.name}{' '}
                  <code className="ml-1 text-[13px] font-normal text-muted">{key.key_prefix}…</code>
                </p>
                <p className="text-[13px] text-muted">
                  {key.scopes.includes('*') ? 'Everything' : key.scopes.join(', ')}
                </p>
                <p className="flex flex-wrap gap-x-3 text-[13px] text-muted">
                  <span>
                    Created <Ago at={key.created_at} />
                  </span>
                  <span>
                    {key.last_used_at ? (
                      <>
                        Used <Ago at={key.last_used_at} />
                      </>
                    ) : (
                      'Never used'
                    )}
                  </span>
                  <span>{plural(key.rate_limit, 'request')} a minute</span>
                  <span>
                    {key.expires_at ? `Expires ${formatDateTime(key.expires_at)}` : 'Never expires'}
                  </span>
                </p>
              </div>
              <Button size="sm" onClick={() => setRevoking(key)}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      {creating && <CreateKeyDialog onClose={() => setCreating(false)} />}
      {revoking && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          confirm="Revoke key"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate({ id: revoking.id })}
          onClose={() => setRevoking(null)}
        >
          Programs that use it are signed out at once. This cannot be undone.
        </ConfirmDialog>
      )}
    </div>
  );
}
