import { Link } from '@tanstack/react-router';
import { Eraser, Merge, PencilLine } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { cx } from '../../components/cx.ts';
import { Switch } from '../../components/field.tsx';
import { Menu } from '../../components/menu.tsx';
import { toast } from '../../components/toast.ts';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { FactDialog } from './fact-dialog.tsx';
import { MergeDialog } from './merge-dialog.tsx';
import { categoryLabels, type Fact, memoryKeys } from './queries.ts';

const refresh = [memoryKeys.all];

export function FactRow({ fact }: { fact: Fact }) {
  const [open, setOpen] = useState<'edit' | 'merge' | null>(null);
  const update = useAction(api.memory.update, { refresh });
  const restore = useAction(api.memory.restore, { refresh, done: 'It is back.' });
  const forget = useAction(api.memory.delete, {
    refresh,
    onSuccess: () =>
      toast({ text: 'Forgotten.', action: { label: 'Undo', run: () => restore.mutate({ id: fact.id }) } }),
  });
  const replaced = fact.valid_to !== null;
  return (
    <li className="flex items-start gap-3 py-3 pr-2 pl-4">
      <div className="min-w-0 flex-1">
        <p
          className={cx(
            'break-words',
            (replaced || !fact.enabled) && 'text-muted',
            replaced && 'line-through',
          )}
        >
          {fact.content}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
          <Badge>{categoryLabels[fact.category]}</Badge>
          {fact.project_id && (
            <Link
              to="/projects/$projectId"
              params={{ projectId: fact.project_id }}
              className="underline underline-offset-2"
            >
              One project only
            </Link>
          )}
          {fact.persona_id && <span>One persona only</span>}
          {fact.source_conversation_id ? (
            <span>
              Learned <Ago at={fact.created_at} /> in{' '}
              <Link
                to="/chat/$conversationId"
                params={{ conversationId: fact.source_conversation_id }}
                className="underline underline-offset-2"
              >
                a chat
              </Link>
            </span>
          ) : (
            <span>
              Learned <Ago at={fact.created_at} />
            </span>
          )}
          {fact.access_count > 0 && <span>Used {plural(fact.access_count, 'time')}</span>}
          {fact.expires_at && (
            <span>
              Ends <Ago at={fact.expires_at} />
            </span>
          )}
          {fact.valid_to && (
            <span>
              Replaced <Ago at={fact.valid_to} />
            </span>
          )}
        </p>
      </div>
      {!replaced && (
        <div className="pt-1.5">
          <Switch
            label={`Use: ${fact.content.slice(0, 60)}`}
            checked={fact.enabled}
            disabled={update.isPending}
            onChange={(enabled) => update.mutate({ id: fact.id, enabled })}
          />
        </div>
      )}
      <Menu
        label="Fact actions"
        items={[
          ...(replaced
            ? []
            : [
                { label: 'Edit', icon: PencilLine, run: () => setOpen('edit') },
                { label: 'Merge with another…', icon: Merge, run: () => setOpen('merge') },
              ]),
          { label: 'Forget', icon: Eraser, danger: true, run: () => forget.mutate({ id: fact.id }) },
        ]}
      />
      {open === 'edit' && <FactDialog fact={fact} onClose={() => setOpen(null)} />}
      {open === 'merge' && <MergeDialog fact={fact} onClose={() => setOpen(null)} />}
    </li>
  );
}
