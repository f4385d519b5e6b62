import { Eraser, PencilLine } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { cx } from '../../components/cx.ts';
import { Switch } from '../../components/field.tsx';
import { Menu } from '../../components/menu.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { FactDialog } from './fact-dialog.tsx';
import { categoryLabels, type Fact, memoryKeys } from './queries.ts';

export function FactRow({ fact }: { fact: Fact }) {
  const [open, setOpen] = useState<'edit' | 'forget' | null>(null);
  const refresh = [memoryKeys.all];
  const update = useAction(api.memory.update, { refresh });
  const forget = useAction(api.memory.delete, {
    refresh,
    done: 'Forgotten.',
    onSuccess: () => setOpen(null),
  });
  const replaced = fact.valid_to !== null;
  return (
    <li className="flex items-start gap-3 py-3 pr-2 pl-4">
      <div className="min-w-0 flex-1">
        <p className={cx((replaced || !fact.enabled) && 'text-muted', replaced && 'line-through')}>
          {fact.content}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
          <Badge>{categoryLabels[fact.category]}</Badge>
          {fact.project_id && <span>One project only</span>}
          <span>
            Learned <Ago at={fact.created_at} />
          </span>
          {fact.last_accessed_at && (
            <span>
              Used <Ago at={fact.last_accessed_at} />
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
          ...(replaced ? [] : [{ label: 'Edit', icon: PencilLine, run: () => setOpen('edit') }]),
          { label: 'Forget', icon: Eraser, danger: true, run: () => setOpen('forget') },
        ]}
      />
      {open === 'edit' && <FactDialog fact={fact} onClose={() => setOpen(null)} />}
      {open === 'forget' && (
        <ConfirmDialog
          title="Forget this?"
          confirm="Forget"
          busy={forget.isPending}
          onConfirm={() => forget.mutate({ id: fact.id })}
          onClose={() => setOpen(null)}
        >
          “{fact.content}” is deleted for good.
        </ConfirmDialog>
      )}
    </li>
  );
}
