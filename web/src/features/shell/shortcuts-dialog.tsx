import { Dialog } from '../../components/dialog.tsx';
import { Switch } from '../../components/field.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { setSingleKeys, useSingleKeys } from '../../lib/shortcuts.ts';
import { destinationsFor } from './navigation.tsx';

export function ShortcutsDialog({ role, onClose }: { role: string; onClose: () => void }) {
  const on = useSingleKeys();
  const rows: [string, string][] = [
    ['Find anything', 'Ctrl K'],
    ['Search this page', '/'],
    ['New project (on Projects)', 'n'],
    ['Show this list', '?'],
    ['Close what is open', 'Esc'],
    ...destinationsFor(role).map((item): [string, string] => [`Go to ${item.label}`, item.keys]),
  ];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="divide-y divide-line">
        {rows.map(([what, keys]) => (
          <div key={what} className="flex items-center justify-between gap-4 py-2">
            <dt>{what}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex items-center justify-between gap-4 rounded-lg bg-sunken px-3 py-2">
        <span>Single-key shortcuts</span>
        <Switch label="Single-key shortcuts" checked={on} onChange={setSingleKeys} />
      </div>
    </Dialog>
  );
}
