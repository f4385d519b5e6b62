import { useQuery } from '@tanstack/react-query';
import { FunctionSquare, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { Switch } from '../../components/field.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { FunctionDialog } from './function-dialog.tsx';
import { type CustomFunction, functionsQuery } from './queries.ts';

/** Functions of one's own, which models call like any tool. */
export function FunctionsTab() {
  const functions = useQuery(functionsQuery);
  const [editing, setEditing] = useState<CustomFunction | 'new' | null>(null);
  const refresh = { refresh: [functionsQuery.queryKey] };
  const update = useAction(api.extensions.updateFunction, refresh);
  const remove = useAction(api.extensions.deleteFunction, {
    ...refresh,
    done: 'Function deleted. Undo it in History.',
  });
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-muted">
          Write a tool in JavaScript or TypeScript. It runs in a sandbox with limits on time and memory, and
          without network unless you name hosts.
        </p>
        <Button tone="primary" icon={Plus} onClick={() => setEditing('new')}>
          Add a function
        </Button>
      </div>
      {functions.isPending ? (
        <SkeletonList rows={3} />
      ) : functions.isError ? (
        <ErrorState error={functions.error} onRetry={() => functions.refetch()} />
      ) : functions.data.items.length === 0 ? (
        <EmptyState icon={FunctionSquare} title="No functions yet" />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {functions.data.items.map((fn) => (
            <li key={fn.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <p className="flex flex-wrap items-center gap-2 font-medium">
                  <code>{fn.name}</code>
                  {fn.last_test_status && (
                    <Badge tone={fn.last_test_status === 'passed' ? 'ok' : 'danger'}>
                      last test {fn.last_test_status}
                    </Badge>
                  )}
                  {fn.hosts.length > 0 && <Badge tone="info">{fn.hosts.join(', ')}</Badge>}
                </p>
                <p className="text-muted">{fn.description}</p>
              </div>
              <Switch
                label={`Use ${fn.name}`}
                checked={fn.enabled}
                onChange={(enabled) => update.mutate({ id: fn.id, enabled })}
              />
              <IconButton icon={Pencil} label={`Edit ${fn.name}`} onClick={() => setEditing(fn)} />
              <IconButton
                icon={Trash2}
                label={`Delete ${fn.name}`}
                onClick={() => remove.mutate({ id: fn.id })}
              />
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <FunctionDialog {...(editing === 'new' ? {} : { fn: editing })} onClose={() => setEditing(null)} />
      )}
    </div>
  );
}
