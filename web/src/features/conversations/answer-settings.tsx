import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { asText } from '../../components/code-block.tsx';
import { humanize } from '../../lib/format.ts';
import { fieldGroups } from '../preferences/fields.ts';
import type { Message } from './queries.ts';

const labels = new Map(fieldGroups.flatMap(({ fields }) => fields.map(({ name, label }) => [name, label])));

/** A parameter as the settings call it; models know it in another spelling. */
function labelOf(name: string): string {
  const stored = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return labels.get(stored) ?? humanize(stored);
}

/** The parameters an answer was made with, as they were then. */
export function AnswerSettings({ parameters }: Pick<Message, 'parameters'>) {
  const [open, setOpen] = useState(false);
  const entries = Object.entries(parameters);
  if (entries.length === 0) return null;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)} className="text-xs">
      <summary className="inline-flex cursor-pointer list-none items-center gap-1 rounded text-muted hover:text-text">
        <SlidersHorizontal aria-hidden className="size-3.5" />
        Settings it was made with
      </summary>
      {open && (
        <ul aria-label="Settings it was made with" className="mt-1.5 flex flex-wrap gap-1.5">
          {entries.map(([name, value]) => (
            <li key={name} className="rounded-full border border-line bg-surface px-2.5 py-1">
              {labelOf(name)}: {asText(value)}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
